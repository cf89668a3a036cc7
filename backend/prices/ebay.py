"""eBay's listings of new goods at a fixed price (Browse API), found by keyword and barcode.

Contract: docs/prices.md names the source of each fact and what could not be verified.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from backend.prices.ebay_token import EbayToken
from backend.prices.http_service import HttpService, Reply, RetryableError, refuse
from backend.prices.matching import title_holds
from backend.prices.provider import (
    Offer,
    PriceError,
    currency_code,
    exact_price,
    offer_order,
    plain_text,
    web_address,
)

NAME: Final = "eBay"

_LIMIT = 20
_NEW = frozenset({"1000", "1500"})  # new; new, without box
_FILTER = f"conditionIds:{{{'|'.join(sorted(_NEW))}}},buyingOptions:{{FIXED_PRICE}}"
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*ebay\.(?:com|[a-z]{2}|co\.[a-z]{2}|com\.[a-z]{2})")
# Signs that the search reads as operators: alternatives, wildcard, exclusion.
_OPERATORS = re.compile(r"[(),*\"]|(?<!\S)-")


class EbayBrowse:
    """Asks eBay's search.

    Args:
        client_id: The application's id.
        client_secret: Its secret.
        base_url: Scheme and host of the service.
        marketplace: The eBay site, such as EBAY_US.
        seconds: Time limit of a query, the token and the second try included.
        retries: Second tries after a dropped connection or a server's failure (0 or 1).
        now: The time of day, with its zone.
        clock: Seconds from any start, never running backwards; for the token.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        base_url: str = "https://api.ebay.com",
        marketplace: str = "EBAY_US",
        seconds: float = 2.5,
        retries: int = 1,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = f"{base_url}/buy/browse/v1/item_summary/search"
        self._marketplace = marketplace
        self._now = now
        self._service = HttpService(NAME, seconds=seconds, retries=retries)
        self._token = EbayToken(self._service, client_id, client_secret, base_url=base_url, clock=clock)

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people."""
        return NAME

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Return eBay's offers for a code and a barcode: certain matches first, then by price.

        Raises:
            PriceError: When eBay cannot or will not answer.
        """
        items = await self._service.within_limits(lambda: self._items(code, gtin))
        found: dict[str, Offer] = {}
        for item in items:
            offer = self._offer(item, code)
            if offer is not None and offer.url is not None:
                found.setdefault(offer.url, offer)  # found by keyword and by barcode
        return tuple(sorted(found.values(), key=offer_order))

    async def close(self) -> None:
        """Close the connections to eBay."""
        await self._service.close()

    async def _items(self, code: str, gtin: str | None) -> list[Any]:
        questions = [{"q": " ".join(_OPERATORS.sub(" ", code).split())}]
        if gtin is not None:
            # The documented `gtin` is for UPC only, and never beside `q`; other barcodes are searched for as keywords.
            upc = gtin.removeprefix("0") if len(gtin) == 13 else gtin
            questions.append({"gtin": upc} if len(upc) == 12 else {"q": gtin})
        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._ask(question)) for question in questions if all(question.values())]
        except* (PriceError, RetryableError) as failed:
            raise failed.exceptions[0] from None
        return [item for task in asked for item in task.result()]

    async def _ask(self, question: dict[str, str]) -> list[Any]:
        query = {**question, "limit": str(_LIMIT), "filter": _FILTER}
        for is_last in (False, True):
            token = await self._token.get()
            headers = {
                "Authorization": f"Bearer {token}",
                "X-EBAY-C-MARKETPLACE-ID": self._marketplace,
                "Accept": "application/json",
            }
            reply = await self._service.call("GET", self._url, headers=headers, query=query)
            if reply.status != 401 or is_last:
                break
            self._token.forget(token)  # taken back before its time
        return _items(reply)

    def _offer(self, item: Any, code: str) -> Offer | None:
        """Return one item of the answer as an offer; None for one that cannot be shown."""
        if not isinstance(item, dict) or str(item.get("conditionId", "")) not in _NEW:
            return None
        options = item.get("buyingOptions")
        if isinstance(options, list) and "FIXED_PRICE" not in options:
            return None
        name, url = plain_text(item.get("title")), web_address(item.get("itemWebUrl"))
        if not name or url is None or _HOST.fullmatch((urlsplit(url).hostname or "").lower()) is None:
            return None
        price, currency = _price(item.get("price"))
        image = item.get("image")
        return Offer(
            name=name,
            image=web_address(image.get("imageUrl")) if isinstance(image, dict) else None,
            price=price,
            currency=currency,
            mall=NAME,
            url=url,
            provider=NAME,
            fetched_at=self._now(),
            is_match=title_holds(name, code),
        )


def _items(reply: Reply) -> list[Any]:
    """Return the items of an answer, or raise what its status or shape means.

    Raises:
        PriceError: With the reason.
        RetryableError: When the server failed.
    """
    status = reply.status
    refuse(NAME, status, key="the application's token (EBAY_CLIENT_ID)")
    answer = reply.json() if status == 200 else None
    # An answer without items leaves the field out.
    items = answer.get("itemSummaries", [] if "total" in answer else None) if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise PriceError("unavailable", f"eBay sent an answer that cannot be read ({status}).")
    return items


def _price(value: Any) -> tuple[Decimal | None, str]:
    """Return the price as the seller names it, and its currency: what eBay has converted is taken back."""
    if not isinstance(value, dict):
        return None, "USD"
    for amount, currency in (("convertedFromValue", "convertedFromCurrency"), ("value", "currency")):
        price, code = exact_price(value.get(amount)), currency_code(value.get(currency))
        if price is not None and code is not None:
            return price, code
    return None, "USD"
