"""Which challenger answers a share of requests, and how it is taken back."""

from pathlib import Path

from datasets.models.audit import find_model_problems
from datasets.models.canary import CanaryHistory
from datasets.models.registry import ModelRegistry
from datasets.models.shadow import ShadowHistory
from datasets.objects.interface import ObjectStore
from datasets.objects.names import numbered_name
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason
from tests.datasets.making import at_once, register_models

KEY = StoreKey.parse("the-key-of-one-store-and-no-other")
WHY = Reason(kind="canary_failures", values={"challenger_failed": 20, "challenger_read": 20})


def test_it_is_no_shadow(objects: ObjectStore, tmp_path: Path) -> None:
    [a] = register_models(ModelRegistry(objects), tmp_path, "a")
    CanaryHistory(objects).set(a, "me", "try it")
    assert ShadowHistory(objects).current() is None
    record = CanaryHistory(objects).current()
    assert record is not None
    assert (record.number, record.model, record.name) == (1, a, "a")


def test_of_several_backends_one_takes_it_back(objects: ObjectStore, tmp_path: Path) -> None:
    [a] = register_models(ModelRegistry(objects), tmp_path, "a")
    record = CanaryHistory(objects).set(a, "me", "")
    written = at_once(4, lambda number: CanaryHistory(objects).withdraw(record, Reason(kind="backend"), WHY))
    assert sorted(written) == [False, False, False, True]
    present = CanaryHistory(objects).current()
    assert present is not None
    assert (present.number, present.model, present.reason) == (2, None, WHY)


def test_a_later_challenger_stays(objects: ObjectStore, tmp_path: Path) -> None:
    a, b = register_models(ModelRegistry(objects), tmp_path, "a", "b")
    history = CanaryHistory(objects)
    record = history.set(a, "me", "")
    history.set(b, "me", "")
    assert not history.withdraw(record, "me", WHY)
    present = history.current()
    assert present is not None
    assert present.model == b


def test_entries_are_sealed_as_a_canary_s(objects: ObjectStore, tmp_path: Path) -> None:
    a, b = register_models(ModelRegistry(objects), tmp_path, "a", "b")
    history = CanaryHistory(objects, key=KEY)
    record = history.set(a, "me", "")
    history.check(record)
    ShadowHistory(objects, key=KEY).set(b, "me", "")
    objects.put(numbered_name("canary/", 2), objects.get(numbered_name("shadow/", 1)))  # a shadow's is no canary's
    assert list(history.set_aside()) == ["canary/00000002.json"]
    assert history.withdraw(record, Reason(kind="backend"), WHY)
    present = history.current()
    assert present is not None
    assert (present.number, present.model) == (3, None)
    assert {name for name, _ in find_model_problems(objects, KEY)} == {"canary/00000002.json"}
