"""What is counted, and that no request can make new series."""

from typing import Any

from fastapi.testclient import TestClient

from backend.metrics import Metrics


def test_unknown_paths_make_no_new_metrics(client: TestClient) -> None:
    for n in range(5):
        client.get(f"/nothing/{n}")
    client.request("BREW", "/nothing")
    metrics = client.get("/metrics").text
    assert 'tags_requests_total{method="GET",route="other",status="404"} 5.0' in metrics
    assert 'method="other"' in metrics
    assert "BREW" not in metrics


def test_readings_are_counted(client: TestClient, png: bytes, reader: Any) -> None:
    client.post("/v1/predictions", files={"image": png})
    reader.text = ""
    client.post("/v1/predictions", files={"image": png})
    metrics = client.get("/metrics").text
    assert 'tags_readings_total{outcome="text"} 1.0' in metrics
    assert 'tags_readings_total{outcome="no_text"} 1.0' in metrics
    assert 'tags_requests_total{method="POST",route="/v1/predictions",status="200"} 2.0' in metrics
    assert 'tags_reading_seconds_count{step="recognize"} 2.0' in metrics
    assert "tags_pending_predictions 2.0" in metrics


def test_labels_are_counted(client: TestClient, png: bytes) -> None:
    prediction = client.post("/v1/predictions", files={"image": png}).json()["id"]
    client.post(f"/v1/predictions/{prediction}/label", files={"status": (None, "accepted")})
    client.delete(f"/v1/predictions/{prediction}/label")
    metrics = client.get("/metrics").text
    assert 'tags_labels_total{status="accepted"} 1.0' in metrics
    assert 'tags_labels_total{status="deleted"} 1.0' in metrics


def test_a_watched_value_is_that_of_the_scrape() -> None:
    metrics, values = Metrics(), [1.0]
    metrics.watch("tags_test", "A test's value.", lambda: values[-1])
    assert b"tags_test 1.0" in metrics.text()
    values.append(2.0)
    assert b"tags_test 2.0" in metrics.text()


def test_two_apps_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.overloaded.inc()
    assert b"tags_overloaded_total 1.0" in one.text()
    assert b"tags_overloaded_total 0.0" in other.text()


def test_what_a_dashboard_shows_of_a_reading_is_counted(client: TestClient, png: bytes) -> None:
    client.post("/v1/predictions", files={"image": png})
    metrics = client.get("/metrics").text
    assert "tags_reading_sharpness_count 1.0" in metrics
    assert 'tags_batch_size_bucket{le="1.0"} 1.0' in metrics
    assert 'tags_queue_seconds_count{queue="reading"} 1.0' in metrics
    assert "tags_core_hour_price 0.04" in metrics
    assert figure(metrics, "tags_cpu_seconds_total") > 0
    assert figure(metrics, "tags_decoding_cpu_seconds_total") > 0


def test_a_whole_photo_s_first_line_counts_for_drift(client: TestClient, png: bytes, detector: Any) -> None:
    detector.lines = [((1.0, 1.0), (80.0, 1.0), (80.0, 20.0), (1.0, 20.0))]
    client.post("/v1/tags", files={"image": png})
    metrics = client.get("/metrics").text
    assert "tags_reading_sharpness_count 1.0" in metrics
    assert "tags_reading_confidence_count 1.0" in metrics


def figure(metrics: str, name: str) -> float:
    return float(next(line.split()[1] for line in metrics.splitlines() if line.startswith(f"{name} ")))
