"""The settings of traces, log and costs."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from backend.prices.settings import named

LogFormat = Literal["text", "json"]


class TelemetrySettings(BaseSettings):
    """The part of the backend's settings that says how it is watched; the pages use it, too."""

    trace_endpoint: str | None = Field(
        default=None,
        validation_alias=named("OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="Address of a collector that traces are sent to by OTLP over HTTP (http://collector:4318); unset: "
        "none are made. The other OTEL_ variables of OpenTelemetry's SDK count as well. Needs requirements-watch.txt.",
    )
    log_format: LogFormat = Field(
        default="text", description="How log lines are written: text, or json, an object a line with the request's ids."
    )
    core_hour_price: float = Field(
        default=0.04,
        ge=0,
        le=1000,
        description="Price of a processor core for an hour, in any currency, for the costs on the dashboard.",
    )

    @field_validator("trace_endpoint")
    @classmethod
    def _check_trace_endpoint(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value is not None and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must look like http://collector:4318")
        if parts.username or parts.password:
            raise ValueError("holds a password; put it into OTEL_EXPORTER_OTLP_HEADERS")
        return value
