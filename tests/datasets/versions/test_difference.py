from __future__ import annotations

from pathlib import Path

from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.difference import compare
from datasets.versions.version import Rules
from tests.datasets.patterns import code, keep, keep_all


def test_a_difference_names_what_changed(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        kept = keep_all(store, range(4))
        everything = (parse_filter("all"),)
        one = create_version(store, places, "v1.0", VersionRequest(filters=everything, rules=Rules(0.0)))
        store.delete(kept[0].digest)
        keep(store, 1, "A1111", status="corrected")
        keep(store, 9)
        two = create_version(store, places, "v2.0", VersionRequest(filters=everything, rules=Rules(1.0)))
    difference = compare(one, two)
    assert [entry.text for entry in difference.added] == [code(9)]
    assert [entry.text for entry in difference.removed] == [code(0)]
    assert [(old.text, new.text) for old, new in difference.relabelled] == [(code(1), "A1111")]
    assert {(old.text, old.side, new.side) for old, new in difference.moved} == {
        (code(n), "training", "evaluation") for n in (2, 3)
    }
    lines = list(difference.lines(most=1))
    assert "label events: 4 -> 7" in lines
    assert "2 moved" in lines
    assert "  > and 1 more" in lines
    assert f"  ~ {kept[1].digest[:12]}  {code(1)} -> A1111" in lines
    assert any(line.startswith("rules: ") for line in lines)
    assert not compare(one, one)
    assert list(compare(one, one).lines()) == []
