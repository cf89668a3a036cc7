"""Faults count down, apply to what they are meant for, and come back as often as wanted."""

from benchmarks.drivers.faults import Faults


def test_a_fault_is_used_up() -> None:
    faults = Faults(unavailable=2)
    assert [faults.take("unavailable", "GET", "/") for _ in range(3)] == [True, True, False]
    assert faults.left("unavailable") == 0


def test_a_fault_without_end() -> None:
    faults = Faults()
    faults.set("hang", -1)
    assert all(faults.take("hang", "GET", "/") for _ in range(5))
    assert not faults.take("unavailable", "GET", "/")


def test_other_requests_are_served() -> None:
    faults = Faults(lose_answer=1, applies_to=lambda method, path: path == "/pointer")
    assert not faults.take("lose_answer", "PUT", "/crop")
    assert faults.take("lose_answer", "PUT", "/pointer")
