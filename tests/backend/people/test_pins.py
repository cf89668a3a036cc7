"""PINs are kept as hashes that the database alone does not open."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from backend.people.accounts import derived_secret
from backend.people.passwords import Passwords
from backend.people.pins import PinError, Pins, WrongPinError
from backend.people.tables import PINS, open_people

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return open_people(f"sqlite:///{tmp_path}/people.sqlite3")


@pytest.fixture
def pins(engine: sa.Engine) -> Pins:
    return Pins(engine, QUICK, lambda purpose, text: derived_secret(text, purpose))


def test_only_the_kept_pin_of_the_same_person_is_right(pins: Pins) -> None:
    pins.keep("Kim", "4071")
    pins.keep("Lee", "0000")
    assert pins.is_right("Kim", "4071") and pins.is_right("Lee", "0000")
    assert not pins.is_right("Kim", "0000") and not pins.is_right("Kim", "407") and not pins.is_right("Park", "4071")


def test_the_pin_stands_nowhere_and_its_hash_needs_the_key(engine: sa.Engine, pins: Pins) -> None:
    pins.keep("Kim", "4071")
    with engine.connect() as connection:
        ((holder, kept),) = connection.execute(sa.select(PINS))
    assert holder == "Kim" and kept.startswith("$argon2id$") and "4071" not in kept
    assert not QUICK.is_right("4071", kept) and not QUICK.is_right("4071 Kim", kept)
    assert not Pins(engine, QUICK, lambda purpose, text: derived_secret(f"other {text}", purpose)).is_right(
        "Kim", "4071"
    )


def test_a_change_needs_the_present_pin(pins: Pins) -> None:
    pins.keep("Kim", "4071")
    for present in (None, "", "1111"):
        with pytest.raises(WrongPinError):
            pins.keep("Kim", "2222", present)
    pins.keep("Kim", "2222", "4071")
    assert pins.is_right("Kim", "2222") and not pins.is_right("Kim", "4071")


def test_a_pin_is_deleted_by_whoever_knows_it(pins: Pins) -> None:
    pins.keep("Kim", "4071")
    with pytest.raises(WrongPinError):
        pins.forget("Kim", "0000")
    pins.forget("Kim", "4071")
    assert not pins.is_right("Kim", "4071")
    with pytest.raises(WrongPinError):
        pins.forget("Kim", "4071")


@pytest.mark.parametrize("pin", ["", "123", "12345", "12a4", "１２３４", "12 4", "1234\n"])
def test_a_pin_has_four_digits(pins: Pins, pin: str) -> None:
    with pytest.raises(PinError):
        pins.keep("Kim", pin)
