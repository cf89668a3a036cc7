"""The settings of accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from backend.prices.settings import named

_SHORTEST_SECRET = 32
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class PeopleSettings(BaseSettings):
    """How people sign in; the part of `Settings` that accounts read."""

    public_url: str | None = Field(
        default=None,
        description="Address of the pages as browsers reach them (https://tags.example.com), without a path; set: "
        "people sign in with accounts of their own. `make app` sets it.",
    )
    people_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL of the people's database, which several backends can share; unset: "
        "`people/people.sqlite3` in the data folder. It cannot be rebuilt: back it up.",
    )
    page_secret: SecretStr | None = Field(
        default=None,
        description=f"What backend and pages know each other by, {_SHORTEST_SECRET} or more characters; unset: drawn, "
        "and kept in `people` in the data folder.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        validation_alias=named("OIDC_ISSUER"),
        description="Address of an OpenID Connect provider at which people sign in instead of with a password.",
    )
    oidc_client_id: str | None = Field(
        default=None, validation_alias=named("OIDC_CLIENT_ID"), description="This service's name at that provider."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, validation_alias=named("OIDC_CLIENT_SECRET"), description="This service's secret there."
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        validation_alias=named("SMTP_URL"),
        description="Mail server for invitations: smtp://user:password@host:587 (with STARTTLS) or smtps://...; unset: "
        "their links are printed on the console, and shown to whoever invites.",
    )
    smtp_from: str | None = Field(
        default=None, validation_alias=named("SMTP_FROM"), description="Sender of the mails: tags@example.com."
    )

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _check_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        try:
            _ = parts.port
        except ValueError as error:
            raise ValueError("names no port") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or "@" in value:
            raise ValueError("must look like https://host")
        return value.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _check_no_path(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).path:
            raise ValueError("must have no path")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _check_issuer(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme != "https" and urlsplit(value).hostname not in _LOCAL:
            raise ValueError("must be https")
        return value

    @field_validator("page_secret")
    @classmethod
    def _check_page_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"must have {_SHORTEST_SECRET} or more characters")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            try:
                _ = parts.port
            except ValueError as error:
                raise ValueError("names no port") from error
            if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
                raise ValueError("must look like smtp://user:password@host:587 or smtps://user:password@host")
        return value

    @model_validator(mode="after")
    def _check_people(self) -> Self:
        outside = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(outside) and not all(outside):
            raise ValueError("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together: set all or none")
        if self.oidc_issuer and not self.public_url:
            raise ValueError("OIDC_ISSUER needs TAGS_PUBLIC_URL, to which the provider leads back")
        if self.smtp_url is not None and not self.smtp_from:
            raise ValueError("SMTP_URL needs SMTP_FROM, the sender of the mails")
        return self

    @property
    def public_host(self) -> str | None:
        """The host's name in the pages' address, in lower case."""
        return None if self.public_url is None else urlsplit(self.public_url).hostname

    @property
    def is_public_secure(self) -> bool:
        """Whether browsers reach the pages over TLS, so that cookies may be bound to it."""
        return (self.public_url or "").startswith("https://")


def people_folder(data_dir: Path) -> Path:
    """Folder of the people's database and of the keys of signing in."""
    return data_dir / "people"
