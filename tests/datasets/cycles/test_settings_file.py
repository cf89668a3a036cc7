from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from datasets.cycles.settings import WorkerSettings
from datasets.cycles.settings_file import SettingsError, read_settings, write_settings


def file(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "cycle.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    default = WorkerSettings()
    written = write_settings(default)
    assert read_settings(file(tmp_path, written)) == read_settings(None) == default
    for name in (*dataclasses.asdict(default.cycle.challenger), "look", "level", "corrections", "evaluation_share"):
        assert f"\n{name} =" in f"\n{written}" or f"\n# {name} =" in written


def test_a_file_changes_what_it_names_and_options_count_more(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        """
look = 2
[cycle]
shipped = "models/mine"
[cycle.challenger]
crops = 12000
base_recipe = "tags-1"
[version]
synthetic_evaluation = ["v1.0:300:5"]
[triggers]
every = 0
[triggers.suspicion]
""",
    )
    settings = read_settings(path, {"cycle.challenger.crops": 4000, "triggers.corrections": 30})
    assert (settings.look, settings.cycle.shipped) == (2.0, Path("models/mine"))
    assert (settings.cycle.challenger.crops, settings.cycle.challenger.base_recipe) == (4000, "tags-1")
    assert settings.cycle.challenger.batch == WorkerSettings().cycle.challenger.batch
    assert settings.version.synthetic_evaluation == ("v1.0:300:5",)
    assert settings.triggers is not None
    assert (settings.triggers.every, settings.triggers.corrections) == (timedelta(0), 30)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[cycle.challenger]\ncrop = 5", r"there is no cycle\.challenger\.crop; --print-settings shows all"),
        ("[cylce]\n", r"there is no cylce;"),
        ("[triggers.suspicion]\nx = 1", r"there is no triggers\.suspicion\.x;"),
        ('[cycle.challenger]\ncrops = "many"', r"cycle\.challenger\.crops: Input should be a valid integer"),
        ("[cycle.rules]\nlevel = 5", r"cycle\.rules: .*level lies between 0 and 1"),
        ("[triggers]\ncorrections = -1", r"triggers: .*not negative"),
        ("[triggers]\nevery = -1", r"triggers: .*durations are not negative"),
        ("crops", r"cycle\.toml: Expected"),
        ("cycle = 5", r"cycle: "),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read_settings(file(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "key"), [("cycle = 5", "cycle.challenger.crops"), ("triggers = 1", "triggers.every")]
)
def test_an_option_within_what_is_no_table_is_named(tmp_path: Path, content: str, key: str) -> None:
    with pytest.raises(SettingsError, match=f"{key.partition('.')[0]} is a table"):
        read_settings(file(tmp_path, content), {key: 7})


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        read_settings(tmp_path / "nowhere.toml")
