"""The ruler of recipes: counts by kind of print, real crops of the same kind beside."""

from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks import recipe_ruler as under_test
from benchmarks.readers import Reading
from benchmarks.recipe_ruler import CLEAN, WHOLE, Shown, Tally, measure, real, rendered, table
from tests.benchmarks.racing import CROP, case, reader

A1, B2 = reader("ours", lambda crop: Reading("A1", 0.9)), reader("peer", lambda crop: Reading("B-2", 0.9))


def shown(text: str, *kinds: str) -> Shown:
    return Shown(frozenset(kinds), text, CROP)


def test_every_kind_of_a_crop_is_counted() -> None:
    crops = [shown("A1", "small", "jpeg"), shown("B2", "small"), shown("C3", "small"), shown("A1", CLEAN)]
    counts = measure(crops, A1, B2, whole=True)
    assert counts["small"] == Tally(3, 1, 1, 2)
    assert counts["jpeg"] == Tally(1, 1, 0, 1)
    assert counts[CLEAN] == Tally(1, 1, 0, 1)
    assert counts[WHOLE] == Tally(4, 2, 1, 3)
    assert WHOLE not in measure(crops, A1, B2, whole=False)


def test_many_crops_are_counted_as_well_as_few() -> None:
    assert measure([shown("A1", "small")] * 130, A1, B2, whole=True)[WHOLE] == Tally(130, 130, 0, 130)


def test_rendered_crops_know_their_kinds() -> None:
    crops = list(rendered("tags-1", 12, seed=3))
    assert len(crops) == 12
    assert all(crop.kinds and crop.crop.mode == "RGB" for crop in crops)
    only = list(rendered("tags-1", 3, seed=3, kind="small"))
    assert len(only) == 3 and all("small" in crop.kinds for crop in only)


def test_real_crops_stand_for_the_kinds_that_they_show() -> None:
    cases = [case(f"team_dev {kind}") for kind in ("upright", "blur", "turned 90")] + [case("box_dev upright")]
    assert [set(crop.kinds) for crop in real(cases)] == [{WHOLE}, {"defocus"}, {"box label"}]


def test_the_table_shows_both_side_by_side() -> None:
    rows = table({"small": Tally(10, 5, 8, 9), "fax": Tally(40, 10, 20, 30)}, {"small": Tally(4, 1, 2, 3)}).splitlines()
    assert rows[2] == "| fax | 40 | 25 % | 50 % | 75 % |  |  |  |  |"
    assert rows[3] == "| small | 10 | 50 % | 80 % | 90 % | 4 | 25 % | 50 % | 75 % |"


def test_the_command_prints_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "team_dev"
    folder.mkdir()
    Image.new("RGB", (60, 30), "white").save(folder / "1.png")
    (folder / "labels.tsv").write_text("file\ttext\n1.png\tA1\n", encoding="utf-8")
    monkeypatch.setattr(under_test, "ours", lambda threads, model, second: A1)
    monkeypatch.setattr(under_test, "rapidocr", lambda threads: B2)
    assert under_test.main(["--recipe", "v1.0", "--count", "3", "--crops", str(tmp_path)]) == 0
    assert "| all | 3 | 0 % | 0 % | 0 % | 1 | 100 % | 0 % | 100 % |" in capsys.readouterr().out
    assert under_test.main(["--recipe", "nope", "--count", "3"]) == 2
    assert "unknown recipe" in capsys.readouterr().err
    monkeypatch.setattr(under_test, "_SEARCH", 5)
    assert under_test.main(["--recipe", "v1.0", "--count", "3", "--kind", "burnt"]) == 2
    assert "none of the first 5 crops of recipe v1.0 is of the kind 'burnt'" in capsys.readouterr().err
