"""The command that exports: what it leaves, and what it leaves alone."""

import argparse
import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")


from ocr_model.domains.plates import PLATES
from ocr_model.export.export_command import add_arguments, main
from ocr_model.export.graphs import export_network
from ocr_model.export.parity import ExportMismatchError
from ocr_model.reading.recognizer import Recognizer
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork


def _command(run: Path, out: Path, version: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    quick = ["--recipe", "v1.0", "--check", "3", "--int8", "0", "--turns", "0", "--calibrate", "0", "--name", "tiny"]
    return parser.parse_args(["--run", str(run), "--out", str(out), "--version", version, *quick])


def test_a_refused_export_leaves_the_model_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    export_network(
        RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))), run, name="r", version="0"
    )
    (out / "notes").mkdir(parents=True)
    assert main(_command(run, out, "1")) == 0
    before = {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()}

    def refuse(*_: object, **__: object) -> None:
        raise ExportMismatchError("3 of 3 texts differ")

    monkeypatch.setattr("ocr_model.export.export_command.check_parity", refuse)
    assert main(_command(run, out, "2")) == 1
    assert f"3 of 3 texts differ; {out} is as it was" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()} == before
    assert Recognizer.load(out, threads=1).info.version == "1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run"]


def test_an_export_takes_the_place_of_the_model_before(tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    export_network(
        RecognitionNetwork(NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1))), run, name="r", version="0"
    )
    assert main(_command(run, out, "1")) == 0
    described = json.loads((out / "model.json").read_text())
    described["files"]["encoder_int8"] = "old_int8.onnx"
    (out / "model.json").write_text(json.dumps(described))
    (out / "old_int8.onnx").write_bytes(b"of the model before")
    (out / "curve.png").write_bytes(b"not the model's")
    assert main(_command(run, out, "2")) == 0
    assert Recognizer.load(out, threads=1).info.version == "2"
    assert not (out / "old_int8.onnx").exists() and (out / "curve.png").exists()


def test_the_charset_says_which_domain_a_model_reads(tmp_path: Path) -> None:
    config = NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1), charset=PLATES.charset)
    export_network(RecognitionNetwork(config), tmp_path / "run", name="r", version="0")
    options = _command(tmp_path / "run", tmp_path / "out", "1")
    options.recipe = options.turns = None  # the domain's
    assert main(options) == 0
    assert Recognizer.load(tmp_path / "out", threads=1, second=False).domain is PLATES
    assert not (tmp_path / "out" / "turn_head.npy").exists()  # plates stand upright
