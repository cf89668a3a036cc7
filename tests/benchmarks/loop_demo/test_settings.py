"""The worker accepts the options of every size."""

import pytest

from benchmarks.loop_demo.settings import FULL, QUICK, TITLES, DemoSettings


@pytest.mark.parametrize("settings", [FULL, QUICK], ids=lambda settings: settings.name)
def test_every_kind_has_a_share_and_fresh_tags(settings: DemoSettings) -> None:
    assert set(settings.shares) == set(settings.fresh) == set(TITLES)
    assert sum(settings.shares.values()) == pytest.approx(1.0)
    options = settings.worker_options()
    assert options[options.index("--corrections") + 1] == str(settings.corrections)
    assert len(options) == len(set(options[::2])) * 2  # pairs of an option and its value, none twice
