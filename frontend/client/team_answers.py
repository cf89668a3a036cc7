"""The backend's answers to the team (`/v1/team`, `/v1/shadow`), as models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from frontend.client.answers import Answer, ModelName
from frontend.client.explorer_answers import Found

CycleOutcome = Literal["accepted", "rejected", "failed"]


class Reason(Answer):
    """Why something was decided, asked for, or failed; who asked; or the name of an evaluation set.

    A plain text is a reason of kind `words`, as everywhere in the store.
    """

    kind: str
    values: Mapping[str, ReasonValue] = Field(default_factory=dict)
    text: str = ""  # the English sentence

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, answer: object) -> object:
        return {"kind": "words", "values": {"text": answer}, "text": answer} if isinstance(answer, str) else answer


ReasonValue: TypeAlias = "str | int | float | Reason | None"
Reason.model_rebuild()


class SyntheticPart(Answer):
    """Crops that a recipe draws for a version."""

    recipe: str
    count: int


class DatasetVersion(Answer):
    """A dataset version, with the verdict on the last cycle that trained on it."""

    name: str
    created_at: datetime
    parent: str | None
    crops: Mapping[str, int]  # collected crops by side
    synthetic: tuple[SyntheticPart, ...]
    left_out: int
    verdict: CycleOutcome | None
    reason: Reason | None
    author: str = ""  # who asked for it; "" where that was not noted
    is_withheld: bool = False  # whether it holds crops that the visitor does not see


class Card(Answer):
    """The counts of a version."""

    name: str
    tables: Mapping[str, Mapping[str, Mapping[str, int]]]  # by table, value, side
    has_sheet: bool


class Score(Answer):
    """Both models on the same crops of one set."""

    set: Reason
    crops: int
    champion_right: int
    challenger_right: int
    difference: float  # of the shares, as the ends of its interval
    low: float
    high: float


class Cycle(Answer):
    """A finished cycle."""

    id: str
    version: str
    outcome: CycleOutcome
    reason: Reason
    finished_at: datetime
    champion: ModelName | None
    challenger: ModelName | None
    scores: tuple[Score, ...]


class ChampionEntry(ModelName):
    """An entry of the champions' history."""

    number: int
    at: datetime
    by: Reason
    reason: Reason
    kind: str
    dataset_version: str | None
    restores: int | None
    is_signed: bool | None = None  # None: the backend has no key to check it with


class Period(Answer):
    """Confirmed readings of a day, or so many in a row."""

    start: datetime
    end: datetime
    labels: int
    corrected: int
    confidence: float  # mean, 0..1


class Labels(Answer):
    """All confirmed labels."""

    kept: int
    crops: int
    waiting: int
    days: tuple[Period, ...]
    blocks: tuple[Period, ...]
    block: int  # labels in a block


class Queue(Answer):
    """The events that the backend has still to send to the bucket."""

    unsent: int
    oldest_seconds: float
    last_error: str | None


class Overview(Answer):
    """Data and models at a glance."""

    serving: ModelName | None
    serving_number: int | None
    champions: tuple[ChampionEntry, ...]
    versions: tuple[DatasetVersion, ...]
    cycles: tuple[Cycle, ...]
    labels: Labels | None
    queue: Queue | None
    faults: tuple[str, ...]  # parts that could not be read, in English
    set_aside: int = 0  # label events that are wrong or damaged, and do not count
    set_aside_names: tuple[str, ...] = ()  # object names of the first of them


class Progress(Answer):
    """How far a cycle is."""

    stage: str
    done: int
    total: int  # 0 if it is not known


class RunningCycle(Answer):
    """A cycle that was asked for and has not ended; it has no progress before a worker takes it up."""

    id: str
    by: Reason
    version: str | None
    why: Reason
    at: datetime
    worker: str | None
    progress: Progress | None


class Worker(Answer):
    """A worker that listens."""

    worker: str


class Activity(Answer):
    """The workers that listen, and the cycles under way."""

    workers: tuple[Worker, ...]
    cycles: tuple[RunningCycle, ...]


class Requested(Answer):
    """A cycle was asked for, or a request taken back."""

    id: str
    waited: bool = False  # a request for this version waited already


class ReviewItem(Answer):
    """A picture whose labels wait for a second look."""

    sample: str
    reasons: tuple[str, ...]  # a contradiction first
    labels: Annotated[tuple[Found, ...], Field(min_length=1)]  # all that count, the latest first


class Review(Answer):
    """Pictures that wait for a second look, the one with the latest label first."""

    waiting: int  # all of them
    items: tuple[ReviewItem, ...]


class ShadowConfidence(Answer):
    """Means over the crops that both have read; None before the first one."""

    champion: float | None
    challenger: float | None


class CanarySide(Answer):
    """What became of the readings of the champion, or of the challenger, since the challenger began."""

    read: int
    failed: int
    confirmed: int
    corrected: int


class CanaryReturn(Answer):
    """A challenger that answers no more, with the counts as they were."""

    challenger: ModelName
    why: str
    at: datetime
    champion_counts: CanarySide
    challenger_counts: CanarySide


class Canary(Answer):
    """The challenger that answers a share of requests, and the last one that was taken back."""

    challenger: ModelName | None
    share: float
    champion_counts: CanarySide
    challenger_counts: CanarySide
    returned: CanaryReturn | None


class Shadow(Answer):
    """How the challenger reads beside the champion; without a challenger the rest says nothing."""

    challenger: ModelName | None
    champion: ModelName | None
    same: int
    different: int
    dropped: int
    failed: int
    labels: Mapping[str, int]  # confirmed crops by the models that had read them right
    confidence: ShadowConfidence
