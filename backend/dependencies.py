"""The dependencies of the routes, as types."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from backend.services import Services


async def get_services(request: Request) -> Services:
    """Return the services of the app that serves the request."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]

PredictionId = Annotated[
    str,
    Path(
        min_length=16,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="The id in the answer to the photo.",
        examples=["kQ3vZ0u8x1dJr5nB2cYwLm7T"],
    ),
]
