"""PINs that people draw: kept as hashes, and compared with what is drawn later."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from backend.people.passwords import Passwords
from backend.people.tables import PINS

DIGITS: Final = 4
_PIN: Final = re.compile(rf"[0-9]{{{DIGITS}}}", re.ASCII)


class PinError(ValueError):
    """A PIN that is not taken."""


class WrongPinError(PinError):
    """Somebody has a PIN already, and another one was given as the present one."""


class Pins:
    """PINs by the name of their holder.

    There are ten thousand PINs, so whoever has the database could try them all against a hash alone. What is hashed is
    therefore a code that only this service can make of holder and PIN, with a key that is not in the database.

    Args:
        engine: The people's database.
        passwords: Hashes the codes.
        sign: Makes a code of a text for a purpose, which only this service can make.
    """

    def __init__(self, engine: sa.Engine, passwords: Passwords, sign: Callable[[str, str], str]) -> None:
        self._engine, self._passwords, self._sign = engine, passwords, sign

    def keep(self, holder: str, pin: str, present: str | None = None) -> None:
        """Keep a holder's PIN.

        Args:
            holder: Who it is.
            pin: Four digits.
            present: The holder's PIN until now, if there is one.

        Raises:
            PinError: It has not four digits.
            WrongPinError: The holder has another PIN than `present`.
        """
        if not _PIN.fullmatch(pin):
            raise PinError(f"a PIN has {DIGITS} digits")
        kept = self._kept(holder)
        if kept is not None and not (present and self.is_right(holder, present)):
            raise WrongPinError("the holder has another PIN")
        hashed = self._passwords.hash(self._code(holder, pin), holder)
        with self._engine.begin() as connection:
            if kept is None:
                try:
                    connection.execute(PINS.insert().values(holder=holder, pin=hashed))
                except sa.exc.IntegrityError as error:  # meanwhile, by another request
                    raise WrongPinError("the holder has another PIN") from error
            else:
                # Only in place of the one that was compared.
                change = PINS.update().where(PINS.c.holder == holder, PINS.c.pin == kept).values(pin=hashed)
                if connection.execute(change).rowcount != 1:
                    raise WrongPinError("the holder has another PIN")

    def is_right(self, holder: str, pin: str) -> bool:
        """Whether a PIN is the holder's; for an unknown holder it takes as long, and is not."""
        return self._passwords.is_right(self._code(holder, pin), self._kept(holder))

    def forget(self, holder: str, pin: str) -> None:
        """Delete a holder's PIN.

        Raises:
            WrongPinError: It is another one, or there is none.
        """
        if not self.is_right(holder, pin):
            raise WrongPinError("the holder has another PIN")
        with self._engine.begin() as connection:
            connection.execute(PINS.delete().where(PINS.c.holder == holder))

    def _kept(self, holder: str) -> str | None:
        with self._engine.connect() as connection:
            kept: str | None = connection.execute(sa.select(PINS.c.pin).where(PINS.c.holder == holder)).scalar()
        return kept

    def _code(self, holder: str, pin: str) -> str:
        return self._sign("pin", f"{pin} {holder}")
