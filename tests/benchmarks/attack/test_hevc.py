import pytest

from benchmarks.attack.hevc import Bits, parameter_sets, picture_unit


def test_numbers_in_the_code_of_the_standard() -> None:
    # Table 9-2 and 9-3 of ITU-T H.265: 0 -> 1, 1 -> 010, 3 -> 00100; 1 -> 010, -1 -> 011.
    assert Bits().golomb(0, 1, 3).closed() == bytes((0b10100010, 0b01000000))
    assert Bits().signed(1, -1).closed() == bytes((0b01001110,))
    assert Bits().flags("1").fixed(3, 5).closed() == bytes((0b11011000,))


def test_units_hold_no_start_code() -> None:
    units = [*(unit for _, unit in parameter_sets(4096, 4096)), picture_unit()]
    assert not any(bytes((0, 0, last)) in unit for unit in units for last in (0, 1, 2))


def test_a_size_of_broken_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="100 x 64"):
        parameter_sets(100, 64)
