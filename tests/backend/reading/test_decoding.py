"""Whatever a picture does to its decoder, it is answered in time, and others are read meanwhile."""

import io
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.http.problems import Problem
from backend.reading import decoding
from backend.reading.decoding import PhotoDecoder
from backend.reading.photos import Region, cut_crop, preview_photo
from benchmarks.attack.heif import single
from benchmarks.attack.pictures import flat_png, noise_jpeg, scans_jpeg
from ocr_model.errors import ImageError
from ocr_model.reading.image import Box, ImageLimits

LIMITS = ImageLimits(max_decode_bytes=300_000_000)
WHOLE = Region(None, 0)

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux' /proc to find processes")


class Upload(io.BytesIO):
    """A file that does something when it is sent to the process: it has been read once before, for its header."""

    def __init__(self, data: bytes, when_sent: Callable[[], object]) -> None:
        super().__init__(data)
        self._when_sent = when_sent
        self._reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads == 2:
            self._when_sent()
        return super().read(size)


@pytest.fixture
def killed() -> list[str]:
    """Why processes have been replaced."""
    return []


@pytest.fixture
def make(killed: list[str]) -> Iterator[Callable[..., PhotoDecoder]]:
    made: list[PhotoDecoder] = []

    def make_decoder(**changes: Any) -> PhotoDecoder:
        options = {"seconds": 60, "memory": 400_000_000, "workers": 2, "large_waiting": 0, **changes}
        made.append(PhotoDecoder(LIMITS, on_killed=killed.append, **options))
        return made[-1]

    yield make_decoder
    for decoder in made:
        decoder.close()


def processes() -> set[int]:
    """The decoding processes that live."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if b"decoding_child" in command:
                found.add(int(child))
    return found


def stop(process: int) -> None:
    """Let a process neither work nor end, as a decoder in an endless loop."""
    os.kill(process, signal.SIGSTOP)


@pytest.mark.parametrize("region", [WHOLE, Region(Box(3, 2, 100, 40), 1)])
def test_a_crop_is_the_one_that_is_cut_here(make: Callable[..., PhotoDecoder], png: bytes, region: Region) -> None:
    decoder = make()
    here = cut_crop(png, region, LIMITS)
    for photo in (png, io.BytesIO(png)):
        there = decoder.cut(photo, region)
        assert (there.image.mode, there.image.size) == ("RGB", here.image.size)
        assert there.image.tobytes() == here.image.tobytes()
        assert there.photo_pixels == here.photo_pixels
        assert there.decode_milliseconds > 0


def test_a_preview_is_the_one_that_is_made_here(make: Callable[..., PhotoDecoder], png: bytes) -> None:
    assert make().preview(png, 40) == preview_photo(png, 40, LIMITS)


def test_a_process_is_kept_for_the_next_photo(make: Callable[..., PhotoDecoder], png: bytes) -> None:
    decoder, before = make(), processes()
    decoder.cut(png, WHOLE)
    started = processes() - before
    decoder.cut(png, WHOLE)
    assert processes() - before == started
    assert len(started) == 1
    decoder.close()
    assert processes() == before


@pytest.mark.parametrize(
    ("data", "region", "kind"),
    [
        (b"", WHOLE, "empty"),
        (b"no picture", WHOLE, "unsupported_format"),
        (scans_jpeg(500), WHOLE, "too_complex"),
        (flat_png(side=64)[:60], WHOLE, "truncated"),
        (flat_png(side=64), Region(Box(70, 0, 5, 5), 0), "bad_box"),
        (flat_png(side=64), Region(Box(0, 0, 1, 50), 0), "too_small"),
        (flat_png(side=64), Region(None, 4), "bad_turn"),
    ],
)
def test_what_is_wrong_with_a_picture_is_told(
    make: Callable[..., PhotoDecoder], killed: list[str], data: bytes, region: Region, kind: str
) -> None:
    with pytest.raises(ImageError) as refused:
        make().cut(data, region)
    assert refused.value.kind == kind
    assert killed == []


def test_decoding_that_never_ends_is_ended(make: Callable[..., PhotoDecoder], killed: list[str], png: bytes) -> None:
    decoder, before = make(seconds=0.1), processes()
    decoder.cut(png, WHOLE)
    (process,) = processes() - before
    stop(process)
    with pytest.raises(ImageError) as refused:
        decoder.cut(png, WHOLE)
    assert (refused.value.kind, killed) == ("too_complex", ["deadline"])
    assert process not in processes()


def test_work_that_takes_too_long_is_ended(make: Callable[..., PhotoDecoder], killed: list[str]) -> None:
    decoder = make(seconds=0.05)
    with pytest.raises(ImageError) as refused:
        decoder.cut(scans_jpeg(60, side=3720), WHOLE)
    assert (refused.value.kind, killed) == ("too_complex", ["deadline"])


def test_a_decoder_that_crashes_is_replaced(make: Callable[..., PhotoDecoder], killed: list[str], png: bytes) -> None:
    decoder, before = make(), processes()
    decoder.cut(png, WHOLE)
    (process,) = processes() - before
    stop(process)
    with pytest.raises(ImageError) as refused:
        decoder.cut(Upload(png, lambda: os.kill(process, signal.SIGKILL)), WHOLE)
    assert (refused.value.kind, killed) == ("truncated", ["crash"])
    assert decoder.cut(png, WHOLE).image.size == (160, 60)


def test_a_process_that_has_ended_meanwhile_is_replaced(
    make: Callable[..., PhotoDecoder], killed: list[str], png: bytes
) -> None:
    decoder, before = make(), processes()
    decoder.cut(png, WHOLE)
    (process,) = processes() - before
    os.kill(process, signal.SIGKILL)
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    assert decoder.cut(png, WHOLE).image.size == (160, 60)
    assert killed == []


def test_an_upload_that_cannot_be_read_leaves_no_process_behind(make: Callable[..., PhotoDecoder], png: bytes) -> None:
    def fail() -> None:
        raise KeyError("the disk")

    decoder, before = make(), processes()
    with pytest.raises(KeyError):
        decoder.cut(Upload(png, fail), WHOLE)
    assert processes() == before


def test_large_photos_wait_for_each_other_and_never_hold_up_others(
    make: Callable[..., PhotoDecoder], png: bytes
) -> None:
    decoder, held, begun = make(large_waiting=1), threading.Event(), threading.Event()
    large = flat_png()
    region = Region(Box(0, 0, 50, 50), 0)

    def hold() -> None:
        begun.set()
        assert held.wait(60)

    sizes: list[tuple[int, int]] = []

    def cut(upload: Any) -> None:
        sizes.append(decoder.cut(upload, region).image.size)

    threads = [threading.Thread(target=cut, args=(upload,)) for upload in (Upload(large, hold), large)]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    try:
        assert decoder.cut(png, WHOLE).image.size == (160, 60)
        while True:  # until the second large photo has its place in the queue
            try:
                decoder.cut(Upload(large, lambda: pytest.fail("a third one is decoded")), region)
            except Problem as problem:
                assert (problem.status_code, problem.kind) == (503, "overloaded")
                break
    finally:
        held.set()
        for thread in threads:
            thread.join()
    assert sizes == [(50, 50), (50, 50)]


def test_a_photo_of_many_scans_is_no_ordinary_one(make: Callable[..., PhotoDecoder], png: bytes) -> None:
    # Small in memory, but minutes of work: it has to wait behind the large ones.
    decoder, begun = make(large_waiting=0), threading.Event()
    slow = scans_jpeg(60, side=3720)

    def check() -> None:
        begun.set()
        with pytest.raises(Problem):
            decoder.cut(slow, WHOLE)

    decoder.cut(Upload(slow, check), Region(Box(0, 0, 50, 50), 0))
    assert begun.is_set()


def test_the_preview_of_a_large_jpeg_is_ordinary_work(make: Callable[..., PhotoDecoder]) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (6000, 5000)).save(stream, "JPEG")
    decoder = make(large_waiting=0)

    def check() -> None:
        assert decoder.preview(stream.getvalue(), 800).width == 6000

    decoder.cut(Upload(flat_png(), check), Region(Box(0, 0, 50, 50), 0))


def test_ordinary_photos_never_hold_up_small_ones(make: Callable[..., PhotoDecoder], png: bytes) -> None:
    decoder, begun = make(workers=1), threading.Event()
    ordinary = single(1984)

    def check() -> None:
        begun.set()
        assert decoder.cut(png, WHOLE).image.size == (160, 60)

    decoder.cut(Upload(ordinary, check), WHOLE)
    assert begun.is_set()


def test_a_slow_photo_is_decoded_again_among_the_large_ones(
    make: Callable[..., PhotoDecoder], killed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "_ORDINARY_SECONDS", 0.02)
    assert make().cut(noise_jpeg(1, side=1800), WHOLE).image.size == (1800, 1800)
    assert killed == ["slow"]
