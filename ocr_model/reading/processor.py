"""Looks at the processor's instructions, to choose the graph that reads faster."""

from __future__ import annotations

import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_PRODUCTS = {"avx512_vnni", "avx_vnni", "asimddp"}  # sums of four byte products in one instruction: x86-64, arm64


def has_byte_products(cpuinfo: Path = _CPUINFO) -> bool:
    """Whether the processor sums products of bytes in one instruction, so that int8 is faster than single precision.

    Otherwise int8 is slower, and on older x86-64 may overflow. If the system lists no features, the answer is no.

    Args:
        cpuinfo: Linux's list of the processor's features.
    """
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"  # all of Apple's arm64 processors have it
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    for line in text.splitlines():
        name, _, values = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return not _PRODUCTS.isdisjoint(values.split())
    return False
