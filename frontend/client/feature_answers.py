"""The backend's answers about what crops look like (`/v1/team/lists`, `/v1/team/map`), as models."""

from __future__ import annotations

from typing import Final, Literal, get_args

from frontend.client.answers import Answer
from frontend.client.explorer_answers import Found

ListName = Literal["near-duplicates", "outliers", "thin-regions", "doubtful-labels"]
LIST_NAMES: Final[tuple[ListName, ...]] = get_args(ListName)
Colour = Literal["status", "brand", "confidence", "model", "tag"]
COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
Method = Literal["pca", "umap"]


class Alike(Answer):
    """A label whose crop looks like another one."""

    label: Found
    cosine: float


class Alikes(Answer):
    """The crops that look most like one, the most alike first."""

    items: tuple[Alike, ...]
    is_known: bool  # whether the crop has such features yet
    own: tuple[str, ...] = ()  # names of feature vectors that were brought in


class ListCount(Answer):
    """A ready-made search."""

    name: ListName
    found: int


class Lists(Answer):
    """The ready-made searches."""

    items: tuple[ListCount, ...]  # none until all is computed for the first time
    crops: int  # that were compared
    kept: int  # of the store


class Listed(Answer):
    """The crops of a ready-made search."""

    samples: tuple[str, ...]
    found: int


class Named(Answer):
    """The labels of some crops."""

    items: tuple[Found, ...]


class Density(Answer):
    """How many crops lie where."""

    x: tuple[float, float]
    y: tuple[float, float]
    counts: tuple[tuple[int, ...], ...]  # row by row, the lowest first


class CropMap(Answer):
    """Crops on a plane, or in space."""

    method: Method | None  # None: there is no map yet
    methods: tuple[Method, ...]
    has_umap: bool
    crops: int
    samples: tuple[str, ...]  # of the points
    x: tuple[float, ...]
    y: tuple[float, ...]
    z: tuple[float, ...] = ()  # of a map in space
    texts: tuple[str, ...]
    values: tuple[str | float, ...]
    density: Density | None
