from __future__ import annotations

import pytest

from datasets.errors import ChainDamagedError
from datasets.objects.chain import Chain, ChainEntry
from datasets.objects.interface import ObjectStore
from tests.datasets.making import at_once


class Word(ChainEntry):
    text: str


def chain_in(objects: ObjectStore) -> Chain[Word]:
    return Chain(objects, "words/", Word)


def test_the_highest_number_counts(objects: ObjectStore) -> None:
    chain = chain_in(objects)
    assert chain.last() is None
    for text in ("a", "b", "c"):
        chain.append(lambda number, text=text: Word(number=number, text=text))
    last = chain.last()
    assert last is not None
    assert (last.number, last.text) == (3, "c")
    assert chain.numbers(2) == [2, 3]


def test_of_several_writers_of_one_number_exactly_one_succeeds(objects: ObjectStore) -> None:
    chain = chain_in(objects)
    created = at_once(8, lambda at: chain.create(Word(number=1, text=str(at))))
    assert sorted(created) == [False] * 7 + [True]


def test_a_lost_answer_is_no_conflict(objects: ObjectStore) -> None:
    word = Word(number=1, text="a")
    assert chain_in(objects).create(word)
    assert chain_in(objects).create(word)


def test_every_appended_entry_gets_a_number_of_its_own(objects: ObjectStore) -> None:
    chain = chain_in(objects)
    entries = at_once(5, lambda at: chain.append(lambda number: Word(number=number, text=str(at))))
    assert sorted(entry.number for entry in entries) == [1, 2, 3, 4, 5]


def test_only_the_last_entries_are_kept(objects: ObjectStore) -> None:
    chain = chain_in(objects)
    for _ in range(5):
        chain.append(lambda number: Word(number=number, text="a"))
    chain.trim(2)
    assert chain.numbers() == [4, 5]


@pytest.mark.parametrize(
    "data", [b"no json", b'{"number": 7, "text": "a"}', b'{"number": 1}', b'{"number": 1, "text": 3}']
)
def test_a_damaged_entry_is_named(objects: ObjectStore, data: bytes) -> None:
    objects.put("words/00000001.json", data)
    with pytest.raises(ChainDamagedError, match=r"words/00000001\.json"):
        chain_in(objects).read(1)


def test_an_entry_that_was_stored_without_its_number_takes_it_from_its_name(objects: ObjectStore) -> None:
    objects.put("words/00000004.json", b'{"text": "a"}')
    assert chain_in(objects).read(4).number == 4


def test_a_number_near_the_end_that_leaves_out_many_is_set_aside(objects: ObjectStore) -> None:
    chain = chain_in(objects)
    chain.create(Word(number=99_999_999, text="wrong"))
    assert (chain.last_number(), chain.far_numbers()) == (0, [99_999_999])
    for number in (1, 2):
        assert chain.append(lambda number: Word(number=number, text="a")).number == number
    chain.trim(1)
    last = chain.last()
    assert last is not None
    assert (last.number, chain.numbers(2)) == (2, [2])
    chain.create(Word(number=50_000_000, text="an old chain whose first entries were deleted"))
    assert chain.append(lambda number: Word(number=number, text="a")).number == 50_000_001
