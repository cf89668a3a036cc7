"""How much an ingress lets in follows from how the service is spread."""

from deploy.ray.settings import RaySettings


def test_all_replicas_can_be_kept_busy() -> None:
    usual = RaySettings().reading_places
    assert (usual.at_once, usual.waiting) == (16, 64)
    assert RaySettings(recognizer_replicas=20).reading_places.at_once == 80
    assert RaySettings(recognizer_replicas=1).reading_places.at_once == 16  # so that one's batches are full
