from pathlib import Path

from PIL import Image

from benchmarks.runtimes.crops import LabelledCrop
from benchmarks.runtimes.measurement import RuntimeResult
from benchmarks.runtimes.table import cpu_flags, exact, table


def test_exact_counts_only_its_group(tmp_path: Path) -> None:
    picture = Image.new("L", (8, 8))
    crops = [LabelledCrop("real", "A-1", picture), LabelledCrop("real", "B2", picture)]
    crops.append(LabelledCrop("twins", "C3", picture))
    result = RuntimeResult("x", tmp_path, texts=["A1", "B3", "C3"])
    assert exact(result, crops, "real") == (1, 2)
    assert exact(result, crops, "twins") == (1, 1)


def test_the_processor_is_described() -> None:
    assert "cores" in cpu_flags()


def test_ratios_are_to_the_first_row(tmp_path: Path) -> None:
    file = tmp_path / "graph.onnx"
    file.write_bytes(b"x" * 2_000_000)
    crops = [LabelledCrop("real", "A1", Image.new("L", (8, 8)))]
    accuracy = [RuntimeResult("one", file, texts=["A1"]), RuntimeResult("two", file, texts=["B1"])]
    timed = [RuntimeResult(r.name, file, [e], [2 * e], [e]) for r, e in zip(accuracy, (4.0, 2.0), strict=True)]
    lines = table(accuracy, {1: timed}, crops).splitlines()
    assert lines[2] == "| one | 2.0 | 1/1 | 0 | 4.00 | 1.00 | 8.00 | 4.00 |"
    assert lines[3] == "| two | 2.0 | 0/1 | 1 | 2.00 | 0.50 | 4.00 | 2.00 |"
