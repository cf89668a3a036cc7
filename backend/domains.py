"""Several domains in one process: each further one is the same service at `/domains/NAME`, with its own store."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi import APIRouter
from pydantic import SecretStr

from backend.routes import (
    canary,
    explore,
    features,
    gate,
    health,
    labels,
    model,
    predictions,
    previews,
    products,
    projects,
    searches,
    selections,
    shadow,
    tag_prices,
    tags,
    team,
    uploads,
)
from backend.settings import Settings
from datasets.samples.domain_engine import domain_database
from datasets.samples.places import domain_folder, domain_url
from ocr_model.domains.domain import Domain
from ocr_model.domains.plates import PLATES
from ocr_model.domains.registry import domain_named
from ocr_model.domains.tags import TAGS

MOUNT = "/domains"
_BELOW = re.compile(rf"{MOUNT}/[a-z0-9]+(?=/)")


def own_path(path: str) -> str:
    """The path of a request as its domain sees it: `/domains/digits/v1/tags` -> `/v1/tags`."""
    return _BELOW.sub("", path, count=1) if path.startswith(MOUNT) else path


def further_settings(settings: Settings) -> tuple[Settings, ...]:
    """The settings of the domains that are served beside the first."""
    return tuple(domain_settings(settings, domain_named(name)) for name in settings.domains[1:])


def domain_settings(settings: Settings, domain: Domain) -> Settings:
    """The settings of a further domain: folders, bucket and database beside those of the first.

    Only shoe tags have prices, so no other domain asks their services.
    """
    url = settings.database_url
    services = () if domain is TAGS else ("naver", "ebay", "kicksdb")
    fields = [name for name in type(settings).model_fields if name.startswith(services)] if services else []
    return settings.model_copy(
        update={
            **{name: None for name in fields if isinstance(getattr(settings, name), SecretStr)},
            "domains": (domain.name,),
            "data_dir": domain_folder(settings.data_dir / "data", domain).parent,
            "spool_dir": None if settings.spool_dir is None else domain_folder(settings.spool_dir, domain),
            "catalogue_file": None,
            "model_dir": None,
            "model_cache_dir": None,
            "storage_url": domain_url(settings.storage_url or "", domain) or None,
            "database_url": None if url is None else SecretStr(domain_database(url.get_secret_value(), domain)),
        }
    )


def domain_routers(domain: Domain) -> Iterable[APIRouter]:
    """The routes that every domain has, and those of this one alone. Accounts are of no domain."""
    prices = (products, tag_prices) if domain is TAGS else ()
    photos = (tags,) if domain is TAGS else ()
    at_the_gate = (gate,) if domain is PLATES else ()
    of_readings = (previews, predictions, *photos, labels, *prices, model, shadow, canary)
    of_data = (team, explore, searches, selections, features, uploads, projects, health)
    return (module.router for module in (*of_readings, *of_data, *at_the_gate))
