"""Milliseconds per crop of exported models, read greedily by turns."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_model.export.graphs import open_session
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.architecture.prediction import END, START
from ocr_model.training.evaluation import EvaluationSet, network_input


class ExportedModel:
    """An exported model that reads greedily, one crop at a time, on one thread."""

    def __init__(self, directory: Path) -> None:
        self._max_length = int(json.loads((directory / "model.json").read_text(encoding="utf-8"))["max_length"])
        self._encoder = open_session(directory / "encoder.onnx")
        decoder = directory / "decoder.onnx"
        self._decoder = open_session(decoder) if decoder.is_file() else None

    def read(self, picture: NDArray[np.float32]) -> list[int]:
        """Classes along the best CTC path, or the tokens of the text: picture (1, 1, H, W) in [-1, 1]."""
        if self._decoder is None:
            (log_probs,) = self._encoder.run(["ctc_log_probs"], {"image": picture})
            path: list[int] = log_probs[0].argmax(axis=1).tolist()
            return path
        context, projected = self._encoder.run(["context", "projected"], {"image": picture})
        hidden = cell = np.zeros((1, projected.shape[2]), np.float32)
        tokens = [START]
        for _ in range(self._max_length + 1):
            feed = {"context": context, "projected": projected, "hidden": hidden, "cell": cell}
            # A graph keeps no input that it does not use.
            feed["token"] = np.asarray(tokens[-1:], np.int64)
            asked = {name: feed[name] for name in self._decoder_inputs}
            log_probs, hidden, cell = self._decoder.run(["log_probs", "hidden_out", "cell_out"], asked)
            tokens.append(int(log_probs[0].argmax()))
            if tokens[-1] == END:
                break
        return tokens[1:]

    @property
    def _decoder_inputs(self) -> list[str]:
        return [] if self._decoder is None else [tensor.name for tensor in self._decoder.get_inputs()]


def time_models(directories: Mapping[str, Path], data: EvaluationSet) -> dict[str, float]:
    """Median milliseconds per crop of each exported model, by turns, so that all meet the same busyness.

    Args:
        directories: folders of the models, by name.
        data: crops to read.
    """
    models = {name: ExportedModel(directory) for name, directory in directories.items()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for number, image in enumerate(data.images):
        picture = network_input([image], NetworkConfig()).numpy()
        for name, model in models.items():
            began = time.perf_counter()
            model.read(picture)
            if number >= 3 or len(data.images) <= 3:  # the first readings allocate memory
                seconds[name].append(time.perf_counter() - began)
    return {name: round(1000 * statistics.median(times), 2) for name, times in seconds.items()}
