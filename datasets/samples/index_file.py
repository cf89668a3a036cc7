"""The SQLite file of an index beside its spool: when all of it is checked, and how a damaged one is put aside.

A check reads every page, which takes seconds among a million labels. So a large file is checked at the opening only if
a process was killed with it, or if a query has met damage since; `verify` checks it always.
"""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from datasets.errors import IndexUnavailableError
from datasets.objects.folder import disk_errors, open_own

SMALL_BYTES = 64 << 20  # which are checked in a tenth of a second


class IndexFile:
    """The file, and what is known about it without reading it.

    Args:
        spool: folder of the store; the file is made if missing.
        is_shared: whether another process has it open, so that it cannot tell of a kill.
    """

    def __init__(self, spool: Path, *, is_shared: bool = False) -> None:
        self.path = spool.resolve() / "local" / "index.sqlite3"
        self.url = sa.URL.create("sqlite", database=str(self.path))  # as text it holds only names that are UTF-8
        self._suspect = self.path.with_suffix(".suspect")
        with disk_errors(f"cannot open {self.path}"):
            os.close(open_own(self.path))  # SQLite would make a file that everybody can read
            is_small = self.path.stat().st_size <= SMALL_BYTES
        was_killed = not is_shared and self._beside("-wal").exists()  # the last one that closes it removes that
        self.needs_check = is_small or was_killed or self._suspect.exists()

    def suspect(self) -> None:
        """Have the file checked at the next opening."""
        self._suspect.touch()

    def watch(self, engine: sa.Engine) -> None:
        """Suspect the file, which is sound as far as it is known, when a query meets damage."""
        self._suspect.unlink(missing_ok=True)

        def note(context: sa.ExceptionContext) -> None:
            if is_damage(context.original_exception):
                self.suspect()

        sa.event.listen(engine, "handle_error", note)

    def put_aside(self) -> None:
        """Give the file another name, so that a new one is begun."""
        self.path.replace(self.path.with_suffix(".damaged"))
        for leftover in ("-wal", "-shm"):
            self._beside(leftover).unlink(missing_ok=True)
        self._suspect.unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)


def is_sound(engine: sa.Engine) -> bool:
    """Whether every page of a SQLite file can be read; other databases check themselves.

    Raises:
        IndexUnavailableError: the database does not answer.
    """
    if engine.dialect.name != "sqlite":
        return True
    try:
        with engine.connect() as connection:
            return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) == "ok"
    except SQLAlchemyError as error:
        if is_damage(getattr(error, "orig", None)):
            return False
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise IndexUnavailableError(f"the database does not answer: {reason}") from error


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite has met a page that it cannot read, or a file that is none of its own."""
    return "malformed" in str(error) or "not a database" in str(error)
