"""A plate is what the frames agree on, and a vehicle passes once."""

from collections.abc import Sequence

import pytest

from ocr_model.domains.plates import PLATES
from ocr_model.plates.passages import Frame, Passage, PassageFinder, agree
from ocr_model.plates.plate import ReadPlate


def plate(text: str, confidence: float = 0.9, *, x: float = 100.0, width: float = 100.0) -> ReadPlate:
    corners = ((x, 50.0), (x + width, 50.0), (x + width, 70.0), (x, 70.0))
    return ReadPlate(PLATES.key(text), PLATES.code(text), confidence, PLATES.matches(text), corners, (corners,))


def frames(*plates: ReadPlate) -> list[Frame]:
    return [Frame(0.2 * number, read, number) for number, read in enumerate(plates)]


def passages(seen: Sequence[tuple[float, Sequence[ReadPlate]]]) -> list[Passage]:
    finder, found = PassageFinder(), []
    for number, (seconds, plates) in enumerate(seen):
        found += finder.see(seconds, plates, number)
    return [*found, *finder.end()]


def test_the_first_reading_does_not_decide() -> None:
    agreed = agree(frames(plate("12가3458", 0.97), plate("12가3456"), plate("12가3456"), plate("12가3456", 0.5)))
    assert agreed is not None
    assert (agreed.text, agreed.shown, agreed.agreeing, agreed.frames) == ("12가3456", "12가 3456", 3, 4)
    assert agreed.best.plate.text == "12가3456"
    assert 0.4 < agreed.confidence < 0.9


def test_characters_are_elected_one_by_one_where_no_frame_is_whole() -> None:
    agreed = agree(frames(plate("92가3456"), plate("12나3456"), plate("12가3457"), plate("12가9456")))
    assert agreed is not None
    assert (agreed.text, agreed.agreeing) == ("12가3456", 0)


def test_one_frame_alone_is_no_passage() -> None:
    assert agree(frames(plate("12가3456"))) is None


def test_a_vehicle_passes_once_and_another_after_a_pause() -> None:
    seen = [(0.2 * n, [plate("12가3456", x=100 + 10 * n)]) for n in range(5)]
    seen += [(10.0 + 0.2 * n, [plate("34나5678", x=100 + 10 * n)]) for n in range(5)]
    assert [passage.text for passage in passages(seen)] == ["12가3456", "34나5678"]


def test_two_vehicles_at_a_time_are_kept_apart() -> None:
    seen = [(0.2 * n, [plate("12가3456", x=100), plate("89다1234", x=900)]) for n in range(4)]
    assert sorted(passage.text for passage in passages(seen)) == ["12가3456", "89다1234"]


@pytest.mark.parametrize(("widths", "faces", "direction"), [
    ((80, 100, 130), "out", "in"),
    ((130, 100, 80), "out", "out"),
    ((130, 100, 80), "in", "in"),
    ((100, 100, 101), "out", "unknown"),
    ((80, 100, 130), "", "unknown"),
])  # fmt: skip
def test_the_direction_follows_from_the_plate_s_size(widths: tuple[int, ...], faces: str, direction: str) -> None:
    agreed = agree(frames(*(plate("12가3456", width=width) for width in widths)))
    assert agreed is not None
    assert agreed.direction(faces) == direction  # type: ignore[arg-type]
