"""Settings of which models read: the store's champion and its challengers."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class ReadingSettings(BaseSettings):
    """The part of the backend's settings about following the store; see `backend.settings.Settings`."""

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

    canary_share: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        description="Share of requests, at most 0.5, that a challenger answers while the store names one "
        "(`datasets champion canary`); 0 lets none answer.",
    )
    canary_band: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="By how much a challenger's share of corrected labels, or of failed readings, may be above the "
        "champion's; one that surely is is taken back.",
    )
