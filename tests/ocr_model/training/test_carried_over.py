"""Weights of a network in one of another charset: the same characters keep their classes."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.carried_over import carried_over

pytestmark = pytest.mark.training
SMALL = NetworkConfig(width=32, hidden=8, blocks=(1, 1, 1, 1), charset="01AB")


def test_common_characters_keep_their_classes_and_new_ones_begin_anew() -> None:
    given, own = RecognitionNetwork(SMALL), RecognitionNetwork(replace(SMALL, charset="B가0"))
    before = {name: value.clone() for name, value in own.state_dict().items()}
    state, left_out = carried_over(given, own)
    theirs = given.state_dict()
    assert left_out == []
    rows = {"ctc.classifier.weight": 1, "attention.generator.bias": 2, "attention.embedding.weight": 2}
    for name, first in rows.items():
        assert torch.equal(state[name][:first], theirs[name][:first])
        assert torch.equal(state[name][first], theirs[name][first + 3])  # B
        assert torch.equal(state[name][first + 1], before[name][first + 1])  # 가
        assert torch.equal(state[name][first + 2], theirs[name][first])  # 0
    own.load_state_dict(state)


def test_another_width_leaves_out_what_does_not_fit() -> None:
    given, own = RecognitionNetwork(SMALL), RecognitionNetwork(replace(SMALL, width=48, charset="0가"))
    state, left_out = carried_over(given, own)
    assert left_out
    assert all(torch.equal(state[name], own.state_dict()[name]) for name in left_out)
