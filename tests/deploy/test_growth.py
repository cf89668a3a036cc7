"""The plan's tables are what the reckoning prints, and the reckoning follows its figures."""

from pathlib import Path

import pytest

from deploy.growth import FIGURES, Reckoning, main

PAGE = Path(__file__).resolve().parents[2] / "docs/growth.md"


def test_the_page_holds_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out.strip()
    written = PAGE.read_text().split("<!-- growth -->")[1].split("<!-- /growth -->")[0].strip()
    assert written == printed


def test_every_figure_says_where_it_is_from() -> None:
    assert all(figure.source and figure.value > 0 for figure in FIGURES.values())


def test_machines_follow_the_cost_of_a_reading() -> None:
    now = Reckoning({"photo_share": 0.0, "label_share": 0.0, "crop_cpu_ms": 60.0, "filled": 0.5})
    assert now.peak_cores == pytest.approx(1000 * 0.060 / 0.5)
    assert now.nodes == 8


def test_the_stock_s_storage_is_its_labels_times_their_bytes() -> None:
    rows = dict(Reckoning({"labels": 1e6, "crop_kept_bytes": 10_000}).storage())
    assert rows["crops in the bucket"] == "10 GB"
    assert rows["segments"] == "1,000 objects"


def test_reads_of_others_events_grow_with_the_backends() -> None:
    few, many = ({row[0][:30]: row[1] for row in Reckoning({"keepers": k}).requests()} for k in (2, 3))
    assert few["reads of others' events, 2 bac"] == "46 million"
    assert many["reads of others' events, 3 bac"] == "92 million"


@pytest.mark.parametrize("setting", ["nothing=1", "labels", "labels=many"])
def test_a_wrong_figure_is_refused(setting: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--set", setting])
    assert "NAME=VALUE" in capsys.readouterr().err


def test_another_figure_reckons_anew(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--set", "photo_share=0.01"])
    assert "| `photo_share` | 0.01 share |" in capsys.readouterr().out
