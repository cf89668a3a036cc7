"""The most bytes of an object by its kind: anybody may write to a bucket, and a larger object is never loaded."""

from __future__ import annotations

from datasets.errors import ObjectDamagedError
from datasets.objects.names import CANARY, CHAMPION, DOMAIN, EVENTS, LEASES, SHADOW, WORKERS

SMALL_BYTES = 64 << 10  # an event has 2 KB at most, an entry of a chain less
LARGE_BYTES = 64 << 20  # crops, versions, sheets, reports and the files of models
_SMALL = (DOMAIN, EVENTS, CHAMPION, SHADOW, CANARY, LEASES, WORKERS)


def most_bytes(name: str) -> int:
    """The most bytes that an object of this name may have."""
    return SMALL_BYTES if name.startswith(_SMALL) else LARGE_BYTES


def check_size(name: str, size: int) -> None:
    """Refuse an object that is too large for its kind.

    Args:
        name: name of the object.
        size: its bytes, or as many of them as were seen.

    Raises:
        ObjectDamagedError: it is.
    """
    if size > most_bytes(name):
        raise ObjectDamagedError(f"{name} has more than {most_bytes(name)} bytes, so it is not read")
