from pathlib import Path

import pytest

pytest.importorskip("onnx", reason="onnx is not installed (`make test-setup`)")

from benchmarks.runtimes import runtime as under_test
from benchmarks.runtimes.runtime import RuntimeMissingError, open_runtimes, openvino


def test_a_missing_runtime_is_named(monkeypatch: pytest.MonkeyPatch, graphs: dict[str, Path]) -> None:
    def fail(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(under_test.importlib, "import_module", fail)
    with pytest.raises(RuntimeMissingError, match="pip install openvino"):
        openvino(graphs["single"], 1, "f32")
    opened, missing = open_runtimes(graphs, 1)
    assert len(missing) == 3 and all("OpenVINO" in line for line in missing)
    assert opened[0].name == "ONNX Runtime fp32"
