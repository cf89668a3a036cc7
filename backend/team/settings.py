"""The settings of what only the team sees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from datasets.metadata.names import DESCRIBER_NAMES

_SHORTEST_TOKEN = 12


class TeamSettings(BaseSettings):
    """Whether there is a team, and what is computed for it; the part of `Settings` that the team's view reads."""

    team_token: SecretStr | None = Field(
        default=None,
        description="Token of the team, to see data and models and to ask for cycles; unset: switched off.",
    )
    feature_seconds: float = Field(
        default=60.0,
        ge=0,
        le=86_400,
        description="Seconds between looks at crops without features, by which the page Explore compares crops; 0 "
        "never looks, nor does a backend without a team.",
    )

    described_by: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Readers that describe all crops in the background, as metadata that the page Explore searches and "
        "shows, separated by commas: rapidocr, lines, ours (the model that serves, without a second reader). It is "
        "done after the features, and costs an event for each crop and reader.",
    )

    gate_days: float = Field(
        default=30.0,
        gt=0,
        le=3650,
        description="Days that the gate's log keeps a passage: a number plate is personal data.",
    )

    @field_validator("described_by", mode="before")
    @classmethod
    def _split_readers(cls, value: object) -> object:
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value

    @field_validator("described_by")
    @classmethod
    def _check_readers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name not in DESCRIBER_NAMES]
        if unknown or len(set(value)) < len(value):
            raise ValueError(f"names readers of {', '.join(DESCRIBER_NAMES)}, each once")
        return value

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
