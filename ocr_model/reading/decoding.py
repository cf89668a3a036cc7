"""From the probabilities that the network computes to the most probable texts.

Both predictions of the four-stage framework are here: `attention_beam_search` asks the network one character
after another, `ctc_beam_search` reads one probability per column of the picture (Hannun 2014,
https://arxiv.org/abs/1408.2873, without a language model). `join_with_ctc` lets the two judge the same texts
together (Watanabe et al. 2017, https://doi.org/10.1109/JSTSP.2017.2763455, as rescoring). Everything is numpy.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CTC_BLANK",
    "END",
    "FIRST_CHARACTER",
    "START",
    "DecoderStep",
    "Hypothesis",
    "add_bonuses",
    "attention_beam_search",
    "ctc_beam_search",
    "ctc_score",
    "join_with_ctc",
    "merge_spacings",
    "picture_reading",
]

START, END, FIRST_CHARACTER = 0, 1, 2
"""Classes of the attention decoder; the charset follows from `FIRST_CHARACTER` on."""

CTC_BLANK = 0
"""Class of "no character here" in CTC; the charset follows behind it."""

# What is less than a thousandth as probable as the best is never shown, so it is not searched either.
_NEGLIGIBLE = math.log(1e-3)

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One text that the picture may show.

    Attributes:
        text: with spaces as read.
        log_probability: log of the probability of the whole text, its end included.
        character_log_probabilities: one per character of `text`.
        rank: by which hypotheses are ordered. It equals `log_probability`, except for a text that was cut off
            at the greatest length: that one stands for every text that begins like it, so its end does not
            count against it.
        bonus: what the format prior has added to the log probability, before all were normalised.
    """

    text: str
    log_probability: float
    character_log_probabilities: tuple[float, ...]
    rank: float
    bonus: float = 0.0


class DecoderStep(Protocol):
    """One step of the attention decoder for M hypotheses at once."""

    def __call__(
        self, crops: Integers, tokens: Integers, hidden: Floats, cell: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Ask for the next character.

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

    A crop is done as soon as nothing unfinished can become one of its `beam` best texts. With `beam` = 1 this
    is greedy decoding that also remembers the best place to end.

    Args:
        step: the network.
        crops: number of crops; all are decoded side by side.
        hidden_size: H of the LSTM state.
        charset: characters by class.
        max_length: characters of the longest text. A text that has not ended there keeps all its characters.
        beam: how many unfinished texts per crop are followed.

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

    # The arrays are small: a list costs less than an array wherever numbers are looked at one by one.
    for length in range(max_length + 1):
        log_probabilities, hidden, cell = step(owner, tokens, hidden, cell)
        extended = log_probabilities + scores[:, None]  # (M, V)
        if len(owners) == 1:
            # Most of the time one beginning is certain: then nothing needs to be sorted, gathered or copied.
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
        trails = [(*trails[parent], one) for parent, one in zip(parents, added, strict=True)]
        scores = extended[rows, tokens]
        owners = [owners[parent] for parent in parents]
        owner, hidden, cell = owner[rows], hidden[rows], cell[rows]

    return [_best(done) for done in finished]


def _least_rank(done: Sequence[Hypothesis], top: float, beam: int) -> float:
    """What an unfinished text must be above to be followed, given the finished ones and the best unfinished rank."""
    best = sorted([one.rank for one in done], reverse=True)
    floor = max(best[0], top) + _NEGLIGIBLE
    return max(floor, best[beam - 1]) if len(best) >= beam else floor


def _best(hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
    """By falling rank, without what is negligible beside the best."""
    ordered = sorted(hypotheses, key=lambda one: one.rank, reverse=True)
    return [one for one in ordered if one.rank >= ordered[0].rank + _NEGLIGIBLE]


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
    """Rank the readings of one crop by what the attention decoder and CTC think of them together.

    score = (1 - weight) * log p_attention + weight * log p_ctc, per reading (`merge_spacings`) and for "any
    other text", whose two probabilities are what the readings leave of 1. The scores' exponentials divided by
    their sum are the readings' probabilities: the log-linear pool of both opinions. So they stay probabilities
    of disjoint events, and a weight of 0 gives those of the attention decoder unchanged.

    Args:
        hypotheses: of one crop, each text once.
        ctc_log_probabilities: of each hypothesis, from `ctc_score`.
        weight: of CTC, 0..1.
        count: how many readings at most.

    Returns:
        The best readings first, like `merge_spacings`.
    """
    attention = merge_spacings(hypotheses, len(hypotheses))
    heard = merge_spacings(
        [
            Hypothesis(one.text, score, one.character_log_probabilities, score)
            for one, score in zip(hypotheses, ctc_log_probabilities, strict=True)
        ],
        len(hypotheses),
    )
    ctc = {one.text.replace(" ", ""): one.log_probability for one in heard}

    def pool(by_attention: float, by_ctc: float) -> float:
        # 0 * minus infinity is none: an opinion without weight is not asked.
        return (by_attention * (1.0 - weight) if weight < 1.0 else 0.0) + (by_ctc * weight if weight > 0.0 else 0.0)

    scores = [pool(one.log_probability, ctc[one.text.replace(" ", "")]) for one in attention]
    ranks = [pool(one.rank, ctc[one.text.replace(" ", "")]) for one in attention]
    total = pool(_log_rest(one.log_probability for one in attention), _log_rest(ctc.values()))
    for score in scores:
        total = _log_add(total, score)
    if total == -math.inf:
        total = 0.0
    joined = [
        Hypothesis(one.text, min(0.0, score - total), one.character_log_probabilities, min(0.0, rank - total))
        for one, score, rank in zip(attention, scores, ranks, strict=True)
    ]
    return _best(joined)[:count]


def add_bonuses(readings: Sequence[Hypothesis], bonuses: Sequence[float], count: int) -> list[Hypothesis]:
    """Rank the readings of one crop by the picture and the format prior together.

    The probability of each reading is multiplied by exp(bonus); then all are normalised, together with what the
    readings leave of 1, "any other text", which gets no bonus. So without any bonus nothing changes.

    Args:
        readings: of one crop, no two equal but for spaces, at least one.
        bonuses: of each, at least 0 (`ocr_model.codes.format_prior.FormatPrior.bonus`).
        count: how many readings at most, at least 2.

    Returns:
        The best readings first. What the picture alone says (`picture_reading`) is among them in any case.
    """
    if not any(bonuses):
        return list(readings[:count])
    total = _log_rest(one.log_probability for one in readings)
    for one, bonus in zip(readings, bonuses, strict=True):
        total = _log_add(total, one.log_probability + bonus)
    if total == -math.inf:
        total = 0.0
    weighed = [
        Hypothesis(
            one.text,
            min(0.0, one.log_probability + bonus - total),
            one.character_log_probabilities,
            one.rank + bonus - total,
            bonus,
        )
        for one, bonus in zip(readings, bonuses, strict=True)
    ]
    by_picture = weighed[max(range(len(readings)), key=lambda at: readings[at].rank)]
    kept = _best(weighed)[:count]
    return kept if by_picture in kept else [*kept[: count - 1], by_picture]


def picture_reading(readings: Sequence[Hypothesis]) -> Hypothesis:
    """Of the readings of one crop, the one that the picture alone makes the best."""
    return max(readings, key=lambda one: one.rank - one.bonus)


def _log_rest(log_probabilities: Iterable[float]) -> float:
    """Log of what these probabilities leave of 1."""
    rest = 1.0 - sum(math.exp(one) for one in log_probabilities)
    return math.log(rest) if rest > 0.0 else -math.inf


def ctc_beam_search(log_probabilities: Floats, *, charset: str, beam: int = 5) -> list[Hypothesis]:
    """The most probable texts of one crop, the best first.

    Args:
        log_probabilities: (T, 1 + len(charset)), per column of the picture; class 0 is the blank.
        charset: characters by class, from 1 on.
        beam: how many beginnings are followed from column to column.

    Returns:
        At least one hypothesis. Its probability sums over all alignments that were followed, so it is a lower
        bound; the confidence of a character is the greatest probability of its class within the columns of
        the best alignment.
    """
    columns = log_probabilities.astype(np.float64)
    minus_infinity = -math.inf
    # Per beginning (classes so far): log probabilities of ending in a blank, and of ending in its last
    # character.
    beginnings: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, minus_infinity)}
    for column in columns:
        best = np.argsort(-column)[: 2 * beam + 1].tolist()
        likely = [c for c in best if c != CTC_BLANK and column[c] > column[best[0]] + 2 * _NEGLIGIBLE]
        blank = float(column[CTC_BLANK])
        grown: dict[tuple[int, ...], tuple[float, float]] = {}

        def add(
            beginning: tuple[int, ...],
            in_blank: float,
            in_character: float,
            grown: dict[tuple[int, ...], tuple[float, float]] = grown,
        ) -> None:
            before = grown.get(beginning, (minus_infinity, minus_infinity))
            grown[beginning] = (_log_add(before[0], in_blank), _log_add(before[1], in_character))

        for beginning, (in_blank, in_character) in beginnings.items():
            total = _log_add(in_blank, in_character)
            repeated = in_character + float(column[beginning[-1]]) if beginning else minus_infinity
            add(beginning, total + blank, repeated)
            for character in likely:
                # The same character once more needs a blank between.
                before = in_blank if beginning and beginning[-1] == character else total
                add((*beginning, character), minus_infinity, before + float(column[character]))
        # Twice the beam: a beginning may gain when its alignments meet again.
        kept = sorted(grown.items(), key=lambda item: _log_add(*item[1]), reverse=True)[: 2 * beam]
        beginnings = dict(kept)

    hypotheses = []
    for beginning, ways in beginnings.items():
        total = _log_add(*ways)
        text = "".join(charset[character - 1] for character in beginning)
        hypotheses.append(Hypothesis(text, total, _align(columns, beginning), total))
    return _best(hypotheses)[:beam]


def _log_add(left: float, right: float) -> float:
    """`log(exp(left) + exp(right))`; much faster on two floats than numpy's."""
    if left < right:
        left, right = right, left
    return left if right == -math.inf else left + math.log1p(math.exp(right - left))


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


def _collapse_spaces(one: Hypothesis) -> Hypothesis:
    """The hypothesis without spaces at its ends and without double spaces."""
    kept = [
        at
        for at, character in enumerate(one.text)
        if character != " " or (one.text[:at].strip() and one.text[at + 1 : at + 2].strip())
    ]
    if len(kept) == len(one.text):
        return one
    return Hypothesis(
        "".join(one.text[at] for at in kept),
        one.log_probability,
        tuple(one.character_log_probabilities[at] for at in kept),
        one.rank,
    )


def merge_spacings(hypotheses: Sequence[Hypothesis], count: int) -> list[Hypothesis]:
    """Texts that differ only in their spaces are one reading: their probabilities are added.

    Args:
        hypotheses: of one crop.
        count: how many readings at most.

    Returns:
        The best readings first, each with the most probable of its spacings, spaces collapsed.
    """
    by_label: dict[str, list[Hypothesis]] = {}
    for one in hypotheses:
        by_label.setdefault(one.text.replace(" ", ""), []).append(one)
    merged = []
    for same in by_label.values():
        best = _collapse_spaces(max(same, key=lambda one: one.rank))
        log_probability = rank = -math.inf
        for one in same:
            log_probability = _log_add(log_probability, one.log_probability)
            rank = _log_add(rank, one.rank)
        # Rounding may lift a sum of probabilities above 1.
        merged.append(
            Hypothesis(best.text, min(0.0, log_probability), best.character_log_probabilities, min(0.0, rank))
        )
    return sorted(merged, key=lambda one: one.rank, reverse=True)[:count]
