"""Starts Ray on this machine, or connects to the cluster that RAY_ADDRESS names: for all work, and for serving."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import traceback
from typing import Any, Final

from data_gen.processes import WorkerProcessError

_LOG = logging.getLogger(__name__)

# Times that a Ray of this machine's own is tried: it gives itself half a minute, which cannot be set, and is little on
# a busy machine.
_ATTEMPTS: Final = 6


class RayUnavailableError(WorkerProcessError):
    """Ray is not installed, or does not answer; the message is one line."""


def start_ray(*, cpus: int | None = None) -> None:
    """Connect to the cluster that RAY_ADDRESS names, or start a Ray here and connect to that.

    One that is started listens on 127.0.0.1 alone, has a secret token, no dashboard, and sends no statistics. It is
    started again where the machine was too busy for it. `ray.shutdown()` ends it.

    Args:
        cpus: of a Ray that is started; as many as the machine has if None.

    Raises:
        RayUnavailableError: Ray is not installed, or does not answer.
    """
    ray = import_ray()
    options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if address := os.environ.get("RAY_ADDRESS"):
        options["address"] = address
    else:
        # "local" does not look for a Ray that somebody else has started on this machine.
        options |= {"address": "local", "num_cpus": cpus, "include_dashboard": False}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            ray.init(**options)
        except Exception as error:
            # Of the many kinds that Ray raises, a plain Exception means that a process was too slow to start.
            if type(error) is not Exception or attempt == _ATTEMPTS:
                raise RayUnavailableError(f"Ray does not answer: {one_line(error)}") from error
            _end_processes(error)
            _LOG.warning("Ray has not started within the time that it gives itself; trying again")
        else:
            return


def import_ray() -> Any:
    """Ray's module, with the settings that it reads when it is imported.

    Raises:
        RayUnavailableError: it is not installed.
    """
    if "ray" not in sys.modules:  # it looks at them when it is imported, and not again
        settings = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_CHDIR_TO_TRIAL_DIR": "0"}
        if not os.environ.get("RAY_ADDRESS"):
            # On Linux, too, as Ray does by itself elsewhere: its processes listen on 127.0.0.1 and no other address.
            settings["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
            # Other people of this machine cannot have it run anything. In a variable, so that no file is written.
            settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        for name, value in settings.items():
            os.environ.setdefault(name, value)
    try:
        import ray
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "ray":
            raise
        raise RayUnavailableError("Ray is not installed; `pip install -r requirements-ray.txt` brings it") from None
    return ray


def one_line(error: BaseException) -> str:
    """The beginning of an error's message."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def _end_processes(error: Exception) -> None:
    """End what a failed start has started; Ray would keep it until this program ends, and gives no handle to it."""
    from ray._private.node import Node

    for frame, _ in traceback.walk_tb(error.__traceback__):
        node = frame.f_locals.get("self")
        if isinstance(node, Node):
            node.kill_all_processes(check_alive=False, allow_graceful=False)
    import_ray().shutdown()
