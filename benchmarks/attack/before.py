"""The figures of the code that had no defence against these attacks, as they were measured then.

Whole photos were not read over HTTP then. The machine was busy: the ratios tell which attack stopped the backend, not
by how much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

MEASURED = "2026-11-29"


@dataclass(frozen=True)
class Before:
    """Figures of one attack."""

    failed: int  # ordinary readings that failed
    ratio: float  # of the 99th percentiles
    megabytes: int  # peak memory
    note: str = ""  # what else happened


_NEVER = math.inf
BEFORE: Mapping[str, Before] = {
    "charset-punycode": Before(0, 57.3, 152),
    "charset-idna": Before(0, 59.0, 180),
    "charset-fields": Before(0, 66.6, 155),
    "percent-signs": Before(0, 26.3, 361),
    "jpeg-scans": Before(1, _NEVER, 332, "no answer for 15 s"),
    "png-interlaced": Before(3, _NEVER, 935),
    "png-16-bit": Before(1, _NEVER, 1360, "no answer for 15 s"),
    "png-thin": Before(0, 88.0, 486),
    "png-texts": Before(2, _NEVER, 193),
    "jpeg-fill": Before(1, _NEVER, 201),
    "webp-bomb": Before(1, _NEVER, 2003, "no answer for 15 s"),
    "heic-tiles": Before(1, _NEVER, 597, "no answer for 15 s"),
    "heic-canvas": Before(1, _NEVER, 1984, "no answer for 15 s"),
    "heic-turns": Before(2, _NEVER, 252),
    "heic-twice": Before(0, 37.3, 803),
    "heic-sequence": Before(1, _NEVER, 2015, "no answer for 15 s"),
    "largest-files": Before(1, _NEVER, 2045, "no answer for 15 s"),
    "idle-connections": Before(3, _NEVER, 147, "log of 36 MB"),
    "dripping-headers": Before(3, _NEVER, 147, "log of 38 MB"),
    "slow-bodies": Before(0, 24.6, 153, "log of 14 MB"),
    "wrong-events": Before(1, _NEVER, 132, "the second start failed"),
    "full-disk": Before(1, _NEVER, 134, "did not start"),
    "absent-postgresql": Before(1, _NEVER, 144, "did not start"),
    "forged-labels": Before(0, 1.9, 186, "all forged labels counted as shoppers'"),
    "noise-labels": Before(0, 1.8, 425, "143 MB kept of 3 labels"),
    "wrong-tokens": Before(0, 1.4, 187, "the right token was refused"),
}
