from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import StoreError
from datasets.samples.damage import TooDamagedError
from datasets.samples.places import Places
from datasets.samples.review import UNPROVEN
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version, draw_up
from datasets.versions.similarity import NEAR
from datasets.versions.version import Manifest, Rules, VersionError, VersionExistsError
from tests.datasets.making import HASTY, writer_of
from tests.datasets.patterns import code, keep, keep_all, pattern, twin

ALL = VersionRequest(filters=(parse_filter("all"),))
Open = Callable[..., tuple[SampleStore, Places]]


@pytest.fixture
def open_spool(tmp_path: Path) -> Iterator[Open]:
    opened: list[SampleStore | Places] = []

    def open_one(name: str = "spool", url: str | None = None) -> tuple[SampleStore, Places]:
        store = SampleStore.open(tmp_path / name, storage_url=url, policy=HASTY)
        places = Places.open(tmp_path / name, url)
        opened.extend((store, places))
        return store, places

    yield open_one
    for one in opened:
        one.close()


def filtered(*texts: str) -> VersionRequest:
    return VersionRequest(filters=tuple(map(parse_filter, texts)))


def texts(manifest: Manifest) -> set[str]:
    return {entry.text for entry in manifest.entries}


def test_filters_choose_and_several_add_up(open_spool: Open) -> None:
    store, places = open_spool()
    keep(store, 1, "A1111")
    keep(store, 2, "B2222", status="corrected", read_confidence=0.5)
    keep(store, 3, "C3333", status="corrected", read_confidence=0.94)
    assert texts(draw_up(store, places, filtered("status = corrected and confidence < 0.9"))) == {"B2222"}
    both = draw_up(store, places, filtered("text = A1111", "confidence > 0.9", "text=a1111"))
    assert texts(both) == {"A1111", "C3333"}
    assert both.filters == ("confidence > 0.9", 'text = "A1111"')
    assert texts(draw_up(store, places, filtered("text = nothing"))) == set()


def test_two_machines_make_the_same_version(gcs: GcsServer, open_spool: Open) -> None:
    (a, a_places), (b, b_places) = open_spool("a", "gs://tags"), open_spool("b", "gs://tags")
    keep_all(a, range(8))
    keep(b, 3, "OTHER99", prediction_id="contradicts")
    keep_all(b, range(8, 16))
    b.undo("p9")
    assert a.bucket.flush(60)
    assert b.bucket.flush(60)
    a.bucket.pull()
    b.bucket.pull()
    one, other = draw_up(a, a_places, ALL), draw_up(b, b_places, ALL)
    assert one == other
    assert one.hash == other.hash
    assert len(one.entries) == 14
    assert sum(one.watermark.values()) == 18
    # Later, and on a third machine, the watermark still names the same.
    keep(a, 50)
    assert a.bucket.flush(60)
    c, c_places = open_spool("c", "gs://tags")
    c.bucket.pull()
    assert draw_up(c, c_places, ALL).hash != one.hash
    assert draw_up(c, c_places, dataclasses.replace(ALL, watermark=one.watermark)).hash == one.hash


def test_what_the_bucket_lacks_does_not_count(gcs: GcsServer, open_spool: Open) -> None:
    store, places = open_spool("a", "gs://tags")
    keep(store, 1)
    assert store.bucket.flush(60)
    gcs.faults.applies_to = lambda method, path: method != "GET"
    gcs.faults.unavailable = -1
    keep(store, 2)
    assert texts(draw_up(store, places, ALL)) == {code(1)}


def test_two_creators_of_one_name_from_labels_to_manifest(gcs: GcsServer, open_spool: Open) -> None:
    machines = [open_spool("a", "gs://tags"), open_spool("b", "gs://tags")]
    keep_all(machines[0][0], range(4))
    assert machines[0][0].bucket.flush(60)
    machines[1][0].bucket.pull()
    barrier, outcomes = threading.Barrier(2), []

    def create(store: SampleStore, places: Places) -> None:
        barrier.wait()
        try:
            outcomes.append(create_version(store, places, "v1.0", ALL).creator)
        except VersionExistsError:
            outcomes.append("refused")

    threads = [threading.Thread(target=create, args=machine) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[1] == "refused"
    assert VersionCatalogue(machines[0][1]).read("v1.0").creator == sorted(outcomes)[0]


def test_contradicting_labels_are_listed_and_left_out(open_spool: Open) -> None:
    store, places = open_spool()
    keep(store, 1)
    keep(store, 2)
    first = keep(store, 3, "A1111")
    second = keep(store, 3, "A1112", prediction_id="again", status="corrected", read_confidence=0.3)
    keep(store, 4)
    keep(store, 4, prediction_id="agrees")
    # One of the two is enough for a filter to meet the contradiction.
    for request in (ALL, filtered("status = accepted")):
        manifest = draw_up(store, places, request)
        assert texts(manifest) == {code(1), code(2), code(4)}
        (waiting,) = manifest.left_out
        assert (waiting.digest, waiting.reason) == (first.digest, "contradiction")
        assert dict(waiting.labels) == {first.event: "A1111", second.event: "A1112"}
    store.undo("again")
    assert texts(draw_up(store, places, ALL)) == {code(1), code(2), code(4), "A1111"}


def test_suspicious_labels_wait_unless_asked_for(open_spool: Open) -> None:
    store, places = open_spool()
    sure = {"status": "corrected", "read_confidence": 0.99}
    keep(store, 1, "A11111", read_text="B22222", **sure)
    keep(store, 2, "A11112", read_text="B22222", **sure)
    keep(store, 2, "A11112", prediction_id="vouches")
    manifest = draw_up(store, places, ALL)
    assert texts(manifest) == {"A11112"}
    assert [(one.reason, [text for _, text in one.labels]) for one in manifest.left_out] == [
        ("contradicts a sure reading", ["A11111"])
    ]
    asked = draw_up(store, places, dataclasses.replace(ALL, rules=Rules(include_suspicious=True)))
    assert texts(asked) == {"A11111", "A11112"}
    assert not asked.left_out


def test_unproven_labels_stay_out_in_any_case(open_spool: Open) -> None:
    store, places = open_spool()
    keep(store, 1, "A11111", source=UNPROVEN)
    keep(store, 1, "B22222", source=UNPROVEN, prediction_id="another")
    keep(store, 2, "A11112")
    keep(store, 2, "FORGED", source=UNPROVEN, prediction_id="forged")
    keep(store, 3, "A11113", read_text="B22222", status="corrected", read_confidence=0.99)
    keep(store, 3, "FORGED", source=UNPROVEN, prediction_id="forged-too")
    for asked, taken in ((False, {"A11112"}), (True, {"A11112", "A11113"})):
        manifest = draw_up(store, places, dataclasses.replace(ALL, rules=Rules(include_suspicious=asked)))
        assert texts(manifest) == taken
        assert "unproven" in {one.reason for one in manifest.left_out}


def test_unreadable_crops_are_kept_apart(open_spool: Open) -> None:
    store, places = open_spool()
    keep(store, 1)
    keep(store, 2, "", status="unreadable")
    keep(store, 3, "")  # "yes, there is no text" is a text to learn
    manifest = draw_up(store, places, ALL)
    assert {(entry.text, entry.side == "unreadable") for entry in manifest.entries} == {
        (code(1), False),
        ("", True),
        ("", False),
    }


def test_a_removed_sample_is_left_out_of_what_comes_later(open_spool: Open) -> None:
    store, places = open_spool()
    kept = keep_all(store, range(4))
    first = create_version(store, places, "v1.0", ALL)
    store.delete(kept[2].digest)
    later = draw_up(store, places, ALL)
    assert texts(later) == {code(n) for n in (0, 1, 3)}
    assert VersionCatalogue(places).read("v1.0") == first
    as_of = dataclasses.replace(ALL, watermark=first.manifest.watermark)
    with pytest.raises(VersionError, match="removed after this watermark"):
        draw_up(store, places, as_of)


def test_a_lost_or_damaged_crop_is_named(open_spool: Open, tmp_path: Path) -> None:
    store, places = open_spool()
    kept = keep(store, 1)
    path = tmp_path / "spool" / kept.crop
    path.write_bytes(b"rotten")
    with pytest.raises(StoreError, match="not a whole PNG"):
        draw_up(store, places, ALL)
    path.unlink()
    with pytest.raises(VersionError, match=f"{kept.digest}.*a label needs it"):
        draw_up(store, places, ALL)


def test_what_is_damaged_may_be_left_out_by_name(open_spool: Open, tmp_path: Path) -> None:
    store, places = open_spool()
    kept = keep_all(store, range(20))
    whole = draw_up(store, places, dataclasses.replace(ALL, most_damaged=0.1))
    assert whole.hash == draw_up(store, places, ALL).hash
    damaged = tmp_path / "spool" / kept[3].crop
    before = damaged.read_bytes()
    damaged.write_bytes((tmp_path / "spool" / kept[4].crop).read_bytes())  # a whole picture of something else
    (tmp_path / "spool" / kept[5].crop).unlink()
    with pytest.raises(StoreError, match="a label needs it"):
        draw_up(store, places, ALL)
    manifest = draw_up(store, places, dataclasses.replace(ALL, most_damaged=0.1))
    assert texts(manifest) == texts(whole) - {code(3), code(5)}
    assert {one.samples: one.why for one in manifest.damaged} == {
        (kept[3].digest,): f"the crop {kept[3].digest} is damaged: it shows other pixels than its name says",
        (kept[5].digest,): "it is missing",
    }
    with pytest.raises(TooDamagedError, match="2 of 20 confirmed crops are damaged"):
        draw_up(store, places, dataclasses.replace(ALL, most_damaged=0.09))
    with pytest.raises(VersionError, match="between 0 and 1"):
        draw_up(store, places, dataclasses.replace(ALL, most_damaged=10.0))
    version = create_version(store, places, "v1.0", dataclasses.replace(ALL, most_damaged=0.1))
    assert VersionCatalogue(places).read("v1.0").manifest == version.manifest == manifest
    # Nothing was deleted, and what is brought back counts again.
    damaged.write_bytes(before)
    child = dataclasses.replace(ALL, parent="v1.0", most_damaged=0.1)
    assert texts(draw_up(store, places, child)) == texts(whole) - {code(5)}


def test_a_crop_whose_correction_is_damaged_does_not_fall_back_to_the_label_before(
    open_spool: Open, tmp_path: Path
) -> None:
    store, places = open_spool()
    keep_all(store, range(20))
    keep(store, 21, "A1111", prediction_id="late")
    corrected = keep(store, 21, "B2222", prediction_id="late", status="corrected", read_confidence=0.5)
    keep(store, 22)
    (tmp_path / "spool" / corrected.event).write_bytes(b"rotten")
    with pytest.raises(TooDamagedError, match="1 of 23 label events are damaged"):
        draw_up(store, places, dataclasses.replace(ALL, most_damaged=0.0))
    manifest = draw_up(store, places, dataclasses.replace(ALL, most_damaged=0.1))
    assert texts(manifest) == {code(number) for number in (*range(20), 22)}
    (damage,) = manifest.damaged
    assert (damage.name, damage.samples) == (corrected.event, (corrected.digest,))
    assert manifest.watermark == {writer_of(store): 23}


def test_children_keep_their_parents_sides(open_spool: Open) -> None:
    store, places = open_spool()
    keep_all(store, range(30))
    half = VersionRequest(filters=ALL.filters, rules=Rules(evaluation_share=0.5))
    parent = create_version(store, places, "v1.0", half).manifest
    assert parent.on("training")
    assert parent.on("evaluation")
    trained, held = parent.on("training")[0], parent.on("evaluation")[0]
    keep_all(store, range(30, 40))
    keep(store, 60, held.text)
    # A near twin of a crop that was trained on, under a code that was held back.
    number = next(n for n in range(30) if code(n) == trained.text)
    keep(store, 61, held.text, image=twin(number))
    for share in (0.0, 1.0):
        request = VersionRequest("v1.0", ALL.filters, rules=Rules(evaluation_share=share))
        child = draw_up(store, places, request)
        sides = {entry.digest: entry.side for entry in child.entries}
        moved = [entry for entry in parent.entries if sides[entry.digest] != entry.side]
        assert [(entry.text, entry.side) for entry in moved] == [(held.text, "evaluation")]
        assert {entry.side for entry in child.entries if entry.text == held.text} == {"training"}
    assert child.parent is not None
    assert child.parent.hash == parent.hash


def test_requests_that_make_no_sense(open_spool: Open) -> None:
    store, places = open_spool()
    with pytest.raises(VersionError, match="needs --collected or --synthetic"):
        draw_up(store, places, VersionRequest())
    with pytest.raises(VersionError, match="between 0 and 1"):
        draw_up(store, places, dataclasses.replace(ALL, rules=Rules(evaluation_share=1.5)))
    with pytest.raises(VersionError, match=r"no version v0\.9"):
        draw_up(store, places, dataclasses.replace(ALL, parent="v0.9"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=25))
def test_no_code_and_no_picture_is_on_both_sides(
    tmp_path_factory: pytest.TempPathFactory, kept: list[tuple[int, int, bool]]
) -> None:
    spool = tmp_path_factory.mktemp("spool")
    with SampleStore.open(spool) as store, Places.open(spool) as places:
        for number, (crop, said, again) in enumerate(kept):
            image = twin(crop) if again else pattern(crop)
            spelled = code(said).replace("-", "") if again else code(said)
            keep(store, number, spelled, image=image)
        manifest = draw_up(store, places, dataclasses.replace(ALL, rules=Rules(evaluation_share=0.5)))
    for one in manifest.on("training"):
        for other in manifest.on("evaluation"):
            assert one.text.replace("-", "") != other.text.replace("-", "")
            assert (int(one.picture, 16) ^ int(other.picture, 16)).bit_count() > NEAR
