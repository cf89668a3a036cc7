"""The router in front of readers and keepers: which requests go where, and what it lets through."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fastapi.routing import APIRoute

from backend.domains import domain_routers
from backend.main import create_app
from backend.settings import Settings
from ocr_model.domains.registry import domain_named

FOLDER = Path(__file__).resolve().parents[3] / "deploy/kubernetes"
CONFIGURATION = (FOLDER / "ray/nginx.conf").read_text()
READING = {"/v1/predictions", "/v1/previews", "/v1/tags"}


def for_readers(method: str, path: str) -> bool:
    found = re.search(r'"~(\S+ .+\$)" readers-serve-svc', CONFIGURATION)
    assert found is not None
    return re.search(found[1], f"{method} {path}") is not None


def routes(settings: Settings) -> Iterator[tuple[str, str]]:
    """Method and path of each route, those of a further domain among them."""
    for route in create_app(settings).routes:
        for method in getattr(route, "methods", None) or ():
            yield method, getattr(route, "path", "")
    for router in domain_routers(domain_named("plates")):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods:
                yield method, f"/domains/plates{route.path}"


def test_readings_go_to_the_readers_and_all_else_to_those_that_keep_labels(tmp_path: Path) -> None:
    found = list(routes(Settings(data_dir=tmp_path)))
    assert len(found) > 50
    for method, path in found:
        own = re.sub(r"^/domains/plates", "", path)
        assert for_readers(method, path) == (method == "POST" and own in READING), (method, path)
    assert for_readers("POST", "/domains/digits/v1/predictions")
    assert not for_readers("POST", "/v1/predictions/abc/label")
    assert not for_readers("POST", "/other/v1/predictions")


def test_it_asks_services_that_exist_and_trusts_whom_the_backends_trust() -> None:
    made = [each for path in FOLDER.glob("*/*.yaml") for each in yaml.safe_load_all(path.read_text())]
    names = {each["metadata"]["name"] for each in made if each["kind"] == "Service"}
    names |= {f"{each['metadata']['name']}-serve-svc" for each in made if each["kind"] == "RayService"}
    asked = re.findall(r"([a-z-]+)\.tags\.svc\.cluster\.local:8000", CONFIGURATION)
    assert sorted(asked) == ["backend", "readers-serve-svc"]
    assert set(asked) <= names
    told = [each["data"] for each in made if each["kind"] == "ConfigMap"]
    (trusted,) = [data["TAGS_TRUSTED_PROXIES"] for data in told if "TAGS_TRUSTED_PROXIES" in data]
    assert re.findall(r"set_real_ip_from (\S+);", CONFIGURATION) == trusted.split(",")
    patched = yaml.safe_load((FOLDER / "ray/settings.yaml").read_text())["data"]
    assert "router" in patched["TAGS_ALLOWED_HOSTS"].split(",")


def test_it_lets_through_what_a_backend_takes() -> None:
    found = re.search(r"client_max_body_size (\d+)m;", CONFIGURATION)
    assert found is not None
    assert int(found[1]) << 20 > Settings.model_fields["image_max_bytes"].default


def test_nginx_takes_it(tmp_path: Path) -> None:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("nginx (Debian: nginx-light) is not installed")
    text = CONFIGURATION.replace("/tmp/", f"{tmp_path}/").replace("kube-dns.kube-system.svc.cluster.local", "127.0.0.1")
    (tmp_path / "nginx.conf").write_text(re.sub(r"/dev/std\w+", str(tmp_path / "log"), text))
    done = subprocess.run([program, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
