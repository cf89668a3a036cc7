"""The process that decodes: `python -m backend.reading.decoding_child`, with a socket as its standard input.

It imports nothing of the service, may use a bounded amount of memory and computing time, and ends when the service is
gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from typing import Any

from backend.reading.decoding_frames import ClosedError, receive_frame, send_frame
from backend.reading.memory import give_back_memory, share_one_arena
from backend.reading.photos import Crop, PhotoLine, Region, cut_crop, cut_photo_line, preview_photo, whole_photo
from ocr_model.errors import ImageError
from ocr_model.reading.image import Box, ImageLimits

GENTLE = "gentle"
"""Argument of a process that lets all other work of the machine go first."""

# Beside the picture: interpreter, libraries, stacks of libheif's threads.
_OTHER_BYTES = 160_000_000
# A heap that stays below this is not worth returning.
_LARGE_PHOTO_PIXELS = 1_000_000
_STEPS_OF_NICENESS = 5


def main() -> int:
    """Answer requests until the service closes the connection."""
    share_one_arena()
    if sys.argv[1:] == [GENTLE]:
        os.nice(_STEPS_OF_NICENESS)
    connection = socket.socket(fileno=sys.stdin.fileno())
    send_frame(connection, {"ready": True}, 0, ())
    with contextlib.suppress(ClosedError, ConnectionError):
        while True:
            request, received = receive_frame(connection, sys.maxsize)
            data = bytes(received)
            del received
            # The kernel ends the process with SIGPROF. Time on the clock is for the service to limit.
            signal.setitimer(signal.ITIMER_PROF, request["seconds"])
            began = time.process_time()
            answer, pixels = _answer(request, data)
            answer["computed"] = time.process_time() - began
            del data
            signal.setitimer(signal.ITIMER_PROF, 0)
            send_frame(connection, answer, len(pixels), (pixels,))
            del pixels
            if answer.get("photo_pixels", sys.maxsize) > _LARGE_PHOTO_PIXELS:
                give_back_memory()
    return 0


def _answer(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    limits = ImageLimits(**request["limits"])
    _limit_memory(request["memory"] + _OTHER_BYTES)
    try:
        if "longest_side" in request:
            return _preview(request, data, limits)
        if "whole" in request:
            return _whole(request, data, limits)
        return _cut(request, data, limits)
    except ImageError as error:
        return {"kind": error.kind, "message": str(error)}, b""
    except MemoryError:
        return {"kind": "too_complex", "message": "the picture takes too much memory"}, b""


def _cut(request: dict[str, Any], data: bytes, limits: ImageLimits) -> tuple[dict[str, Any], bytes]:
    crop = _crop(request, data, limits)
    answer = {
        "size": crop.image.size,
        "photo_pixels": crop.photo_pixels,
        "decode": crop.decode_milliseconds,
        "crop": crop.crop_milliseconds,
    }
    return answer, crop.image.tobytes()


def _crop(request: dict[str, Any], data: bytes, limits: ImageLimits) -> Crop:
    if "corners" in request:
        a, b, c, d = ((float(x), float(y)) for x, y in request["corners"])
        return cut_photo_line(data, PhotoLine((a, b, c, d), request["turn"]), limits)
    box = request["box"]
    return cut_crop(data, Region(None if box is None else Box(*box), request["turn"]), limits)


def _whole(request: dict[str, Any], data: bytes, limits: ImageLimits) -> tuple[dict[str, Any], bytes]:
    photo = whole_photo(data, request["turn"], limits)
    answer = {
        "size": photo.image.size,
        "photo_size": (photo.width, photo.height),
        "photo_pixels": photo.width * photo.height,
        "decode": photo.decode_milliseconds,
    }
    return answer, photo.image.tobytes()


def _preview(request: dict[str, Any], data: bytes, limits: ImageLimits) -> tuple[dict[str, Any], bytes]:
    preview = preview_photo(data, request["longest_side"], limits)
    answer = {"size": (preview.width, preview.height), "photo_pixels": preview.width * preview.height}
    return answer, preview.data


def _limit_memory(most_bytes: int) -> None:
    """Have the kernel refuse more memory, where it can: a picture may need more than its header says."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, resource.getrlimit(resource.RLIMIT_DATA)[1]))


if __name__ == "__main__":
    sys.exit(main())
