"""Only addresses that are safe behind a link."""

import pytest

from backend.prices.provider import web_address


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/a?b=c#d",
        "http://shop.example:8080",
        "HTTPS://SHOP.EXAMPLE/x",
        "https://한글.kr/신발",
    ],
)
def test_web_addresses_pass(address: str) -> None:
    assert web_address(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<p>",
        "ftp://shop.example", "//shop.example", "shop.example", "https://", "https:shop",
        "https://user:pass@shop.example", "https://shop.ex ample", "https://shop.example:port",
        "https://shop\\.example", "https://shop.example/\u202e", "", None, 5, b"https://x",
        "https://shop.example/" + "x" * 3000, "http://[::1",
    ],
)  # fmt: skip
def test_nothing_else_does(address: object) -> None:
    assert web_address(address) is None
