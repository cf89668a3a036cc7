"""The description of an exported model: reads its `model.json`, and checks the files that it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from ocr_model.codes.format_prior import DEFAULT_PRIOR_WEIGHT
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import domain_named
from ocr_model.domains.tags import TAGS
from ocr_model.errors import ModelError, UnknownDomainError
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.prediction import ModelInfo
from ocr_model.reading.second_opinion import SecondOpinion


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """The content of `model.json`; the hashes of the files are checked."""

    info: ModelInfo
    prediction: Literal["Attn", "CTC"]
    charset: str  # characters by class
    channels: int  # of the picture: 1 grey, 3 RGB
    height: int  # pixels of the picture that the encoder sees
    width: int
    max_length: int  # characters of the longest text
    calibration: Calibration
    ctc_weight: float  # of CTC beside the attention decoder, 0..1
    prior_weight: float  # of the format prior beside the picture, 0..1
    second_look: float  # probability before calibration under which a reading is doubtful, 0..1; 0 is never
    second_opinion: SecondOpinion | None  # when a second reader is asked; None: the model reads alone
    encoder: Path
    encoder_int8: Path | None
    decoder: Path | None  # None for CTC
    turn_head: Path | None
    domain: Domain  # what it reads; a description that does not say it is of shoe tags

    def __post_init__(self) -> None:
        for name, value in (
            ("weight of CTC", self.ctc_weight),
            ("weight of the format prior", self.prior_weight),
            ("probability of a doubtful reading", self.second_look),
        ):
            if not 0.0 <= value <= 1.0:  # true for NaN, too
                raise ValueError(f"the {name} is between 0 and 1, not {value}")

    @classmethod
    def open(cls, directory: Path, calibration: Calibration | None = None) -> ModelDescription:
        """Read and check `model.json` and the hashes of the files that it names.

        Args:
            directory: folder of the model.
            calibration: used in place of the model's own.

        Raises:
            ModelError: a missing or damaged file, or a description that makes no sense. One line.
        """
        path = directory / "model.json"
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ModelError(f"no model in {directory}: model.json is missing") from None
        except (OSError, ValueError) as error:
            raise ModelError(f"{path} cannot be read: {one_line(error)}") from error
        try:
            description = cls._from_description(directory, raw, calibration or Calibration.from_description(raw))
            hashes = raw.get("sha256", {})
            expected = {file: hashes.get(file.name) for file in description.files}
        except (KeyError, TypeError, ValueError, AttributeError, UnknownDomainError) as error:
            problem = f"{error} is missing" if isinstance(error, KeyError) else one_line(error)
            raise ModelError(f"{path} does not describe a model: {problem}") from error
        for file, digest in expected.items():
            _check_file(file, digest)
        return description

    @classmethod
    def _from_description(cls, directory: Path, raw: Mapping[str, Any], calibration: Calibration) -> ModelDescription:
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
        decoding = raw.get("decoding", {})
        return cls(
            info=ModelInfo(str(raw["name"]), str(raw["version"]), calibration.accept_threshold),
            prediction=prediction,
            charset=charset,
            channels=channels,
            height=height,
            width=width,
            max_length=max_length,
            calibration=calibration,
            ctc_weight=float(decoding.get("ctc_weight", 0.0)),
            prior_weight=float(decoding.get("prior_weight", DEFAULT_PRIOR_WEIGHT)),
            second_look=float(decoding.get("second_look", 0.0)),
            second_opinion=SecondOpinion.from_description(raw),
            encoder=files["encoder"],
            encoder_int8=files.get("encoder_int8"),
            decoder=files.get("decoder"),
            turn_head=files.get("turn_head"),
            domain=domain_named(str(raw.get("domain", TAGS.name))),
        )

    @property
    def files(self) -> list[Path]:
        """Every file that the model names."""
        return [file for file in (self.encoder, self.encoder_int8, self.decoder, self.turn_head) if file is not None]

    @property
    def encoder_outputs(self) -> list[str]:
        """Names of the encoder's outputs that reading uses."""
        if self.prediction == "CTC":
            return ["ctc_log_probs", *(["context"] if self.turn_head is not None else [])]
        return ["context", "projected", *(["ctc_log_probs"] if self.ctc_weight > 0.0 else [])]


def _model_file(directory: Path, name: str) -> Path:
    if name != PurePath(name).name:  # a foreign model must not point out of its folder
        raise ValueError(f"{name!r} is not a file name")
    return directory / name


def _check_file(file: Path, expected: str | None) -> None:
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise ModelError(f"the model file {file} is missing") from None
    except OSError as error:
        raise ModelError(f"the model file {file} cannot be read: {one_line(error)}") from error
    if expected is not None and found != expected.lower():
        raise ModelError(f"the model file {file} is damaged: its SHA-256 is not the one in model.json")


def one_line(error: Exception) -> str:
    """The error's message on one line of at most 300 characters."""
    return " ".join(str(error).split())[:300]
