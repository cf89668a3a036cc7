"""The backend's answers about single labels and crops (`/v1/team/samples`, `/v1/team/labels`), as models."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, RootModel

from frontend.client.answers import Answer, LabelStatus, ModelName

Order = Literal[
    "newest",
    "oldest",
    "surest",
    "least sure",
    "most doubtful",
    "sharpest",
    "least sharp",
    "brightest",
    "darkest",
    "most contrast",
    "least contrast",
]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
# Orders by a measure of the crop, by the field of that measure; they leave out crops that are not measured yet.
MEASURED: Final[Mapping[Order, Literal["sharpness", "light", "contrast"]]] = {
    "sharpest": "sharpness",
    "least sharp": "sharpness",
    "brightest": "light",
    "darkest": "light",
    "most contrast": "contrast",
    "least contrast": "contrast",
}
Change = Literal["fix", "keep", "drop", "unreadable", "undo"]
CHANGES: Final[tuple[Change, ...]] = get_args(Change)

_MOST_BYTES = 200_000  # of a thumbnail, which has 240 x 120 pixels


def _data_url(picture: object) -> str | None:
    """A thumbnail as a data URL; its bytes are checked, because a page puts it into an attribute."""
    if picture is None:
        return None
    data = base64.b64decode(str(picture), validate=True)
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) > _MOST_BYTES:
        raise ValueError("not the thumbnail of a crop")
    return "data:image/webp;base64," + base64.b64encode(data).decode("ascii")


class Quality(Answer):
    """How well a crop can be seen."""

    light: int  # 0 to 255
    contrast: float
    sharpness: float


class Found(Answer):
    """A label with its crop."""

    prediction_id: str
    event: str  # which label it is
    sample: str  # names the crop
    status: LabelStatus
    text: str
    source: str
    by: str = ""  # who of the team said it
    tags: tuple[str, ...]  # of the crop
    projects: tuple[str, ...] = ()  # ids of those that the crop belongs to
    values: Mapping[str, str]  # metadata of the crop
    code: str
    brands: tuple[str, ...]
    read_text: str
    read_confidence: float
    model: ModelName
    client: str
    at: datetime
    turn: int
    width: int
    height: int
    doubt: float  # 0 to 1
    quality: Quality | None  # None until the crop is measured
    thumbnail: Annotated[str | None, BeforeValidator(_data_url)] = None  # a data URL


class FoundPage(Answer):
    """A page of the labels that a search finds."""

    items: tuple[Found, ...]
    after: str | None  # leads to the next page


class FoundCount(Answer):
    """How many labels a search finds."""

    labels: int
    is_exact: bool


class PastEvent(Answer):
    """An event about a label, or about the marks of its crop; a label's without a status took it back."""

    kind: str = "label"
    stored_at: datetime
    status: LabelStatus | None
    text: str | None
    source: str | None
    by: str = ""  # who of the team did it
    undoes: bool = False  # whether it undoes a change
    given: tuple[str, ...] = ()  # tags and metadata
    taken: tuple[str, ...] = ()
    undone_by: str | None = None  # who took these marks back


class Held(Answer):
    """A dataset version that holds a crop."""

    version: str
    side: Literal["training", "evaluation", "unreadable"]


class Details(Answer):
    """A label with everything that is known about it and its crop."""

    label: Found
    can_undo: bool
    history: tuple[PastEvent, ...]  # the oldest first
    others: tuple[Found, ...]  # other labels of the same crop
    quality: Quality | None
    versions: tuple[Held, ...]


class ReadingNow(Answer):
    """How the model that serves now reads a crop."""

    text: str
    confidence: float
    model: ModelName


class Changed(Answer):
    """What became of the change of one label."""

    prediction_id: str
    problem: str | None
    label: Found | None  # as it is now


class Changes(Answer):
    """What became of a change, label by label."""

    items: tuple[Changed, ...]


class TagCount(Answer):
    """A tag, and how many labels have a crop with it."""

    tag: str
    labels: int


class TagCounts(RootModel[tuple[TagCount, ...]]):
    """All tags."""


class Marked(Answer):
    """A change of tags that was kept, or taken back."""

    action: str  # names the change; it can be taken back
    crops: int


class SavedSearch(Answer):
    """A search that the team has saved under a name."""

    name: str
    line: str  # of the search language; "" finds everything
    order: Annotated[Order, BeforeValidator(lambda order: order if order in ORDERS else ORDERS[0])]


class SavedSearchList(RootModel[tuple[SavedSearch, ...]]):
    """All saved searches, by name."""


class Teaching(Answer):
    """The labels that teach a recognizer most."""

    items: tuple[Found, ...]
    looked_at: int  # least sure labels among which was chosen
    kinds: int  # brand formats and shapes of codes among those


class Frozen(Answer):
    """A dataset version that was made."""

    name: str
    crops: Mapping[Literal["training", "evaluation", "unreadable"], int]
    left_out: int
    cycle: str | None  # the request for a cycle on it


class SearchPart(Answer):
    """A part of a search: a comparison, or parts that are joined or denied."""

    kind: Literal["and", "or", "not", "comparison"]
    parts: tuple[SearchPart, ...] = ()
    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


class SearchField(Answer):
    """A field of the search language."""

    name: str
    kind: str
    operators: tuple[str, ...]


class SearchFault(Answer):
    """Where a search cannot be understood."""

    position: int | None
    suggestions: tuple[str, ...]  # whole lines that may have been meant


class SearchHelp(Answer):
    """Help with a search while it is typed."""

    line: str
    part: SearchPart | None  # None where the line cannot be understood
    count: FoundCount | None
    fault: SearchFault | None
    start: int  # where the word begins that the suggestions are for, in characters
    suggestions: tuple[str, ...]
    fields: tuple[SearchField, ...]
