"""The tables of the index, and which rows of them are live.

Two tables. `events` has one row for each event; which label is live follows from the order of events at the
time of asking, so it does not matter in which order, or how often, events come in. `replicas` remembers the
events that a bucket has confirmed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from datasets.samples.event import Event
from datasets.samples.sample import Label, LabelStatus, Sample

VERSION = 1  # raise it when a table changes: an index of another version is thrown away and rebuilt

TABLES = sa.MetaData()
ABOUT_TABLE = sa.Table("store_index", TABLES, sa.Column("version", sa.Integer, primary_key=True))
EVENT_TABLE = sa.Table(
    "events",
    TABLES,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("writer", sa.String(16), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("stamp", sa.BigInteger, nullable=False),
    sa.Column("stored_at", sa.String(40), nullable=False),
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
    sa.Column("at", sa.String(40)),
    sa.Column("turn", sa.Integer),
    sa.Column("source", sa.Text),
    sa.Index("events_by_prediction", "prediction_id", "stamp", "writer", "sequence"),
    sa.Index("events_by_sample", "sample", "stamp"),
)
REPLICA_TABLE = sa.Table(
    "replicas",
    TABLES,
    sa.Column("url", sa.String(400), primary_key=True),
    sa.Column("name", sa.String(80), primary_key=True),
)

# Events are only added, except by a rebuild, so their number and the last one show any change.
REVISION = sa.select(sa.func.count(), sa.func.max(EVENT_TABLE.c.stamp)).select_from(EVENT_TABLE)


def _place(events: Any) -> Any:
    """An event's place in the order of all events."""
    return sa.tuple_(events.c.stamp, events.c.writer, events.c.sequence)


def is_unburied() -> sa.ColumnElement[bool]:
    """Condition on a label: no later tombstone for its prediction or its crop."""
    stone = EVENT_TABLE.alias("stone")
    later = sa.and_(stone.c.kind == "deleted", _place(stone) > _place(EVENT_TABLE))
    return sa.and_(
        ~sa.exists().where(stone.c.prediction_id == EVENT_TABLE.c.prediction_id, later),
        ~sa.exists().where(stone.c.sample == EVENT_TABLE.c.sample, later),
    )


def is_live() -> sa.ColumnElement[bool]:
    """Condition on an event: a label that is its prediction's last, and not buried."""
    newer = EVENT_TABLE.alias("newer")
    same = newer.c.prediction_id == EVENT_TABLE.c.prediction_id
    return sa.and_(
        EVENT_TABLE.c.kind == "label",
        ~sa.exists().where(same, _place(newer) > _place(EVENT_TABLE)),
        is_unburied(),
    )


def row_of(event: Event) -> dict[str, object]:
    """The row of an event."""
    label = event.label
    return {
        "name": event.name,
        "kind": event.kind,
        "writer": event.writer,
        "sequence": event.sequence,
        "stamp": event.stamp,
        "stored_at": event.stored_at.isoformat(),
        "prediction_id": event.prediction_id,
        "sample": event.sample,
        "width": event.width,
        "height": event.height,
        "status": label.status if label else None,
        "text": label.text if label else None,
        "read_text": label.read_text if label else None,
        "read_confidence": label.read_confidence if label else None,
        "model_name": label.model_name if label else None,
        "model_version": label.model_version if label else None,
        "client": label.client if label else None,
        "at": label.at.isoformat() if label else None,
        "turn": label.turn if label else None,
        "source": label.source if label else None,
    }


def sample_in(row: sa.RowMapping) -> Sample:
    """The sample in the row of a label."""
    label = Label(
        prediction_id=row["prediction_id"],
        status=cast(LabelStatus, row["status"]),
        text=row["text"],
        read_text=row["read_text"],
        read_confidence=row["read_confidence"],
        model_name=row["model_name"],
        model_version=row["model_version"],
        client=row["client"],
        at=datetime.fromisoformat(row["at"]),
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
    )
