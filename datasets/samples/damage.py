"""Confirmed samples that cannot be read: an automatic cycle goes on without them and reports them.

A crop is damaged if its pixels do not match the hash in its name, or if it is missing though a label needs it; a label
event if its bytes do not match its name. Damage deletes nothing: files brought back from a copy count again. A model
must not learn from the remains of a broken store, so there is a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from datasets.errors import StoreError, UnknownSampleError
from datasets.objects.names import crop_name
from datasets.reason import Reason

MOST_DAMAGED = 0.1  # share of the crops, and of the label events, that a cycle goes on without
_NAMED = 3  # in a message

DamagedKind = Literal["crops", "training_crops", "events"]
_WORDS = {"crops": "confirmed crops", "training_crops": "crops to train on", "events": "label events"}


@dataclass(frozen=True, slots=True)
class Damage:
    """A crop or a label event that cannot be read."""

    name: str  # object name
    samples: tuple[str, ...]  # digests of the crops that are left out because of it; () if they are unknown
    why: str


class TooDamagedError(StoreError):
    """More crops or label events are damaged than a cycle may go on without.

    Attributes:
        damaged: all of it.
        reason: the same as data.
    """

    def __init__(self, damaged: Sequence[Damage], of: int, most: float, what: DamagedKind) -> None:
        names = ", ".join(damage.name for damage in damaged[:_NAMED]) + (" ..." if len(damaged) > _NAMED else "")
        percent = round(100 * most, 6)
        super().__init__(describe_damage(damaged=len(damaged), of=of, what=what, names=names, most=percent))
        self.damaged = tuple(damaged)
        self.reason = Reason(
            kind="too_damaged",
            values={"damaged": len(damaged), "of": of, "what": what, "names": names, "most": percent},
        )


def describe_damage(*, damaged: int, of: int, what: DamagedKind, names: str, most: float) -> str:
    """The message of a cycle that refuses to go on.

    Args:
        damaged: number of damaged crops or events.
        of: number of crops or events that were looked at.
        what: crops or events.
        names: names of some damaged ones.
        most: percent that may be left out.
    """
    return (
        f"{damaged} of {of} {_WORDS[what]} are damaged or missing ({names}), more than the {most:g} % that may "
        "be left out (--most-damaged); bring them back from a copy, or remove samples for good with "
        "`.venv/bin/python -m datasets delete --sample`; `.venv/bin/python -m datasets verify` names what is wrong"
    )


def crop_damage(digest: str, error: StoreError) -> Damage:
    """A crop that the store did not hand out.

    Args:
        digest: digest of the crop.
        error: error that `SampleStore.crop` raised.
    """
    why = "it is missing" if isinstance(error, UnknownSampleError) else str(error)
    return Damage(crop_name(digest), (digest,), why)


def event_damage(events: Mapping[str, str], crops_behind: Callable[[str], Sequence[str]]) -> tuple[Damage, ...]:
    """Label events that cannot be read, with their crops.

    Such a crop is left out altogether: the lost event may have corrected a label that can still be read.

    Args:
        events: the fault of each event, by object name.
        crops_behind: `PastLabels.crops_behind`.
    """
    return tuple(Damage(name, tuple(crops_behind(name)), why) for name, why in sorted(events.items()))


def check_damage(damaged: Sequence[Damage], of: int, most: float, what: DamagedKind) -> None:
    """Refuse to go on if too much is damaged.

    Args:
        damaged: the damaged crops or events.
        of: number of crops or events that were looked at.
        most: share of these that may be damaged, 0..1.
        what: crops or events.

    Raises:
        TooDamagedError: a larger share is damaged.
    """
    if len(damaged) > most * of:
        raise TooDamagedError(damaged, of, most, what)
