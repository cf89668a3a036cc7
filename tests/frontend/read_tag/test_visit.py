from __future__ import annotations

from concurrent.futures import Future

import pytest
from PIL import Image

from benchmarks.drivers.tag_picture import encode
from frontend.client.answers import Kept
from frontend.client.connection import Connection
from frontend.client.failures import BackendError, BackendRefusedError, BackendSlowError, BackendUnreachableError
from frontend.client.shopper import ShopperClient
from frontend.photos.photo import Box, Photo, Region
from frontend.read_tag.visit import Labelling, ReadLine, Visit
from tests.frontend.fake_backend import FakeBackend, problem, tag_line

BOX, OTHER_BOX = Box(0, 0, 40, 10), Box(0, 5, 40, 10)


@pytest.fixture
def client(fake: FakeBackend) -> ShopperClient:
    return ShopperClient(Connection(fake.url, read_seconds=60))


@pytest.fixture
def visit() -> Visit:
    visit = Visit()
    picture = Image.new("RGB", (80, 60), "white")
    visit.take(Photo(encode(picture), picture.size, picture))
    return visit


def region(visit: Visit, box: Box, turn: int = 0) -> Region:
    assert visit.photo is not None
    return Region(visit.photo, turn, box)


def read(visit: Visit, client: ShopperClient) -> ReadLine:
    """A line that was read on the photo, and is shown."""
    assert visit.photo is not None
    line = visit.read_tag(client, visit.photo).job.result(60).lines[1]
    visit.shown = line.id
    return ReadLine(line, Region(visit.photo, visit.turn, line.corners))


def test_a_file_is_opened_once_and_again_after_a_failure(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    data = encode(Image.new("RGB", (80, 60), "white"))
    first = visit.open_photo(client, "file-1", data)
    assert visit.open_photo(client, "file-1", data) is first
    assert first.result(60).size == (80, 60)
    fake.refusals["POST /v1/previews"] = problem(503, "overloaded")
    with pytest.raises(BackendRefusedError):
        visit.open_photo(client, "file-2", data).result(60)
    del fake.refusals["POST /v1/previews"]
    visit.close_photo()
    assert visit.open_photo(client, "file-2", data).result(60).size == (80, 60)
    assert fake.previews == 2  # the refusal came from before the fake's own answer


def test_one_region_is_read_once_and_another_anew(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    first = visit.read(client, region(visit, BOX))
    assert visit.read(client, region(visit, BOX)) is first
    second = visit.read(client, region(visit, OTHER_BOX))
    third = visit.read(client, region(visit, BOX, turn=1))
    assert len({job.result(60).id for job in (first, second, third)}) == 3
    assert len(fake.sizes) == 3


def test_a_photo_is_read_once_for_each_turn(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    assert visit.photo is not None
    first = visit.read_tag(client, visit.photo)
    assert visit.read_tag(client, visit.photo) is first
    first.job.result(60)
    visit.turn_photo(1)
    visit.turn_photo(3)
    visit.turn_photo(3)
    visit.read_tag(client, visit.photo).job.result(60)
    assert [turn for _, turn in fake.tags] == [0, 3]


def test_the_likeliest_line_is_there_before_the_rest(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    fake.first_line = tag_line("GW2871")
    assert visit.photo is not None
    whole = visit.read_tag(client, visit.photo)
    whole.job.result(60)
    assert whole.first_line is not None
    assert whole.first_line.code == "GW2871"


def test_another_line_brings_its_card_and_ends_marking(visit: Visit) -> None:
    visit.choose_card(2)
    visit.choose_line(5, None)
    assert (visit.card, visit.line) == (2, 5)
    visit.mark_by_hand(True)
    visit.cropper.place(BOX)
    visit.choose_line(4, 1)
    assert (visit.card, visit.line, visit.by_hand) == (1, 4, False)
    visit.choose_card(0)
    assert visit.line is None
    visit.mark_by_hand(True)
    assert visit.cropper.box is None
    visit.turn_photo(1)
    assert visit.by_hand


def test_nothing_is_kept_by_reading(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    visit.read(client, region(visit, BOX)).result(60)
    read(visit, client)
    assert fake.label_requests == []
    assert visit.kept == {}


def test_what_is_kept_stays_listed_when_the_shopper_moves_on(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    line = read(visit, client)
    visit.label(client, line, "corrected", "A1")
    visit.drop_photo()
    visit.labels[line.id].job.result(60)
    assert [kept.text for kept in visit.kept.values()] == ["A1"]


def test_a_failed_label_keeps_its_line_so_that_it_can_be_tried_again(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    line = read(visit, client)
    fake.failing_labels = 1
    visit.label(client, line, "accepted", line.reading.text)
    failed = visit.labels[line.id]
    with pytest.raises(BackendRefusedError):
        failed.job.result(60)
    assert visit.kept == {}
    visit.label_again(client, failed)
    assert visit.labels[line.id].job.result(60).text == "CW2288-111"


def test_a_label_belongs_to_the_reading_whose_button_was_pressed(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    """The old buttons stand there while the photo is read anew."""
    first = read(visit, client)
    fake.expired = True
    visit.turn_photo(1)
    second = read(visit, client)
    visit.label(client, first, "accepted", first.reading.text)
    visit.choose(first.reading, "X", "X")
    assert visit.preferred(second.reading) == ("CW2288-111", "CW2288-111")
    visit.labels[first.id].job.result(60)
    assert second.id not in visit.labels
    assert [one["id"] for one in fake.label_requests] == [first.id, first.id]
    assert fake.label_pictures == [None, first.region.photo.data]
    assert fake.label_corners[1] == "170.0,270.0,730.0,270.0,730.0,370.0,170.0,370.0"
    assert fake.label_regions[1] == (None, 0)
    assert list(visit.kept) == [first.id]


def test_every_line_keeps_its_own_label(visit: Visit, client: ShopperClient) -> None:
    line = read(visit, client)
    assert visit.photo is not None
    other = visit.read_tag(client, visit.photo).job.result(60).lines[0]
    visit.label(client, line, "corrected", "A1")
    visit.label(client, ReadLine(other, line.region), "accepted", other.text)
    for label in visit.labels.values():
        label.job.result(60)
    assert visit.preferred(line.reading) == ("A1", "A1")
    assert visit.preferred(other)[0] == "US9UK8"
    assert visit.behind() == []


def test_the_barcode_of_the_tag_goes_with_the_label(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    line = read(visit, client)
    paired = ReadLine(line.reading, line.region, "8801234567893")
    visit.label(client, paired, "accepted", "CW2288-111")
    visit.labels[line.id].job.result(60)
    assert fake.barcodes == ["8801234567893"]


def test_a_label_that_fails_after_the_shopper_moved_on_can_be_sent_again(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    line = read(visit, client)
    fake.failing_labels = 1
    visit.label(client, line, "corrected", "A1")
    with pytest.raises(BackendRefusedError):
        visit.labels[line.id].job.result(60)
    assert visit.behind() == []  # it is shown
    visit.drop_photo()
    visit.shown = ""
    (behind,) = visit.behind()
    visit.label_again(client, behind)
    assert visit.labels[line.id].job.result(60).text == "A1"
    assert visit.behind() == []


def test_forgetting_takes_the_sample_off_the_list(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    line = read(visit, client)
    visit.label(client, line, "accepted", line.reading.text)
    visit.labels[line.id].job.result(60)
    visit.forget(client, line.id)
    assert visit.forgetting[line.id].result(60) is True
    visit.forgotten(line.id)
    assert (visit.kept, visit.labels, visit.forgetting, fake.labels) == ({}, {}, {}, {})


def test_two_deletions_under_way_are_both_remembered(visit: Visit, client: ShopperClient) -> None:
    visit.forget(client, "prediction-1")
    visit.forget(client, "prediction-2")
    assert set(visit.forgetting) == {"prediction-1", "prediction-2"}
    visit.forgotten("prediction-1")
    assert set(visit.forgetting) == {"prediction-2"}


def test_the_price_on_a_tag_is_remembered_and_taken_back(
    visit: Visit, client: ShopperClient, fake: FakeBackend
) -> None:
    line = read(visit, client)
    visit.label(client, line, "accepted", line.reading.text)
    visit.labels[line.id].job.result(60)
    visit.share_price(client, line.id, ("139000", "KRW"))
    visit.tag_prices[line.id].job.result(60)
    visit.share_price(client, line.id, None)
    visit.tag_prices[line.id].job.result(60)
    assert fake.tag_price_requests == [(line.id, "139000", "KRW"), (line.id, "", "")]


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
    line = read(visit, client)
    job: Future[Kept] = Future()
    job.set_exception(error)
    visit.labels[line.id] = Labelling(line, "accepted", line.reading.text, job)
    visit.abandon(client, line.id)
    assert visit.labels == {}
    assert (line.id in visit.forgetting) is asks


def test_a_code_is_priced_once(visit: Visit, client: ShopperClient, fake: FakeBackend) -> None:
    first = visit.find_price(client, "A1")
    assert visit.find_price(client, "A1") is first
    assert first.result(60).code == "A1"
    assert visit.find_price(client, "A2").result(60).code == "A2"
    assert visit.find_price(client, "A1") is first
    assert sorted(fake.price_requests) == ["A1", "A2"]
