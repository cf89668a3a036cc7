"""The parts of the service as the application sees them: the same interfaces as in one process, on other replicas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from ray.serve.handle import DeploymentHandle

from backend.http.problems import Problem
from backend.settings import Settings
from deploy.ray.asking import Patience
from deploy.ray.messages import FindRequest, ReadRequest, Way
from deploy.ray.models import Answer
from ocr_model.errors import ModelError, ReaderError
from ocr_model.reading.arrays import Floats
from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.detection import FoundLine

Handle = DeploymentHandle[Any]


class RemoteReader:
    """A model on the recognizers' replicas, as `backend.reading.model.Reader`.

    Args:
        handle: The recognizers.
        domain: Name of what is read.
        model: Digest of the model; None is the one that the settings name or that ships.
        patience: How long an answer is waited for.
        way: How carefully it reads.
        info: Name and version, if they are known already.

    Raises:
        StoreError: The store does not hold the model, or does not answer.
        ModelError: It does not load.
        Problem: 503; see `Patience.ask`.
    """

    def __init__(
        self,
        handle: Handle,
        domain: str,
        model: str | None,
        patience: Patience,
        *,
        way: Way = "careful",
        info: ModelInfo | None = None,
    ) -> None:
        self._handle, self._domain, self._model, self._patience, self._way = handle, domain, model, patience, way
        self._info: ModelInfo = info or patience.ask(lambda: handle.info.remote(domain, model))

    @property
    def info(self) -> ModelInfo:
        """See `Reader.info`."""
        return self._info

    def read(self, image: Image.Image, /) -> Prediction:
        """See `Reader.read`."""
        return self.read_batch([image])[0]

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        """See `Reader.read_batch`."""
        request = ReadRequest(self._domain, self._model, self._way, find_turn, tuple(images))
        found: Answer = self._patience.ask(lambda: self._handle.read.remote(request))
        if isinstance(found, Exception):
            if isinstance(found, Problem):  # of the second readers
                self._patience.on_refused()
            raise found
        return found

    def for_many_lines(self) -> RemoteReader:
        """See `Reader.for_many_lines`."""
        return self._in_way("many")

    def at_a_glance(self) -> RemoteReader:
        """See `Reader.at_a_glance`."""
        return self._in_way("glance")

    def _in_way(self, way: Way) -> RemoteReader:
        return RemoteReader(self._handle, self._domain, self._model, self._patience, way=way, info=self._info)


class RemoteLoader:
    """Loads models on the recognizers' replicas.

    Args:
        handle: The recognizers.
        settings: Of each domain; name its first model and the folder of its fetched ones, whose folders are called by
            their digests.
        patience: How long an answer is waited for.
    """

    def __init__(self, handle: Handle, settings: Sequence[Settings], patience: Patience) -> None:
        self._handle, self._patience = handle, patience
        self._first = {each.first_model: each.domain.name for each in settings}
        self._caches = {each.model_cache: each.domain.name for each in settings}

    def __call__(self, folder: Path | None, threads: int = 0) -> RemoteReader:
        """Have a model loaded; see `RemoteReader`. The replicas know how many threads they use."""
        if folder in self._first:
            return RemoteReader(self._handle, self._first[folder], None, self._patience)
        if folder is not None and folder.parent in self._caches:
            return RemoteReader(self._handle, self._caches[folder.parent], folder.name, self._patience)
        raise ModelError(f"the model in {folder} is none that the recognizers' replicas know")


class RemoteDetector:
    """The detector on its replicas, as `ocr_model.tags.detection.LineDetector`."""

    def __init__(self, handle: Handle, patience: Patience) -> None:
        self._handle, self._patience = handle, patience

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        """See `LineDetector.find`."""
        request = FindRequest(picture, longest_side)
        found: list[FoundLine] = self._patience.ask(lambda: self._handle.find.remote(request))
        return found


class RemoteSecondReader:
    """The second reader on its replicas, as `ocr_model.reading.second_reader.SecondReader`.

    Args:
        handle: The second readers.
        name: Of their model.
        patience: How long an answer is waited for.
    """

    def __init__(self, handle: Handle, name: str, patience: Patience) -> None:
        self._handle, self.name, self._patience = handle, name, patience

    def columns(self, pictures: Sequence[Image.Image]) -> list[Floats]:
        """See `SecondReader.columns`."""
        call = partial(self._handle.columns.remote, tuple(pictures))
        found: list[Floats] | ReaderError = self._patience.ask(call)
        if isinstance(found, ReaderError):
            raise found
        return found
