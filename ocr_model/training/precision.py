"""Whether a network learns faster with numbers of 16 bits on this machine."""

from __future__ import annotations

import torch


def half_precision_pays(device: torch.device) -> bool:
    """Whether bfloat16 is to be used in the network's steps.

    A processor that does not multiply these numbers emulates them and takes nine times as long or more. Those of x86-64
    are asked; of others it is taken for granted that they do.
    """
    features = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return features.get("architecture") != "x86_64" or bool(features["amx_bf16"] or features["avx512_bf16"])
