"""Fonts: what is fetched, what a recipe finds, and which faces draw letters like digits."""

import io
import json
import sys
import tarfile
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

import trdg
from fontTools import subset
from fontTools.ttLib import TTFont

from data_gen import fonts as under_test
from data_gen.fonts import FontGroup, FontsMissingError, can_draw, digit_like_letters, fetch_npm_fonts, load_fonts

FACE = sorted((Path(trdg.__file__).parent / "fonts" / "latin").glob("Lato-Regular.ttf"))[0]


@cache
def web_font(characters: str) -> bytes:
    """A face with these characters only, as npm packages hold it."""
    font = TTFont(FACE)
    cutter = subset.Subsetter()
    cutter.populate(text=characters)
    cutter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that knows one family, and packs its subsets in the order of their names."""
    files = {"latin": web_font(under_test.NEEDED), "latin-ext": web_font("ÀĀ"), "cyrillic": web_font("a")}
    archive = tmp_path / "packed.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in sorted(files.items()):
            for weight in (300, 400, 700):
                member = tarfile.TarInfo(f"package/files/thin-face-{name}-{weight}-normal.woff")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, shutil, sys\n"
        "if sys.argv[-1] != '@fontsource/thin-face': sys.exit(1)\n"
        f"shutil.copy({json.dumps(str(archive))}, 'thin-face.tgz')\n"
        "print(json.dumps([{'filename': 'thin-face.tgz'}]))\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def test_the_subset_with_letters_and_digits_is_fetched(npm: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fonts"
    assert fetch_npm_fonts(("thin-face", "no-face"), folder) == ["no-face"]
    assert sorted(path.name for path in folder.iterdir()) == ["thin-face-400.ttf", "thin-face-700.ttf"]
    assert all(under_test.has_glyphs(str(path)) for path in folder.iterdir())
    npm.unlink()  # what is there is not fetched again
    assert fetch_npm_fonts(("thin-face",), folder) == []


def test_a_face_without_letters_and_digits_is_fetched_again(npm: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fonts"
    folder.mkdir()
    broken = TTFont(io.BytesIO(web_font("ÀĀ")))
    broken.flavor = None
    broken.save(folder / "thin-face-400.ttf")
    assert fetch_npm_fonts(("thin-face",), folder) == []
    assert under_test.has_glyphs(str(folder / "thin-face-400.ttf"))


def test_a_pattern_whose_files_lack_the_glyphs_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken-400.ttf"
    broken.write_bytes(web_font("ÀĀ"))
    monkeypatch.setattr(under_test, "_installed_fonts", lambda: {broken.name: str(broken), FACE.name: str(FACE)})
    book = load_fonts([FontGroup(1.0, ("broken-*.ttf", "Lato-*.ttf", "nothing-*.ttf"))])
    assert book.missing == ("broken-*.ttf", "nothing-*.ttf")
    assert book.groups == ((1.0, (str(FACE),)),)
    with pytest.raises(FontsMissingError, match="broken"):
        load_fonts([FontGroup(1.0, ("broken-*.ttf",))])


def test_faces_that_draw_letters_like_digits_are_known(tmp_path: Path) -> None:
    assert not digit_like_letters(str(FACE))
    font = TTFont(FACE)
    for table in font["cmap"].tables:
        if ord("O") in table.cmap:
            table.cmap[ord("O")] = table.cmap[ord("0")]
    font.save(tmp_path / "same.ttf")
    assert digit_like_letters(str(tmp_path / "same.ttf")) == {"O"}


def test_whether_a_face_can_draw_a_line() -> None:
    assert can_draw(str(FACE), "Art. No")
    assert not can_draw(str(FACE), "한")
