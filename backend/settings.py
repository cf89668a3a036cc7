"""Everything that can be set from outside, validated once at the start.

`Settings()` reads the environment (prefix `TAGS_`, plus the few well-known names without it). Nothing is read at import
time, and no other module of the backend reads the environment. `python -m backend --help` shows the descriptions.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ocr_model.reading.image import ImageLimits

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MEBIBYTE = 1 << 20
_KIND = "(used|rental|cbshop)"
_SHORTEST_TOKEN = 12
# Bits before the IPv4 address in an IPv4-mapped IPv6 one (RFC 4291).
_MAPPED_PREFIX = 96
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def _named(variable: str) -> AliasChoices:
    """Read the variable without the prefix; the name with the prefix and the field's name in Python work as well."""
    return AliasChoices(variable, f"TAGS_{variable}", variable.lower())


class SettingsError(ValueError):
    """A setting is wrong; the text is one line that names the variable and its fault."""


class Settings(BaseSettings):
    """Settings of one backend process; frozen after validation."""

    model_config = SettingsConfigDict(
        env_prefix="TAGS_", frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; anything but loopback opens the service to the network."
    )
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port to listen on; 0 lets the system choose one.")
    tls_certificate: Path | None = Field(
        default=None, description="Certificate chain (PEM). With it and its key the service speaks HTTPS."
    )
    tls_key: Path | None = Field(default=None, description="Private key of the certificate (PEM).")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Addresses and networks, comma separated (10.0.0.0/8, ::1), of proxies whose X-Forwarded-For is "
        "believed.",
    )

    model_dir: Path | None = Field(
        default=None,
        description="Folder of an exported model that reads while the store names no champion; unset: the shipped one.",
    )
    model_threads: int = Field(default=2, ge=1, le=64, description="Threads that one reading may use.")
    reading_workers: int = Field(
        default=2,
        ge=1,
        le=16,
        description="Photos decoded and read at the same moment; each may hold a whole decoded photo in memory.",
    )
    reading_queue: int = Field(
        default=16, ge=0, le=1024, description="Photos that may wait for a worker before the service answers 503."
    )

    champion_poll_seconds: float = Field(
        default=5.0,
        ge=0,
        le=3600,
        description="Seconds between looks at the champion and the challenger that the store names; 0 never looks.",
    )
    model_cache_dir: Path | None = Field(
        default=None, description="Folder of the models fetched from the store; unset: `models` in the data folder."
    )
    shadow_queue: int = Field(
        default=8,
        ge=0,
        le=1024,
        description="Crops that may wait for the challenger in shadow; it leaves out what comes beyond them.",
    )

    image_max_bytes: int = Field(
        default=20 * MEBIBYTE, ge=1024, le=512 * MEBIBYTE, description="Largest accepted picture file, in bytes."
    )
    image_max_pixels: int = Field(
        default=50_000_000,
        ge=1,
        le=500_000_000,
        description="Most pixels of a picture (width x height), checked before it is decoded.",
    )
    upload_seconds: float = Field(
        default=30.0, gt=0, le=600, description="Seconds within which a request's body must have arrived."
    )

    pending_seconds: float = Field(
        default=600.0,
        gt=0,
        le=3600,
        description="Seconds that a prediction and its crop wait in memory for their label.",
    )
    pending_count: int = Field(
        default=256, ge=1, le=100_000, description="Most predictions that wait; the oldest is forgotten first."
    )
    pending_bytes: int = Field(
        default=64 * MEBIBYTE,
        ge=MEBIBYTE,
        le=4096 * MEBIBYTE,
        description="Most bytes of crops that wait; the oldest is forgotten first.",
    )

    rate_per_minute: float = Field(
        default=120.0,
        ge=0,
        le=1_000_000,
        description="Requests to /v1 per client address and minute; 0 switches the limit off.",
    )
    rate_burst: int = Field(
        default=60, ge=1, le=1_000_000, description="Requests that a client may send at once before the rate counts."
    )

    data_dir: Path = Field(
        default=Path("var"),
        description="Folder of everything that is kept here, unless a finer setting says otherwise.",
    )
    spool_dir: Path | None = Field(
        default=None, description="Folder of the confirmed crops and labels; unset: `spool` in the data folder."
    )
    catalogue_file: Path | None = Field(
        default=None,
        description="SQLite file of the product catalogue; unset: `catalogue.sqlite3` in the data folder.",
    )
    storage_url: str | None = Field(
        default=None,
        validation_alias=_named("STORAGE_URL"),
        description="Bucket (gs://bucket/prefix) or file server's folder (file:///folder) that confirmed samples are "
        "copied to; unset: they stay here only.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=_named("DATABASE_URL"),
        description="SQLAlchemy URL of the sample index, which may hold a password; unset: SQLite in the spool.",
    )

    team_token: SecretStr | None = Field(
        default=None,
        description="Token of the team, to see data and models and to ask for cycles; unset: switched off.",
    )

    naver_client_id: SecretStr | None = Field(
        default=None,
        validation_alias=_named("NAVER_CLIENT_ID"),
        description="Id of the Naver Shopping search; set both or neither.",
    )
    naver_client_secret: SecretStr | None = Field(
        default=None, validation_alias=_named("NAVER_CLIENT_SECRET"), description="Its secret."
    )
    naver_base_url: str = Field(
        default="https://openapi.naver.com",
        validation_alias=_named("NAVER_BASE_URL"),
        description="Address that id and secret are sent to; HTTPS unless it is loopback.",
    )
    naver_exclude: str = Field(
        default="used:rental:cbshop",
        pattern=rf"^{_KIND}(:{_KIND})*$",
        description="Kinds of offers that are left out (used, rental, cbshop), joined by colons.",
    )
    price_seconds: float = Field(
        default=1.5, gt=0, le=30, description="Seconds that a query to a price service may take altogether."
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

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        """Accept a comma separated list; refuse networks that would trust every client."""
        parts = value.split(",") if isinstance(value, str) else value
        networks = []
        for part in (str(part).strip() for part in parts):
            if not part:
                continue
            try:
                network = ipaddress.ip_network(part, strict=False)
            except ValueError as error:
                raise ValueError(f"{part!r} is not an address or a network") from error
            if network.prefixlen == 0:
                raise ValueError(f"{part} would trust every client; name the proxy's own network")
            networks.append(network)
        return tuple(networks)

    @field_validator("storage_url")
    @classmethod
    def _check_storage_url(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            is_bucket = parts.scheme == "gs" and parts.netloc
            if not is_bucket and not (parts.scheme == "file" and parts.path.startswith("/")):
                raise ValueError("must look like gs://bucket/prefix (or file:///folder)")
        return value

    @field_validator("naver_base_url")
    @classmethod
    def _check_naver_base_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host = parts.hostname
            _ = parts.port
        except ValueError as error:
            raise ValueError("is not an address") from error
        if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
            raise ValueError("must look like https://host")
        if parts.scheme == "http" and host not in _LOOPBACK_NAMES:
            raise ValueError("must be https: the keys would travel in clear")
        return value.rstrip("/")

    @field_validator("team_token")
    @classmethod
    def _check_team_token(cls, value: SecretStr | None) -> SecretStr | None:
        # It travels in an HTTP header, and every client of the service may guess it.
        text = "" if value is None else value.get_secret_value()
        if value is not None and not (len(text) >= _SHORTEST_TOKEN and text.isascii() and text.isprintable()):
            raise ValueError(f"must have {_SHORTEST_TOKEN} or more printable ASCII characters")
        if " " in text:
            raise ValueError("must not hold spaces")
        return value

    @model_validator(mode="after")
    def _check_pairs(self) -> Self:
        if (self.naver_client_id is None) != (self.naver_client_secret is None):
            raise ValueError("NAVER_CLIENT_ID and NAVER_CLIENT_SECRET go together: set both or neither")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("TAGS_TLS_CERTIFICATE and TAGS_TLS_KEY go together: set both or neither")
        for name, path in (("TAGS_TLS_CERTIFICATE", self.tls_certificate), ("TAGS_TLS_KEY", self.tls_key)):
            if path is not None and not path.is_file():
                raise ValueError(f"{name}: no file at {path}")
        return self

    @property
    def trusted_hosts(self) -> list[str]:
        """The trusted proxies as uvicorn takes them, with the IPv6 form that IPv4 peers have on an IPv6 socket."""
        mapped = [
            f"::ffff:{network.network_address}/{_MAPPED_PREFIX + network.prefixlen}"
            for network in self.trusted_proxies
            if network.version == 4
        ]
        return [str(network) for network in self.trusted_proxies] + mapped

    @property
    def spool(self) -> Path:
        """Folder of the confirmed crops and labels."""
        return self.spool_dir or self.data_dir / "spool"

    @property
    def catalogue(self) -> Path:
        """SQLite file of the product catalogue."""
        return self.catalogue_file or self.data_dir / "catalogue.sqlite3"

    @property
    def model_cache(self) -> Path:
        """Folder of the models fetched from the store."""
        return self.model_cache_dir or self.data_dir / "models"

    @property
    def image_limits(self) -> ImageLimits:
        """The limits of a picture, as the recognizer takes them."""
        return ImageLimits(max_bytes=self.image_max_bytes, max_pixels=self.image_max_pixels)


def variable_of(field: str) -> str:
    """Return the environment variable that sets a field."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"TAGS_{field.upper()}"


def load_settings() -> Settings:
    """Read and validate the settings from the environment.

    Raises:
        SettingsError: One line that names every wrong variable; never shows a value, which may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        complaints = []
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            name = str(problem["loc"][0]) if problem["loc"] else ""
            if name in Settings.model_fields:
                name = variable_of(name)
            message = problem["msg"].removeprefix("Value error, ")
            complaints.append(f"{name}: {message}" if name else message)
        raise SettingsError("; ".join(complaints)) from error
