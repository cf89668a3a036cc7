from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.__main__ import main
from datasets.samples.store import SampleStore
from tests.datasets.patterns import code, keep, keep_all


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path / "spool") as store:
        keep_all(store, range(6))
        keep(store, 6, "A1111", status="corrected", read_confidence=0.5)
    return tmp_path / "spool"


def run(spool: Path, *arguments: str, **environment: str) -> int:
    return main(arguments, {"TAGS_SPOOL_DIR": str(spool)} | environment)


def test_from_labels_to_a_folder(spool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all", "--dry-run") == 0
    planned = capsys.readouterr().out.split()[1]
    assert run(spool, "list", "versions") == 0
    assert capsys.readouterr().out == ""
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    assert capsys.readouterr().out.split()[1] == planned
    corrected = "status = corrected and confidence < 0.9"
    assert run(spool, "create", "v2.0", "--parent", "v1.0", "--collected", corrected) == 0
    assert run(spool, "create", "v2.0", "--collected", "all") == 1
    assert "error: version v2.0 exists already, with other content" in capsys.readouterr().err
    assert run(spool, "list", "versions") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == ["v1.0", "v2.0"]
    assert lines[1][5] == "on v1.0"
    assert run(spool, "diff", "v1.0", "v2.0") == 0
    assert "6 removed" in capsys.readouterr().out
    assert run(spool, "diff", "v1.0", "v1.0") == 0
    assert capsys.readouterr().out == "no difference\n"
    assert run(spool, "materialize", "v2.0", "--out", str(tmp_path / "out")) == 0
    written = [*(tmp_path / "out").glob("*/images/*.png")]
    assert len(written) == 1
    assert run(spool, "verify") == 0


def test_show_and_materialize_say_what_is_gone(spool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    assert run(spool, "show", "v1.0", "--json") == 0
    out = capsys.readouterr().out
    assert json.loads(out.splitlines()[-1])["gone"] == []
    with SampleStore.open(spool) as store:
        digest = next(store.samples()).digest
    assert run(spool, "delete", "--sample", digest) == 0
    assert "contact sheet of v1.0 anew" in capsys.readouterr().out
    for arguments in (("show", "v1.0"), ("materialize", "v1.0", "--out", str(tmp_path / "out"))):
        assert run(spool, *arguments) == 0
        out = capsys.readouterr().out
        assert "1 of 7 samples are gone: removed since v1.0 was made" in out
        assert digest in out
    assert run(spool, "create", "v2.0", "--collected", "all") == 0
    assert run(spool, "show", "v2.0") == 0
    assert "gone" not in capsys.readouterr().out
    assert run(spool, "create", "v3.0", "--collected", "all", "--as-of", "v1.0") == 1
    assert "removed after this watermark" in capsys.readouterr().err


def test_as_of_makes_the_same_again(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "status=accepted") == 0
    first = capsys.readouterr().out.split()[1]
    with SampleStore.open(spool) as store:
        keep_all(store, range(20, 24))
    assert run(spool, "create", "v1.1", "--collected", "STATUS = 'accepted'", "--as-of", "v1.0") == 0
    assert capsys.readouterr().out.split()[1] == first


def test_through_a_bucket(gcs: GcsServer, spool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `create` on one machine sends, another one shows, materializes, and can no longer create."""
    url, other = "gs://tags/shop", tmp_path / "other"
    assert run(spool, "create", "v1.0", "--collected", "all", STORAGE_URL=url) == 0
    created = capsys.readouterr().out.split()[1]
    assert run(other, "create", "v1.0", "--collected", "all", STORAGE_URL=url) == 1
    assert "with the same content" in capsys.readouterr().err
    assert run(other, "create", "v1.0", "--collected", "all", "--dry-run", STORAGE_URL=url) == 0
    assert capsys.readouterr().out.split()[1] == created
    assert run(other, "materialize", "v1.0", "--out", str(tmp_path / "out"), STORAGE_URL=url) == 0
    assert len([*(tmp_path / "out").glob("*/images/*.png")]) == 7
    assert gcs.names("tags", "shop/versions/") == [
        "shop/versions/v1.0.json",
        *(f"shop/versions/v1.0/{file}" for file in ("card.json", "card.md", "contact.png")),
    ]
    assert run(other, "verify", STORAGE_URL=url) == 0


def test_a_missing_card_is_written_by_show(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    card = spool / "versions" / "v1.0" / "card.md"
    before = card.read_bytes()
    card.unlink()
    assert run(spool, "show", "v1.0") == 0
    assert card.read_bytes() == before


def test_verify_names_a_damaged_version(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0", "--collected", "all") == 0
    path = spool / "versions" / "v1.0.json"
    path.write_bytes(path.read_bytes().replace(code(1).encode(), code(2).encode(), 1))
    assert run(spool, "verify") == 1
    assert "version v1.0 is damaged" in capsys.readouterr().out
    assert run(spool, "show", "v1.0") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "v1.0", "--collected", "statsu = corrected"), "did you mean 'status'"),
        (("create", "V1", "--collected", "all"), "a version is named like v2.0"),
        (("create", "v1.0", "--synthetic", "tags-1"), "is written recipe:count"),
        (("materialize", "v1.0"), "--out"),
    ],
)
def test_commands_that_make_no_sense(
    spool: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(spool, *arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_errors_are_one_line(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(spool, "create", "v1.0") == 1
    assert run(spool, "show", "v9") == 1
    assert run(spool, "diff", "v1.0", "v9") == 1
    assert run(spool, "create", "v1.0", "--parent", "v0", "--collected", "all") == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("error: ") for line in lines)
