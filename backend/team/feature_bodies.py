"""The bodies and forms of the routes about what crops look like, as documented in OpenAPI."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from backend.team.explore_bodies import MOST_AT_ONCE, FoundBody
from datasets.features.projection import Method
from datasets.features.survey import ListName

MOST_POINTS = 20_000  # of a map that single crops are drawn on
MOST_INCLUDED = 240  # crops that are drawn in any case
Colour = Literal["status", "brand", "confidence", "model", "tag"]
_DIGEST = r"[0-9a-f]{64}"


class AlikeBody(BaseModel):
    """A label whose crop looks like another one."""

    label: FoundBody
    cosine: float = Field(description="Of the angle between their features; 1: the encoder sees the same.")


class AlikesBody(BaseModel):
    """The crops that look most like one."""

    items: list[AlikeBody] = Field(description="The most alike first; one label of each crop.")
    is_known: bool = Field(description="Whether the crop has such features; a model's are made in the background.")
    own: list[str] = Field(default=[], description="Names of feature vectors that were brought in.")


class ListBody(BaseModel):
    """A ready-made search."""

    name: ListName = Field(
        description="near-duplicates: another crop looks the same (cosine of at least 0.995). outliers: farthest from "
        "their ten nearest, the hundredth part of all. thin-regions: with a close neighbour, and few of them: the "
        "tenth is farthest. doubtful-labels: a reading of at least 90 % says otherwise, or the label of a crop that "
        "looks nearly the same (0.99); those the team has looked at are left out."
    )
    found: int = Field(description="Crops that its rule takes; at most 600 of them are listed.")


class ListsBody(BaseModel):
    """The ready-made searches, and the crops that they are about."""

    items: list[ListBody] = Field(description="Empty until all is computed for the first time.")
    crops: int = Field(description="Crops that were compared.")
    kept: int = Field(description="Crops of the store; those not compared yet follow in the background.")


class ListedBody(BaseModel):
    """The crops of a ready-made search."""

    samples: list[str] = Field(description="Names of crops, in the order of the list.")
    found: int


class NamedForm(BaseModel):
    """Crops whose labels are asked for."""

    samples: str = Field(
        pattern=rf"^{_DIGEST}(\s+{_DIGEST}){{0,{MOST_AT_ONCE - 1}}}\s*$",
        description=f"Names of at most {MOST_AT_ONCE} crops, with spaces between.",
    )
    thumbnails: bool = Field(default=False, description="Whether each crop carries its thumbnail.")


class NamedBody(BaseModel):
    """The labels of some crops."""

    items: list[FoundBody] = Field(description="In the order of the crops, the latest label of each first.")


class MapForm(BaseModel):
    """A map that is asked for."""

    method: Method | None = Field(default=None, description="Unset: UMAP where there is one.")
    colour: Colour = "status"
    dimensions: int = Field(default=2, ge=2, le=3, description="3: a map in space, without a density.")
    most: int = Field(default=8000, ge=100, le=MOST_POINTS, description="Most points.")
    include: str = Field(
        default="",
        pattern=rf"^({_DIGEST}(\s+{_DIGEST}){{0,{MOST_INCLUDED - 1}}}\s*)?$",
        description=f"Names of at most {MOST_INCLUDED} crops that are among the points in any case.",
    )


class InsideForm(BaseModel):
    """Crops inside what was drawn on a map."""

    method: Method | None = Field(default=None, description="Of the map; unset: UMAP where there is one.")
    outlines: str = Field(
        max_length=200_000,
        pattern=r"^[-+0-9.eE,; ]+$",
        description="Corners of an outline in order, `x,y x,y x,y`; several outlines with `;` between.",
    )


class DensityBody(BaseModel):
    """How many crops lie where, on a map with more of them than points."""

    x: tuple[float, float] = Field(description="From the left edge of the first column to the right one of the last.")
    y: tuple[float, float]
    counts: list[list[int]] = Field(description="Row by row, the lowest first.")


class MapBody(BaseModel):
    """Crops on a plane: those that look alike lie near each other."""

    method: Method | None = Field(description="null: there is no map yet.")
    methods: list[Method] = Field(description="That there are maps by.")
    has_umap: bool = Field(description="Whether umap-learn is installed here; if not, there is no map by UMAP.")
    crops: int = Field(description="Crops on the map.")
    samples: list[str] = Field(description="Names of the crops that are points.")
    x: list[float]
    y: list[float]
    z: list[float] = Field(default=[], description="Of a map in space; empty on a plane.")
    texts: list[str] = Field(description="The line of each point's label.")
    values: list[str | float] = Field(description="What each point is coloured by.")
    density: DensityBody | None = Field(description="null where every crop is a point.")
