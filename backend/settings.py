"""Everything that can be set from outside, validated once at the start.

`Settings()` reads the environment (prefix `TAGS_`, plus the few well-known names without it). Nothing is read at import
time, and no other module of the backend reads the environment. `python -m backend --help` shows the descriptions.
"""

from __future__ import annotations

import ipaddress
import re
import shutil
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from backend.people.settings import PeopleSettings
from backend.prices.settings import LOOPBACK_NAMES, PriceSettings, named
from backend.reading.settings import ReadingSettings
from backend.shared.settings import SharedSettings
from backend.team.settings import TeamSettings
from backend.telemetry.settings import TelemetrySettings
from datasets.objects.store_key import StoreKey
from datasets.samples.crop import MOST_BYTES
from ocr_model.reading.image import ImageLimits

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MEBIBYTE = 1 << 20
_LEAST_KEPT_BYTES = 2 * MOST_BYTES
_DATABASE = re.compile(r"(sqlite|postgres|postgresql)(\+[a-z0-9_]+)?\Z")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9._-]{0,250}[a-z0-9_])?\Z")
# Bits before the IPv4 address in an IPv4-mapped IPv6 one (RFC 4291).
_MAPPED_PREFIX = 96
# Above this, Pillow takes a picture for an attack, whatever the settings say.
_PILLOWS_MOST_PIXELS = 89_478_485
_LARGE_PHOTO_SHARE = 0.7


class SettingsError(ValueError):
    """A setting is wrong; the text is one line that names the variable and its fault."""


class Settings(ReadingSettings, PriceSettings, TeamSettings, PeopleSettings, SharedSettings, TelemetrySettings):
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

    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names, comma separated, by which clients may call this service beside any address, localhost and "
        "TAGS_HOST; needed behind a proxy or a container network that passes such a name on.",
    )
    connections: int = Field(
        default=1000,
        ge=1,
        le=30_000,
        description="Most connections at the same moment; fewer where the system allows this process few open files.",
    )
    connections_per_client: int = Field(
        default=100,
        ge=1,
        le=30_000,
        description="Most connections of one client address; those of loopback and of trusted proxies carry many "
        "clients, and only count in all.",
    )

    model_dir: Path | None = Field(
        default=None,
        description="Folder of an exported model that reads while the store names no champion; unset: the shipped one.",
    )
    model_threads: int = Field(default=2, ge=1, le=64, description="Threads that one reading may use.")
    second_reader: bool = Field(default=True, description="Whether PP-OCRv6 small is asked about doubtful crops.")
    reading_workers: int = Field(
        default=2,
        ge=1,
        le=16,
        description="Photos read at the same moment, and ordinary photos decoded at the same moment.",
    )
    reading_queue: int = Field(
        default=16, ge=0, le=1024, description="Photos that may wait for a worker before the service answers 503."
    )

    image_max_bytes: int = Field(
        default=20 * MEBIBYTE, ge=1024, le=512 * MEBIBYTE, description="Largest accepted picture file, in bytes."
    )
    image_max_pixels: int = Field(
        default=50_000_000,
        ge=1,
        le=_PILLOWS_MOST_PIXELS,
        description="Most pixels of a picture (width x height), checked before it is decoded.",
    )
    crop_max_pixels: int = Field(
        default=4_000_000,
        ge=10_000,
        le=_PILLOWS_MOST_PIXELS,
        description="Most pixels of the region that is read and kept; a larger one is shrunk.",
    )
    decode_seconds: float = Field(
        default=5.0,
        gt=0,
        le=600,
        description="Seconds of computing that decoding a picture may take (four times as many on the clock); then its "
        "process is killed.",
    )
    decode_bytes: int = Field(
        default=400_000_000,
        ge=100_000_000,
        le=64_000_000_000,
        description="Most memory of all pictures that are being decoded, in bytes. One large picture at a time may "
        "take 70 % of it, and is refused if it needs more; the rest is for ordinary photos. Small ones share 24 MB "
        "more.",
    )
    upload_seconds: float = Field(
        default=30.0, gt=0, le=600, description="Seconds within which a request's body must have arrived."
    )

    pending_seconds: float = Field(
        default=600.0,
        gt=0,
        le=3600,
        description="Seconds that a prediction and its crop wait for their label.",
    )
    pending_count: int = Field(
        default=1024,
        ge=1,
        le=100_000,
        description="Most predictions that wait in memory; the oldest is forgotten first.",
    )
    pending_bytes: int = Field(
        default=64 * MEBIBYTE,
        ge=MEBIBYTE,
        le=4096 * MEBIBYTE,
        description="Most bytes of crops that wait in memory; the oldest is forgotten first.",
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

    kept_bytes_per_hour: int = Field(
        default=64 * MEBIBYTE,
        ge=0,
        le=1 << 40,
        description="Bytes of crops that a client address may have kept per hour, 16777216 or more; 0 switches the "
        "limit off.",
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
        validation_alias=named("STORAGE_URL"),
        description="Bucket (gs://bucket/prefix) or file server's folder (file:///folder) that confirmed samples are "
        "copied to; unset: they stay here only.",
    )
    store_free_bytes: int = Field(
        default=64 * MEBIBYTE,
        ge=0,
        description="Bytes that stay free on the disk of the spool: a label that would leave less is refused.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=named("DATABASE_URL"),
        description="SQLAlchemy URL of the sample index, which may hold a password; unset: SQLite in the spool. "
        "Backends on one PostgreSQL also share unconfirmed readings, rates and deletions.",
    )

    store_key: SecretStr | None = Field(
        default=None,
        description="Key that signs readings and champions, 32 or more characters; the same for all backends and "
        "workers of a bucket. Unset: the spool draws one for readings, and champions are not signed.",
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

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: Any) -> Any:
        """Accept a comma separated list of names without ports."""
        parts = value.split(",") if isinstance(value, str) else value
        names = [str(part).strip().lower().removesuffix(".") for part in parts]
        for name in names:
            if name and not _HOST_NAME.match(name):
                raise ValueError(f"{name!r} is not a host's name; leave scheme and port out")
        return tuple(name for name in names if name)

    @field_validator("kept_bytes_per_hour")
    @classmethod
    def _check_kept_bytes(cls, value: int) -> int:
        if 0 < value < _LEAST_KEPT_BYTES:
            raise ValueError(f"must be 0 or at least {_LEAST_KEPT_BYTES}, the room of two large crops")
        return value

    @field_validator("store_key")
    @classmethod
    def _check_store_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            StoreKey.parse(value.get_secret_value())
        return value

    @field_validator("storage_url")
    @classmethod
    def _check_storage_url(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            is_bucket = parts.scheme == "gs" and parts.netloc
            if not is_bucket and not (parts.scheme == "file" and parts.path.startswith("/")):
                raise ValueError("must look like gs://bucket/prefix (or file:///folder)")
            if parts.scheme == "file" and parts.netloc not in ("", "localhost"):
                raise ValueError("names a host; a file server's folder is mounted and written file:///folder")
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr | None) -> SecretStr | None:
        scheme, slashes, rest = ("" if value is None else value.get_secret_value()).partition("://")
        if value is not None and not (slashes and _DATABASE.match(scheme)):
            raise ValueError("must look like postgresql://user:password@host/name or sqlite:////folder/file")
        if scheme.startswith("sqlite") and (len(rest) < 2 or ":memory:" in rest or "mode=memory" in rest):
            raise ValueError("must name a file: an index in memory is lost, and each connection has its own")
        return value

    @model_validator(mode="after")
    def _check_pairs(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("TAGS_TLS_CERTIFICATE and TAGS_TLS_KEY go together: set both or neither")
        parts = urlsplit(self.storage_url or "")
        if parts.scheme == "file" and Path(unquote(parts.path)).resolve() == self.spool.resolve():
            raise ValueError("STORAGE_URL is the folder of the spool itself; name another one, or leave it out")
        folder = next(folder for folder in (self.spool.absolute(), *self.spool.absolute().parents) if folder.exists())
        if self.store_free_bytes > shutil.disk_usage(folder).total:
            raise ValueError("TAGS_STORE_FREE_BYTES is more than the disk of the spool has: no label could be kept")
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

    def is_proxy(self, address: str) -> bool:
        """Whether connections from an address carry the requests of many clients."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        return parsed.is_loopback or any(parsed in network for network in self.trusted_proxies)

    @property
    def uses_outside_services(self) -> bool:
        """Whether the backend itself calls services on the network: a bucket, or a price service."""
        return any(self.price_services.values()) or (self.storage_url or "").startswith("gs:")

    @property
    def host_names(self) -> frozenset[str]:
        """The names of this service, in lower case; any address is one, too."""
        public = () if self.public_host is None else (self.public_host,)
        return frozenset({*LOOPBACK_NAMES, self.host.lower(), *self.allowed_hosts, *public})

    @property
    def spool(self) -> Path:
        """Folder of the confirmed crops and labels."""
        return self.spool_dir or self.data_dir / "spool"

    @property
    def catalogue(self) -> Path:
        """SQLite file of the product catalogue."""
        return self.catalogue_file or self.data_dir / "catalogue.sqlite3"

    @property
    def shared_url(self) -> str | None:
        """SQLAlchemy URL of the PostgreSQL that backends share; None without one."""
        url = None if self.database_url is None else self.database_url.get_secret_value()
        return None if url is None or url.startswith("sqlite") else url

    @property
    def model_cache(self) -> Path:
        """Folder of the models fetched from the store."""
        return self.model_cache_dir or self.data_dir / "models"

    @property
    def thumbnails(self) -> Path:
        """Folder of the small pictures of crops that the team has looked at."""
        return self.data_dir / "thumbnails"

    @property
    def signing_key(self) -> StoreKey | None:
        """The store's key; None if none is set."""
        return None if self.store_key is None else StoreKey.parse(self.store_key.get_secret_value())

    @property
    def image_limits(self) -> ImageLimits:
        """The limits of a picture, as the recognizer takes them."""
        return ImageLimits(
            max_bytes=self.image_max_bytes,
            max_pixels=self.image_max_pixels,
            max_decode_bytes=int(self.decode_bytes * _LARGE_PHOTO_SHARE),
            max_crop_pixels=self.crop_max_pixels,
        )


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
