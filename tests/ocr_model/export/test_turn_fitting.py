"""A turn head is fitted on an exported model and serves with it."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.export.graphs import export_network
from ocr_model.export.turn_fitting import fit_turn_directory
from ocr_model.reading.recognizer import Recognizer
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import synthetic_set


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    config = NetworkConfig(width=32, hidden=32, blocks=(1, 1, 1, 1), prediction="Attn")
    export_network(RecognitionNetwork(config).eval(), tmp_path, name="tiny", version="0")
    return tmp_path


def test_the_head_is_stored_with_the_model_and_read_with_it(exported: Path) -> None:
    fit = fit_turn_directory(exported, "v1.0", 40)
    assert 4 <= fit.crops <= 8
    assert all(0.0 <= share <= 1.0 for share in (fit.upright_right, fit.upside_down_right, fit.ordered))
    description = json.loads((exported / "model.json").read_text(encoding="utf-8"))
    assert set(description["sha256"]) == set(description["files"].values()) >= {"turn_head.npy"}
    reader = Recognizer.load(exported, threads=1)
    assert all(0 <= one.turn <= 3 for one in reader.read_batch(synthetic_set("v1.0", 6).images))


def test_too_few_crops_are_refused(exported: Path) -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_turn_directory(exported, "v1.0", 2)
    assert not (exported / "turn_head.npy").exists()
