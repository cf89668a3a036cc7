"""The search in CTC's probabilities, one row per column of the picture, and CTC's vote beside the attention decoder.

`ctc_beam_search` finds texts (Hannun 2014, https://arxiv.org/abs/1408.2873, without a language model), `ctc_score`
gives the probability of known ones, and `join_with_ctc` lets attention decoder and CTC judge the same texts together
(Watanabe et al. 2017, https://doi.org/10.1109/JSTSP.2017.2763455, as rescoring). Everything is numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr_model.reading.arrays import Floats
from ocr_model.reading.hypotheses import NEGLIGIBLE, Hypothesis, best_hypotheses, log_add, log_rest, merge_spacings

CTC_BLANK = 0
"""Class of "no character here" in CTC; the charset follows behind it."""


def ctc_score(
    log_probabilities: Floats, crops: Sequence[int], texts: Sequence[str], *, charset: str
) -> NDArray[np.float64]:
    """Log probabilities of given texts: the sum over all their CTC alignments, all texts side by side.

    Args:
        log_probabilities: (N, T, 1 + len(charset)) of a batch of crops; class 0 is the blank.
        crops: (M,) the crop that each text may be on.
        texts: M texts of characters of the charset, spaces taken as they stand.
        charset: characters by class, from 1 on.

    Returns:
        (M,) natural logarithms, at most 0. A text that does not fit into T columns, or that is less probable
        than about exp(-700) beside the best path, gets a log probability of about -700 below the best path.
    """
    if not texts:
        return np.zeros(0)
    owner = np.asarray(crops, dtype=np.int64)
    classes = {character: number for number, character in enumerate(charset, start=1)}
    lengths = np.asarray([len(text) for text in texts], dtype=np.int64)
    # blank, character, blank, ... , blank; the shorter texts' further blanks lie behind their end.
    states = np.full((len(texts), 2 * int(lengths.max()) + 1), CTC_BLANK, dtype=np.int64)
    for row, text in enumerate(texts):
        states[row, 1 : 2 * len(text) : 2] = [classes[character] for character in text]
    # A character may follow another one directly unless the two are equal.
    may_skip = np.zeros(states.shape)
    may_skip[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    # Each column is divided by its best class: then the best path has 1, and sums need no logarithms.
    best = log_probabilities.max(axis=2, keepdims=True).astype(np.float64)
    columns = np.exp(log_probabilities - best).transpose(1, 0, 2)[:, owner[:, None], states]  # (T, M, S)
    ways = np.zeros((len(texts), states.shape[1] + 2))  # two states of nothing on the left, to shift from
    ways[:, 2] = 1.0  # as if a blank had come before the first column
    for column in columns:
        ways[:, 2:] = (ways[:, 2:] + ways[:, 1:-1] + ways[:, :-2] * may_skip) * column
    rows = np.arange(len(texts))
    total = ways[rows, 2 + 2 * lengths] + np.where(lengths > 0, ways[rows, 1 + 2 * lengths], 0.0)
    scores: NDArray[np.float64] = np.log(np.maximum(total, np.finfo(np.float64).tiny)) + best.sum(axis=(1, 2))[owner]
    return np.minimum(scores, 0.0)


def join_with_ctc(
    hypotheses: Sequence[Hypothesis], ctc_log_probabilities: Sequence[float], weight: float, count: int
) -> list[Hypothesis]:
    """Rank the readings of one crop by the attention decoder and CTC together.

    score = (1 - weight) * log p_attention + weight * log p_ctc, per reading (`merge_spacings`) and for "any
    other text", whose two probabilities are the readings' complements to 1. The scores' exponentials divided by
    their sum are the readings' probabilities: the log-linear pool of both opinions. So they stay probabilities
    of disjoint events, and a weight of 0 gives those of the attention decoder unchanged.

    Args:
        hypotheses: hypotheses of one crop, each text once.
        ctc_log_probabilities: log probability of each hypothesis, from `ctc_score`.
        weight: weight of CTC, 0..1.
        count: largest number of readings.

    Returns:
        The best readings first, like `merge_spacings`.
    """
    attention = merge_spacings(hypotheses, len(hypotheses))
    heard = merge_spacings(
        [
            Hypothesis(hypothesis.text, score, hypothesis.character_log_probabilities, score)
            for hypothesis, score in zip(hypotheses, ctc_log_probabilities, strict=True)
        ],
        len(hypotheses),
    )
    ctc = {hypothesis.text.replace(" ", ""): hypothesis.log_probability for hypothesis in heard}

    def pool(by_attention: float, by_ctc: float) -> float:
        # 0 * minus infinity is NaN, so a term without weight is left out.
        return (by_attention * (1.0 - weight) if weight < 1.0 else 0.0) + (by_ctc * weight if weight > 0.0 else 0.0)

    scores = [pool(hypothesis.log_probability, ctc[hypothesis.text.replace(" ", "")]) for hypothesis in attention]
    ranks = [pool(hypothesis.rank, ctc[hypothesis.text.replace(" ", "")]) for hypothesis in attention]
    total = pool(log_rest(hypothesis.log_probability for hypothesis in attention), log_rest(ctc.values()))
    for score in scores:
        total = log_add(total, score)
    if total == -math.inf:
        total = 0.0
    joined = [
        Hypothesis(
            hypothesis.text, min(0.0, score - total), hypothesis.character_log_probabilities, min(0.0, rank - total)
        )
        for hypothesis, score, rank in zip(attention, scores, ranks, strict=True)
    ]
    return best_hypotheses(joined)[:count]


def ctc_beam_search(log_probabilities: Floats, *, charset: str, beam: int = 5) -> list[Hypothesis]:
    """The most probable texts of one crop, the best first.

    Args:
        log_probabilities: (T, 1 + len(charset)), per column of the picture; class 0 is the blank.
        charset: characters by class, from 1 on.
        beam: number of beginnings that are followed from column to column.

    Returns:
        At least one hypothesis. Its probability sums over all alignments that were followed, so it is a lower
        bound; the confidence of a character is the greatest probability of its class within the columns of
        the best alignment.
    """
    columns = log_probabilities.astype(np.float64)
    impossible = -math.inf
    # Per beginning (classes so far): log probabilities of ending in a blank, and of ending in its last
    # character.
    beginnings: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, impossible)}
    for column in columns:
        best = np.argsort(-column)[: 2 * beam + 1].tolist()
        likely = [c for c in best if c != CTC_BLANK and column[c] > column[best[0]] + 2 * NEGLIGIBLE]
        blank = float(column[CTC_BLANK])
        grown: dict[tuple[int, ...], tuple[float, float]] = {}

        def add(
            beginning: tuple[int, ...],
            in_blank: float,
            in_character: float,
            grown: dict[tuple[int, ...], tuple[float, float]] = grown,
        ) -> None:
            before = grown.get(beginning, (impossible, impossible))
            grown[beginning] = (log_add(before[0], in_blank), log_add(before[1], in_character))

        for beginning, (in_blank, in_character) in beginnings.items():
            total = log_add(in_blank, in_character)
            repeated = in_character + float(column[beginning[-1]]) if beginning else impossible
            add(beginning, total + blank, repeated)
            for character in likely:
                # The same character once more needs a blank between.
                before = in_blank if beginning and beginning[-1] == character else total
                add((*beginning, character), impossible, before + float(column[character]))
        # Twice the beam: a beginning may gain when its alignments meet again.
        kept = sorted(grown.items(), key=lambda item: log_add(*item[1]), reverse=True)[: 2 * beam]
        beginnings = dict(kept)

    hypotheses = []
    for beginning, ways in beginnings.items():
        total = log_add(*ways)
        text = "".join(charset[character - 1] for character in beginning)
        hypotheses.append(Hypothesis(text, total, _align(columns, beginning), total))
    return best_hypotheses(hypotheses)[:beam]


def _align(columns: NDArray[np.float64], classes: tuple[int, ...]) -> tuple[float, ...]:
    """Per character the greatest log probability within its columns, on the best CTC alignment of the text.

    Args:
        columns: (T, C) log probabilities.
        classes: the text.
    """
    if not classes:
        return ()
    states = np.zeros(2 * len(classes) + 1, dtype=np.int64)  # blank, character, blank, ... , blank
    states[1::2] = classes
    # A character may follow another one directly unless the two are equal.
    may_skip = np.zeros(len(states), dtype=bool)
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(len(states), -math.inf)
    score[:2] = columns[0, states[:2]]
    came_from = np.zeros((len(columns), len(states)), dtype=np.int64)
    for t in range(1, len(columns)):
        stay = score
        advance = np.concatenate(([-math.inf], score[:-1]))
        skip = np.where(may_skip, np.concatenate(([-math.inf, -math.inf], score[:-2])), -math.inf)
        choices = np.stack((stay, advance, skip))
        came_from[t] = choices.argmax(axis=0)
        score = choices.max(axis=0) + columns[t, states]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    best = [-math.inf] * len(classes)
    for t in range(len(columns) - 1, -1, -1):
        if state % 2:
            best[state // 2] = max(best[state // 2], float(columns[t, states[state]]))
        state -= int(came_from[t, state])
    return tuple(best)
