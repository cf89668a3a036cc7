"""Prices over HTTP: catalogue, tags and services together; and why there is none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from backend.prices.csv_text import read_csv_text
from backend.prices.product_catalogue import ProductCatalogue
from backend.prices.product_csv import products_of
from backend.settings import Settings

KEYS = {"naver_client_id": SecretStr("id"), "naver_client_secret": SecretStr("secret")}


def test_without_a_key_the_searches_stay(client: TestClient) -> None:
    body = client.get("/v1/products", params={"code": "cw2288–111"}).json()
    assert body["code"] == "CW2288-111"
    assert "Nike" in {found["brand"] for found in body["formats"]}
    assert body["products"] == []
    assert body["reason"]["kind"] == "not_found"
    assert "key" not in body["reason"]["message"]
    assert body["missing"] == []
    assert [search["name"] for search in body["searches"]] == ["Naver Shopping", "KREAM", "Google"]
    assert all(search["url"].endswith("=CW2288-111") for search in body["searches"])


def test_the_catalogue_answers_and_an_import_counts_at_once(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    csv = tmp_path / "products.csv"
    csv.write_text(
        "code,name,brand,price,currency,url,image\n"
        "CW2288-111,Air Force 1,Nike,129000,KRW,https://shop.example/1,https://shop.example/1.jpg\n"
    )
    ProductCatalogue(settings.catalogue).import_products(products_of(csv, read_csv_text(csv)))
    body = client.get("/v1/products?code=CW2288111").json()
    assert body["reason"] is None
    (product,) = body["products"]
    assert product.pop("fetched_at").endswith("Z")
    assert product == {
        "name": "Air Force 1",
        "image": "https://shop.example/1.jpg",
        "price": 129000,
        "currency": "KRW",
        "mall": "shop.example",
        "url": "https://shop.example/1",
        "provider": "Catalogue",
        "is_match": True,
        "size": "",
        "source": "shop",
    }


def test_naver_answers_through_cache_and_metrics(start: Callable[..., TestClient], shop: Any) -> None:
    client = start(naver_base_url=shop.url, **KEYS)
    shop.sends_items(
        {"title": "<b>CW2288-111</b>", "link": "https://x.example", "lprice": "5", "mallName": "m"},
        {"title": "other", "link": "https://y.example", "lprice": "1", "mallName": "m"},
    )
    for _ in range(2):
        body = client.get("/v1/products?code=CW2288-111").json()
        assert [(p["name"], p["is_match"]) for p in body["products"]] == [
            ("CW2288-111", True),
            ("other", False),
        ]
        assert body["reason"] is None
    assert len(shop.requests) == 1
    assert 'tags_price_answers_total{outcome="match",provider="Naver Shopping"} 2.0' in client.get("/metrics").text


def test_a_dead_service_costs_time_only_until_the_breaker_opens(start: Callable[..., TestClient], shop: Any) -> None:
    client = start(naver_base_url=shop.url, price_seconds=0.2, price_breaker_failures=2, **KEYS)
    shop.hangs()
    reasons = [client.get(f"/v1/products?code=CW2288-11{n}").json()["reason"]["kind"] for n in range(6)]
    assert reasons == ["unavailable"] * 6
    body = client.get("/v1/products?code=CW2288-111").json()
    assert body["missing"] == [{"provider": "Naver Shopping", "kind": "unavailable"}]
    assert len(shop.requests) == 2


def test_an_ended_service_is_asked_once(start: Callable[..., TestClient], shop: Any) -> None:
    client = start(naver_base_url=shop.url, **KEYS)
    shop.sends(404, {"errorCode": "SE05", "errorMessage": "Invalid search api"})
    for n in range(3):
        body = client.get(f"/v1/products?code=CW2288-11{n}").json()
        assert body["reason"]["kind"] == "service_ended"
        assert len(body["searches"]) == 3
    assert len(shop.requests) == 1


@pytest.mark.parametrize("code", ["", "-", "가나다", "A" * 65])
def test_what_is_no_code_is_refused(client: TestClient, code: str) -> None:
    answer = client.get("/v1/products", params={"code": code})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/products").status_code == 422


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ARTCP9449", "CP9449"),
        ("ART CP9448", "CP9448"),
        ("SN 117504 COLOR:BLK", "117504"),
        ("AIR MAX 90", "AIR MAX 90"),
        ("PN550", "PN550"),
        ("REF1234", "REF1234"),
        ("품번: XYZ99", "XYZ99"),
        ("CW2288ㅡ111\u3164", "CW2288-111"),
    ],
)
def test_the_code_is_found_in_what_was_typed(client: TestClient, typed: str, code: str) -> None:
    assert client.get("/v1/products", params={"code": typed}).json()["code"] == code


@pytest.mark.parametrize(
    ("typed", "glyphs", "suggestions"),
    [
        ("ㅎㅉ2871", ["ㅎ", "ㅉ"], ["GW2871"]),
        ("나이키 CW2288-111", ["나", "이", "키"], ["CW2288-111"]),
        ("СW2288-111", ["С"], []),
    ],
)
def test_what_no_tag_prints_is_named_not_searched_for(
    client: TestClient, typed: str, glyphs: list[str], suggestions: list[str]
) -> None:
    answer = client.get("/v1/products", params={"code": typed})
    problem = answer.json()
    assert (answer.status_code, problem["kind"]) == (422, "bad-code")
    assert [character["glyph"] for character in problem["characters"]] == glyphs
    assert problem["suggestions"] == suggestions


def test_a_barcode_finds_what_the_code_does_not(start: Callable[..., TestClient], shop: Any) -> None:
    client = start(kicksdb_base_url=shop.url, kicksdb_api_key=SecretStr("key"), kicksdb_indexes=("stockx",))
    product = {"title": "Dunk", "sku": "DD1391-100", "link": "https://stockx.com/dunk", "min_price": 99.5}
    shop.sends(200, {"data": [product]})
    answer = client.get("/v1/products", params={"code": "CW2288-111", "gtin": "0193655590351"})
    (found,) = answer.json()["products"]
    assert (found["price"], found["currency"], found["is_match"]) == (99.5, "USD", False)
    assert "193655590351" in shop.requests[0][1]["filters"]
    # The barcode belongs to the question: without it another answer is due.
    client.get("/v1/products", params={"code": "CW2288-111"})
    assert "193655590351" not in shop.requests[1][1]["filters"]


@pytest.mark.parametrize("gtin", ["", "123", "019365559035X", '1"2345678901', "١٢٣٤٥٦٧٨"])
def test_what_is_no_barcode_is_refused(client: TestClient, gtin: str) -> None:
    assert client.get("/v1/products", params={"code": "CW2288-111", "gtin": gtin}).status_code == 422


def test_metrics_say_which_services_have_keys(start: Callable[..., TestClient]) -> None:
    text = start(ebay_client_id=SecretStr("id"), ebay_client_secret=SecretStr("secret")).get("/metrics").text
    assert 'tags_price_services{service="eBay"} 1.0' in text
    assert 'tags_price_services{service="KicksDB"} 0.0' in text


def test_partial_answers_are_shown(start: Callable[..., TestClient], shop: Any, settings: Settings) -> None:
    client = start(
        naver_base_url=shop.url,
        kicksdb_base_url="http://127.0.0.1:1",
        kicksdb_api_key=SecretStr("key"),
        kicksdb_indexes=("goat",),
        **KEYS,
    )
    shop.sends_items({"title": "CW2288-111", "link": "https://x.example", "lprice": "5", "mallName": "m"})
    body = client.get("/v1/products?code=CW2288-111").json()
    assert [product["provider"] for product in body["products"]] == ["Naver Shopping"]
    assert (body["reason"], body["missing"]) == (None, [{"provider": "GOAT", "kind": "unavailable"}])
