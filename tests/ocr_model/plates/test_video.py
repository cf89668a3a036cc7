"""Frames of a folder and of a video."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_model.plates.video import VideoError, frames_of_folder, frames_of_video, is_live


def test_a_folder_s_pictures_come_by_name(tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        Image.new("RGB", (8, 8), "red" if name == "a.png" else "blue").save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    frames = list(frames_of_folder(tmp_path))
    assert [frame.seconds for frame in frames] == [0.0, 1.0]
    assert Image.open(io.BytesIO(frames[0].data)).getpixel((0, 0)) == (255, 0, 0)


def test_a_video_gives_a_few_frames_a_second(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    file = tmp_path / "visit.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (64, 48))
    for level in range(20):
        writer.write(np.full((48, 64, 3), 10 * level, np.uint8))
    writer.release()
    frames = list(frames_of_video(str(file), rate=5.0))
    assert len(frames) == pytest.approx(10, abs=1)
    assert Image.open(io.BytesIO(frames[0].data)).size == (64, 48)


def test_what_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no picture"):
        list(frames_of_folder(tmp_path))
    with pytest.raises(VideoError, match="cannot be opened"):
        list(frames_of_video(str(tmp_path / "missing.mp4"), rate=1.0))


def test_streams_and_cameras_are_live() -> None:
    assert [is_live(source) for source in ("rtsp://camera/1", "0", "visit.mp4")] == [True, True, False]
