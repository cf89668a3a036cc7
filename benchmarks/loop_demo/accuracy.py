"""Errors on fresh tags of each kind, read by the live service and never labelled, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.settings import Kind
from benchmarks.loop_demo.tags import TagStream
from datasets.cycles.decision import DecisionRules, PairedReadings, difference_interval
from datasets.reason import Reason
from ocr_model.codes.text import match_key

_RULES = DecisionRules()


@dataclass(frozen=True, slots=True)
class Measurement:
    """The fresh tags that a model read right."""

    title: str  # when it was made
    model: str  # version of the model that read all of them
    right: Mapping[Kind, tuple[bool, ...]]  # by kind, in the order of numbers

    def errors(self, kind: Kind) -> int:
        """Misread tags of a kind."""
        return len(self.right[kind]) - sum(self.right[kind])


class MixedModelsError(RuntimeError):
    """Another model took over during a measurement, or a tag could not be read."""


def measure(
    client: Client,
    stream: TagStream,
    counts: Mapping[Kind, int],
    title: str,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Measurement:
    """Let the service read every fresh tag once.

    Args:
        client: client of the service.
        stream: stream of the fresh tags.
        counts: number of tags of each kind.
        title: title of the measurement.
        on_progress: called with the tags read so far and all of them.

    Raises:
        MixedModelsError: not all were read, or not all by the same model.
    """
    right: dict[Kind, tuple[bool, ...]] = {}
    models: set[str] = set()
    total, done = sum(counts.values()), 0
    for kind, count in counts.items():
        flags = []
        for number in range(count):
            tag = stream.tag_of(kind, number)
            reading = client.read(tag.png)
            if reading is None:
                raise MixedModelsError(f"{title}: a tag could not be read")
            models.add(reading.model_version)
            flags.append(match_key(reading.text) == match_key(tag.text))
            done += 1
            if on_progress is not None:
                on_progress(done, total)
        right[kind] = tuple(flags)
    if len(models) != 1:
        raise MixedModelsError(f"{title}: read by {' and '.join(sorted(models))}")
    return Measurement(title, models.pop(), right)


def wilson(count: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): ends between 0 and 1."""
    if not total:
        return 0.0, 1.0
    share, square = count / total, z * z / total
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / total + square / (4 * total)) / (1 + square)
    return (middle - half if count else 0.0), (middle + half if count < total else 1.0)


def change(before: Sequence[bool], after: Sequence[bool]) -> tuple[float, float, float]:
    """The change of the share of errors on the same tags, with its 95 % interval from a paired bootstrap.

    Returns:
        (change, low, high) of the misread share, after minus before; negative is better.
    """
    readings = PairedReadings(Reason.words("fresh"), "set", tuple(before), tuple(after))
    low, high = difference_interval(readings, _RULES)
    difference = (sum(after) - sum(before)) / len(before) if before else 0.0
    return -difference, -high, -low
