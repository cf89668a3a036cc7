"""The service as a whole: its description, its errors, its request ids."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.settings import Settings
from benchmarks.drivers.gcs_server import wait_until

ROOT = Path(__file__).parents[2]
CHAMPION = ROOT / "ocr_model" / "weights" / "champion"


def operations(client: TestClient) -> list[tuple[str, str, dict[str, Any]]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(path, method, operation) for path, methods in paths.items() for method, operation in methods.items()]


def test_every_route_is_documented(client: TestClient) -> None:
    found = {(method, path) for path, method, _ in operations(client)}
    assert found == {
        ("post", "/v1/predictions"),
        ("post", "/v1/predictions/{prediction_id}/label"),
        ("delete", "/v1/predictions/{prediction_id}/label"),
        ("get", "/v1/products"),
        ("get", "/v1/model"),
        ("get", "/v1/shadow"),
        ("get", "/v1/team/overview"),
        ("get", "/v1/team/versions/{name}"),
        ("get", "/v1/team/versions/{name}/sheet.png"),
        ("get", "/v1/team/cycles"),
        ("post", "/v1/team/cycles"),
        ("get", "/v1/team/cycles/{cycle}/report.html"),
        ("get", "/v1/team/review"),
        ("post", "/v1/team/review"),
        ("get", "/v1/team/samples/{digest}.png"),
        ("get", "/healthz"),
        ("get", "/readyz"),
        ("get", "/metrics"),
    }
    for path, _, operation in operations(client):
        assert operation["summary"], path
        assert operation["description"], path


def test_the_description_s_page_asks_no_stranger(client: TestClient) -> None:
    """Neither scripts nor styles nor pictures come from elsewhere."""
    page = client.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)""", page.text)
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/"), address
        assert client.get(address).status_code == 200, address
    assert "://" not in re.sub(r"window\.location\.origin", "", page.text)
    assert client.get("/redoc").status_code == 404


def test_every_error_is_documented_as_a_problem(client: TestClient) -> None:
    for path, method, operation in operations(client):
        errors = {status for status in operation["responses"] if int(status) >= 400}
        for status in errors:
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"], (
                path,
                status,
            )
        if path.startswith("/v1/"):
            assert "429" in errors, (method, path)


def test_every_body_has_an_example_that_is_valid(client: TestClient) -> None:
    from backend import schemas

    description = client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("PredictionBody", "LabelBody", "DeletedBody", "ProductsBody", "ModelBody", "ShadowBody", "HealthBody"):
        examples = description[name]["examples"]
        assert examples
        for example in examples:
            getattr(schemas, name).model_validate(example)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/v1/predictions", 405, "method-not-allowed"),
        ("PUT", "/v1/products", 405, "method-not-allowed"),
        ("GET", "/v1/products", 422, "invalid-request"),
    ],
)
def test_the_framework_s_own_errors_are_problems_too(
    client: TestClient, method: str, path: str, status: int, kind: str
) -> None:
    answer = client.request(method, path)
    body = answer.json()
    assert (answer.status_code, body["kind"], body["status"]) == (status, kind, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"].endswith(kind)
    assert body["title"]
    assert body["request_id"] == answer.headers["x-request-id"]


def test_a_request_id_is_taken_over_if_it_is_one(client: TestClient) -> None:
    mine = "0123456789abcdef0123456789abcdef"
    assert client.get("/healthz", headers={"X-Request-ID": mine}).headers["x-request-id"] == mine
    forged = client.get("/healthz", headers={"X-Request-ID": 'x" evil'}).headers["x-request-id"]
    assert "evil" not in forged


def test_unknown_paths_make_no_new_metrics(client: TestClient) -> None:
    for n in range(5):
        client.get(f"/nothing/{n}")
    client.request("BREW", "/nothing")
    metrics = client.get("/metrics").text
    assert 'tags_requests_total{method="GET",route="other",status="404"} 5.0' in metrics
    assert 'method="other"' in metrics
    assert "BREW" not in metrics


def test_starting_imports_neither_torch_nor_google(tmp_path: Path) -> None:
    program = (
        "import sys, json\n"
        "from pathlib import Path\n"
        "from fastapi.testclient import TestClient\n"
        "from backend.main import create_app\n"
        "from backend.settings import Settings\n"
        f"app = create_app(Settings(data_dir=Path({str(tmp_path)!r}), model_dir=Path('none')))\n"
        "with TestClient(app) as client:\n"
        "    while 'none' not in client.get('/readyz').text: pass\n"
        "names = ('torch', 'google.cloud', 'torchvision', 'streamlit')\n"
        "print(json.dumps([name for name in names if name in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_a_runtime_that_cannot_be_imported_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.main import create_app

    monkeypatch.setitem(sys.modules, "ocr_model.reading.recognizer", None)
    with TestClient(create_app(settings)) as client:
        assert wait_until(lambda: "could not be loaded" in client.get("/readyz").text)


@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="ocr_model/weights/champion is not there yet")
def test_the_shipped_model_serves(settings: Settings, png: bytes) -> None:
    from backend.main import create_app

    with TestClient(create_app(settings)) as client:
        while (readiness := client.get("/readyz")).status_code != 200:
            assert "loaded" in readiness.text
        answer = client.post("/v1/predictions", files={"image": ("a.png", png)})
        assert answer.status_code == 200
        body = answer.json()
        assert 0 <= body["confidence"] <= 1
        assert len(body["characters"]) == len(body["text"])
        assert body["model"] == {key: client.get("/v1/model").json()[key] for key in ("name", "version")}
