"""What the demonstration has done so far, in one file, so that it goes on where it was stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.loop_demo.accuracy import Measurement
from benchmarks.loop_demo.swaps import Swap


class OtherDemoError(ValueError):
    """The folder holds a demonstration of another size, or something else."""


@dataclass
class DemoState:
    """Everything that is not in the store and not in the log of visits."""

    settings: str  # name of the settings
    measurements: list[Measurement] = field(default_factory=list)
    cycles: list[str] = field(default_factory=list)  # ids of finished cycles, in order
    swaps: list[Swap] = field(default_factory=list)
    mistyped_version: str | None = None  # the harmful version, once its name is chosen
    mistyped_cycle: str | None = None  # id of its request
    waiting: int = 0  # labels of the stall that wait for a second look
    requests: dict[str, Any] | None = None  # the journal
    seconds: float = 0.0  # that the demonstration ran, stops left out

    @classmethod
    def load(cls, path: Path, settings: str) -> DemoState:
        """Read it, or begin.

        Raises:
            OtherDemoError: the folder belongs to something else.
        """
        if not path.is_file():
            if path.parent.is_dir() and any(path.parent.iterdir()):
                raise OtherDemoError(f"{path.parent} is not empty and holds no demonstration; choose another --out")
            return cls(settings)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            content["measurements"] = [Measurement.from_json(one) for one in content["measurements"]]
            content["swaps"] = [Swap(**one) for one in content["swaps"]]
            state = cls(**content)
        except (ValueError, KeyError, TypeError) as error:
            raise OtherDemoError(f"{path} cannot be read ({error!r}); choose another --out") from error
        if state.settings != settings:
            raise OtherDemoError(f"{path.parent} holds a {state.settings} demonstration; choose another --out")
        return state

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        content = {
            "settings": self.settings,
            "measurements": [one.to_json() for one in self.measurements],
            "cycles": self.cycles,
            "swaps": [asdict(one) for one in self.swaps],
            "mistyped_version": self.mistyped_version,
            "mistyped_cycle": self.mistyped_cycle,
            "waiting": self.waiting,
            "requests": self.requests,
            "seconds": round(self.seconds, 1),
        }
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(content), encoding="utf-8")
        part.replace(path)
