"""Reads the text of a crop with an exported model on ONNX Runtime.

The model is a folder: `model.json` describes it, `encoder.onnx` turns the picture into a sequence of features, and
`decoder.onnx` is one step of the attention decoder, because the search for the best text is done here and not in the
graph.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_model.codes.format_prior import FormatPrior
from ocr_model.codes.text import CHARSET
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS
from ocr_model.errors import ModelError
from ocr_model.reading.arrays import Floats
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.consultation import Consultation
from ocr_model.reading.files import ImageSource, open_pictures
from ocr_model.reading.hypotheses import Hypothesis, add_bonuses, picture_reading
from ocr_model.reading.look import LARGEST_BATCH, Clock, Looker
from ocr_model.reading.model_description import ModelDescription, one_line
from ocr_model.reading.picture_reader import PictureReader
from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction
from ocr_model.reading.processor import has_byte_products, has_cuda
from ocr_model.reading.second_opinion import SecondOpinion
from ocr_model.reading.second_reader import SecondReader, packaged_second_reader
from ocr_model.reading.sessions import ModelSessions, Precision
from ocr_model.reading.turns import TurnedReading, pool_context

CHAMPION = TAGS.shipped_model
"""The model that comes with the package."""

_CANDIDATES = 6  # the chosen reading and five others; all where there are so few texts that all are scored
_DOUBT_OF_MANY = 0.95  # probability under which one of many lines is in doubt whose text is of no known format


class Recognizer:
    """A loaded model. One instance serves any number of threads at the same time."""

    def __init__(
        self,
        description: ModelDescription,
        sessions: ModelSessions,
        *,
        beam: int,
        second: SecondReader | None = None,
    ) -> None:
        self._description, self._sessions = description, sessions
        self._prior = (
            FormatPrior.load() if description.prior_weight > 0.0 and description.domain.has_format_prior else None
        )
        self._looker = Looker(description, sessions, beam=beam)
        opinion = description.second_opinion
        self._consultation = None
        if second is not None and opinion is not None:
            self._consultation = Consultation(second, opinion, self._looker, beam=beam)
        self._reader = PictureReader(self._looker, description.second_look, self._consultation)
        try:
            # The first run allocates memory, for which no shopper should wait. It also proves that the parts fit.
            nothing = Image.new("L", (description.width, description.height), "white")
            for doubtful in (False, True) if sessions.has_single_beside_int8 else (False,):
                self._looker.look([(nothing, 0)], Clock(), doubtful=doubtful)
        except ModelError:
            raise
        except Exception as error:  # ONNX Runtime's exceptions have no other common base class
            raise ModelError(f"{description.encoder.parent}: the model does not run: {one_line(error)}") from error

    @classmethod
    def load(
        cls,
        directory: str | os.PathLike[str] | None = None,
        *,
        threads: int = 2,
        beam: int = 5,
        calibration: Calibration | None = None,
        ctc_weight: float | None = None,
        second_look: float | None = None,
        prior_weight: float | None = None,
        precision: Precision | None = None,
        second: SecondReader | bool = True,
        second_opinion: SecondOpinion | None = None,
    ) -> Recognizer:
        """Load an exported model.

        Args:
            directory: folder of the model; the champion that comes with the package if None.
            threads: CPU threads per reading.
            beam: unfinished texts that are followed while decoding; 1 is greedy, faster, and finds fewer
                candidates.
            calibration: used in place of the model's own; `Calibration(1.0)` gives the uncalibrated probabilities
                that a calibration is fitted on.
            ctc_weight: used in place of the model's own, 0..1; weight of CTC beside the attention decoder.
            second_look: used in place of the model's own, 0..1; the probability before calibration under which a
                reading is doubtful, so that the crop is read from other views as well. 0 is never.
            prior_weight: used in place of the model's own, 0..1; weight of the format prior beside the picture.
            precision: precision of the encoder; if None, int8 where the model has such a graph and the processor gains
                from it, else single, as on a graphics card. A second look is always in single precision.
            second: the reader that is asked where ours is in doubt; True is the one that is installed, if any, False
                none. A model whose `model.json` does not say what it weighs (`second_reader`) reads alone.
            second_opinion: used in place of the model's own.

        Raises:
            ModelError: a missing or damaged file, or parts that do not fit together. One line.
            ValueError: `threads` or `beam` below 1, or a weight outside 0..1.
        """
        if threads < 1 or beam < 1:
            raise ValueError(f"threads and beam are at least 1, not {threads} and {beam}")
        description = ModelDescription.open(CHAMPION if directory is None else Path(directory), calibration)
        description = replace(
            description,
            ctc_weight=description.ctc_weight if ctc_weight is None else ctc_weight,
            second_look=description.second_look if second_look is None else second_look,
            prior_weight=description.prior_weight if prior_weight is None else prior_weight,
            second_opinion=second_opinion or description.second_opinion,
        )
        if precision is None:
            is_quicker = has_byte_products() and not has_cuda()
            precision = "int8" if description.encoder_int8 is not None and is_quicker else "single"
        # The second reader scores texts of the tags' characters alone.
        is_heard = set(description.charset) <= set(CHARSET)
        if description.second_opinion is None or second is False or not is_heard:
            asked = None
        else:
            asked = packaged_second_reader(threads) if second is True else second
        sessions = ModelSessions(description, precision=precision, threads=threads)
        return cls(description, sessions, beam=beam, second=asked)

    def for_many_lines(self) -> Recognizer:
        """The same model for the many lines of a photo, where second looks would take most of the time.

        It looks once at each, and asks the second reader about those without text and those that look like codes, not
        about words. It shares the graphs.
        """
        other = copy.copy(self)
        other._description = replace(self._description, second_look=0.0)
        if self._consultation is not None:
            opinion = self._consultation.opinion
            opinion = replace(opinion, doubt_of_words=0.0, doubt_without_format=_DOUBT_OF_MANY)
            other._consultation = self._consultation.with_opinion(opinion)
        other._reader = PictureReader(self._looker, 0.0, other._consultation)
        return other

    def at_a_glance(self) -> Recognizer:
        """The same model for the lines of a crowded photo that hardly hold its code: it looks once, and asks nobody."""
        other = copy.copy(self)
        other._description = replace(self._description, second_look=0.0)
        other._reader = PictureReader(self._looker, 0.0, None)
        return other

    @property
    def info(self) -> ModelInfo:
        """Name and version of the model, the confidence from which it may be believed, and what it computes on."""
        info = replace(self._description.info, device=self._sessions.device)
        if self._consultation is None:
            return info
        return replace(info, accept_threshold=self._consultation.opinion.calibration.accept_threshold)

    @property
    def domain(self) -> Domain:
        """What it reads."""
        return self._description.domain

    @property
    def second_reader(self) -> str | None:
        """Name of the reader that is asked where ours is in doubt; None if there is none."""
        return None if self._consultation is None else self._consultation.name

    @property
    def precision(self) -> Precision:
        """The precision in which the encoder computes."""
        return self._sessions.precision

    def read(self, image: ImageSource, *, find_turn: bool = True) -> Prediction:
        """Read one crop.

        Args:
            image: a Pillow picture of any mode; an array (H, W), (H, W, 1) or (H, W, 3), RGB, uint8 0..255 or floats
                0..1; or the path of a picture file, which is read as an upload is: by content, upright, with limits.
            find_turn: whether to find out which way up the crop stands (`Prediction.turn`), where the domain's crops
                may stand any way up; else it is read as it stands.

        Raises:
            ImageError: (also a ValueError) the picture has no pixels, or values that are no numbers; or the file cannot
                be decoded.
            OSError: there is no such file, or it cannot be read.
            ModelError: the model computes no numbers for this picture.
        """
        return self.read_batch([image], find_turn=find_turn)[0]

    def read_batch(self, images: Sequence[ImageSource], *, find_turn: bool = True) -> list[Prediction]:
        """Read several crops; faster than one by one only where one crop leaves cores idle.

        Args:
            images: see `read`.
            find_turn: see `read`.

        Returns:
            One prediction per picture, in order.

        Raises:
            ImageError: (also a ValueError) the first unusable picture.
            ModelError: the model computes no numbers.
        """
        began = time.perf_counter()
        clock = Clock()
        find_turn = find_turn and self.domain.stands_any_way
        found = self._reader.read(open_pictures(images), clock, find_turn=find_turn)
        searched = time.perf_counter()
        shown = [replace(reading, hypotheses=self._add_prior(reading.hypotheses)) for _, reading in found]
        clock.decode += time.perf_counter() - searched
        total = time.perf_counter() - began
        milliseconds = {
            step: seconds * 1000 / max(1, len(images))
            for step, seconds in (
                ("prepare", clock.prepare),
                ("encode", clock.encode),
                ("decode", clock.decode),
                ("total", total),
            )
        }
        return [self._predict(reading, turn, milliseconds) for reading, (turn, _) in zip(shown, found, strict=True)]

    def picture_readings(self, images: Sequence[ImageSource], *, find_turn: bool = True) -> list[Sequence[Hypothesis]]:
        """The readings without the format prior, for fitting the prior: per crop all readings found, the best first.

        Args:
            images: see `read`.
            find_turn: see `read`.

        Raises:
            ImageError: (also a ValueError) the first unusable picture.
            ModelError: the model computes no numbers.
        """
        pictures, find_turn = open_pictures(images), find_turn and self.domain.stands_any_way
        return [reading.hypotheses for _, reading in self._reader.read(pictures, Clock(), find_turn=find_turn)]

    def turn_features(self, images: Sequence[ImageSource], *, turn: int = 0) -> Floats:
        """The turn head's input for these crops, for fitting a head: (N, 3 D).

        Args:
            images: see `read`.
            turn: clockwise quarter turns, 0..3, by which all crops are turned first.

        Raises:
            ImageError: (also a ValueError) the first unusable picture.
            ModelError: the encoder does not show its features.
        """
        pooled = []
        for at in range(0, len(images), LARGEST_BATCH):
            chunk = open_pictures(images[at : at + LARGEST_BATCH])
            pixels = np.stack([self._looker.prepare(picture, turn) for picture in chunk])
            pooled.append(pool_context(self._sessions.context(pixels)))
        return np.concatenate(pooled)

    def _add_prior(self, readings: Sequence[Hypothesis]) -> list[Hypothesis]:
        """The shown readings: the best of a crop by the picture and the format prior together."""
        prior, weight = self._prior, self._description.prior_weight
        bonuses = [0.0 if prior is None else prior.bonus(reading.text, weight) for reading in readings]
        return add_bonuses(readings, bonuses, max(_CANDIDATES, len(self._description.every_text)))

    def _confidences(self, reading: TurnedReading) -> list[float]:
        """Calibrated probabilities of the readings of one crop, the best first; together at most 1.

        The calibration is of the best reading. The rest to 1 is shared among the others and "any other text" in
        proportion to their raw probabilities; none rises above the best.
        """
        calibration = self._description.calibration
        if reading.is_joint and self._consultation is not None:
            calibration = self._consultation.opinion.calibration
        raw = [math.exp(hypothesis.log_probability) for hypothesis in reading.hypotheses]
        best = calibration.apply(raw[0])
        share = (1.0 - best) / (1.0 - raw[0]) if raw[0] < 1.0 else 0.0
        return [best, *(min(best, probability * share) for probability in raw[1:])]

    def _predict(self, reading: TurnedReading, turn: int, milliseconds: dict[str, float]) -> Prediction:
        readings = reading.hypotheses
        domain = self._description.domain
        code, formats = domain.take_apart(readings[0].text)
        codes = [code, *(domain.code(other.text) for other in readings[1:])]
        candidates = tuple(
            Candidate(hypothesis.text, code, confidence)
            for hypothesis, code, confidence in zip(readings, codes, self._confidences(reading), strict=True)
        )
        characters = tuple(
            Character(text, math.exp(min(0.0, log_probability)))
            for text, log_probability in zip(readings[0].text, readings[0].character_log_probabilities, strict=True)
        )
        best = candidates[0]
        by_picture = picture_reading(readings)
        return Prediction(
            text=best.text,
            code=best.code,
            confidence=best.confidence,
            characters=characters,
            candidates=candidates,
            formats=formats,
            model=self.info,
            milliseconds=dict(milliseconds),
            turn=turn if readings[0].turn is None else readings[0].turn,
            picture_text=None if by_picture is readings[0] else by_picture.text,
            second_reader=self.second_reader if reading.is_joint else None,
        )
