"""Cycles with a network 16 channels wide: every stage runs, and nothing that goes wrong touches the champion.

Longer than other files: every stage of one cycle is interrupted, on the same small store and champion.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")

from datasets.cycles import cycle as module
from datasets.cycles import evaluation
from datasets.cycles.cycle import run_cycle
from datasets.cycles.evaluation_sets import CropReading, FrozenSet
from datasets.cycles.heartbeat import Heartbeat
from datasets.cycles.report import CycleReport, Reports, read_report
from datasets.cycles.settings import CycleSettings
from datasets.cycles.watch import LEASE, CycleStoppedError
from datasets.cycles.wording import in_english
from datasets.errors import BucketUnavailableError, IndexUnavailableError, StoreFullError
from datasets.models.champions import ChampionRecord, Champions
from datasets.models.registry import ModelRegistry
from datasets.objects.folder import FolderObjects
from datasets.objects.lease import read_lease
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import Rules, UnknownVersionError
from tests.datasets.patterns import keep, keep_all
from tests.datasets.tiny_champion import hasty, write_champion

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_champion(tmp_path_factory.mktemp("shipped") / "champion")


@dataclasses.dataclass
class Workshop:
    store: SampleStore
    places: Places
    settings: CycleSettings
    work: Path

    def run(self, **options: object) -> CycleReport:
        settings = options.pop("settings", self.settings)
        return run_cycle(self.store, self.places, "v1.0", settings, work=self.work, by="test", **options)

    @property
    def champions(self) -> Champions:
        return Champions(self.places.authority)


@pytest.fixture(scope="module")
def full_spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spool with forty labels and a version."""
    folder = tmp_path_factory.mktemp("full") / "spool"
    with SampleStore.open(folder) as store, Places.open(folder) as places:
        keep_all(store, range(24))
        for number in range(24, 40):
            keep(store, number, status="corrected", read_text="X", read_confidence=0.5)
        request = VersionRequest(filters=(parse_filter("status = corrected"),), rules=Rules(evaluation_share=0.4))
        create_version(store, places, "v1.0", request)
    return folder


@pytest.fixture
def workshop(tmp_path: Path, full_spool: Path, shipped: Path) -> Iterator[Workshop]:
    shutil.copytree(full_spool, tmp_path / "spool")  # which takes less time than to fill another
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        yield Workshop(store, places, hasty(shipped), tmp_path / "work")


def reads(
    champion: Callable[[str, int], bool], challenger: Callable[[str, int], bool]
) -> Callable[..., list[CropReading]]:
    """Readings of models of which this says in which set they read which crop right."""

    def read(model: Path, crops: FrozenSet, **_: object) -> list[CropReading]:
        knows = challenger if model.name == "model" else champion
        return [CropReading(crop.text if knows(crops.kind, at) else "?9", 0.8) for at, crop in enumerate(crops.crops)]

    return read


def better_on_the_holdout(kind: str, at: int) -> bool:
    return kind == "holdout" or at % 2 == 0


def half(kind: str, at: int) -> bool:
    return at % 2 == 0


def objects_of(workshop: Workshop, cycle: str) -> set[str]:
    return {name.rpartition("/")[2] for name in workshop.places.authority.names(f"cycles/{cycle}/")}


def test_a_challenger_that_learned_nothing_is_rejected_and_the_champion_stays(workshop: Workshop) -> None:
    stages = []
    report = workshop.run(on_progress=lambda stage, done, total, message: stages.append((stage, done, total)))
    assert report.outcome == "rejected"
    assert report.reason.kind == "not_better"
    current = workshop.champions.current()
    assert current is not None
    assert (current.number, current.version) == (1, "1")  # the shipped one, registered so that one can go back to it
    assert list(dict.fromkeys(stage for stage, _, _ in stages)) == ["prepare", "train", "export", "evaluate", "report"]
    assert ("train", 32, 32) in stages
    assert {"report.json", "report.md", "report.html", "differences.png", "accuracy.png"} <= objects_of(
        workshop, report.id
    )
    assert read_report(workshop.places.authority, report.id) == report
    assert Reports(workshop.places.authority).all() == [report]
    assert report.seconds["train"] > 0
    assert report.training["mixture"]["collected"] > 0
    # The holdout is drawn from all labels, though the version takes corrected ones only.
    holdout = report.comparisons[0]
    assert holdout.crops > len([one for one in report.comparisons if one.kind == "holdout"])
    assert any(one.set.values.get("status") == "accepted" for one in report.comparisons) or holdout.crops < 20
    # Copies of shoppers' crops do not stay behind.
    assert not (workshop.work / report.id / "collected").exists()
    assert not (workshop.work / report.id / "run" / "checkpoint.pt").exists()


def test_a_finished_cycle_is_not_run_again(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    report = workshop.run()
    monkeypatch.setattr(evaluation, "read_set", None)  # it would be called
    assert workshop.run() == report


def test_a_better_challenger_is_promoted(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))
    report = workshop.run(settings=replace(workshop.settings, rules=replace(workshop.settings.rules, level=0.2)))
    assert report.outcome == "accepted", in_english(report.reason)
    current = workshop.champions.current()
    assert current is not None
    assert (current.number, current.dataset_version, current.attempt) == (2, "v1.0", report.id)
    assert current.number == report.promoted_number
    assert report.challenger is not None
    assert report.challenger.digest == current.model
    model = workshop.champions.registry.model(current.model)
    assert {"encoder.onnx", "decoder.onnx", "weights.pt"} <= set(model.files)  # the next challenger starts from it
    assert model.card["cycle"]["dataset_version"] == "v1.0"
    assert model.card["base_recipe"] == "v1.0"
    assert workshop.champions.rollback("test", "looks odd").version == "1"


def test_one_that_harms_is_rejected_by_name(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def harms(kind: str, at: int) -> bool:
        return kind == "holdout"

    monkeypatch.setattr(evaluation, "read_set", reads(lambda kind, at: kind != "holdout" or at % 2 == 0, harms))
    settings = replace(
        workshop.settings,
        rules=replace(workshop.settings.rules, level=0.2),
        evaluation=replace(workshop.settings.evaluation, synthetic_crops=12),
    )
    report = workshop.run(settings=settings)
    assert report.outcome == "rejected"
    assert report.reason.values["set"] == Reason(kind="recipe", values={"recipe": "v1.0"})
    assert report.reason.kind == "harms"
    current = workshop.champions.current()
    assert current is not None
    assert current.number == 1
    assert any(not one.fixed for one in report.examples)


def test_a_stopped_cycle_goes_on_at_its_stage(workshop: Workshop) -> None:
    stop, seen = threading.Event(), []

    def stops(stage: str, done: int, total: int, message: str) -> None:
        if stage == "train" and done >= 24:
            stop.set()

    with pytest.raises(CycleStoppedError):
        workshop.run(on_progress=stops, stop=stop)
    assert Reports(workshop.places.authority).all() == []
    (plan,) = workshop.work.glob("*/plan.json")
    heartbeat = Heartbeat(workshop.places.authority, "mine")
    report = workshop.run(
        on_progress=lambda stage, done, total, message: seen.append((stage, done)), heartbeat=heartbeat
    )
    assert report.id == json.loads(plan.read_text())["id"]
    assert min(done for stage, done in seen if stage == "train") > 16  # from the checkpoint
    assert report.training["crops_seen"] == 32
    beat, lease = heartbeat.beat(), read_lease(workshop.places.authority, LEASE)
    assert lease is not None
    assert (beat.doing, beat.stage, beat.fence) == (report.id, "report", lease.fence)


def test_one_killed_between_promotion_and_report_finishes_its_report(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(workshop.settings, rules=replace(workshop.settings.rules, level=0.2))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))
        patch.setattr(module, "record_cycle", killed)
        with pytest.raises(KeyboardInterrupt):
            workshop.run(settings=settings)
    promoted = workshop.champions.current()
    assert promoted is not None
    # Labels that come meanwhile, and other readings of a new holdout, change nothing: it has been decided.
    keep_all(workshop.store, range(40, 60))
    workshop.champions.rollback("test", "looks odd")
    monkeypatch.setattr(evaluation, "read_set", reads(better_on_the_holdout, half))
    report = workshop.run(settings=settings)
    assert (report.outcome, report.promoted_number) == ("accepted", 2)
    assert report.challenger is not None
    assert report.challenger.digest == promoted.model
    assert report.champion.digest != promoted.model
    assert len(workshop.champions.history()) == 3
    assert {"report.json", "differences.png", "accuracy.png"} <= objects_of(workshop, report.id)


def test_one_killed_after_its_promotion_is_finished_on_another_machine_too(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = replace(workshop.settings, rules=replace(workshop.settings.rules, level=0.2))
    monkeypatch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "record_cycle", killed)
        with pytest.raises(KeyboardInterrupt):
            workshop.run(settings=settings, cycle_id="r1")
    elsewhere = replace(workshop, work=tmp_path / "another machine")
    stages: list[str] = []
    report = elsewhere.run(
        settings=settings, cycle_id="r1", on_progress=lambda stage, done, total, message: stages.append(stage)
    )
    assert (report.outcome, report.promoted_number) == ("accepted", 2)
    assert "train" not in stages
    assert [one.attempt for one in workshop.champions.history()].count("r1") == 1


def test_a_request_with_other_settings_begins_anew(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(stage: str, done: int, total: int, message: str) -> None:
        if stage == "train" and done >= 24:
            stop.set()

    stop = threading.Event()
    with pytest.raises(CycleStoppedError):
        workshop.run(cycle_id="r1", on_progress=stopped, stop=stop)
    (checkpoint,) = workshop.work.glob("r1/run/checkpoint.pt")
    seen: list[int] = []
    others = replace(workshop.settings, challenger=replace(workshop.settings.challenger, learning_rate=1e-5))
    workshop.run(
        settings=others,
        cycle_id="r1",
        on_progress=lambda stage, done, total, message: seen.append(done) if stage == "train" else None,
    )
    assert min(seen) <= 16  # not from the checkpoint of the settings before
    assert not checkpoint.exists()


def test_whatever_goes_wrong_the_champion_stays(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(workshop.settings, rules=replace(workshop.settings.rules, level=0.2))
    monkeypatch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))

    def broken(*_: object) -> bytes:
        raise OSError("no canvas")

    with monkeypatch.context() as patch:
        patch.setattr(module, "draw_differences", broken)
        report = workshop.run(settings=settings)
    assert (report.outcome, report.promoted_number) == ("failed", None)
    assert len(workshop.champions.history()) == 1
    assert workshop.run(settings=settings).outcome == "accepted"


@pytest.mark.parametrize("error", [BucketUnavailableError("no answer"), IndexUnavailableError("no answer")])
def test_a_store_that_is_away_for_a_moment_costs_no_training(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    settings = replace(workshop.settings, rules=replace(workshop.settings.rules, level=0.2))
    monkeypatch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))

    def away(*_: object, **__: object) -> None:
        raise error

    assert workshop.settings.shipped is not None
    workshop.champions.begin(workshop.settings.shipped, by="test")
    with monkeypatch.context() as patch:
        patch.setattr(ModelRegistry, "register", away)
        with pytest.raises(type(error)):
            workshop.run(settings=settings, cycle_id="r1")
    assert Reports(workshop.places.authority).all() == []
    stages: list[str] = []
    report = workshop.run(
        settings=settings, cycle_id="r1", on_progress=lambda stage, done, total, message: stages.append(stage)
    )
    assert report.outcome == "accepted"
    assert "train" not in stages


def test_training_that_diverges_fails_and_says_so(workshop: Workshop) -> None:
    wild = replace(workshop.settings.challenger, learning_rate=float("inf"))
    report = workshop.run(settings=replace(workshop.settings, challenger=wild))
    assert report.outcome == "failed"
    assert in_english(report.reason) == "Failed in stage train: training has diverged: weights overflowed after 0 crops"
    current = workshop.champions.current()
    assert current is not None
    assert current.number == 1
    assert "report.json" in objects_of(workshop, report.id)


def test_a_full_disk_fails_and_the_next_attempt_succeeds(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("torch.save", full)
        failed = workshop.run()
    assert failed.outcome == "failed"
    assert in_english(failed.reason).startswith("Failed in stage train: the disk is full")
    report = workshop.run()
    assert report.outcome == "rejected"
    assert report.id == f"{failed.id}-2"


def test_a_report_that_finds_no_room_in_the_store_is_told_all_the_same(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = FolderObjects.put

    def full(self: FolderObjects, name: str, data: bytes) -> bool:
        if name.endswith("report.md"):
            raise StoreFullError("the disk is full")
        return real(self, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(FolderObjects, "put", full)
        report = workshop.run()
    assert "this report could not be stored: the disk is full" in report.notes
    assert (workshop.work / report.id / "report.md").is_file()
    assert Reports(workshop.places.authority).all() == []
    again = workshop.run()  # puts it there
    assert again.id == report.id
    assert Reports(workshop.places.authority).all() == [again]


def spoil_a_third(workshop: Workshop, spool: Path) -> dict[str, bytes]:
    """Damage every third crop. Returns what now lies under which name."""
    spoiled = [sample.crop for sample in workshop.store.samples() if int(sample.digest, 16) % 3 == 0]
    for name in spoiled:
        (spool / name).write_bytes(b"no picture")
    return dict.fromkeys(spoiled, b"no picture")


def test_damaged_crops_are_left_out_and_named(workshop: Workshop, tmp_path: Path) -> None:
    spoiled = spoil_a_third(workshop, tmp_path / "spool")
    report = workshop.run(settings=replace(workshop.settings, most_damaged=0.6))
    assert report.outcome == "rejected"
    assert any("confirmed crops are damaged or missing" in note for note in report.notes)
    assert any("crops to train on are damaged or missing" in note for note in report.notes)
    named = {one.damage.name: one for one in report.damaged}
    assert set(named) <= set(spoiled)
    assert {"holdout", "training"} == {part for one in report.damaged for part in one.of}
    assert all("not a whole PNG" in one.damage.why for one in report.damaged)
    for file in ("report.md", "report.html"):
        text = workshop.places.authority.get(f"cycles/{report.id}/{file}").decode()
        assert all(name in text for name in named)
    assert {name: (tmp_path / "spool" / name).read_bytes() for name in spoiled} == spoiled  # nothing was deleted


def test_too_much_damage_is_refused_before_anything_is_trained(workshop: Workshop, tmp_path: Path) -> None:
    spoil_a_third(workshop, tmp_path / "spool")
    report = workshop.run()
    assert report.outcome == "failed"
    assert in_english(report.reason).startswith("Failed in stage prepare: ")
    assert "confirmed crops are damaged or missing" in in_english(report.reason)
    assert "more than the 10 % that may be left out (--most-damaged)" in in_english(report.reason)
    assert len(report.damaged) > 4
    assert "train" not in report.seconds
    text = workshop.places.authority.get(f"cycles/{report.id}/report.md").decode()
    assert all(one.damage.name in text for one in report.damaged)


def test_a_damaged_label_event_is_named_and_those_behind_it_count(workshop: Workshop, tmp_path: Path) -> None:
    damaged = sorted((tmp_path / "spool" / "events").rglob("*.json"))[2]
    damaged.write_bytes(b"{}")
    report = workshop.run()
    assert report.outcome == "rejected"
    assert not any("were not counted" in note for note in report.notes)
    assert any(note.startswith("1 label events are damaged and were left out") for note in report.notes)
    (one,) = report.damaged
    assert (tmp_path / "spool" / one.damage.name, one.of) == (damaged, ("holdout",))
    assert report.comparisons[0].crops > 0


def test_a_missing_label_event_is_told(workshop: Workshop, tmp_path: Path) -> None:
    sorted((tmp_path / "spool" / "events").rglob("*.json"))[-3].unlink()
    report = workshop.run()
    assert report.outcome == "rejected"
    assert any(note.startswith("2 label events were not counted") for note in report.notes)


def test_the_tracker_hears_who_serves(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def record(*_: object, champion: Callable[[], ChampionRecord], **__: object) -> str:
        told.append(champion().number)
        return "told"

    monkeypatch.setattr(module, "record_cycle", record)
    assert workshop.run().tracking == "told"
    workshop.champions.promote(workshop.champions.registry.digests()[0], expected=1, by="me", reason="again")
    assert workshop.run().outcome == "rejected"
    assert told == [1, 2]


def test_a_champion_that_was_changed_meanwhile_is_not_overruled(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))
    settings = replace(workshop.settings, rules=replace(workshop.settings.rules, level=0.2))
    champions = workshop.champions

    def meddles(stage: str, done: int, total: int, message: str) -> None:
        current = champions.current()
        if stage == "export" and current is not None and current.number == 1:
            champions.promote(current.model, expected=1, by="somebody", reason="because")

    report = workshop.run(settings=settings, on_progress=meddles)
    assert report.outcome == "rejected"
    assert in_english(report.reason).startswith("Not promoted: the champion was changed while the cycle ran")
    current = champions.current()
    assert current is not None
    assert current.by == Reason.words("somebody")


def test_without_promotion_the_challenger_is_only_registered(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))
    settings = replace(workshop.settings, rules=replace(workshop.settings.rules, level=0.2), promote=False)
    report = workshop.run(settings=settings)
    assert (report.outcome, report.promoted_number) == ("accepted", None)
    assert report.challenger is not None
    assert report.challenger.digest in workshop.champions.registry.digests()
    assert len(workshop.champions.history()) == 1


def test_an_unknown_version_is_an_error_and_no_cycle(workshop: Workshop) -> None:
    with pytest.raises(UnknownVersionError):
        run_cycle(workshop.store, workshop.places, "v9.9", workshop.settings, work=workshop.work)
    assert Reports(workshop.places.authority).all() == []


def test_with_a_key_a_cycle_signs_and_trains_from_signed_champions_only(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = StoreKey.parse("the-key-of-one-store-and-no-other")
    places = Places(workshop.places.local, key=key)
    signing = replace(workshop, places=places)
    monkeypatch.setattr(evaluation, "read_set", reads(half, better_on_the_holdout))
    assert signing.run().outcome == "accepted"
    champions = Champions(places.authority, key=key)
    assert [champions.is_signed(entry) for entry in champions.history()] == [True, True]
    current = champions.current()
    assert current is not None
    Champions(places.authority).promote(current.model, expected=2, by="evil", reason="")
    signing.run(cycle_id="after")  # trains from the signed champion
    after = Champions(places.authority, key=key).current()
    assert after is not None
    assert after.number in (2, 4)  # never the unsigned third
