"""How many passwords may be tried: by account, by address, by both together, and by browsers that are known."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Final

from backend.http.rate_limit import Allowances, MakeAllowances, TokenBuckets, own_allowances

# Attempts at once, and those that come back per minute.
_OF_PAIR = (5, 1.0)
_OF_ADDRESS = (40, 10.0)
_OF_ACCOUNT = (40, 10.0)

DEVICE_COOKIE: Final = "account_device"
DEVICE_SECONDS: Final = 180 * 86_400
_LONGEST_COOKIE = 200


class Attempts:
    """Counts wrong passwords. For the event loop only (no lock).

    The pair of account and address has the tight limit: whoever guesses locks out their own address at that account,
    not the account's owner elsewhere and not the other accounts at that address. The limits of an address and of an
    account alone are wide, and only slow down many guesses at many accounts or from many addresses.

    Whoever has many addresses could keep an account's limit used up, and a neighbour behind the same address that of
    the address. So a browser in which the account has signed in before has a limit of its own, whatever others do
    (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).

    Args:
        clock: Seconds from any start, never running backwards.
        make: Makes the allowances; several backends may count together.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, make: MakeAllowances = own_allowances) -> None:
        def counted(kind: str, limit: tuple[int, float]) -> Allowances:
            return make(kind, TokenBuckets(limit[1], limit[0], clock=clock))

        self._pairs = counted("password-pair", _OF_PAIR)
        self._devices = counted("password-device", _OF_PAIR)
        self._addresses = counted("password-address", _OF_ADDRESS)
        self._accounts = counted("password-account", _OF_ACCOUNT)

    async def begin(self, email: str, client: str, device: str | None = None) -> float:
        """Take an attempt, before the password is looked at; return 0, or the seconds until there is one.

        Args:
            email: Names the account, whether there is one or not.
            client: The client's name, from `bucket_name`.
            device: Names a browser in which the account has signed in before, from `Devices`; None: another one.
        """
        taken: list[tuple[Allowances, str]] = []
        for buckets, name in self._named(email, client, device):
            wait = await buckets.take(name)
            if wait > 0:
                for other, other_name in taken:
                    await other.charge(other_name, -1.0)
                return wait
            taken.append((buckets, name))
        return 0.0

    async def give_back(self, email: str, client: str, device: str | None = None) -> None:
        """Give an attempt back whose password was right, or was not looked at."""
        for buckets, name in self._named(email, client, device):
            await buckets.charge(name, -1.0)

    def _named(self, email: str, client: str, device: str | None) -> tuple[tuple[Allowances, str], ...]:
        if device is not None:
            return ((self._devices, f"{email} {device}"),)
        # The address first: one that has used its limit up makes no buckets of made-up accounts, which would push those
        # of its own guesses out.
        return (self._addresses, client), (self._pairs, f"{email} {client}"), (self._accounts, email)


class Devices:
    """Browsers in which people have signed in, told by a cookie that holds nothing but a random name and a code.

    Args:
        sign: Makes a code of a text for a purpose, which only this service can make.
    """

    def __init__(self, sign: Callable[[str, str], str]) -> None:
        self._sign = sign

    def known(self, cookie: str, email: str) -> str | None:
        """Return the name of a browser in which an account has signed in; None for a cookie that does not say so."""
        name, _, code = cookie.partition(".")
        if not code or len(cookie) > _LONGEST_COOKIE:
            return None
        is_right = hmac.compare_digest(code.encode(), self._code(name, email).encode())
        return name if is_right else None

    def cookie(self, email: str, name: str | None) -> str:
        """Return the cookie of a browser in which an account has signed in now.

        Args:
            email: Names the account.
            name: From `known`; None draws one.
        """
        name = name or secrets.token_urlsafe(16)
        return f"{name}.{self._code(name, email)}"

    def _code(self, name: str, email: str) -> str:
        return self._sign("device", f"{name} {email}")
