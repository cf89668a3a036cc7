"""Export of a trained recognizer for the reading floor: ONNX graphs for the encoder and for one decoder step.

    python -m ocr_model export --run runs/first --out ocr_model/weights/champion --name trba-tags-1 --version 1

The decoder leaves the graph after each character, so early stop, beam search and the format prior live outside.
Weights are stored as float16 and cast to float32 when the session loads: half the file, the same arithmetic.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ocr_model.codes.format_prior import DEFAULT_PRIOR_WEIGHT
from ocr_model.codes.text import match_key
from ocr_model.export.calibration_fitting import calibrate_directory
from ocr_model.reading.arrays import Floats
from ocr_model.reading.recognizer import Precision, Recognizer
from ocr_model.reading.second_look import DOUBTFUL
from ocr_model.training.architecture import RecognitionNetwork
from ocr_model.training.architecture.prediction import START, Attention, StepDecoder
from ocr_model.training.evaluation import (
    WEIGHTS,
    EvaluationSet,
    decode_greedily,
    load_run,
    network_input,
    synthetic_set,
)

OPSET = 17
PRECISIONS: tuple[Precision, Precision] = ("single", "int8")
HALF_FROM = 256  # smaller tensors stay float32: they weigh nothing and biases want the precision


class ExportMismatchError(RuntimeError):
    """The exported graphs do not compute what the network computes."""


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

    What the LSTM cell makes of the previous character depends on that character alone: it is computed beforehand for
    all of them. The glimpse and the old state share one product, and three of the four gates one sigmoid.
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


@dataclass(frozen=True)
class Parity:
    """How far the exported graphs are from the network, over some crops."""

    crops: int
    different_texts: int
    largest_difference: float  # of a probability that reading uses; the decoder's along the network's own texts


MOST_DIFFERENT = 0.1  # probability; weights in half precision make a few hundredths, where a character is undecided


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
) -> None:
    """Write encoder.onnx, decoder.onnx (Attn only) and model.json into `out`."""
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
        "architecture": config.architecture,
        "prediction": config.prediction,
        "charset": config.charset,
        "input": {"channels": config.channels, "height": config.input_height, "width": config.input_width},
        "max_length": config.max_length,
        "calibration": {"temperature": temperature},
        "decoding": {"ctc_weight": ctc_weight, "second_look": second_look, "prior_weight": prior_weight},
        "card": card or {},
        "files": files,
        "sha256": {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in files.values()},
    }
    (out / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def average_networks(network: RecognitionNetwork, start: RecognitionNetwork, share: float = 0.5) -> RecognitionNetwork:
    """The mean of the weights of a network and of the one that its training began with.

    What is learned anew then costs less of what was known before (Wortsman et al., CVPR 2022,
    https://arxiv.org/abs/2109.01903).

    Args:
        network: the trained one.
        start: the one that it began with.
        share: of the latter, 0..1.

    Raises:
        ValueError: they are built differently, or a share outside 0..1.
    """
    if network.config != start.config:
        raise ValueError(f"the two networks are built differently: {network.config} and {start.config}")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share is between 0 and 1, not {share}")
    mean = RecognitionNetwork(network.config).eval()
    others = start.state_dict()
    mean.load_state_dict(
        {
            name: value * (1.0 - share) + others[name] * share if value.is_floating_point() else value
            for name, value in network.state_dict().items()
        }
    )
    return mean


def about_model(directory: Path) -> dict[str, object]:
    """Name, version and training of an exported model, for the card of one that builds on it."""
    file = directory / "model.json"
    if not file.is_file():
        return {"run": directory.name}
    description = json.loads(file.read_text(encoding="utf-8"))
    card = description.get("card", {})
    about = {"name": description["name"], "version": description["version"]}
    return about | {key: card[key] for key in ("crops_seen", "hours", "recipe_digest") if key in card}


def save_weights(network: RecognitionNetwork, path: Path) -> None:
    """Write the network itself, float16: the graphs have folded what training needs, and a challenger starts here."""
    state = {name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()}
    torch.save({"network_config": json.loads(json.dumps(asdict(network.config))), "averages": state}, path)


def _export(module: nn.Module, example: tuple[Tensor, ...], inputs: list[str], outputs: list[str], path: Path) -> None:
    axes = {name: {0: "batch"} for name in (*inputs, *outputs)}
    with warnings.catch_warnings():
        # The tracing exporter keeps LSTM as one node; the newer one unrolls it, and warns that this one is the older.
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


def check_parity(
    network: RecognitionNetwork, directory: Path, data: EvaluationSet, *, ctc_weight: float = 0.0
) -> Parity:
    """Compare the exported graphs with the torch network on the crops of a set (greedy decoding).

    The decoder is fed with the network's own characters, so that its probabilities can be compared one by one.

    Args:
        network: that was exported.
        directory: of the graphs.
        data: the crops.
        ctc_weight: how much CTC counts in what is read by a network with an attention decoder.

    Raises:
        ExportMismatchError: more than one text in a hundred differs (one of fewer may: a draw), or a probability that
            reading uses by more than `MOST_DIFFERENT`. Of a CTC head that only helped to train, one crop in a hundred
            may.
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
    largest = float(np.max(differences))  # NaN if one is
    draws = max(1, len(data.images) // 100)
    if different > draws:
        raise ExportMismatchError(f"{different} of {len(data.images)} texts differ between the network and {directory}")
    if not largest <= MOST_DIFFERENT or sum(not one <= MOST_DIFFERENT for one in auxiliary) > draws:
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


def open_session(file: Path) -> onnxruntime.InferenceSession:
    """An exported graph on one thread, as the network is compared with it and timed."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _exported_steps(
    decoder: onnxruntime.InferenceSession, context: Floats, projected: Floats, tokens: list[int]
) -> Floats:
    """Probabilities (L, tokens) of the exported step along given tokens of one crop."""
    hidden = cell = np.zeros((1, projected.shape[-1]), dtype=np.float32)
    asked = {one.name for one in decoder.get_inputs()}  # a graph keeps no input that it does not use
    steps = []
    for before in [START, *tokens[:-1]]:
        feed = {"context": context, "projected": projected, "hidden": hidden, "cell": cell}
        feed["token"] = np.array([before], dtype=np.int64)
        log_probs, hidden, cell = decoder.run(
            ["log_probs", "hidden_out", "cell_out"], {name: value for name, value in feed.items() if name in asked}
        )
        steps.append(np.exp(log_probs[0]))
    return np.stack(steps)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model export`."""
    parser.add_argument("--run", type=Path, required=True, help="folder of a training run")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--recipe", default="tags-1", help="recipe of the crops that calibrate and check the export")
    parser.add_argument(
        "--average-with",
        type=Path,
        help="run or exported model that the run began with; its weights and the run's are averaged",
    )
    parser.add_argument("--share", type=float, default=0.5, help="of that other one in the average, 0..1")
    parser.add_argument("--check", type=int, default=200, help="crops on which the export must agree with the network")
    parser.add_argument("--ctc-weight", type=float, default=0.0, help="of CTC in the joint score of attention models")
    parser.add_argument("--int8", type=int, default=100, help="crops that set the scales of the int8 encoder; 0 = none")
    parser.add_argument("--turns", type=int, default=4000, help="crops that fit the turn head; 0 = none")
    parser.add_argument(
        "--calibrate", type=int, default=12000, help="crops on which the confidence is calibrated; 0 = not at all"
    )
    parser.add_argument("--processes", type=int, default=2, help="that read side by side for the calibration")


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model export`: export, check against torch, fit turns, then calibrate what comes of it all."""
    from ocr_model.export.turn_fitting import fit_turn_directory

    if not 0.0 <= args.share <= 1.0:
        print(f"error: --share is between 0 and 1, not {args.share}", file=sys.stderr)
        return 2
    network = load_run(args.run)
    card_file = args.run / "card.json"
    card = json.loads(card_file.read_text(encoding="utf-8")) if card_file.is_file() else {}
    if args.average_with is not None:
        network = average_networks(network, load_run(args.average_with), args.share)
        card["averaged_with"] = {**about_model(args.average_with), "share": args.share}
    part = args.out.with_name(args.out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)  # of an export that was killed
    try:
        weight = args.ctc_weight if network.attention is not None else 0.0
        export_network(network, part, name=args.name, version=args.version, card=card, ctc_weight=weight)
        parity = check_parity(network, part, synthetic_set(args.recipe, args.check), ctc_weight=weight)
        agreed = parity.crops - parity.different_texts
        print(f"export agrees on {agreed} of {parity.crops} texts, probabilities to {parity.largest_difference:.4f}")
        if args.int8:
            print(quantize_directory(part, args.recipe, args.int8))
        if args.turns:
            turns = fit_turn_directory(part, args.recipe, args.turns)
            print(f"turn head puts {100 * turns.ordered:.1f} % of {turns.crops} crops the right way up")
        if args.calibrate:
            fit = calibrate_directory(part, args.recipe, args.calibrate, processes=args.processes, progress=True)
            found = fit.calibration
            print(f"word-level temperature {found.temperature:.3f}, bias {found.bias:.3f} from {args.calibrate} crops")
        put_in_place(part, args.out)
    except ExportMismatchError as error:
        print(f"error: {error}; {args.out} is as it was", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(part, ignore_errors=True)
    print(f"{sum(file.stat().st_size for file in args.out.iterdir()) / 1e6:.1f} MB in {args.out}")
    return 0


def put_in_place(part: Path, out: Path) -> None:
    """Move a finished model into its folder, model.json last; files of a model that was there before go."""
    out.mkdir(parents=True, exist_ok=True)
    description = out / "model.json"
    if description.is_file():
        for name in json.loads(description.read_text(encoding="utf-8")).get("files", {}).values():
            (out / PurePath(name).name).unlink(missing_ok=True)
    for file in sorted(part.iterdir(), key=lambda one: one.name == description.name):
        file.replace(out / file.name)


INT8_SEED = 20_270_801  # neither trained nor evaluated on, in cycles either
INT8_LOSS = 0.005  # share of crops that int8 may read wrong more than single precision, noise included


@dataclass(frozen=True)
class Quantization:
    """How an int8 encoder reads beside the same one in single precision."""

    crops: int
    exact_single: int
    exact_int8: int
    kept: bool  # whether it is part of the model now

    def __str__(self) -> str:
        verdict = "kept" if self.kept else "left out"
        return f"int8 reads {self.exact_int8}, single precision {self.exact_single} of {self.crops} crops: {verdict}"


def quantize_directory(directory: Path, recipe: str, count: int, *, checked: int = 1000) -> Quantization:
    """Add an int8 encoder to an exported model if it reads as well as the one in single precision.

    Args:
        directory: of the model.
        recipe: of the crops that set the scales and of those that check.
        count: crops that set the scales.
        checked: crops that both precisions read.
    """
    from ocr_model.export.quantization import quantize_encoder

    config = load_run(directory).config
    data = synthetic_set(recipe, count + checked, seed=INT8_SEED)
    file = directory / "encoder_int8.onnx"
    quantize_encoder(
        directory / "encoder.onnx", file, [network_input([image], config).numpy() for image in data.images[:count]]
    )
    description_file = directory / "model.json"
    before = description_file.read_text(encoding="utf-8")
    description = json.loads(before)
    description["files"]["encoder_int8"] = file.name
    description["sha256"][file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    description_file.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    images, texts = data.images[count:], [match_key(text) for text in data.texts[count:]]
    exact = []
    for precision in PRECISIONS:
        reader = Recognizer.load(directory, threads=1, precision=precision)
        readings = [match_key(reader.read(image).text) for image in images]
        exact.append(sum(read == text for read, text in zip(readings, texts, strict=True)))
    kept = exact[1] >= exact[0] - INT8_LOSS * checked
    if not kept:
        description_file.write_text(before, encoding="utf-8")
        file.unlink()
    return Quantization(checked, exact[0], exact[1], kept)
