"""Checks the models of a store, and the histories that point to them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TypeVar

from datasets.errors import ChampionError
from datasets.models.champions import ChampionRecord
from datasets.models.registry import ModelRegistry
from datasets.models.sealed_chain import SealedChain
from datasets.models.shadow import ShadowRecord
from datasets.objects.chain import Chain
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CANARY, CHAMPION, SHADOW
from datasets.objects.store_key import StoreKey

Pointer = TypeVar("Pointer", ChampionRecord, ShadowRecord)


def find_model_problems(objects: ObjectStore, key: StoreKey | None = None) -> Iterator[tuple[str, str]]:
    """Hash all models again and read all entries. Yields (object name, fault); changes nothing.

    Args:
        objects: `Places.authority`.
        key: the store's key; with it, entries that are set aside because they are not signed are named.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    registry = ModelRegistry(objects)
    yield from registry.problems()
    whole = set()
    for digest in registry.digests():
        try:
            whole.add(registry.model(digest).digest)
        except ChampionError:
            continue  # reported above
    yield from _chain_problems(SealedChain(objects, CHAMPION, ChampionRecord, key), whole)
    yield from _chain_problems(SealedChain(objects, SHADOW, ShadowRecord, key), whole)
    yield from _chain_problems(SealedChain(objects, CANARY, ShadowRecord, key), whole)


def _chain_problems(entries: SealedChain[Pointer], whole: set[str]) -> Iterator[tuple[str, str]]:
    chain: Chain[Pointer] = entries.chain
    for before, number in itertools.pairwise([0, *chain.numbers()]):
        if (missing := number - before - 1) == 1:
            yield chain.name(before + 1), "this entry is missing"
        elif missing:
            yield chain.name(before + 1), f"{missing} entries are missing from here on"
    for number in chain.far_numbers():
        yield chain.name(number), "set aside: far too many numbers are missing before it"
    _, aside = entries.look()
    for number in chain.numbers():
        try:
            model = entries.entry(number).model
        except ChampionError as error:
            yield chain.name(number), str(error)
            continue
        if number in aside:
            yield chain.name(number), f"set aside: {aside[number]}"
        if model is not None and model not in whole:
            yield chain.name(number), f"its model {model[:12]} is missing or damaged"
