"""Mirrors cycles into MLflow: a run for each cycle, a model version for each accepted challenger, the alias `champion`.

The store says which model serves, never the tracker, so nothing waits for it: MLflow runs in a process of its own with
a time limit, and returns a message. Each contact, for a cycle, a promotion or a rollback, brings the tracker's alias
to the model that serves by then, which corrects an alias that a failed contact left behind. Its telemetry is off.

    TAGS_TRACKER_URI=... python -m datasets.cycles.tracking [FOLDER] --domain NAME --source URL [--champion JSON]
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.cycles.report import CycleReport
from datasets.cycles.requests import REPORT_HTML, REPORT_JSON, REPORT_MARKDOWN
from datasets.cycles.wording import in_english
from datasets.errors import StoreError
from datasets.models.champions import ChampionRecord
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import DOMAINS
from ocr_model.domains.tags import TAGS

_LOG = logging.getLogger(__name__)
ALIAS = "champion"
TIME_LIMIT = 120.0  # seconds for everything; a new database takes ten
CHAMPION_TIME_LIMIT = 60.0  # seconds for the alias alone: a person waits
_LONGEST_METRIC = 200  # characters of a metric's name
_SQLITE = "sqlite:///"
_URI = "TAGS_TRACKER_URI"  # an environment variable, because other users of the machine can see arguments
_CONTACTS = 3  # at most, if the champion changes during each

FindChampion = Callable[[], ChampionRecord | None]  # `Champions.current`


@dataclass(frozen=True, slots=True)
class TrackerNames:
    """What a domain's runs and models are called in the tracker, so that several domains may share one."""

    experiment: str
    model: str

    @classmethod
    def of(cls, domain: Domain) -> TrackerNames:
        """The names of a domain; those of shoe tags are as they were before there were others."""
        return cls("shoe-tags", "shoe-tag-reader") if domain is TAGS else cls(domain.name, f"{domain.name}-reader")


@dataclass(frozen=True, slots=True)
class TrackerAnswer:
    """Whether the tracker was reached, and the result there."""

    reached: bool
    line: str  # for people


def default_uri(environment: Mapping[str, str]) -> str:
    """URI of the tracker: MLFLOW_TRACKING_URI, or a SQLite file in the data folder."""
    data = Path(environment.get("TAGS_DATA_DIR") or "var")
    return environment.get("MLFLOW_TRACKING_URI") or f"{_SQLITE}{(data / 'mlflow.db').resolve()}"


def has_begun(uri: str | None) -> bool:
    """Whether there is a tracker whose alias can follow a champion; the first cycle creates a SQLite file."""
    if not uri or uri == "none":
        return False
    return not uri.startswith(_SQLITE) or Path(uri.removeprefix(_SQLITE)).is_file()


def record_cycle(
    folder: Path,
    uri: str | None,
    source: str,
    environment: Mapping[str, str] | None = None,
    *,
    domain: Domain = TAGS,
    champion: FindChampion | None = None,
    seconds: float = TIME_LIMIT,
) -> str:
    """Tell the tracker about a finished cycle, and which model serves now. Never fails.

    Args:
        folder: holds the report's files.
        uri: URI of the tracker, as MLflow writes it: `sqlite:///file` or `http://server`; None or "" for no tracker.
        source: URL of the folder of models in the store.
        environment: environment variables of MLflow's process; None is this process'.
        domain: what the store is of.
        champion: the record of the model that serves, from the store; None leaves the alias where it is.
        seconds: time limit.

    Returns:
        A message for the report.
    """
    if not uri:
        return "no tracker is set up"
    without = "the cycle went on without it"
    return _tell(
        [str(folder.resolve()), "--domain", domain.name], uri, source, champion, environment, seconds, without
    ).line


def tell_champion(
    champion: FindChampion,
    uri: str,
    source: str,
    environment: Mapping[str, str] | None = None,
    *,
    domain: Domain = TAGS,
    seconds: float = CHAMPION_TIME_LIMIT,
) -> TrackerAnswer:
    """Let the tracker's alias follow a promotion or a rollback at once. Never fails.

    Args:
        champion: the record of the model that serves, from the store.
        uri: URI of the tracker.
        source: URL of the folder of models in the store.
        environment: environment variables of MLflow's process; None is this process'.
        domain: what the store is of.
        seconds: time limit.
    """
    told = _tell(
        ["--domain", domain.name], uri, source, champion, environment, seconds, "the champion is changed all the same"
    )
    if told.reached:
        return told
    return TrackerAnswer(False, f"{told.line}; the next cycle, promotion or rollback that reaches the tracker tells it")


def _tell(
    arguments: Sequence[str],
    uri: str,
    source: str,
    champion: FindChampion | None,
    environment: Mapping[str, str] | None,
    seconds: float,
    without: str,
) -> TrackerAnswer:
    told = TrackerAnswer(False, "")
    for _ in range(_CONTACTS):
        record = _present(champion)
        named = ["--champion", json.dumps(_described(record))] if record is not None else []
        told = _contact([*arguments, "--source", source, *named], uri, environment, seconds, without)
        # Two processes may reach the tracker in either order, so each looks again whether its champion still serves.
        if not told.reached or _present(champion) == record:
            break
    return told


def _present(champion: FindChampion | None) -> ChampionRecord | None:
    try:
        return champion() if champion is not None else None
    except StoreError as error:
        _LOG.warning("the tracker's alias stays where it is: %s", error)
        return None


def _described(record: ChampionRecord) -> dict[str, Any]:
    return {
        "model": record.model,
        "about": f"{record.name} {record.version}",
        "dataset_version": record.dataset_version or "",
    }


def _contact(
    arguments: Sequence[str], uri: str, environment: Mapping[str, str] | None, seconds: float, without: str
) -> TrackerAnswer:
    where = f"the tracker at {shown(uri)}"
    settings = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "datasets.cycles.tracking", *arguments],
            env={**(os.environ if environment is None else environment), **settings, _URI: uri},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return TrackerAnswer(False, f"{where} gave no answer within {seconds:.0f} s; {without}")
    except OSError as error:
        return TrackerAnswer(False, f"{where} was not reached, and {without}: {error}")
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return TrackerAnswer(
            False, f"{where} failed, and {without}: {_without_secrets(lines[-1] if lines else '')[:300]}"
        )
    return TrackerAnswer(True, f"{where}: {done.stdout.strip().splitlines()[-1]}")


def shown(uri: str) -> str:
    """A tracker's URI without name and password."""
    return _without_secrets(uri)


def metrics_of(report: CycleReport) -> dict[str, float]:
    """The figures of a report under names that MLflow accepts."""
    found = {f"seconds {stage}": seconds for stage, seconds in report.seconds.items()}
    for comparison in report.comparisons:
        if comparison.crops:
            name = in_english(comparison.set)
            found[f"{name} champion"] = comparison.champion_right / comparison.crops
            found[f"{name} challenger"] = comparison.challenger_right / comparison.crops
            found[f"{name} difference"] = comparison.difference
            found[f"{name} p"] = comparison.p
    return {re.sub(r"[^A-Za-z0-9_./ -]", "_", name)[:_LONGEST_METRIC]: value for name, value in found.items()}


def write_run(client: Any, names: TrackerNames, folder: Path, uri: str, source: str) -> list[str]:
    """Write the run, and for an accepted challenger the model version. Writing it twice makes one run.

    Args:
        client: an `MlflowClient`.
        names: of the domain.
        folder: holds the report's files.
        uri: URI of the tracker.
        source: URL of the folder of models in the store.

    Returns:
        A message: the run, and the model version if there is one.

    Raises:
        Exception: whatever MLflow raises.
    """
    from mlflow.entities import Metric, Param

    report = CycleReport.from_bytes((folder / REPORT_JSON).read_bytes())
    experiment = client.get_experiment_by_name(names.experiment)
    if experiment is None:
        experiment_id = client.create_experiment(names.experiment, artifact_location=_artifacts(uri))
    else:
        experiment_id = experiment.experiment_id
    found = client.search_runs([experiment_id], filter_string=f"tags.cycle = '{report.id}'", max_results=1)
    if found:
        run_id = found[0].info.run_id
    else:
        tags = {
            "cycle": report.id,
            "dataset_version": report.version,
            "dataset_hash": report.version_hash,
            "outcome": report.outcome,
            "reason": in_english(report.reason)[:4000],
        }
        run_id = client.create_run(experiment_id, run_name=report.id, tags=tags).info.run_id
    settings = [
        Param(f"{part}.{name}", str(value)[:500])
        for part, values in report.settings.items()
        for name, value in (values.items() if isinstance(values, dict) else ())
    ]
    metrics = [Metric(name, value, 0, 0) for name, value in metrics_of(report).items()]
    client.log_batch(run_id, metrics=metrics, params=settings)
    for file in (REPORT_MARKDOWN, REPORT_HTML, *(path.name for path in sorted(folder.glob("*.png")))):
        if (folder / file).is_file():
            client.log_artifact(run_id, str(folder / file))
    client.set_terminated(run_id, "FAILED" if report.outcome == "failed" else "FINISHED")
    done = [f"run {run_id[:8]} in {names.experiment}"]
    if report.outcome == "accepted" and report.challenger is not None and report.challenger.digest is not None:
        about = f"{report.challenger.name} {report.challenger.version}"
        version = _model_version(client, names.model, report.challenger.digest, source, about, report.version, run_id)
        done.append(f"the challenger is version {version} of {names.model}")
    return done


def write_champion(client: Any, names: TrackerNames, champion: Mapping[str, str], source: str) -> str:
    """Bring the alias to the model that serves; a model that no cycle has made gets a model version without a run.

    Args:
        client: an `MlflowClient`.
        names: of the domain.
        champion: `model` (digest), `about`, `dataset_version`.
        source: URL of the folder of models in the store.

    Returns:
        A message: which version has the alias now.

    Raises:
        Exception: whatever MLflow raises.
    """
    digest, about, dataset_version = (champion[key] for key in ("model", "about", "dataset_version"))
    version = _model_version(client, names.model, digest, source, about, dataset_version, None)
    if client.get_registered_model(names.model).aliases.get(ALIAS) != version:
        client.set_registered_model_alias(names.model, ALIAS, version)
    return f"version {version} of {names.model} has the alias {ALIAS}"


def _model_version(
    client: Any, model: str, digest: str, source: str, about: str, dataset_version: str, run_id: str | None
) -> str:
    """The number of the model version with this digest, made if there is none."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    known = client.search_model_versions(f"name = '{model}' and tags.digest = '{digest}'")
    if known:
        return str(known[0].version)
    tags = {"digest": digest, "dataset_version": dataset_version}
    made = client.create_model_version(model, f"{source}{digest}", run_id=run_id, tags=tags, description=about)
    return str(made.version)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run in a process of its own; the last line of stdout is the result, that of stderr the failure."""
    parser = argparse.ArgumentParser(prog="python -m datasets.cycles.tracking")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--source", required=True)
    parser.add_argument("--domain", choices=list(DOMAINS), default=TAGS.name)
    parser.add_argument("--champion", type=json.loads)
    options = parser.parse_args(arguments)
    try:
        # Imported here: only this process loads MLflow.
        from mlflow import MlflowClient

        uri = os.environ[_URI]
        client = MlflowClient(uri, uri)
        names = TrackerNames.of(DOMAINS[options.domain])
        done = write_run(client, names, options.folder, uri, options.source) if options.folder is not None else []
        if options.champion is not None:
            done.append(write_champion(client, names, options.champion, options.source))
        print(", ".join(done) or "nothing to tell")
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed here; `make train-setup` installs it in .venv-dev", file=sys.stderr)
        return 1
    except Exception as error:  # any failure is reported by the parent process
        line = str(error).splitlines()[0] if str(error) else ""
        print(f"{type(error).__name__}: {line}", file=sys.stderr)
        return 1
    return 0


def _artifacts(uri: str) -> str | None:
    """Where files of runs go: beside a SQLite database; a server decides for itself."""
    if not uri.startswith(_SQLITE):
        return None
    return Path(uri.removeprefix(_SQLITE)).resolve().with_suffix(".files").as_uri()


def _without_secrets(text: str) -> str:
    """The text with its URLs cut to scheme, host and path: names, passwords and queries may be secret."""

    def cut(match: re.Match[str]) -> str:
        scheme, _, rest = match[0].partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"

    return re.sub(r"[a-z+]+://\S+", cut, text)


if __name__ == "__main__":
    sys.exit(main())
