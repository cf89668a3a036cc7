"""Where the index of a domain lies: several domains share a database's URL, and none sees another one's tables.

Shoe tags have the URL itself, as before there were other domains. Another domain has a SQLite file beside it
(`index-digits.sqlite3`), or in PostgreSQL a schema (`domain_digits`).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.engine import open_engine, parse_url
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
    engine = open_engine(url if is_own_file else _of_domain(parse_url(url), domain))
    if domain is not TAGS and engine.dialect.name != "sqlite":
        with database_errors(), engine.begin() as connection:
            connection.execute(sa.schema.CreateSchema(_schema(domain), if_not_exists=True))
        engine.dispose()  # connections that were opened without the schema do not look for it
    return engine


def domain_database(url: str, domain: Domain) -> str:
    """The URL of a domain's tables in a database of all domains; for what looks for no SQLite file at it."""
    found = parse_url(url)
    return url if found.get_backend_name() == "sqlite" else _of_domain(found, domain).render_as_string(False)


def _of_domain(url: sa.URL, domain: Domain) -> sa.URL:
    if domain is TAGS:
        return url
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        return url.set(database=str(file.with_stem(f"{file.stem}-{domain.name}")))
    option = f"-csearch_path={_schema(domain)}"
    options = str(url.query.get("options", ""))
    return url if option in options else url.update_query_dict({"options": f"{options} {option}".strip()})


def _schema(domain: Domain) -> str:
    return f"domain_{domain.name}"
