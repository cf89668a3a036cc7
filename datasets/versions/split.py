"""Splits crops into training and evaluation: never the same code on both sides, nor nearly the same picture.

Crops that share a code (`Domain.group`), or look alike, form a group; so do their neighbours' neighbours. A group goes
to one side as a whole. The side follows from the group's own hash and depends on no other group: later data joins its
group or makes a new one, and moves no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from datasets.versions.similarity import NEAR, near_pairs

Side = Literal["training", "evaluation"]


@dataclass(frozen=True, slots=True)
class Member:
    """A crop to be put on a side."""

    digest: str  # of the crop
    code: str  # from `Domain.group`; "" takes part by its picture alone
    picture: str  # from `similarity.picture_hash`
    settled: Side | None = None  # the side that an earlier version of the lineage has put it on


def split(members: Sequence[Member], *, evaluation_share: float, near: int = NEAR) -> list[Side]:
    """Put each crop on a side.

    A group that an earlier version trained on stays in training: evaluation crops must be new to every model of the
    lineage. Otherwise a group that an earlier version held back in part stays held back. Otherwise a hash decides,
    with the chance `evaluation_share`.

    Args:
        members: the crops.
        evaluation_share: share of the groups, 0..1.
        near: most bits (of 256) in which the hashes of two pictures of a group differ.

    Returns:
        The side of each member.
    """
    groups = _Groups(len(members))
    by_code: dict[str, int] = {}
    for place, member in enumerate(members):
        if member.code:
            groups.join(by_code.setdefault(member.code, place), place)
    for a, b in near_pairs([member.picture for member in members], near):
        groups.join(a, b)
    settled: dict[int, set[Side]] = {}
    named: dict[int, str] = {}
    for place, member in enumerate(members):
        group = groups.find(place)
        if member.settled is not None:
            settled.setdefault(group, set()).add(member.settled)
        name = _hash(f"code {member.code}" if member.code else f"crop {member.digest}")
        named[group] = min(name, named.get(group, name))
    sides = {group: _side(settled.get(group, set()), name, evaluation_share) for group, name in named.items()}
    return [sides[groups.find(place)] for place in range(len(members))]


def _side(settled: set[Side], name: str, evaluation_share: float) -> Side:
    if "training" in settled:
        return "training"
    if "evaluation" in settled:
        return "evaluation"
    # Hashed once more, because the smallest of several hashes is small and would favour one side.
    return "evaluation" if int(_hash(f"side {name}")[:16], 16) < evaluation_share * 2**64 else "training"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Groups:
    """Disjoint sets with path halving (Tarjan and van Leeuwen 1984)."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def find(self, place: int) -> int:
        above = self._above
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    def join(self, a: int, b: int) -> None:
        a, b = self.find(a), self.find(b)
        self._above[max(a, b)] = min(a, b)
