"""Compares exported graphs with their network, on the crops of a set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor

from ocr_model.export.graphs import open_session
from ocr_model.reading.arrays import Floats
from ocr_model.training.architecture import RecognitionNetwork
from ocr_model.training.architecture.prediction import START
from ocr_model.training.evaluation import EvaluationSet, decode_greedily, network_input


class ExportMismatchError(RuntimeError):
    """The exported graphs give other texts or probabilities than the network."""


@dataclass(frozen=True)
class Parity:
    """How far the exported graphs are from the network, over some crops."""

    crops: int
    different_texts: int
    largest_difference: float  # of a probability that reading uses; of the decoder's, along the network's own texts


MOST_DIFFERENT = 0.1  # probability; weights in half precision cause a few hundredths where a character is undecided


def check_parity(
    network: RecognitionNetwork, directory: Path, data: EvaluationSet, *, ctc_weight: float = 0.0
) -> Parity:
    """Compare the exported graphs with the torch network on the crops of a set (greedy decoding).

    The decoder is fed with the network's own characters, so that its probabilities can be compared one by one.

    Args:
        network: the exported network.
        directory: folder of the graphs.
        data: the crops.
        ctc_weight: weight of CTC in the readings of a network with an attention decoder.

    Raises:
        ExportMismatchError: more than one text in a hundred differs (of fewer texts one may, where two are equally
            probable), or a probability that reading uses differs by more than `MOST_DIFFERENT`. The probabilities of a
            CTC head that only helped to train may differ on one crop in a hundred.
    """
    session, decoder = open_session(directory / "encoder.onnx"), None
    if network.attention is not None:
        decoder = open_session(directory / "decoder.onnx")
    different = 0
    differences, auxiliary = [0.0], [0.0]
    for image in data.images:
        picture = network_input([image], network.config)
        with torch.inference_mode():
            context = network.encode(picture)
            ctc = network.ctc(context).softmax(2)
        outputs = dict(
            zip([o.name for o in session.get_outputs()], session.run(None, {"image": picture.numpy()}), strict=True)
        )
        found = np.exp(outputs["ctc_log_probs"])
        serves = decoder is None or ctc_weight > 0.0
        (differences if serves else auxiliary).append(float(np.abs(found - ctc.numpy()).max()))
        if decoder is None:
            different += int(found.argmax(2).tolist() != ctc.argmax(2).tolist())
        else:
            with torch.inference_mode():
                expected = _decoded(network, context)
            steps = _exported_steps(decoder, outputs["context"], outputs["projected"], expected.argmax(1).tolist())
            differences.append(float(np.abs(steps - expected.numpy()).max()))
            different += int(steps.argmax(1).tolist() != expected.argmax(1).tolist())
    largest = float(np.max(differences))  # NaN if any difference is NaN
    draws = max(1, len(data.images) // 100)
    if different > draws:
        raise ExportMismatchError(f"{different} of {len(data.images)} texts differ between the network and {directory}")
    if not largest <= MOST_DIFFERENT or sum(not difference <= MOST_DIFFERENT for difference in auxiliary) > draws:
        most = np.max([largest, *auxiliary])
        raise ExportMismatchError(f"probabilities differ by up to {most:.2f} between the network and {directory}")
    return Parity(len(data.images), different, largest)


def _decoded(network: RecognitionNetwork, context: Tensor) -> Tensor:
    """Probabilities (L, tokens) of each step of one crop's greedy decoding, the end included."""
    attention = network.attention
    if attention is None:
        raise ValueError(f"{network.config.architecture} has no attention decoder")
    tokens = decode_greedily(network, context)[0][0].tolist()
    projected = attention.project(context)
    hidden = cell = torch.zeros(1, attention.hidden_size)
    steps = []
    for before in [START, *tokens[:-1]]:
        logits, hidden, cell = attention.step(context, projected, hidden, cell, torch.tensor([before]))
        steps.append(logits[0].softmax(0))
    return torch.stack(steps)


def _exported_steps(
    decoder: onnxruntime.InferenceSession, context: Floats, projected: Floats, tokens: list[int]
) -> Floats:
    """Probabilities (L, tokens) of the exported step along given tokens of one crop."""
    hidden = cell = np.zeros((1, projected.shape[-1]), dtype=np.float32)
    asked = {tensor.name for tensor in decoder.get_inputs()}  # a graph keeps no input that it does not use
    steps = []
    for before in [START, *tokens[:-1]]:
        feed = {"context": context, "projected": projected, "hidden": hidden, "cell": cell}
        feed["token"] = np.array([before], dtype=np.int64)
        log_probs, hidden, cell = decoder.run(
            ["log_probs", "hidden_out", "cell_out"], {name: value for name, value in feed.items() if name in asked}
        )
        steps.append(np.exp(log_probs[0]))
    return np.stack(steps)
