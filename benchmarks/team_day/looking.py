"""In which order the team looks at crops, and how many of the wrong labels it has seen after so many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.team_day.team_client import TeamClient

STEPS = (20, 40, 60, 100, 200)  # crops looked at
_NEIGHBOURS = 8  # of a point, to whose colour its own is compared
_ODD = 0.3  # share of an upload's labels of one length below which the length is odd


@dataclass(frozen=True, slots=True)
class Way:
    """A way of looking: crops in the order in which they are looked at."""

    name: str
    crops: tuple[str, ...]  # digests

    def seen(self, wrong: Collection[str]) -> list[int]:
        """How many of the wrong ones are among the first 1, 2, 3 ... crops."""
        return list(np.cumsum([crop in wrong for crop in self.crops]).astype(int))

    def seen_after(self, wrong: Collection[str], looked: int) -> int:
        """How many of the wrong ones are among the first so many."""
        return sum(crop in wrong for crop in self.crops[:looked])


def ways(team: TeamClient, upload: str, crops: Collection[str], drawn: Mapping[str, NDArray[np.float64]]) -> list[Way]:
    """The ways that need nothing but the pages: orders, ready-made searches, the search line, the map.

    Args:
        team: Asks the backend.
        upload: Its name.
        crops: Digests of the upload's crops.
        drawn: Where each crop lies on the map.
    """
    here = f"meta.upload = {upload}"
    doubt = _only(crops, (label["sample"] for label in team.found(here, "most doubtful")))
    unsure = _only(crops, (label["sample"] for label in team.found(here, "least sure")))
    listed = _only(crops, team.ask("GET", "lists/doubtful-labels")["samples"])
    labels = {label["sample"]: label for label in team.found(here, "newest")}
    searched = _only(crops, _odd_lines(team, here, labels))
    mapped = _only(crops, _odd_on_map(labels, drawn))
    return [
        Way("sorted by doubt", doubt),
        Way("list of doubtful labels", listed),
        Way("search by length and brand", searched),
        Way("odd colours on the map", mapped),
        Way("list, search and doubt in turn", _in_turn(listed, searched, doubt)),
        Way("sorted by confidence", unsure),
    ]


def _only(crops: Collection[str], found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(crop for crop in found if crop in crops))


def _in_turn(*orders: Sequence[str]) -> tuple[str, ...]:
    """One of each order in turn, until all are through."""
    longest = max(map(len, orders))
    mixed = (order[place] for place in range(longest) for order in orders if place < len(order))
    return tuple(dict.fromkeys(mixed))


def _odd_lines(team: TeamClient, here: str, labels: Mapping[str, dict[str, object]]) -> list[str]:
    """Crops of each kind whose line has a length that few of its kind have, the rarest length first."""
    found: list[tuple[float, str]] = []
    for kind in sorted({_kind(label) for label in labels.values()}):
        lengths = Counter(len(str(label["text"])) for label in labels.values() if _kind(label) == kind)
        total = lengths.total()
        for length, count in lengths.items():
            if count / total < _ODD:
                where = f"{here} and meta.kind = {kind} and length = {length}"
                found += [(count / total, str(label["sample"])) for label in team.found(where, "newest")]
    return [crop for _, crop in sorted(found)]


def _odd_on_map(labels: Mapping[str, dict[str, object]], drawn: Mapping[str, NDArray[np.float64]]) -> list[str]:
    """Crops whose brand few of the points around them have, as the colours show it; the oddest first."""
    names = [crop for crop in labels if crop in drawn]
    places = np.array([drawn[crop] for crop in names])
    colours = [",".join(sorted(map(str, labels[crop]["brands"] or ()))) for crop in names]  # type: ignore[call-overload]
    odd: list[tuple[float, str]] = []
    for at, crop in enumerate(names):
        near = np.argsort(np.square(places - places[at]).sum(1), kind="stable")[1 : _NEIGHBOURS + 1]
        share = sum(colours[other] == colours[at] for other in near) / _NEIGHBOURS
        odd.append((share, crop))
    return [crop for share, crop in sorted(odd) if share < 0.5]


def _kind(label: Mapping[str, object]) -> str:
    values = label["values"]
    return str(values.get("kind", "")) if isinstance(values, dict) else ""


def outline(points: NDArray[np.float64]) -> str:
    """What a lasso around points sends: the corners of their hull, a little wider; `x,y x,y ...`."""
    centre = points.mean(0)
    kept = points[np.square(points - centre).sum(1).argsort()[: max(3, round(0.95 * len(points)))]]
    import cv2

    hull = cv2.convexHull(kept.astype(np.float32))[:, 0]
    wider = centre + 1.02 * (hull - centre)
    return " ".join(f"{x:.4f},{y:.4f}" for x, y in wider.tolist())
