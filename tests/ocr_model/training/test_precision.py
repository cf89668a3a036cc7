"""Sixteen bits where the processor has them."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training import precision

pytestmark = pytest.mark.training


@pytest.mark.parametrize(("capability", "pays"), [("AVX2", False), ("DEFAULT", False), ("AVX512", True)])
def test_an_x86_processor_needs_avx512(capability: str, pays: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert precision.half_precision_pays(torch.device("cpu")) is pays


def test_other_devices_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert precision.half_precision_pays(torch.device("cuda"))
    monkeypatch.setattr(precision.platform, "machine", lambda: "aarch64")
    assert precision.half_precision_pays(torch.device("cpu"))
