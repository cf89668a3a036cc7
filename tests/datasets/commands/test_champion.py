from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.__main__ import main
from datasets.cycles.heartbeat import Heartbeat
from datasets.cycles.requests import pending
from datasets.cycles.tracking import ALIAS, TrackerNames
from datasets.models.champions import Champions
from datasets.objects.folder import FolderObjects
from datasets.reason import Reason
from ocr_model.domains.tags import TAGS
from tests.datasets.making import model_folder

MODEL = TrackerNames.of(TAGS).model

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def run(spool: Path, *arguments: str, **environment: str) -> int:
    return main(arguments, {"TAGS_SPOOL_DIR": str(spool), "MLFLOW_TRACKING_URI": "none"} | environment)


def registered(spool: Path, tmp_path: Path, capsys: Capture, *names: str, **environment: str) -> list[str]:
    digests = []
    for name in names:
        assert run(spool, "champion", "register", str(model_folder(tmp_path / name, name)), **environment) == 0
        digests.append(capsys.readouterr().out.strip())
    return digests


def test_register_promote_roll_back(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run(spool, "champion", "show") == 0
    assert "backends serve the model that they ship" in capsys.readouterr().out
    assert run(spool, "champion", "show", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"champion": None, "shadow": None, "canary": None}
    a, b = registered(spool, tmp_path, capsys, "a", "b")
    assert run(spool, "champion", "promote", a[:8], "--by", "jin", "--reason", "shipped") == 0
    arguments = ("champion", "promote", b, "--expected", "1", "--dataset-version", "v2.0")
    assert run(spool, *arguments) == 0
    capsys.readouterr()
    assert run(spool, *arguments) == 1
    assert "the champion moved on: entry 2" in capsys.readouterr().err
    assert run(spool, "champion", "promote", b) == 1
    assert "b 1.0 is the champion already" in capsys.readouterr().err
    assert run(spool, "champion", "rollback", "--reason", "reads worse") == 0
    assert run(spool, "champion", "rollback", "--to", "2") == 0
    capsys.readouterr()
    assert run(spool, "champion", "history") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[:4] for line in lines] == [
        ["1", a[:12], "a 1.0", "promotion"],
        ["2", b[:12], "b 1.0", "promotion"],
        ["3", a[:12], "a 1.0", "rollback to 1"],
        ["4", b[:12], "b 1.0", "rollback to 2"],
    ]
    assert lines[0][6:] == ["by jin", "shipped"]
    assert run(spool, "champion", "history", "--json") == 0
    assert [json.loads(line)["model"] for line in capsys.readouterr().out.splitlines()] == [a, b, a, b]
    assert run(spool, "champion", "show") == 0
    assert f"model\t{b}" in capsys.readouterr().out
    assert run(spool, "verify") == 0


def test_a_rollback_holds_though_the_tracker_is_down_and_says_so_in_a_line(
    spool: Path, tmp_path: Path, capsys: Capture
) -> None:
    a, b = registered(spool, tmp_path, capsys, "a", "b")
    for digest in (a, b):
        assert run(spool, "champion", "promote", digest) == 0
    capsys.readouterr()
    assert run(spool, "champion", "rollback", MLFLOW_TRACKING_URI="http://127.0.0.1:9") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"3\t{a[:12]}\ta 1.0\trollback to 1")
    assert said.err.startswith("the tracker at http://127.0.0.1:9 failed, and the champion is changed all the same: ")
    assert said.err.endswith("the next cycle, promotion or rollback that reaches the tracker tells it\n")
    assert said.err.count("\n") == 1
    assert Champions(FolderObjects(spool)).current().model == a


# MLflow asks SQLAlchemy for what that no longer recommends.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::sqlalchemy.exc.SADeprecationWarning")
def test_the_trackers_alias_follows_at_once(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    mlflow = pytest.importorskip("mlflow", reason="mlflow-skinny is not installed (`make test-setup`)")
    a, b = registered(spool, tmp_path, capsys, "a", "b")
    environment = {"TAGS_DATA_DIR": str(tmp_path), "MLFLOW_TRACKING_URI": ""}
    assert run(spool, "champion", "promote", a, **environment) == 0
    assert capsys.readouterr().err == ""  # no cycle has begun a tracker yet
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    client = mlflow.MlflowClient(uri, uri)
    client.search_experiments()

    def alias() -> str:
        return client.get_model_version_by_alias(MODEL, ALIAS).tags["digest"]

    assert run(spool, "champion", "promote", b, **environment) == 0
    assert alias() == b
    assert run(spool, "champion", "rollback", **environment) == 0
    assert alias() == a
    assert capsys.readouterr().err.splitlines()[-1].endswith(f"version 2 of {MODEL} has the alias {ALIAS}")


def test_fetch_the_champion_or_another(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    to = tmp_path / "models"
    assert run(spool, "champion", "fetch", "--to", str(to)) == 1
    assert "no champion in the store yet" in capsys.readouterr().err
    a, b = registered(spool, tmp_path, capsys, "a", "b")
    assert run(spool, "champion", "promote", a) == 0
    capsys.readouterr()
    assert run(spool, "champion", "fetch", "--to", str(to), "--serving") == 0
    assert capsys.readouterr().out == f"{to / a}\n"
    assert not (to / a / "weights.pt").exists()
    assert run(spool, "champion", "fetch", b[:8], "--to", str(to)) == 0
    assert (to / b / "weights.pt").read_bytes() == (tmp_path / "b" / "weights.pt").read_bytes()
    assert run(spool, "champion", "fetch", a, "--to", str(to)) == 0
    assert (to / a / "weights.pt").is_file()


def test_shadow_on_and_off(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    [a] = registered(spool, tmp_path, capsys, "a")
    assert run(spool, "champion", "shadow", a[:6]) == 0
    assert capsys.readouterr().out == "a 1.0 reads in shadow\n"
    assert run(spool, "champion", "show") == 0
    assert f"shadow\t{a}" in capsys.readouterr().out
    assert run(spool, "champion", "shadow", "--off") == 0
    assert capsys.readouterr().out == "no model reads in shadow\n"
    assert run(spool, "champion", "show") == 0
    assert "shadow\t" not in capsys.readouterr().out
    assert run(spool, "champion", "shadow") == 1
    assert run(spool, "champion", "shadow", a, "--off") == 1
    capsys.readouterr()


def test_a_canary_on_and_off(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    [a] = registered(spool, tmp_path, capsys, "a")
    assert run(spool, "champion", "canary", a[:6]) == 0
    assert capsys.readouterr().out == "a 1.0 answers a share of requests\n"
    assert run(spool, "champion", "show") == 0
    assert f"canary\t{a}" in capsys.readouterr().out
    assert run(spool, "champion", "canary", "--off", "--reason", "enough") == 0
    assert capsys.readouterr().out == "the champion answers all requests\n"
    assert run(spool, "champion", "show") == 0
    assert "canary\tnone" in capsys.readouterr().out
    assert run(spool, "champion", "canary") == 1
    assert run(spool, "champion", "canary", a, "--off") == 1


def test_request_a_cycle(spool: Path, capsys: Capture) -> None:
    assert run(spool, "request-cycle", "--version", "v3.0", "--by", "jin", "--reason", "friday") == 0
    cycle, said = capsys.readouterr().out.splitlines()
    assert said == "no worker listens; `.venv-dev/bin/python -m datasets cycle --watch` is one"
    objects = FolderObjects(spool)
    [request] = pending(objects)
    assert (request.id, request.version) == (cycle, "v3.0")
    assert (request.by, request.why) == (Reason.words("jin"), Reason.words("friday"))
    Heartbeat(objects, "desk-1").beat()
    assert run(spool, "request-cycle") == 0
    assert "listening: desk-1" in capsys.readouterr().out
    assert pending(objects)[-1].why == Reason(kind="command_line")


def test_a_second_request_for_one_version_is_the_waiting_one(spool: Path, capsys: Capture) -> None:
    told = []
    for version in ([], [], ["--version", "v3.0"]):
        assert run(spool, "request-cycle", *version) == 0
        told.append(capsys.readouterr().out.splitlines())
    assert told[1][:2] == [told[0][0], "this request waits already; no second one was made"]
    assert [request.id for request in pending(FolderObjects(spool))] == [told[0][0], told[2][0]]


def test_verify_names_a_damaged_model(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    [a] = registered(spool, tmp_path, capsys, "a")
    (spool / "models" / a / "encoder.onnx").write_bytes(b"rotten")
    assert run(spool, "verify") == 1
    out = capsys.readouterr().out
    assert f"models/{a}/encoder.onnx" in out
    assert "1 problem" in out


def test_through_a_bucket(gcs: GcsServer, spool: Path, tmp_path: Path, capsys: Capture) -> None:
    """The bucket decides; what the spool had before there was one is named, and can be brought there."""
    url, other = "gs://tags/shop", tmp_path / "other"
    [a] = registered(spool, tmp_path, capsys, "a")
    assert run(spool, "champion", "promote", a) == 0
    capsys.readouterr()
    assert run(spool, "champion", "share") == 1
    assert "no bucket" in capsys.readouterr().err
    assert run(spool, "champion", "show", STORAGE_URL=url) == 0
    assert "`champion share` brings them there" in capsys.readouterr().out
    assert run(spool, "champion", "share", STORAGE_URL=url) == 0
    assert "1 entries brought to gs://tags/shop" in capsys.readouterr().out
    [b] = registered(other, tmp_path, capsys, "b", STORAGE_URL=url)
    assert run(other, "champion", "promote", b, STORAGE_URL=url) == 0
    capsys.readouterr()
    assert run(spool, "champion", "show", STORAGE_URL=url) == 0
    assert f"model\t{b}" in capsys.readouterr().out
    assert Champions(FolderObjects(spool)).current().model == a  # what comes later stays in the bucket
    # Labels, versions and the index are left as they are by all that lies beside them.
    for command in ("verify", "reindex", "counts"):
        assert run(spool, command, STORAGE_URL=url) == 0
    assert "no faults found" in capsys.readouterr().out


def test_errors_are_one_line(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    commands = (
        ("register", str(tmp_path)),
        ("promote", "0123"),
        ("promote", ""),
        ("rollback",),
        ("shadow", "0123"),
        ("canary", "0123"),
    )
    for arguments in commands:
        assert run(spool, "champion", *arguments) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(commands)
    assert all(line.startswith("error: ") for line in lines)


def test_a_promotion_by_hand_remembers_what_the_model_was_trained_on(
    spool: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder = model_folder(tmp_path / "a", "a")
    about = json.loads((folder / "model.json").read_text())
    about["card"] = {"cycle": {"dataset_version": "v2.1"}}
    (folder / "model.json").write_text(json.dumps(about))
    assert run(spool, "champion", "register", str(folder)) == 0
    digest = capsys.readouterr().out.strip()
    assert run(spool, "champion", "promote", digest) == 0
    champion = Champions(FolderObjects(spool)).current()
    assert champion is not None
    assert champion.dataset_version == "v2.1"


def test_the_store_s_key_signs_what_a_person_promotes(spool: Path, tmp_path: Path, capsys: Capture) -> None:
    a, b = registered(spool, tmp_path, capsys, "a", "b")
    key = {"TAGS_STORE_KEY": "the-key-of-one-store-and-no-other"}
    assert run(spool, "champion", "promote", a) == 0
    capsys.readouterr()
    assert run(spool, "champion", "show", **key) == 0
    assert "not signed with the store's key" in capsys.readouterr().out
    assert run(spool, "champion", "rollback", "--to", "1", **key) == 1
    assert "entry 1 of champion/ is not signed" in capsys.readouterr().err
    # The model that serves already is signed by promoting it again.
    assert run(spool, "champion", "promote", a, **key) == 0
    assert run(spool, "champion", "promote", b, **key) == 0
    assert run(spool, "champion", "rollback", **key) == 0
    capsys.readouterr()
    assert run(spool, "champion", "show", **key) == 0
    assert "not signed" not in capsys.readouterr().out
    assert run(spool, "champion", "promote", a, **key) == 1
    assert "is the champion already" in capsys.readouterr().err
    assert run(spool, "champion", "history", TAGS_STORE_KEY="") == 0
    assert run(spool, "champion", "show", TAGS_STORE_KEY="short-and-secret") == 1
    said = capsys.readouterr().err
    assert "TAGS_STORE_KEY must have 32 or more" in said
    assert "short-and-secret" not in said
