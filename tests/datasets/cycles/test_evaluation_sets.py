from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datasets.cycles.evaluation_sets import (
    FROZEN_SEED,
    CropReading,
    EvaluationCrop,
    FrozenSet,
    find_examples,
    pair,
    read_set,
    render_set,
    wanted_sets,
)
from datasets.cycles.wording import in_english
from datasets.reason import Reason
from datasets.versions.version import SyntheticPart
from tests.ocr_model.conftest import write_attention_model

HOLDOUT = Reason(kind="holdout")


TAGS = FrozenSet(
    Reason(kind="recipe", values={"recipe": "tags-1"}),
    "set",
    tuple(EvaluationCrop(np.full((20, 60), 9, np.uint8), f"AB{at}", str(at), "synthetic") for at in range(30)),
)
READ = [CropReading(one.text, 0.9) for one in TAGS.crops]
MISREAD = [CropReading("?", 0.6) if at % 3 == 0 else one for at, one in enumerate(READ)]


def crop(text: str, number: int = 0, status: str = "accepted", shade: int = 0) -> EvaluationCrop:
    return EvaluationCrop(np.full((8, 16), shade, np.uint8), text, f"{number:064x}", status)


def test_slices_by_brand_status_length_and_separators() -> None:
    crops = FrozenSet(
        HOLDOUT,
        "holdout",
        tuple(crop("CW2288-111", at, "corrected" if at < 4 else "accepted") for at in range(10))
        + tuple(crop("S80602", 20 + at) for at in range(5)),
    )
    right = [CropReading(one.text, 0.9) for one in crops.crops]
    without_dash = [CropReading(one.text.replace("-", ""), 0.9) for one in crops.crops]
    whole, slices = pair(crops, right, without_dash, smallest=4)
    assert (whole.kind, sum(whole.champion), sum(whole.challenger)) == ("holdout", 15, 15)
    assert len(set(whole.groups)) == 2  # pictures of one code are drawn together
    found = {in_english(one.set).partition(", ")[2]: one for one in slices}
    assert sum(found["separators too"].challenger) == 5
    assert {len(found["status corrected"].champion), len(found["status accepted"].champion)} == {4, 11}
    assert len(found["10 to 12 characters"].champion) == 10
    assert len(found["1 to 6 characters"].champion) == 5
    assert any(name.startswith("brand") and "Nike" in name for name in found)
    assert {one.kind for name, one in found.items() if name.startswith("status")} == {"status"}
    assert {one.kind for name, one in found.items() if not name.startswith("status")} == {"slice"}
    assert not pair(crops, right, right, smallest=16)[1][1:]


def test_an_empty_holdout_has_no_slices() -> None:
    whole, slices = pair(FrozenSet(HOLDOUT, "holdout", ()), [], [])
    assert whole.champion == ()
    assert slices == []


def test_a_set_is_read_by_the_code_that_serves(tmp_path: Path) -> None:
    model = write_attention_model(tmp_path / "model")
    crops = FrozenSet(Reason.words("x"), "set", tuple(crop("A1", at) for at in range(20)))
    told: list[int] = []
    readings = read_set(model, crops, threads=1, on_progress=told.append)
    assert [one.text for one in readings] == ["A1"] * 20
    assert 0.5 < readings[0].confidence < 1.0
    assert told == [16, 20]


def test_a_versions_own_parts_come_before_the_usual_sets() -> None:
    parts = (
        SyntheticPart("v1.0", 30, 7, "evaluation", "d", {}),
        SyntheticPart("v1.0", 500, 0, "training", "d", {}),
    )
    assert wanted_sets(parts, ["v1.0", "tags-1"], 100) == (("v1.0", 30, 7), ("tags-1", 100, FROZEN_SEED))


def test_rendered_sets_are_frozen() -> None:
    pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
    one, other = render_set("v2.0", 6), render_set("v2.0", 6)
    assert one.digest == other.digest
    assert one.name == "recipe v2.0"
    assert {crop.status for crop in one.crops} == {"synthetic"}
    assert render_set("v2.0", 6, seed=1).digest != one.digest


def test_slices_are_named_as_data() -> None:
    crops = FrozenSet(HOLDOUT, "holdout", tuple(crop(text, at) for at, text in enumerate(["", *["S80602"] * 3])))
    blank = [CropReading("", 0.9)] * 4
    named = {one.set.kind: one.set.values for one in pair(crops, blank, blank, smallest=1)[1]}
    assert named == {
        "slice_separators": {"of": HOLDOUT},
        "slice_no_text": {"of": HOLDOUT},
        "slice_brand": {"of": HOLDOUT, "brand": "adidas"},
        "slice_length": {"of": HOLDOUT, "low": 1, "high": 6},
    }


def test_examples_tell_fixed_from_broken() -> None:
    fixed, broken = find_examples(TAGS, MISREAD, READ), find_examples(TAGS, READ, MISREAD)
    assert len(fixed) == len(broken) == 10
    assert all(one.fixed for one in fixed)
    assert not any(one.fixed for one in broken)
    assert find_examples(TAGS, READ, READ) == []
