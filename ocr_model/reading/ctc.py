"""The search in CTC's probabilities, one row per column of the picture, and CTC's vote beside the attention decoder.

`ctc_beam_search` finds texts (Hannun 2014, https://arxiv.org/abs/1408.2873, without a language model), `ctc_score`
gives the probability of known ones, and `join_with_ctc` lets attention decoder and CTC judge the same texts together
(Watanabe et al. 2017, https://doi.org/10.1109/JSTSP.2017.2763455, as rescoring). Everything is numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocr_model.reading.arrays import Floats
from ocr_model.reading.hypotheses import NEGLIGIBLE, Hypothesis, best_hypotheses, log_add, log_rest, merge_spacings

CTC_BLANK = 0
"""Class of "no character here" in CTC; the charset follows behind it."""

_UNLIKELY = math.exp(2 * NEGLIGIBLE)  # beside the best beginning: one is not followed further


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


def ctc_every_text(log_probabilities: Floats, texts: Sequence[str], *, charset: str) -> list[list[Hypothesis]]:
    """All texts that there are on each crop, the best first; their probabilities are 1 together.

    What CTC gives to longer texts is what it gives to none of them: it goes to the empty text, "not one character".

    Args:
        log_probabilities: (N, T, 1 + len(charset)) of a batch of crops; class 0 is the blank.
        texts: the empty text first, then those of one character.
        charset: characters by class, from 1 on.
    """
    crops = [crop for crop in range(len(log_probabilities)) for _ in texts]
    scores = ctc_score(log_probabilities, crops, list(texts) * len(log_probabilities), charset=charset)
    found = []
    for row in np.exp(scores).reshape(-1, len(texts)):
        row[0] = max(0.0, 1.0 - float(row[1:].sum()))
        logs = np.log(np.maximum(row / row.sum(), np.finfo(np.float64).tiny)).tolist()
        readings = [Hypothesis(text, log, (log,) * len(text), log) for text, log in zip(texts, logs, strict=True)]
        found.append(sorted(readings, key=lambda reading: -reading.rank))
    return found


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
        beam: number of texts; twice as many beginnings are followed from column to column.

    Returns:
        At least one hypothesis. Its probability sums over all alignments that were followed, so it is a lower
        bound; the confidence of a character is the greatest probability of its class within the columns of
        the best alignment.
    """
    best = log_probabilities.max(axis=1)
    log_most = float(best.sum(dtype=np.float64))
    relative = log_probabilities - best[:, None]
    likely = relative > 2 * NEGLIGIBLE
    # Of blanks in a row with nothing else the first says all; half of a picture's columns are such.
    is_blank = likely[:, CTC_BLANK] & (likely.sum(axis=1) == 1)
    kept = np.flatnonzero(~(is_blank & np.concatenate(([False], is_blank[:-1]))))
    # Per beginning (classes so far): probability of ending in a blank, and of ending in its last character. Each column
    # is divided by its best class, and all beginnings by the best one: so no sum needs a logarithm.
    beginnings: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for column in _likely_classes(relative[kept], likely[kept], 2 * beam + 1):
        blank = column.pop(CTC_BLANK, 0.0)
        grown: dict[tuple[int, ...], tuple[float, float]] = {}
        for beginning, (in_blank, in_character) in beginnings.items():
            total, last = in_blank + in_character, beginning[-1] if beginning else CTC_BLANK
            before = grown.get(beginning, (0.0, 0.0))
            grown[beginning] = (before[0] + total * blank, before[1] + in_character * column.get(last, 0.0))
            for character, probability in column.items():
                longer = (*beginning, character)
                before = grown.get(longer, (0.0, 0.0))
                # The same character once more needs a blank between.
                grown[longer] = (before[0], before[1] + (in_blank if character == last else total) * probability)
        most = max(in_blank + in_character for in_blank, in_character in grown.values())
        log_most += math.log(most)
        beginnings = {
            beginning: (in_blank / most, in_character / most)
            for beginning, (in_blank, in_character) in grown.items()
            if in_blank + in_character > _UNLIKELY * most
        }
        if len(beginnings) > 2 * beam:  # twice: a beginning may gain when its alignments meet again
            best_first = sorted(beginnings.items(), key=lambda item: -item[1][0] - item[1][1])
            beginnings = dict(best_first[: 2 * beam])
    found = []
    for beginning, (in_blank, in_character) in beginnings.items():
        total = log_most + math.log(in_blank + in_character)
        found.append(Hypothesis("".join(charset[character - 1] for character in beginning), total, (), total))
    columns, numbers = log_probabilities[kept], {character: at for at, character in enumerate(charset, start=1)}
    return [
        replace(
            hypothesis,
            character_log_probabilities=_align(columns, tuple(numbers[character] for character in hypothesis.text)),
        )
        for hypothesis in best_hypotheses(found)[:beam]
    ]


def _likely_classes(relative: Floats, likely: NDArray[np.bool_], count: int) -> list[dict[int, float]]:
    """Per column its likely classes, at most so many and the blank, with their probabilities beside the best one's.

    Args:
        relative: (T, C) log probabilities; the best class of each column has 0.
        likely: (T, C) which are worth following.
        count: largest number of classes besides the blank.
    """
    columns: list[dict[int, float]] = [{} for _ in relative]
    rows, classes = np.nonzero(likely)
    probabilities = np.exp(relative[rows, classes]).tolist()
    for row, number, probability in zip(rows.tolist(), classes.tolist(), probabilities, strict=True):
        columns[row][number] = probability
    for column in columns:
        if len(column) > count:
            for number in sorted(column, key=column.__getitem__)[: len(column) - count]:
                if number != CTC_BLANK:
                    del column[number]
    return columns


def _align(columns: Floats, classes: tuple[int, ...]) -> tuple[float, ...]:
    """Per character the greatest log probability within its columns, on the best CTC alignment of the text.

    Args:
        columns: (T, C) log probabilities.
        classes: the text.
    """
    if not classes:
        return ()
    states = [CTC_BLANK] * (2 * len(classes) + 1)  # blank, character, blank, ... , blank
    states[1::2] = classes
    # A character may follow another one directly unless the two are equal.
    may_skip = [at % 2 == 1 and at > 1 and state != states[at - 2] for at, state in enumerate(states)]
    shown = columns[:, states]
    rows = shown.tolist()  # so few numbers cost less in lists than in arrays
    score = [*rows[0][:2], *([-math.inf] * (len(states) - 2))]
    came_from: list[list[int]] = [[]]
    for row in rows[1:]:
        before, score, steps = score, [], []
        for at, own in enumerate(row):
            best, step = before[at], 0
            if at and before[at - 1] > best:
                best, step = before[at - 1], 1
            if may_skip[at] and before[at - 2] > best:
                best, step = before[at - 2], 2
            score.append(best + own)
            steps.append(step)
        came_from.append(steps)
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    found = [-math.inf] * len(classes)
    for row, steps in zip(reversed(rows), reversed(came_from), strict=True):
        if state % 2:
            found[state // 2] = max(found[state // 2], row[state])
        state -= steps[state] if steps else 0
    return tuple(found)
