"""Forms whose text is dear to decode: exotic charsets, and percent signs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from benchmarks.attack.attack import Attack, Target

_BOUNDARY = "xyz"
_PATH = "/v1/predictions"


def charset_form(charset: str, value: bytes, fields: int = 1) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a form with the same value in every field, in a charset of the client's choice."""
    # A name that ends in a hyphen is itself in punycode.
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="f%d-"\r\n\r\n'
    parts = [(head % number).encode() + value + b"\r\n" for number in range(fields)]
    kind = f"multipart/form-data; boundary={_BOUNDARY}; charset={charset}"
    return {"Content-Type": kind}, b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _punycode(letters: int) -> bytes:
    """The letter б so many times, in punycode."""
    return b"90a" + b"a" * (letters - 1)


class _CharsetAttack(Attack, ABC):
    charset: ClassVar[str]
    fields: ClassVar[int] = 1

    @abstractmethod
    def value(self) -> bytes:
        """The text of a field."""

    def prepare(self) -> None:
        """Make the form."""
        self._headers, self._body = charset_form(self.charset, self.value(), self.fields)

    def strike(self, target: Target, number: int) -> None:
        """Send the form."""
        target.send(_PATH, number, data=self._body, headers=self._headers)


class Punycode(_CharsetAttack):
    """Decoding takes time by the square of the length."""

    name = "charset-punycode"
    title = "form field of 250 kB in the charset punycode"
    charset = "punycode"

    def value(self) -> bytes:
        """The same letter again and again; 1 MB would take over a minute."""
        return _punycode(250_000)


class Idna(_CharsetAttack):
    """As punycode, by another name."""

    name = "charset-idna"
    title = "form field of 300 kB in the charset idna"
    charset = "idna"

    def value(self) -> bytes:
        """One label of a name; 900 kB would take a quarter of a minute."""
        return b"xn--" + b"a" * 300_000


class ManyFields(_CharsetAttack):
    """Twenty fields in one form."""

    name = "charset-fields"
    title = "20 form fields of 50 kB in the charset punycode"
    charset = "punycode"
    fields = 20

    def value(self) -> bytes:
        """As one field, shorter."""
        return _punycode(50_000)


class PercentSigns(Attack):
    """Fields that are taken apart at every percent sign."""

    name = "percent-signs"
    title = "8 url-encoded fields of 1 MB of %"

    def prepare(self) -> None:
        """Make the body, every field just below its limit; 20 would take half a minute."""
        self._body = b"&".join([b"a=" + b"%" * 1_000_000] * 8)

    def strike(self, target: Target, number: int) -> None:
        """Send the form."""
        target.send(_PATH, number, data=self._body, headers={"Content-Type": "application/x-www-form-urlencoded"})


FORMS: tuple[type[Attack], ...] = (Punycode, Idna, ManyFields, PercentSigns)
