from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import ChampionError, ChampionMovedError
from datasets.models.audit import find_model_problems
from datasets.models.champions import Champions
from datasets.models.shadow import ShadowHistory
from datasets.objects.interface import ObjectStore
from datasets.objects.names import model_file_name, numbered_name
from tests.datasets.making import register_models


@pytest.fixture
def champions(objects: ObjectStore) -> Champions:
    return Champions(objects)


@pytest.mark.parametrize("bytes_there", [b"", b"[]", b"{}", b'{"number": 2}', b"\xff"])
def test_a_damaged_entry_is_named_and_does_not_block(
    champions: Champions, objects: ObjectStore, tmp_path: Path, bytes_there: bytes
) -> None:
    shadow = ShadowHistory(objects)
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    champions.promote(a, expected=None, by="me", reason="")
    objects.put(numbered_name("champion/", 2), bytes_there)
    objects.put(numbered_name("shadow/", 1), bytes_there)
    present = Champions(objects).current()
    assert present is not None
    assert present.model == a  # the last entry that is whole
    assert list(champions.set_aside()) == ["champion/00000002.json"]
    with pytest.raises(ChampionError, match=r"shadow/00000001\.json"):
        shadow.current()
    assert [name for name, _ in find_model_problems(objects)] == ["champion/00000002.json", "shadow/00000001.json"]
    shadow.set(b, "me", "")
    with pytest.raises(ChampionMovedError):
        champions.promote(b, expected=2, by="me", reason="")
    promoted = champions.promote(b, expected=1, by="me", reason="")
    assert (promoted.number, promoted.previous) == (3, a)
    assert champions.current() == promoted
    assert champions.set_aside() == {}
    assert champions.rollback("me", "").model == a


def test_problems_name_a_hole_and_a_missing_model(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    for number, digest in enumerate((a, b, a)):
        champions.promote(digest, expected=number or None, by="me", reason="")
    objects.delete(numbered_name("champion/", 2))
    objects.delete(model_file_name(a, "model.json"))
    found = [(name, what.split(" ")[0]) for name, what in find_model_problems(objects)]
    assert found == [
        ("champion/00000002.json", "this"),
        ("champion/00000001.json", "its"),
        ("champion/00000003.json", "its"),
    ]


def test_an_entry_far_beyond_the_others_is_set_aside_and_named_in_one_line(
    champions: Champions, objects: ObjectStore, tmp_path: Path
) -> None:
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    first = champions.promote(a, expected=None, by="me", reason="")
    far = first.model_copy(update={"number": 99_999_999})
    objects.put(numbered_name("champion/", 99_999_999), far.to_bytes())
    objects.put(numbered_name("shadow/", 4000), b"{}")
    assert champions.current() == first
    assert [(name, what.split(":")[0]) for name, what in find_model_problems(objects)] == [
        ("champion/99999999.json", "set aside"),
        ("shadow/00000001.json", "3999 entries are missing from here on"),
        ("shadow/00004000.json", "shadow/00004000.json in " + objects.url.split(":")[0]),
    ]
    assert champions.promote(b, expected=1, by="me", reason="").number == 2
    assert champions.rollback("me", "").number == 3
