"""Sizes of the demonstration. The full one takes about a quarter of an hour on two quiet cores, the quick one two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["new", "tags", "plain"]
TITLES: dict[Kind, str] = {
    "new": "new brand, dot matrix",
    "tags": "photographed tags",
    "plain": "plain print",
}


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """Sizes, paces and the options of the worker."""

    name: str
    fresh: dict[Kind, int]  # tags that only measure, never labelled
    shares: dict[Kind, float]  # of the kinds among the shoppers' tags
    brisk: float  # visits a second while the worker waits for labels
    steady: float  # visits a second while a cycle runs
    corrections: int  # new corrected labels that make a cycle due
    accepted: int  # accepted cycles after which the demonstration ends
    most_cycles: int  # finished cycles after which it gives up
    evaluation_share: float  # of the codes that versions hold back for evaluation
    stall: int  # mistyped labels
    most_seconds: float  # of the whole demonstration
    worker: str  # settings file of `datasets cycle --watch`
    tracking: bool = True  # whether the cycles are told to MLflow

    def worker_options(self) -> list[str]:
        """Options of `python -m datasets cycle --watch`, beside its settings file."""
        return ["--corrections", str(self.corrections), *([] if self.tracking else ["--tracking", "none"])]


_EVALUATION_SHARE = 0.25
_COMMON = f"""look = 2

[triggers]
last = 0
every = 0
pause = 0

[version]
evaluation_share = {_EVALUATION_SHARE}
"""


FULL = DemoSettings(
    name="full",
    fresh={"new": 400, "tags": 400, "plain": 200},
    shares={"new": 0.6, "tags": 0.3, "plain": 0.1},
    brisk=10.0,
    steady=2.0,
    corrections=250,
    accepted=2,
    most_cycles=4,
    evaluation_share=_EVALUATION_SHARE,
    stall=250,
    most_seconds=3600.0,
    worker=_COMMON
    + """synthetic_evaluation = ["v1.0:300:5"]

[cycle.evaluation]
synthetic_crops = 1600

[cycle.challenger]
crops = 12000
checkpoint_every = 4000
collected_share = 0.4
learning_rate = 4e-4
average_decay = 0.99
turn_crops = 800
calibration_crops = 800
check_crops = 64
""",
)

QUICK = DemoSettings(
    name="quick",
    fresh={"new": 12, "tags": 8, "plain": 4},
    shares=FULL.shares,
    brisk=20.0,
    steady=1.0,
    corrections=40,
    accepted=0,  # so little training only proves that everything runs
    most_cycles=1,
    evaluation_share=_EVALUATION_SHARE,
    stall=12,
    most_seconds=1800.0,
    worker=_COMMON
    + """
[cycle.evaluation]
synthetic_crops = 16

[cycle.challenger]
crops = 128
batch = 16
checkpoint_every = 64
average_decay = 0.5
turn_crops = 0
calibration_crops = 0
check_crops = 4
""",
    tracking=False,
)
