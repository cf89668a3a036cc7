"""Sixteen bits where the processor has them."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training import precision

pytestmark = pytest.mark.training


@pytest.mark.parametrize(
    ("amx", "avx512", "pays"), [(False, False, False), (True, False, True), (False, True, True), (True, True, True)]
)
def test_an_x86_processor_needs_the_instructions(
    amx: bool, avx512: bool, pays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = {"architecture": "x86_64", "amx_bf16": amx, "avx512_bf16": avx512}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: features)
    assert precision.half_precision_pays(torch.device("cpu")) is pays


def test_other_devices_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert precision.half_precision_pays(torch.device("cuda"))
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"architecture": "aarch64"})
    assert precision.half_precision_pays(torch.device("cpu"))
