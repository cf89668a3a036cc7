"""How the service is spread over a Ray cluster; what it does is set as without Ray (`backend.settings`)."""

from __future__ import annotations

import math

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.commons import ReadingPlaces
from backend.settings import Settings, SettingsError

_ABOUT_CPUS = "Share of a core that Ray books for each replica; several may share one."
_ABOUT_GPUS = "Share of a graphics card that Ray books for each replica; 0.25 lets four share one."
_ABOUT_MOST = "Most replicas; their number follows the requests under way."


class RaySettings(BaseSettings):
    """Replicas, cores and batches; frozen after validation."""

    model_config = SettingsConfigDict(env_prefix="TAGS_RAY_", frozen=True, extra="ignore", env_ignore_empty=True)

    ingress_cpus: float = Field(default=0.25, ge=0, description=_ABOUT_CPUS)
    ingress_replicas: int = Field(
        default=1,
        ge=1,
        description=f"{_ABOUT_MOST} With several, a label may reach another one than its reading did; "
        "TAGS_STORE_KEY must be set.",
    )
    recognizer_cpus: float = Field(default=1.0, ge=0, description=_ABOUT_CPUS)
    recognizer_gpus: float = Field(default=0.0, ge=0, description=_ABOUT_GPUS)
    recognizer_replicas: int = Field(default=4, ge=1, description=_ABOUT_MOST)
    detector_cpus: float = Field(default=0.25, ge=0, description=_ABOUT_CPUS)
    detector_gpus: float = Field(default=0.0, ge=0, description=_ABOUT_GPUS)
    detector_replicas: int = Field(default=4, ge=1, description=_ABOUT_MOST)
    second_cpus: float = Field(default=0.25, ge=0, description=_ABOUT_CPUS)
    second_gpus: float = Field(default=0.0, ge=0, description=_ABOUT_GPUS)
    second_replicas: int = Field(default=4, ge=1, description=_ABOUT_MOST)
    shadow_cpus: float = Field(
        default=0.25, ge=0, description="As above; the one replica that reads in shadow starts when it is needed."
    )

    batch_size: int = Field(default=8, ge=1, le=64, description="Most requests that a replica takes together.")
    batch_wait_seconds: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Seconds that a replica waits for further requests of a batch; worth it on graphics cards.",
    )
    target_ongoing: float = Field(
        default=4.0, gt=0, description="Requests under way per replica that the number of replicas aims at."
    )
    waiting: int = Field(
        default=64,
        ge=1,
        description="Crops of one ingress that may wait for a recognizer before the service answers 503, beside those "
        "that are read: as many as keep all recognizers at their aim, twice a batch at least.",
    )
    patience_seconds: float = Field(
        default=30.0, gt=0, le=600, description="Seconds that a request waits for a part, its restarts included."
    )
    haproxy: bool = Field(
        default=False,
        description="Whether HAProxy, which comes with Ray, takes requests in place of Ray's own proxy: less work for "
        "each. It shows its own counts on all addresses (ports 8404 and 9101) and names no client, so it belongs "
        "behind a firewall and a proxy that writes X-Forwarded-For (TAGS_TRUSTED_PROXIES).",
    )

    @property
    def reading_places(self) -> ReadingPlaces:
        """Crops that an ingress has under way, enough for the number of recognizers to grow to its most."""
        busy = math.ceil(self.recognizer_replicas * self.target_ongoing)
        return ReadingPlaces(max(2 * self.batch_size, busy), self.waiting)


def check_key(spread: RaySettings, settings: Settings) -> None:
    """Refuse several ingresses without the key by which one believes what another has read.

    Raises:
        SettingsError: There is none.
    """
    if spread.ingress_replicas > 1 and settings.store_key is None:
        raise SettingsError("TAGS_RAY_INGRESS_REPLICAS: several of them need TAGS_STORE_KEY")
