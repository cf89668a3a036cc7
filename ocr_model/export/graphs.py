"""The ONNX graphs of a trained recognizer: one for the encoder, and one for a single step of the decoder.

The decoder leaves the graph after each character, so early stop, beam search and the format prior live outside.
Weights are stored as float16 and cast to float32 when the session loads: half the file, the same arithmetic.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ocr_model.codes.format_prior import DEFAULT_PRIOR_WEIGHT
from ocr_model.domains.tags import TAGS
from ocr_model.reading.second_look import DOUBTFUL
from ocr_model.reading.second_opinion import SecondOpinion
from ocr_model.training.architecture import RecognitionNetwork
from ocr_model.training.architecture.prediction import Attention, StepDecoder
from ocr_model.training.evaluation import WEIGHTS

OPSET = 17
HALF_FROM = 256  # elements; smaller tensors stay float32: they take little room, and biases need the precision


class _Encoder(nn.Module):
    """image -> context, projected, ctc_log_probs."""

    def __init__(self, network: RecognitionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        context = self.network.encode(image)
        ctc = self.network.ctc(context).log_softmax(2)
        attention = self.network.attention
        return (context, ctc) if attention is None else (context, attention.project(context), ctc)


class _DecoderStep(nn.Module):
    """context, projected, hidden, cell, token -> log_probs, hidden_out, cell_out."""

    def __init__(self, attention: StepDecoder) -> None:
        super().__init__()
        self.attention = attention

    def forward(
        self, context: Tensor, projected: Tensor, hidden: Tensor, cell: Tensor, token: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        logits, hidden, cell = self.attention.step(context, projected, hidden, cell, token)
        return logits.log_softmax(1), hidden, cell


class _LeanAttentionStep(nn.Module):
    """The same as `_DecoderStep` for `Attention`, with fewer and smaller products.

    The LSTM cell's product with the previous character depends on that character alone, so it is computed beforehand
    for all characters. The glimpse and the old state share one product, and three of the four gates one sigmoid.
    """

    def __init__(self, attention: Attention) -> None:
        super().__init__()
        self.attention = attention
        size, cell = attention.hidden_size, attention.cell
        # PyTorch's order of the gates is input, forget, new, output; the three with a sigmoid stand together here.
        order = torch.arange(4 * size).view(4, size)[[0, 1, 3, 2]].flatten()
        inputs, state = cell.weight_ih.detach()[order], cell.weight_hh.detach()[order]
        glimpses = inputs.shape[1] - size
        self.weight = nn.Parameter(torch.cat([inputs[:, :glimpses], state], dim=1).T.contiguous())
        biases = (cell.bias_ih + cell.bias_hh).detach()[order]
        self.by_token = nn.Parameter(attention.embedding.weight.detach() @ inputs[:, glimpses:].T + biases)

    def forward(
        self, context: Tensor, projected: Tensor, hidden: Tensor, cell: Tensor, token: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        size = self.attention.hidden_size
        glimpse = self.attention.glimpse(context, projected, hidden)
        gates = torch.cat([glimpse, hidden], dim=1) @ self.weight + self.by_token[token]
        admit, keep, show = torch.sigmoid(gates[:, : 3 * size]).chunk(3, dim=1)
        cell = keep * cell + admit * torch.tanh(gates[:, 3 * size :])
        hidden = show * torch.tanh(cell)
        return self.attention.generator(hidden).log_softmax(1), hidden, cell


def export_network(
    network: RecognitionNetwork,
    out: Path,
    *,
    name: str,
    version: str,
    temperature: float = 1.0,
    card: dict[str, object] | None = None,
    ctc_weight: float = 0.0,
    second_look: float = DOUBTFUL,
    prior_weight: float = DEFAULT_PRIOR_WEIGHT,
    domain: str = TAGS.name,
) -> None:
    """Write encoder.onnx, decoder.onnx (Attn only) and model.json, which names the domain, into `out`."""
    config = network.config
    network = network.eval().float()
    out.mkdir(parents=True, exist_ok=True)
    example = torch.rand(2, config.channels, config.input_height, config.input_width) * 2 - 1
    attention = network.attention
    encoder_outputs = ["context", "ctc_log_probs"] if attention is None else ["context", "projected", "ctc_log_probs"]
    save_weights(network, out / WEIGHTS)
    files = {"encoder": "encoder.onnx"}
    _export(_Encoder(network), (example,), ["image"], encoder_outputs, out / files["encoder"])
    if attention is not None:
        files["decoder"] = "decoder.onnx"
        with torch.inference_mode():
            context = network.encode(example)
            projected = attention.project(context)
        state = torch.zeros(2, attention.hidden_size)
        _export(
            _LeanAttentionStep(attention) if isinstance(attention, Attention) else _DecoderStep(attention),
            (context.clone(), projected.clone(), state, state.clone(), torch.zeros(2, dtype=torch.int64)),
            ["context", "projected", "hidden", "cell", "token"],
            ["log_probs", "hidden_out", "cell_out"],
            out / files["decoder"],
        )
    description = {
        "name": name,
        "version": version,
        **({} if domain == TAGS.name else {"domain": domain}),
        "architecture": config.architecture,
        "prediction": config.prediction,
        "charset": config.charset,
        "input": {"channels": config.channels, "height": config.input_height, "width": config.input_width},
        "max_length": config.max_length,
        "calibration": {"temperature": temperature},
        "decoding": {"ctc_weight": ctc_weight, "second_look": second_look, "prior_weight": prior_weight},
        # What a second reader weighs beside a new model, until its joint readings are calibrated.
        "second_reader": SecondOpinion().description() | {"calibration": {"temperature": temperature}},
        "card": card or {},
        "files": files,
        "sha256": {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in files.values()},
    }
    (out / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def save_weights(network: RecognitionNetwork, path: Path) -> None:
    """Write the network itself, float16: a challenger starts from it, for the graphs lack folded layers."""
    state = {name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()}
    torch.save({"network_config": json.loads(json.dumps(asdict(network.config))), "averages": state}, path)


def _export(module: nn.Module, example: tuple[Tensor, ...], inputs: list[str], outputs: list[str], path: Path) -> None:
    axes = {name: {0: "batch"} for name in (*inputs, *outputs)}
    with warnings.catch_warnings():
        # The tracing exporter keeps the LSTM as one node; the newer one unrolls it, and warns that this one is old.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            example,
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
            do_constant_folding=True,
        )
    model = onnx.load(str(path))
    store_half(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def store_half(model: onnx.ModelProto) -> None:
    """Replace large float32 initializers by float16 ones with a cast back, in place. Coordinates stay float32."""
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < HALF_FROM or "spline" in tensor.name:
            continue
        values = numpy_helper.to_array(tensor)
        half = numpy_helper.from_array(np.clip(values, -65504, 65504).astype(np.float16), tensor.name + "_half")
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])


def open_session(file: Path) -> onnxruntime.InferenceSession:
    """An exported graph on one thread, for comparison with the network and for timing."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
