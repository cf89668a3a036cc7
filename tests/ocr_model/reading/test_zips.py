"""Pictures in zips: read without unpacking, whatever the zip says of itself."""

import struct
import zipfile
from pathlib import Path

import pytest

from ocr_model.errors import ImageError
from ocr_model.reading import zips
from ocr_model.reading.files import PictureSearch, reason
from tests.ocr_model.reading.packed import packed, png


def answers(file: Path) -> dict[str, str]:
    """What becomes of each file: its size, or why it cannot be read."""
    found = {}
    with PictureSearch() as search:
        for one in search.files([file]):
            try:
                found[str(one.path.relative_to(file))] = str(one.picture().size)
            except (ImageError, OSError) as error:
                found[str(one.path.relative_to(file))] = reason(error)
    return found


def flagged(data: bytes, flags: int) -> bytes:
    """A zip of one member with these bits in both of its headers."""
    changed = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + place
        changed[at : at + 2] = (int.from_bytes(data[at : at + 2], "little") | flags).to_bytes(2, "little")
    return bytes(changed)


def test_pictures_are_read_by_name_and_hidden_files_left_out(tmp_path: Path) -> None:
    named = {"b.png": png(), "a/c": png(), "__MACOSX/._b.png": b"x", "a/.hidden.png": png(), "notes.txt": b"words"}
    file = packed(tmp_path / "photos.zip", named)
    assert answers(file) == {"a/c": "(60, 20)", "b.png": "(60, 20)"}
    with PictureSearch() as search:
        list(search.files([file]))
        assert search.left_out == 1
        assert search.left_out_in_words() == "1 file was left out: not a JPEG, PNG, WebP or HEIC picture"
    assert list(tmp_path.iterdir()) == [file]


def test_a_zip_is_known_by_its_content_and_not_read_inside_of_a_folder(tmp_path: Path) -> None:
    file = packed(tmp_path / "photos", {"a.png": png()})
    assert answers(file) == {"a.png": "(60, 20)"}
    with PictureSearch() as search:
        assert [found.problem for found in search.files([tmp_path])] == ["no pictures in this folder"]


def test_a_zip_without_pictures(tmp_path: Path) -> None:
    assert answers(packed(tmp_path / "a.zip", {"a.txt": b""})) == {".": "no pictures in this zip"}


def test_a_member_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"a.png": png(), "b.png": png("black"), "c.png": png()}, zipfile.ZIP_STORED)
    data = bytearray(file.read_bytes())
    at = data.index(png("black"))
    data[at + 40] ^= 0xFF  # its checksum no longer fits
    file.write_bytes(data)
    assert answers(file) == {"a.png": "(60, 20)", "b.png": "it is damaged in the zip", "c.png": "(60, 20)"}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = packed(tmp_path / "a.zip", {"a.png": bytes(60_000_000), "b.png": png()})
    assert file.stat().st_size < 100_000
    read: list[int] = []
    unpacked = zipfile.ZipExtFile.read

    def counted(stream: zipfile.ZipExtFile, most: int = -1) -> bytes:
        read.append(most)
        return unpacked(stream, most)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    found = answers(file)
    assert "which is the most" in found["a.png"] and found["b.png"] == "(60, 20)"
    assert min(read) > 0 and max(read) < 60_000_000


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_stopped_are_not_unpacked(method: int, tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"a.png": png()}, method)
    assert answers(file) == {"a.png": "it is packed by a method that is not read; unpack it first"}


def test_an_encrypted_member(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"a.png": png()})
    file.write_bytes(flagged(file.read_bytes(), 0x1))
    assert answers(file) == {"a.png": "it is encrypted in the zip; unpack it first"}


@pytest.mark.parametrize("name", ["/a.png", "../a.png", "b/../../a.png", "C:a.png", "..\\a.png"])
def test_names_that_lead_out(name: str, tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {name: png(), "z.png": png()})
    with PictureSearch() as search:
        wrong, right = sorted(search.files([file]), key=lambda found: found.problem is None)
    assert wrong.problem == "its name in the zip leads out of the folder that it would be unpacked to"
    assert right.path == file / "z.png"


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_korean_names_without_the_mark_of_utf8(encoding: str, tmp_path: Path) -> None:
    packed_name = "신발.png".encode(encoding)
    stand_in = "x" * len(packed_name)
    file = packed(tmp_path / "a.zip", {stand_in: png()})
    file.write_bytes(file.read_bytes().replace(stand_in.encode(), packed_name))
    assert answers(file) == {"신발.png": "(60, 20)"}


def test_a_zip_that_is_cut_or_none(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"a.png": png(), "b.png": png()}).read_bytes()
    for length in (0, 3, 30, len(whole) // 2, len(whole) - 30):
        file = tmp_path / "cut.zip"
        file.write_bytes(whole[:length])
        assert answers(file) == {".": "this is no zip, or not the whole of it"}


def test_a_zip_of_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MOST_MEMBERS", 1)
    file = packed(tmp_path / "a.zip", {"a.png": png(), "b.png": png()})
    assert answers(file) == {".": "more than 1 files are in this zip"}


def test_damage_anywhere_is_told_in_words(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"a.png": png(), "b.png": png()}).read_bytes()
    file = tmp_path / "damaged.zip"
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xA5]) + whole[at + 1 :])
        answers(file)


def listed(name: bytes, count: int) -> bytes:
    """A zip that lists a file so many times."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entry) * count, 30, 0)
    return b"PK\3\4" + bytes(26) + entry * count + end


def test_a_long_list_of_files_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "_MOST_DIRECTORY", 10_000)
    file = tmp_path / "a.zip"
    file.write_bytes(listed(b"1.jpg", 200))
    assert answers(file) == {".": "more than 20,000 files are in this zip"}


def test_a_file_without_a_name_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(listed(b"", 2))
    assert answers(file) == {".": "no pictures in this zip"}
