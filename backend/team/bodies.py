"""The bodies and forms of the team's routes (`/v1/team`), as documented in OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from backend.schemas import ModelNameBody, Probability
from backend.team.author import TEAM, Author

Counts = dict[str, int]


class ReasonBody(BaseModel):
    """Why something was decided, asked for, or failed; also the author, and which set was evaluated."""

    kind: str = Field(description="Names the sentence; `words` is one that a person wrote.", examples=["corrections"])
    values: dict[str, str | int | float | ReasonBody | None] = Field(
        description="What fills the sentence.", examples=[{"corrected": 204, "enough": 200}]
    )
    text: str = Field(description="The sentence in English.", examples=["204 new corrected labels, 200 are enough"])


class SyntheticPartBody(BaseModel):
    """Crops that a recipe draws for a version."""

    recipe: str
    count: int
    side: str


class VersionBody(BaseModel):
    """A dataset version, and the verdict of the last cycle that trained on it."""

    name: str
    created_at: datetime
    parent: str | None
    filters: list[str]
    crops: Counts = Field(description="Collected crops on each side: training, evaluation, unreadable.")
    synthetic: list[SyntheticPartBody]
    left_out: int = Field(description="Crops whose labels waited for a second look.")
    labels_seen: int = Field(description="Label events that it was drawn up from.")
    verdict: Literal["accepted", "rejected", "failed"] | None = Field(
        description="Of the last cycle on it; null: none has finished."
    )
    reason: ReasonBody | None = Field(description="Of the verdict; null without one.")
    author: str = Field(default="", description="Who asked for it; empty where that was not noted.")
    is_withheld: bool = Field(
        default=False, description="Whether it holds crops that the sender does not see: only numbers are told."
    )


class CardBody(BaseModel):
    """The counts of a dataset version."""

    name: str
    tables: dict[str, dict[str, Counts]] = Field(description="By table, value, side.")
    has_sheet: bool = Field(description="Whether there is a contact sheet.")


class ScoreBody(BaseModel):
    """Champion and challenger on the same crops of one set."""

    set: ReasonBody
    kind: Literal["holdout", "set"] = Field(description="holdout: crops that shoppers confirmed.")
    crops: int
    champion_right: int
    challenger_right: int
    fixed: int
    broken: int
    difference: float = Field(description="Of the shares that are right, challenger minus champion.")
    low: float
    high: float
    p: float
    verdict: str


class CycleBody(BaseModel):
    """A finished cycle, from its report."""

    id: str
    version: str
    outcome: Literal["accepted", "rejected", "failed"]
    reason: ReasonBody
    by: ReasonBody
    why: ReasonBody
    started_at: datetime
    finished_at: datetime
    champion: ModelNameBody | None
    challenger: ModelNameBody | None
    promoted_number: int | None
    scores: list[ScoreBody] = Field(description="The collected holdout first; slices are in the report.")
    notes: list[str]


class ChampionEntryBody(BaseModel):
    """An entry of the champions' history."""

    number: int
    model: str
    name: str
    version: str
    at: datetime
    by: ReasonBody
    reason: ReasonBody
    kind: Literal["promotion", "rollback", "rejection-revert"]
    dataset_version: str | None
    restores: int | None
    is_signed: bool | None = Field(
        description="Whether it carries the signature of the store's key; null: none is set on this backend."
    )


class PeriodBody(BaseModel):
    """Confirmed readings of a day, or so many in a row."""

    start: datetime
    end: datetime
    labels: int
    corrected: int
    unreadable: int
    confidence: Probability = Field(description="Mean confidence of the readings.")


class QueueBody(BaseModel):
    """What this backend has still to send to the bucket."""

    unsent: int
    oldest_seconds: float
    stuck: int
    last_error: str | None


class LabelsBody(BaseModel):
    """Confirmed labels of all shoppers."""

    kept: int
    crops: int
    by_status: Counts
    waiting: int = Field(description="Pictures whose labels wait for a second look.")
    days: list[PeriodBody] = Field(description="By day, UTC; days without labels are left out.")
    blocks: list[PeriodBody] = Field(description="By so many labels in a row, the oldest first; the last may be short.")
    block: int = Field(description="Labels in a row.")


class OverviewBody(BaseModel):
    """Data and models at a glance."""

    serving: ModelNameBody | None = Field(description="The model that reads on this backend.")
    serving_number: int | None = Field(description="Which champion that is; null: the shipped model.")
    champions: list[ChampionEntryBody] = Field(description="The last one serves.")
    versions: list[VersionBody] = Field(description="v2.0 before v10.0.")
    cycles: list[CycleBody] = Field(description="The oldest first.")
    labels: LabelsBody | None
    queue: QueueBody | None = Field(description="null without a bucket: labels then stay on this machine.")
    faults: list[str] = Field(description="What could not be read just now, in words.")
    set_aside: int = Field(
        description="Label events and entries above the champion that are wrong, damaged or unsigned."
    )
    set_aside_names: list[str] = Field(description="Object names of the first of them; `verify` gives the reasons.")


class WorkerBody(BaseModel):
    """A worker that listens."""

    worker: str
    doing: str = Field(description="Id of the cycle that it works on; empty while it waits.")
    at: datetime


class ProgressBody(BaseModel):
    """How far a cycle is."""

    stage: str
    done: int
    total: int = Field(description="0 if it is not known.")
    message: str
    at: datetime


class RunningCycleBody(BaseModel):
    """A cycle that was asked for and has not ended."""

    id: str
    by: ReasonBody
    version: str | None
    why: ReasonBody
    at: datetime
    worker: str | None = Field(description="That works on it.")
    progress: ProgressBody | None


class ActivityBody(BaseModel):
    """What workers do."""

    workers: list[WorkerBody] = Field(description="Those that are alive; without any, no worker listens.")
    cycles: list[RunningCycleBody] = Field(description="The oldest request first.")


class RequestedBody(BaseModel):
    """A cycle was asked for."""

    id: str
    waited: bool = Field(description="Whether a request for this version waited already; no second one is made.")


class WithdrawnBody(BaseModel):
    """A request for a cycle was taken back."""

    id: str


class CycleForm(BaseModel):
    """The request for a cycle."""

    version: str = Field(
        default="",
        pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$",
        description="Dataset version to train on; without one the worker makes one from the labels so far.",
    )
    why: str = Field(default="", max_length=200, description="In words.")
    key: str = Field(
        default="", pattern=r"^[A-Za-z0-9_-]{0,64}$", description="Random; the same key again is the same request."
    )


class TagBody(BaseModel):
    """A tag, and how many labels have a crop with it."""

    tag: str
    labels: int


class MarksForm(BaseModel):
    """A change of tags and metadata."""

    samples: str = Field(default="", max_length=16_000, description="Names of crops, with spaces between.")
    where: str = Field(default="", max_length=2000, description="Or a filter: the crops of all labels that match.")
    give: str = Field(default="", max_length=2000, description="Tags, one a line.", examples=["blurry"])
    take: str = Field(default="", max_length=2000, description="Tags, one a line.")
    values: str = Field(default="", max_length=8000, description="Metadata, key=value, one a line.")
    drop: str = Field(default="", max_length=2000, description="Keys of metadata, one a line.")
    join: str = Field(default="", max_length=2000, description="Ids of projects that the crops join, one a line.")
    leave: str = Field(default="", max_length=2000, description="Ids of projects that they leave, one a line.")
    by: Author = TEAM
    action: str = Field(
        default="", pattern=r"^([0-9a-f]{32})?$", description="Random; the same again is the same change."
    )


class ActionBody(BaseModel):
    """A change of tags and metadata that was kept, or taken back."""

    action: str = Field(description="Names the change; it can be taken back.")
    crops: int
