from __future__ import annotations

import csv
import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datasets.errors import StoreError
from datasets.samples.crop import open_crop, pixel_digest
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions import materialize as module
from datasets.versions.creation import VersionRequest, create_version, draw_up
from datasets.versions.materialize import materialize
from datasets.versions.synthetic import RecipeDiffersError, describe_parts, parse_request
from datasets.versions.version import Manifest, Rules, Version, VersionError
from ocr_model.codes.table import from_cell
from ocr_model.domains.tags import TAGS
from tests.datasets.patterns import keep, keep_all

HALF = VersionRequest(filters=(parse_filter("all"),), rules=Rules(evaluation_share=0.5))


def named(name: str, manifest: Manifest) -> Version:
    return Version(name=name, manifest=manifest, created_at=datetime.now(UTC), creator="x")


def read(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [{name: from_cell(cell) for name, cell in row.items()} for row in rows]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def version(tmp_path: Path) -> Version:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(10))
        keep(store, 10, '"A\'1"')
        keep(store, 11, "", status="unreadable")
        return create_version(store, places, "v1.0", HALF)


def test_a_folder_with_both_sides(tmp_path: Path, version: Version) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        done = materialize(store, version, tmp_path / "out")
    assert sum(done.crops.values()) == 12
    assert done.crops["unreadable"] == 1
    for side in ("training", "evaluation", "unreadable"):
        rows = read(tmp_path / "out" / side)
        assert [(row["sample"], row["text"]) for row in rows] == [
            (entry.digest, entry.text) for entry in version.manifest.on(side)
        ]
        assert rows
        for row in rows:
            picture = (tmp_path / "out" / side / row["file"]).read_bytes()
            assert pixel_digest(open_crop(picture)) == row["sample"]
    assert json.loads((tmp_path / "out" / "version.json").read_text())["complete"] is True


def test_a_stopped_run_goes_on(tmp_path: Path, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        materialize(store, version, tmp_path / "whole")
        real, written = module.write_whole, []

        def stops(path: Path, data: bytes) -> None:
            if len(written) == 5:
                path.with_name(path.name + ".part").write_bytes(data[:10])
                raise KeyboardInterrupt
            real(path, data)
            written.append(path)

        monkeypatch.setattr(module, "write_whole", stops)
        with pytest.raises(KeyboardInterrupt):
            materialize(store, version, tmp_path / "out")
        assert json.loads((tmp_path / "out" / "version.json").read_text())["complete"] is False
        monkeypatch.setattr(module, "write_whole", lambda path, data: (real(path, data), written.append(path)))
        materialize(store, version, tmp_path / "out")
    pictures = [path for path in written if path.suffix == ".png"]
    assert len(pictures) == len(set(pictures)) == 12
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_removed_sample_is_said_to_be_gone_and_taken_out(tmp_path: Path, version: Version) -> None:
    out = tmp_path / "out"
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        materialize(store, version, out)
        victim = version.manifest.on("training")[0].digest
        store.delete(victim)
        done = materialize(store, version, out, buried=read_buried(places))
        fresh = materialize(store, version, tmp_path / "fresh", buried=read_buried(places))
    assert done.gone == fresh.gone == (victim,)
    assert not any(victim in name for name in tree(out))
    assert victim not in {row["sample"] for row in read(out / "training")}
    assert json.loads((out / "version.json").read_text())["gone"] == [victim]
    assert tree(out) == tree(tmp_path / "fresh")


def test_a_lost_crop_is_no_removed_one(tmp_path: Path, version: Version) -> None:
    victim = version.manifest.entries[0].digest
    (tmp_path / "spool" / "crops" / victim[:2] / f"{victim}.png").unlink()
    with SampleStore.open(tmp_path / "spool") as store, pytest.raises(VersionError, match="it was not removed"):
        materialize(store, version, tmp_path / "out")


def test_folders_of_something_else_are_left_alone(tmp_path: Path, version: Version) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with SampleStore.open(tmp_path / "spool") as store:
        with pytest.raises(VersionError, match="is not empty"):
            materialize(store, version, out)
        assert tree(out) == {"thesis.txt": b"mine"}
        materialize(store, version, tmp_path / "one")
        before = tree(tmp_path / "one")
        other = version.model_copy(update={"manifest": version.manifest.model_copy(update={"filters": ()})})
        with pytest.raises(VersionError, match="holds another version"):
            materialize(store, other, tmp_path / "one")
        assert tree(tmp_path / "one") == before
        with pytest.raises(StoreError, match="cannot write"):
            materialize(store, version, out / "thesis.txt" / "deeper")


def test_synthetic_parts_are_drawn_and_share_no_code_with_the_other_side(tmp_path: Path) -> None:
    pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
    request = VersionRequest(
        synthetic=describe_parts([parse_request("v1.0:12:3", "training"), parse_request("v2.0:6", "evaluation")]),
        filters=HALF.filters,
    )
    out = tmp_path / "out"
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        first = named("v1.0", draw_up(store, places, request))
        assert materialize(store, first, out).crops == {"training": 12, "evaluation": 6, "unreadable": 0}
        rows = read(out / "training")
        assert all((out / "training" / row["file"]).is_file() for row in rows)
        assert {row["source"] for row in rows} == {"recipe v1.0"}
        # A shopper's crop with a code that the generator draws, too, held back.
        keep(store, 1, rows[0]["text"])
        held = dataclasses.replace(request, rules=Rules(evaluation_share=1.0))
        second = named("v2.0", draw_up(store, places, held))
        done = materialize(store, second, tmp_path / "second")
    wanted = TAGS.groups(rows[0]["text"])
    same = [row for row in rows if wanted & TAGS.groups(row["text"])]
    assert done.repeated == len(same) >= 1
    assert all(wanted.isdisjoint(TAGS.groups(row["text"])) for row in read(tmp_path / "second" / "training"))
    card = json.loads((tmp_path / "second" / "card.json").read_text(encoding="utf-8"))
    assert card["tables"]["status"]["synthetic"] == {"training": 12 - len(same), "evaluation": 6}


def test_another_digest_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
    request = VersionRequest(synthetic=describe_parts([parse_request("v1.0:3", "training")]))
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        manifest = draw_up(store, places, request)
        part = manifest.synthetic[0]
        changed = dataclasses.replace(part, digest="0" * 64, ingredients={**part.ingredients, "pillow": "9.5"})
        elsewhere = named("v1.0", manifest.model_copy(update={"synthetic": (changed,)}))
        with pytest.raises(RecipeDiffersError, match=r"pillow: 9\.5 in the version"):
            materialize(store, elsewhere, tmp_path / "out")
        assert not (tmp_path / "out").exists()
        done = materialize(store, elsewhere, tmp_path / "out", allow_other_digest=True)
    assert done.differing == ("v1.0",)
    assert done.crops["training"] == 3
