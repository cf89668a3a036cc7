"""Where the index of a domain lies: several domains share a database's URL, and none sees another one's tables.

Shoe tags have the URL itself, as before there were other domains. Another domain has a SQLite file beside it
(`index-digits.sqlite3`), or in PostgreSQL a schema (`domain_digits`).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.engine import open_engine
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS


def open_domain_engine(url: str | sa.URL, domain: Domain, *, is_own_file: bool = False) -> sa.Engine:
    """An engine for the tables of a domain.

    Args:
        url: SQLAlchemy URL of a database of all domains.
        domain: whose tables are wanted.
        is_own_file: whether the URL is of a SQLite file that no other domain has.

    Raises:
        IndexUnavailableError: the URL cannot be used, its driver is not installed, or PostgreSQL does not answer.
    """
    engine = open_engine(url)
    if domain is TAGS or is_own_file:
        return engine
    found = engine.url
    engine.dispose()
    if engine.dialect.name == "sqlite":
        file = Path(found.database or "")
        return open_engine(found.set(database=str(file.with_stem(f"{file.stem}-{domain.name}"))))
    schema = f"domain_{domain.name}"
    with database_errors(), engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    engine.dispose()
    options = f"{found.query.get('options', '')} -csearch_path={schema}".strip()
    return open_engine(found.update_query_dict({"options": options}))
