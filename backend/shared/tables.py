"""The tables that backends share in PostgreSQL. What is in them is of use for minutes.

They are unlogged: what nobody has confirmed never reaches the write-ahead log, and so no archive and no replica of the
database. PostgreSQL empties them when it recovers from a crash; a shopper's label then carries the crop again.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

_METADATA: Final = sa.MetaData()
_DIGEST: Final = sa.String(64)  # SHA-256, in hexadecimal digits; the id, the address or the account is kept nowhere
_CREATING: Final = 7_233_062  # key of the advisory lock under which the tables are made

READINGS: Final = sa.Table(
    "pending_readings",
    _METADATA,
    sa.Column("digest", _DIGEST, primary_key=True),  # of the prediction's id, which alone entitles to label it
    sa.Column("crop", sa.LargeBinary, nullable=False),  # RGB, a row of pixels after the other
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("reading", sa.Text, nullable=False),  # JSON
    sa.Column("size", sa.Integer, nullable=False),  # bytes of the crop
    sa.Column("expires_at", sa.Double, nullable=False),  # seconds since 1970 by the database's clock, as all times here
    sa.Index("pending_readings_by_expiry", "expires_at", "size"),
    prefixes=["UNLOGGED"],
)
# A bucket of tokens is told by the one time at which it will be full again (the generic cell rate algorithm).
RATES: Final = sa.Table(
    "rate_limits",
    _METADATA,
    sa.Column("digest", _DIGEST, primary_key=True),  # of the kind of limit and the client's name
    sa.Column("full_at", sa.Double, nullable=False),
    sa.Index("rate_limits_by_time", "full_at"),
    prefixes=["UNLOGGED"],
)
# Pixels compress little, and slowly.
_UNCOMPRESSED: Final = sa.text("ALTER TABLE pending_readings ALTER COLUMN crop SET STORAGE EXTERNAL")


def now() -> sa.ColumnElement[float]:
    """The database's time at the statement's beginning: the hosts' clocks may differ."""
    return sa.cast(sa.func.extract("epoch", sa.func.statement_timestamp()), sa.Double)


def create_tables(engine: sa.Engine) -> None:
    """Make the tables that are missing, even if several backends do so at once.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database does not answer.
    """
    with engine.connect() as connection:
        if all(sa.inspect(connection).has_table(table.name) for table in _METADATA.sorted_tables):
            return
    with engine.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING)))
        _METADATA.create_all(connection)
        connection.execute(_UNCOMPRESSED)
