"""Reads the text of a crop with an exported model on ONNX Runtime.

The model is a folder: `model.json` says what it is, `encoder.onnx` turns the picture into a sequence of
features, and `decoder.onnx` is one step of the attention decoder, so that the search for the best text lives
here and not in the graph.
"""

import hashlib
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from ocr_model.calibration import Calibration
from ocr_model.decoding import (
    FIRST_CHARACTER,
    DecoderStep,
    Floats,
    Hypothesis,
    Integers,
    attention_beam_search,
    ctc_beam_search,
    merge_spacings,
)
from ocr_model.errors import ImageError, ModelError
from ocr_model.formats import extract_code, match_formats
from ocr_model.image import flatten_image
from ocr_model.prediction import Candidate, Character, ModelInfo, Prediction

__all__ = ["CHAMPION", "ImageLike", "Recognizer"]

CHAMPION = Path(__file__).parent / "weights" / "champion"
"""The model that comes with the repository."""

ImageLike = Image.Image | NDArray[Any]

_CANDIDATES = 6  # the chosen reading and five others
_LARGEST_BATCH = 16  # crops that are encoded together; more only costs memory on a CPU


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
    encoder: Path
    decoder: Path | None


class Recognizer:
    """A loaded model. One instance serves any number of threads at the same time."""

    def __init__(self, description: _Description, *, threads: int, beam: int) -> None:
        self._description = description
        self._beam = beam
        self._encoder = _open_session(description.encoder, threads)
        outputs = {"ctc_log_probs"} if description.prediction == "CTC" else {"context", "projected"}
        _check_names(description.encoder, self._encoder, {"image"}, outputs)
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
            self._read_chunk([Image.new("L", (description.width, description.height), "white")])
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
    ) -> "Recognizer":
        """Load an exported model.

        Args:
            directory: of the model; the champion that comes with the repository if None.
            threads: CPU threads per reading.
            beam: unfinished texts that are followed while decoding; 1 is greedy, faster, and finds fewer
                candidates.
            calibration: in place of the model's own; `Calibration(1.0)` gives the uncalibrated probabilities
                that a calibration is fitted on.

        Raises:
            ModelError: a missing or damaged file, or parts that do not fit together. One line.
            ValueError: `threads` or `beam` below 1.
        """
        if threads < 1 or beam < 1:
            raise ValueError(f"threads and beam are at least 1, not {threads} and {beam}")
        return cls(_describe(CHAMPION if directory is None else directory, calibration), threads=threads, beam=beam)

    @property
    def info(self) -> ModelInfo:
        """Name and version of the model."""
        return self._description.info

    def read(self, image: ImageLike) -> Prediction:
        """Read one crop.

        Args:
            image: a Pillow picture of any mode, or an array (H, W), (H, W, 1) or (H, W, 3), RGB, uint8 0..255
                or floats 0..1. It is read as it stands: turn it upright before.

        Raises:
            ImageError: (also a ValueError) the picture has no pixels, or values that are none.
            ModelError: the model computes no numbers for this picture.
        """
        return self.read_batch([image])[0]

    def read_batch(self, images: Sequence[ImageLike]) -> list[Prediction]:
        """Read several crops; faster than one by one only where one crop leaves cores idle.

        Args:
            images: see `read`.

        Returns:
            One prediction per picture, in order.

        Raises:
            ImageError: (also a ValueError) the first unusable picture.
            ModelError: the model computes no numbers.
        """
        predictions: list[Prediction] = []
        for at in range(0, len(images), _LARGEST_BATCH):
            predictions += self._read_chunk(images[at : at + _LARGEST_BATCH])
        return predictions

    def _read_chunk(self, images: Sequence[ImageLike]) -> list[Prediction]:
        began = time.perf_counter()
        pixels = np.stack([self._prepare(image) for image in images])
        prepared = time.perf_counter()
        if self._description.prediction == "CTC":
            (columns,) = self._encoder.run(["ctc_log_probs"], {"image": pixels})
            encoded = time.perf_counter()
            self._check_numbers(columns, classes=1 + len(self._description.charset))
            charset = self._description.charset
            found = [ctc_beam_search(one, charset=charset, beam=self._beam) for one in columns]
        else:
            context, projected = self._encoder.run(["context", "projected"], {"image": pixels})
            encoded = time.perf_counter()
            found = attention_beam_search(
                self._step(context, projected),
                crops=len(images),
                hidden_size=int(projected.shape[-1]),
                charset=self._description.charset,
                max_length=self._description.max_length,
                beam=self._beam,
            )
        ended = time.perf_counter()
        milliseconds = {
            "prepare": (prepared - began) * 1000 / len(images),
            "encode": (encoded - prepared) * 1000 / len(images),
            "decode": (ended - encoded) * 1000 / len(images),
            "total": (ended - began) * 1000 / len(images),
        }
        return [self._predict(hypotheses, milliseconds) for hypotheses in found]

    def _prepare(self, image: ImageLike) -> Floats:
        """The picture for the encoder: (channels, height, width), float32 in -1..1, stretched."""
        wanted = "L" if self._description.channels == 1 else "RGB"
        picture = _as_picture(image).convert(wanted)
        size = (self._description.width, self._description.height)
        # Pillow's bilinear filter widens with the reduction, so it is free of aliasing.
        pixels = np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.float32)
        scaled = (pixels / 255.0 - 0.5) / 0.5
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
        if np.isnan(log_probabilities).any():  # minus infinity is a probability of zero, NaN is none
            raise ModelError(f"{self.info.name}: the model computes no numbers for this picture")

    def _predict(self, hypotheses: Sequence[Hypothesis], milliseconds: dict[str, float]) -> Prediction:
        readings = merge_spacings(hypotheses, _CANDIDATES)
        calibrate = self._description.calibration.apply
        candidates = tuple(
            Candidate(one.text, extract_code(one.text), calibrate(math.exp(one.log_probability))) for one in readings
        )
        characters = tuple(
            Character(text, math.exp(min(0.0, log_probability)))
            for text, log_probability in zip(readings[0].text, readings[0].character_log_probabilities, strict=True)
        )
        best = candidates[0]
        return Prediction(
            text=best.text,
            code=best.code,
            confidence=best.confidence,
            characters=characters,
            candidates=candidates,
            formats=match_formats(best.text),
            model=self.info,
            milliseconds=dict(milliseconds),
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
        if pixels.min() < 0.0 or pixels.max() > 1.0:
            raise ImageError(
                "bad_values",
                f"floats are 0..1, the array has {pixels.min():g}..{pixels.max():g}; use uint8 for 0..255",
            )
        pixels = np.rint(pixels * 255.0).astype(np.uint8)
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
        files = {part: _model_file(directory, raw["files"][part]) for part in _parts(prediction)}
        hashes = raw.get("sha256", {})
        description = _Description(
            info=ModelInfo(str(raw["name"]), str(raw["version"])),
            prediction=prediction,
            charset=charset,
            channels=channels,
            height=height,
            width=width,
            max_length=max_length,
            calibration=calibration or Calibration(float(raw.get("calibration", {}).get("temperature", 1.0))),
            encoder=files["encoder"],
            decoder=files.get("decoder"),
        )
        expected = {file: hashes[file.name] for file in files.values() if file.name in hashes}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else _one_line(error)
        raise ModelError(f"{path} does not describe a model: {what}") from error
    for file in files.values():
        _check_file(file, expected.get(file))
    return description


def _parts(prediction: str) -> Iterator[str]:
    yield "encoder"
    if prediction == "Attn":
        yield "decoder"


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
    # A waiting thread sleeps instead of spinning: on small machines it would take the core from everybody
    # else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
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
