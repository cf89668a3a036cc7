from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datasets.cycles import next_version as module
from datasets.cycles.next_version import NextVersionSettings, create_next_version
from datasets.samples.damage import TooDamagedError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue, next_version_name
from tests.datasets.patterns import keep, keep_all


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([], "v1.0"),
        (["v1.0"], "v1.1"),
        (["v2.9", "v2.10", "v1.0"], "v2.11"),
        (["trial", "v3.0", "v3.0-b"], "v3.1"),
    ],
)
def test_the_name_follows_the_highest(names: list[str], wanted: str) -> None:
    assert next_version_name(names) == wanted


def test_it_builds_on_the_champions_version_and_leaves_doubtful_labels_out(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(8))
        first = create_next_version(store, places, "v1.0", "v0.9", NextVersionSettings())
        assert first.manifest.parent is None  # there is no v0.9 here
        keep(store, 8)
        keep(store, 9, status="corrected", read_text="S80602ABC", read_confidence=0.99)
        second = create_next_version(store, places, "v1.1", "v1.0", NextVersionSettings())
        assert second.manifest.parent is not None
        assert second.manifest.parent.name == "v1.0"
        assert len(second.manifest.entries) == 9
        assert [one.reason for one in second.manifest.left_out] == ["contradicts a sure reading"]
        assert VersionCatalogue(places).get_beside("v1.1", "card.md") is not None


def test_damaged_crops_and_labels_stay_out_and_the_card_names_them(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        kept = keep_all(store, range(20))
        (tmp_path / "spool" / kept[3].crop).write_bytes(b"no picture")
        (tmp_path / "spool" / kept[7].event).write_bytes(b"{}")
        version = create_next_version(store, places, "v1.0", None, NextVersionSettings())
        assert {entry.digest for entry in version.manifest.entries} == {
            one.digest for at, one in enumerate(kept) if at not in (3, 7)
        }
        assert {one.name for one in version.manifest.damaged} == {kept[3].crop, kept[7].event}
        card = VersionCatalogue(places).get_beside("v1.0", "card.md")
        assert card is not None
        assert f"| `{kept[3].crop}` | the crop {kept[3].digest} is damaged: not a whole PNG |" in card.decode()
        assert f"| `{kept[7].event}` | the bytes do not match the name |" in card.decode()
        with pytest.raises(TooDamagedError, match="1 of 19 confirmed crops"):
            create_next_version(store, places, "v1.1", None, NextVersionSettings(most_damaged=0.05))
        assert VersionCatalogue(places).names() == ["v1.0"]


def test_another_worker_that_was_faster_made_the_same_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(4))
        real = module.create_version

        def slower(*arguments: Any) -> Any:
            real(*arguments)
            return real(*arguments)

        monkeypatch.setattr(module, "create_version", slower)
        version = create_next_version(store, places, "v1.0", None, NextVersionSettings())
        assert version == VersionCatalogue(places).read("v1.0")


def test_a_killed_process_finds_its_version_again(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(4))
        first = create_next_version(store, places, "v1.0", None, NextVersionSettings())
        keep(store, 5)
        assert create_next_version(store, places, "v1.0", None, NextVersionSettings()) == first
