from pathlib import Path

import pytest

from benchmarks.confidence import measure_real
from benchmarks.report import Comparison, busyness, details, figures, fill_block, machine, summary
from tests.benchmarks.racing import result, speeds

MINE = {"team_dev upright": (2, 2), "team_dev blur": (1, 2)}
PEER = {"team_dev upright": (1, 2), "team_dev blur": (1, 2)}


def comparison(compared: int = 2) -> Comparison:
    names = [("mine", MINE), ("peer", PEER)][:compared]
    results = [result(name, right) for name, right in [*names, ("Tesseract", PEER)]]
    real = [measure_real(one, 0.5) for one in results[:compared]]
    return Comparison(results, speeds(4.0, 10.0, 20.0)[: len(results)], "not measured yet", real, "a machine")


def test_the_summary_shows_targets_and_all_readers() -> None:
    text = summary(comparison())
    targets, readers = text.split("| exact match", 1)
    assert "| peer | verdict |" in targets and "Tesseract" not in targets
    assert "| mine | peer | Tesseract |" in readers
    assert "| team_dev upright | 2 of 2" in readers
    assert "| median ms of a crop read alone | 4.0 | 10.0 | 20.0 |" in readers
    assert "Measured on a machine." in readers


def test_without_the_peer_to_beat_no_other_stands_in() -> None:
    targets = summary(comparison(compared=1)).split("| exact match", 1)[0]
    assert "| no peer | verdict |" in targets and "Tesseract" not in targets


def test_the_details_add_strict_match_and_reliability() -> None:
    text = details(comparison(), "errors.html", "benchmark.png")
    assert summary(comparison()) in text
    assert "`errors.html`" in text
    assert "| strict match (only spaces dropped) | mine | peer | Tesseract |" in text
    reliability = text.split("## Confidence on real crops and their twins")[1]
    assert "| mine | 0.900 |" in reliability and "Tesseract" not in reliability


def test_five_figures_stand_beside_the_peer() -> None:
    text = figures(comparison())
    assert "|  | mine | peer |" in text
    assert "| real tag crops read, upright, of 2 | 2 | 1 |" in text
    assert "| their harder twins (small, blur, motion, tilt, dark, jpeg), of 2 | 1 | 1 |" in text
    assert "| median time of a crop, ms | 4.0 | 10.0 |" in text
    assert "| 1 of 4 | 2 of 4 |" in text


def test_the_block_of_a_readme_is_replaced(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- benchmark -->\nold\n<!-- /benchmark -->\nafter\n", encoding="utf-8")
    fill_block(readme, "new\n")
    written = "before\n<!-- benchmark -->\nnew\n<!-- /benchmark -->\nafter\n"
    assert readme.read_text(encoding="utf-8") == written


def test_a_readme_without_markers_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("nothing here\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no benchmark markers"):
        fill_block(readme, "table\n")
    assert readme.read_text(encoding="utf-8") == "nothing here\n"


def test_a_busy_machine_is_said() -> None:
    assert "too busy" in busyness(3.0)
    assert "too busy" not in busyness(0.1)


def test_the_machine_is_named_with_its_threads() -> None:
    assert "cores, 3 threads a reader" in machine(3)
