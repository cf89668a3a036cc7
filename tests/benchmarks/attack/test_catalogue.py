from benchmarks.attack.attack import Attack, BadDay
from benchmarks.attack.catalogue import ATTACKS, NAMES


def test_names_tell_attacks_apart_and_fit_the_command_line() -> None:
    assert len(set(NAMES)) == len(ATTACKS)
    assert all(name.replace("-", "").isalnum() and name == name.lower() for name in NAMES)
    assert all(issubclass(attack, Attack | BadDay) and attack.title for attack in ATTACKS)
