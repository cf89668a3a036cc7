"""One look at a picture: prepared for the encoder, encoded, searched for its most probable texts."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ocr_model.reading.arrays import Floats
from ocr_model.reading.attention import attention_beam_search, attention_score
from ocr_model.reading.ctc import ctc_beam_search, ctc_every_text, ctc_score, join_with_ctc
from ocr_model.reading.hypotheses import Hypothesis, log_mean, merge_spacings
from ocr_model.reading.model_description import ModelDescription
from ocr_model.reading.sessions import ModelSessions
from ocr_model.reading.turns import TurnedReading, TurnHead, pool_context
from ocr_model.reading.way_in import enter

READINGS = 40  # of one look, among which the format prior may choose; the beam search finds fewer
LARGEST_BATCH = 16  # crops that are encoded together; larger batches only cost memory on a CPU
_SCALED = (np.arange(256, dtype=np.float32) / 255.0 - 0.5) / 0.5  # from a grey value to the encoder's input


@dataclass(slots=True)
class Clock:
    """Seconds spent by step."""

    prepare: float = 0.0
    encode: float = 0.0
    decode: float = 0.0


class Looker:
    """Looks at pictures with one model; any number of threads may use it at the same time.

    Args:
        description: description of the model.
        sessions: graphs of the model.
        beam: unfinished texts that the search follows.

    Raises:
        ModelError: the turn head is damaged.
    """

    def __init__(self, description: ModelDescription, sessions: ModelSessions, *, beam: int) -> None:
        self._description, self._sessions, self._beam = description, sessions, beam
        self._turn_head = None if description.turn_head is None else TurnHead.load(description.turn_head)

    @property
    def has_turn_head(self) -> bool:
        """Whether `TurnedReading.upside_down` means something."""
        return self._turn_head is not None

    @property
    def has_single_beside_int8(self) -> bool:
        """Whether doubtful crops are encoded in another precision than others."""
        return self._sessions.has_single_beside_int8

    def look(
        self, crops: Sequence[tuple[Image.Image, int]], clock: Clock, *, doubtful: bool = False
    ) -> list[TurnedReading]:
        """Read pictures of mode L or RGB, each turned by so many quarters clockwise, side by side.

        Args:
            crops: pictures with their turns, at most `LARGEST_BATCH`.
            clock: the time spent is added to it.
            doubtful: whether they are encoded in single precision in any case.

        Raises:
            ModelError: the model computes no numbers.
        """
        began = time.perf_counter()
        pixels = np.stack([self.prepare(picture, turn) for picture, turn in crops])
        prepared = time.perf_counter()
        outputs = self._sessions.encode(pixels, doubtful=doubtful)
        encoded = time.perf_counter()
        found = self._search_ctc(outputs) if self._description.prediction == "CTC" else self._search_attention(outputs)
        upside_down = [0.0] * len(crops)
        if self._turn_head is not None:
            upside_down = self._turn_head.upside_down(pool_context(outputs["context"])).tolist()
        clock.prepare += prepared - began
        clock.encode += encoded - prepared
        clock.decode += time.perf_counter() - encoded
        return [
            TurnedReading(
                hypotheses,
                hypotheses[0].text,
                math.exp(hypotheses[0].log_probability),
                odds,
                ({name: rows[at] for name, rows in outputs.items()},),
            )
            for at, (hypotheses, odds) in enumerate(zip(found, upside_down, strict=True))
        ]

    def score(self, readings: Sequence[TurnedReading], texts: Sequence[Sequence[str]]) -> list[list[float]]:
        """Log probabilities of given texts: of each, the mean probability over the looks at its crop.

        Args:
            readings: of N crops.
            texts: of each crop, spaces taken as they stand.

        Raises:
            ModelError: the model computes no numbers.
        """
        looks = [(crop, look) for crop, reading in enumerate(readings) for look in reading.looks]
        owners = [at for at, (crop, _) in enumerate(looks) for _ in texts[crop]]
        wanted = [text for crop, _ in looks for text in texts[crop]]
        if not wanted:
            return [[] for _ in readings]
        stacked = {name: np.stack([look[name] for _, look in looks]) for name in looks[0][1]}
        charset = self._description.charset
        if self._description.prediction == "CTC":
            scores = ctc_score(stacked["ctc_log_probs"], owners, wanted, charset=charset).tolist()
        else:
            scores = attention_score(
                self._sessions.decoder_step(stacked["context"], stacked["projected"]),
                owners,
                wanted,
                hidden_size=int(stacked["projected"].shape[-1]),
                charset=charset,
                max_length=self._description.max_length,
            )
        remaining = iter(scores)
        by_crop: list[list[list[float]]] = [[] for _ in readings]
        for crop, _ in looks:
            by_crop[crop].append([next(remaining) for _ in texts[crop]])
        return [[log_mean(of_text) for of_text in zip(*of_looks, strict=True)] for of_looks in by_crop]

    def prepare(self, picture: Image.Image, turn: int) -> Floats:
        """The turned picture for the encoder: (channels, height, width), float32 in -1..1, stretched."""
        wanted = "L" if self._description.channels == 1 else "RGB"
        size = (self._description.width, self._description.height)
        # Both directions are treated alike, so the small picture can be turned in place of the large one.
        small = enter(picture.convert(wanted), self._description.way_in, size[::-1] if turn % 2 else size)
        scaled = _SCALED[np.rot90(np.asarray(small), -turn)]
        return scaled[None] if scaled.ndim == 2 else np.ascontiguousarray(scaled.transpose(2, 0, 1))

    def _search_ctc(self, outputs: dict[str, Floats]) -> list[list[Hypothesis]]:
        charset = self._description.charset
        if every_text := self._description.every_text:
            return ctc_every_text(outputs["ctc_log_probs"], every_text, charset=charset)
        return [
            merge_spacings(ctc_beam_search(columns, charset=charset, beam=self._beam), READINGS)
            for columns in outputs["ctc_log_probs"]
        ]

    def _search_attention(self, outputs: dict[str, Floats]) -> list[list[Hypothesis]]:
        """The best readings of each crop by the attention decoder, joined with CTC's if that has a weight."""
        charset, weight = self._description.charset, self._description.ctc_weight
        context, projected = outputs["context"], outputs["projected"]
        found = attention_beam_search(
            self._sessions.decoder_step(context, projected),
            crops=len(context),
            hidden_size=int(projected.shape[-1]),
            charset=charset,
            max_length=self._description.max_length,
            beam=self._beam,
        )
        if weight == 0.0:
            return [merge_spacings(hypotheses, READINGS) for hypotheses in found]
        owners = [at for at, hypotheses in enumerate(found) for _ in hypotheses]
        texts = [hypothesis.text for hypotheses in found for hypothesis in hypotheses]
        scores = ctc_score(outputs["ctc_log_probs"], owners, texts, charset=charset).tolist()
        joined = []
        for hypotheses in found:
            joined.append(join_with_ctc(hypotheses, scores[: len(hypotheses)], weight, READINGS))
            scores = scores[len(hypotheses) :]
        return joined
