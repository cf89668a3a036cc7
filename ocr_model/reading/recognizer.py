"""Reads the text of a crop with an exported model on ONNX Runtime.

The model is a folder: `model.json` describes it, `encoder.onnx` turns the picture into a sequence of features, and
`decoder.onnx` is one step of the attention decoder, because the search for the best text is done here and not in the
graph.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_model.codes.format_prior import FormatPrior
from ocr_model.codes.lines import code_and_formats, extract_code
from ocr_model.errors import ModelError
from ocr_model.reading.arrays import Floats
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.hypotheses import Hypothesis, add_bonuses, picture_reading
from ocr_model.reading.image import ImageLike, as_picture, turn_image
from ocr_model.reading.look import LARGEST_BATCH, READINGS, Clock, Looker
from ocr_model.reading.model_description import ModelDescription, one_line
from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction
from ocr_model.reading.processor import has_byte_products
from ocr_model.reading.second_look import other_views, pool_looks
from ocr_model.reading.sessions import ModelSessions, Precision
from ocr_model.reading.turns import TurnedReading, choose_turn, first_turns, further_turns, pool_context

CHAMPION = Path(__file__).parents[1] / "weights" / "champion"
"""The model that comes with the package."""

_CANDIDATES = 6  # the chosen reading and five others


class Recognizer:
    """A loaded model. One instance serves any number of threads at the same time."""

    def __init__(self, description: ModelDescription, sessions: ModelSessions, *, beam: int) -> None:
        self._description, self._sessions = description, sessions
        self._prior = FormatPrior.load() if description.prior_weight > 0.0 else None
        self._looker = Looker(description, sessions, beam=beam)
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
        directory: Path | None = None,
        *,
        threads: int = 2,
        beam: int = 5,
        calibration: Calibration | None = None,
        ctc_weight: float | None = None,
        second_look: float | None = None,
        prior_weight: float | None = None,
        precision: Precision | None = None,
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
                from it, else single. A second look is always in single precision.

        Raises:
            ModelError: a missing or damaged file, or parts that do not fit together. One line.
            ValueError: `threads` or `beam` below 1, or a weight outside 0..1.
        """
        if threads < 1 or beam < 1:
            raise ValueError(f"threads and beam are at least 1, not {threads} and {beam}")
        description = ModelDescription.open(CHAMPION if directory is None else directory, calibration)
        description = replace(
            description,
            ctc_weight=description.ctc_weight if ctc_weight is None else ctc_weight,
            second_look=description.second_look if second_look is None else second_look,
            prior_weight=description.prior_weight if prior_weight is None else prior_weight,
        )
        if precision is None:
            precision = "int8" if description.encoder_int8 is not None and has_byte_products() else "single"
        return cls(description, ModelSessions(description, precision=precision, threads=threads), beam=beam)

    @property
    def info(self) -> ModelInfo:
        """Name and version of the model."""
        return self._description.info

    @property
    def precision(self) -> Precision:
        """The precision in which the encoder computes."""
        return self._sessions.precision

    def read(self, image: ImageLike, *, find_turn: bool = True) -> Prediction:
        """Read one crop.

        Args:
            image: a Pillow picture of any mode, or an array (H, W), (H, W, 1) or (H, W, 3), RGB, uint8 0..255
                or floats 0..1.
            find_turn: whether to find out which way up the crop stands (`Prediction.turn`); else it is read as it
                stands.

        Raises:
            ImageError: (also a ValueError) the picture has no pixels, or values that are no numbers.
            ModelError: the model computes no numbers for this picture.
        """
        return self.read_batch([image], find_turn=find_turn)[0]

    def read_batch(self, images: Sequence[ImageLike], *, find_turn: bool = True) -> list[Prediction]:
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
        found = self._read_pictures(images, find_turn, clock)
        searched = time.perf_counter()
        shown = [self._add_prior(reading.hypotheses) for _, reading in found]
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
        return [self._predict(readings, turn, milliseconds) for readings, (turn, _) in zip(shown, found, strict=True)]

    def picture_readings(self, images: Sequence[ImageLike], *, find_turn: bool = True) -> list[Sequence[Hypothesis]]:
        """The readings without the format prior, for fitting the prior: per crop all readings found, the best first.

        Args:
            images: see `read`.
            find_turn: see `read`.

        Raises:
            ImageError: (also a ValueError) the first unusable picture.
            ModelError: the model computes no numbers.
        """
        return [reading.hypotheses for _, reading in self._read_pictures(images, find_turn, Clock())]

    def turn_features(self, images: Sequence[ImageLike], *, turn: int = 0) -> Floats:
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
            chunk = images[at : at + LARGEST_BATCH]
            pixels = np.stack([self._looker.prepare(as_picture(image), turn) for image in chunk])
            pooled.append(pool_context(self._sessions.context(pixels)))
        return np.concatenate(pooled)

    def _read_pictures(
        self, images: Sequence[ImageLike], find_turn: bool, clock: Clock
    ) -> list[tuple[int, TurnedReading]]:
        """Per picture the chosen turn, and the readings at that turn without the format prior."""
        pictures = [as_picture(image) for image in images]
        first = [first_turns(*picture.size) if find_turn else (0,) for picture in pictures]
        readings: list[dict[int, TurnedReading]] = [{} for _ in pictures]
        self._read_round(pictures, first, readings, clock)
        if find_turn:
            further = [
                further_turns(*picture.size, found, has_head=self._looker.has_turn_head)
                for picture, found in zip(pictures, readings, strict=True)
            ]
            self._read_round(pictures, further, readings, clock)
        chosen = [choose_turn(found, turns) for found, turns in zip(readings, first, strict=True)]
        if self._description.second_look > 0.0:
            self._look_again(pictures, chosen, readings, clock)
        return [(turn, found[turn]) for found, turn in zip(readings, chosen, strict=True)]

    def _read_round(
        self,
        pictures: Sequence[Image.Image],
        turns: Sequence[Sequence[int]],
        readings: Sequence[dict[int, TurnedReading]],
        clock: Clock,
        *,
        doubtful: bool = False,
    ) -> None:
        """Read each picture at its turns, all side by side, and add the results to its readings."""
        wanted = [(at, turn) for at, of_crop in enumerate(turns) for turn in of_crop]
        for start in range(0, len(wanted), LARGEST_BATCH):
            chunk = wanted[start : start + LARGEST_BATCH]
            found = self._looker.look([(pictures[at], turn) for at, turn in chunk], clock, doubtful=doubtful)
            for (at, turn), reading in zip(chunk, found, strict=True):
                readings[at][turn] = reading

    def _look_again(
        self,
        pictures: Sequence[Image.Image],
        turns: Sequence[int],
        readings: Sequence[dict[int, TurnedReading]],
        clock: Clock,
    ) -> None:
        """Read other views of the pictures whose chosen reading is in doubt, and pool the readings."""
        doubt = math.log(self._description.second_look)
        doubtful = [at for at, turn in enumerate(turns) if readings[at][turn].hypotheses[0].log_probability < doubt]
        if not doubtful:
            return
        began = time.perf_counter()
        upright = [turn_image(pictures[at], turns[at]) for at in doubtful]
        # Where the first reading was in int8, the picture itself is read in single precision, too.
        again = self._sessions.has_single_beside_int8
        views = [[*([picture] if again else []), *other_views(picture)] for picture in upright]
        clock.prepare += time.perf_counter() - began
        looks: list[dict[int, TurnedReading]] = [{} for crop_views in views for _ in crop_views]
        self._read_round(
            [view for crop_views in views for view in crop_views], [(0,)] * len(looks), looks, clock, doubtful=True
        )
        remaining = iter(looks)
        for at, crop_views in zip(doubtful, views, strict=True):
            first = readings[at][turns[at]]
            others = [next(remaining)[0].hypotheses for _ in crop_views]
            pooled = pool_looks([first.hypotheses, *others], READINGS)
            readings[at][turns[at]] = replace(
                first, hypotheses=pooled, text=pooled[0].text, confidence=math.exp(pooled[0].log_probability)
            )

    def _add_prior(self, readings: Sequence[Hypothesis]) -> list[Hypothesis]:
        """The shown readings: the best of a crop by the picture and the format prior together."""
        prior, weight = self._prior, self._description.prior_weight
        bonuses = [0.0 if prior is None else prior.bonus(reading.text, weight) for reading in readings]
        return add_bonuses(readings, bonuses, _CANDIDATES)

    def _confidences(self, readings: Sequence[Hypothesis]) -> list[float]:
        """Calibrated probabilities of the readings of one crop, the best first; together at most 1.

        The calibration is of the best reading. The rest to 1 is shared among the others and "any other text" in
        proportion to their raw probabilities; none rises above the best.
        """
        raw = [math.exp(reading.log_probability) for reading in readings]
        best = self._description.calibration.apply(raw[0])
        share = (1.0 - best) / (1.0 - raw[0]) if raw[0] < 1.0 else 0.0
        return [best, *(min(best, probability * share) for probability in raw[1:])]

    def _predict(self, readings: Sequence[Hypothesis], turn: int, milliseconds: dict[str, float]) -> Prediction:
        code, formats = code_and_formats(readings[0].text)
        codes = [code, *(extract_code(reading.text) for reading in readings[1:])]
        candidates = tuple(
            Candidate(reading.text, code, confidence)
            for reading, code, confidence in zip(readings, codes, self._confidences(readings), strict=True)
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
            turn=turn,
            picture_text=None if by_picture is readings[0] else by_picture.text,
        )
