"""The search for the most probable texts with the attention decoder, asked for one character after another.

The network computes the probability of each next character; which texts are followed is decided here, in numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ocr_model.reading.arrays import Floats, Integers
from ocr_model.reading.hypotheses import NEGLIGIBLE, Hypothesis, best_hypotheses

START, END, FIRST_CHARACTER = 0, 1, 2
"""Classes of the attention decoder; the charset follows from `FIRST_CHARACTER` on."""


class DecoderStep(Protocol):
    """One step of the attention decoder for M hypotheses at once."""

    def __call__(
        self, crops: Integers, tokens: Integers, hidden: Floats, cell: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Log probabilities of the next character of each hypothesis.

        Args:
            crops: (M,) which crop of the batch each hypothesis reads.
            tokens: (M,) its last class, `START` at first.
            hidden: (M, H) state of the LSTM.
            cell: (M, H) state of the LSTM.

        Returns:
            Log probabilities (M, V) of the next class, and the new hidden and cell states (M, H).
        """
        ...


def attention_beam_search(
    step: DecoderStep, *, crops: int, hidden_size: int, charset: str, max_length: int, beam: int = 5
) -> list[list[Hypothesis]]:
    """The most probable texts of each crop, the best first.

    A crop is done as soon as no unfinished text can become one of its `beam` best. With `beam` = 1 this is greedy
    decoding that also remembers the best place to end.

    Args:
        step: the network.
        crops: number of crops; all are decoded side by side.
        hidden_size: H of the LSTM state.
        charset: characters by class.
        max_length: characters of the longest text. A text that has not ended there keeps all its characters.
        beam: number of unfinished texts per crop that are followed.

    Returns:
        Per crop at least one hypothesis, by falling rank.
    """
    finished: list[list[Hypothesis]] = [[] for _ in range(crops)]
    # The unfinished texts of all crops, grouped by crop in rising order.
    owners = list(range(crops))
    owner = np.arange(crops, dtype=np.int64)
    tokens = np.full(crops, START, dtype=np.int64)
    hidden = np.zeros((crops, hidden_size), dtype=np.float32)
    cell = np.zeros((crops, hidden_size), dtype=np.float32)
    scores = np.zeros(crops, dtype=np.float64)
    texts: list[str] = [""] * crops
    trails: list[tuple[float, ...]] = [()] * crops

    # The arrays are small: a list costs less than an array wherever numbers are read one by one.
    for length in range(max_length + 1):
        log_probabilities, hidden, cell = step(owner, tokens, hidden, cell)
        extended = log_probabilities + scores[:, None]  # (M, V)
        if len(owners) == 1:
            # Usually a single beginning is certain: then nothing needs to be sorted, gathered or copied.
            row, done = extended[0], finished[owners[0]]
            end, group = float(row[END]), row[FIRST_CHARACTER:]
            at = int(group.argmax())
            top, score = float(group[at]), float(scores[0])
            done.append(Hypothesis(texts[0], end, trails[0], score if length == max_length else end))
            floor = _least_rank(done, top, beam)
            if length == max_length or top <= floor:
                break
            if np.count_nonzero(group > floor) == 1:
                added = float(log_probabilities[0, FIRST_CHARACTER + at])
                tokens = np.array([FIRST_CHARACTER + at])
                scores = group[at : at + 1]
                texts, trails = [texts[0] + charset[at]], [(*trails[0], added)]
                continue
            done.pop()
        ends = extended[:, END].tolist()
        ranks = scores.tolist() if length == max_length else ends
        parents: list[int] = []
        characters: list[int] = []
        stop = 0
        while stop < len(owners):
            first, crop = stop, owners[stop]
            done = finished[crop]
            while stop < len(owners) and owners[stop] == crop:
                done.append(Hypothesis(texts[stop], ends[stop], trails[stop], ranks[stop]))
                stop += 1
            if length == max_length:
                continue
            group = extended[first:stop, FIRST_CHARACTER:].ravel()
            floor = _least_rank(done, float(group.max()), beam)
            followed = (group > floor).nonzero()[0]  # few: sorting them costs less than a partition of all
            if len(followed) > 1:
                followed = followed[(-group[followed]).argsort(kind="stable")][:beam]
            for at in followed.tolist():
                parent, character = divmod(at, len(charset))
                parents.append(first + parent)
                characters.append(character)
        if not parents:
            break
        rows = np.asarray(parents)
        tokens = np.asarray(characters, dtype=np.int64) + FIRST_CHARACTER
        added = log_probabilities[rows, tokens].tolist()
        texts = [texts[parent] + charset[character] for parent, character in zip(parents, characters, strict=True)]
        trails = [(*trails[parent], token) for parent, token in zip(parents, added, strict=True)]
        scores = extended[rows, tokens]
        owners = [owners[parent] for parent in parents]
        owner, hidden, cell = owner[rows], hidden[rows], cell[rows]

    return [best_hypotheses(done) for done in finished]


def attention_score(
    step: DecoderStep, crops: Sequence[int], texts: Sequence[str], *, hidden_size: int, charset: str, max_length: int
) -> list[float]:
    """Log probabilities of given texts, their ends included, all texts side by side.

    Args:
        step: the network.
        crops: (M,) the crop that each text may be on.
        texts: M texts, spaces taken as they stand.
        hidden_size: H of the LSTM state.
        charset: characters by class.
        max_length: characters of the longest text. A longer one is judged by its beginning, as the search does.

    Returns:
        (M,) natural logarithms; minus infinity for a text of other characters.
    """
    numbers = {character: number for number, character in enumerate(charset, start=FIRST_CHARACTER)}
    known = [at for at, text in enumerate(texts) if set(text) <= numbers.keys()]
    classes = {at: [*(numbers[character] for character in texts[at]), END][: max_length + 1] for at in known}
    for at in known:
        if len(texts[at]) > max_length:
            classes[at].pop()
    # The longest first, so that the texts that go on are always the first ones.
    known.sort(key=lambda at: len(classes[at]), reverse=True)
    scores = [-math.inf] * len(texts)
    # Texts of one crop that begin alike share a row until they differ: most candidates differ in one character.
    owner, row = np.unique(np.asarray([crops[at] for at in known], dtype=np.int64), return_inverse=True)
    tokens = np.full(len(owner), START, dtype=np.int64)
    hidden = np.zeros((len(owner), hidden_size), dtype=np.float32)
    cell = np.zeros((len(owner), hidden_size), dtype=np.float32)
    total = np.zeros(len(known))
    length = 0
    while known:
        following = np.asarray([classes[at][length] for at in known], dtype=np.int64)
        log_probabilities, hidden, cell = step(owner, tokens, hidden, cell)
        total = total + log_probabilities[row, following]
        length += 1
        going = sum(len(classes[at]) > length for at in known)
        for at, score in zip(known[going:], total[going:].tolist(), strict=True):
            scores[at] = min(0.0, score)
        known, total = known[:going], total[:going]
        number = log_probabilities.shape[1]
        grown, row = np.unique(row[:going] * number + following[:going], return_inverse=True)
        parents, tokens = np.divmod(grown, number)
        owner, hidden, cell = owner[parents], hidden[parents], cell[parents]
    return scores


def _least_rank(done: Sequence[Hypothesis], top: float, beam: int) -> float:
    """The rank above which an unfinished text is followed, given the finished texts and the best unfinished rank."""
    best = sorted([hypothesis.rank for hypothesis in done], reverse=True)
    floor = max(best[0], top) + NEGLIGIBLE
    return max(floor, best[beam - 1]) if len(best) >= beam else floor
