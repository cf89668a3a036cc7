"""The processes that train one network together, each on its share of every batch (data parallelism).

Each of them works out the gradients of its own crops, and torch's DistributedDataParallel averages them, so that all
take the same step with the same weights. Shares are weighed by their crops and characters, so that the average is the
gradient of the whole batch, however it was divided. What does depend on the division is batch normalisation: on GPUs it
is taken over the whole batch (SyncBatchNorm); on CPUs, for which torch has none, each process normalises by its own
share, and the running statistics that are kept are the leader's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Peers:
    """This process's place among those that train together; alone by default.

    Where there are several, torch's process group has been set up.
    """

    rank: int = 0
    count: int = 1
    device: torch.device | None = None  # that of this process; the first GPU if there is one, else the CPU, if None
    start_method: str | None = None  # of rendering processes; a process with threads that talk to others is not forked

    @property
    def is_leader(self) -> bool:
        """Whether this process writes checkpoints and evaluates."""
        return self.rank == 0

    def share(self, batch: int) -> range:
        """The places in a batch of so many crops that are this process's; those of all make up the batch."""
        return range(self.rank * batch // self.count, (self.rank + 1) * batch // self.count)

    def join(self, network: nn.Module) -> nn.Module:
        """The network as it is called in a step, so that gradients are averaged; all begin with the leader's weights.

        Args:
            network: keeps its own names of weights. On a GPU its batch normalisation is exchanged.
        """
        if self.count == 1:
            return network
        device = next(network.parameters()).device
        if device.type == "cuda":
            exchange: Callable[[nn.Module], nn.Module] = nn.SyncBatchNorm.convert_sync_batchnorm
            exchange(network)
        return nn.parallel.DistributedDataParallel(network, device_ids=[device] if device.type == "cuda" else None)

    def sum(self, numbers: Sequence[float], device: torch.device) -> list[float]:
        """Each number added up over all processes; waits for all of them."""
        if self.count == 1:
            return list(numbers)
        total: Tensor = torch.tensor(numbers, dtype=torch.float64, device=device)
        torch.distributed.all_reduce(total)
        return [float(number) for number in total.tolist()]
