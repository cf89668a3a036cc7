"""`python -m datasets`, run in this process."""

from __future__ import annotations

from pathlib import Path

from datasets.__main__ import main


def run(spool: Path, *arguments: str, **environment: str) -> int:
    """Run a command on a spool. Returns its exit status."""
    return main(arguments, {"TAGS_SPOOL_DIR": str(spool)} | environment)
