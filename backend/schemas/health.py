"""Whether the process lives, and whether it is ready."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class HealthBody(BaseModel):
    """Whether the process lives or is ready."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok", "ready"]
