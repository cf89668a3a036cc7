from __future__ import annotations

import contextlib
import io
import struct
import zipfile
from collections.abc import Iterable

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from frontend.photos.photo import MAX_BYTES
from frontend.several import files
from frontend.several.files import FileError, PhotoFile, RefusedFile, photo_files


def uploaded(name: str, data: bytes) -> UploadedFile:
    return UploadedFile(UploadedFileRec("id", name, "", data), FileURLs())


def found(*uploads: UploadedFile) -> list[PhotoFile | RefusedFile]:
    return list(photo_files(uploads))


def packed(entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            package.writestr(name, data)
    return stream.getvalue()


def contents(file: PhotoFile | RefusedFile) -> tuple[str, bytes | str]:
    return file.name, file.read() if isinstance(file, PhotoFile) else file.kind


def test_files_and_zips_are_one_list_in_their_order() -> None:
    package = packed([("box/1.jpg", b"one"), ("box/", b""), ("2.png", b"two")])
    answer = found(uploaded("a.jpg", b"first"), uploaded("shop.zip", package), uploaded("b.heic", b"last"))
    assert [contents(file) for file in answer] == [
        ("a.jpg", b"first"),
        ("shop.zip/box/1.jpg", b"one"),
        ("shop.zip/2.png", b"two"),
        ("b.heic", b"last"),
    ]


def test_what_systems_put_beside_photos_is_passed_over() -> None:
    names = ["__MACOSX/box/._1.jpg", "box/.DS_Store", "Thumbs.db", "box/desktop.ini", "1.jpg"]
    assert [file.name for file in found(uploaded("a.zip", packed((name, b"x") for name in names)))] == ["a.zip/1.jpg"]


def test_a_zip_is_known_by_its_content_and_a_name_proves_nothing() -> None:
    answer = found(uploaded("photo.jpg", packed([("1.jpg", b"one")])), uploaded("photo.zip", b"no zip at all"))
    assert [contents(file) for file in answer] == [("photo.jpg/1.jpg", b"one"), ("photo.zip", b"no zip at all")]


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (packed([]), [("a.zip", "zip-empty")]),
        (packed([("1.jpg", b"one")])[:40], [("a.zip", "zip-damaged")]),
        (packed([("in.zip", packed([("1.jpg", b"one")]))]), [("a.zip/in.zip", "zip-inside")]),
        (packed([("1.jpg", bytes(MAX_BYTES + 1))]), [("a.zip/1.jpg", "too-large")]),
    ],
    ids=["empty", "damaged", "zip in a zip", "bomb"],
)
def test_a_zip_that_is_of_no_use_is_named(data: bytes, refused: list[tuple[str, str]]) -> None:
    assert [contents(file) for file in found(uploaded("a.zip", data))] == refused


def test_an_encrypted_photo_is_named_and_the_others_are_read() -> None:
    package = bytearray(packed([("1.jpg", b"one"), ("2.jpg", b"two")]))
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        package[package.index(header) + offset] |= 1
    answer = [contents(file) for file in found(uploaded("a.zip", bytes(package)))]
    assert answer == [("a.zip/1.jpg", "zip-encrypted"), ("a.zip/2.jpg", b"two")]


def test_a_zip_that_understates_its_content_is_unpacked_up_to_the_limit() -> None:
    package = packed([("1.jpg", bytes(MAX_BYTES + 1))])
    size = (MAX_BYTES + 1).to_bytes(4, "little")
    (file,) = found(uploaded("a.zip", package.replace(size, (1000).to_bytes(4, "little"))))
    assert isinstance(file, PhotoFile)
    with pytest.raises(FileError) as failure:
        file.read()
    assert failure.value.kind in ("zip-damaged", "too-large")


def test_a_damaged_photo_in_a_zip_fails_alone() -> None:
    package = bytearray(packed([("1.jpg", b"the same letters, the same letters"), ("2.jpg", b"two")]))
    package[package.index(b"1.jpg") + 8] ^= 0xFF
    first, second = found(uploaded("a.zip", bytes(package)))
    assert isinstance(first, PhotoFile)
    assert isinstance(second, PhotoFile)
    with pytest.raises(FileError):
        first.read()
    assert second.read() == b"two"


def test_names_written_by_windows_in_korean_and_by_macs_are_read() -> None:
    written = "매장/태그.jpg".encode("cp949")
    package = packed([("가게/태그.jpg", b"mac"), ("x" * len(written), b"windows")])
    package = package.replace(b"x" * len(written), written)
    assert [file.name for file in found(uploaded("a.zip", package))] == ["a.zip/가게/태그.jpg", "a.zip/매장/태그.jpg"]
    assert contents(found(uploaded("a.zip", package))[1])[1] == b"windows"


def test_too_many_and_too_large_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_PHOTOS", 2)
    monkeypatch.setattr(files, "MOST_UNPACKED", 5)
    package = packed([("1.jpg", b"one"), ("2.jpg", b"two"), ("3.jpg", b"three")])
    answer = found(uploaded("big.jpg", bytes(MAX_BYTES + 1)), uploaded("a.zip", package), uploaded("c.jpg", b"c"))
    kinds = [(file.name, file.kind if isinstance(file, RefusedFile) else "") for file in answer]
    assert kinds == [
        ("big.jpg", "too-large"),
        ("a.zip/1.jpg", ""),
        ("a.zip/2.jpg", "zip-large"),
        ("a.zip/3.jpg", "zip-large"),
        ("c.jpg", ""),
    ]


def listed(name: bytes, count: int, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip that lists a file so many times."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, method, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entry) * count, 30, 0)
    return b"PK\3\4" + bytes(26) + entry * count + end


def test_a_zip_that_lists_more_than_anyone_has_is_refused_before_it_is_listed() -> None:
    many = files.MOST_DIRECTORY // len(listed(b"1.jpg", 1)) * 3
    assert [contents(file) for file in found(uploaded("a.zip", listed(b"1.jpg", many)))] == [("a.zip", "too-many")]


def test_a_file_without_a_name_is_passed_over() -> None:
    assert [contents(file) for file in found(uploaded("a.zip", listed(b"", 2)))] == [("a.zip", "zip-empty")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_what_would_be_unpacked_all_at_once_is_not_unpacked(method: int) -> None:
    assert [contents(file) for file in found(uploaded("a.zip", listed(b"1.jpg", 1, method)))] == [
        ("a.zip/1.jpg", "zip-method")
    ]


def test_damage_anywhere_is_told() -> None:
    whole = packed([("1.jpg", b"one"), ("2.jpg", b"two")])
    for at in range(len(whole)):
        for file in found(uploaded("a.zip", whole[:at] + bytes([whole[at] ^ 0xA5]) + whole[at + 1 :])):
            if isinstance(file, PhotoFile):
                with contextlib.suppress(FileError):
                    file.read()
