from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import ChampionError, ChampionMovedError, ChampionUnsignedError
from datasets.models.champions import ChampionRecord, Champions
from datasets.models.registry import ModelRegistry
from datasets.models.sealed_chain import SealedChain
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CHAMPION, numbered_name
from datasets.objects.store_key import StoreKey
from tests.datasets.making import at_once, register_models

KEY = StoreKey.parse("the-key-of-one-store-and-no-other")


def chain_in(objects: ObjectStore) -> SealedChain[ChampionRecord]:
    return SealedChain(objects, CHAMPION, ChampionRecord, KEY)


def test_the_last_genuine_entry_counts_whatever_lies_above_it(objects: ObjectStore, tmp_path: Path) -> None:
    [a] = register_models(ModelRegistry(objects), tmp_path, "a")
    assert chain_in(objects).look() == (None, {})
    objects.put(numbered_name(CHAMPION, 1), b"{}")
    entries = chain_in(objects)
    assert entries.look()[0] is None
    record = Champions(objects, key=KEY).promote(a, expected=None, by="me", reason="")
    assert record.number == 2
    objects.put(numbered_name(CHAMPION, 3), b"{}")
    Champions(objects).promote(a, expected=2, by="evil", reason="")
    counts, aside = entries.look()
    assert counts == record
    assert [(number, type(error)) for number, error in aside.items()] == [
        (4, ChampionUnsignedError),
        (3, ChampionError),
    ]
    assert [entry.number for entry in entries.readable()] == [2, 4]
    with pytest.raises(ChampionError, match=r"champion/00000003\.json"):
        entries.entry(3)


def test_of_many_promotions_past_wrong_entries_exactly_one_wins(objects: ObjectStore, tmp_path: Path) -> None:
    models = register_models(ModelRegistry(objects), tmp_path, *"abcdef")
    for number in (1, 2, 4):  # with a hole, and another one below the winner of the second round
        objects.put(numbered_name(CHAMPION, number), b"{}")

    def promote(number: int, expected: int | None) -> int | None:
        try:
            return Champions(objects, key=KEY).promote(models[number], expected=expected, by="me", reason="").number
        except ChampionMovedError:
            return None

    expected = None
    for wins in (3, 5, 6):
        numbers = at_once(6, lambda number, seen=expected: promote(number, seen))
        assert [number for number in numbers if number is not None] == [wins]
        current = Champions(objects, key=KEY).current()
        assert current is not None
        assert current.number == wins
        expected = current.number
