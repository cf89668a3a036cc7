import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ocr_model.errors import ImageError
from ocr_model.reading.files import PictureSearch, open_picture, open_pictures, read_picture
from ocr_model.reading.image import ImageLimits


@pytest.fixture
def file(tmp_path: Path) -> Path:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise to show it
    path = tmp_path / "tag.of.any.name"
    Image.new("RGB", (60, 20), "white").save(path, "JPEG", exif=exif)
    return path


def test_a_file_is_read_as_an_upload_is(file: Path) -> None:
    assert read_picture(file).size == (20, 60)
    assert open_picture(str(file)).size == open_picture(file).size == (20, 60)


def test_limits_hold_for_files(file: Path) -> None:
    with pytest.raises(ImageError) as caught:
        read_picture(file, ImageLimits(max_bytes=100))
    assert caught.value.kind == "too_large"
    with pytest.raises(ImageError) as caught:
        read_picture(file, ImageLimits(max_pixels=100))
    assert caught.value.kind == "too_many_pixels"


def test_a_file_without_an_end_is_not_read_to_it() -> None:
    with pytest.raises(ImageError, match=r"more than 1\.0 MB"):
        read_picture("/dev/zero", ImageLimits(max_bytes=1_000_000))


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_picture("nowhere.jpg")
    with pytest.raises(IsADirectoryError):
        open_picture(tmp_path)


def test_pictures_and_arrays_are_taken_as_they_are() -> None:
    picture = Image.new("RGB", (60, 20))
    assert open_picture(picture) is picture
    assert open_picture(np.zeros((20, 60), np.uint8)).size == (60, 20)
    assert len(open_pictures([picture, np.zeros((20, 60, 3))])) == 2


class Tensor:
    """Stands for another library's array."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.zeros((20, 60), np.uint8)


def test_arrays_of_other_libraries_are_arrays() -> None:
    assert open_picture(Tensor()).size == (60, 20)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "None is no picture: pass a Pillow picture, an array (H, W) or (H, W, 3), or the path"),
        (7, "an object of type int is no picture"),
        (b"\xff\xd8\xff", "decode_image(data) makes a picture of a file's bytes"),
        (io.BytesIO(b"x"), "of type BytesIO is no picture"),
        (Image, "of type module is no picture"),
        ({"file": "tag.jpg"}, "of type dict is no picture"),
        ([], "an array of shape (0,) is no picture"),
        ([[1, 2], [3]], "rows of different lengths is no picture: pass"),
        (["tag.jpg"], "of type list that holds pictures is no picture; `read_batch` reads several"),
        ([Image.new("L", (9, 9))] * 2, "`read_batch` reads several"),
        ([[1, 2], [3, 4]], "an array of int64 is no picture; expected uint8"),
    ],
)
def test_anything_else_is_told_what_to_pass(given: Any, words: str) -> None:
    with pytest.raises(ImageError) as caught:
        open_picture(given)
    assert caught.value.kind == "bad_values"
    assert words in str(caught.value)


@pytest.mark.parametrize("given", ["tag.jpg", Path("tag.jpg"), b"x", Image.new("L", (9, 9)), None, 3])
def test_a_batch_is_a_list(given: Any) -> None:
    with pytest.raises(ImageError, match="is no list of pictures; `read` reads a single one"):
        open_pictures(given)


def test_named_files_are_never_left_out(tmp_path: Path) -> None:
    hidden = tmp_path / ".hidden"
    hidden.mkdir()
    (hidden / "._a.jpg").write_bytes(b"no picture")
    search = PictureSearch()
    named = [hidden / "._a.jpg", tmp_path / "nowhere", tmp_path]
    assert [found.path for found in search.files(named)] == named
    assert [found.problem for found in search.files(named)] == [None, None, "no pictures in this folder"]
    assert search.left_out == 0


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    (tmp_path / "shut").mkdir()
    listing = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = list(PictureSearch().files([tmp_path]))
    assert [(one.path, one.problem) for one in found] == [(tmp_path / "shut", "Permission denied")]
