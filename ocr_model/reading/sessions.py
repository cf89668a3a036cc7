"""A model's graphs on ONNX Runtime: `encoder.onnx` turns pictures into features, `decoder.onnx` is one decoder step."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import onnxruntime

from ocr_model.errors import ModelError
from ocr_model.reading.arrays import Floats, Integers
from ocr_model.reading.attention import FIRST_CHARACTER, DecoderStep
from ocr_model.reading.model_description import ModelDescription, one_line
from ocr_model.reading.processor import has_cuda

Precision = Literal["single", "int8"]
_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


class ModelSessions:
    """The open graphs of a model; any number of threads may run them at the same time.

    Args:
        description: description of the model.
        precision: precision of the encoder. Doubtful crops are always encoded in single precision: int8 errs where the
            picture is doubtful.
        threads: CPU threads of one run of the encoder.

    Raises:
        ModelError: a graph cannot be loaded, or has other inputs and outputs. One line.
    """

    def __init__(self, description: ModelDescription, *, precision: Precision, threads: int) -> None:
        self._description = description
        self.precision = precision
        self._outputs = description.encoder_outputs
        self._single: onnxruntime.InferenceSession | None = None
        file = description.encoder if precision == "single" else description.encoder_int8
        if file is None:
            raise ModelError(f"{description.encoder.parent}: the model has no int8 encoder")
        self._encoder = self._open_encoder(file, threads)
        if precision == "int8" and description.second_look > 0.0:
            self._single = self._open_encoder(description.encoder, threads)
        self._decoder: onnxruntime.InferenceSession | None = None
        if description.decoder is not None:
            # A decoder step is so small that waking a second thread costs more than it gains.
            self._decoder = open_session(description.decoder, 1)
            inputs, outputs = (
                {"context", "projected", "hidden", "cell", "token"},
                {"log_probs", "hidden_out", "cell_out"},
            )
            _check_names(description.decoder, self._decoder, inputs, outputs)

    def _open_encoder(self, file: Path, threads: int) -> onnxruntime.InferenceSession:
        session = open_session(file, threads)
        _check_names(file, session, {"image"}, set(self._outputs))
        return session

    @property
    def device(self) -> str:
        """What the encoder computes on: `cuda`, or `cpu`."""
        return "cuda" if _CUDA in self._encoder.get_providers() else "cpu"

    @property
    def has_single_beside_int8(self) -> bool:
        """Whether doubtful crops are encoded in another precision than others."""
        return self._single is not None

    def encode(self, pixels: Floats, *, doubtful: bool = False) -> dict[str, Floats]:
        """Features by name of N pictures, (N, channels, height, width) in -1..1; each array has N rows.

        Raises:
            ModelError: CTC's probabilities are no numbers, or do not fit the charset.
        """
        session = self._single if doubtful and self._single is not None else self._encoder
        outputs = dict(zip(self._outputs, session.run(self._outputs, {"image": pixels}), strict=True))
        if "ctc_log_probs" in outputs:
            self._check_numbers(outputs["ctc_log_probs"], classes=1 + len(self._description.charset))
        return outputs

    def context(self, pixels: Floats) -> Floats:
        """The encoder's features (N, T, D) alone, as `encode` computes them.

        Raises:
            ModelError: the encoder does not show its features.
        """
        _check_names(self._description.encoder, self._encoder, {"image"}, {"context"})
        (context,) = self._encoder.run(["context"], {"image": pixels})
        found: Floats = context
        return found

    def decoder_step(self, context: Floats, projected: Floats) -> DecoderStep:
        """One step of the decoder over a batch's features: context (N, T, D), projected (N, T, H)."""
        decoder = self._decoder
        if decoder is None:
            raise ModelError(f"{self._description.info.name}: the model has no decoder")
        gathered: tuple[bytes, Floats, Floats] = (b"", context, projected)

        def step(crops: Integers, tokens: Integers, hidden: Floats, cell: Floats) -> tuple[Floats, Floats, Floats]:
            nonlocal gathered
            # Which crop each hypothesis reads hardly changes from step to step, the features are large:
            # gather them once.
            key = crops.tobytes()
            if key != gathered[0]:
                gathered = (key, context[crops], projected[crops])
            feed = {"context": gathered[1], "projected": gathered[2], "hidden": hidden, "cell": cell, "token": tokens}
            log_probabilities, hidden, cell = decoder.run(["log_probs", "hidden_out", "cell_out"], feed)
            self._check_numbers(log_probabilities, classes=FIRST_CHARACTER + len(self._description.charset))
            return log_probabilities, hidden, cell

        return step

    def _check_numbers(self, log_probabilities: Floats, *, classes: int) -> None:
        name = self._description.info.name
        if log_probabilities.shape[-1] != classes:
            raise ModelError(
                f"{name}: {log_probabilities.shape[-1]} classes do not fit a charset of"
                f" {len(self._description.charset)} characters"
            )
        # Minus infinity is a probability of zero, NaN is none. The maximum is NaN as soon as one number is.
        if math.isnan(log_probabilities.max()):
            raise ModelError(f"{name}: the model computes no numbers for this picture")


def open_session(file: Path, threads: int, *, keeps_memory: bool = True) -> onnxruntime.InferenceSession:
    """Open a graph on the graphics card if there is one to use, else on the CPU.

    Args:
        file: the graph.
        threads: CPU threads of one run.
        keeps_memory: whether the memory of the largest input so far is kept for the next run; for inputs of one size.

    Raises:
        ModelError: the graph cannot be loaded. One line.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = keeps_memory
    options.log_severity_level = 3  # errors arrive as exceptions, and warnings are of no use to a user
    # Threads that share a reading wait for each other by spinning, because waking up takes longer than the waits.
    # Between readings they sleep: on small machines a spinning thread would take the core from every other program.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if threads > 1 else "0")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=[_CUDA, _CPU] if has_cuda() else [_CPU])
    except Exception as error:  # ONNX Runtime's exceptions have no other common base class
        raise ModelError(f"the model file {file} cannot be loaded: {one_line(error)}") from error


def _check_names(file: Path, session: onnxruntime.InferenceSession, inputs: set[str], outputs: set[str]) -> None:
    has_inputs = {node.name for node in session.get_inputs()}
    has_outputs = {node.name for node in session.get_outputs()}
    if has_inputs != inputs or not outputs <= has_outputs:
        raise ModelError(
            f"{file}: expected inputs {sorted(inputs)} and outputs {sorted(outputs)},"
            f" found {sorted(has_inputs)} and {sorted(has_outputs)}"
        )
