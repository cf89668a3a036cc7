"""Recipes: what ships, what is refused, what the digest covers."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.recipe import RecipeError, load_recipe, recipe_names, sources

ROOT = Path(__file__).resolve().parents[2]


def test_the_versions_of_the_original_and_ours_ship() -> None:
    assert {"v1.0", "v2.0", "v2.1", "tags-1", "tags-2", "tags-3", "tags-4", "tags-5", "tags-6", "tags-7"} <= set(
        recipe_names()
    )
    assert load_recipe("v2.1").parent == "v2.0"
    assert load_recipe("v2.0").parent == "v1.0"
    assert [load_recipe(name).count for name in ("v1.0", "v2.0", "v2.1")] == [500, 800, 500]


def test_every_shipped_recipe_has_a_digest_of_its_own() -> None:
    digests = [load_recipe(name).digest for name in recipe_names()]
    assert len(set(digests)) == len(digests)


def test_the_digest_covers_every_field() -> None:
    recipe = load_recipe("v1.0")
    assert dataclasses.replace(recipe, tilt=1.0).digest != recipe.digest
    assert dataclasses.replace(recipe, fonts=load_recipe("v2.0").fonts).digest != recipe.digest
    assert dataclasses.replace(recipe).digest == recipe.digest


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"unknown recipe 'nope'.*tags-1"):
        load_recipe("nope")


@pytest.mark.parametrize(
    "body",
    [
        "not toml [",
        'description = "x"\ncount = 1\n',
        'description="x"\ncount=1\nflavour=2\n[[fonts]]\nweight=1\npatterns=["a"]\n',
        'description="x"\ncount=1\nfurther_damages=["burnt"]\n[[fonts]]\nweight=1\npatterns=["a"]\n',
    ],
)
def test_a_broken_recipe_file_is_a_clear_error(tmp_path: Path, body: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(body, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"mine\.toml"):
        load_recipe(str(file))


def test_the_digest_covers_the_code_that_draws_and_no_other() -> None:
    script = (
        "import sys, data_gen.crop\n"
        "for module in list(sys.modules.values()):\n"
        "    print(getattr(module, '__file__', None))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {Path(line) for line in ran.stdout.splitlines() if line != "None"}
    # `ocr_model` also loads what reads, which draws nothing.
    rooms = {
        ROOT / "data_gen",
        *(ROOT / "data_gen" / name for name in ("drawn", "plates")),
        ROOT / "ocr_model" / "codes",
    }
    drawing = {file for file in loaded if file.parent in rooms and file.name != "__init__.py"}
    drawing |= loaded & {ROOT / "ocr_model" / "domains" / "plate_formats.py"}
    assert set(sources()) == drawing | {ROOT / "data_gen" / "plan.py"}
    # Photos of whole tags may change without another digest of any recipe.
    assert not any(ROOT / "data_gen" / "whole_tag" in file.parents for file in loaded)
