"""The steps around the encoder, the same for every runtime: preparing a crop, and decoding."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from ocr_model.reading.arrays import Floats, Integers
from ocr_model.reading.attention import DecoderStep, attention_beam_search
from ocr_model.reading.hypotheses import merge_spacings


def prepare(crop: Image.Image, size: tuple[int, int]) -> Floats:
    """A crop as the encoder takes it, (1, 1, H, W) in -1..1, resized as serving resizes; `size` is (width, height)."""
    small = crop.convert("L").resize(size, Image.Resampling.BILINEAR)
    return (np.asarray(small, dtype=np.float32)[None, None] / 255.0 - 0.5) / 0.5


class Decoder:
    """The exported decoder step, and the beam search around it."""

    def __init__(self, directory: Path, *, beam: int) -> None:
        description = json.loads((directory / "model.json").read_text(encoding="utf-8"))
        self.charset: str = description["charset"]
        self.size = (int(description["input"]["width"]), int(description["input"]["height"]))
        self._max_length, self._beam = int(description["max_length"]), beam
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        file = directory / description["files"]["decoder"]
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def read(self, context: Floats, projected: Floats) -> str:
        """The most probable text of one crop: context (1, T, D), projected (1, T, H)."""
        found = attention_beam_search(
            self._step(context, projected),
            crops=1,
            hidden_size=int(projected.shape[-1]),
            charset=self.charset,
            max_length=self._max_length,
            beam=self._beam,
        )
        return merge_spacings(found[0], 1)[0].text

    def _step(self, context: Floats, projected: Floats) -> DecoderStep:
        def step(crops: Integers, tokens: Integers, hidden: Floats, cell: Floats) -> tuple[Floats, Floats, Floats]:
            log_probs, hidden, cell = self._session.run(
                ["log_probs", "hidden_out", "cell_out"],
                {
                    "context": context[crops],
                    "projected": projected[crops],
                    "hidden": hidden,
                    "cell": cell,
                    "token": tokens,
                },
            )
            return log_probs, hidden, cell

        return step
