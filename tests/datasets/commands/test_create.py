from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.samples.store import SampleStore
from tests.datasets.command_line import run
from tests.datasets.patterns import keep_all


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
