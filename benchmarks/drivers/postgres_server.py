"""A PostgreSQL of its own for tests and benchmarks, reached through a socket in its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class PostgresMissingError(RuntimeError):
    """PostgreSQL's programs are not on this machine."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run PostgreSQL until the block ends; yield the URL of its empty database.

    Raises:
        PostgresMissingError: It is not installed.
    """
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = shutil.which("initdb") or next(map(str, candidates), None)
    if found is None:
        raise PostgresMissingError("needs PostgreSQL's initdb (Debian package postgresql)")
    programs = Path(found).parent
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "tags",
            "-A",
            "trust",
            "--no-sync",
        ]
        subprocess.run(initdb, user=user, check=True, capture_output=True, cwd=folder)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        pg_ctl: list[str | Path] = [programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
        subprocess.run([*pg_ctl, "-o", options, "start"], user=user, check=True, capture_output=True, cwd=folder)
        try:
            yield f"postgresql://tags@/postgres?host={folder}"
        finally:
            stop = [*pg_ctl, "-m", "immediate", "stop"]
            subprocess.run(stop, user=user, check=True, capture_output=True, cwd=folder)
    finally:
        shutil.rmtree(folder)


def empty_database(url: str) -> None:
    """Drop everything in a database."""
    import psycopg  # only these tests need the driver

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
