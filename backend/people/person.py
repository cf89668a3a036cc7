"""A person with an account."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from backend.people.roles import Role

_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")
_LONGEST = 254  # RFC 5321


@dataclass(frozen=True)
class Person:
    """A person as kept; times are seconds since 1970."""

    id: str
    email: str  # in lower case
    name: str
    role: Role
    is_active: bool
    is_verified: bool  # whether a mail to the address has arrived, or the outside provider vouches for it
    invited_by: str
    invited_at: float
    joined_at: float | None  # None while the invitation waits


class PeopleError(Exception):
    """Something about people cannot be done."""


class UnknownPersonError(PeopleError):
    """There is no such person."""


class LastOwnerError(PeopleError):
    """It would leave no owner who can sign in."""


class AddressTakenError(PeopleError):
    """Somebody with this address has an account already."""


def plain_address(email: str) -> str:
    """Return an e-mail address in lower case, without spaces around it.

    Raises:
        ValueError: It is none.
    """
    written = email.strip()
    plain = written.lower()
    # The Kelvin sign, a full-width letter: another address, which would be taken for the one with the plain letter.
    is_alike = unicodedata.normalize("NFKC", written) != written
    if is_alike or len(plain) > _LONGEST or not plain.isprintable() or not _ADDRESS.fullmatch(plain):
        raise ValueError("this is no e-mail address")
    return plain
