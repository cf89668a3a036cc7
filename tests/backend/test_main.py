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

ROOT = Path(__file__).parents[2]
CHAMPION = ROOT / "ocr_model" / "weights" / "champion"


def operations(client: TestClient) -> list[tuple[str, str, dict[str, Any]]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(path, method, operation) for path, methods in paths.items() for method, operation in methods.items()]


def test_every_route_is_documented(client: TestClient) -> None:
    found = {(method, path) for path, method, _ in operations(client)}
    assert found == {
        ("post", "/v1/previews"),
        ("post", "/v1/predictions"),
        ("post", "/v1/tags"),
        ("post", "/v1/predictions/{prediction_id}/label"),
        ("delete", "/v1/predictions/{prediction_id}/label"),
        ("post", "/v1/predictions/{prediction_id}/tag-price"),
        ("delete", "/v1/predictions/{prediction_id}/tag-price"),
        ("get", "/v1/products"),
        ("get", "/v1/model"),
        ("post", "/v1/pins"),
        ("post", "/v1/pins/check"),
        ("post", "/v1/pins/forget"),
        ("get", "/v1/domains"),
        ("get", "/v1/shadow"),
        ("get", "/v1/canary"),
        ("get", "/v1/team/overview"),
        ("get", "/v1/team/versions/{name}"),
        ("get", "/v1/team/versions/{name}/sheet.png"),
        ("get", "/v1/team/cycles"),
        ("post", "/v1/team/cycles"),
        ("delete", "/v1/team/cycles/{cycle}"),
        ("get", "/v1/team/cycles/{cycle}/report.html"),
        ("get", "/v1/team/searches"),
        ("get", "/v1/team/searches/help"),
        ("get", "/v1/team/samples/teaching"),
        ("post", "/v1/team/samples/export.zip"),
        ("post", "/v1/team/samples/export.csv"),
        ("post", "/v1/team/samples/export.parquet"),
        ("post", "/v1/team/samples/export.tar"),
        ("post", "/v1/team/samples/export.lmdb.zip"),
        ("post", "/v1/team/versions"),
        ("post", "/v1/team/searches"),
        ("delete", "/v1/team/searches"),
        ("get", "/v1/team/samples"),
        ("get", "/v1/team/samples/count"),
        ("get", "/v1/team/samples/{digest}/alike"),
        ("post", "/v1/team/samples/named"),
        ("get", "/v1/team/lists"),
        ("get", "/v1/team/lists/{name}"),
        ("post", "/v1/team/map"),
        ("post", "/v1/team/map/inside"),
        ("get", "/v1/team/tags"),
        ("post", "/v1/team/marks"),
        ("delete", "/v1/team/marks/{action}"),
        ("get", "/v1/team/review"),
        ("get", "/v1/team/samples/{digest}/reading"),
        ("get", "/v1/team/samples/{digest}.png"),
        ("post", "/v1/team/labels"),
        ("get", "/v1/team/labels/{prediction_id}"),
        ("get", "/v1/team/samples/{digest}/thumbnail.webp"),
        ("get", "/v1/team/me"),
        ("post", "/v1/team/me/sign-out"),
        ("get", "/v1/team/people"),
        ("post", "/v1/team/people"),
        ("post", "/v1/team/people/{person}"),
        ("delete", "/v1/team/people/{person}"),
        ("post", "/v1/team/people/{person}/invitation"),
        ("post", "/v1/team/people/{person}/sign-out"),
        ("get", "/v1/team/downloads"),
        ("get", "/v1/team/projects"),
        ("post", "/v1/team/projects"),
        ("get", "/v1/team/projects/{project}"),
        ("post", "/v1/team/projects/{project}"),
        ("delete", "/v1/team/projects/{project}"),
        ("post", "/v1/team/projects/{project}/members/{person}"),
        ("delete", "/v1/team/projects/{project}/members/{person}"),
        ("get", "/v1/team/uploads"),
        ("post", "/v1/team/uploads"),
        ("get", "/v1/team/uploads/{upload}"),
        ("delete", "/v1/team/uploads/{upload}"),
        ("post", "/v1/team/uploads/{upload}/files"),
        ("get", "/v1/team/uploads/{upload}/files"),
        ("post", "/v1/team/uploads/{upload}/start"),
        ("get", "/v1/team/uploads/{upload}/results.csv"),
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


def test_a_request_id_is_taken_over_if_it_is_one(client: TestClient) -> None:
    mine = "0123456789abcdef0123456789abcdef"
    assert client.get("/healthz", headers={"X-Request-ID": mine}).headers["x-request-id"] == mine
    forged = client.get("/healthz", headers={"X-Request-ID": 'x" evil'}).headers["x-request-id"]
    assert "evil" not in forged


def loaded(program: str, *names: str) -> list[str]:
    """Run a program in a fresh interpreter; return those of the modules, or modules in them, that it has loaded."""
    ending = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", program + ending]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [module for module in json.loads(done.stdout) if any(f"{module}.".startswith(f"{name}.") for name in names)]


def started(tmp_path: Path) -> str:
    """A program that creates the app and waits until its store is open and its model has failed to load."""
    return f"""
from pathlib import Path
from fastapi.testclient import TestClient
from backend.main import create_app
from backend.settings import Settings
app = create_app(Settings(data_dir=Path({str(tmp_path)!r}), model_dir=Path("none")))
with TestClient(app, base_url="http://localhost") as client:
    while "none" not in client.get("/readyz").text: pass
"""


def test_starting_imports_neither_torch_nor_google(tmp_path: Path) -> None:
    assert loaded(started(tmp_path), "torch", "google.cloud", "torchvision", "streamlit") == []


@pytest.mark.parametrize(
    "later",
    ["datasets.objects.bucket, datasets.samples.store, ocr_model.reading.recognizer, pi_heif", "backend.team.overview"],
    ids=["bucket, store, model, HEIC", "the team's page"],
)
def test_what_serves_imports_nothing_that_trains_or_renders(tmp_path: Path, later: str) -> None:
    """Neither a started app nor what it imports when it is first needed."""
    trains = ("torch", "torchvision", "trdg", "matplotlib", "mlflow", "ocr_model.training", "ocr_model.export")
    renders = ("data_gen", "datasets.cycles.evaluation_sets")
    assert loaded(f"{started(tmp_path)}\nimport {later}", *trains, *renders) == []


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
