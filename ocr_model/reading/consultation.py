"""Asks a second reader about the crops that our reading is in doubt about, and joins both opinions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from ocr_model.codes.text import CHARSET
from ocr_model.reading.arrays import Floats
from ocr_model.reading.ctc import ctc_beam_search, ctc_score
from ocr_model.reading.hypotheses import Hypothesis, merge_spacings
from ocr_model.reading.look import READINGS, Looker
from ocr_model.reading.second_opinion import SecondOpinion, joint_readings
from ocr_model.reading.second_reader import SecondReader
from ocr_model.reading.turns import TurnedReading


@dataclass(frozen=True, slots=True)
class Heard:
    """What the second reader said of one crop."""

    columns: Floats  # log probabilities, see `SecondReader.columns`
    hypotheses: Sequence[Hypothesis]  # the texts that it thinks of, the best first


class Consultation:
    """A second reader beside one model; any number of threads may use it at the same time.

    Args:
        reader: the second reader.
        opinion: when it is asked, and what it weighs.
        looker: our model, which judges the texts that the second reader thinks of.
        beam: beginnings that the search in the second reader's probabilities follows.
    """

    def __init__(self, reader: SecondReader, opinion: SecondOpinion, looker: Looker, *, beam: int) -> None:
        self.name, self.opinion = reader.name, opinion
        self._reader, self._looker, self._beam = reader, looker, beam

    def with_opinion(self, opinion: SecondOpinion) -> Consultation:
        """The same reader, asked at other times."""
        return Consultation(self._reader, opinion, self._looker, beam=self._beam)

    def is_wanted(self, reading: TurnedReading) -> bool:
        """Whether the second reader is asked about a crop that reads like this."""
        return self.opinion.is_wanted(reading.text, reading.confidence)

    def is_still_in_doubt(self, reading: TurnedReading) -> bool:
        """Whether other views of a crop are read whose joint reading is this."""
        return self.opinion.is_still_in_doubt(reading.text, reading.confidence)

    def listen(self, pictures: Sequence[Image.Image]) -> list[Heard]:
        """What the second reader says of upright crops, for `join`.

        Raises:
            ModelError: the second reader computes no numbers.
        """
        return [
            Heard(columns, merge_spacings(ctc_beam_search(columns, charset=CHARSET, beam=self._beam), READINGS))
            for columns in self._reader.columns(pictures)
        ]

    def join(self, readings: Sequence[TurnedReading], heard: Sequence[Heard]) -> list[TurnedReading]:
        """Our readings and the second reader's opinion as one, per crop.

        Args:
            readings: ours, of any number of looks.
            heard: of the same crops, from `listen`.

        Raises:
            ModelError: our model computes no numbers.
        """
        texts = []
        for reading, second in zip(readings, heard, strict=True):
            known = {hypothesis.text: hypothesis for hypothesis in (*second.hypotheses, *reading.hypotheses)}
            texts.append(list(known.values()))
        joint = []
        for reading, second, hypotheses, by_us in zip(
            readings, heard, texts, self._judge(readings, texts), strict=True
        ):
            crops, wanted = [0] * len(hypotheses), [hypothesis.text for hypothesis in hypotheses]
            by_second = ctc_score(second.columns[None], crops, wanted, charset=CHARSET).tolist()
            weight = self.opinion.weight_of(reading.text, math.exp(min(0.0, max(by_second, default=-math.inf))))
            pooled = joint_readings(hypotheses, by_us, by_second, weight, READINGS)
            confidence = math.exp(pooled[0].log_probability)
            joint.append(replace(reading, hypotheses=pooled, text=pooled[0].text, confidence=confidence, is_joint=True))
        return joint

    def _judge(self, readings: Sequence[TurnedReading], texts: Sequence[Sequence[Hypothesis]]) -> list[list[float]]:
        """Log probabilities by our model of each text of each crop.

        Our search has judged what it found on a single look. Of several looks, not each one found each text.
        """
        known = [
            {found.text: found.log_probability for found in reading.hypotheses} if len(reading.looks) == 1 else {}
            for reading in readings
        ]
        wanted = [
            [hypothesis.text for hypothesis in of_crop if hypothesis.text not in judged]
            for of_crop, judged in zip(texts, known, strict=True)
        ]
        scores = self._looker.score(readings, wanted)
        judged = [
            found | dict(zip(asked, of_crop, strict=True))
            for found, asked, of_crop in zip(known, wanted, scores, strict=True)
        ]
        return [
            [found[hypothesis.text] for hypothesis in of_crop] for of_crop, found in zip(texts, judged, strict=True)
        ]
