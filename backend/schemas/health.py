"""Whether the process lives, and whether it is ready."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class DomainHealthBody(BaseModel):
    """Whether a further domain is ready."""

    status: Literal["ready", "reading", "not ready"] = Field(examples=["ready"])
    missing: str | None = Field(default=None, description="Why labels are not kept, or nothing is read.")


class HealthBody(BaseModel):
    """Whether the process lives or is ready."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok", "ready", "reading"]
    computes: str | None = Field(default=None, description="What the model computes on: `cpu` or `cuda`.")
    missing: str | None = Field(default=None, description="Why labels are not kept, while photos are read.")
    domains: dict[str, DomainHealthBody] | None = Field(
        default=None, description="The further domains of this service, by name."
    )
