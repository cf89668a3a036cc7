import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture.transformer import WIDTH, SelfAttention, TransformerBlock, VisionTransformer


def test_a_class_token_and_one_token_per_patch() -> None:
    network = VisionTransformer(1, 32, 64).eval()
    assert network(torch.rand(2, 1, 32, 64)).shape == (2, WIDTH, 1, 1 + 2 * 4)


def test_every_token_looks_at_every_other() -> None:
    torch.manual_seed(0)
    attention, tokens = SelfAttention(12, 3), torch.rand(1, 5, 12)
    changed = tokens.clone()
    changed[0, 4] += 1.0
    with torch.inference_mode():
        assert ((attention(tokens) - attention(changed)).abs().amax(dim=2) > 0).all()
        assert TransformerBlock(12, 3)(tokens).shape == tokens.shape
