"""Which files an upload has, and which of a hostile zip are refused."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from datasets.uploads import sources
from datasets.uploads.outcome import FileFault
from datasets.uploads.sources import Source, UploadListing, sources_of
from tests.datasets.uploads_in_hand import packed


def listed(*given: Source) -> tuple[list[str], dict[str, FileFault | None]]:
    with UploadListing() as listing:
        listing.add(given)
        return [file.name for file in listing.files], {one.file: one.fault for one in listing.refused}


def zip_of(folder: Path, data: bytes, name: str = "a.zip") -> Source:
    (folder / name).write_bytes(data)
    return Source(name, folder / name)


def test_files_folders_and_zips_are_listed_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "two.png").write_bytes(b"2")
    (folder / "one.png").write_bytes(b"1")
    (folder / ".hidden.png").write_bytes(b"x")
    (folder / "Thumbs.db").write_bytes(b"x")
    (folder / "more.zip").write_bytes(packed({"c/three.png": b"3", "__MACOSX/._three.png": b"x", ".DS_Store": b"x"}))
    names, refused = listed(Source("shelf", folder))
    assert names == ["shelf/more.zip/c/three.png", "shelf/one.png", "shelf/b/two.png"]
    assert refused == {}
    with UploadListing() as listing:
        listing.add([Source("shelf", folder)])
        assert [file.read(10) for file in listing.files] == [b"3", b"1", b"2"]


def test_files_of_a_hostile_zip_are_refused_one_by_one_in_words(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.png", b"good")
        archive.writestr("/etc/passwd", b"x")
        archive.writestr("../../evil.png", b"x")
        archive.writestr("a/../../evil.png", b"x")
        archive.writestr("C:\\evil.png", b"x")
        archive.writestr(link, "/etc/passwd")
        archive.writestr("inner.zip", packed({}))
        archive.writestr("inner.tar.gz", b"x")
        archive.writestr("bomb.png", bytes(20 << 20))
        archive.writestr("good.png".upper(), b"another name")
    names, refused = listed(zip_of(tmp_path, stream.getvalue()))
    assert names == ["a.zip/GOOD.PNG", "a.zip/good.png"]
    assert refused == {
        "a.zip//etc/passwd": "zip-outside",
        "a.zip/../../evil.png": "zip-outside",
        "a.zip/C:/evil.png": "zip-outside",
        "a.zip/a/../../evil.png": "zip-outside",
        "a.zip/bomb.png": "zip-bomb",
        "a.zip/inner.tar.gz": "archive",
        "a.zip/inner.zip": "zip-inside",
        "a.zip/link.png": "link",
    }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.png", b"first")
        archive.writestr("a.png", b"second")
    names, refused = listed(zip_of(tmp_path, stream.getvalue()))
    assert names == ["a.zip/a.png"]
    assert refused == {"a.zip/a.png (2)": "same-name"}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"PK\x03\x04 and nothing more", "zip-damaged"),
        (packed({"a.png": b"x"})[:-5], "zip-damaged"),
        (packed({}), "zip-empty"),
        (packed({"folder/.hidden": b"x"}), "zip-empty"),
    ],
    ids=["no zip", "cut off", "empty", "hidden files alone"],
)
def test_a_zip_of_no_use_is_refused_as_a_whole(tmp_path: Path, data: bytes, fault: FileFault) -> None:
    assert listed(zip_of(tmp_path, data)) == ([], {"a.zip": fault})


def test_an_encrypted_file_and_one_that_lies_about_its_size_are_refused_when_they_are_read(tmp_path: Path) -> None:
    data = bytearray(packed({"a.png": b"x" * 100}, method=zipfile.ZIP_DEFLATED))
    entry = data.rfind(b"PK\x01\x02")
    encrypted = data.copy()
    struct.pack_into("<H", encrypted, entry + 8, 1)
    lying = data.copy()
    struct.pack_into("<I", lying, entry + 24, 7)  # of its hundred bytes
    for content in (encrypted, lying):
        with UploadListing() as listing:
            listing.add([zip_of(tmp_path, bytes(content))])
            (file,) = listing.files
            with pytest.raises(Exception, match=r"encrypted|damaged") as error:
                file.read(1000)
            assert error.value.kind in ("zip-encrypted", "zip-damaged")  # type: ignore[attr-defined]


def test_limits_of_files_and_of_unpacked_bytes_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_FILES", 2)
    monkeypatch.setattr(sources, "MOST_UNPACKED", 10)
    names, refused = listed(zip_of(tmp_path, packed({"a": b"12345", "b": b"1", "c": b"1", "d": b"12345"})))
    assert names == ["a.zip/a", "a.zip/b"]
    assert refused == {"a.zip/c": "too-many", "a.zip/d": "zip-large"}


def test_a_link_in_a_folder_and_a_file_without_leave_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "link.png").symlink_to("/etc/passwd")
    assert listed(Source("shelf", folder)) == ([], {"shelf/link.png": "link"})
    with UploadListing() as listing:
        listing.add([Source("gone.png", tmp_path / "gone.png")])
        with pytest.raises(Exception, match="No such file") as error:
            listing.files[0].read(10)
        assert error.value.kind == "unreadable-file"  # type: ignore[attr-defined]


def test_given_paths_have_names_of_their_own(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder / "shots").mkdir(parents=True)
    paths = [tmp_path / "one" / "shots", tmp_path / "two" / "shots", Path(os.devnull)]
    assert [source.name for source in sources_of(paths)] == ["shots", "shots-2", "null"]
