"""Every reason that is stored has its sentence, and it is the one that people have read before."""

from __future__ import annotations

from typing import Any

import pytest

from datasets.cycles.wording import _SENTENCES, in_english
from datasets.reason import Reason

COUNTS = {"fixed": 3, "broken": 60, "crops": 300}
HOLDOUT = Reason(kind="holdout")
NIKE = Reason(kind="slice_brand", values={"of": HOLDOUT, "brand": "Nike"})
NOISE = Reason(kind="within_noise", values={"p": 0.2668, "level": 0.05})
FULL = Reason(kind="disk_full", values={"detail": "[Errno 28] No space left on device"})
LEVEL = {"p": 0.12, "level": 0.05}
SAID: list[tuple[str, dict[str, Any], str]] = [
    ("words", {"text": "new {brand} in spring"}, "new {brand} in spring"),
    (
        "accepted",
        {"fixed": 25, "broken": 5, "crops": 200, "p": 0.00001, "others": 12},
        "Accepted: 25 errors fixed and 5 new ones on 200 crops that shoppers confirmed: p = below 0.0001; not worse on "
        "any of 12 other sets and slices.",
    ),
    (
        "harms",
        {"set": NIKE, "more": 2, **COUNTS, "p": 0.0021},
        "Rejected: it harms collected holdout, brand Nike (and 2 more): 3 fixed, 60 broken of 300 crops, p = 0.0021.",
    ),
    (
        "not_better",
        {"fixed": 6, "broken": 5, "crops": 200, "why": NOISE},
        "Rejected: not shown to be better: 6 errors fixed and 5 new ones on 200 crops that shoppers confirmed: within "
        "noise (p = 0.27, needed below 0.05).",
    ),
    (
        "not_harmless",
        {"set": NIKE, "more": 0, **COUNTS, "most": 12.34, "margin": 5.0},
        "Rejected: better on the holdout, but not shown to be harmless on collected holdout, brand Nike: 3 fixed, 60 "
        "broken of 300 crops, so the loss may be up to 12.3 points, more than 5.",
    ),
    ("holdout_empty", {}, "the holdout is empty"),
    ("fixes_no_more", {}, "it fixes no more than it breaks"),
    ("within_noise", LEVEL, "within noise (p = 0.12, needed below 0.05)"),
    (
        "too_few_tags",
        {"better": 4, "worse": 0, **LEVEL},
        "too few tags tell: 4 are read better and 0 worse (p = 0.12, needed below 0.05)",
    ),
    ("interval_reaches", {"low": -0.25}, "the interval of the difference reaches down to -0.2 points"),
    ("better", {"p": 0.0003}, "p = 0.0003"),
    ("worse", {**COUNTS, "p": 0.002}, "3 fixed, 60 broken of 300 crops, p = 0.002"),
    ("no_harm_seen", COUNTS, "3 fixed, 60 broken of 300 crops: no harm is seen"),
    ("not_worse", COUNTS, "3 fixed, 60 broken of 300 crops"),
    (
        "unclear",
        {**COUNTS, "most": 4.0, "margin": 3.0},
        "3 fixed, 60 broken of 300 crops, so the loss may be up to 4.0 points, more than 3",
    ),
    (
        "moved",
        {"before": NOISE},
        "Not promoted: the champion was changed while the cycle ran, so the comparison no longer holds; run it again. "
        "It had been: within noise (p = 0.27, needed below 0.05)",
    ),
    (
        "failed",
        {"stage": "train", "cause": FULL},
        "Failed in stage train: the disk is full: [Errno 28] No space left on device",
    ),
    ("failed_before_start", {"cause": Reason.words("no luck")}, "Failed before it began: no luck"),
    ("disk_full", {"detail": "no room"}, "the disk is full: no room"),
    ("nothing_to_train", {"version": "v3.0"}, "version v3.0 holds nothing to train on"),
    (
        "too_damaged",
        {"damaged": 9, "of": 60, "what": "events", "names": "a, b", "most": 2.0},
        "9 of 60 label events are damaged or missing (a, b), more than the 2 % that may be left out (--most-damaged); "
        "bring them back from a copy, or remove samples for good with `.venv/bin/python -m datasets delete --sample`; "
        "`.venv/bin/python -m datasets verify` names what is wrong",
    ),
    ("corrections", {"corrected": 204, "enough": 200}, "204 new corrected labels, 200 are enough"),
    (
        "correction_rate",
        {"rate": 28.71, "count": 500, "band": 25.0},
        "28.7 % of the last 500 readings were corrected, the band ends at 25 %",
    ),
    (
        "confidence",
        {"mean": 0.7, "count": 500, "band": 0.75},
        "the last 500 readings have a mean confidence of 0.700, the band begins at 0.75",
    ),
    (
        "schedule",
        {"every": 604800.0, "last": "2026-05-04T12:30:00+00:00", "new": 61},
        "one every 7 days, the last one ended 2026-05-04 12:30 UTC; 61 new labels",
    ),
    ("once", {"new": 12}, "asked for once; 12 new labels"),
    ("command_line", {}, "asked for on the command line"),
    ("shipped", {}, "shipped"),
    ("trigger", {"trigger": "correction_rate"}, "trigger: correction rate"),
    ("page", {}, "the team's page"),
    ("backend", {}, "a backend, by itself"),
    (
        "canary_corrections",
        {"challenger_corrected": 12, "challenger_confirmed": 20, "champion_corrected": 9, "champion_confirmed": 300},
        "shoppers corrected 12 of 20 of its readings, and 9 of 300 of the champion's",
    ),
    (
        "canary_failures",
        {"challenger_failed": 12, "challenger_read": 20, "champion_failed": 0, "champion_read": 300},
        "it failed on 12 of 20 readings, the champion on 0 of 300",
    ),
    ("project", {"project": "shoes"}, "a version of the project shoes"),
    ("project_why", {"project": "shoes", "why": Reason.words("new")}, "a version of the project shoes: new"),
    ("holdout", {}, "collected holdout"),
    ("recipe", {"recipe": "tags-1"}, "recipe tags-1"),
    ("slice_brand", {"of": HOLDOUT, "brand": "Nike or Puma"}, "collected holdout, brand Nike or Puma"),
    ("slice_status", {"of": HOLDOUT, "status": "corrected"}, "collected holdout, status corrected"),
    ("slice_length", {"of": HOLDOUT, "low": 7, "high": 9}, "collected holdout, 7 to 9 characters"),
    ("slice_no_text", {"of": HOLDOUT}, "collected holdout, no text"),
    ("slice_separators", {"of": HOLDOUT}, "collected holdout, separators too"),
]


@pytest.mark.parametrize(("kind", "values", "sentence"), SAID, ids=[kind for kind, _, _ in SAID])
def test_each_kind_has_its_sentence(kind: str, values: dict[str, Any], sentence: str) -> None:
    reason = Reason(kind=kind, values=values)
    assert in_english(reason) == sentence
    assert in_english(Reason.model_validate_json(reason.model_dump_json())) == sentence


def test_no_sentence_is_left_out_above() -> None:
    assert {kind for kind, _, _ in SAID} == set(_SENTENCES)


def test_nothing_and_infinity_have_words_of_their_own() -> None:
    alone = {"fixed": 1, "broken": 0, "crops": 9, "p": 1.0, "others": 0}
    assert in_english(Reason(kind="accepted", values=alone)).endswith("p = 1; there is no other set.")
    assert in_english(Reason(kind="moved", values={"before": None})).endswith("run it again.")
    first = Reason(kind="schedule", values={"every": 5400.0, "last": None, "new": 3})
    assert in_english(first) == "one every 1:30:00, none before; 3 new labels"
    longest = Reason(kind="slice_length", values={"of": HOLDOUT, "low": 13, "high": None})
    assert in_english(longest) == "collected holdout, 13 or more characters"


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        ("weather_changed", {"rain": 3}, "weather changed: rain 3"),
        ("weather_changed", {}, "weather changed"),
        ("corrections", {"corrected": 3}, "corrections: corrected 3"),
        ("better", {"p": "small"}, "better: p small"),
    ],
)
def test_what_another_release_wrote_stays_readable(kind: str, values: dict[str, Any], sentence: str) -> None:
    assert in_english(Reason(kind=kind, values=values)) == sentence
