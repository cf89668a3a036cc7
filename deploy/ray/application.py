"""Puts the deployments together: `serve run deploy.ray.application:build`, or `python -m deploy.ray`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ray import serve
from ray.serve import Application

from backend.settings import load_settings
from deploy.ray.deployments import Detectors, Ingress, Recognizers, SecondReaders
from deploy.ray.settings import RaySettings, check_key
from ocr_model.reading.second_reader import SECOND_READER

NAME = "tags"
# A line for each request costs more than its use; the backend counts requests itself.
QUIET: Mapping[str, Any] = {"enable_access_log": False, "log_level": "WARNING"}
# Requests that a replica of the application holds: its own queues refuse what is too much, with a reason.
_MOST_REQUESTS = 1000


def build(arguments: Mapping[str, Any] | None = None) -> Application:
    """Return the application for `serve.run`.

    Args:
        arguments: Fields of `RaySettings` that take the place of the environment's, as a Serve configuration gives.

    Raises:
        SettingsError: When the environment holds wrong settings.
    """
    settings, service = RaySettings(**(arguments or {})), load_settings()
    check_key(settings, service)
    second = None
    if service.second_reader:
        second = serve.deployment(
            name="SecondReaders",
            **_options(settings, settings.second_cpus, settings.second_gpus, settings.second_replicas),
        )(SecondReaders)
    handle = None if second is None else second.bind(settings)
    read = _options(settings, settings.recognizer_cpus, settings.recognizer_gpus, settings.recognizer_replicas)
    recognizers = serve.deployment(name="Recognizers", **read)(Recognizers)
    shade = _options(settings, settings.shadow_cpus, 0.0, 1, least=0)
    shadows = serve.deployment(name="Shadows", **shade)(Recognizers)
    look = _options(settings, settings.detector_cpus, settings.detector_gpus, settings.detector_replicas)
    detectors = serve.deployment(name="Detectors", **look)(Detectors)
    answer = _options(settings, settings.ingress_cpus, 0.0, settings.ingress_replicas)
    answer |= {"max_ongoing_requests": _MOST_REQUESTS, "max_queued_requests": -1}
    ingress = serve.deployment(name="Ingress", **answer)(Ingress)
    return ingress.bind(
        settings,
        recognizers.bind(settings, handle, SECOND_READER),
        shadows.bind(settings, handle, SECOND_READER, is_shadow=True),
        detectors.bind(settings),
    )


def _options(settings: RaySettings, cpus: float, gpus: float, most: int, *, least: int = 1) -> dict[str, Any]:
    """Options of a deployment with these shares of cores and graphics cards for each replica."""
    places = settings.reading_places
    scaling = {"min_replicas": least, "max_replicas": most, "target_ongoing_requests": settings.target_ongoing}
    return {
        "ray_actor_options": {"num_cpus": cpus, "num_gpus": gpus},
        "autoscaling_config": scaling,
        "max_ongoing_requests": 2 * settings.batch_size,
        # Whatever an ingress has let in: it is the ingress that refuses, before a photo is decoded.
        "max_queued_requests": places.at_once + places.waiting,
        "logging_config": dict(QUIET),
    }
