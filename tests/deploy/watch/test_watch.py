"""The dashboard and the alerts name metrics that exist, and each alert leads to its section of the runbook."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from backend.main import create_app
from backend.settings import Settings
from deploy.watch import dashboard

ROOT = Path(__file__).resolve().parents[3]
ALERTS = ROOT / "deploy/watch/alerts.yaml"
RUNBOOK = ROOT / "docs/runbook.md"
_METRIC = re.compile(r"\btags_[a-z_]+")


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The names of all metrics of the service, with the labels that each has."""
    folder = tmp_path_factory.mktemp("watch")
    settings = Settings(data_dir=folder, storage_url=None, database_url=None, allowed_hosts=("testserver",))
    app = create_app(settings)
    text = app.state.services.metrics.text().decode()
    known: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        for suffix in suffixes:
            known[f"{family.name}{suffix}"] = {label for sample in family.samples for label in sample.labels}
    return known


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def test_the_dashboard_is_the_one_that_is_written() -> None:
    assert dashboard.FILE.read_text() == dashboard.text()


def test_every_metric_of_the_dashboard_exists(metrics: dict[str, set[str]]) -> None:
    panels = [panel for panel in dashboard.dashboard()["panels"] if panel["type"] != "row"]
    used = {name for panel in panels for target in panel["targets"] for name in _METRIC.findall(target["expr"])}
    assert len(used) > 20
    assert used <= metrics.keys()


def test_panels_do_not_lie_on_each_other() -> None:
    seen: set[tuple[int, int]] = set()
    for panel in dashboard.dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & seen, panel["title"]
        assert max(x for x, _ in cells) < 24
        seen |= cells


@pytest.mark.parametrize("wish", ["step", "queue", "batch", "correct", "confidence", "sharpness", "unsent", "cost"])
def test_what_a_team_asks_for_is_on_it(wish: str) -> None:
    assert wish in json.dumps(dashboard.dashboard()).lower()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_has_known_metrics_and_a_section(rule: dict[str, Any], metrics: dict[str, set[str]]) -> None:
    used = set(_METRIC.findall(rule["expr"]))
    assert used <= metrics.keys()
    assert used or rule["expr"].startswith("up{")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert (page, anchor) == ("docs/runbook.md", rule["alert"].lower())
    assert f"## {rule['alert']}\n" in RUNBOOK.read_text()


def test_the_runbook_has_no_section_without_an_alert() -> None:
    assert set(re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE)) == {rule["alert"] for rule in rules()}


@pytest.mark.parametrize("command", [["check", "rules", "alerts.yaml"], ["test", "rules", "alerts_test.yaml"]])
def test_prometheus_takes_the_rules(command: list[str]) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool (Debian: prometheus) is not installed")
    done = subprocess.run([program, *command], cwd=ALERTS.parent, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_scrape_shows_them(tmp_path: Path) -> None:
    """Values that are asked for at a scrape can be had before the service is ready."""
    settings = Settings(data_dir=tmp_path, storage_url=None, database_url=None, allowed_hosts=("testserver",))
    answer = TestClient(create_app(settings)).get("/metrics")
    assert answer.status_code == 200
    assert "tags_store_unsent_oldest_seconds NaN" in answer.text
