"""A catalogue, and products for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.prices.product_catalogue import Product, ProductCatalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> ProductCatalogue:
    return ProductCatalogue(tmp_path / "data" / "catalogue.sqlite3")


@pytest.fixture
def product() -> Callable[..., Product]:
    """Make a product, the same one unless fields are given."""

    def make(code: str = "CW2288-111", name: str = "에어포스 1", brand: str = "Nike", **fields: object) -> Product:
        usual: dict[str, object] = {
            "price": 129000,
            "currency": "KRW",
            "url": "https://www.shop.example/1",
            "image": "https://shop.example/1.jpg",
            "seen_at": datetime(2026, 1, 31, 12, tzinfo=UTC),
        }
        return Product(code, name, brand, **usual | fields)

    return make
