from benchmarks.attack.before import BEFORE
from benchmarks.attack.catalogue import NAMES
from benchmarks.attack.photos import PHOTOS


def test_every_attack_on_a_route_of_that_time_has_earlier_figures() -> None:
    later = {attack.name for attack in PHOTOS}
    assert list(BEFORE) == [name for name in NAMES if name not in later]
