"""Failures are kinds, and their sentence tells nothing of the inside."""

from datetime import UTC, datetime

import pytest

from backend.reading.self_check import SelfCheckError
from backend.reading.watch_failure import FailureKind, WatchFailure, failure_kind
from datasets.errors import BucketUnavailableError, ChampionError, ObjectMissingError, StoreFullError, UnknownModelError
from ocr_model.errors import ModelError


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UnknownModelError("x"), "missing"),
        (ObjectMissingError("x"), "missing"),
        (StoreFullError("x"), "no-room"),
        (ChampionError("x"), "damaged"),
        (ModelError("x"), "damaged"),
        (BucketUnavailableError("x"), "store-unavailable"),
        (SelfCheckError("x"), "misreads"),
        (RuntimeError("x"), "unexpected"),
    ],
)
def test_every_error_has_a_kind(error: Exception, kind: FailureKind) -> None:
    assert failure_kind(error) == kind


def test_the_message_names_the_entry() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    failure = WatchFailure("champion", 2, "missing", noon)
    assert (
        failure.message == "Number 2 for the champion could not be taken: the store does not hold it, or not all of it."
    )
    unknown = WatchFailure("challenger", None, "store-unavailable", noon)
    assert unknown.message.startswith("The store's entry for the challenger")
