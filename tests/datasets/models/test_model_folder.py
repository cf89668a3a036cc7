"""Only a whole model folder is a model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets.errors import ModelDamagedError
from datasets.models.model_folder import describe, find_lacking, read_contents, sha256
from tests.datasets.making import model_folder


def no_file(folder: Path) -> None:
    (folder / "encoder.onnx").unlink()


def other_bytes(folder: Path) -> None:
    (folder / "encoder.onnx").write_bytes(b"rotten")


def no_description(folder: Path) -> None:
    (folder / "model.json").unlink()


def no_json(folder: Path) -> None:
    (folder / "model.json").write_text("{")


def described(folder: Path, **changes: object) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (no_file, "encoder.onnx is missing"),
        (other_bytes, "encoder.onnx is damaged"),
        (no_description, "no model in"),
        (no_json, "does not describe a model"),
        (lambda folder: described(folder, sha256={}), "SHA-256 of every file"),
        (lambda folder: described(folder, sha256={"../../x": "0" * 64}), "SHA-256 of every file"),
        (lambda folder: described(folder, files={}), "SHA-256 of every file"),
        (lambda folder: described(folder, files="encoder.onnx"), "does not describe a model"),
        (lambda folder: described(folder, name=None), "does not describe a model"),
        (lambda folder: (folder / "Read me.txt").write_text(""), "has a name of"),
    ],
)
def test_only_whole_models_are_registered(tmp_path: Path, spoil: Callable[[Path], object], message: str) -> None:
    folder = model_folder(tmp_path / "a", "a")
    spoil(folder)
    with pytest.raises(ModelDamagedError, match=message):
        read_contents(folder)


def test_a_folder_lacks_what_is_missing_or_damaged(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "a", "a")
    description, promised = describe(folder)
    digest = sha256(description)
    assert find_lacking(folder, digest, serving=True) == set()
    assert find_lacking(folder, digest, serving=False) is None  # it does not say which other files it should hold
    (folder / "encoder.onnx").write_bytes(b"half")
    assert find_lacking(folder, digest, serving=True) == {"encoder.onnx"} < promised.keys()
    assert find_lacking(folder, "0" * 64, serving=True) is None
