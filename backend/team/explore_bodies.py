"""The bodies and forms of the routes by which the team explores its data, as documented in OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from backend.schemas import ModelNameBody, Probability
from backend.team.author import TEAM, Author
from backend.team.label_changes import Change
from datasets.samples.search.parser import LONGEST
from datasets.samples.search.saved import LONGEST_NAME
from datasets.samples.search.search_index import Order

MOST_AT_ONCE = 60  # labels of a page, and labels changed by one request
_ID = r"[!-~]{1,128}"
_EVENT = r"events/[0-9a-f]{16}/\d{10}-[0-9a-f]{32}\.json"


class QualityBody(BaseModel):
    """How well a crop can be seen; measures to compare crops by, without units."""

    light: int = Field(description="Mean brightness, 0 to 255.")
    contrast: float = Field(description="Standard deviation of the brightness.")
    sharpness: float = Field(
        description="Variance of the Laplacian at a height of 32 pixels, over that of the brightness."
    )


class FoundBody(BaseModel):
    """A label with its crop."""

    prediction_id: str = Field(description="Whose label it is.")
    event: str = Field(description="Which label it is; send it with a change.")
    sample: str = Field(description="Names the crop.")
    status: Literal["accepted", "corrected", "unreadable"]
    text: str = Field(description="The line; empty for unreadable.")
    source: str = Field(
        description="app, an import ...; review, review-fixed and review-dropped are second looks of the team."
    )
    by: str = Field(description="Who of the team said it, in a change or in undoing one; empty for a shopper.")
    tags: list[str] = Field(description="Of the crop.")
    projects: list[str] = Field(description="Ids of those that the crop belongs to, as far as the sender sees them.")
    values: dict[str, str] = Field(description="Metadata of the crop.")
    code: str
    brands: list[str] = Field(description="Whose formats the line fits.")
    read_text: str
    read_confidence: Probability
    model: ModelNameBody
    client: str
    at: datetime
    turn: int = Field(description="Quarter turns clockwise that the shopper applied.")
    width: int
    height: int
    doubt: Probability = Field(description="How hard the label is to believe.")
    quality: QualityBody | None = Field(description="null until the crop is measured.")
    thumbnail: str | None = Field(
        default=None, description="WebP in base64, where it was asked for; null where the crop cannot be read."
    )


class FoundPageBody(BaseModel):
    """A page of the labels that a search finds."""

    items: list[FoundBody]
    after: str | None = Field(description="Send it for the next page; null on the last one.")


class FoundCountBody(BaseModel):
    """How many labels a search finds."""

    labels: int
    is_exact: bool = Field(description="Whether they were counted; else it is an estimate: counting takes long.")


class PastEventBody(BaseModel):
    """An event about a label, or about the tags and metadata of its crop."""

    kind: Literal["label", "deleted", "marks"]
    stored_at: datetime
    status: Literal["accepted", "corrected", "unreadable"] | None = Field(
        description="null: the label was taken back, or it is about marks."
    )
    text: str | None
    source: str | None = Field(description="Where it comes from: the app, an import, a second look of the team.")
    by: str = Field(description="Who of the team did it; empty for a shopper, and for changes of earlier releases.")
    undoes: bool = Field(description="Whether it undoes a change: the label is as it was before that.")
    given: list[str] = Field(default_factory=list, description="Of marks: tags, and metadata as key=value.")
    taken: list[str] = Field(default_factory=list, description="Of marks: tags, and keys of metadata.")
    undone_by: str | None = Field(default=None, description="Of marks: who took them back; null: nobody has.")


class HeldBody(BaseModel):
    """A dataset version that holds a crop."""

    version: str
    side: Literal["training", "evaluation", "unreadable"]


class DetailsBody(BaseModel):
    """A label with everything that is known about it and its crop."""

    label: FoundBody
    can_undo: bool = Field(description="Whether the last event is a change of the team that can be undone.")
    history: list[PastEventBody] = Field(
        description="Of this label and of its crop's marks, the oldest first; of the label at most the last 200 events."
    )
    others: list[FoundBody] = Field(description="Other labels of the same crop, the latest first; at most 50.")
    quality: QualityBody | None = Field(description="null where the crop cannot be read.")
    versions: list[HeldBody] = Field(description="v2.0 before v10.0.")


class ChangeForm(BaseModel):
    """A change of one or many labels."""

    change: Change = Field(
        description="fix: the lines say `text`; keep: right as they are; drop: no version shall have them; unreadable: "
        "nobody can read them; undo: as before the team's last change."
    )
    labels: str = Field(
        pattern=rf"^{_ID} {_EVENT}(\r?\n{_ID} {_EVENT}){{0,{MOST_AT_ONCE - 1}}}\s*$",
        description=f"At most {MOST_AT_ONCE} lines: a label's `prediction_id`, a space, its `event` as it was seen.",
    )
    text: str = Field(default="", max_length=64, description="The right line; for `fix`.", examples=["GW2871"])
    by: Author = TEAM

    def seen(self) -> list[tuple[str, str]]:
        """Prediction and event of each label."""
        pairs = (line.split(" ") for line in self.labels.split("\n") if line.strip())
        return [(prediction, event.strip()) for prediction, event in pairs]


class ChangedBody(BaseModel):
    """What became of the change of one label."""

    prediction_id: str
    problem: Literal["label-moved", "not-found", "nothing-to-undo", "bad-label", "damaged", "not-yours"] | None = Field(
        description="Why the label is as it was; null: it is changed and on the disk."
    )
    label: FoundBody | None = Field(description="As it is now; null with a problem.")


class ChangesBody(BaseModel):
    """What became of the change, label by label."""

    items: list[ChangedBody]


class SavedSearchBody(BaseModel):
    """A search that is saved under a name."""

    name: str
    line: str = Field(description="Of the search language; empty finds everything.")
    order: str
    by: str = Field(description="Who saved it last.")
    at: datetime


class SavedSearchForm(BaseModel):
    """A search to be saved."""

    name: str = Field(min_length=1, max_length=2 * LONGEST_NAME, description=f"At most {LONGEST_NAME} characters.")
    where: str = Field(default="", max_length=LONGEST, description="A line of the search language.")
    order: Order = "newest"
    instead_of: str = Field(
        default="", max_length=2 * LONGEST_NAME, description="Name of the saved search that it takes the place of."
    )
    by: str = Field(default="team", min_length=1, max_length=200, description="Who saves it.")


class TeachingBody(BaseModel):
    """The labels that teach a recognizer most."""

    items: list[FoundBody] = Field(description="One of each kind in turn, the least sure reading first.")
    looked_at: int = Field(description="Least sure labels among which was chosen.")
    kinds: int = Field(description="Kinds among those: brand format and shape of the code.")


class SelectionForm(BaseModel):
    """Crops that were chosen by hand, or all that a search finds."""

    samples: list[str] = Field(
        default=[], max_length=12, description="Names of crops, with spaces between; the field may be given again."
    )
    where: str = Field(default="", max_length=LONGEST, description="Or a line of the search language; empty for all.")
    by: Author = TEAM


class DownloadBody(BaseModel):
    """A download."""

    at: datetime
    by: str = Field(description="Who asked.")
    kind: str = Field(description="Of the file: `zip`, `csv` ...")
    search: str = Field(description="What it holds, in the search language.")


class FreezeForm(SelectionForm):
    """A dataset version to be made."""

    name: str = Field(
        default="",
        pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$",
        description="Of the version; empty is the one after the highest, as `v2.1` after `v2.0`.",
    )
    cycle: bool = Field(default=False, description="Whether the worker is asked to train on it.")
    why: str = Field(default="", max_length=200, description="Why, in words.")
    key: str = Field(
        default="", pattern=r"^[A-Za-z0-9_-]{0,64}$", description="Random; the same key again is the same request."
    )


class FrozenBody(BaseModel):
    """A dataset version that was made."""

    name: str
    crops: dict[str, int] = Field(description="By side: training, evaluation, unreadable.")
    left_out: int = Field(description="Crops whose labels wait for a second look.")
    cycle: str | None = Field(description="The request for a cycle on it, if one was asked for.")


class SearchPartBody(BaseModel):
    """A part of a search: a comparison, or parts that are joined or denied."""

    kind: Literal["and", "or", "not", "comparison"]
    parts: list[SearchPartBody] = Field(default=[], description="None with `and`: everything is found.")
    field: str = ""
    operator: str = ""
    values: list[str] = []


class FieldBody(BaseModel):
    """A field of the search language."""

    name: str
    kind: str
    operators: list[str]


class SearchFaultBody(BaseModel):
    """Where a search cannot be understood."""

    position: int | None
    suggestions: list[str] = Field(description="Whole lines that may have been meant.")


class SearchHelpBody(BaseModel):
    """Help with a search while it is typed."""

    line: str = Field(description="As it was sent.")
    part: SearchPartBody | None = Field(description="Its parts; null where it cannot be understood.")
    count: FoundCountBody | None = Field(description="Labels that it finds; null where it cannot be understood.")
    fault: SearchFaultBody | None
    start: int = Field(description="Where the word begins that the suggestions are for, in characters.")
    expected: Literal["field", "operator", "value", "word"]
    suggestions: list[str] = Field(description="As they are written in a search.")
    fields: list[FieldBody]
