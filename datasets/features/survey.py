"""Lists of crops that are worth a look, chosen by what their neighbours and their labels say.

- near-duplicates: crops of which another one looks the same, group by group.
- outliers: crops that look like no others: those farthest from their ten nearest.
- thin regions: crops with a close neighbour, but few of them: kinds of tags of which the store holds only some.
- doubtful labels: labels that contradict a sure reading, or the label of a crop that looks nearly the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from datasets.features.derived_file import save_bytes
from datasets.features.feature_files import Rows, digest_at, is_blank
from datasets.features.live_labels import NO_TEXT, LiveLabels, places_among
from datasets.features.neighbours import NONE, NeighbourTable

ListName = Literal["near-duplicates", "outliers", "thin-regions", "doubtful-labels"]
LIST_NAMES: tuple[ListName, ...] = get_args(ListName)

# Cosines, measured with the shipped encoder on rendered crops. Pictures that were shifted by three pixels, turned by
# two degrees, darkened or compressed hard are above the first in three of four cases; two photos of a text rarely.
SAME_PICTURE = 0.995
# Two photos of the same text are above it in two of five cases, photos of different texts never were.
SAME_TEXT = 0.99
SURE = 0.9  # confidence from which a reading speaks against a label that says otherwise
_FEWEST = 20  # crops of which neighbours say anything
_SHARE = 0.01  # of all crops that are called outliers or in thin regions
_AT_LEAST, MOST = 20, 600  # crops of such a list


class FoundList(BaseModel):
    """A list of crops."""

    model_config = ConfigDict(frozen=True)

    samples: tuple[str, ...]  # digests in the order of the list, at most `MOST`
    found: int  # crops that the rule takes, of which the first are listed


class Survey(BaseModel):
    """The lists of a store's crops, as of one moment."""

    model_config = ConfigDict(frozen=True)

    crops: int  # that were compared
    lists: Mapping[ListName, FoundList]

    @classmethod
    def load(cls, path: Path) -> Survey | None:
        """Read a survey; None if there is none, or a damaged one."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None

    def save(self, path: Path) -> None:
        """Write the survey whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        save_bytes(path, self.model_dump_json().encode())


def survey(crops: NDArray[np.void], table: NeighbourTable, labels: LiveLabels) -> Survey:
    """Choose the crops of every list.

    Args:
        crops: digests of the rows that the table is about.
        table: their neighbours.
        labels: of the store.
    """
    known = np.flatnonzero(~is_blank(crops))
    chosen: dict[ListName, Rows] = {name: np.empty(0, np.int64) for name in LIST_NAMES}
    if len(known) >= _FEWEST:
        chosen["near-duplicates"] = near_duplicates(table)
        chosen["outliers"] = outliers(table, known)
        chosen["thin-regions"] = thin_regions(table, known)
    chosen["doubtful-labels"] = doubtful(crops, table, labels)
    lists = {
        name: FoundList(samples=tuple(digest_at(crops, row) for row in rows[:MOST].tolist()), found=len(rows))
        for name, rows in chosen.items()
    }
    return Survey(crops=len(known), lists=lists)


def near_duplicates(table: NeighbourTable) -> Rows:
    """Rows of which another one shows the same picture: groups of them, that with the closest pair first."""
    close = (table.cosines >= SAME_PICTURE) & (table.rows != NONE)
    first, place = np.nonzero(close)
    second, cosines = table.rows[first, place], table.cosines[first, place]
    parent = {row: row for row in {*first.tolist(), *second.tolist()}}

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        parent[root(one)] = root(other)
    closest: dict[int, float] = {}
    for one, cosine in zip(first.tolist(), cosines.tolist(), strict=True):
        group = root(one)
        closest[group] = max(closest.get(group, -1.0), cosine)
    return np.array(sorted(parent, key=lambda row: (-closest[root(row)], root(row), row)), np.int64)


def outliers(table: NeighbourTable, known: Rows) -> Rows:
    """The rows that are farthest from their neighbours on the average, the farthest first."""
    cosines = np.where(table.rows[known] == NONE, np.nan, table.cosines[known])
    with np.errstate(all="ignore"):
        mean = np.nanmean(cosines, axis=1)
    return known[np.argsort(mean, kind="stable")[: _number(len(known))]]


def thin_regions(table: NeighbourTable, known: Rows) -> Rows:
    """The rows whose nearest is closer than that of half of all, and whose tenth is farthest; the farthest first."""
    nearest, tenth = table.cosines[known, 0], table.cosines[known, -1]
    has_company = np.flatnonzero((nearest > np.median(nearest)) & (table.rows[known, -1] != NONE))
    return known[has_company[np.argsort(tenth[has_company], kind="stable")[: _number(len(known))]]]


def doubtful(crops: NDArray[np.void], table: NeighbourTable, labels: LiveLabels) -> Rows:
    """The rows of crops whose label something sure contradicts, the surest first; those the team has checked are not.

    What contradicts is the reading, if it was another text of at least `SURE`, or a crop that looks nearly the same
    (`SAME_TEXT`) and whose label has another text.
    """
    rows = places_among(labels.crops, crops)
    doubts = np.where(labels.is_as_read, 0.0, labels.confidences)
    doubts[doubts < SURE] = 0.0
    text_of = np.full(len(crops), NO_TEXT, np.uint64)
    # The last label of a crop counts, and a checked one before all others.
    for is_checked in (False, True):
        some = np.flatnonzero((labels.is_checked == is_checked) & (rows >= 0))
        text_of[rows[some]] = labels.texts[some]
    compared = np.flatnonzero((rows >= 0) & (rows < len(table)) & (labels.texts != NO_TEXT))
    others, cosines = table.rows[rows[compared]], table.cosines[rows[compared]]
    texts = np.where(others == NONE, np.uint64(NO_TEXT), text_of[np.maximum(others, 0)])
    differs = (texts != NO_TEXT) & (texts != labels.texts[compared, None]) & (cosines >= SAME_TEXT)
    doubts[compared] = np.maximum(doubts[compared], np.where(differs, cosines, 0.0).max(axis=1, initial=0.0))
    doubts[labels.is_checked | (rows < 0)] = 0.0
    order = np.argsort(-doubts, kind="stable")
    found = rows[order[doubts[order] > 0.0]]
    _, first = np.unique(found, return_index=True)
    chosen: Rows = found[np.sort(first)]
    return chosen


def _number(crops: int) -> int:
    return min(MOST, max(_AT_LEAST, round(_SHARE * crops)), crops)
