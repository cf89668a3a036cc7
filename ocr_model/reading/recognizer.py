"""Reads the text of a crop with an exported model on ONNX Runtime.

The model is a folder: `model.json` says what it is, `encoder.onnx` turns the picture into a sequence of
features, and `decoder.onnx` is one step of the attention decoder, so that the search for the best text lives
here and not in the graph.
"""

import hashlib
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from ocr_model.codes.format_prior import DEFAULT_PRIOR_WEIGHT, FormatPrior, checked_prior_weight
from ocr_model.codes.lines import code_and_formats, extract_code
from ocr_model.errors import ImageError, ModelError
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.decoding import (
    FIRST_CHARACTER,
    DecoderStep,
    Floats,
    Hypothesis,
    Integers,
    add_bonuses,
    attention_beam_search,
    ctc_beam_search,
    ctc_score,
    join_with_ctc,
    merge_spacings,
    picture_reading,
)
from ocr_model.reading.image import flatten_image, turn_image
from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction
from ocr_model.reading.processor import has_byte_products
from ocr_model.reading.second_look import other_views, pool_looks
from ocr_model.reading.turns import TurnedReading, TurnHead, choose_turn, first_turns, further_turns, pool_context

__all__ = ["CHAMPION", "ImageLike", "Precision", "Recognizer"]

CHAMPION = Path(__file__).parents[1] / "weights" / "champion"
"""The model that comes with the repository."""

ImageLike = Image.Image | NDArray[Any]

Precision = Literal["single", "int8"]

_CANDIDATES = 6  # the chosen reading and five others
_READINGS = 40  # among which the format prior may choose; the beam search finds fewer
_SCALED = (np.arange(256, dtype=np.float32) / 255.0 - 0.5) / 0.5  # from a grey value to what the encoder sees
_LARGEST_BATCH = 16  # crops that are encoded together; more only costs memory on a CPU
_OVERSHOOT = 1e-3  # of floats beyond 0..1 that a resize or a sum leaves; less than a grey level


@dataclass(frozen=True, slots=True)
class _Description:
    """What `model.json` says."""

    info: ModelInfo
    prediction: Literal["Attn", "CTC"]
    charset: str
    channels: int
    height: int
    width: int
    max_length: int
    calibration: Calibration
    ctc_weight: float
    prior_weight: float
    second_look: float
    encoder: Path
    encoder_int8: Path | None
    decoder: Path | None
    turn_head: Path | None
    second_encoder: Path | None = None  # of the second look; the same as `encoder` if None


@dataclass(slots=True)
class _Clock:
    """Seconds spent by step."""

    prepare: float = 0.0
    encode: float = 0.0
    decode: float = 0.0


class Recognizer:
    """A loaded model. One instance serves any number of threads at the same time."""

    def __init__(self, description: _Description, *, threads: int, beam: int) -> None:
        self._description = description
        self._beam = beam
        self._prior = FormatPrior.load() if description.prior_weight > 0.0 else None
        self._turn_head = None if description.turn_head is None else TurnHead.load(description.turn_head)
        self._encoder = _open_session(description.encoder, threads)
        self._outputs = _encoder_outputs(description)
        _check_names(description.encoder, self._encoder, {"image"}, set(self._outputs))
        self._second_encoder: onnxruntime.InferenceSession | None = None
        if description.second_encoder is not None:
            self._second_encoder = _open_session(description.second_encoder, threads)
            _check_names(description.second_encoder, self._second_encoder, {"image"}, set(self._outputs))
        self._decoder: onnxruntime.InferenceSession | None = None
        if description.decoder is not None:
            # One step is so small that waking up a second thread costs more than it gains.
            self._decoder = _open_session(description.decoder, 1)
            _check_names(
                description.decoder,
                self._decoder,
                {"context", "projected", "hidden", "cell", "token"},
                {"log_probs", "hidden_out", "cell_out"},
            )
        try:
            # The first run allocates memory: nobody should wait for it. It also proves that the parts fit.
            nothing = Image.new("L", (description.width, description.height), "white")
            self._read_chunk(self._encoder, [(nothing, 0)], _Clock())
            if self._second_encoder is not None:
                self._read_chunk(self._second_encoder, [(nothing, 0)], _Clock())
        except ModelError:
            raise
        except Exception as error:  # ONNX Runtime's exceptions share no base class but this one
            raise ModelError(f"{description.encoder.parent}: the model does not run: {_one_line(error)}") from error

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
    ) -> "Recognizer":
        """Load an exported model.

        Args:
            directory: of the model; the champion that comes with the repository if None.
            threads: CPU threads per reading.
            beam: unfinished texts that are followed while decoding; 1 is greedy, faster, and finds fewer
                candidates.
            calibration: in place of the model's own; `Calibration(1.0)` gives the uncalibrated probabilities
                that a calibration is fitted on.
            ctc_weight: in place of the model's own, 0..1; how much CTC counts beside the attention decoder.
            second_look: in place of the model's own, 0..1; the probability before calibration under which a
                reading is doubtful, so that the crop is read from other views as well. 0 is never.
            prior_weight: in place of the model's own, 0..1; how much the format prior counts beside the picture.
            precision: of the encoder; if None, int8 where the model has such a graph and the processor gains from
                it, else single. A second look is always in single precision: int8 errs where the picture is doubtful.

        Raises:
            ModelError: a missing or damaged file, or parts that do not fit together. One line.
            ValueError: `threads` or `beam` below 1, or a weight outside 0..1.
        """
        if threads < 1 or beam < 1:
            raise ValueError(f"threads and beam are at least 1, not {threads} and {beam}")
        description = _describe(CHAMPION if directory is None else directory, calibration)
        if ctc_weight is not None:
            description = replace(description, ctc_weight=_checked_weight(ctc_weight))
        if second_look is not None:
            description = replace(description, second_look=_checked_doubt(second_look))
        if prior_weight is not None:
            description = replace(description, prior_weight=checked_prior_weight(prior_weight))
        if precision is None:
            precision = "int8" if description.encoder_int8 is not None and has_byte_products() else "single"
        if precision == "int8":
            if description.encoder_int8 is None:
                raise ModelError(f"{description.encoder.parent}: the model has no int8 encoder")
            careful = description.encoder if description.second_look > 0.0 else None
            description = replace(description, encoder=description.encoder_int8, second_encoder=careful)
        return cls(description, threads=threads, beam=beam)

    @property
    def info(self) -> ModelInfo:
        """Name and version of the model."""
        return self._description.info

    @property
    def precision(self) -> Precision:
        """What the encoder computes in."""
        return "int8" if self._description.encoder == self._description.encoder_int8 else "single"

    def read(self, image: ImageLike, *, find_turn: bool = True) -> Prediction:
        """Read one crop.

        Args:
            image: a Pillow picture of any mode, or an array (H, W), (H, W, 1) or (H, W, 3), RGB, uint8 0..255
                or floats 0..1.
            find_turn: whether to find out which way up it stands (`Prediction.turn`). Without, it is read as
                it stands.

        Raises:
            ImageError: (also a ValueError) the picture has no pixels, or values that are none.
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
        clock = _Clock()
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
        return [self._predict(some, turn, milliseconds) for some, (turn, _) in zip(shown, found, strict=True)]

    def picture_readings(self, images: Sequence[ImageLike], *, find_turn: bool = True) -> list[Sequence[Hypothesis]]:
        """What the pictures alone say, for fitting the format prior: per crop all readings found, the best first.

        Args:
            images: see `read`.
            find_turn: see `read`.

        Raises:
            ImageError: (also a ValueError) the first unusable picture.
            ModelError: the model computes no numbers.
        """
        return [reading.hypotheses for _, reading in self._read_pictures(images, find_turn, _Clock())]

    def _read_pictures(
        self, images: Sequence[ImageLike], find_turn: bool, clock: _Clock
    ) -> list[tuple[int, TurnedReading]]:
        """Per picture the turn that is believed, and what it says there without the format prior."""
        pictures = [_as_picture(image) for image in images]
        first = [first_turns(*picture.size) if find_turn else (0,) for picture in pictures]
        readings: list[dict[int, TurnedReading]] = [{} for _ in pictures]
        self._read_round(self._encoder, pictures, first, readings, clock)
        if find_turn:
            further = [
                further_turns(*picture.size, found, has_head=self._turn_head is not None)
                for picture, found in zip(pictures, readings, strict=True)
            ]
            self._read_round(self._encoder, pictures, further, readings, clock)
        chosen = [choose_turn(found, turns) for found, turns in zip(readings, first, strict=True)]
        if self._description.second_look > 0.0:
            self._look_again(pictures, chosen, readings, clock)
        return [(turn, found[turn]) for found, turn in zip(readings, chosen, strict=True)]

    def turn_features(self, images: Sequence[ImageLike], *, turn: int = 0) -> Floats:
        """What the turn head sees of the crops, for fitting one: (N, 3 D).

        Args:
            images: see `read`.
            turn: clockwise quarter turns, 0..3, by which all are turned before.

        Raises:
            ImageError: (also a ValueError) the first unusable picture.
            ModelError: the encoder does not show its features.
        """
        _check_names(self._description.encoder, self._encoder, {"image"}, {"context"})
        pooled = []
        for at in range(0, len(images), _LARGEST_BATCH):
            chunk = images[at : at + _LARGEST_BATCH]
            pixels = np.stack([self._prepare(_as_picture(image), turn) for image in chunk])
            (context,) = self._encoder.run(["context"], {"image": pixels})
            pooled.append(pool_context(context))
        return np.concatenate(pooled)

    def _read_round(
        self,
        encoder: onnxruntime.InferenceSession,
        pictures: Sequence[Image.Image],
        turns: Sequence[Sequence[int]],
        readings: Sequence[dict[int, TurnedReading]],
        clock: _Clock,
    ) -> None:
        """Read each picture at its turns, all side by side, and add what they say to its readings."""
        wanted = [(at, turn) for at, some in enumerate(turns) for turn in some]
        for start in range(0, len(wanted), _LARGEST_BATCH):
            chunk = wanted[start : start + _LARGEST_BATCH]
            found = self._read_chunk(encoder, [(pictures[at], turn) for at, turn in chunk], clock)
            for (at, turn), reading in zip(chunk, found, strict=True):
                readings[at][turn] = reading

    def _look_again(
        self,
        pictures: Sequence[Image.Image],
        turns: Sequence[int],
        readings: Sequence[dict[int, TurnedReading]],
        clock: _Clock,
    ) -> None:
        """Read other views of the pictures whose chosen reading is in doubt, and pool what they say."""
        doubt = math.log(self._description.second_look)
        doubtful = [at for at, turn in enumerate(turns) if readings[at][turn].hypotheses[0].log_probability < doubt]
        if not doubtful:
            return
        began = time.perf_counter()
        upright = [turn_image(pictures[at], turns[at]) for at in doubtful]
        # Where the first reading was in int8, the picture itself is worth a look in single precision, too.
        again = self._second_encoder is not None
        views = [[*([picture] if again else []), *other_views(picture)] for picture in upright]
        clock.prepare += time.perf_counter() - began
        looks: list[dict[int, TurnedReading]] = [{} for some in views for _ in some]
        encoder = self._second_encoder or self._encoder
        self._read_round(encoder, [view for some in views for view in some], [(0,)] * len(looks), looks, clock)
        remaining = iter(looks)
        for at, some in zip(doubtful, views, strict=True):
            first = readings[at][turns[at]]
            others = [next(remaining)[0].hypotheses for _ in some]
            pooled = pool_looks([first.hypotheses, *others], _READINGS)
            readings[at][turns[at]] = replace(
                first, hypotheses=pooled, text=pooled[0].text, confidence=math.exp(pooled[0].log_probability)
            )

    def _read_chunk(
        self, encoder: onnxruntime.InferenceSession, crops: Sequence[tuple[Image.Image, int]], clock: _Clock
    ) -> list[TurnedReading]:
        """Read pictures, each turned by so many quarters clockwise."""
        began = time.perf_counter()
        pixels = np.stack([self._prepare(picture, turn) for picture, turn in crops])
        prepared = time.perf_counter()
        outputs: dict[str, Floats] = dict(
            zip(self._outputs, encoder.run(self._outputs, {"image": pixels}), strict=True)
        )
        encoded = time.perf_counter()
        charset = self._description.charset
        if "ctc_log_probs" in outputs:
            self._check_numbers(outputs["ctc_log_probs"], classes=1 + len(charset))
        if self._description.prediction == "CTC":
            found = [
                merge_spacings(ctc_beam_search(one, charset=charset, beam=self._beam), _READINGS)
                for one in outputs["ctc_log_probs"]
            ]
        else:
            found = self._search(outputs)
        upside_down = [0.0] * len(crops)
        if self._turn_head is not None:
            upside_down = self._turn_head.upside_down(pool_context(outputs["context"])).tolist()
        clock.prepare += prepared - began
        clock.encode += encoded - prepared
        clock.decode += time.perf_counter() - encoded
        return [
            TurnedReading(some, some[0].text, math.exp(some[0].log_probability), odds)
            for some, odds in zip(found, upside_down, strict=True)
        ]

    def _search(self, outputs: dict[str, Floats]) -> list[list[Hypothesis]]:
        """The best readings of each crop by the attention decoder, together with CTC if that has a say."""
        charset, weight = self._description.charset, self._description.ctc_weight
        context, projected = outputs["context"], outputs["projected"]
        found = attention_beam_search(
            self._step(context, projected),
            crops=len(context),
            hidden_size=int(projected.shape[-1]),
            charset=charset,
            max_length=self._description.max_length,
            beam=self._beam,
        )
        if weight == 0.0:
            return [merge_spacings(some, _READINGS) for some in found]
        owners = [at for at, some in enumerate(found) for _ in some]
        texts = [one.text for some in found for one in some]
        scores = ctc_score(outputs["ctc_log_probs"], owners, texts, charset=charset).tolist()
        joined = []
        for some in found:
            joined.append(join_with_ctc(some, scores[: len(some)], weight, _READINGS))
            scores = scores[len(some) :]
        return joined

    def _add_prior(self, readings: Sequence[Hypothesis]) -> list[Hypothesis]:
        """What is shown: the best readings of a crop by the picture and the format prior together."""
        prior, weight = self._prior, self._description.prior_weight
        bonuses = [0.0 if prior is None else prior.bonus(one.text, weight) for one in readings]
        return add_bonuses(readings, bonuses, _CANDIDATES)

    def _confidences(self, readings: Sequence[Hypothesis]) -> list[float]:
        """Calibrated probabilities of the readings of one crop, the best first; together at most 1.

        The calibration is of the best one. What it leaves is shared among the others and "any other text" as the
        probabilities before it say; none rises above the best.
        """
        raw = [math.exp(one.log_probability) for one in readings]
        best = self._description.calibration.apply(raw[0])
        share = (1.0 - best) / (1.0 - raw[0]) if raw[0] < 1.0 else 0.0
        return [best, *(min(best, one * share) for one in raw[1:])]

    def _prepare(self, picture: Image.Image, turn: int) -> Floats:
        """The turned picture for the encoder: (channels, height, width), float32 in -1..1, stretched."""
        wanted = "L" if self._description.channels == 1 else "RGB"
        size = (self._description.width, self._description.height)
        # Pillow's bilinear filter widens with the reduction, so it is free of aliasing. It treats both directions
        # alike, so the small picture can be turned in place of the large one.
        small = picture.convert(wanted).resize(size[::-1] if turn % 2 else size, Image.Resampling.BILINEAR)
        scaled = _SCALED[np.rot90(np.asarray(small), -turn)]
        return scaled[None] if scaled.ndim == 2 else np.ascontiguousarray(scaled.transpose(2, 0, 1))

    def _step(self, context: Floats, projected: Floats) -> DecoderStep:
        """One step of the decoder over a batch's features: context (N, T, D), projected (N, T, H)."""
        decoder = self._decoder
        if decoder is None:
            raise ModelError(f"{self.info.name}: the model has no decoder")
        gathered: tuple[bytes, Floats, Floats] = (b"", context, projected)

        def step(crops: Integers, tokens: Integers, hidden: Floats, cell: Floats) -> tuple[Floats, Floats, Floats]:
            nonlocal gathered
            # Which crop each hypothesis reads hardly changes from step to step, the features are large:
            # gather them once.
            key = crops.tobytes()
            if key != gathered[0]:
                gathered = (key, context[crops], projected[crops])
            log_probabilities, hidden, cell = decoder.run(
                ["log_probs", "hidden_out", "cell_out"],
                {
                    "context": gathered[1],
                    "projected": gathered[2],
                    "hidden": hidden,
                    "cell": cell,
                    "token": tokens,
                },
            )
            self._check_numbers(log_probabilities, classes=FIRST_CHARACTER + len(self._description.charset))
            return log_probabilities, hidden, cell

        return step

    def _check_numbers(self, log_probabilities: Floats, *, classes: int) -> None:
        if log_probabilities.shape[-1] != classes:
            raise ModelError(
                f"{self.info.name}: {log_probabilities.shape[-1]} classes do not fit a charset of"
                f" {len(self._description.charset)} characters"
            )
        # Minus infinity is a probability of zero, NaN is none. The greatest number is NaN as soon as one of them is.
        if math.isnan(log_probabilities.max()):
            raise ModelError(f"{self.info.name}: the model computes no numbers for this picture")

    def _predict(self, readings: Sequence[Hypothesis], turn: int, milliseconds: dict[str, float]) -> Prediction:
        code, formats = code_and_formats(readings[0].text)
        codes = [code, *(extract_code(one.text) for one in readings[1:])]
        candidates = tuple(
            Candidate(one.text, code, confidence)
            for one, code, confidence in zip(readings, codes, self._confidences(readings), strict=True)
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


def _as_picture(image: ImageLike) -> Image.Image:
    """A Pillow picture in mode L or RGB.

    Raises:
        ImageError: no pixels, not an image at all, or values that are none.
    """
    if isinstance(image, Image.Image):
        if 0 in image.size:
            raise ImageError("empty", f"the picture has no pixels: it is {image.width} x {image.height}")
        try:
            image.load()
        except Exception as error:  # a file is decoded only now, and decoders raise many types
            raise ImageError("truncated", "the picture is damaged or cut off") from error
        plain = image.mode in ("L", "RGB") and not image.has_transparency_data
        return image if plain else flatten_image(image)
    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim != 2 and not (pixels.ndim == 3 and pixels.shape[2] == 3):
        raise ImageError(
            "bad_values",
            f"an array of shape {pixels.shape} is no picture; expected (H, W), (H, W, 1) or (H, W, 3)",
        )
    if pixels.size == 0:
        raise ImageError("empty", f"the picture has no pixels: its array has the shape {pixels.shape}")
    if np.issubdtype(pixels.dtype, np.floating):
        if not np.isfinite(pixels).all():
            raise ImageError("bad_values", "the array has values that are not numbers (NaN or infinite)")
        if pixels.min() < -_OVERSHOOT or pixels.max() > 1.0 + _OVERSHOOT:
            raise ImageError(
                "bad_values",
                f"floats are 0..1, the array has {pixels.min():g}..{pixels.max():g}; use uint8 for 0..255",
            )
        pixels = np.rint(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise ImageError("bad_values", f"an array of {pixels.dtype} is no picture; expected uint8 or floats in 0..1")
    return Image.fromarray(np.ascontiguousarray(pixels))


# --- Loading ---


def _describe(directory: Path, calibration: Calibration | None) -> _Description:
    """Read and check `model.json` and the hashes of the files that it names."""
    path = directory / "model.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"no model in {directory}: model.json is missing") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {_one_line(error)}") from error
    try:
        prediction = raw["prediction"]
        if prediction not in ("Attn", "CTC"):
            raise ValueError(f"unknown prediction {prediction!r}")
        charset = raw["charset"]
        if not isinstance(charset, str) or not charset or len(set(charset)) != len(charset):
            raise ValueError("the charset is not a list of different characters")
        channels, height, width = (int(raw["input"][key]) for key in ("channels", "height", "width"))
        max_length = int(raw["max_length"])
        if channels not in (1, 3) or min(height, width, max_length) < 1:
            raise ValueError(f"impossible input {channels} x {height} x {width} or length {max_length}")
        parts = ["encoder", *(["decoder"] if prediction == "Attn" else [])]
        parts += [part for part in ("encoder_int8", "turn_head") if part in raw["files"]]
        files = {part: _model_file(directory, raw["files"][part]) for part in parts}
        hashes = raw.get("sha256", {})
        calibration = calibration or Calibration.from_description(raw)
        description = _Description(
            info=ModelInfo(str(raw["name"]), str(raw["version"]), calibration.accept_threshold),
            prediction=prediction,
            charset=charset,
            channels=channels,
            height=height,
            width=width,
            max_length=max_length,
            calibration=calibration,
            ctc_weight=_checked_weight(float(raw.get("decoding", {}).get("ctc_weight", 0.0))),
            prior_weight=checked_prior_weight(float(raw.get("decoding", {}).get("prior_weight", DEFAULT_PRIOR_WEIGHT))),
            second_look=_checked_doubt(float(raw.get("decoding", {}).get("second_look", 0.0))),
            encoder=files["encoder"],
            encoder_int8=files.get("encoder_int8"),
            decoder=files.get("decoder"),
            turn_head=files.get("turn_head"),
        )
        expected = {file: hashes[file.name] for file in files.values() if file.name in hashes}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else _one_line(error)
        raise ModelError(f"{path} does not describe a model: {what}") from error
    for file in files.values():
        _check_file(file, expected.get(file))
    return description


def _checked_weight(weight: float) -> float:
    if not 0.0 <= weight <= 1.0:  # true for NaN, too
        raise ValueError(f"the weight of CTC is between 0 and 1, not {weight}")
    return weight


def _checked_doubt(probability: float) -> float:
    if not 0.0 <= probability <= 1.0:  # true for NaN, too
        raise ValueError(f"the probability of a doubtful reading is between 0 and 1, not {probability}")
    return probability


def _encoder_outputs(description: _Description) -> list[str]:
    """What is asked of the encoder: only what is used."""
    if description.prediction == "CTC":
        outputs = ["ctc_log_probs"]
        if description.turn_head is not None:
            outputs.append("context")
    else:
        outputs = ["context", "projected"]
        if description.ctc_weight > 0.0:
            outputs.append("ctc_log_probs")
    return outputs


def _model_file(directory: Path, name: str) -> Path:
    if name != PurePath(name).name:  # a model from elsewhere must not point out of its folder
        raise ValueError(f"{name!r} is not a file name")
    return directory / name


def _check_file(file: Path, expected: str | None) -> None:
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise ModelError(f"the model file {file} is missing") from None
    except OSError as error:
        raise ModelError(f"the model file {file} cannot be read: {_one_line(error)}") from error
    if expected is not None and found != expected.lower():
        raise ModelError(f"the model file {file} is damaged: its SHA-256 is not the one in model.json")


def _open_session(file: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors arrive as exceptions, warnings say nothing to a user
    # Threads that share one reading wait for each other by spinning, for the waits are shorter than waking up. Between
    # readings they sleep: on small machines a spinning one would take the core from everybody else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if threads > 1 else "0")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base class but this one
        raise ModelError(f"the model file {file} cannot be loaded: {_one_line(error)}") from error


def _check_names(file: Path, session: onnxruntime.InferenceSession, inputs: set[str], outputs: set[str]) -> None:
    has_inputs = {one.name for one in session.get_inputs()}
    has_outputs = {one.name for one in session.get_outputs()}
    if has_inputs != inputs or not outputs <= has_outputs:
        raise ModelError(
            f"{file}: expected inputs {sorted(inputs)} and outputs {sorted(outputs)},"
            f" found {sorted(has_inputs)} and {sorted(has_outputs)}"
        )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
