"""Everything that can be set from outside, validated once at the start.

`Settings()` reads the environment (prefix `TAGS_`, plus the few well-known names without it). Nothing is read at import
time, and no other module of the backend reads the environment. `python -m backend --help` shows the descriptions.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from backend.http.settings import NetworkSettings
from backend.people.settings import PeopleSettings
from backend.prices.settings import LOOPBACK_NAMES, PriceSettings, named
from backend.reading.settings import ReadingSettings
from backend.shared.settings import SharedSettings
from backend.team.settings import TeamSettings
from backend.telemetry.settings import TelemetrySettings
from datasets.objects.store_domain import domain_key
from datasets.objects.store_key import StoreKey
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import domain_named
from ocr_model.domains.tags import TAGS
from ocr_model.errors import UnknownDomainError

_MEBIBYTE = 1 << 20
_DATABASE = re.compile(r"(sqlite|postgres|postgresql)(\+[a-z0-9_]+)?\Z")


class SettingsError(ValueError):
    """A setting is wrong; the text is one line that names the variable and its fault."""


class Settings(
    NetworkSettings,
    ReadingSettings,
    PriceSettings,
    TeamSettings,
    PeopleSettings,
    SharedSettings,
    TelemetrySettings,
):
    """Settings of one backend process; frozen after validation."""

    model_config = SettingsConfigDict(
        env_prefix="TAGS_", frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    domains: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(TAGS.name,),
        min_length=1,
        description="What is read, comma separated: tags, digits, plates. The first answers at /v1, each further one "
        "at /domains/NAME/v1, with a store and a model of its own.",
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
        description="Bucket (gs://bucket/prefix or s3://bucket/prefix) or file server's folder (file:///folder) that "
        "confirmed samples are copied to; unset: they stay here only.",
    )
    store_free_bytes: int = Field(
        default=64 * _MEBIBYTE,
        ge=0,
        description="Bytes that stay free on the disk of the spool: a label that would leave less is refused.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=named("DATABASE_URL"),
        description="SQLAlchemy URL of the sample index, which may hold a password; unset: SQLite in the spool. "
        "Backends on one PostgreSQL also share unconfirmed readings, rates and deletions.",
    )

    keeps_labels: bool = Field(
        default=True,
        description="Whether labels are kept here. Else photos are read alone, by the champion of STORAGE_URL, and "
        "nothing else is fetched; labels go to other backends, which believe readings by the same TAGS_STORE_KEY.",
    )
    store_key: SecretStr | None = Field(
        default=None,
        description="Key that signs readings and champions, 32 or more characters; the same for all backends and "
        "workers of a bucket. Unset: the spool draws one for readings, and champions are not signed.",
    )

    @field_validator("domains", mode="before")
    @classmethod
    def _split_domains(cls, value: object) -> object:
        return [name.strip() for name in value.split(",")] if isinstance(value, str) else value

    @field_validator("domains")
    @classmethod
    def _check_domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            found = [domain_named(name) for name in value]
        except UnknownDomainError as error:
            raise ValueError(str(error)) from error
        if len({domain.name for domain in found}) < len(found):
            raise ValueError("names a domain twice")
        if TAGS in found[1:]:
            raise ValueError("names tags behind another domain: name them first, because their store is no further one")
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
            is_bucket = parts.scheme in ("gs", "s3") and parts.netloc
            if not is_bucket and not (parts.scheme == "file" and parts.path.startswith("/")):
                raise ValueError("must look like gs://bucket/prefix or s3://bucket/prefix (or file:///folder)")
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
    def _check_store(self) -> Self:
        if not self.keeps_labels and self.store_key is None:
            raise ValueError("TAGS_KEEPS_LABELS=false needs TAGS_STORE_KEY, the same as where labels are kept")
        parts = urlsplit(self.storage_url or "")
        if parts.scheme == "file" and Path(unquote(parts.path)).resolve() == self.spool.resolve():
            raise ValueError("STORAGE_URL is the folder of the spool itself; name another one, or leave it out")
        folder = next(folder for folder in (self.spool.absolute(), *self.spool.absolute().parents) if folder.exists())
        if self.store_free_bytes > shutil.disk_usage(folder).total:
            raise ValueError("TAGS_STORE_FREE_BYTES is more than the disk of the spool has: no label could be kept")
        return self

    @property
    def domain(self) -> Domain:
        """What is read and kept here."""
        return domain_named(self.domains[0])

    @property
    def uses_outside_services(self) -> bool:
        """Whether the backend itself calls services on the network: a bucket, or a price service."""
        return any(self.price_services.values()) or (self.storage_url or "").startswith(("gs:", "s3:"))

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
        if self.store_key is None:
            return None
        return domain_key(StoreKey.parse(self.store_key.get_secret_value()), self.domain)

    @property
    def first_model(self) -> Path | None:
        """Folder of the model that reads while the store names no champion; None: the shipped one of shoe tags."""
        return self.model_dir or (None if self.domain is TAGS else self.domain.shipped_model)


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
