"""Passwords are kept as argon2id, and compared as people type them."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from backend.people.passwords import PasswordError, Passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def test_the_usual_parameters_are_those_of_the_rfc() -> None:
    kept = Passwords().hash("correct horse", "a@b.c")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_only_the_password_is_right_however_it_is_composed() -> None:
    passwords = Passwords(QUICK)
    kept = passwords.hash("비밀번호비밀번호비밀", "a@b.c")
    assert passwords.is_right("비밀번호비밀번호비밀", kept)
    assert passwords.is_right(unicodedata.normalize("NFD", "비밀번호비밀번호비밀"), kept)
    for wrong in ("", "비밀번호비밀번호비", "비밀번호비밀번호비밀 ", "x" * 10_000, "\udcff" * 10):
        assert not passwords.is_right(wrong, kept)
    assert not passwords.is_right("anything", None)
    assert not passwords.is_right("nobody's", None)
    assert not passwords.is_right("anything", "damaged")


@pytest.mark.parametrize("refused", ["", "short", "a" * 257, "ADA@example.com"])
def test_passwords_that_are_not_taken(refused: str) -> None:
    with pytest.raises(PasswordError):
        Passwords(QUICK).hash(refused, "ada@example.com")


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert Passwords().is_outdated(Passwords(QUICK).hash("correct horse", "a@b.c"))
