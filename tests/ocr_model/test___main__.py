import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from ocr_model.__main__ import main

Writer = Callable[..., Path]


def test_help_names_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert all(command in out for command in ("train", "evaluate", "export", "read", "tag"))


def test_read_help_without_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["read", "--help"])
    assert caught.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_read(attention_model: Writer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "tag.png"
    Image.new("RGB", (60, 20), "black").save(picture)
    assert main(["read", str(picture), "--model", str(attention_model())]) == 0
    assert capsys.readouterr().out == f"{picture}: A1  68.4%\n"


@pytest.mark.parametrize("arguments", [[], ["fly"], ["--json"]])
def test_wrong_commands(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def import_of(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    def fail(name: str) -> ModuleType:
        raise ModuleNotFoundError(f"No module named '{missing}'", name=missing)

    monkeypatch.setattr(importlib, "import_module", fail)


@pytest.mark.parametrize("missing", ["torch.nn", "cv2"])
@pytest.mark.parametrize("command", ["train", "evaluate", "export"])
def test_without_the_training_packages_there_is_one_line(
    command: str, missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import_of(monkeypatch, missing)
    assert main([command, "--help"]) == 2
    err = capsys.readouterr().err
    assert "make train-setup" in err
    assert err.count("\n") == 1


def test_a_defect_is_not_mistaken_for_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import_of(monkeypatch, "ocr_model.nothing")
    with pytest.raises(ModuleNotFoundError, match="nothing"):
        main(["train"])


def test_other_commands_run_their_module(monkeypatch: pytest.MonkeyPatch) -> None:
    training = ModuleType("ocr_model.training.train_command")
    training.add_arguments = lambda parser: parser.add_argument("--epochs", type=int)
    training.main = lambda args: args.epochs
    monkeypatch.setitem(sys.modules, "ocr_model.training.train_command", training)
    assert main(["train", "--epochs", "7"]) == 7
