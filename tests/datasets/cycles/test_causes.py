from __future__ import annotations

import errno

import pytest

from datasets.cycles.causes import NothingToTrainError, cause_of
from datasets.errors import StoreFullError
from datasets.reason import Reason
from datasets.samples.damage import Damage, TooDamagedError, check_damage
from datasets.versions.version import UnknownVersionError


def test_a_full_disk_is_found_however_it_is_told() -> None:
    no_space = OSError(errno.ENOSPC, "No space left on device")
    assert cause_of(no_space) == Reason(kind="disk_full", values={"detail": str(no_space)})
    wrapped = RuntimeError("unexpected pos 640 vs 534")
    wrapped.__context__ = no_space
    assert cause_of(wrapped) == Reason(kind="disk_full", values={"detail": "unexpected pos 640 vs 534"})
    assert cause_of(StoreFullError("no room")).kind == "disk_full"


def test_other_errors_are_told_in_a_line() -> None:
    assert cause_of(RuntimeError("a\nb")) == Reason.words("RuntimeError: a b")
    assert cause_of(UnknownVersionError("there is no version v9.0")) == Reason.words("there is no version v9.0")
    assert cause_of(ValueError()) == Reason.words("ValueError: ValueError")


def test_what_has_a_kind_of_its_own_keeps_its_values() -> None:
    assert cause_of(NothingToTrainError("v3.0")) == Reason(kind="nothing_to_train", values={"version": "v3.0"})
    with pytest.raises(TooDamagedError) as refused:
        check_damage([Damage(f"{at}-1", (), "gone") for at in range(9)], 60, 0.02, "training_crops")
    assert cause_of(refused.value) == Reason(
        kind="too_damaged",
        values={"damaged": 9, "of": 60, "what": "training_crops", "names": "0-1, 1-1, 2-1 ...", "most": 2.0},
    )
