"""The errors of the index's database, as one error of the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from datasets.errors import IndexUnavailableError


@contextlib.contextmanager
def database_errors() -> Iterator[None]:
    """Turn errors of SQLAlchemy and its driver into `IndexUnavailableError`, one line."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise IndexUnavailableError(f"the database does not answer: {reason}") from error
