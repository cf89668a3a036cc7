"""`python -m backend`: what is wrong at the start is said in one line, with exit status 2."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from backend.settings import Settings, variable_of
from benchmarks.drivers.server import running_backend

ROOT = Path(__file__).parents[2]


def run(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backend", *arguments],
        cwd=ROOT,
        env=environment(tmp_path, **variables),
        capture_output=True,
        text=True,
        timeout=600,
    )


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TAGS_", "NAVER_", "KICKSDB_", "EBAY_"))
    }
    for name in ("STORAGE_URL", "DATABASE_URL"):
        clean.pop(name, None)
    return clean | {"TAGS_DATA_DIR": str(tmp_path / "var"), "TAGS_PORT": "0"} | variables


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(tmp_path, TAGS_PORT=port)
    assert done.returncode == 2
    assert done.stderr == f"backend: cannot listen on 127.0.0.1 port {port}: Address already in use\n"


def test_a_way_out_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    outside = {"NAVER_CLIENT_ID": "id", "NAVER_CLIENT_SECRET": "secret"}
    broken = {"ALL_PROXY": "socks://127.0.0.1:1080", "SSL_CERT_FILE": "/nowhere/ca.pem"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = run(tmp_path, TAGS_PORT=port, **outside, **broken).stderr.splitlines()
        untold = run(tmp_path, TAGS_PORT=port, **broken).stderr.splitlines()
    assert told[0] == "backend: Naver's shopping search takes no new keys since 2026-07-31 and ends on 2027-06-30"
    assert [line.split()[1] for line in told[1:]] == ["ALL_PROXY", "SSL_CERT_FILE", "cannot"]
    assert len(untold) == 1  # nothing is asked of outside services


def test_a_missing_model(tmp_path: Path) -> None:
    done = run(tmp_path, TAGS_MODEL_DIR=str(tmp_path / "none"))
    assert done.returncode == 2
    assert done.stderr.startswith("backend: ")
    assert str(tmp_path / "none") in done.stderr
    assert done.stderr.count("\n") == 1


def test_wrong_settings(tmp_path: Path) -> None:
    done = run(tmp_path, STORAGE_URL="ftp://bucket", TAGS_READING_WORKERS="many")
    assert done.returncode == 2
    assert done.stderr.startswith("backend: ")
    assert "STORAGE_URL" in done.stderr
    assert "TAGS_READING_WORKERS" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.77"])
def test_an_address_that_is_not_ours(tmp_path: Path, host: str) -> None:
    done = run(tmp_path, TAGS_HOST=host)
    assert done.returncode == 2
    assert done.stderr.startswith(f"backend: cannot listen on {host}")
    assert done.stderr.count("\n") == 1


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("not a key")
    done = run(tmp_path, TAGS_TLS_CERTIFICATE=str(tmp_path / "key.pem"), TAGS_TLS_KEY=str(tmp_path / "key.pem"))
    assert done.returncode == 2
    assert "TAGS_TLS_CERTIFICATE" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_store_it_starts_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    log = tmp_path / "log"
    spool = tmp_path / "file" / "spool"
    with running_backend(spool, log, TAGS_CHAMPION_POLL_SECONDS="0.2") as url:
        time.sleep(1)
        assert requests.get(f"{url}/readyz", timeout=5).json()["status"] == "reading"
    said = log.read_text()
    # For the labels, the champion and the key of proofs, however often they are tried again.
    assert said.count(" ERROR ") == 3
    assert "no label is kept" in said
    assert "no key for KicksDB, eBay, Naver Shopping" in said


def test_help_is_one_page_that_names_every_setting(tmp_path: Path) -> None:
    # A setting that would stop a start does not keep the help from being shown.
    done = run(tmp_path, "--help", STORAGE_URL="ftp://bucket", DATABASE_URL="postgresql://me:hush-hush@host/db")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python -m backend")
    lines = done.stdout.splitlines()
    for name, setting in Settings.model_fields.items():
        shown = setting.default
        if isinstance(shown, tuple):
            shown = ",".join(shown)
        default = "" if shown in (None, "") else f" [{shown}]"
        at = lines.index(f"  {variable_of(name)}{default}")
        assert setting.description
        assert lines[at + 1].strip() in setting.description
    assert "hush-hush" not in done.stdout
    assert "backend on" not in done.stdout
    assert max(map(len, lines)) <= 120


def test_an_unknown_argument_starts_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "serve")
    assert done.returncode == 2
    assert "unrecognized arguments: serve" in done.stderr
    assert not (tmp_path / "var").exists()
