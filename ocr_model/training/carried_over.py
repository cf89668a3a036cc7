"""Weights of a trained network in another one: what fits by name and shape; of other charsets the common classes."""

from __future__ import annotations

from torch import Tensor

from ocr_model.training.architecture import RecognitionNetwork
from ocr_model.training.architecture.prediction import SPECIAL_TOKENS

_FIRST_CLASS = {
    "ctc.classifier.weight": 1,
    "ctc.classifier.bias": 1,
    "attention.embedding.weight": SPECIAL_TOKENS,
    "attention.generator.weight": SPECIAL_TOKENS,
    "attention.generator.bias": SPECIAL_TOKENS,
}
"""Weights with a row for each class, and the row of the charset's first character: blank, start and end come before."""


def carried_over(given: RecognitionNetwork, own: RecognitionNetwork) -> tuple[dict[str, Tensor], list[str]]:
    """The state of `own` with the weights of `given` in it.

    Characters that both charsets hold keep their classes' weights; those of new characters stay as initialised.

    Returns:
        The state, and the names of the weights that do not fit and stay as initialised.
    """
    state, theirs = dict(own.state_dict()), given.state_dict()
    left_out = []
    for name, value in state.items():
        if name not in theirs:
            left_out.append(name)
        elif name in _FIRST_CLASS and given.config.charset != own.config.charset:
            if theirs[name].shape[1:] != value.shape[1:]:
                left_out.append(name)
                continue
            state[name] = _by_class(theirs[name], value, given.config.charset, own.config.charset, _FIRST_CLASS[name])
        elif theirs[name].shape == value.shape:
            state[name] = theirs[name]
        else:
            left_out.append(name)
    return state, left_out


def _by_class(given: Tensor, own: Tensor, given_charset: str, own_charset: str, first: int) -> Tensor:
    """Rows of `own` (first + characters, ...) replaced by those of the same characters of `given`."""
    rows = own.clone()
    rows[:first] = given[:first]
    for number, character in enumerate(own_charset):
        at = given_charset.find(character)
        if at >= 0:
            rows[first + number] = given[first + at]
    return rows
