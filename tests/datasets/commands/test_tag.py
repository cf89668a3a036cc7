from __future__ import annotations

from pathlib import Path

import pytest

from datasets.__main__ import main
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path) as store:
        for number in range(4):
            store.keep(picture(number), label(f"p{number}", read_confidence=0.2 * number))
    return tmp_path


def test_crops_are_tagged_found_and_untagged(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> str:
        assert main(["--spool", str(spool), *arguments], {}) == 0
        return capsys.readouterr().out

    action = run("tag", "--where", "confidence < 0.5", "--give", "Blurry", "--set", "shelf=A3", "--by", "kim")
    assert action.endswith("3 crops\n")
    assert run("list", "tags") == "blurry\t3\n"
    found = run("list", "--where", "tag = blurry", "--order", "least sure")
    assert [line.split("\t")[3] for line in found.splitlines()] == ["p0", "p1", "p2"]
    (sure,) = run("list", "--where", "not tag = blurry", "--json").splitlines()
    assert '"tags": []' in sure
    digest = run("list", "--where", "confidence = 0").split("\t")[0]
    run("tag", "--sample", digest, "--take", "blurry")
    assert run("list", "tags", "--json") == '{"tag": "blurry", "labels": 2}\n'
    assert run("tag", "--undo", action.split()[0]).endswith("from 3 crops\n")
    assert run("list", "tags") == ""


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--where", "tag = blury", "--give", "a"], 1, "finds no label"),
        (["--where", "tga = blurry", "--give", "a"], 2, "did you mean 'tag'?"),
        (["--where", "all"], 1, "1 to 16 tags"),
        (["--where", "all", "--set", "key"], 1, "key=value"),
        (["--sample", "0" * 64, "--give", "a"], 1, "have no label"),
        (["--undo", "0" * 32], 1, "no action"),
    ],
)
def test_a_wrong_change_is_refused_in_words(
    spool: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, told: str
) -> None:
    command = ["--spool", str(spool), "tag", *arguments]
    if status == 2:
        with pytest.raises(SystemExit):
            main(command, {})
    else:
        assert main(command, {}) == status
    assert told in capsys.readouterr().err
