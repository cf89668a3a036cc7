"""Asks a part of the service that runs elsewhere in the cluster, and asks again when it died over the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ray.exceptions import RayActorError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError

from backend.http.work_queue import NoAnswerError, overloaded

_LOG = logging.getLogger(__name__)

_PAUSE = 0.1  # seconds before a part that died is asked again
_DEATHS = 2  # over a request that another part can answer: one may be chance


@dataclass(frozen=True)
class Patience:
    """How long a part is waited for."""

    seconds: float
    on_refused: Callable[[], None] = lambda: None  # called for every request that nobody answers
    is_last: bool = True  # whether no other part is asked, if this one dies over the request or does not answer in time

    def ask(self, call: Callable[[], Any]) -> Any:
        """Return a part's answer; blocks, and is for threads without an event loop.

        All that is asked for is computed from the request alone, so asking twice does no harm.

        Args:
            call: Sends the request, and returns Ray's `DeploymentResponse`.

        Raises:
            Problem: 503 with Retry-After: too many wait for the part.
            NoAnswerError: Likewise: it does not answer in time, or died over the request.
        """
        until, deaths = time.monotonic() + self.seconds, 0
        while True:
            try:
                return call().result(timeout_s=max(_PAUSE, until - time.monotonic()))
            except BackPressureError as error:
                self.on_refused()
                raise overloaded("Too many requests wait for a reader.") from error
            except TimeoutError as error:
                raise self._no_answer("No reader answers in time.") from error
            except (RayActorError, DeploymentUnavailableError) as error:
                deaths += isinstance(error, RayActorError)
                if time.monotonic() + _PAUSE > until or (not self.is_last and deaths >= _DEATHS):
                    raise self._no_answer("The readers are being started again.") from error
                _LOG.warning("a reader died over a request, which is sent again: %s", type(error).__name__)
                time.sleep(_PAUSE)

    def _no_answer(self, detail: str) -> Exception:
        _LOG.warning("a request has no answer: %s", detail)
        if self.is_last:
            self.on_refused()
        return overloaded(detail, NoAnswerError)
