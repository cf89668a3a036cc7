from __future__ import annotations

from concurrent.futures import Future

import pytest
from PIL import Image

from benchmarks.drivers.tag_picture import encode
from frontend.client.answers import Kept
from frontend.client.connection import Connection
from frontend.client.failures import BackendError, BackendRefusedError, BackendSlowError, BackendUnreachableError
from frontend.client.shopper import ShopperClient
from frontend.photos.pictures import Box, Cut, Photo
from frontend.read_tag.visit import Labelling, Visit
from tests.frontend.fake_backend import FakeBackend

BOX, OTHER_BOX = Box(0, 0, 40, 10), Box(0, 5, 40, 10)


@pytest.fixture
def client(fake: FakeBackend) -> ShopperClient:
    return ShopperClient(Connection(fake.url, read_seconds=5))


@pytest.fixture
def visit() -> Visit:
    visit = Visit()
    visit.take(Photo(encode(Image.new("RGB", (80, 60), "white"))))
    return visit


def region(visit: Visit, box: Box, turn: int = 0) -> tuple[str, int, Box]:
    assert visit.photo is not None
    return visit.photo.id, turn, box


def the_cut(visit: Visit) -> Cut:
    assert visit.cut is not None
    return visit.cut


def test_one_region_is_read_once_and_another_anew(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    first = visit.read(client, region(visit, BOX))
    assert visit.read(client, region(visit, BOX)) is first
    second = visit.read(client, region(visit, OTHER_BOX))
    third = visit.read(client, region(visit, BOX, turn=1))
    assert len({job.result(5).id for job in (first, second, third)}) == 3
    assert len(fake.sizes) == 3


def test_nothing_is_kept_by_reading(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    visit.read(client, region(visit, BOX)).result(5)
    assert fake.label_requests == []
    assert visit.kept == {}


def test_what_is_kept_stays_listed_when_the_shopper_moves_on(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    reading = visit.read(client, region(visit, BOX)).result(5)
    visit.label(client, reading, the_cut(visit), "corrected", "A1")
    assert visit.labelling is not None
    labelling = visit.labelling.job
    visit.drop_photo()
    labelling.result(5)
    assert [kept.text for kept in visit.kept.values()] == ["A1"]
    assert visit.saved is None


def test_a_failed_label_keeps_the_cut_so_that_it_can_be_tried_again(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    reading = visit.read(client, region(visit, BOX)).result(5)
    fake.failing_labels = 1
    visit.label(client, reading, the_cut(visit), "accepted", reading.text)
    assert visit.labelling is not None
    with pytest.raises(BackendRefusedError):
        visit.labelling.job.result(5)
    assert visit.kept == {}
    visit.label(client, reading, the_cut(visit), "accepted", reading.text)
    assert visit.labelling.job.result(5).text == "CW2288-111"


def test_a_label_belongs_to_the_reading_whose_button_was_pressed(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    """The old buttons stand there while another box is read."""
    first = visit.read(client, region(visit, BOX)).result(5)
    cut = the_cut(visit)
    fake.expired = True
    second = visit.read(client, region(visit, Box(0, 0, 70, 30)))
    visit.label(client, first, cut, "accepted", first.text)
    visit.choose(first, "X", "X")
    second.result(5)
    assert (visit.labelling, visit.saved, visit.chosen) == (None, None, None)
    (behind,) = visit.behind
    behind.job.result(5)
    assert [one["id"] for one in fake.label_requests] == [first.id, first.id]
    assert fake.label_pictures == [None, cut.data]
    assert list(visit.kept) == [first.id]


def test_a_label_that_fails_after_the_shopper_moved_on_can_be_sent_again(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    reading = visit.read(client, region(visit, BOX)).result(5)
    fake.failing_labels = 1
    visit.label(client, reading, the_cut(visit), "corrected", "A1")
    assert visit.labelling is not None
    with pytest.raises(BackendRefusedError):
        visit.labelling.job.result(5)
    visit.drop_photo()
    (behind,) = visit.behind
    visit.label(client, behind.reading, behind.cut, behind.status, behind.text)
    (again,) = visit.behind
    assert again.job.result(5).text == "A1"
    visit.drop_behind(reading.id)
    assert visit.behind == []


def test_forgetting_takes_the_sample_off_the_list(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    reading = visit.read(client, region(visit, BOX)).result(5)
    visit.label(client, reading, the_cut(visit), "accepted", reading.text)
    assert visit.labelling is not None
    visit.saved = visit.labelling.job.result(5)
    visit.forget(client, reading.id)
    assert visit.forgetting[reading.id].result(5) is True
    visit.forgotten(reading.id)
    assert (visit.kept, visit.saved, visit.forgetting, fake.labels) == ({}, None, {}, {})


def test_two_deletions_under_way_are_both_remembered(visit: Visit, client: ShopperClient) -> None:
    visit.forget(client, "prediction-1")
    visit.forget(client, "prediction-2")
    assert set(visit.forgetting) == {"prediction-1", "prediction-2"}
    visit.forgotten("prediction-1")
    assert set(visit.forgetting) == {"prediction-2"}


@pytest.mark.parametrize(
    ("error", "asks"),
    [
        (BackendSlowError("no answer"), True),
        (BackendUnreachableError("broken"), True),
        (BackendRefusedError(502, "", "a proxy's page"), True),
        (BackendRefusedError(503, "storage-failed", "the disk is full"), False),
    ],
)
def test_a_label_given_up_is_deleted_where_nobody_knows_whether_it_was_kept(
    visit: Visit, client: ShopperClient, error: BackendError, asks: bool
) -> None:
    reading = visit.read(client, region(visit, BOX)).result(5)
    job: Future[Kept] = Future()
    job.set_exception(error)
    visit.behind.append(Labelling(reading, the_cut(visit), "accepted", reading.text, job))
    visit.abandon(client, reading.id)
    assert visit.behind == []
    assert (reading.id in visit.forgetting) is asks


def test_a_code_is_priced_once(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    first = visit.find_price(client, "A1")
    assert visit.find_price(client, "A1") is first
    assert first.result(5).code == "A1"
    assert visit.find_price(client, "A2").result(5).code == "A2"
    assert sorted(fake.price_requests) == ["A1", "A2"]
