from pathlib import Path

import pytest

pytest.importorskip("onnx", reason="onnx is not installed (`make test-setup`)")

from benchmarks.runtimes.graphs import input_size


def test_every_kind_of_graph_takes_the_same_pictures(graphs: dict[str, Path]) -> None:
    assert list(graphs) == ["single", "static", "mixed", "dynamic"]
    assert {input_size(file) for file in graphs.values()} == {(64, 256)}
    assert all(graphs[name].stat().st_size < graphs["single"].stat().st_size for name in ("static", "mixed", "dynamic"))
