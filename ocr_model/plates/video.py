"""Frames of a camera's stream, of a video file, or of a folder of pictures, as JPEG and PNG bytes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ocr_model.errors import ReaderError

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".bmp"})
_QUALITY = 92  # of a frame's JPEG
_LONGEST = 1280  # pixels of a frame's longer side


class VideoError(ReaderError):
    """A stream, a video or a folder that cannot be read; one line."""


@dataclass(frozen=True, slots=True)
class FrameOfVideo:
    """A frame."""

    seconds: float  # from the beginning
    data: bytes  # a picture file


def is_live(source: str) -> bool:
    """Whether a source goes on for ever: an address of a stream, or the number of a camera."""
    return "://" in source or source.isdigit()


def frames_of_folder(folder: Path) -> Iterator[FrameOfVideo]:
    """The pictures of a folder, by name, a second apart.

    Raises:
        VideoError: there is none.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in _PICTURES)
    if not files:
        raise VideoError(f"{folder}: no picture in this folder")
    for number, file in enumerate(files):
        yield FrameOfVideo(float(number), file.read_bytes())


def frames_of_video(source: str, rate: float) -> Iterator[FrameOfVideo]:
    """Some frames of a video or a stream; of a stream the latest ones, where reading is slower than it.

    Args:
        source: path, address, or number of a camera.
        rate: frames a second at most.

    Raises:
        VideoError: it cannot be opened, or OpenCV is not installed.
    """
    if find_spec("cv2") is None:
        raise VideoError("videos need OpenCV (opencv-python-headless)")
    import cv2  # takes a moment, and photos do without

    video = cv2.VideoCapture(int(source) if source.isdigit() else source)
    try:
        if not video.isOpened():
            raise VideoError(f"{source}: cannot be opened as a video")
        live, began, wanted, number = is_live(source), time.monotonic(), 0.0, 0
        own_rate = video.get(cv2.CAP_PROP_FPS) or 25.0
        while video.grab():
            seconds = time.monotonic() - began if live else number / own_rate
            number += 1
            if seconds < wanted:
                continue
            wanted = seconds + 1.0 / rate
            taken, picture = video.retrieve()
            if not taken:
                continue
            scale = _LONGEST / max(picture.shape[:2])
            if scale < 1.0:
                picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
            if done:
                yield FrameOfVideo(seconds, bytes(data))
    finally:
        video.release()
