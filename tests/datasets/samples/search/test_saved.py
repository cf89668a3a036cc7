"""Searches saved under names, by several people at once."""

from __future__ import annotations

import pytest

from datasets.errors import LabelError, SearchNameError, UnknownSearchError
from datasets.objects.interface import ObjectStore
from datasets.samples.search.parser import FilterError
from datasets.samples.search.saved import MOST, SavedSearches
from tests.datasets.making import at_once


def saved_in(objects: ObjectStore) -> SavedSearches:
    return SavedSearches(objects, lambda: 1_780_000_000.0)


def keep(searches: SavedSearches, name: str, line: str = "all", instead_of: str | None = None) -> None:
    searches.keep(name, line, order="newest", by="kim", instead_of=instead_of)


def told(searches: SavedSearches) -> dict[str, str]:
    return {search.name: search.line for search in searches.all()}


def test_searches_are_saved_renamed_changed_and_deleted(objects: ObjectStore) -> None:
    searches = saved_in(objects)
    assert told(searches) == {}
    keep(searches, " 흐린   것 ", "tag = blurry")
    keep(searches, "doubt", "confidence < 0.5")
    assert told(saved_in(objects)) == {"doubt": "confidence < 0.5", "흐린 것": "tag = blurry"}
    keep(searches, "least sure", "confidence < 0.5", instead_of="doubt")
    keep(searches, "least sure", "confidence < 0.4", instead_of="least sure")
    assert told(searches) == {"least sure": "confidence < 0.4", "흐린 것": "tag = blurry"}
    assert searches.drop("흐린 것")
    assert not searches.drop("흐린 것")
    assert told(searches) == {"least sure": "confidence < 0.4"}


def test_the_same_request_again_changes_nothing(objects: ObjectStore) -> None:
    searches = saved_in(objects)
    for _ in range(2):
        keep(searches, "a", "status = corrected")
    for _ in range(2):
        keep(searches, "b", "status = corrected", instead_of="a")
    assert told(searches) == {"b": "status = corrected"}
    assert len(list(objects.names("searches/"))) == 2


def test_nothing_is_overwritten_by_mistake(objects: ObjectStore) -> None:
    searches = saved_in(objects)
    keep(searches, "a")
    keep(searches, "b", "tag = x")
    with pytest.raises(SearchNameError):
        keep(searches, "a", "tag = y")
    with pytest.raises(SearchNameError):
        keep(searches, "a", "tag = x", instead_of="b")
    with pytest.raises(UnknownSearchError):
        keep(searches, "c", instead_of="nobody's")
    assert told(searches) == {"a": "all", "b": "tag = x"}


def test_of_people_who_save_at_once_nobody_loses_a_search(objects: ObjectStore) -> None:
    at_once(6, lambda at: keep(saved_in(objects), f"search {at}"))
    assert list(told(saved_in(objects))) == [f"search {at}" for at in range(6)]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00"])
def test_a_name_that_nobody_can_read_is_refused(objects: ObjectStore, name: str) -> None:
    with pytest.raises(LabelError):
        keep(saved_in(objects), name)


def test_a_line_that_cannot_be_understood_is_refused(objects: ObjectStore) -> None:
    with pytest.raises(FilterError):
        keep(saved_in(objects), "a", "tga = x")
    keep(saved_in(objects), "everything", "")


def test_a_damaged_list_is_passed_over(objects: ObjectStore) -> None:
    searches = saved_in(objects)
    keep(searches, "a")
    objects.put("searches/00000002.json", b"{}")
    assert told(searches) == {"a": "all"}
    keep(searches, "b")
    assert told(searches) == {"a": "all", "b": "all"}


def test_a_list_has_an_end(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST >= 100
    monkeypatch.setattr("datasets.samples.search.saved.MOST", 2)
    keep(saved_in(objects), "a")
    keep(saved_in(objects), "b")
    with pytest.raises(LabelError):
        keep(saved_in(objects), "c")
