"""Checks the models of a store, and both histories that point to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from datasets.errors import ChampionError
from datasets.models.champions import ChampionRecord, read_entry
from datasets.models.registry import ModelRegistry
from datasets.models.shadow import ShadowRecord
from datasets.objects.chain import Chain
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CHAMPION, SHADOW

Pointer = TypeVar("Pointer", ChampionRecord, ShadowRecord)


def find_model_problems(objects: ObjectStore) -> Iterator[tuple[str, str]]:
    """Hash all models again and read all entries. Yields (object name, fault); changes nothing.

    Args:
        objects: `Places.authority`.

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
    yield from _chain_problems(Chain(objects, CHAMPION, ChampionRecord), whole)
    yield from _chain_problems(Chain(objects, SHADOW, ShadowRecord), whole)


def _chain_problems(chain: Chain[Pointer], whole: set[str]) -> Iterator[tuple[str, str]]:
    found = chain.numbers()
    for number in sorted(set(range(1, max(found, default=0))) - set(found)):
        yield chain.name(number), "this entry is missing"
    for number in found:
        try:
            model = read_entry(chain, number).model
        except ChampionError as error:
            yield chain.name(number), str(error)
            continue
        if model is not None and model not in whole:
            yield chain.name(number), f"its model {model[:12]} is missing or damaged"
