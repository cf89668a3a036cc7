from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from ocr_model.reading.packaged_graphs import packaged_graph


def test_a_graph_is_found_in_the_package_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "reads.onnx").touch()
    spec = ModuleSpec("rapidocr", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("ocr_model.reading.packaged_graphs.find_spec", lambda name: spec)
    assert packaged_graph("reads.onnx") == tmp_path / "models" / "reads.onnx"
    assert packaged_graph("absent.onnx") is None


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_model.reading.packaged_graphs.find_spec", lambda name: None)
    assert packaged_graph("reads.onnx") is None
