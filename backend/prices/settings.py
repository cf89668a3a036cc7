"""The settings of price services: keys, addresses and limits."""

from __future__ import annotations

from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from backend.prices.kicksdb import INDEX_NAMES, IndexName

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_KIND = "(used|rental|cbshop)"
_DEFAULT_INDEXES: tuple[IndexName, ...] = ("stockx", "goat", "kream")


def named(variable: str) -> AliasChoices:
    """Read the variable without the prefix; the name with the prefix and the field's name in Python work as well."""
    return AliasChoices(variable, f"TAGS_{variable}", variable.lower())


class PriceSettings(BaseSettings):
    """The part of the backend's settings that price services need."""

    kicksdb_api_key: SecretStr | None = Field(
        default=None, validation_alias=named("KICKSDB_API_KEY"), description="Key of KicksDB; unset: it is not asked."
    )
    kicksdb_base_url: str = Field(
        default="https://api.kicks.dev",
        validation_alias=named("KICKSDB_BASE_URL"),
        description="Address that the key is sent to; HTTPS unless it is loopback.",
    )
    kicksdb_indexes: Annotated[tuple[IndexName, ...], NoDecode] = Field(
        default=_DEFAULT_INDEXES,
        description="Indexes of KicksDB that are asked, comma separated: stockx, goat, kream, shopify (which needs a "
        "paid plan). Each is a query of its own.",
    )
    ebay_client_id: SecretStr | None = Field(
        default=None,
        validation_alias=named("EBAY_CLIENT_ID"),
        description="Id of an application at eBay (its App ID); set both or neither.",
    )
    ebay_client_secret: SecretStr | None = Field(
        default=None, validation_alias=named("EBAY_CLIENT_SECRET"), description="Its secret (its Cert ID)."
    )
    ebay_base_url: str = Field(
        default="https://api.ebay.com",
        validation_alias=named("EBAY_BASE_URL"),
        description="Address that id and secret are sent to; HTTPS unless it is loopback.",
    )
    ebay_marketplace: str = Field(
        default="EBAY_US", pattern=r"^EBAY_[A-Z]{2}(_[A-Z]{2})?$", description="The eBay site that is searched."
    )
    naver_client_id: SecretStr | None = Field(
        default=None,
        validation_alias=named("NAVER_CLIENT_ID"),
        description="Id of the Naver Shopping search; set both or neither. Naver gives no new ones since 2026-07-31, "
        "and ends the search on 2027-06-30.",
    )
    naver_client_secret: SecretStr | None = Field(
        default=None, validation_alias=named("NAVER_CLIENT_SECRET"), description="Its secret."
    )
    naver_base_url: str = Field(
        default="https://openapi.naver.com",
        validation_alias=named("NAVER_BASE_URL"),
        description="Address that id and secret are sent to; HTTPS unless it is loopback.",
    )
    naver_exclude: str = Field(
        default="used:rental:cbshop",
        pattern=rf"^{_KIND}(:{_KIND})*$",
        description="Kinds of offers that are left out (used, rental, cbshop), joined by colons.",
    )
    price_seconds: float = Field(
        default=2.5, gt=0, le=30, description="Seconds that a query to each price service may take altogether."
    )
    price_retries: int = Field(default=1, ge=0, le=1, description="Times that a failed call is made again.")
    price_cache_seconds: float = Field(
        default=1800.0, ge=0, le=86_400, description="Seconds that an answer of a price service is used again."
    )
    price_cache_entries: int = Field(default=2048, ge=1, le=1_000_000, description="Answers that are remembered.")
    price_breaker_failures: int = Field(
        default=3, ge=1, le=1000, description="Consecutive failures after which a price service is left alone."
    )
    price_breaker_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="Seconds that it is left alone, at least."
    )

    @field_validator("kicksdb_indexes", mode="before")
    @classmethod
    def _split_indexes(cls, value: Any) -> Any:
        """Accept a comma separated list; each index once."""
        parts = value.split(",") if isinstance(value, str) else value
        names = dict.fromkeys(str(part).strip().lower() for part in parts if str(part).strip())
        if not names or not set(names) <= set(INDEX_NAMES):
            raise ValueError(f"must name indexes among {', '.join(INDEX_NAMES)}, comma separated")
        return tuple(names)

    @field_validator("naver_base_url", "kicksdb_base_url", "ebay_base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host = parts.hostname
            _ = parts.port
        except ValueError as error:
            raise ValueError("is not an address") from error
        if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
            raise ValueError("must look like https://host")
        if parts.scheme == "http" and host not in LOOPBACK_NAMES:
            raise ValueError("must be https: the keys would travel in clear")
        return value.rstrip("/")

    @field_validator("kicksdb_api_key", "ebay_client_id", "ebay_client_secret")
    @classmethod
    def _check_key(cls, value: SecretStr | None) -> SecretStr | None:
        text = "" if value is None else value.get_secret_value()
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("must be printable ASCII without spaces, because it travels in a header")
        return value

    @model_validator(mode="after")
    def _check_key_pairs(self) -> Self:
        for service, pair in (
            ("NAVER", (self.naver_client_id, self.naver_client_secret)),
            ("EBAY", (self.ebay_client_id, self.ebay_client_secret)),
        ):
            if (pair[0] is None) != (pair[1] is None):
                raise ValueError(f"{service}_CLIENT_ID and {service}_CLIENT_SECRET go together: set both or neither")
        return self

    @property
    def price_services(self) -> dict[str, bool]:
        """The price services and whether each has its key, for the operator."""
        return {
            "KicksDB": self.kicksdb_api_key is not None,
            "eBay": self.ebay_client_id is not None,
            "Naver Shopping": self.naver_client_id is not None,
        }
