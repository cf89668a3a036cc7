"""The comparison of two models on one set or slice, as reports keep it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import model_validator

from datasets.objects.record import Record
from datasets.reason import Reason

SetKind = Literal["holdout", "set", "slice", "status"]
SetVerdict = Literal["better", "not better", "not worse", "worse", "unclear"]


class SetComparison(Record):
    """Two models on one set or slice."""

    set: Reason
    kind: SetKind
    crops: int
    champion_right: int
    challenger_right: int
    fixed: int  # crops that only the challenger reads right
    broken: int  # crops that only the champion reads right
    difference: float  # of the shares read right, challenger minus champion
    low: float  # ends of the interval of the difference
    high: float
    p: float  # of McNemar's exact two-sided test: the chance of counts as uneven as these if neither model is better
    verdict: SetVerdict
    why: Reason

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, stored: Any) -> Any:
        """In reports of schema 1 a set is a name."""
        if isinstance(stored, Mapping) and "name" in stored:
            return {"set": stored["name"], **stored}
        return stored
