from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.card import Card, brands_of, describe, write_cards, write_markdown
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import Rules, Version
from ocr_model.domains.tags import TAGS
from tests.datasets.patterns import keep

EVERYTHING = VersionRequest(filters=(parse_filter("all"),), rules=Rules(evaluation_share=0.0))


def made(store: SampleStore, places: Places, name: str = "v1.0") -> Version:
    version = create_version(store, places, name, EVERYTHING)
    write_cards(store, VersionCatalogue(places), version, read_buried(places))
    return version


def test_the_card_counts_by_everything(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        keep(store, 1, "CW2288-111", status="corrected", turn=1)
        keep(store, 2, "374915-01", source="import", image=Image.new("RGB", (40, 10), (200, 200, 200)))
        keep(store, 3, "", status="unreadable")
        keep(store, 4, "A|B")
        keep(store, 5, "X1")
        keep(store, 5, "X2", prediction_id="again")
        card = describe(made(store, places))
    tables = card.tables
    assert card.crops == {"training": 3, "evaluation": 0, "unreadable": 1}
    assert tables["source"] == {"app": {"training": 2, "unreadable": 1}, "import": {"training": 1}}
    assert tables["status"]["corrected"] == {"training": 1}
    assert {"Nike", "Puma", "(no known format)"} == set(tables["brand format"])
    assert tables["length"] == {" 3": {"training": 1}, " 9": {"training": 1}, "10": {"training": 1}}
    assert tables["character"]["1"] == {"training": 3 + 2}
    assert tables["quarter turns"] == {"0": {"training": 2, "unreadable": 1}, "1": {"training": 1}}
    assert tables["mean light"]["192 to 223"] == {"training": 1}
    assert [(crop.reason, crop.texts) for crop in card.left_out] == [("contradiction", ("X1", "X2"))]
    markdown = write_markdown(card)
    assert "| collected | 3 | 0 | 1 |" in markdown
    assert "No collected crop is held back" in markdown
    assert "contradiction: 2 labels do not agree | X1, X2 |" in markdown


def test_several_brands_may_fit() -> None:
    assert brands_of("GZ4953", TAGS) == "Reebok or adidas"


def test_cards_lie_beside_the_version(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        keep(store, 1, "품번A1")
        version = made(store, places)
    folder = tmp_path / "versions" / "v1.0"
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "card.md", "contact.png"]
    assert json.loads((folder / "card.json").read_text(encoding="utf-8"))["hash"] == version.manifest.hash
    assert Card.from_bytes((folder / "card.json").read_bytes()) == describe(version)
    assert "# Dataset version v1.0" in (folder / "card.md").read_text(encoding="utf-8")
