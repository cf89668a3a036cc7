"""What a challenger is trained on, and what stops it from being trained. Whole trainings are in test_cycle.py."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from datasets.cycles.challenger import (
    NoWeightsError,
    base_recipe_of,
    export_challenger,
    replayed_recipes,
    train_challenger,
)
from datasets.versions.version import SyntheticPart
from tests.datasets.tiny_champion import HASTY, write_champion

pytestmark = pytest.mark.training


def part(recipe: str, count: int, side: str = "training") -> SyntheticPart:
    return SyntheticPart(recipe, count, 0, side, "d", {})


def shares(*parts: SyntheticPart, base: str | None = None, base_share: float = 0.5) -> dict[str, float]:
    return {one.recipe: one.weight for one in replayed_recipes(parts, base, base_share)}


def test_recipes_are_replayed_by_their_crops_with_those_of_their_parents() -> None:
    assert shares() == {}
    assert shares(part("v1.0", 100), part("v1.0", 50, "evaluation")) == {"v1.0": 1.0}
    grown = shares(part("v2.0", 1000))
    assert set(grown) == {"v1.0", "v2.0"}
    assert sum(grown.values()) == pytest.approx(1.0)


def test_the_champions_own_recipe_has_its_share_at_least() -> None:
    assert shares(base="tags-1") == {"tags-1": 1.0}
    assert shares(part("v1.0", 100), base="tags-1", base_share=0.5) == {"tags-1": 0.5, "v1.0": 0.5}
    assert shares(part("v1.0", 100), part("tags-1", 900), base="tags-1") == {"tags-1": 0.9, "v1.0": 0.1}
    assert shares(part("v1.0", 100), base="tags-1", base_share=1.0) == {"tags-1": 1.0}


def test_the_base_recipe_is_in_the_card_of_a_model_or_of_its_training() -> None:
    assert base_recipe_of({"card": {"base_recipe": "tags-6", "training": {"recipe": "mixture"}}}) == "tags-6"
    assert base_recipe_of({"card": {"training": {"recipe": "tags-5"}}}) == "tags-5"
    assert base_recipe_of({}) is None


def test_a_champion_without_weights_cannot_be_trained_from(tmp_path: Path) -> None:
    champion = write_champion(tmp_path / "champion")
    (champion / "weights.pt").unlink()
    with pytest.raises(NoWeightsError, match=r"has no weights\.pt"):
        train_challenger(champion, None, (), frozenset(), 1, HASTY.challenger, tmp_path / "run")


def test_an_export_keeps_how_the_champion_searches_and_is_used_again(tmp_path: Path) -> None:
    champion, run, out = write_champion(tmp_path / "champion"), tmp_path / "run", tmp_path / "model"
    about = json.loads((champion / "model.json").read_text())
    about["decoding"] = {"beam": 3}
    (champion / "model.json").write_text(json.dumps(about))
    settings = replace(HASTY.challenger, champion_share=0.0)
    train_challenger(champion, None, replayed_recipes((), "v1.0", 0.5), frozenset(), 1, settings, run)
    exported = export_challenger(
        champion, run, out, version="c1", base=None, settings=settings, card={"cycle": {"champion": "x"}}
    )
    assert (exported.folder, exported.name, exported.version) == (out, "tiny", "c1")
    described = json.loads((out / "model.json").read_text())
    assert (described["decoding"], described["card"]["cycle"]) == ({"beam": 3}, {"champion": "x"})
    assert {"curve.png", "log.jsonl", "weights.pt"} <= {path.name for path in out.iterdir()}
    written = (out / "model.json").stat().st_mtime_ns
    export_challenger(champion, tmp_path / "gone", out, version="c1", base=None, settings=settings, card={})
    assert (out / "model.json").stat().st_mtime_ns == written
