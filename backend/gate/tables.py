"""The tables of the gate, in SQLite or PostgreSQL. A plate is personal data: passages are kept for some days only."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from datasets.samples.engine import open_engine

_METADATA: Final = sa.MetaData()
_ID: Final = sa.String(32)
_TEXT: Final = sa.String(32)  # a plate as the domain's key

PASSAGES: Final = sa.Table(
    "gate_passages",
    _METADATA,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("text", _TEXT, nullable=False, index=True),  # as read, or as corrected
    sa.Column("at", sa.Double, nullable=False, index=True),  # seconds since 1970, as all times here
    sa.Column("direction", sa.String(8), nullable=False),  # in, out, unknown
    sa.Column("camera", sa.String(60), nullable=False),
    sa.Column("read_text", _TEXT, nullable=False),
    sa.Column("confidence", sa.Double, nullable=False),
    sa.Column("frames", sa.Integer, nullable=False),  # that showed the plate
    sa.Column("agreeing", sa.Integer, nullable=False),  # that read this text as a whole
    sa.Column("model_name", sa.String(100), nullable=False),
    sa.Column("model_version", sa.String(100), nullable=False),
    sa.Column("checked_by", sa.String(200), nullable=False),  # who confirmed or corrected it; empty: nobody
    sa.Column("cut_out", sa.LargeBinary, nullable=False),  # PNG of the plate's line that was read
)
VEHICLES: Final = sa.Table(
    "gate_vehicles",
    _METADATA,
    sa.Column("text", _TEXT, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("added_by", sa.String(200), nullable=False),
    sa.Column("added_at", sa.Double, nullable=False),
)
# Which labels in the store are of which plate: a deletion on request finds them when the passages are gone.
KEPT: Final = sa.Table(
    "gate_kept",
    _METADATA,
    sa.Column("prediction_id", sa.String(64), primary_key=True),
    sa.Column("text", _TEXT, nullable=False, index=True),
)


def open_gate(url: str | sa.URL) -> sa.Engine:
    """Return an engine for the gate's database, with its tables.

    Args:
        url: SQLAlchemy URL.

    Raises:
        IndexUnavailableError: The URL cannot be used.
        sqlalchemy.exc.SQLAlchemyError: The database does not answer.
    """
    engine = open_engine(url)
    _METADATA.create_all(engine)
    return engine
