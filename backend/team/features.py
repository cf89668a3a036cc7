"""The team's view of what crops look like: neighbours, ready-made searches, the map. Only reads what is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.team.explorer import TeamExplorer
from backend.team.feature_bodies import (
    AlikeBody,
    AlikesBody,
    Colour,
    DensityBody,
    ListBody,
    ListedBody,
    ListsBody,
    MapBody,
)
from backend.team.selection import MOST_CHOSEN, chosen_of
from datasets.features.feature_files import FeatureFiles, digest_at, is_blank, row_of
from datasets.features.feature_folders import present_files, survey_of
from datasets.features.live_labels import places_among
from datasets.features.neighbours import nearest
from datasets.features.own_features import own_files, own_names
from datasets.features.polygon import inside
from datasets.features.projection import CropMap, Dimensions, Method, has_umap, map_file
from datasets.features.survey import ListName
from datasets.samples.search.filters import Filter
from datasets.samples.search.search_index import Traits
from datasets.samples.seen_store import SeenStore

_CELLS = 96  # of a density picture, in each direction
_MOST_TAGS = 8  # that points are coloured by, the commonest


@dataclass(frozen=True)
class _Known:
    """The files that answer, and the digests of their rows."""

    files: FeatureFiles
    stamp: tuple[int, int]
    crops: NDArray[np.void]


class TeamFeatures:
    """Features of a store's crops. Safe to use from several threads.

    Args:
        spool: Folder of the store.
        store: The store, as somebody sees it.
        explorer: Answers with labels of the same.
    """

    def __init__(self, spool: Path, store: SeenStore, explorer: TeamExplorer) -> None:
        self._spool, self._store, self._explorer = spool, store, explorer
        self._hidden: tuple[int, NDArray[np.void]] | None = None  # at which change of marks, and which crops
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def alike(self, digest: str, most: int, own: str = "") -> AlikesBody:
        """The crops that look most like one.

        Args:
            digest: Names the crop.
            most: Crops in the answer.
            own: Name of feature vectors that were brought in; "" for those of the model.

        Raises:
            StoreError: The index does not answer.
        """
        names = [name for name in own_names(self._spool) if self._has_seen(name)]
        if not self._store.marks.seen_among([digest]):
            return AlikesBody(items=[], is_known=False, own=names)
        for known in self._own(own) if own else filter(None, [self._files()]):
            row = row_of(known.crops, digest)
            if row is not None:
                return AlikesBody(items=self._nearest(known, row, most), is_known=True, own=names)
        return AlikesBody(items=[], is_known=False, own=names)

    def _has_seen(self, name: str) -> bool:
        """Whether a crop that is seen has vectors of this name."""
        return self._store.sight is None or any(
            bool(self._seen(known, len(known.crops)).any()) for known in self._own(name)
        )

    def _own(self, name: str) -> Iterator[_Known]:
        for files in own_files(self._spool, name):
            yield _Known(files, files.stamp, files.crops())

    def _nearest(self, known: _Known, row: int, most: int) -> list[AlikeBody]:
        by_digest: dict[str, float] = {}
        # One more is the crop itself; some may be gone meanwhile, and many may be others' (see `_seen`).
        count = 2 * most + 1
        while True:
            blocks = known.files.read_blocks(len(known.crops))
            rows, cosines = nearest(blocks, known.files.read_vector(row), count)
            alike = {
                digest_at(known.crops, other): cosine
                for other, cosine in zip(rows, cosines, strict=True)
                if other != row and cosine > 0.0
            }
            seen = self._store.marks.seen_among(alike)
            by_digest = {digest: cosine for digest, cosine in alike.items() if digest in seen}
            if len(by_digest) >= most or len(alike) < count - 1 or count >= len(known.crops):
                break
            count *= 8
        items, seen = list[AlikeBody](), set[str]()
        for label in self._explorer.named(list(by_digest), with_thumbnails=True, most=most):
            if label.sample not in seen:
                seen.add(label.sample)
                items.append(AlikeBody(label=label, cosine=round(min(1.0, by_digest[label.sample]), 4)))
        return items

    def lists(self, wanted: Filter | None = None) -> ListsBody:
        """The ready-made searches.

        Args:
            wanted: A filter; of the lists, the crops that it takes are counted. None takes all.

        Raises:
            StoreError: The index does not answer.
        """
        known = self._files()
        survey = None if known is None else survey_of(known.files)
        kept = self._store.totals()[1]
        if survey is None or known is None:
            return ListsBody(items=[], crops=0, kept=kept)
        if self._store.sight is None and wanted is None:
            items = [ListBody(name=name, found=found.found) for name, found in survey.lists.items()]
            return ListsBody(items=items, crops=survey.crops, kept=kept)
        items = [
            ListBody(name=name, found=len(self._live(found.samples, wanted))) for name, found in survey.lists.items()
        ]
        crops = survey.crops
        if self._store.sight is not None:
            crops = int(np.count_nonzero(self._seen(known, len(known.crops))))
        return ListsBody(items=items, crops=crops, kept=kept)

    def listed(self, name: ListName, wanted: Filter | None = None) -> ListedBody:
        """The crops of a ready-made search that still have labels.

        Args:
            name: Of the ready-made search.
            wanted: A filter that a label of each crop passes; None passes all.

        Raises:
            StoreError: The index does not answer.
        """
        known = self._files()
        survey = None if known is None else survey_of(known.files)
        if survey is None:
            return ListedBody(samples=[], found=0)
        found = survey.lists[name]
        live = self._live(found.samples, wanted)
        number = found.found if self._store.sight is None and wanted is None else len(live)
        return ListedBody(samples=[digest for digest in found.samples if digest in live], found=number)

    def _live(self, digests: Sequence[str], wanted: Filter | None) -> set[str]:
        """Which of some crops have labels that a filter takes."""
        if wanted is None or not digests:
            return self._store.search.live_among(digests)
        return {sample.digest for sample in chosen_of(self._store.search, digests, wanted)}

    def map(
        self, method: Method | None, colour: Colour, most: int, include: Sequence[str], dimensions: Dimensions = 2
    ) -> MapBody:
        """A map of all crops, or a density picture with a sample that holds outliers and the crops asked for.

        Args:
            method: Which map; None: the best there is.
            colour: What the points are coloured by.
            most: Points.
            include: Names of crops that are points in any case.
            dimensions: 2: on a plane; 3: in space, without a density.

        Raises:
            StoreError: The index does not answer.
        """
        known = self._files()
        methods = () if known is None else self._methods(known, dimensions)
        chosen, drawn = (None, None) if known is None else self._map(known, method, dimensions)
        if known is None or drawn is None:
            nothing = dict.fromkeys(("methods", "samples", "x", "y", "texts", "values"), ())
            others = {"method": None, "has_umap": has_umap(), "crops": 0, "density": None}
            return MapBody.model_validate(nothing | others)
        places = drawn.places
        there = np.flatnonzero(~np.isnan(places[:, 0]) & self._seen(known, len(places)))
        points = there if len(there) <= most else self._drawn(known, there, most, include)
        digests = [digest_at(known.crops, row) for row in points.tolist()]
        traits = self._store.search.traits(digests)
        values = self._values(traits, colour)
        kept = [place for place, digest in enumerate(digests) if digest in traits]
        return MapBody(
            method=chosen,
            methods=list(methods),
            has_umap=has_umap(),
            crops=len(there),
            samples=[digests[place] for place in kept],
            x=np.round(places[points[kept], 0], 3).tolist(),
            y=np.round(places[points[kept], 1], 3).tolist(),
            z=np.round(places[points[kept], 2], 3).tolist() if dimensions == 3 else [],
            texts=[traits[digests[place]].text for place in kept],
            values=[values[digests[place]] for place in kept],
            density=None if len(points) == len(there) or dimensions == 3 else _density(places[there]),
        )

    def inside(self, method: Method | None, outlines: Sequence[NDArray[np.float64]]) -> ListedBody:
        """All crops of the map on a plane that lie inside an outline, the latest first, whether drawn or not.

        Args:
            method: Which map; None: the best there is.
            outlines: Corners of each, (M, 2).

        Raises:
            StoreError: The index does not answer.
        """
        known = self._files()
        drawn = None if known is None else self._map(known, method, 2)[1]
        if known is None or drawn is None:
            return ListedBody(samples=[], found=0)
        places = drawn.places[:, :2]
        chosen = np.zeros(len(places), np.bool_)
        for outline in outlines:
            chosen |= inside(places, outline)
        rows = np.flatnonzero(chosen & self._seen(known, len(places)))[::-1]
        names = [digest_at(known.crops, row) for row in rows[:MOST_CHOSEN].tolist()]
        live = self._store.search.live_among(names)
        return ListedBody(
            samples=[digest for digest in names if digest in live], found=len(rows) - len(names) + len(live)
        )

    def _files(self) -> _Known | None:
        files = present_files(self._spool)
        if files is None:
            return None
        with self._lock:
            known, stamp = self._known, files.stamp
            if known is None or (known.files.folder, known.stamp) != (files.folder, stamp):
                known = self._known = _Known(files, stamp, files.crops())
            return known

    def _seen(self, known: _Known, count: int) -> NDArray[np.bool_]:
        """Which of the first rows have a crop that is seen: (count,)."""
        there: NDArray[np.bool_] = ~is_blank(known.crops[:count])
        if self._store.sight is not None:
            hidden = places_among(self._crops_not_seen(known), known.crops)
            there[hidden[(hidden >= 0) & (hidden < count)]] = False
        return there

    def _crops_not_seen(self, known: _Known) -> NDArray[np.void]:
        """Digests of the crops that somebody does not see, found anew when marks have changed."""
        now = self._store.marks.last_change()
        if self._hidden is None or self._hidden[0] != now:
            digests = b"".join(map(bytes.fromhex, self._store.search.crops_not_seen()))
            self._hidden = now, np.frombuffer(digests, known.crops.dtype)
        return self._hidden[1]

    @staticmethod
    def _methods(known: _Known, dimensions: Dimensions) -> Sequence[Method]:
        """How there are maps, the best first."""
        methods: tuple[Method, ...] = ("umap", "pca")
        return [method for method in methods if map_file(known.files.folder, method, dimensions).exists()]

    def _map(
        self, known: _Known, method: Method | None, dimensions: Dimensions
    ) -> tuple[Method, CropMap] | tuple[None, None]:
        """The map by a method, or the best other one; None if there is none."""
        methods = self._methods(known, dimensions)
        for name in sorted(methods, key=lambda name: name != method):
            entry = CropMap.load(map_file(known.files.folder, name, dimensions))
            if entry is not None and len(entry.places) <= len(known.crops) and entry.places.shape[1] >= dimensions:
                return name, entry
        return None, None

    def _drawn(self, known: _Known, there: NDArray[np.int64], most: int, include: Sequence[str]) -> NDArray[np.int64]:
        """The rows that are points: those asked for, outliers, and others at random."""
        survey = survey_of(known.files)
        outliers = () if survey is None else survey.lists["outliers"].samples[: most // 4]
        first = np.frombuffer(b"".join(map(bytes.fromhex, (*include, *outliers))), known.crops.dtype)
        wanted = np.intersect1d(places_among(first, known.crops), there)[:most]
        others = np.setdiff1d(there, wanted, assume_unique=True)
        drawn = np.random.default_rng(len(others)).choice(others, most - len(wanted), replace=False)
        return np.sort(np.concatenate([wanted, drawn]))

    def _values(self, traits: Mapping[str, Traits], colour: Colour) -> dict[str, str | float]:
        """What each crop is coloured by."""
        if colour == "tag":
            tags = {digest: marks.tags for digest, marks in self._store.marks.of(traits).items()}
            common = sorted(self._store.marks.tags().items(), key=lambda entry: -entry[1])[:_MOST_TAGS]
            return {digest: next((tag for tag, _ in common if tag in tags.get(digest, ())), "") for digest in traits}
        return {digest: getattr(trait, colour) for digest, trait in traits.items()}


def _density(places: NDArray[np.float32]) -> DensityBody:
    counts, x, y = np.histogram2d(places[:, 0], places[:, 1], bins=_CELLS)
    return DensityBody(
        x=(float(x[0]), float(x[-1])), y=(float(y[0]), float(y[-1])), counts=counts.T.astype(int).tolist()
    )
