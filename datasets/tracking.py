"""Mirrors cycles into MLflow: a run for each cycle, a model version for each accepted challenger, the alias `champion`.

The store says who serves, never the tracker, so nothing waits for it: MLflow runs in a process of its own with a time
limit, and what came of it is a sentence in the report. Its telemetry is off.

    python -m datasets.tracking FOLDER --uri URI --source URL      (what that process runs)
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from datasets.cycle_report import REPORT_HTML, REPORT_JSON, REPORT_MARKDOWN, CycleReport

EXPERIMENT = "shoe-tags"
MODEL = "shoe-tag-reader"
ALIAS = "champion"
TIME_LIMIT = 120.0  # seconds for everything; a new database takes ten
_LONGEST_METRIC = 200  # characters of a metric's name


def record_cycle(
    folder: Path,
    uri: str | None,
    source: str,
    environment: Mapping[str, str] | None = None,
    *,
    seconds: float = TIME_LIMIT,
) -> str:
    """Tell the tracker about a finished cycle. Never fails.

    Args:
        folder: holds the report's files.
        uri: of the tracker, as MLflow writes it: `sqlite:///file` or `http://server`; None or "" for no tracker.
        source: URL of the folder of models in the store.
        environment: of the process; None is this one's.
        seconds: that it may take.

    Returns:
        What came of it, for the report.
    """
    if not uri:
        return "no tracker is set up"
    where = f"the tracker at {shown(uri)}"
    settings = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    command = [sys.executable, "-m", "datasets.tracking", str(folder.resolve()), "--uri", uri, "--source", source]
    try:
        done = subprocess.run(
            command,
            env={**(os.environ if environment is None else environment), **settings},
            cwd=Path(__file__).resolve().parents[1],
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"{where} gave no answer within {seconds:.0f} s; the cycle went on without it"
    except OSError as error:
        return f"{where} was not reached: {error}"
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return f"{where} failed, and the cycle went on without it: {_without_secrets(lines[-1] if lines else '')[:300]}"
    return f"{where}: {done.stdout.strip().splitlines()[-1]}"


def shown(uri: str) -> str:
    """A tracker's URI without name and password."""
    return _without_secrets(uri)


def metrics_of(report: CycleReport) -> dict[str, float]:
    """The figures of a report under names that MLflow takes."""
    found = {f"seconds {stage}": seconds for stage, seconds in report.seconds.items()}
    for one in report.comparisons:
        if one.crops:
            found[f"{one.name} champion"] = one.champion_right / one.crops
            found[f"{one.name} challenger"] = one.challenger_right / one.crops
            found[f"{one.name} difference"] = one.difference
            found[f"{one.name} p"] = one.p
    return {re.sub(r"[^A-Za-z0-9_./ -]", "_", name)[:_LONGEST_METRIC]: value for name, value in found.items()}


def write_run(folder: Path, uri: str, source: str) -> str:
    """Write the run, and for an accepted challenger the model version and the alias. Written twice, it stays one.

    Raises:
        Exception: whatever MLflow raises.
    """
    # Here, not above: only this process loads MLflow.
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param
    from mlflow.exceptions import MlflowException

    report = CycleReport.from_bytes((folder / REPORT_JSON).read_bytes())
    client = MlflowClient(uri, uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        experiment_id = client.create_experiment(EXPERIMENT, artifact_location=_artifacts(uri))
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
            "reason": report.reason[:4000],
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
    told = f"run {run_id[:8]} in {EXPERIMENT}"
    if report.outcome != "accepted" or report.challenger is None or report.challenger.digest is None:
        return told
    try:
        client.create_registered_model(MODEL)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    digest = report.challenger.digest
    known = client.search_model_versions(f"name = '{MODEL}' and tags.digest = '{digest}'")
    model = (
        known[0]
        if known
        else client.create_model_version(
            MODEL, source=f"{source}{digest}", run_id=run_id, tags={"digest": digest, "dataset_version": report.version}
        )
    )
    if report.promoted_number is None:
        return f"{told}, version {model.version} of {MODEL}"
    client.set_registered_model_alias(MODEL, ALIAS, model.version)
    return f"{told}, version {model.version} of {MODEL} has the alias {ALIAS}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run in a process of its own; the last line of stdout says what was done, that of stderr what failed."""
    parser = argparse.ArgumentParser(prog="python -m datasets.tracking")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--uri", required=True)
    parser.add_argument("--source", required=True)
    options = parser.parse_args(arguments)
    try:
        print(write_run(options.folder, options.uri, options.source))
    except Exception as error:  # whatever it is: the parent puts it into the report
        line = str(error).splitlines()[0] if str(error) else ""
        print(f"{type(error).__name__}: {line}", file=sys.stderr)
        return 1
    return 0


def _artifacts(uri: str) -> str | None:
    """Where files of runs go: beside a SQLite database; a server decides for itself."""
    if not uri.startswith("sqlite:///"):
        return None
    return Path(uri.removeprefix("sqlite:///")).resolve().with_suffix(".files").as_uri()


def _without_secrets(text: str) -> str:
    def cut(match: re.Match[str]) -> str:
        parts = urlsplit(match[0])
        return match[0].replace(parts.netloc, parts.netloc.rpartition("@")[2]) if "@" in parts.netloc else match[0]

    return re.sub(r"[a-z+]+://\S+", cut, text)


if __name__ == "__main__":
    sys.exit(main())
