"""Returns the freed memory of decoded photos to the system, where the C library is glibc."""

from __future__ import annotations

import ctypes
import sys

# Below this a photo leaves too little behind to be worth the page faults of the next one.
LARGE_PHOTO_PIXELS = 4_000_000
# M_ARENA_MAX of glibc's malloc.h.
_M_ARENA_MAX = -8


def share_one_arena() -> None:
    """Have all threads allocate from one arena; call before there are threads.

    Otherwise every thread keeps freed memory of its own, and the upper end of such an arena is never returned.
    """
    if sys.platform == "linux":
        adjust = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if adjust is not None:
            adjust(_M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Return freed memory to the system."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
