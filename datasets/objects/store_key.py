"""The store's key: signs readings and champions, so that nothing but its backends and workers can make them up.

Each purpose has a key of its own, derived from the store's, so that a signature for one is worth nothing for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Self

from datasets.objects.canonical import canonical_json

SHORTEST = 32  # characters
_DERIVED = b"shoe-tag store key, 1: "


class StoreKey:
    """A secret that all backends and workers of one store share. Its `repr` does not show it.

    Args:
        secret: the secret's bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that a setting or a file spells.

        Raises:
            ValueError: it is too short, or holds other than printable ASCII characters without spaces; the message
                does not show it.
        """
        if len(text) < SHORTEST or not all("!" <= sign <= "~" for sign in text):
            raise ValueError(f"must have {SHORTEST} or more printable ASCII characters without spaces")
        return cls(text.encode())

    @staticmethod
    def draw() -> str:
        """A new random key as text, for `parse`."""
        return secrets.token_urlsafe(SHORTEST)

    def derived(self, name: str) -> Self:
        """A key of its own, for a part of the service whose signatures are worth nothing elsewhere."""
        return type(self)(hmac.digest(self._secret, _DERIVED + f"part {name}".encode(), hashlib.sha256))

    def sign(self, purpose: str, content: object) -> str:
        """The signature of a value.

        Args:
            purpose: what the signature is for.
            content: any value that JSON can hold.

        Returns:
            HMAC-SHA-256 of the canonical JSON, in 43 characters of the URL-safe base64.
        """
        derived = hmac.digest(self._secret, _DERIVED + purpose.encode(), hashlib.sha256)
        signature = hmac.digest(derived, canonical_json(content), hashlib.sha256)
        return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()

    def matches(self, purpose: str, content: object, signature: str) -> bool:
        """Whether `sign` gives this signature; the time of the comparison does not depend on it."""
        return hmac.compare_digest(self.sign(purpose, content).encode(), signature.encode("utf-8", "surrogatepass"))
