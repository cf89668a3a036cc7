"""What a reading, a photo and a label cost, on very few of them."""

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed")

from benchmarks import unit_costs


@pytest.mark.training
def test_every_figure_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert unit_costs.main(["--crops", "4", "--photos", "1"]) == 0
    told = capfd.readouterr().out
    for what in (
        "a span while nothing is traced",
        "a crop read",
        "a label kept, sent and measured",
        "a whole photo read",
        "a crop sent by a shopper",
        "a crop kept",
        "an event in a segment",
        "the index",
    ):
        assert what in told
