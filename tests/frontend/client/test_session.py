from __future__ import annotations

import pytest

from benchmarks.drivers.server import free_port
from frontend.client.connection import Connection
from frontend.client.session import _accept_threshold, sure_confidence
from frontend.client.shopper import ShopperClient
from frontend.confidence import SURE
from tests.frontend.fake_backend import FakeBackend


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    _accept_threshold.clear()


@pytest.mark.parametrize(("measured", "sure"), [(0.97, 0.97), (None, SURE)])
def test_a_line_is_sure_from_the_measured_confidence_on(fake: FakeBackend, measured: float | None, sure: float) -> None:
    fake.accept_threshold = measured
    assert sure_confidence(ShopperClient(Connection(fake.url))) == sure


def test_a_backend_that_does_not_say_it_leaves_the_usual_confidence() -> None:
    assert sure_confidence(ShopperClient(Connection(f"http://127.0.0.1:{free_port()}"))) == SURE
