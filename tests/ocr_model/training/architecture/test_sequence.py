import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture.sequence import BiLSTM


def test_each_position_knows_its_neighbours_on_both_sides() -> None:
    torch.manual_seed(0)
    sequence, features = BiLSTM(8, 4).eval(), torch.rand(1, 6, 8)
    changed = features.clone()
    changed[0, 3] += 1.0
    with torch.inference_mode():
        before, after = sequence(features), sequence(changed)
    assert before.shape == (1, 6, 4)
    assert ((before - after).abs().amax(dim=2) > 0).all()
