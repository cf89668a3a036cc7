"""Compose file and Kubernetes manifests: settings that exist, ports that fit, nobody privileged, no secret inside."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.settings import Settings, variable_of
from deploy.ray.defaults import DEFAULTS

ROOT = Path(__file__).resolve().parents[3]
KUBERNETES = ROOT / "deploy/kubernetes"
# What programs read beside the settings: the pages, Google's client, PostgreSQL's image.
OTHERS = {"BACKEND_URL", "STORAGE_EMULATOR_HOST", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}
SECRETS = {"DATABASE_URL", "TAGS_STORE_KEY", "TAGS_PAGE_SECRET"}


def known_variables() -> set[str]:
    return {variable_of(field) for field in Settings.model_fields} | OTHERS


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "deploy/containers/compose.yaml").read_text())


def manifests(folder: str) -> list[dict[str, Any]]:
    """All objects that a kustomization names, its base's not included; patches are parts of objects."""
    told = yaml.safe_load((KUBERNETES / folder / "kustomization.yaml").read_text())
    files = [KUBERNETES / folder / name for name in told["resources"] if name.endswith(".yaml")]
    return [made for file in files for made in yaml.safe_load_all(file.read_text())]


def pods() -> list[tuple[str, dict[str, Any]]]:
    """The pods' descriptions of all workloads, by name."""
    found = []
    for made in [*manifests("base"), *manifests("ray")]:
        name, described = made["metadata"]["name"], made.get("spec", {})
        if made["kind"] in {"Deployment", "StatefulSet"}:
            found.append((name, described["template"]["spec"]))
        if made["kind"] in {"RayService", "RayCluster"}:
            cluster = described.get("rayClusterConfig", described)
            groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
            found += [(f"{name} {number}", group["template"]["spec"]) for number, group in enumerate(groups)]
    return found


def test_every_file_of_a_folder_is_named_by_its_kustomization() -> None:
    for folder in ("base", "ray"):
        told = yaml.safe_load((KUBERNETES / folder / "kustomization.yaml").read_text())
        named = {*told["resources"], *(patch["path"] for patch in told.get("patches", ()))} - {"../base"}
        named |= {name for made in told.get("configMapGenerator", ()) for name in made["files"]}
        assert named == {path.name for path in (KUBERNETES / folder).iterdir()} - {"kustomization.yaml"}


@pytest.mark.parametrize(("name", "pod"), pods(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_pod_runs_without_rights_on_a_root_that_nobody_writes(name: str, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        limits = container["securityContext"]
        assert limits["readOnlyRootFilesystem"] is True
        assert limits["allowPrivilegeEscalation"] is False
        assert limits["capabilities"] == {"drop": ["ALL"]}
        written = {"/tmp"} if name == "router" else {"/data", "/tmp"}
        assert written <= {mount["mountPath"] for mount in container["volumeMounts"]}
        assert container["resources"]["requests"]
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize(("name", "pod"), pods(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_pod_s_settings_exist_and_its_secrets_are_references(name: str, pod: dict[str, Any]) -> None:
    told = next(made for made in manifests("base") if made["kind"] == "ConfigMap")["data"]
    assert told.keys() <= known_variables()
    assert not told.keys() & SECRETS
    for container in pod["containers"]:
        for variable in container.get("env", ()):
            assert variable["name"] in known_variables()
            if variable["name"] in SECRETS:
                assert set(variable["valueFrom"]) == {"secretKeyRef"}
            elif "valueFrom" in variable:
                assert variable["valueFrom"]["configMapKeyRef"]["key"] in told


def test_no_secret_is_part_of_the_repository() -> None:
    assert all(made["kind"] != "Secret" for folder in ("base", "ray") for made in manifests(folder))
    texts = [path.read_text() for path in KUBERNETES.rglob("*.yaml")]
    assert not any(re.search(r"(?i)(password|secret|key):\s*[A-Za-z0-9+/]{16,}", text) for text in texts)


def test_what_keeps_labels_keeps_its_volume() -> None:
    (backend,) = [
        made for made in manifests("base") if made["metadata"]["name"] == "backend" and "Stateful" in made["kind"]
    ]
    assert backend["spec"]["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert backend["spec"]["volumeClaimTemplates"][0]["metadata"]["name"] == "data"


def test_a_backend_reads_with_no_more_threads_than_it_requests_cores() -> None:
    made = manifests("base")
    told = next(each for each in made if each["kind"] == "ConfigMap")["data"]
    (backend,) = [each for each in made if each["metadata"]["name"] == "backend" and "Stateful" in each["kind"]]
    (container,) = backend["spec"]["template"]["spec"]["containers"]
    threads = int(told["TAGS_MODEL_THREADS"]) * int(told["TAGS_READING_WORKERS"])
    assert threads <= int(container["resources"]["requests"]["cpu"])


def test_services_and_probes_name_ports_that_containers_have() -> None:
    made = manifests("base")
    workloads = [one for one in made if one["kind"] in {"Deployment", "StatefulSet"}]
    for workload in workloads:
        for container in workload["spec"]["template"]["spec"]["containers"]:
            ports = {port["name"]: port["containerPort"] for port in container.get("ports", ())}
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                asked = container.get(probe, {}).get("httpGet")
                assert asked is None or asked["port"] in ports
    for service in (one for one in made if one["kind"] == "Service" and one["spec"].get("ports")):
        labels = service["spec"]["selector"]
        (target,) = [one for one in workloads if one["spec"]["template"]["metadata"]["labels"] == labels]
        container = target["spec"]["template"]["spec"]["containers"][0]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for port in service["spec"]["ports"]:
            assert ports[port["targetPort"]] == port["port"]


def test_the_autoscaler_and_budgets_are_about_workloads_that_exist() -> None:
    made = manifests("base")
    names = {(one["kind"], one["metadata"]["name"]) for one in made}
    for one in made:
        if one["kind"] == "HorizontalPodAutoscaler":
            target = one["spec"]["scaleTargetRef"]
            assert (target["kind"], target["name"]) in names
        if one["kind"] in {"PodDisruptionBudget", "NetworkPolicy"}:
            chosen = one["spec"].get("selector") or one["spec"].get("podSelector")
            labels = chosen.get("matchLabels", {})
            workloads = [w for w in made if w["kind"] in {"Deployment", "StatefulSet"}]
            assert any(labels.items() <= w["spec"]["template"]["metadata"]["labels"].items() for w in workloads)


def test_nothing_is_reached_unless_it_is_said() -> None:
    closed = next(one for one in manifests("base") if one["metadata"]["name"] == "nothing-else")
    assert closed["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_ray_serves_the_application() -> None:
    (service,) = [made for made in manifests("ray") if made["kind"] == "RayService"]
    (told,) = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed (requirements-ray.txt)")
    module, _, name = told["import_path"].partition(":")
    # Serve calls a builder with the arguments of its configuration, which is one parameter. A process of its own: Ray's
    # modules warn when they are imported.
    asked = f"import inspect, {module} as m; print(len(inspect.signature(m.{name}).parameters))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == "1", done.stderr
    version = re.search(r"^ray==([\d.]+)", (ROOT / "requirements-cluster.lock").read_text(), re.MULTILINE)
    assert version is not None
    assert service["spec"]["rayClusterConfig"]["rayVersion"] == version[1]


def readers_settings() -> dict[str, str]:
    (found,) = [made["data"] for made in manifests("ray") if made["kind"] == "ConfigMap"]
    return found


def readers_pods() -> list[dict[str, Any]]:
    (service,) = [made for made in manifests("ray") if made["kind"] == "RayService"]
    cluster = service["spec"]["rayClusterConfig"]
    return [group["template"] for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]


def test_readers_have_what_the_program_sets_for_ray() -> None:
    told = readers_settings()
    assert told.items() >= DEFAULTS.items()
    assert {name for name in told if name.startswith("RAY_")} == set(DEFAULTS)
    assert {name for name in told if not name.startswith("RAY_")} <= known_variables()
    for pod in readers_pods():
        for container in pod["spec"]["containers"]:
            assert [each["configMapRef"]["name"] for each in container["envFrom"]] == ["tags", "readers"]


def test_a_pod_that_loses_its_volume_keeps_no_label() -> None:
    assert readers_settings()["TAGS_KEEPS_LABELS"] == "false"
    assert all("ephemeral" not in volume for pod in readers_pods() for volume in pod["spec"]["volumes"])


def test_the_one_ingress_of_the_readers_is_scraped_once() -> None:
    """Serve's proxy on every pod asks the same ingress: its counts from each pod would be added up."""
    (backend,) = [
        made for made in manifests("base") if made["kind"] == "StatefulSet" and made["metadata"]["name"] == "backend"
    ]
    wanted = backend["spec"]["template"]["metadata"]["annotations"]
    head, *others = [pod["metadata"].get("annotations") for pod in readers_pods()]
    assert head == wanted
    assert others == [None]


def test_compose_s_settings_exist_and_its_secrets_are_asked_for() -> None:
    for name, service in compose()["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert variable in known_variables(), name
            if variable in {*SECRETS, "POSTGRES_PASSWORD"}:
                assert "${" in value


def test_compose_starts_in_the_order_of_health() -> None:
    services = compose()["services"]
    assert services["backend"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert services["backend"]["depends_on"]["bucket-made"] == {"condition": "service_completed_successfully"}
    assert services["pages"]["depends_on"] == {"backend": {"condition": "service_healthy"}}
    assert "healthcheck" in services["postgres"]


def test_compose_s_programs_run_without_rights_and_images_are_pinned() -> None:
    for name, service in compose()["services"].items():
        if "build" in service:
            assert service["read_only"] is True, name
            assert service["user"] == "10001:10001"
            assert service["cap_drop"] == ["ALL"]
            assert (ROOT / service["build"]["dockerfile"]).is_file()
        else:
            assert re.search(r":\d+\.\d+", service["image"]), name


def test_compose_opens_the_pages_to_this_machine_alone() -> None:
    published = [port for service in compose()["services"].values() for port in service.get("ports", ())]
    assert published == ["127.0.0.1:8501:8501"]
