"""The tables of the index, and which rows of them are live.

`events` has one row for each event. `live` and `live_pairs` name the labels and pairs that are live, which follows from
the order of events alone: it does not matter in which order, or how often, events come in (see live_rows.py). `live`
also holds the values that labels are searched by. `tally` counts. `segments` names those whose events are in `events`.
`replicas` remembers the events and segments that a bucket has confirmed; an event of a confirmed segment needs no row.
"""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from datasets.samples.event import Event
from datasets.samples.marks import NO_PROJECT
from datasets.samples.pair import Pair
from datasets.samples.picture_quality import PictureQuality
from datasets.samples.sample import LABEL_STATUSES, Label, LabelStatus, Sample, label_doubt
from datasets.samples.search.fields import MEASURED, code_and_brands
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS

# Raise the number when a table changes, or what may stand in it (codes found in lines, too): an index of another
# version is thrown away and rebuilt. So is one that was filled with other formats of codes.
_FORM = 9


def index_version(domain: Domain) -> int:
    """The version of an index of this domain."""
    # Of shoe tags the version is the one of earlier releases, whose indexes go on.
    named = "" if domain is TAGS else f" {domain.name} {domain.version}"
    return int(hashlib.sha256(f"{_FORM} {domain.formats!r}{named}".encode()).hexdigest()[:7], 16)


SLOTS = 65_536  # parts into which crops fall at random, so that any few of them are a random sample
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# PostgreSQL sorts names by the rules of a language unless it is told to sort as Python does.
_NAME = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")

TABLES = sa.MetaData()
ABOUT_TABLE = sa.Table(
    "store_index",
    TABLES,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("is_filling", sa.Boolean, nullable=False),  # whether live rows and numbers are still to be derived
    sa.Column("rebuilt_to", sa.String(80)),  # name of the last event that an unfinished rebuild has read
)
EVENT_TABLE = sa.Table(
    "events",
    TABLES,
    sa.Column("id", _KEY, primary_key=True),
    sa.Column("name", _NAME, nullable=False, unique=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("writer", sa.String(16), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("stamp", sa.BigInteger, nullable=False),
    sa.Column("stored_at", sa.String(40), nullable=False),
    sa.Column("buried", sa.Boolean, nullable=False),  # a label or a pair that a later tombstone is about
    sa.Column("prediction_id", sa.String(200)),
    sa.Column("sample", sa.String(64)),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16)),
    sa.Column("text", sa.Text),
    sa.Column("read_text", sa.Text),
    sa.Column("read_confidence", sa.Double),
    sa.Column("model_name", sa.Text),
    sa.Column("model_version", sa.Text),
    sa.Column("client", sa.Text),
    sa.Column("at", sa.BigInteger),  # microseconds since 1970
    sa.Column("turn", sa.Integer),
    sa.Column("source", sa.Text),
    sa.Column("author", sa.Text),  # of a label: who of the team said it
    sa.Column("restores", sa.BigInteger),  # stamp of the label that a label brings back
    sa.Column("gtin", sa.String(14)),
    sa.Column("code", sa.Text),  # of a pair, or the code in a label's line
    sa.Column("brands", sa.Text),  # whose formats fit a label's line: `|jordan|nike|`
    sa.Column("length", sa.Integer),  # of a label's line
    sa.Column("slot", sa.Integer),  # of a label's crop, below SLOTS
    sa.Column("doubt", sa.Double),  # see sample.py
    sa.Column("projects", sa.Text),  # of a label's crop: `|bags|shoes|`, `|none|`; follows from tags (live_rows.py)
    *(sa.Column(name, sa.Double) for name in MEASURED),  # of a label's crop; null until it is measured
    sa.Index("events_by_prediction", "prediction_id", "stamp", "writer", "sequence"),
    sa.Index("events_by_sample", "sample", "kind", "buried", "stamp"),
    sa.Index("events_by_gtin", "gtin"),
)
_SEARCHED = (
    "stamp",
    "slot",
    "status",
    "text",
    "code",
    "brands",
    "length",
    "read_text",
    "read_confidence",
    "model_name",
    "model_version",
    "client",
    "source",
    "at",
    "turn",
    "width",
    "height",
    "doubt",
    "projects",
    *MEASURED,
)
_SORTED = ("stamp", "at", "read_confidence", "doubt", *MEASURED)
LIVE_TABLE = sa.Table(
    "live",
    TABLES,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False),  # of the event
    *(sa.Column(name, EVENT_TABLE.c[name].type, nullable=name in MEASURED) for name in _SEARCHED),
    sa.Column("prediction_id", sa.String(200), nullable=False),
    sa.Column("sample", sa.String(64), nullable=False),
    sa.Index("live_by_prediction", "prediction_id", unique=True),
    sa.Index("live_by_sample", "sample"),
    # What has one value of a field is found in the order of time.
    *(sa.Index(f"live_by_{name}", name, "at", "id") for name in _SEARCHED if name not in _SORTED),
    *(sa.Index(f"live_by_{name}", name, "id") for name in _SORTED),
)
LIVE_PAIR_TABLE = sa.Table(
    "live_pairs",
    TABLES,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False),  # of the event
    sa.Column("prediction_id", sa.String(200), nullable=False),
    sa.Column("gtin", sa.String(14), nullable=False),
    sa.Index("live_pairs_by_prediction", "prediction_id"),
    sa.Index("live_pairs_by_gtin", "gtin"),
)
# What each event of marks says; `value` is null where a tag or a key is taken from a crop.
MARK_TABLE = sa.Table(
    "marks",
    TABLES,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False),  # of the event
    sa.Column("sample", sa.String(64), primary_key=True),
    sa.Column("is_tag", sa.Boolean, primary_key=True),  # else a key of metadata
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text),
    sa.Index("marks_by_sample", "sample"),
)
ACTION_TABLE = sa.Table(
    "actions",
    TABLES,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False),  # of the event
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("undoes", sa.String(32)),
    sa.Column("author", sa.Text, nullable=False),
    sa.Index("actions_by_action", "action"),
    sa.Index("actions_by_undoes", "undoes"),
)
LIVE_MARK_TABLE = sa.Table(
    "live_marks",
    TABLES,
    sa.Column("sample", sa.String(64), primary_key=True),
    sa.Column("is_tag", sa.Boolean, primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Index("live_marks_by_name", "is_tag", "name", "value", "sample"),
)
# Each set of brands that occurs, so that a brand is looked up in a few sets and not in all labels.
BRANDS_TABLE = sa.Table("brand_sets", TABLES, sa.Column("brands", sa.Text, primary_key=True))
# Each set of projects that has occurred, likewise.
PROJECTS_TABLE = sa.Table("project_sets", TABLES, sa.Column("projects", sa.Text, primary_key=True))
TALLY_TABLE = sa.Table(
    "tally",
    TABLES,
    sa.Column("one", sa.Integer, primary_key=True),  # the only row
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("events", "last_stamp", "crops", "pairs")),
    *(sa.Column(status, sa.BigInteger, nullable=False) for status in LABEL_STATUSES),
)
SEGMENT_TABLE = sa.Table("segments", TABLES, sa.Column("name", _NAME, primary_key=True))
REPLICA_TABLE = sa.Table(
    "replicas",
    TABLES,
    sa.Column("url", sa.String(400), primary_key=True),
    sa.Column("name", _NAME, primary_key=True),
)
IN_ORDER = tuple(EVENT_TABLE.c[part] for part in ("stamp", "writer", "sequence", "name"))


def _place(events: Any) -> Any:
    """An event's place in the order of all events."""
    return sa.tuple_(events.c.stamp, events.c.writer, events.c.sequence, events.c.name)


@functools.cache  # made for each label, it would take longer than the question
def is_buried() -> sa.ColumnElement[bool]:
    """Condition on an event: a label or a pair with a later tombstone for its prediction, or for the label's crop."""
    stone = EVENT_TABLE.alias("stone")
    later = sa.and_(stone.c.kind == "deleted", _place(stone) > _place(EVENT_TABLE))
    return sa.and_(
        EVENT_TABLE.c.kind.in_(("label", "pair")),
        sa.or_(
            sa.exists().where(stone.c.prediction_id == EVENT_TABLE.c.prediction_id, later),
            sa.exists().where(stone.c.sample == EVENT_TABLE.c.sample, later),
        ),
    )


@functools.cache
def is_live() -> sa.ColumnElement[bool]:
    """Condition on an event whose `buried` is right: a label that is its prediction's last, and not buried."""
    newer = EVENT_TABLE.alias("newer")
    same = sa.and_(newer.c.prediction_id == EVENT_TABLE.c.prediction_id, newer.c.kind == "label")
    return sa.and_(
        EVENT_TABLE.c.kind == "label",
        EVENT_TABLE.c.buried.is_(False),
        ~sa.exists().where(same, _place(newer) > _place(EVENT_TABLE)),
    )


@functools.cache
def is_live_pair() -> sa.ColumnElement[bool]:
    """Condition on an event whose `buried` is right: the last pair of its prediction and number, and not buried."""
    newer = EVENT_TABLE.alias("newer")
    same = sa.and_(newer.c.prediction_id == EVENT_TABLE.c.prediction_id, newer.c.gtin == EVENT_TABLE.c.gtin)
    return sa.and_(
        EVENT_TABLE.c.gtin.is_not(None),  # a pair
        EVENT_TABLE.c.buried.is_(False),
        ~sa.exists().where(same, _place(newer) > _place(EVENT_TABLE)),
    )


def live_marks(samples: Sequence[str]) -> sa.Select[Any]:
    """The rows of `live_marks` of some crops, as they follow from the events."""
    stone, undo = EVENT_TABLE.alias("stone"), ACTION_TABLE.alias("undo")
    keys = (MARK_TABLE.c.sample, MARK_TABLE.c.is_tag, MARK_TABLE.c.name)
    number = sa.func.row_number().over(partition_by=keys, order_by=[part.desc() for part in IN_ORDER])
    joined = MARK_TABLE.join(EVENT_TABLE, EVENT_TABLE.c.id == MARK_TABLE.c.id).join(
        ACTION_TABLE, ACTION_TABLE.c.id == MARK_TABLE.c.id
    )
    last = (
        sa.select(*keys, MARK_TABLE.c.value, number.label("number"))
        .select_from(joined)
        .where(
            MARK_TABLE.c.sample.in_(samples),
            ~sa.exists().where(undo.c.undoes == ACTION_TABLE.c.action),
            ~sa.exists().where(
                stone.c.sample == MARK_TABLE.c.sample, stone.c.kind == "deleted", _place(stone) > _place(EVENT_TABLE)
            ),
        )
        .subquery()
    )
    return sa.select(*(last.c[column.name] for column in LIVE_MARK_TABLE.c)).where(
        last.c.number == 1, last.c.value.is_not(None)
    )


def microseconds(time: datetime) -> int:
    """Microseconds since 1970."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def row_of(event: Event, domain: Domain) -> dict[str, object]:
    """The row of an event, without its `id`; whether it is buried follows from the others.

    Args:
        event: of a store of the domain.
        domain: finds the code in a label.
    """
    label, pair = event.label, event.pair
    said = label or pair
    at = said or event.marks
    code, brands = code_and_brands(label.text, domain) if label else (pair.code if pair else None, frozenset())
    return {
        "name": event.name,
        "kind": event.kind,
        "writer": event.writer,
        "sequence": event.sequence,
        "stamp": event.stamp,
        "stored_at": event.stored_at.isoformat(),
        "buried": False,
        "prediction_id": event.prediction_id,
        "sample": event.sample,
        "width": event.width if label else 0,  # anybody may have written a number into an event that needs none
        "height": event.height if label else 0,
        "status": label.status if label else None,
        "text": label.text if label else None,
        "read_text": label.read_text if label else None,
        "read_confidence": label.read_confidence if label else None,
        "model_name": label.model_name if label else None,
        "model_version": label.model_version if label else None,
        "client": said.client if said else None,
        "at": microseconds(at.at) if at else None,
        "turn": label.turn if label else None,
        "source": at.source if at else None,
        "author": event.by if label else None,
        "restores": event.restores if label else None,
        "gtin": pair.gtin if pair else None,
        "code": code,
        "brands": "".join(f"|{brand}" for brand in sorted(brands)) + "|" if label else None,
        "length": len(label.text) if label else None,
        "doubt": label_doubt(label) if label else None,
        **dict.fromkeys(MEASURED),
        "projects": projects_text(()) if label else None,
        "slot": zlib.crc32((event.sample or "").encode()) % SLOTS if label else None,
    }


def projects_text(projects: Iterable[str]) -> str:
    """Projects as they stand in a column; `projects_in` reads them."""
    return "".join(f"|{project}" for project in sorted(projects) or [NO_PROJECT]) + "|"


def projects_in(text: str) -> frozenset[str]:
    """The projects that stand in a column."""
    return frozenset(text.strip("|").split("|")) - {NO_PROJECT}


def sample_in(row: Mapping[str, Any]) -> Sample:
    """The sample in the row of a label, with its crop's `tags` and `metadata` beside."""
    label = Label(
        prediction_id=row["prediction_id"],
        status=cast(LabelStatus, row["status"]),
        text=row["text"],
        read_text=row["read_text"],
        read_confidence=row["read_confidence"],
        model_name=row["model_name"],
        model_version=row["model_version"],
        client=row["client"],
        at=time_of(row["at"]),
        turn=row["turn"],
        source=row["source"],
    )
    return Sample(
        digest=row["sample"],
        label=label,
        width=row["width"],
        height=row["height"],
        event=row["name"],
        stamp=row["stamp"],
        stored_at=datetime.fromisoformat(row["stored_at"]),
        tags=row["tags"],
        by=row["author"],
        restores=row["restores"],
        metadata=row["metadata"],
        projects=projects_in(row["projects"]),
        quality=None
        if row["sharpness"] is None
        else PictureQuality(round(row["light"]), row["contrast"], row["sharpness"]),
    )


def pair_in(row: sa.RowMapping) -> Pair:
    """The pair in its row."""
    return Pair(
        gtin=row["gtin"],
        code=row["code"],
        prediction_id=row["prediction_id"],
        client=row["client"],
        at=time_of(row["at"]),
        source=row["source"],
    )


def time_of(at: int) -> datetime:
    """The time so many microseconds after the beginning of 1970."""
    return _EPOCH + timedelta(microseconds=at)
