"""The commands that fill and show the catalogue."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from backend.prices.__main__ import main
from backend.prices.tag_prices import TagPrice, TagPrices

HEADER = "code,name,brand,price,currency,url,image\n"
ROW = 'CW2288-111,에어포스 1,Nike,"129,000",KRW,https://www.shop.example/1,https://shop.example/1.jpg\n'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "products.csv"
    path.write_text(text)
    return path


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_DATA_DIR", str(tmp_path / "var"))
    assert main(["import", str(write(tmp_path, HEADER + ROW))]) == 0
    told = capsys.readouterr().out
    assert "products.csv: UTF-8, separated by ','" in told
    assert "1 added, 0 replaced, 0 removed" in told
    assert main(["find", "cw2288111"]) == 0
    assert capsys.readouterr().out == "CW2288-111\tNike\t에어포스 1\t129000 KRW\thttps://www.shop.example/1\n"
    assert main(["list"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["find", "GW2871"]) == 1
    assert "GW2871: not found in " in capsys.readouterr().err
    empty = tmp_path / "empty.sqlite3"
    empty.touch()
    assert main(["--catalogue", str(empty), "find", "GW2871"]) == 1
    assert capsys.readouterr().err == f"GW2871: not found in {empty}\n"
    assert main(["import", str(tmp_path / "none.csv")]) == 2
    assert "none.csv: No such file" in capsys.readouterr().err
    assert main(["import", str(tmp_path)]) == 2
    assert main(["import", "--encoding", "klingon", str(tmp_path / "products.csv")]) == 2
    assert "klingon" in capsys.readouterr().err


def test_of_a_csv_with_a_wrong_line_nothing_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGS_DATA_DIR", str(tmp_path / "var"))
    assert main(["import", str(write(tmp_path, HEADER + ROW + "GW2871,,Nike,1,KRW,https://x.example,\n"))]) == 2
    assert "products.csv line 3: name is empty" in capsys.readouterr().err
    assert main(["list"]) == 0
    assert capsys.readouterr().out == ""


def test_help_says_where_the_catalogue_is_and_what_a_csv_holds(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["--help"], ["TAGS_CATALOGUE_FILE", "import", "find"]),
        (["import", "--help"], ["currency"]),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert all(word in shown for word in words)


def test_prices_seen_on_tags_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGS_DATA_DIR", str(tmp_path))
    assert main(["seen"]) == 0
    assert capsys.readouterr().out == ""
    price = TagPrice("some-prediction", "CW2288-111", Decimal("89.90"), "EUR", date(2026, 7, 5))
    TagPrices(tmp_path / "catalogue.sqlite3").keep(price)
    assert main(["seen"]) == 0
    assert capsys.readouterr().out == "CW2288-111\t89.90 EUR\t2026-07-05\n"
