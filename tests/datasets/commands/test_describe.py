from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from datasets.metadata.describers import DESCRIBERS
from datasets.metadata.names import DESCRIBER_NAMES
from datasets.samples.store import SampleStore
from tests.datasets.command_line import run
from tests.datasets.making import label


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    crop = Image.new("RGB", (300, 60), "white")
    ImageDraw.Draw(crop).text((20, 10), "CW2288-111", "black", ImageFont.load_default(40))
    with SampleStore.open(tmp_path / "spool") as store:
        store.keep(crop, label("p1", "CW2288-111"))
    return tmp_path / "spool"


def test_every_reader_describes_a_printed_crop(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readers = [word for name in DESCRIBER_NAMES for word in ("--reader", name)]
    assert run(spool, "describe", *readers) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == list(DESCRIBER_NAMES) == list(DESCRIBERS)
    assert all(": 1 crops are described by " in line for line in told)
    search = "meta.ours.agrees = yes and meta.rapidocr.agrees = yes and meta.lines.lines = 1"
    assert run(spool, "list", "--where", search) == 0
    assert "p1" in capsys.readouterr().out


def test_a_reader_that_is_not_there_is_named(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(spool, "describe", "--reader", "tesseract")
    assert "invalid choice: 'tesseract'" in capsys.readouterr().err
    assert run(spool, "describe", "--reader", "ours", "--model", str(spool)) == 1
    assert "ours: no model in" in capsys.readouterr().err
