import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.averaged_weights import AveragedWeights


def test_the_start_is_forgotten_and_the_average_follows() -> None:
    network = torch.nn.BatchNorm1d(3)
    averages = AveragedWeights(network, 0.9)
    with torch.no_grad():
        network.weight.fill_(5.0)
    averages.update(network)
    assert averages.state["weight"][0] == pytest.approx(1 * 2 / 11 + 5 * 9 / 11)  # the first update counts most
    for _ in range(200):
        averages.update(network)
    assert averages.state["weight"][0] == pytest.approx(5.0)
    assert averages.updates == 201


def test_counters_are_copied() -> None:
    network = torch.nn.BatchNorm1d(3)
    averages = AveragedWeights(network, 0.9)
    network(torch.rand(4, 3))
    averages.update(network)
    assert int(averages.state["num_batches_tracked"]) == 1
