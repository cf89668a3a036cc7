"""Offers from the product catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal

from backend.prices.product_catalogue import CatalogueError, Product, ProductCatalogue
from backend.prices.provider import Offer, PriceError, offer_order, web_address

_NAME = "Catalogue"


class CatalogueProvider:
    """Offers the products of the catalogue: only certain matches, at once, without a network.

    Args:
        catalogue: The products.
    """

    def __init__(self, catalogue: ProductCatalogue) -> None:
        self._catalogue = catalogue

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people."""
        return _NAME

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Return the catalogue's products of this code, the cheapest first.

        Raises:
            PriceError: When the catalogue's file is broken.
        """
        try:
            products = await asyncio.to_thread(self._catalogue.find, code)
        except CatalogueError as error:
            raise PriceError("unavailable", "The product catalogue cannot be read.") from error
        return tuple(sorted((offer for product in products for offer in _offers(product)), key=offer_order))

    async def close(self) -> None:
        """Do nothing: the catalogue keeps no connection open."""


def _offers(product: Product) -> Iterator[Offer]:
    """Return the product as an offer, without addresses that are unsafe: the file may have been edited by hand."""
    url = web_address(product.url)
    if url is not None:
        yield Offer(
            name=product.name,
            image=web_address(product.image),
            price=None if product.price is None else Decimal(product.price),
            currency=product.currency,
            mall=product.seller,
            url=url,
            provider=_NAME,
            fetched_at=product.seen_at,
            is_match=True,
            size=product.size,
        )
