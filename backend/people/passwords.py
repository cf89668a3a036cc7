"""Passwords, hashed by argon2id with the parameters of RFC 9106 (second recommendation: 64 MiB)."""

from __future__ import annotations

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST: Final = 10
LONGEST: Final = 256


class PasswordError(ValueError):
    """A password that is not taken."""


class Passwords:
    """Hashes and verifies passwords; each call takes tens of milliseconds and 64 MiB.

    Args:
        hasher: Parameters of the hash; None takes those of RFC 9106.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        # Verified where there is no account, so that the time of an answer does not tell.
        self._nobodys = self._hasher.hash("nobody's")

    def hash(self, password: str, email: str) -> str:
        """Return the hash of a new password.

        Raises:
            PasswordError: It is too short or too long, or the e-mail address itself.
        """
        plain = _normal(password)
        if not SHORTEST <= len(plain) <= LONGEST or plain.casefold() == email.casefold():
            raise PasswordError(f"a password has {SHORTEST} to {LONGEST} characters, and is not the address")
        return self._hasher.hash(_bytes(plain))

    def is_right(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one whose hash is kept; None takes as long and is never right."""
        plain = _normal(password)[: LONGEST + 1]
        try:
            self._hasher.verify(self._nobodys if kept is None else kept, _bytes(plain))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _bytes(plain: str) -> bytes:
    return plain.encode("utf-8", "surrogatepass")


def _normal(password: str) -> str:
    # Keyboards and systems compose Hangul and accents differently (NIST SP 800-63B recommends NFKC).
    return unicodedata.normalize("NFKC", password)
