"""The comparison of runtimes as a Markdown table, and the processor that it was made on."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.runtimes.crops import LabelledCrop
from benchmarks.runtimes.measurement import RuntimeResult
from ocr_model.codes.text import match_key

FLAGS = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")


def cpu_flags() -> str:
    """The processor, and whether it has the instructions that matter here."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.is_file():
        return f"{platform.machine()}, {os.cpu_count()} cores"
    lines = {
        key.strip(): value.strip()
        for key, _, value in (line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines())
    }
    there = set(lines.get("flags", lines.get("Features", "")).split())
    named = ", ".join(f"{flag} {'yes' if flag in there else 'no'}" for flag in FLAGS)
    return f"{lines.get('model name', platform.machine())}, {os.cpu_count()} cores; {named}"


def exact(result: RuntimeResult, crops: Sequence[LabelledCrop], group: str) -> tuple[int, int]:
    """(right, all) of a group of crops, exact match on A-Z0-9."""
    pairs = [(crop, text) for crop, text in zip(crops, result.texts, strict=True) if crop.group == group]
    return sum(match_key(crop.text) == match_key(text) for crop, text in pairs), len(pairs)


def table(
    accuracy: Sequence[RuntimeResult], times: dict[int, list[RuntimeResult]], crops: Sequence[LabelledCrop]
) -> str:
    """The comparison as a Markdown table; ratios are to the first row of the same column."""
    groups = [group for group in ("real", "twins", "synthetic") if any(crop.group == group for crop in crops)]
    heads = ["runtime", "encoder MB", *groups, "texts unlike the first row's"]
    for threads in times:
        plural = "s" if threads > 1 else ""
        heads += [f"encoder ms, {threads} thread{plural}", "ratio", f"reading ms, {threads} thread{plural}"]
    if 1 in times:
        heads.append("encoder CPU ms, 1 thread")
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for at, result in enumerate(accuracy):
        cells = [result.name, f"{result.megabytes:.1f}"]
        for group in groups:
            right, total = exact(result, crops, group)
            cells.append(f"{right}/{total}")
        unlike = sum(match_key(a) != match_key(b) for a, b in zip(result.texts, accuracy[0].texts, strict=True))
        cells.append(str(unlike))
        for timed in times.values():
            first, this = statistics.median(timed[0].encode), statistics.median(timed[at].encode)
            cells += [f"{this:.2f}", f"{this / first:.2f}", f"{statistics.median(timed[at].read):.2f}"]
        if 1 in times:
            cells.append(f"{statistics.median(times[1][at].cpu):.2f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
