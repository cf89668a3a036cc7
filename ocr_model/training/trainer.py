"""Training a recognizer on synthetic crops that are rendered while it learns.

    python -m ocr_model train --recipe tags-1 --crops 1000000 --run runs/first

A run folder holds `checkpoint.pt` (everything needed to go on), `log.jsonl` (one line per evaluation), `curve.png` and
`card.json` (recipe, seed, crops seen, hours, hardware, results). Started again, a run goes on from its checkpoint.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from tqdm import tqdm

from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import (
    EvaluationSet,
    evaluate_network,
    fit_input,
    load_labelled_folder,
    load_run,
    synthetic_set,
)
from ocr_model.training.stopping import stopped_by_signals
from ocr_model.training.targets import IGNORED, Targets

STOPPED = 130  # exit status of a command that was asked to stop, as shells give it after Ctrl-C


@dataclass(frozen=True)
class TrainingConfig:
    """How a recognizer is trained."""

    recipe: str = "tags-1"  # data_gen recipe whose crops are rendered on the fly
    seed: int = 0
    crops: int = 1_000_000  # crops of the whole schedule
    batch: int = 64
    learning_rate: float = 1.5e-3  # peak of the one-cycle schedule
    warmup: float = 0.04  # share of the schedule in which the rate rises
    weight_decay: float = 0.01
    ctc_weight: float = 0.5  # of the auxiliary CTC loss; 1 for CTC models, where it is the loss
    localization_rate: float = 0.1  # learning rate of the TPS localisation relative to the rest: it diverges otherwise
    easy_until: float = 0.2  # share of the schedule in which clean crops fade out
    average_decay: float = 0.9995  # exponential moving average of the weights, the ones that are evaluated and exported
    clip: float = 5.0  # norm of the gradient
    label_smoothing: float = 0.0
    evaluate_every: int = 25_000  # crops
    workers: int = 1  # rendering processes
    threads: int = 2  # of torch
    give_up_after: int = 50  # batches in a row that overflow, from which on the training has diverged


class TrainingDivergedError(RuntimeError):
    """The network computes no finite numbers any more."""


CropDrawer = Callable[[int, bool], tuple[NDArray[np.uint8], str]]
"""(number of the crop, whether it shall be an easy one) to a grey crop (H, W) and its text."""


class CropSource(Protocol):
    """Where the crops of a training run come from. Sent to the rendering processes, and opened there."""

    def open(self) -> CropDrawer:
        """Load what drawing needs. The same number gives the same crop in any process and any order."""
        ...

    def describe(self) -> dict[str, Any]:
        """What the run's card says about it."""
        ...


@dataclass(frozen=True)
class RecipeCrops:
    """Crops of one recipe."""

    recipe: str  # data_gen recipe, or a path to a .toml file
    seed: int = 0
    excluded: frozenset[str] = frozenset()  # match keys of codes that are never printed

    def open(self) -> CropDrawer:
        """Load the recipe and its fonts."""
        recipe = load_recipe(self.recipe)
        renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed=self.seed, excluded=self.excluded)

        def draw(number: int, easy: bool) -> tuple[NDArray[np.uint8], str]:
            crop = renderer.render(number, 0.1 * recipe.hardness if easy else recipe.hardness)
            return crop.image, crop.text

        return draw

    def describe(self) -> dict[str, Any]:
        """The recipe's digest."""
        return {"recipe_digest": load_recipe(self.recipe).digest}


class RenderedCrops(IterableDataset[tuple[Tensor, list[str]]]):
    """Batches of freshly rendered crops: pictures (batch, 1, H, W) uint8 and their texts.

    Crop numbers run on from `start`, so a resumed run sees new crops; a worker renders every n-th batch.
    """

    def __init__(
        self, config: TrainingConfig, network: NetworkConfig, start: int, source: CropSource | None = None
    ) -> None:
        super().__init__()
        self.config, self.network, self.start = config, network, start
        self.source = source or RecipeCrops(config.recipe, config.seed)

    def __iter__(self) -> Iterator[tuple[Tensor, list[str]]]:
        worker = get_worker_info()
        number, count = (worker.id, worker.num_workers) if worker else (0, 1)
        if worker:
            # The trainer decides when to stop. Torch has a handler of its own for SIGTERM here, so that one is blocked:
            # a signal to the whole process group must not end what the trainer waits for.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        draw = self.source.open()
        size = (self.network.input_width, self.network.input_height)
        batch = self.config.batch
        for first in range(self.start + number * batch, self.config.crops, count * batch):
            pictures = np.empty((batch, 1, size[1], size[0]), np.uint8)
            texts = []
            for i in range(batch):
                image, text = draw(first + i, self._is_easy(first + i))
                pictures[i, 0] = fit_input(image, size)
                texts.append(text)
            yield torch.from_numpy(pictures), texts

    def _is_easy(self, index: int) -> bool:
        """Clean crops first: attention learns nothing from hard ones alone."""
        progress = index / self.config.crops
        if progress >= self.config.easy_until:
            return False
        easy_share = 1 - progress / self.config.easy_until
        return (index * 2654435761 % 1000) / 1000 < easy_share


class AveragedWeights:
    """Exponential moving average over parameters and buffers (Polyak averaging)."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.updates = 0

    def update(self, network: nn.Module) -> None:
        """Take in the network's weights; the first updates count more, so that the start is forgotten."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        averages, values = [], []
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                averages.append(self.state[name])
                values.append(value.detach())
            else:
                self.state[name].copy_(value)
        torch._foreach_lerp_(averages, values, 1 - decay)


def learning_rate_at(progress: float, config: TrainingConfig) -> float:
    """One cycle: linear warm-up, then a cosine to a hundredth of the peak."""
    if progress < config.warmup:
        return config.learning_rate * max(progress / config.warmup, 0.02)
    phase = min(1.0, (progress - config.warmup) / (1 - config.warmup))
    return config.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * phase)))


class Trainer:
    """One run: network, optimiser, averages and what has been seen so far.

    Args:
        network_config: what the network is made of.
        config: how it is trained.
        run: folder of the run; an existing one goes on.
        source: where the crops come from; those of `config.recipe` if None.
    """

    def __init__(
        self, network_config: NetworkConfig, config: TrainingConfig, run: Path, source: CropSource | None = None
    ) -> None:
        self.network_config, self.config, self.run = network_config, config, run
        self.source = source or RecipeCrops(config.recipe, config.seed)
        run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = RecognitionNetwork(network_config).to(self.device)
        if self.device.type == "cpu":
            self.network = self.network.to(memory_format=torch.channels_last)
        self.targets = Targets(network_config.charset, network_config.max_length)
        self.averages = AveragedWeights(self.network, config.average_decay)
        located = [p for n, p in self.network.named_parameters() if ".localization." in n]
        others = [p for n, p in self.network.named_parameters() if ".localization." not in n]
        self.optimizer = torch.optim.AdamW(
            [{"params": others, "scale": 1.0}, {"params": located, "scale": config.localization_rate}],
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            betas=(0.9, 0.98),
            eps=1e-8,
        )
        self.seen, self.hours = 0, 0.0
        self.overflowed = 0  # batches in a row
        self.log: list[dict[str, Any]] = []
        if self.checkpoint.is_file():
            self._resume()

    def start_from(self, network: RecognitionNetwork) -> None:
        """Take over a trained network's weights.

        Raises:
            ValueError: it is built differently.
        """
        if network.config != self.network_config:
            raise ValueError(f"the network to start from is another one: {network.config}")
        self.network.load_state_dict(network.state_dict())
        self.averages = AveragedWeights(self.network, self.config.average_decay)

    @property
    def checkpoint(self) -> Path:
        """Where the run's state is kept."""
        return self.run / "checkpoint.pt"

    def _resume(self) -> None:
        saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        if saved["network_config"] != json.loads(json.dumps(asdict(self.network_config))):
            raise ValueError(f"{self.checkpoint} was trained with another network configuration; choose another --run")
        self.network.load_state_dict(saved["network"])
        self.averages.state = saved["averages"]
        self.averages.updates = saved["updates"]
        self.optimizer.load_state_dict(saved["optimizer"])
        self.seen, self.hours, self.log = saved["seen"], saved["hours"], saved["log"]

    def save(self) -> None:
        """Write the checkpoint whole or not at all."""
        temporary = self.checkpoint.with_suffix(".tmp")
        torch.save(
            {
                "network_config": json.loads(json.dumps(asdict(self.network_config))),
                "config": asdict(self.config),
                "network": self.network.state_dict(),
                "averages": self.averages.state,
                "updates": self.averages.updates,
                "optimizer": self.optimizer.state_dict(),
                "seen": self.seen,
                "hours": self.hours,
                "log": self.log,
            },
            temporary,
        )
        temporary.replace(self.checkpoint)

    def averaged_network(self) -> RecognitionNetwork:
        """A copy with the averaged weights, in evaluation mode."""
        network = RecognitionNetwork(self.network_config).to(self.device)
        network.load_state_dict(self.averages.state)
        return network.eval()

    def step(self, pictures: Tensor, texts: list[str]) -> dict[str, float]:
        """Learn from one batch: pictures (N, 1, H, W) uint8. Returns the losses.

        Raises:
            TrainingDivergedError: too many batches in a row overflow.
        """
        rate = learning_rate_at(self.seen / self.config.crops, self.config)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        inputs, wanted = self.targets.attention(texts)
        flat, lengths = self.targets.ctc(texts)
        pictures = pictures.to(self.device, non_blocking=True).float().div_(127.5).sub_(1)
        with torch.autocast(self.device.type, torch.bfloat16):
            ctc_logits, attention_logits = self.network(pictures, inputs.to(self.device))
        ctc_log_probs = ctc_logits.float().log_softmax(2).transpose(0, 1)
        steps = torch.full((len(texts),), ctc_log_probs.shape[0], dtype=torch.int64)
        ctc = F.ctc_loss(ctc_log_probs, flat.to(self.device), steps, lengths, zero_infinity=True)
        losses = {"ctc": ctc}
        loss = ctc if attention_logits is None else self.config.ctc_weight * ctc
        if attention_logits is not None:
            attention = F.cross_entropy(
                attention_logits.float().flatten(0, 1),
                wanted.to(self.device).flatten(),
                ignore_index=IGNORED,
                label_smoothing=self.config.label_smoothing,
            )
            losses["attention"] = attention
            loss = loss + attention
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        if torch.isfinite(norm):  # a batch that overflows is left out, not learned
            self.optimizer.step()
            # At once: torch's grid_sample crashes the process when the network places its points at NaN.
            if not all(bool(torch.isfinite(n)) for n in torch._foreach_norm(list(self.network.parameters()))):
                raise TrainingDivergedError(f"training has diverged: weights overflowed after {self.seen} crops")
            self.averages.update(self.network)
            self.overflowed = 0
        else:
            self.overflowed += 1
            if self.overflowed >= self.config.give_up_after:
                raise TrainingDivergedError(
                    f"training has diverged: {self.overflowed} batches in a row without a finite gradient, "
                    f"after {self.seen} crops"
                )
        self.seen += len(texts)
        return {name: value.detach().item() for name, value in losses.items()}

    def train(
        self,
        sets: list[EvaluationSet],
        *,
        stop_after: float = math.inf,
        stop: threading.Event | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Train to the end of the schedule, or until `stop_after` hours of this call; checkpoint at each evaluation.

        Args:
            sets: what the log measures at each checkpoint.
            stop_after: hours.
            stop: once set, training saves what it has learned and returns without measuring it.
            on_progress: is told after each batch how many crops were seen, and of how many.

        Raises:
            TrainingDivergedError: too many batches in a row overflow.
        """
        started, began_hours = time.monotonic(), self.hours
        loader = DataLoader(
            RenderedCrops(self.config, self.network_config, self.seen, self.source),
            batch_size=None,
            num_workers=self.config.workers,
            prefetch_factor=8 if self.config.workers else None,
        )
        running: dict[str, float] = {}
        next_evaluation = (self.seen // self.config.evaluate_every + 1) * self.config.evaluate_every
        self.network.train()
        with tqdm(total=self.config.crops, initial=self.seen, unit="crop", smoothing=0.05) as bar:
            for pictures, texts in loader:
                for name, value in self.step(pictures, texts).items():
                    if math.isfinite(value):  # a batch that overflowed was left out
                        running[name] = value if name not in running else 0.98 * running[name] + 0.02 * value
                bar.update(len(texts))
                bar.set_postfix({name: f"{value:.3f}" for name, value in running.items()}, refresh=False)
                if on_progress is not None:
                    on_progress(self.seen, self.config.crops)
                self.hours = began_hours + (time.monotonic() - started) / 3600
                if stop is not None and stop.is_set():
                    self.save()
                    return
                late = self.hours - began_hours >= stop_after
                if self.seen >= next_evaluation or late:
                    next_evaluation += self.config.evaluate_every
                    self.save()  # first, so that nothing learned depends on what follows
                    self._evaluate(sets, running)
                    self.save()
                    self.network.train()
                if late:
                    break
        if not self.log or self.log[-1]["seen"] < self.seen:
            self.save()
            self._evaluate(sets, running)
            self.save()

    def _evaluate(self, sets: list[EvaluationSet], losses: dict[str, float]) -> None:
        network = self.averaged_network()
        row: dict[str, Any] = {
            "seen": self.seen,
            "hours": round(self.hours, 4),
            **{k: round(v, 4) for k, v in losses.items()},
        }
        for data in sets:
            row[data.name] = evaluate_network(network, data).summary()
        self.log.append(row)
        (self.run / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in self.log), encoding="utf-8")
        tqdm.write(json.dumps(row))
        write_card(self)


def write_card(trainer: Trainer) -> None:
    """Write card.json and curve.png of a run."""
    card = {
        "architecture": trainer.network_config.architecture,
        "network": asdict(trainer.network_config),
        "training": asdict(trainer.config),
        **trainer.source.describe(),
        "crops_seen": trainer.seen,
        "hours": round(trainer.hours, 3),
        "crops_per_second": round(trainer.seen / max(trainer.hours * 3600, 1e-9), 1),
        "hardware": f"{platform.machine()}, {os.cpu_count()} cores, {trainer.device.type}",
        "torch": torch.__version__,
        "parameters": sum(p.numel() for p in trainer.network.parameters()),
        "results": trainer.log[-1] if trainer.log else {},
    }
    (trainer.run / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    draw_curve(trainer.log, trainer.run / "curve.png")


def draw_curve(log: list[dict[str, Any]], path: Path) -> None:
    """Exact match on every evaluation set and the losses, over crops seen."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    seen = [row["seen"] / 1000 for row in log]
    for name in [key for key, value in log[-1].items() if isinstance(value, dict)]:
        # A resumed run may be measured on other sets than before.
        exact = [100 * row[name]["exact"] if name in row else math.nan for row in log]
        left.plot(seen, exact, marker=".", label=name)
    for name in ("attention", "ctc"):
        if name in log[-1]:
            right.plot(seen, [row.get(name) for row in log], label=name)
    left.set(xlabel="thousand crops seen", ylabel="exact match, %", ylim=(0, 100))
    right.set(xlabel="thousand crops seen", ylabel="loss", yscale="log")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model train`."""
    network, training = NetworkConfig(), TrainingConfig()
    parser.add_argument("--run", type=Path, required=True, help="folder of the run; an existing one goes on")
    parser.add_argument("--start-from", type=Path, help="run or exported model whose weights a new run begins with")
    parser.add_argument("--transformation", default=network.transformation, choices=("None", "TPS"))
    parser.add_argument("--features", default=network.features, choices=("VGG", "RCNN", "ResNet"))
    parser.add_argument("--sequence", default=network.sequence, choices=("None", "BiLSTM"))
    parser.add_argument("--prediction", default=network.prediction, choices=("CTC", "Attn"))
    parser.add_argument("--width", type=int, default=network.width, help="channels at the end of the extractor")
    parser.add_argument("--hidden", type=int, default=network.hidden, help="units of each LSTM")
    parser.add_argument("--charset", default=network.charset)
    parser.add_argument("--recipe", default=training.recipe, help="data_gen recipe, or a path to a .toml file")
    parser.add_argument("--seed", type=int, default=training.seed)
    parser.add_argument("--crops", type=int, default=training.crops, help="crops of the whole schedule")
    parser.add_argument("--batch", type=int, default=training.batch)
    parser.add_argument("--learning-rate", type=float, default=training.learning_rate)
    parser.add_argument(
        "--label-smoothing", type=float, default=training.label_smoothing, help="of the attention loss, 0..1"
    )
    parser.add_argument("--easy-until", type=float, default=training.easy_until, help="share with clean crops")
    parser.add_argument("--evaluate-every", type=int, default=training.evaluate_every, help="crops")
    parser.add_argument("--workers", type=int, default=training.workers, help="rendering processes")
    parser.add_argument("--threads", type=int, default=training.threads, help="torch threads")
    parser.add_argument("--stop-after", type=float, default=math.inf, metavar="HOURS")
    parser.add_argument(
        "--crops-folder", type=Path, action="append", default=[], help="labelled folder to watch (never trained on)"
    )
    parser.add_argument("--validation", type=int, default=1000, help="synthetic crops to evaluate on")


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model train`.

    Returns:
        Exit status: 0 when it has come to its end or to the hours it was given, 130 after Ctrl-C or SIGTERM.
    """
    network = NetworkConfig(
        transformation=args.transformation,
        features=args.features,
        sequence=args.sequence,
        prediction=args.prediction,
        width=args.width,
        hidden=args.hidden,
        charset=args.charset,
    )
    config = replace(
        TrainingConfig(),
        recipe=args.recipe,
        seed=args.seed,
        crops=args.crops,
        batch=args.batch,
        learning_rate=args.learning_rate,
        label_smoothing=args.label_smoothing,
        easy_until=args.easy_until,
        evaluate_every=args.evaluate_every,
        workers=args.workers,
        threads=args.threads,
    )
    sets = [synthetic_set(args.recipe, args.validation)]
    sets += [load_labelled_folder(folder) for folder in args.crops_folder]
    trainer = Trainer(network, config, args.run)
    if args.start_from is not None and not trainer.seen:
        trainer.start_from(load_run(args.start_from))
    with stopped_by_signals() as stop:
        trainer.train(sets, stop_after=args.stop_after, stop=stop)
    if stop.is_set() and trainer.seen < config.crops:
        print(f"stopped after {trainer.seen:,} crops and saved; the same command goes on", file=sys.stderr)
        return STOPPED
    print(json.dumps(trainer.log[-1], indent=2))
    return 0
