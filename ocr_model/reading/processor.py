"""Looks at what can compute: the processor's instructions, and a graphics card that ONNX Runtime can use."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_PRODUCTS = {"avx512_vnni", "avx_vnni", "asimddp"}  # sums of four byte products in one instruction: x86-64, arm64


_DEVICES = Path("/dev")


def has_cuda(devices: Path = _DEVICES) -> bool:
    """Whether ONNX Runtime can compute on a graphics card of NVIDIA's: its package for that, and a card to use.

    Args:
        devices: folder of the system's devices.
    """
    import onnxruntime  # takes longer to import than everything else

    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        return False
    # An empty list hides the cards from this process, as Ray does for those that ask for none.
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and any(devices.glob("nvidia[0-9]*"))


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
