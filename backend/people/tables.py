"""The tables of people, in SQLite or PostgreSQL. They are the truth: nothing else could rebuild them."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from datasets.samples.engine import open_engine

_METADATA: Final = sa.MetaData()
_ID: Final = sa.String(32)
_DIGEST: Final = sa.String(64)  # SHA-256, in hexadecimal digits; the secret itself is kept nowhere

PEOPLE: Final = sa.Table(
    "people",
    _METADATA,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),  # in lower case
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password", sa.Text),  # argon2; None before the invitation is used, or with an outside provider
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("is_verified", sa.Boolean, nullable=False),  # whether a mail to the address has arrived
    sa.Column("invited_by", sa.String(254), nullable=False),
    sa.Column("invited_at", sa.Float, nullable=False),  # seconds since 1970, as all times here
    sa.Column("joined_at", sa.Float),
)
INVITATIONS: Final = sa.Table(
    "people_invitations",
    _METADATA,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("person", _ID, nullable=False, index=True),
    sa.Column("is_mailed", sa.Boolean, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
SESSIONS: Final = sa.Table(
    "people_sessions",
    _METADATA,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("sid", _ID, nullable=False, unique=True),
    sa.Column("person", _ID, nullable=False, index=True),
    sa.Column("began_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
CODES: Final = sa.Table(
    "people_codes",
    _METADATA,
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("person", _ID, nullable=False, index=True),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text),
    sa.Column("challenge", sa.Text),
    sa.Column("challenge_method", sa.Text),
    sa.Column("expires_at", sa.Float, nullable=False),
)
# Which crops belong to a project is kept with the crops.
PROJECTS: Final = sa.Table(
    "people_projects",
    _METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("visibility", sa.String(16), nullable=False),
    sa.Column("model", sa.String(64), nullable=False, server_default=""),  # digest; empty: the champion
    sa.Column("model_name", sa.Text, nullable=False, server_default=""),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
)
PROJECT_MEMBERS: Final = sa.Table(
    "people_project_members",
    _METADATA,
    sa.Column("project", sa.String(40), primary_key=True),
    sa.Column("person", _ID, primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
)
PROJECT_CHANGES: Final = sa.Table(
    "people_project_changes",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("project", sa.String(40), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("what", sa.String(20), nullable=False),
    sa.Column("value", sa.Text, nullable=False),
)
# Drawn PINs. No time stands beside them: the drawings that somebody gave for training have one.
PINS: Final = sa.Table(
    "people_pins",
    _METADATA,
    sa.Column("holder", sa.String(100), primary_key=True),
    sa.Column("pin", sa.Text, nullable=False),  # argon2 of a keyed hash: nobody can try all PINs without the key
)


def open_people(url: str | sa.URL) -> sa.Engine:
    """Return an engine for the people's database, with its tables.

    Args:
        url: SQLAlchemy URL.

    Raises:
        IndexUnavailableError: The URL cannot be used.
        sqlalchemy.exc.SQLAlchemyError: The database does not answer.
    """
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _keep_for_good)
    _METADATA.create_all(engine)
    _add_columns(engine)
    return engine


def _add_columns(engine: sa.Engine) -> None:
    """Add the columns that a database of an earlier release lacks."""
    present = {column["name"] for column in sa.inspect(engine).get_columns(PROJECTS.name)}
    with engine.begin() as connection:
        for column in PROJECTS.columns:
            if column.name not in present:
                kind = column.type.compile(engine.dialect)
                connection.exec_driver_sql(
                    f"ALTER TABLE {PROJECTS.name} ADD COLUMN {column.name} {kind} NOT NULL DEFAULT ''"
                )


def _keep_for_good(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")  # the index's NORMAL may lose the last rows in a power cut
    cursor.execute("PRAGMA cache_size = -1024")
    cursor.close()
