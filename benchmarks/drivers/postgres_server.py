"""A PostgreSQL of its own for tests and benchmarks, reached through a socket in its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal


class PostgresMissingError(RuntimeError):
    """PostgreSQL's programs are not on this machine."""


class PostgresServer:
    """A server that can be stopped and started again; `running_postgres` makes and removes it.

    Args:
        folder: Holds its data and its socket.
        programs: Folder of PostgreSQL's programs.
        options: Further options of the server.
        network: Addresses that are let in without a password, beside those of the machine; "" for none.
        prefix: Command line that the server is started by.
    """

    def __init__(
        self, folder: Path, programs: Path, *, options: str, network: str = "", prefix: Sequence[str] = ()
    ) -> None:
        self.url = f"postgresql://tags@/postgres?host={folder}"
        self._network = network
        self._folder, self._programs, self._options, self._prefix = folder, programs, options, prefix
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root

    def create(self) -> None:
        """Make an empty database in the folder."""
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        data = self._folder / "data"
        command: list[str | Path] = [self._programs / "initdb", "-D", data, "-U", "tags", "-A", "trust", "--no-sync"]
        self._run([*self._as_user(), *command])
        if self._network:
            with (data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {self._network} trust\n")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-k {self._folder} -c fsync=off {self._options}"
        self._run([*self._prefix, *self._switch("start"), "-l", self._folder / "log", "-o", options])

    def stop(self, mode: Literal["fast", "immediate"] = "immediate") -> None:
        """Stop it; `immediate` is as if it crashed."""
        self._run([*self._switch("stop"), "-m", mode])

    def _switch(self, what: str) -> list[str | Path]:
        return [*self._as_user(), self._programs / "pg_ctl", "-D", self._folder / "data", "-w", what]

    def _as_user(self) -> list[str]:
        # A prefix may need root's rights, so the user changes after it.
        return [] if self._user is None or not self._prefix else ["setpriv", "--reuid", self._user, "--clear-groups"]

    def _run(self, command: Sequence[str | Path]) -> None:
        user = None if self._prefix else self._user
        subprocess.run(command, user=user, check=True, capture_output=True, cwd=self._folder)


@contextmanager
def postgres_server(*, listen: str = "", network: str = "", prefix: Sequence[str] = ()) -> Iterator[PostgresServer]:
    """Run PostgreSQL until the block ends; it may be stopped and started meanwhile.

    Args:
        listen: Addresses at which it answers beside its socket.
        network: Addresses that are let in without a password, beside those of the machine; "" for none.
        prefix: Command line that the server is started by.

    Raises:
        PostgresMissingError: It is not installed.
    """
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = shutil.which("initdb") or next(map(str, candidates), None)
    if found is None:
        raise PostgresMissingError("needs PostgreSQL's initdb (Debian package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    options = f"-c listen_addresses='{listen}'"
    server = PostgresServer(folder, Path(found).parent, options=options, network=network, prefix=prefix)
    try:
        server.create()
        server.start()
        try:
            yield server
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run PostgreSQL until the block ends; yield the URL of its empty database.

    Raises:
        PostgresMissingError: It is not installed.
    """
    with postgres_server() as server:
        yield server.url


def empty_database(url: str) -> None:
    """Drop everything in a database."""
    import psycopg  # only these tests need the driver

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
