"""Naver Shopping search, for keys that are still alive.

Contract as documented by Naver (`GET /v1/search/shop.json`). Naver has ended it: since 31 July 2026 no new application
gets it, and it stops on 30 June 2027 (Naver's notice 32530, as an open-source client's change of July 2026 cites it).
So an end of service is one of the expected answers here, recognised from the ways in which ended services answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from backend.prices.http_service import HttpService, Reply, refuse
from backend.prices.matching import title_holds
from backend.prices.provider import Offer, PriceError, offer_order, plain_text, web_address

NAME: Final = "Naver Shopping"
END: Final = "Naver's shopping search takes no new keys since 2026-07-31 and ends on 2027-06-30"

_DISPLAY = 20
# productType 4-6 are used goods. The query leaves them out, but an answer may hold them all the same.
_USED_TYPES = frozenset({"4", "5", "6"})
# What Naver's error codes say, as a status of HTTP; others mean a query that is not accepted.
_MEANINGS = {"024": 401, "012": 429, "SE99": 500}


class NaverShopping:
    """Asks Naver's shopping search.

    Args:
        client_id: The application's id.
        client_secret: The application's secret.
        base_url: Scheme and host of the service.
        exclude: Kinds of offers left out, joined by colons; empty for none.
        seconds: Time limit of a query, the second try included.
        retries: Second tries after a dropped connection or a server's failure (0 or 1).
        now: The time of day, with its zone.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        base_url: str = "https://openapi.naver.com",
        exclude: str = "used:rental:cbshop",
        seconds: float = 1.5,
        retries: int = 1,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._headers = {
            "X-Naver-Client-Id": client_id,
            "X-Naver-Client-Secret": client_secret,
            "Accept": "application/json",
        }
        self._url = f"{base_url}/v1/search/shop.json"
        self._exclude = exclude
        self._now = now
        self._service = HttpService(NAME, seconds=seconds, retries=retries)

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people."""
        return NAME

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Return Naver's offers for a code: certain matches first, then by price. It knows no barcodes.

        Raises:
            PriceError: When Naver cannot or will not answer.
        """
        items = await self._service.within_limits(lambda: self._items(code))
        found = [offer for item in items if (offer := self._offer(item, code)) is not None]
        return tuple(sorted(found, key=offer_order))

    async def close(self) -> None:
        """Close the connections to Naver."""
        await self._service.close()

    async def _items(self, code: str) -> list[Any]:
        query = {"query": code, "display": str(_DISPLAY), "start": "1", "sort": "sim"}
        if self._exclude:
            query["exclude"] = self._exclude
        return _items(await self._service.call("GET", self._url, headers=self._headers, query=query))

    def _offer(self, item: Any, code: str) -> Offer | None:
        """Return one item of the answer as an offer; None for one that cannot be shown."""
        if not isinstance(item, dict) or str(item.get("productType", "")) in _USED_TYPES:
            return None
        name, url = plain_text(item.get("title")), web_address(item.get("link"))
        if not name or url is None:
            return None
        return Offer(
            name=name,
            image=web_address(item.get("image")),
            price=_won(item.get("lprice")),
            currency="KRW",
            mall=plain_text(item.get("mallName")) or "Naver",
            url=url,
            provider=NAME,
            fetched_at=self._now(),
            is_match=title_holds(name, code),
        )


def _items(reply: Reply) -> list[Any]:
    """Return the items of an answer, or raise what its status, error code or shape means.

    Raises:
        PriceError: With the reason.
        RetryableError: When the server failed.
    """
    status, answer = reply.status, reply.json()
    error_code = str(answer.get("errorCode", "")) if isinstance(answer, dict) else ""
    if status in {404, 410} or error_code == "SE05" or 300 <= status < 400:
        raise PriceError("service_ended", f"{NAME} no longer offers its search.")
    if error_code:
        status = _MEANINGS.get(error_code, max(status, 400))
    refuse(NAME, status, key="the key (NAVER_CLIENT_ID and NAVER_CLIENT_SECRET)")
    if isinstance(answer, dict) and isinstance(answer.get("items"), list):
        return list(answer["items"])
    if answer is None and reply.body.lstrip().startswith(b"<"):
        # A page for people in place of an answer for programs: the interface is gone.
        raise PriceError("service_ended", f"{NAME} no longer offers its search.")
    raise PriceError("unavailable", f"{NAME} sent an answer that cannot be read.")


def _won(value: object) -> Decimal | None:
    """Return a price in won; None when there is none (Naver writes 0 or nothing)."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        return None
    return Decimal(text) or None
