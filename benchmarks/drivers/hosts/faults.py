"""The faults among several hosts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchmarks.drivers.hosts.network import HostNetwork, NamespacesMissingError
from benchmarks.drivers.hosts.ray_hosts import RayHosts
from benchmarks.drivers.killing.backends import Backend
from benchmarks.drivers.postgres_server import PostgresServer


@dataclass(frozen=True)
class Site:
    """What faults strike."""

    network: HostNetwork
    backends: Sequence[Backend]
    postgres: PostgresServer
    ray: RayHosts | None = None


@dataclass(frozen=True)
class Fault:
    """A kind of fault."""

    kind: str
    # Lets it come and go, with a share of its usual length.
    strike: Callable[[Site, random.Random, float], None]
    kills: int = 0  # backends that it kills
    is_of_ray: bool = False  # whether it strikes Ray's workers


def _cut(names: Sequence[str], site: Site, chance: random.Random, share: float) -> None:
    name = chance.choice(names)
    site.network.cut(name)
    try:
        time.sleep(share * chance.uniform(4, 20))
    finally:
        site.network.join(name)


def _slow(name: str, site: Site, chance: random.Random, share: float) -> None:
    with suppress(NamespacesMissingError):
        site.network.slow_down(name)
    try:
        time.sleep(share * chance.uniform(8, 20))
    finally:
        site.network.speed_up(name)


def _kill(site: Site, chance: random.Random, share: float) -> None:
    victim = chance.choice(site.backends)
    victim.kill()
    time.sleep(share * chance.uniform(0, 5))
    victim.start()


def _restart(mode: str, site: Site, chance: random.Random, share: float) -> None:
    site.postgres.stop("fast" if mode == "fast" else "immediate")
    time.sleep(share * chance.uniform(0, 10))
    site.postgres.start()


def _kill_worker(site: Site, chance: random.Random, share: float) -> None:
    if site.ray is None:
        raise ValueError("there is no Ray")
    victim = site.ray.workers[chance.choice(RAY_WORKERS)]
    victim.kill()
    time.sleep(share * chance.uniform(0, 10))
    victim.start()


RAY_WORKERS: Final = ("worker1", "worker2")
FAULTS: Final = (
    Fault("a backend is killed", _kill, kills=1),
    Fault("a backend is cut off", partial(_cut, ("backend1", "backend2"))),
    Fault("PostgreSQL is cut off", partial(_cut, ("postgres",))),
    Fault("PostgreSQL is restarted", partial(_restart, "fast")),
    Fault("PostgreSQL crashes", partial(_restart, "immediate")),
    Fault("PostgreSQL's link is slow", partial(_slow, "postgres")),
    Fault("the bucket is cut off", partial(_cut, ("bucket",))),
    Fault("the bucket's link is slow", partial(_slow, "bucket")),
)
# Those of a site with Ray, beside the others.
RAY_FAULTS: Final = (
    Fault("a worker of Ray is killed", _kill_worker, is_of_ray=True),
    Fault("a worker of Ray is cut off", partial(_cut, RAY_WORKERS), is_of_ray=True),
)
