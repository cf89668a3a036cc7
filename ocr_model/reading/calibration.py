"""Makes the confidence mean what it says: of all readings shown with 90 %, nine in ten are right.

Recognizers are overconfident. One temperature for the whole text is fitted on data that the model was not
trained on (Guo et al. 2017, https://arxiv.org/abs/1706.04599); temperatures per character make the confidence
of the text worse (Slossberg et al. 2020, https://arxiv.org/abs/2012.12643). A bias beside it (Platt 1999) makes up
for the confidence that doubtful readings lose because the search covers few texts.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def reading_digest() -> str:
    """SHA-256 over the code of the reader: figures that were measured with other code do not hold for it."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted([*package.glob("codes/*.py"), *package.glob("codes/*.json"), *package.glob("reading/*.py")]):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Calibration:
    """The map from the probability that the model computes to the one that is shown."""

    temperature: float = 1.0  # above 1 takes confidence away, below 1 adds some; 1 changes nothing
    # Shown confidence, 0..1, from which a text may be accepted without asking; None if none was measured, or if no
    # confidence is high enough.
    accept_threshold: float | None = None
    bias: float = 0.0  # added to the logit; above 0 adds confidence

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(f"a temperature is a positive number, not {self.temperature}")
        if self.accept_threshold is not None and not 0.0 <= self.accept_threshold <= 1.0:
            raise ValueError(f"a threshold is between 0 and 1, not {self.accept_threshold}")
        if not abs(self.bias) <= 100.0:  # true for NaN, too
            raise ValueError(f"a bias is a number of logits, not {self.bias}")

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Calibration:
        """The field `calibration` of a `model.json`; without the field nothing is changed.

        Raises:
            TypeError: a value of another type.
            ValueError: a value out of range.
        """
        fields = description.get("calibration", {})
        threshold = fields.get("accept_threshold")
        return cls(
            float(fields.get("temperature", 1.0)),
            None if threshold is None else float(threshold),
            float(fields.get("bias", 0.0)),
        )

    def apply(self, probability: float) -> float:
        """`sigmoid(logit(probability) / temperature + bias)`; 0 and 1 stay, the order of two probabilities stays."""
        if not 0.0 <= probability <= 1.0:
            raise ValueError(f"a probability is between 0 and 1, not {probability}")
        if probability in (0.0, 1.0) or (self.temperature == 1.0 and self.bias == 0.0):
            return float(probability)
        logit = (math.log(probability) - math.log1p(-probability)) / self.temperature + self.bias
        if logit >= 0:
            return 1.0 / (1.0 + math.exp(-logit))
        grown = math.exp(max(logit, -700.0))  # exp underflows below -745
        return grown / (1.0 + grown)


def read_calibration(directory: Path) -> Calibration:
    """The calibration of an exported model.

    Raises:
        OSError: no `model.json`.
        ValueError: it is damaged, or a value is out of range.
    """
    return Calibration.from_description(json.loads((directory / "model.json").read_text(encoding="utf-8")))
