"""KicksDB: the market prices of StockX, GOAT, KREAM and of Shopify shops, found by style code and barcode.

Contract: docs/prices.md names the source of each fact and what could not be verified. Each index is a provider of its
own, so that one that is slow, refused or unknown to a key's plan takes nothing from the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal, get_args
from urllib.parse import quote, urlsplit

from backend.prices.http_service import HttpService, Reply, refuse
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
from ocr_model.codes.text import match_key

IndexName = Literal["stockx", "goat", "kream", "shopify"]
INDEX_NAMES: Final[tuple[IndexName, ...]] = get_args(IndexName)

_LIMIT = 5  # products that an answer may hold; each brings the prices of all its sizes
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,199}", re.ASCII)
_UNQUOTABLE = re.compile(r"[\"'\\\x00-\x1f]")
_LONGEST_SIZE = 20
# StockX, GOAT and KREAM list new shoes; a Shopify shop tells in the title.
_USED = re.compile(r"\b(?:used|pre-?owned|second[ -]?hand)\b|중고", re.IGNORECASE)


@dataclass(frozen=True)
class _Index:
    """What differs between the indexes."""

    shop: str  # as shown to people
    host: str  # that links lead to; "" where every shop has its own
    product_page: str  # address of a product's page, by its slug; "" where there is none
    search_page: str  # address of a search for its code; "" where there is none
    currency: str | None  # of prices that name none; None leaves those prices out
    size_system: str  # of sizes that name none
    knows_barcodes: bool  # whether products can be found by barcode


_INDEXES: Final[dict[IndexName, _Index]] = {
    "stockx": _Index(
        "StockX", "stockx.com", "https://stockx.com/{}", "https://stockx.com/search?s={}", "USD", "", True
    ),
    "goat": _Index("GOAT", "goat.com", "https://www.goat.com/sneakers/{}", "", None, "US", False),
    "kream": _Index("KREAM", "kream.co.kr", "", "https://kream.co.kr/search?keyword={}", "KRW", "", False),
    "shopify": _Index("Shopify", "", "", "", None, "", True),
}


class KicksDb:
    """Asks one index of KicksDB.

    Args:
        index: stockx, goat, kream or shopify.
        key: The account's key.
        base_url: Scheme and host of the service.
        seconds: Time limit of a query, the second try included.
        retries: Second tries after a dropped connection or a server's failure (0 or 1).
        now: The time of day, with its zone.
    """

    def __init__(
        self,
        index: IndexName,
        key: str,
        *,
        base_url: str = "https://api.kicks.dev",
        seconds: float = 2.5,
        retries: int = 1,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._index = _INDEXES[index]
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._url = f"{base_url}/v3/{index}/products"
        self._now = now
        self._service = HttpService(self._title, seconds=seconds, retries=retries)

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people: the shop."""
        return self._index.shop

    @property
    def _title(self) -> str:
        return f"KicksDB ({self._index.shop})"

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Return the lowest ask of each product that has the code or the barcode.

        Raises:
            PriceError: When KicksDB cannot or will not answer.
        """
        products = await self._service.within_limits(lambda: self._products(code, gtin))
        found = [offer for product in products if (offer := self._offer(product, code)) is not None]
        return tuple(sorted(found, key=offer_order))

    async def close(self) -> None:
        """Close the connections to KicksDB."""
        await self._service.close()

    async def _products(self, code: str, gtin: str | None) -> list[dict[str, Any]]:
        """Ask by filter; where that finds nothing, by words, and keep what holds the code.

        A product that was sold under several codes has them all in one field (`315122-111/CW2288-111`), which no
        filter for equality finds.
        """
        products = await self._ask({"filters": self._filter(code, gtin)})
        if not products:
            products = [product for product in await self._ask({"query": code}) if _has_code(product, code)]
        return products

    def _filter(self, code: str, gtin: str | None) -> str:
        spellings = dict.fromkeys((code, code.replace("-", " "), code.replace(" ", "-")))
        filters = [f'sku = "{_UNQUOTABLE.sub("", spelling)}"' for spelling in spellings]
        if gtin is not None and self._index.knows_barcodes:
            # A UPC of twelve digits is the same number as the EAN that a zero begins.
            numbers = dict.fromkeys((gtin, gtin.removeprefix("0") if len(gtin) == 13 else gtin, gtin.zfill(13)))
            filters.append("barcodes IN [{}]".format(", ".join(f'"{number}"' for number in numbers)))
        return " OR ".join(filters)

    async def _ask(self, question: dict[str, str]) -> list[dict[str, Any]]:
        query = {**question, "limit": str(_LIMIT), "display[variants]": "true"}
        return self._data(await self._service.call("GET", self._url, headers=self._headers, query=query))

    def _data(self, reply: Reply) -> list[dict[str, Any]]:
        """Return the products of an answer, or raise what its status or shape means.

        Raises:
            PriceError: With the reason.
            RetryableError: When the server failed.
        """
        status = reply.status
        if status == 403:
            raise PriceError("key_refused", f"{self._title} is not part of the key's plan (TAGS_KICKSDB_INDEXES).")
        refuse(self._title, status, key="the key (KICKSDB_API_KEY)")
        answer = reply.json() if status == 200 else None
        data = answer.get("data", ()) if isinstance(answer, dict) else ()
        if data is None:  # nothing found
            return []
        if not isinstance(data, list):
            raise PriceError("unavailable", f"{self._title} sent an answer that cannot be read ({status}).")
        return [product for product in data if isinstance(product, dict)]

    def _offer(self, product: dict[str, Any], code: str) -> Offer | None:
        """Return a product at its lowest ask; None for one that cannot be shown."""
        name = plain_text(product.get("title")) or plain_text(product.get("name"))
        url = self._page(product)
        if not name or url is None or _USED.search(name):
            return None
        now = self._now()
        lowest = min(self._asks(product, now), key=lambda ask: ask.price, default=None)
        return Offer(
            name=name,
            image=_picture(product),
            price=lowest.price if lowest else None,
            currency=lowest.currency if lowest else self._index.currency or "USD",
            mall=plain_text(product.get("shop_name")) or self._index.shop,
            url=url,
            provider=self._index.shop,
            fetched_at=lowest.at if lowest else now,
            is_match=_has_code(product, code),
            size=lowest.size if lowest else "",
        )

    def _page(self, product: dict[str, Any]) -> str | None:
        """The product's page; a link that leads elsewhere is not followed up."""
        index = self._index
        link = web_address(product.get("link")) or web_address(product.get("url"))
        host = (urlsplit(link).hostname or "") if link else ""
        if link and (not index.host or host == index.host or host.endswith(f".{index.host}")):
            return link
        slug, sku = product.get("slug"), plain_text(product.get("sku"))
        if index.product_page and isinstance(slug, str) and _SLUG.fullmatch(slug):
            return index.product_page.format(slug)
        return index.search_page.format(quote(sku, safe="")) if index.search_page and sku else None

    def _asks(self, product: dict[str, Any], now: datetime) -> Iterator[_Ask]:
        """The prices of the product's sizes, all in one currency: the first that is named."""
        variants = product.get("variants")
        currency: str | None = None
        for variant in variants if isinstance(variants, list) else ():
            ask = self._ask_of(variant, now)
            if ask is not None and currency in {None, ask.currency}:
                currency = ask.currency
                yield ask
        price = exact_price(product.get("min_price"))
        if currency is None and price is not None and self._index.currency is not None:
            yield _Ask(price, self._index.currency, "", _moment(product.get("updated_at"), now))

    def _ask_of(self, variant: Any, now: datetime) -> _Ask | None:
        if not isinstance(variant, dict) or variant.get("available") is False or variant.get("hidden") is True:
            return None
        price = exact_price(variant.get("lowest_ask")) or exact_price(variant.get("price"))
        named = currency_code(variant.get("currency"))
        if "lowest_ask_converted" in variant:
            # `lowest_ask` is what the shop asks, in its own money; `currency` is that of the converted number.
            is_converted = named != self._index.currency and variant["lowest_ask_converted"] == variant["lowest_ask"]
            price, named = (None if is_converted else price), self._index.currency
        currency = named or self._index.currency
        if price is None or currency is None:
            return None
        return _Ask(price, currency, self._size(variant), _moment(variant.get("updated_at"), now))

    def _size(self, variant: dict[str, Any]) -> str:
        options = variant.get("options")
        size = variant.get("size") or (options.get("Size") if isinstance(options, dict) else None)
        text = plain_text(str(size) if isinstance(size, int | Decimal) else size)
        system = plain_text(variant.get("size_type")).upper().partition(" ")[0] or self._index.size_system
        return f"{system} {text}".strip()[:_LONGEST_SIZE] if text else ""


@dataclass(frozen=True)
class _Ask:
    """The lowest price that is asked for a size."""

    price: Decimal
    currency: str  # ISO 4217
    size: str  # with its system; "" for all
    at: datetime  # when it was so


def _has_code(product: dict[str, Any], code: str) -> bool:
    """Whether the product has exactly this code, among its codes or in its title."""
    codes = plain_text(product.get("sku")).split("/")
    names = (plain_text(product.get("title")), plain_text(product.get("name")))
    key = match_key(code)
    has_it = bool(key) and any(match_key(part) == key for part in codes)
    return has_it or any(title_holds(name, code) for name in names)


def _picture(product: dict[str, Any]) -> str | None:
    images = product.get("images")
    first = images[0] if isinstance(images, list) and images else None
    return web_address(product.get("image")) or web_address(product.get("image_url")) or web_address(first)


def _moment(value: object, now: datetime) -> datetime:
    """Return the time of a price; the present one where none, an unreadable one or a future one is given."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else now
    except ValueError:
        return now
    return at if at.tzinfo is not None and at <= now else now
