"""Training a recognizer: one run with its network, optimiser, averages, checkpoints and log.

Several processes may train a run together (`Peers`); the leader alone writes, and anybody may go on with what it wrote.

A run folder holds `checkpoint.pt` (everything needed to go on), `log.jsonl` (one line per evaluation), `curve.png` and
`card.json` (recipe, seed, crops seen, hours, hardware, results). Started again, a run goes on from its checkpoint.
"""

from __future__ import annotations

import json
import math
import os
import platform
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.averaged_weights import AveragedWeights
from ocr_model.training.best_weights import BestWeights
from ocr_model.training.carried_over import carried_over
from ocr_model.training.evaluation import EvaluationSet, evaluate_network
from ocr_model.training.peers import Peers
from ocr_model.training.precision import half_precision_pays
from ocr_model.training.rendered_crops import CropSource, RecipeCrops, RenderedCrops
from ocr_model.training.run_card import write_card
from ocr_model.training.schedule import TrainingConfig, learning_rate_at
from ocr_model.training.targets import IGNORED, Targets

SIZES = ("line_height", "line_width", "input_height", "input_width")  # in pixels; no weight depends on them
RESIZABLE = (*SIZES, "width", "charset")
"""Fields of `NetworkConfig` in which a run may differ from the network that it starts from."""


class TrainingDivergedError(RuntimeError):
    """The network's numbers are no longer finite."""


class Trainer:
    """A training run: network, optimiser, averages and progress.

    Args:
        network_config: configuration of the network.
        config: settings of the training.
        run: folder of the run; an existing one goes on.
        source: source of the crops; `config.recipe` if None.
        peers: this process's place among those that train the run; alone if None.

    Raises:
        ValueError: the run's checkpoint has another network, or there are more processes than crops in a batch.
    """

    def __init__(
        self,
        network_config: NetworkConfig,
        config: TrainingConfig,
        run: Path,
        source: CropSource | None = None,
        *,
        peers: Peers | None = None,
    ) -> None:
        self.network_config, self.config, self.run = network_config, config, run
        self.peers = peers or Peers()
        if self.peers.count > config.batch:
            raise ValueError(f"{self.peers.count} workers cannot share batches of {config.batch} crops")
        self.source = source or RecipeCrops(config.recipe, config.seed)
        run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        self.device = self.peers.device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = RecognitionNetwork(network_config).to(self.device)
        if self.device.type == "cpu":
            self.network = self.network.to(memory_format=torch.channels_last)
        if config.frozen:
            self.network.freeze_features()
        self._in_half = half_precision_pays(self.device)
        self._learner: nn.Module = self.network  # as it is called in a step
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
        self.best = BestWeights(run, config.patience)
        if self.checkpoint.is_file():
            self.resume()

    def start_from(self, network: RecognitionNetwork) -> list[str]:
        """Take over a trained network's weights, as far as their names and shapes fit.

        The network may have another size of line or input, which changes no weight of a convolutional extractor,
        another charset, of which the common characters keep their classes' weights, or another width, which changes
        most.

        Returns:
            Names of the weights that do not fit and stay as initialised; none for a network of the same width.

        Raises:
            ValueError: the network differs in more than line size, input size, width and charset.
        """
        own = self.network_config
        sizes = {name: getattr(own, name) for name in RESIZABLE}
        if replace(network.config, **sizes) != own:
            raise ValueError(
                "the network to start from differs in more than line, input, width and charset: "
                f"{network.config}, not {own}"
            )
        state, left_out = carried_over(network, self.network)
        self.network.load_state_dict(state)
        self.averages = AveragedWeights(self.network, self.config.average_decay)
        return left_out

    @property
    def checkpoint(self) -> Path:
        """The file of the run's state."""
        return self.run / "checkpoint.pt"

    def resume(self) -> None:
        """Take over the run's checkpoint.

        Raises:
            ValueError: it has another network.
        """
        saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        # Fields that a checkpoint of an earlier release lacks have their defaults.
        defaults = asdict(NetworkConfig())
        if json.loads(json.dumps(defaults | saved["network_config"])) != json.loads(
            json.dumps(asdict(self.network_config))
        ):
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

    def card(self) -> dict[str, Any]:
        """The run's card: settings, progress, and the results of the last evaluation."""
        return {
            "architecture": self.network_config.architecture,
            "network": asdict(self.network_config),
            "training": asdict(self.config),
            **self.source.describe(),
            "crops_seen": self.seen,
            "hours": round(self.hours, 3),
            "crops_per_second": round(self.seen / max(self.hours * 3600, 1e-9), 1),
            "hardware": f"{platform.machine()}, {os.cpu_count()} cores, {self.device.type}",
            "processes": self.peers.count,
            "torch": torch.__version__,
            "parameters": sum(p.numel() for p in self.network.parameters()),
            "results": self.log[-1] if self.log else {},
        }

    def step(self, pictures: Tensor, texts: list[str]) -> dict[str, float]:
        """Learn from this process's share of a batch: pictures (N, 1, H, W) uint8. Returns the losses of the batch.

        Raises:
            TrainingDivergedError: too many batches in a row overflow.
        """
        rate = learning_rate_at(self.seen / self.config.crops, self.config)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        inputs, wanted = self.targets.attention(texts)
        flat, lengths = self.targets.ctc(texts)
        tokens = int((wanted != IGNORED).sum())
        all_crops, all_tokens = self.peers.sum([len(texts), tokens], self.device)
        # What a share counts for in the batch: gradients are averaged over the processes.
        by_crops, by_tokens = len(texts) * self.peers.count / all_crops, tokens * self.peers.count / all_tokens
        pictures = pictures.to(self.device, non_blocking=True).float().div_(127.5).sub_(1)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._in_half):
            ctc_logits, attention_logits = self._learner(pictures, inputs.to(self.device))
        ctc_log_probs = ctc_logits.float().log_softmax(2).transpose(0, 1)
        steps = torch.full((len(texts),), ctc_log_probs.shape[0], dtype=torch.int64)
        ctc = by_crops * F.ctc_loss(ctc_log_probs, flat.to(self.device), steps, lengths, zero_infinity=True)
        losses = {"ctc": ctc}
        loss = ctc if attention_logits is None else self.config.ctc_weight * ctc
        if attention_logits is not None:
            attention = by_tokens * F.cross_entropy(
                attention_logits.float().flatten(0, 1),
                wanted.to(self.device).flatten(),
                ignore_index=IGNORED,
                label_smoothing=self.config.label_smoothing,
            )
            losses["attention"] = attention
            loss = loss + attention
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self._learn()
        self.seen += int(all_crops)
        sums = self.peers.sum([value.detach().item() / self.peers.count for value in losses.values()], self.device)
        return dict(zip(losses, sums, strict=True))

    def _learn(self) -> None:
        """Take the step of the gradients, which are the same in all processes."""
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        if torch.isfinite(norm):  # a batch that overflows is skipped
            self.optimizer.step()
            # Raised at once: torch's grid_sample crashes the process if the network places its points at NaN.
            if not all(bool(torch.isfinite(n)) for n in torch._foreach_norm(list(self.network.parameters()))):
                raise TrainingDivergedError(f"training has diverged: weights overflowed after {self.seen} crops")
            if self.peers.is_leader:
                self.averages.update(self.network)
            self.overflowed = 0
        else:
            self.overflowed += 1
            if self.overflowed >= self.config.give_up_after:
                raise TrainingDivergedError(
                    f"training has diverged: {self.overflowed} batches in a row without a finite gradient, "
                    f"after {self.seen} crops"
                )

    def train(
        self,
        sets: list[EvaluationSet],
        *,
        stop_after: float = math.inf,
        stop: threading.Event | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        with_bar: bool = True,
    ) -> None:
        """Train to the end of the schedule, or until `stop_after` hours of this call; checkpoint at each evaluation.

        Of several processes each calls it; what the leader is given counts.

        Args:
            sets: measured at each checkpoint, for the log.
            stop_after: hours of this call.
            stop: once set, training saves its checkpoint and returns without an evaluation.
            on_progress: called after each batch with the number of crops seen and that of the whole schedule.
            with_bar: whether the leader draws a bar.

        Raises:
            TrainingDivergedError: too many batches in a row overflow.
        """
        started, began_hours = time.monotonic(), self.hours
        places = self.peers.share(self.config.batch)
        loader = DataLoader(
            RenderedCrops(self.config, self.network_config, self.seen, self.source, places=places),
            batch_size=None,
            num_workers=self.config.workers,
            prefetch_factor=8 if self.config.workers else None,
            multiprocessing_context=self.peers.start_method if self.config.workers else None,
        )
        running: dict[str, float] = {}
        next_evaluation = (self.seen // self.config.evaluate_every + 1) * self.config.evaluate_every
        self._learner = self.peers.join(self.network)
        self.network.train()
        is_hidden = not (with_bar and self.peers.is_leader)
        with tqdm(total=self.config.crops, initial=self.seen, unit="crop", smoothing=0.05, disable=is_hidden) as bar:
            for pictures, texts in loader:
                for name, value in self.step(pictures, texts).items():
                    if math.isfinite(value):  # not finite: the batch was skipped
                        running[name] = value if name not in running else 0.98 * running[name] + 0.02 * value
                bar.update(self.seen - bar.n)
                bar.set_postfix({name: f"{value:.3f}" for name, value in running.items()}, refresh=False)
                if on_progress is not None:
                    on_progress(self.seen, self.config.crops)
                self.hours = began_hours + (time.monotonic() - started) / 3600
                asked, late = self._agree(stop is not None and stop.is_set(), self.hours - began_hours >= stop_after)
                if asked:
                    if self.peers.is_leader:
                        self.save()
                    return
                if self.seen >= next_evaluation or late:
                    next_evaluation += self.config.evaluate_every
                    self._save_and_evaluate(sets, running)
                    late |= self._agree(self.best.is_over(self.log))[0]
                if late:
                    break
        if not self.log or self.log[-1]["seen"] < self.seen:
            self._save_and_evaluate(sets, running)

    def _agree(self, *flags: bool) -> list[bool]:
        """The leader's flags, so that all processes do the same."""
        return [bool(flag) for flag in self.peers.sum([flag and self.peers.is_leader for flag in flags], self.device)]

    def _save_and_evaluate(self, sets: list[EvaluationSet], losses: dict[str, float]) -> None:
        """Done by the leader; the others wait for it in their next step."""
        if self.peers.is_leader:
            self.save()  # first, so that a failure below loses nothing that was learned
            self._evaluate(sets, losses)
            self.save()
        self.network.train()

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
        self.best.see(self.log, self.network_config, self.averages.state)
        (self.run / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in self.log), encoding="utf-8")
        tqdm.write(json.dumps(row))
        write_card(self.run, self.card(), self.log)
