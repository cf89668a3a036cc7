"""The state of the demonstration in one file, so that a stopped demonstration goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from benchmarks.loop_demo.accuracy import Measurement
from benchmarks.loop_demo.swaps import Swap


class OtherDemoError(ValueError):
    """The folder holds a demonstration of another size, or other files."""


@dataclass
class DemoState:
    """The state that neither the store nor the log of visits holds."""

    settings: str  # name of the settings
    measurements: list[Measurement] = field(default_factory=list)
    cycles: list[str] = field(default_factory=list)  # ids of finished cycles, in order
    swaps: list[Swap] = field(default_factory=list)
    mistyped_version: str | None = None  # the harmful version, once its name is chosen
    mistyped_cycle: str | None = None  # id of its request
    waiting: int = 0  # labels of the stall that wait for a second look
    requests: dict[str, Any] | None = None  # the journal
    seconds: float = 0.0  # duration so far, without the time it was stopped

    @classmethod
    def load(cls, path: Path, settings: str) -> DemoState:
        """Read the state, or begin.

        Raises:
            OtherDemoError: the folder holds another demonstration, or other files.
        """
        if not path.is_file():
            if path.parent.is_dir() and any(path.parent.iterdir()):
                raise OtherDemoError(f"{path.parent} is not empty and holds no demonstration; choose another --out")
            return cls(settings)
        try:
            state = _STORED.validate_json(path.read_bytes())
        except ValidationError as error:
            raise OtherDemoError(f"{path} is damaged; choose another --out") from error
        if state.settings != settings:
            raise OtherDemoError(f"{path.parent} holds a {state.settings} demonstration; choose another --out")
        return state

    def save(self, path: Path) -> None:
        """Write the state, whole or not at all."""
        part = path.with_name(path.name + ".part")
        part.write_bytes(_STORED.dump_json(self))
        part.replace(path)


_STORED = TypeAdapter(DemoState)
