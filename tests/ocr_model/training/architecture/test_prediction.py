"""Both decoders say in steps what they say with teacher forcing."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture.prediction import CTC, SPECIAL_TOKENS, START, Attention, PositionDecoder


def test_ctc_has_a_class_per_character_and_a_blank() -> None:
    assert CTC(16, 5)(torch.rand(2, 7, 16)).shape == (2, 7, 6)


@pytest.mark.parametrize("kind", [Attention, PositionDecoder])
def test_steps_and_teacher_forcing_agree(kind: type) -> None:
    torch.manual_seed(0)
    decoder = (Attention(16, 12, 5) if kind is Attention else PositionDecoder(16, 5)).eval()
    context, tokens = torch.rand(2, 9, 16), torch.tensor([[START, 3, 4], [START, 6, 2]])
    with torch.inference_mode():
        logits = decoder(context, tokens)
        assert logits.shape == (2, 3, SPECIAL_TOKENS + 5)
        projected = decoder.project(context)
        hidden = cell = torch.zeros(2, decoder.hidden_size)
        for position in range(3):
            step, hidden, cell = decoder.step(context, projected, hidden, cell, tokens[:, position])
            assert torch.allclose(step, logits[:, position], atol=1e-5)
