"""Which processors gain from int8."""

import platform
from pathlib import Path

import pytest

from ocr_model.reading.processor import has_byte_products, has_cuda


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("processor\t: 0\nflags\t\t: fpu sse2 avx2 avx512_vnni\n", True),
        ("processor\t: 0\nflags\t\t: fpu sse2 avx2 avx_vnni\n", True),
        ("processor\t: 0\nFeatures\t: fp asimd asimddp\n", True),
        ("processor\t: 0\nflags\t\t: fpu sse2 avx2 avx512f\n", False),
        ("processor\t: 0\nFeatures\t: fp asimd\n", False),
        ("model name\t: flags avx_vnni\n", False),
        ("", False),
    ],
)
def test_what_linux_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, expected: bool) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    (tmp_path / "cpuinfo").write_text(lines, encoding="utf-8")
    assert has_byte_products(tmp_path / "cpuinfo") is expected


def test_no_list_is_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    assert not has_byte_products(tmp_path / "missing")


@pytest.mark.parametrize(("machine", "expected"), [("arm64", True), ("x86_64", False)])
def test_apple(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, expected: bool) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert has_byte_products(tmp_path / "missing") is expected


@pytest.mark.parametrize(
    ("providers", "cards", "visible", "found"),
    [
        (["CPUExecutionProvider"], ["nvidia0"], None, False),  # the package for processors
        (["CUDAExecutionProvider", "CPUExecutionProvider"], ["nvidiactl"], None, False),  # a driver without a card
        (["CUDAExecutionProvider", "CPUExecutionProvider"], ["nvidia0"], None, True),
        (["CUDAExecutionProvider", "CPUExecutionProvider"], ["nvidia0"], "0", True),
        (["CUDAExecutionProvider", "CPUExecutionProvider"], ["nvidia0"], "", False),  # hidden from this process
    ],
)
def test_a_graphics_card_needs_its_package_and_a_card(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    providers: list[str],
    cards: list[str],
    visible: str | None,
    found: bool,
) -> None:
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: providers)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    for card in cards:
        (tmp_path / card).touch()
    assert has_cuda(tmp_path) is found
