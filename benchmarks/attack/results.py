"""The result of an attack, kept in a file as soon as the attack is over."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.attack.shoppers import Answer, p99

MOST_RATIO = 3.0  # of the 99th percentile while attacked to the one in quiet


@dataclass
class AttackResult:
    """The figures of one attack."""

    name: str  # of the attack
    title: str  # what was sent
    quiet: list[list[Answer]] = field(default_factory=list)  # ordinary readings without the attack, by round
    attacked: list[list[Answer]] = field(default_factory=list)  # ordinary readings during the attack, by round
    outcomes: dict[str, int] = field(default_factory=dict)  # answers to the attackers
    faults: list[str] = field(default_factory=list)  # what else the backend should not have done
    peak_megabytes: float = 0.0  # memory of the backend with its children
    most_megabytes: float | None = None  # target for it
    log_bytes: int = 0
    seconds: float = 0.0  # of the attack, with the backend's start

    @property
    def good(self) -> int:
        """Ordinary readings that were answered during the attack."""
        return sum(answer.is_good for answers in self.attacked for answer in answers)

    @property
    def failed(self) -> int:
        """Ordinary readings that failed during the attack."""
        return sum(not answer.is_good for answers in self.attacked for answer in answers)

    @property
    def quiet_p99(self) -> float:
        """Median over the rounds of the 99th percentile in quiet, in seconds."""
        return _median([p99(answers) for answers in self.quiet])

    @property
    def attacked_p99(self) -> float:
        """Median over the rounds of the 99th percentile during the attack, in seconds; infinite if readings failed."""
        return _median([p99(answers) for answers in self.attacked])

    @property
    def ratio(self) -> float:
        """Median over the rounds of the ratio of both; NaN without a round."""
        pairs = zip(self.quiet, self.attacked, strict=False)
        return _median([p99(attacked) / p99(quiet) for quiet, attacked in pairs])

    def shortcomings(self) -> list[str]:
        """Every missed target, in a sentence."""
        missed = []
        if self.failed or not self.good:
            missed.append(f"{self.failed} of {self.failed + self.good} ordinary readings failed")
        if self.ratio > MOST_RATIO:
            missed.append(f"the p99 of ordinary readings is {in_words(self.ratio)} times the quiet one")
        if self.most_megabytes is not None and self.peak_megabytes > self.most_megabytes:
            missed.append(f"the backend took {self.peak_megabytes:,.0f} MB, more than {self.most_megabytes:.0f} MB")
        return [f"{self.name}: {sentence}" for sentence in missed + self.faults]


def load(path: Path) -> dict[str, AttackResult]:
    """Results of attacks that were finished before, by name; none without the file."""
    if not path.is_file():
        return {}
    return {result.name: result for result in _STORED.validate_json(path.read_bytes())}


def save(path: Path, results: Sequence[AttackResult]) -> None:
    """Write the results, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(_STORED.dump_json(list(results)))
    part.replace(path)


def in_words(value: float) -> str:
    """A ratio; a failed reading makes it endless."""
    if math.isnan(value):
        return "-"
    return "∞" if math.isinf(value) else f"{value:.1f}"


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else math.nan


_STORED = TypeAdapter(list[AttackResult])
