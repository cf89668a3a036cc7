"""Shares of a batch, and that the gradients of all shares make up that of the whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.peers import Peers
from ocr_model.training.rendered_crops import RenderedCrops
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.trainer import Trainer

NETWORK = NetworkConfig(width=32, hidden=32)
CONFIG = TrainingConfig(recipe="v1.0", crops=100, batch=10, workers=0, threads=1, clip=1e9)


@dataclass(frozen=True)
class Apart(Peers):
    """Peers that are not there: what they would add up to is known."""

    totals: tuple[float, ...] = ()

    def sum(self, numbers: Sequence[float], device: torch.device) -> list[float]:
        return list(self.totals)


@pytest.mark.parametrize(("batch", "count"), [(64, 1), (64, 2), (10, 3), (7, 7)])
def test_the_shares_make_up_the_batch(batch: int, count: int) -> None:
    shares = [Peers(rank, count).share(batch) for rank in range(count)]
    assert [place for share in shares for place in share] == list(range(batch))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_any_number_of_workers_renders_the_same_crops() -> None:
    (whole, texts) = next(iter(RenderedCrops(CONFIG, NETWORK, 10)))
    parts = [
        next(iter(RenderedCrops(CONFIG, NETWORK, 10, places=Peers(rank, 3).share(CONFIG.batch)))) for rank in range(3)
    ]
    assert torch.equal(torch.cat([pictures for pictures, _ in parts]), whole)
    assert [text for _, part in parts for text in part] == texts


def test_the_average_of_the_shares_gradients_is_that_of_the_batch(tmp_path: Path) -> None:
    pictures, texts = next(iter(RenderedCrops(CONFIG, NETWORK, 0)))
    tokens = sum(len(text) + 1 for text in texts)

    def gradients(name: str, peers: Peers) -> list[torch.Tensor]:
        trainer = Trainer(NETWORK, CONFIG, tmp_path / name, peers=peers)
        trainer.network.eval()  # batch normalisation is what does depend on the share
        share = peers.share(CONFIG.batch)
        trainer.step(pictures[share.start : share.stop], texts[share.start : share.stop])
        return [p.grad.flatten() for p in trainer.network.parameters() if p.grad is not None]

    whole = torch.cat(gradients("whole", Peers()))
    shares = [torch.cat(gradients(f"share-{rank}", Apart(rank, 3, totals=(CONFIG.batch, tokens)))) for rank in range(3)]
    # In bfloat16, as in training; shares of 3, 3 and 4 crops, averaged as they are, would differ by far more.
    assert float((sum(shares) / 3 - whole).norm() / whole.norm()) < 0.02


def test_more_workers_than_crops_of_a_batch_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="3 workers cannot share batches of 2 crops"):
        Trainer(NETWORK, replace(CONFIG, batch=2), tmp_path, peers=Peers(0, 3))
