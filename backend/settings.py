"""Everything that can be set from outside, validated once at the start.

`Settings()` reads the environment (prefix `TAGS_`, plus the few well-known names without it). Nothing here
is read at import time, and no other module of the backend looks at the environment.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ocr_model.reading.image import ImageLimits

__all__ = ["Network", "Settings", "SettingsError", "load_settings"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MEBIBYTE = 1 << 20
_KIND = "(used|rental|cbshop)"
_SHORTEST_TOKEN = 12
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def _named(variable: str) -> AliasChoices:
    """Take the variable without the prefix; with it, and the field's own name in Python, work as well."""
    return AliasChoices(variable, f"TAGS_{variable}", variable.lower())


class SettingsError(ValueError):
    """A setting is wrong; the text is one line that names the variable and what is wrong with it."""


class Settings(BaseSettings):
    """Settings of one backend process; frozen after validation."""

    model_config = SettingsConfigDict(
        env_prefix="TAGS_", frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    # -- where it listens -------------------------------------------------------------------------------
    # Address to listen on; anything but loopback opens the service to the network.
    host: str = "127.0.0.1"
    # TCP port to listen on; 0 lets the system choose one.
    port: int = Field(default=8000, ge=0, le=65535)
    # Certificate chain and private key (PEM). Both or neither; with them the service speaks HTTPS.
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    # Networks whose X-Forwarded-For is believed, comma separated ("10.0.0.0/8, ::1"). Empty: nobody's is.
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()

    # -- the recognizer ---------------------------------------------------------------------------------
    # Directory of an exported model that serves while the store names no champion; unset means the one that ships.
    model_dir: Path | None = None
    # Threads that one reading may use inside the recognizer.
    model_threads: int = Field(default=2, ge=1, le=64)
    # Photos that are decoded and read at the same moment. Each may hold a whole decoded photo in memory.
    reading_workers: int = Field(default=2, ge=1, le=16)
    # Photos that may wait for a worker before the service answers 503.
    reading_queue: int = Field(default=16, ge=0, le=1024)

    # -- the store's champion ---------------------------------------------------------------------------
    # Seconds between looks at which champion (and which challenger in shadow) the store names; 0 never looks, and
    # stays with the model above.
    champion_poll_seconds: float = Field(default=5.0, ge=0, le=3600)
    # Folder of the models fetched from the store; unset means `models` in the data folder.
    model_cache_dir: Path | None = None
    # Crops that may wait for the challenger in shadow; what comes when they are as many is left out.
    shadow_queue: int = Field(default=8, ge=0, le=1024)

    # -- what a photo may be ----------------------------------------------------------------------------
    # Largest accepted picture file, in bytes.
    image_max_bytes: int = Field(default=20 * MEBIBYTE, ge=1024, le=512 * MEBIBYTE)
    # Most pixels of a picture (width x height), judged from its header before anything is decoded.
    image_max_pixels: int = Field(default=50_000_000, ge=1, le=500_000_000)
    # Seconds within which a request's body must have arrived.
    upload_seconds: float = Field(default=30.0, gt=0, le=600)

    # -- predictions that wait for their label (memory only) --------------------------------------------
    # Seconds that an unconfirmed prediction and its crop are remembered.
    pending_seconds: float = Field(default=600.0, gt=0, le=3600)
    # Most predictions remembered at once; the oldest goes first.
    pending_count: int = Field(default=256, ge=1, le=100_000)
    # Most bytes of crops remembered at once; the oldest goes first.
    pending_bytes: int = Field(default=64 * MEBIBYTE, ge=MEBIBYTE, le=4096 * MEBIBYTE)

    # -- what one client may ask ------------------------------------------------------------------------
    # Requests to /v1 per client address and minute; 0 switches the limit off.
    rate_per_minute: float = Field(default=120.0, ge=0, le=1_000_000)
    # Requests that a client may make at once before the rate counts.
    rate_burst: int = Field(default=60, ge=1, le=1_000_000)

    # -- where things are kept --------------------------------------------------------------------------
    # Folder that holds everything kept here, unless the finer settings below say otherwise.
    data_dir: Path = Path("var")
    # Folder of the confirmed crops and labels; unset means `spool` in the data folder.
    spool_dir: Path | None = None
    # SQLite file of the product catalogue; unset means `catalogue.sqlite3` in the data folder.
    catalogue_file: Path | None = None
    # Bucket and prefix (gs://bucket/prefix), or file:///folder of a file server, that confirmed samples are
    # copied to; unset keeps them here only.
    storage_url: str | None = Field(default=None, validation_alias=_named("STORAGE_URL"))
    # SQLAlchemy URL of the sample index; unset means SQLite in the spool. May hold a password.
    database_url: SecretStr | None = Field(default=None, validation_alias=_named("DATABASE_URL"))

    # -- the team ---------------------------------------------------------------------------------------
    # What the team sends to see data and models and to ask for cycles; unset, nobody can.
    team_token: SecretStr | None = None

    # -- prices -----------------------------------------------------------------------------------------
    # Keys of the Naver Shopping search; both or neither.
    naver_client_id: SecretStr | None = Field(default=None, validation_alias=_named("NAVER_CLIENT_ID"))
    naver_client_secret: SecretStr | None = Field(
        default=None,
        validation_alias=_named("NAVER_CLIENT_SECRET"),
    )
    # Address of the Naver Shopping search; the keys go there, so it must be HTTPS unless it is loopback.
    naver_base_url: str = Field(
        default="https://openapi.naver.com",
        validation_alias=_named("NAVER_BASE_URL"),
    )
    # Kinds of offers that are left out (Naver's words: used, rental, cbshop), joined by colons.
    naver_exclude: str = Field(default="used:rental:cbshop", pattern=rf"^{_KIND}(:{_KIND})*$")
    # Seconds that one call of a price service may take altogether.
    price_seconds: float = Field(default=1.5, gt=0, le=30)
    # Times that a failed call is made again.
    price_retries: int = Field(default=1, ge=0, le=1)
    # Seconds that an answer of a price service is used again, and how many answers are remembered.
    price_cache_seconds: float = Field(default=1800.0, ge=0, le=86_400)
    price_cache_entries: int = Field(default=2048, ge=1, le=1_000_000)
    # Consecutive failures after which a price service is left alone, and for how many seconds.
    price_breaker_failures: int = Field(default=3, ge=1, le=1000)
    price_breaker_seconds: float = Field(default=30.0, gt=0, le=3600)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        """Accept a comma separated list; refuse networks that would believe everybody."""
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
                raise ValueError(f"{part} would believe everybody; name the proxy's own network")
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
        # Sent as an HTTP header, and open to guesses from wherever the service is reached.
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
        """What a picture may be, in the recognizer's words."""
        return ImageLimits(max_bytes=self.image_max_bytes, max_pixels=self.image_max_pixels)


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
                name = f"TAGS_{name.upper()}"
            message = problem["msg"].removeprefix("Value error, ")
            complaints.append(f"{name}: {message}" if name else message)
        raise SettingsError("; ".join(complaints)) from error
