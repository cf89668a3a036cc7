"""What is drawn without some of its fonts says so, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.command import run
from data_gen.missing_fonts import warn_of_missing_fonts

PARENT = 'description = ""\ncount = 1\n[[fonts]]\nweight = 1.0\npatterns = ["Lato-Regular.ttf", "NoSuch*.ttf"]\n'


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    warn_of_missing_fonts.cache_clear()
    yield
    warn_of_missing_fonts.cache_clear()


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    (tmp_path / "parent.toml").write_text(PARENT)
    parent = f'parent = "{tmp_path / "parent.toml"}"\n'
    (tmp_path / "recipe.toml").write_text(parent + PARENT.replace("NoSuch*", "NorThis*"))
    return str(tmp_path / "recipe.toml")


def test_a_command_that_renders_says_once_what_is_missing_and_how_to_get_it(
    recipe: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for out in ("one", "two"):
        assert run(["--recipe", recipe, "--count", "1", "--out", str(tmp_path / out)], "") == 0
    (told,) = [each.getMessage() for each in caplog.records if each.name == "data_gen.missing_fonts"]
    assert "NorThis*.ttf, NoSuch*.ttf\n" in told
    assert "apt-get install fonts-liberation2 " in told
    assert "python -m data_gen fonts --fetch" in told
    assert "Lato" not in told


def test_nothing_is_said_of_a_recipe_with_all_its_fonts_with_none_or_that_is_unknown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "whole.toml").write_text(PARENT.replace(', "NoSuch*.ttf"', ""))
    for name in (str(tmp_path / "whole.toml"), "digits-1", "unknown"):
        warn_of_missing_fonts(name)
    assert not caplog.records
