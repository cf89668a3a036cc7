"""Has readers describe crops, and keeps what they say as metadata: `NAME.text`, `NAME.confidence`, `NAME.by` ...

The team gives metadata by hand, too: so this is searched, shown, exported, taken back and removed in the same way.
A run that was stopped goes on where it was, because `NAME.by` says which reader has described a crop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from datasets.errors import BucketUnavailableError, StoreError, UnknownSampleError
from datasets.metadata.describers import Describer
from datasets.samples.live_rows import parts
from datasets.samples.sample import LONGEST_TEXT, Sample
from datasets.samples.search.filters import Filter
from datasets.samples.store import SampleStore
from ocr_model.errors import ModelError

_LOG = logging.getLogger(__name__)

SOURCE = "automatic"
"""The source of such metadata, in the history of a crop."""
_AT_ONCE = 16  # crops that a reader gets together
_OF_A_PAGE = 500  # labels


@dataclass(frozen=True, slots=True)
class Described:
    """What was done."""

    new: int  # crops
    compared: int  # crops described before, whose label has changed since: only `agrees` is new
    unreadable: int  # crops that cannot be opened


def describe(
    store: SampleStore,
    name: str,
    describer: Describer,
    wanted: Filter,
    on_progress: Callable[[int], object] = lambda labels: None,
) -> Described:
    """Have a reader describe the crops that a filter finds, as far as it has not yet.

    Args:
        store: the store.
        name: of the reader; its keys begin with it.
        describer: the reader.
        wanted: which labels' crops.
        on_progress: called with the number of labels whose crops were looked at since the last call.

    Raises:
        BucketUnavailableError: crops lie in the bucket alone, and it does not answer; what is described stays.
        StoreError: nothing can be written, or the reader fails.
    """
    new = compared = unreadable = 0
    for samples in _pages(store, wanted):
        page = {sample.digest: sample for sample in samples}
        marks = store.marks.of(page)
        missing = []
        for digest, sample in page.items():
            values = marks[digest].values if digest in marks else {}
            if values.get(f"{name}.by") != describer.by:
                missing.append(sample)
            else:
                agrees = _agreement(store, name, describer, sample, values.get(f"{name}.text", ""))
                if not agrees.items() <= values.items():
                    compared += _keep(store, describer, sample, agrees)
        on_progress(len(samples) - len(missing))
        for some in parts(missing, _AT_ONCE):
            pictures = _pictures(store, some)
            unreadable += len(some) - len(pictures)
            new += _describe_some(store, name, describer, pictures)
            on_progress(len(some))
    return Described(new, compared, unreadable)


def _pages(store: SampleStore, wanted: Filter) -> Iterator[tuple[Sample, ...]]:
    after: str | None = None
    while True:
        page = store.search.page(wanted, size=_OF_A_PAGE, after=after)
        yield page.samples
        if (after := page.after) is None:
            return


def _pictures(store: SampleStore, samples: Sequence[Sample]) -> list[tuple[Sample, Image.Image]]:
    """The crops that can be opened."""
    found = []
    for sample in samples:
        try:
            found.append((sample, store.crop(sample.digest)))
        except BucketUnavailableError:
            raise
        except StoreError as error:
            _LOG.warning("a crop is not described: %s", error)
    return found


def _describe_some(
    store: SampleStore, name: str, describer: Describer, pictures: Sequence[tuple[Sample, Image.Image]]
) -> int:
    """Returns how many were described."""
    try:
        told = describer.describe([picture for _, picture in pictures]) if pictures else []
    except ModelError as error:
        raise StoreError(f"{describer.by}: {error}") from error
    kept = 0
    for (sample, _), said in zip(pictures, told, strict=True):
        values = {f"{name}.{key}": value[:LONGEST_TEXT] for key, value in said.items()}
        values |= {f"{name}.by": describer.by} | _agreement(store, name, describer, sample, said.get("text", ""))
        kept += _keep(store, describer, sample, values, drop=[f"{name}.text"] if "text" not in said else [])
    return kept


def _agreement(store: SampleStore, name: str, describer: Describer, sample: Sample, text: str) -> dict[str, str]:
    """Whether the label says the same; nothing of readers that read no text."""
    if not describer.reads:
        return {}
    key = store.domain.key
    return {f"{name}.agrees": "yes" if key(text) == key(sample.label.text) else "no"}


def _keep(
    store: SampleStore, describer: Describer, sample: Sample, values: Mapping[str, str], drop: Sequence[str] = ()
) -> bool:
    try:
        store.marks.change([sample.digest], by=describer.by, values=values, drop=drop, source=SOURCE)
    except UnknownSampleError:  # its label was taken back in the meantime
        return False
    return True
