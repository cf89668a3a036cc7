"""Decoding of photos in processes of their own, which a deadline ends and whose memory is bounded together.

A decoder is a large program in C that works on what strangers send: it may take minutes, take gigabytes, or crash. In
a process apart it can be killed and replaced, and whatever happens in there, other requests are answered meanwhile.

multiprocessing and pebble, which stands on it, import the service's main module into each process (100 MB instead of
30) or fork the running service with its threads and connections. Hence plain subprocesses with a socket each.
"""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, BinaryIO

from PIL import Image

from backend.reading.decoding_frames import ClosedError
from backend.reading.decoding_lanes import DeadlineError, Lane, SlowError
from backend.reading.photos import PHOTO_PIXELS, Crop, Photo, PhotoLine, Preview, Region
from datasets.objects.spans import span
from ocr_model.errors import ImageError
from ocr_model.reading.headers import PictureHeader, inspect_header
from ocr_model.reading.image import ImageLimits

_LOG = logging.getLogger(__name__)

# A process on a busy machine gets a part of the time only.
_CLOCK_FACTOR = 4
_BYTES_PER_PIXEL = 3  # RGB on the wire
_CROP_BYTES_PER_PIXEL = 8  # RGB in Pillow, before and after a turn
# Pixels that are computed for a photo, over all its scans, which an ordinary one may have at most: a second's work.
_ORDINARY_PASSES = 150_000_000
# A crop, or a photo that was shrunk before it was sent.
_SMALL_BYTES = 24_000_000
_SMALL_PASSES = 25_000_000
_SMALL_FILE = 6_000_000
# Computing time. Small photos take up to 0.1 s, ordinary ones of 12 megapixels 0.2 to 0.45 s.
_SMALL_SECONDS = 0.3
_ORDINARY_SECONDS = 0.75


class PhotoDecoder:
    """Cuts crops out of photos, and makes photos small, in processes that start as they are needed and are kept.

    Its methods block, and any thread may call them. Ordinary photos are decoded side by side. Those that take much
    memory or work wait for each other, and so never keep ordinary ones waiting; nor do ordinary ones keep small ones
    waiting. A photo that turns out to take more than its header tells is decoded again among the large ones.

    Args:
        limits: Limits of a picture; `max_decode_bytes` is what the large photo that is being decoded may take.
        memory: Bytes for all photos that are being decoded but small ones, which share 24 MB; ordinary ones share what
            the large one leaves.
        seconds: Computing time that a photo may take.
        workers: Ordinary photos decoded at the same moment.
        large_waiting: Large photos that may wait for another one; more are refused.
        on_killed: Called with the reason ("deadline", "crash", "slow") why a process had to be replaced.
        on_refused: Called for every photo that is refused because others wait.
        on_computed: Called for every answer with the seconds of computing that it has taken.
    """

    def __init__(
        self,
        limits: ImageLimits,
        *,
        seconds: float,
        memory: int,
        workers: int,
        large_waiting: int,
        on_killed: Callable[[str], None] = lambda reason: None,
        on_refused: Callable[[], None] = lambda: None,
        on_computed: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._limits = limits
        self._on_computed = on_computed
        self._seconds = seconds
        self._on_killed = on_killed
        self._small = Lane(_SMALL_BYTES, workers, waiting=None, is_gentle=False, on_refused=on_refused)
        self._ordinary = Lane(
            memory - limits.max_decode_bytes, workers, waiting=None, is_gentle=False, on_refused=on_refused
        )
        self._large = Lane(limits.max_decode_bytes, 1, waiting=large_waiting, is_gentle=True, on_refused=on_refused)

    def cut(self, photo: bytes | BinaryIO, region: Region) -> Crop:
        """Decode a photo and cut a region out of it.

        Args:
            photo: The file's bytes, or the file, which is read from its beginning.
            region: Which part, and which side of it is up.

        Raises:
            ImageError: The bytes are not a usable picture, they take too long, or the box lies outside of it.
            Problem: 503, when too many large photos wait.
        """
        request = {"box": None if region.box is None else _numbers(region), "turn": region.turn}

        def needs(header: PictureHeader) -> int:
            photo_pixels = header.width * header.height
            pixels = photo_pixels if region.box is None else min(photo_pixels, region.box.width * region.box.height)
            return header.bytes_at(1) + _CROP_BYTES_PER_PIXEL * min(pixels, self._limits.max_crop_pixels)

        answer, pixels = self._decode(photo, request, needs)
        return _crop(answer, pixels)

    def photo(self, photo: bytes | BinaryIO, turn: int) -> Photo:
        """Decode a whole photo, to be read line by line; a large one is shrunk.

        Args:
            photo: The file's bytes, or the file, which is read from its beginning.
            turn: Quarter turns clockwise, after the photo's own orientation has been applied.

        Raises:
            ImageError: The bytes are not a usable picture, or they take too long.
            Problem: 503, when too many large photos wait.
        """
        answer, pixels = self._decode(photo, {"whole": True, "turn": turn}, self._whole_needs, PHOTO_PIXELS)
        width, height = answer["photo_size"]
        return Photo(_picture(answer, pixels), int(width), int(height), float(answer["decode"]))

    def cut_line(self, photo: bytes | BinaryIO, line: PhotoLine) -> Crop:
        """Decode a photo and cut a line out of it, straight: the same pixels as those cut out of the whole `photo`.

        Args:
            photo: The file's bytes, or the file, which is read from its beginning.
            line: Where the line is.

        Raises:
            ImageError: The bytes are not a usable picture, they take too long, or the line lies outside of it.
            Problem: 503, when too many large photos wait.
        """
        request = {"corners": line.corners, "turn": line.turn}
        answer, pixels = self._decode(photo, request, self._whole_needs, PHOTO_PIXELS)
        return _crop(answer, pixels)

    def _whole_needs(self, header: PictureHeader) -> int:
        pixels = header.width * header.height
        scale = min(1.0, math.sqrt(PHOTO_PIXELS / pixels))
        decoding = header.bytes_at(header.divisor(scale, self._limits.max_decode_bytes))
        return decoding + _CROP_BYTES_PER_PIXEL * min(pixels, PHOTO_PIXELS)

    def preview(self, photo: bytes | BinaryIO, longest_side: int) -> Preview:
        """Decode a photo and make it small.

        Args:
            photo: The file's bytes, or the file, which is read from its beginning.
            longest_side: Most pixels of the preview's longer side; a smaller photo keeps its size.

        Raises:
            ImageError: The bytes are not a usable picture, or they take too long.
            Problem: 503, when too many large photos wait.
        """

        def needs(header: PictureHeader) -> int:
            scale = min(1.0, longest_side / max(header.width, header.height))
            pixels = int(header.width * header.height * scale**2)
            decoding = header.bytes_at(header.divisor(scale, self._limits.max_decode_bytes))
            return decoding + _CROP_BYTES_PER_PIXEL * pixels

        answer, data = self._decode(photo, {"longest_side": longest_side}, needs)
        return Preview(bytes(data), int(answer["size"][0]), int(answer["size"][1]))

    def close(self) -> None:
        """End the processes; call when no photo is being decoded."""
        self._small.close()
        self._ordinary.close()
        self._large.close()

    def _decode(
        self,
        photo: bytes | BinaryIO,
        request: dict[str, Any],
        needs: Callable[[PictureHeader], int],
        most_pixels: int | None = None,
    ) -> tuple[dict[str, Any], bytearray]:
        """Have a process answer a request; `most_pixels` are those of the answer, if it is no crop."""
        file = io.BytesIO(photo) if isinstance(photo, bytes) else photo
        with span("decode"):
            return self._decoded(file, request, needs, most_pixels)

    def _decoded(
        self,
        file: BinaryIO,
        request: dict[str, Any],
        needs: Callable[[PictureHeader], int],
        most_pixels: int | None,
    ) -> tuple[dict[str, Any], bytearray]:
        header, size = self._inspect(file)
        memory = needs(header)
        limits = self._limits if most_pixels is None else replace(self._limits, max_crop_pixels=most_pixels)
        request = {**request, "limits": asdict(limits)}
        lane = self._lane(memory, header.passes, size)
        found = None
        if lane is not self._large:
            seconds = _SMALL_SECONDS if lane is self._small else _ORDINARY_SECONDS
            found = self._answer(lane, request, file, size, memory, min(seconds, self._seconds))
        if found is None:
            found = self._answer(self._large, request, file, size, self._large.size, self._seconds)
        if found is None:
            raise ImageError("too_complex", f"decoding takes longer than {self._seconds:g} s, or too much memory")
        answer, payload = found
        if "kind" in answer:
            raise ImageError(str(answer["kind"]), str(answer["message"]))
        return answer, payload

    def _lane(self, memory: int, passes: int, size: int) -> Lane:
        if memory <= self._small.size and passes <= _SMALL_PASSES and size <= _SMALL_FILE:
            return self._small
        if memory <= self._ordinary.size and passes <= _ORDINARY_PASSES:
            return self._ordinary
        return self._large

    def _answer(
        self, lane: Lane, request: dict[str, Any], file: BinaryIO, size: int, memory: int, seconds: float
    ) -> tuple[dict[str, Any], bytearray] | None:
        """Return what a process of a lane answers; None if the photo needs more memory or computing time."""
        request = {**request, "memory": memory, "seconds": seconds}
        most_bytes = request["limits"]["max_crop_pixels"] * _BYTES_PER_PIXEL
        with lane.process(memory) as process:
            try:
                found = process.answer(request, file, size, self._seconds * _CLOCK_FACTOR, most_bytes)
            except SlowError:
                self._on_killed("deadline" if lane is self._large else "slow")
                self._on_computed(seconds)
                return None
            except DeadlineError as error:
                self._on_killed("deadline")
                raise ImageError("too_complex", f"decoding takes longer than {self._seconds:g} s") from error
            except (ClosedError, OSError) as error:
                self._on_killed("crash")
                _LOG.warning("a decoding process had to be replaced: %s", error)
                raise ImageError("truncated", "the picture is damaged or cut off") from error
        spent = found[0].pop("computed", None)
        if isinstance(spent, float) and 0.0 <= spent <= self._seconds * _CLOCK_FACTOR:
            self._on_computed(spent)
        # The header was checked before: memory is all that is still too much.
        return None if found[0].get("kind") == "too_complex" else found

    def _inspect(self, file: BinaryIO) -> tuple[PictureHeader, int]:
        """Return what a file's decoding takes, and its size. Its bytes are not kept while it waits."""
        file.seek(0)
        data = file.read(self._limits.max_bytes + 1)
        return inspect_header(data, self._limits), len(data)


def _crop(answer: dict[str, Any], pixels: bytearray) -> Crop:
    image = _picture(answer, pixels)
    return Crop(image, int(answer["photo_pixels"]), float(answer["decode"]), float(answer["crop"]))


def _picture(answer: dict[str, Any], pixels: bytearray) -> Image.Image:
    """The pixels of an answer; whatever a process that a picture has taken over may send."""
    size = (int(answer["size"][0]), int(answer["size"][1]))
    if len(pixels) != size[0] * size[1] * _BYTES_PER_PIXEL:
        raise ImageError("truncated", "the picture is damaged or cut off")
    return Image.frombytes("RGB", size, pixels)


def _numbers(region: Region) -> list[int]:
    box = region.box
    return [] if box is None else [box.x, box.y, box.width, box.height]
