"""Settings of a worker, and of a cycle's training, evaluation and decision; the defaults suit a night on two cores."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from datasets.cycles.decision import DecisionRules
from datasets.cycles.next_version import NextVersionSettings
from datasets.cycles.triggers import TriggerSettings
from datasets.samples.damage import MOST_DAMAGED


@dataclass(frozen=True, slots=True)
class ChallengerSettings:
    """The training of a challenger from the champion."""

    crops: int = 60_000  # of the schedule, collected and rendered together
    batch: int = 64
    learning_rate: float = 2e-4  # peak; halve it for a cycle of a few thousand crops, which would forget more
    warmup: float = 0.1  # share of the schedule in which the rate rises
    average_decay: float = 0.998  # of the moving average of the weights
    collected_share: float = 0.4  # share of collected crops; the others are rendered, to remember old kinds
    base_share: float = 0.5  # least share of the rendered crops that come from the recipe that the champion began with
    strength: float = 1.0  # of the augmentation of collected crops
    base_recipe: str | None = None  # the recipe to replay; None: the one in the champion's card
    champion_share: float = 0.5  # weight of the champion in the mean of both models, which forgets less
    checkpoint_every: int = 10_000  # crops
    workers: int = 1  # rendering processes
    threads: int = 2  # of torch
    check_crops: int = 200  # crops on which the export must agree with the network
    turn_crops: int = 2000  # crops that fit the head for upside-down text; 0 = none
    int8_crops: int = 100  # crops that set the scales of an int8 encoder, if the champion has one; 0 = none
    int8_check_crops: int = 1000  # crops that the int8 encoder must read as well as the float one
    calibration_crops: int = 2000  # crops that calibrate the confidence; 0 = as the champion's


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """The sets that both models read."""

    synthetic_crops: int = 1000  # per recipe for which the version itself has no evaluation part
    smallest_slice: int = 10  # crops; smaller slices are not listed
    holdout: int = 5000  # crops of the collected holdout at most, those with the smallest hash
    threads: int = 2  # per reading


@dataclass(frozen=True, slots=True)
class CycleSettings:
    """A whole cycle."""

    challenger: ChallengerSettings = field(default_factory=ChallengerSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    rules: DecisionRules = field(default_factory=DecisionRules)
    most_damaged: float = MOST_DAMAGED  # share of crops, and of label events, that a cycle goes on without
    promote: bool = True  # False: decide and report, but leave the champion where it is
    shipped: Path | None = None  # model that serves while the store has no champion; None: the shipped one
    tracking_uri: str | None = None  # of MLflow; None: no tracker
    lease_seconds: float = 120.0  # for which a dead machine blocks the others

    def __post_init__(self) -> None:
        if not 0.0 <= self.most_damaged <= 1.0:
            raise ValueError("the share of damaged crops that are left out lies between 0 and 1")

    @property
    def digest(self) -> str:
        """Hash of all settings that the outcome depends on; `most_damaged` only decides whether there is an outcome."""
        content = [dataclasses.asdict(part) for part in (self.challenger, self.evaluation, self.rules)]
        for machine in ("workers", "threads"):
            content[0].pop(machine)
        content[1].pop("threads")
        return hashlib.sha256(json.dumps([*content, self.promote], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """All settings of a settings file."""

    cycle: CycleSettings = field(default_factory=CycleSettings)
    version: NextVersionSettings = field(default_factory=NextVersionSettings)  # of versions that a worker creates
    triggers: TriggerSettings | None = field(default_factory=TriggerSettings)  # None: only requested cycles run
    look: float = 10.0  # seconds between two looks for requests and triggers
