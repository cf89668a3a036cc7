"""Asks a part of the service that runs elsewhere in the cluster, and asks again when it died over the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from ray.exceptions import RayActorError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError

from backend.http.work_queue import overloaded

_LOG = logging.getLogger(__name__)

_PAUSE = 0.1  # seconds before a part that died is asked again


def ask(call: Callable[[], Any], patience: float) -> Any:
    """Return a part's answer; blocks, and is for threads without an event loop.

    All that is asked for is computed from the request alone, so asking twice does no harm.

    Args:
        call: Sends the request, and returns Ray's `DeploymentResponse`.
        patience: Seconds.

    Raises:
        Problem: 503 with Retry-After: too many wait for the part, or it does not answer in time.
    """
    until = time.monotonic() + patience
    while True:
        try:
            return call().result(timeout_s=max(_PAUSE, until - time.monotonic()))
        except BackPressureError as error:
            raise overloaded("Too many requests wait for a reader.") from error
        except TimeoutError as error:
            raise overloaded("No reader answers in time.") from error
        except (RayActorError, DeploymentUnavailableError) as error:
            if time.monotonic() + _PAUSE > until:
                raise overloaded("The readers are being started again.") from error
            _LOG.warning("a reader died over a request, which is sent again: %s", type(error).__name__)
            time.sleep(_PAUSE)
