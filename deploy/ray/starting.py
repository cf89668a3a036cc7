"""Starts Ray, or connects to a cluster."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import ray
from ray._private.node import Node

_LOG = logging.getLogger(__name__)

_ATTEMPTS = 12
_LATE = "timed out during startup"  # of a plain Exception, after thirty seconds that cannot be set


def start_ray(address: str, **options: Any) -> None:
    """Call `ray.init`, and again where a busy machine was too slow for it.

    Args:
        address: Of a cluster; `local` starts one here.
        options: Further ones of `ray.init`.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            ray.init(address=address, include_dashboard=False, log_to_driver=False, configure_logging=False, **options)
        except Exception as error:
            if _LATE not in str(error) or attempt == _ATTEMPTS:
                raise
            _end_processes(error)
            _LOG.warning("Ray is slow to start, and is started again")
        else:
            return


def _end_processes(error: Exception) -> None:
    """End what a failed start has started; Ray would keep it until this program ends, and gives no handle to it."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        node = frame.f_locals.get("self")
        if isinstance(node, Node):
            node.kill_all_processes(check_alive=False, allow_graceful=False)
    ray.shutdown()
