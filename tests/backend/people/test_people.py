"""People, invitations and sessions in both databases, also when two ask at once."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.people.people import People
from backend.people.person import AddressTakenError, LastOwnerError, plain_address
from backend.people.sessions import Sessions, SignInError
from backend.people.tables import open_people


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'people.sqlite3'}"
    database: str = request.getfixturevalue("postgres")
    return database


@pytest.fixture
def both(url: str) -> Iterator[tuple[People, Sessions]]:
    engine = open_people(url)
    yield People(engine, lambda: 1000.0), Sessions(engine, lambda: 1000.0)
    engine.dispose()


def joined(people: People, email: str, role: str = "owner") -> str:
    person = people.invite(email, name="", role=role, by="")
    accepted = people.accept(people.new_invitation(person.id, is_mailed=False), name="A", password="hash")
    assert accepted is not None
    return accepted.id


AGREED = {
    "password": None,
    "redirect_uri": "r",
    "scope": "openid",
    "nonce": None,
    "challenge": None,
    "challenge_method": None,
}


def begun(sessions: Sessions, person: str) -> str:
    """The secret of a session that has begun."""
    sessions.give_code("a code", person, **AGREED)
    code = sessions.take_code("a code")
    assert code is not None
    return code.session.secret


def test_of_two_that_use_the_same_secret_at_once_one_does(both: tuple[People, Sessions]) -> None:
    people, sessions = both
    person = people.invite("ada@example.com", name="", role="viewer", by="").id
    invitation = people.new_invitation(person, is_mailed=False)
    with ThreadPoolExecutor(4) as threads:
        accepted = list(threads.map(lambda n: people.accept(invitation, name="A", password="h"), range(4)))
        assert sum(one is not None for one in accepted) == 1
        sessions.give_code("code", person, **AGREED)
        taken = list(threads.map(lambda n: sessions.take_code("code"), range(4)))
    assert sum(one is not None for one in taken) == 1


def test_a_sign_in_that_ends_with_signing_out_everywhere_leaves_no_session(both: tuple[People, Sessions]) -> None:
    people, sessions = both
    person = joined(people, "ada@example.com")
    with ThreadPoolExecutor(2) as threads:
        for number in range(40):
            code = f"code {number}"
            sessions.give_code(code, person, **AGREED)
            taken = threads.submit(sessions.take_code, code)
            threads.submit(people.sign_out_everywhere, person).result()
            begun_with = taken.result()
            assert begun_with is None or sessions.who(begun_with.session.secret) is None


def test_a_code_needs_the_password_that_is_still_the_persons(both: tuple[People, Sessions]) -> None:
    people, sessions = both
    person = joined(people, "ada@example.com")
    joined(people, "owner@example.com")
    sessions.give_code("first", person, **AGREED | {"password": "hash"})
    people.accept(people.new_invitation(person, is_mailed=False), name="A", password="another hash")
    assert sessions.take_code("first") is None
    with pytest.raises(SignInError):
        sessions.give_code("second", person, **AGREED | {"password": "hash"})
    people.change(person, is_active=False)
    for password in ("another hash", None):
        with pytest.raises(SignInError):
            sessions.give_code("third", person, **AGREED | {"password": password})
    assert sessions.take_code("third") is None


def test_a_hash_that_is_renewed_late_brings_no_old_password_back(both: tuple[People, Sessions]) -> None:
    people, _ = both
    person = joined(people, "ada@example.com")
    people.renew_password(person, "hash", "the same, hashed anew")
    people.renew_password(person, "hash", "too late")
    known = people.with_password("ada@example.com")
    assert known is not None
    assert known[1] == "the same, hashed anew"


def test_two_owners_that_leave_at_once_leave_one(both: tuple[People, Sessions]) -> None:
    people, _ = both
    owners = [joined(people, f"owner-{n}@example.com") for n in range(2)]

    def leave(person: str) -> bool:
        try:
            people.change(person, role="viewer")
        except LastOwnerError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(leave, owners)) == [False, True]
    assert sorted(person.role for person in people.all()) == ["owner", "viewer"]


def test_an_address_has_one_account_however_it_is_written(both: tuple[People, Sessions]) -> None:
    people, _ = both
    people.invite(" Ada@Example.com", name="", role="viewer", by="")
    with pytest.raises(AddressTakenError):
        people.invite("ada@example.COM", name="", role="owner", by="")


def test_a_session_survives_a_restart_and_ends_with_the_person(url: str) -> None:
    engine = open_people(url)
    person = joined(People(engine, lambda: 1000.0), "ada@example.com")
    secret = begun(Sessions(engine, lambda: 1000.0), person)
    engine.dispose()
    engine = open_people(url)
    people, sessions = People(engine, lambda: 1000.0), Sessions(engine, lambda: 1000.0)
    people.invite("another@example.com", name="", role="viewer", by="")
    found = sessions.who(secret)
    assert found is not None
    assert found.id == person
    people.change(person, name="New")
    assert sessions.who(secret).name == "New"
    joined(people, "owner@example.com")
    people.remove(person)
    assert sessions.who(secret) is None
    engine.dispose()


def test_secrets_are_kept_as_hashes_alone(tmp_path: Path) -> None:
    engine = open_people(f"sqlite:///{tmp_path / 'people.sqlite3'}")
    people, sessions = People(engine, lambda: 1000.0), Sessions(engine, lambda: 1000.0)
    person = joined(people, "ada@example.com")
    secrets = [begun(sessions, person), people.new_invitation(person, is_mailed=False)]
    engine.dispose()
    with sqlite3.connect(tmp_path / "people.sqlite3") as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert "ada@example.com" in dump
    assert not [secret for secret in secrets if secret in dump]


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ada",
        "a b@c",
        "a@b\nBcc: c@d",
        "<a@b>",
        "a@b,c@d",
        "@b",
        "a@",
        "a" * 251 + "@b.c",
        "\u212aim@b.c",
        "ada@\uff42.c",
    ],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        plain_address(wrong)
