from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from datasets.errors import LabelError
from datasets.samples.pair import check_stored_pair, checked_pair
from tests.datasets.making import pair


def test_numbers_codes_and_times_are_normalised() -> None:
    korea = timezone(timedelta(hours=9))
    kept = checked_pair(pair("p", " cw2288–111", gtin="0 36000 29145 2", at=datetime(2026, 5, 4, 21, 30, tzinfo=korea)))
    assert (kept.gtin, kept.code, kept.at) == (
        "0036000291452",
        "CW2288-111",
        datetime(2026, 5, 4, 12, 30, tzinfo=UTC),
    )
    assert checked_pair(kept) == kept
    check_stored_pair(kept)


@pytest.mark.parametrize(
    "changes",
    [
        {"gtin": "4006381333930"},
        {"gtin": "CW2288-111"},
        {"gtin": ""},
        {"code": ""},
        {"code": " "},
        {"code": "A" * 201},
        {"client": "A\x00B"},
        {"client": "\ud800"},
        {"source": "x" * 300},
        {"prediction_id": ""},
        {"prediction_id": "a b"},
        {"at": datetime(2026, 5, 4)},
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(LabelError):
        checked_pair(pair(**({"prediction_id": "p"} | changes)))


def test_a_stored_number_in_another_spelling_is_refused() -> None:
    with pytest.raises(LabelError, match="usual spelling"):
        check_stored_pair(pair("p", gtin="036000291452"))
