"""What cannot be read of the confirmed samples, so that an automatic cycle goes on without it and says so.

A crop is damaged if its pixels are not those that it is named after, or missing though a label needs it; a label event
if its bytes are not those that its name promises. Nothing is ever deleted because of that: what is brought back from
a copy counts again. A machine must not learn from what is left of a store that falls apart, so there is a limit.
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
    samples: tuple[str, ...]  # digests of the crops that are left out because of it; () if nothing tells which
    why: str


class TooDamagedError(StoreError):
    """More is damaged than a cycle may go on without.

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
    """The sentence that refuses to go on.

    Args:
        damaged: how many are.
        of: how many were looked at.
        what: they are.
        names: of some of them.
        most: percent of them that may be left out.
    """
    return (
        f"{damaged} of {of} {_WORDS[what]} are damaged or missing ({names}), more than the {most:g} % that may "
        "be left out (--most-damaged); bring them back from a copy, or remove samples for good with "
        "`python -m datasets delete --sample`; `python -m datasets verify` names what is wrong"
    )


def crop_damage(digest: str, error: StoreError) -> Damage:
    """A crop that the store did not hand out.

    Args:
        digest: of the crop.
        error: what `SampleStore.crop` raised.
    """
    why = "it is missing" if isinstance(error, UnknownSampleError) else str(error)
    return Damage(crop_name(digest), (digest,), why)


def event_damage(events: Mapping[str, str], crops_behind: Callable[[str], Sequence[str]]) -> tuple[Damage, ...]:
    """Label events that cannot be read, with the crops that they were about.

    Such a crop is left out whole: what is lost may have been the correction of a label that can still be read.

    Args:
        events: why, by object name.
        crops_behind: `SampleStore.crops_behind`.
    """
    return tuple(Damage(name, tuple(crops_behind(name)), why) for name, why in sorted(events.items()))


def check_damage(damaged: Sequence[Damage], of: int, most: float, what: DamagedKind) -> None:
    """Refuse to go on if too much is damaged.

    Args:
        damaged: what is.
        of: how many were looked at.
        most: share of these that may be damaged, 0..1.
        what: they are.

    Raises:
        TooDamagedError: more than that is.
    """
    if len(damaged) > most * of:
        raise TooDamagedError(damaged, of, most, what)
