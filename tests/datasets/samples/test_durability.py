"""Killed processes and traced system calls: what was acknowledged is there."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.samples.store import SampleStore

ROOT = Path(__file__).parents[3]

KEEPER = """
import sys, threading
from pathlib import Path
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture

store = SampleStore.open(Path(sys.argv[1]))
life = sys.argv[2]
speak = threading.Lock()

def say(line):
    with speak:
        sys.stdout.write(line + "\\n")
        sys.stdout.flush()

def work(thread):
    for number in range(10_000):
        name = f"{life}-{thread}-{number}"
        say("try " + name)
        store.keep(picture(hash(name) % 60_000), label(name))
        say("kept " + name)

for thread in range(3):
    threading.Thread(target=work, args=(thread,)).start()
"""


def test_kill_nine_loses_and_invents_nothing(tmp_path: Path) -> None:
    tried: set[str] = set()
    kept: set[str] = set()
    chance = random.Random(2)
    for life in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(tmp_path), str(life)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        enough = chance.randrange(5, 60)
        with process.stdout as lines:
            for line in lines:
                verb, name = line.split()
                (tried if verb == "try" else kept).add(name)
                enough -= 1
                if enough == 0:
                    process.kill()  # and read on: what it had said before it died counts
        assert process.wait() == -9
    with SampleStore.open(tmp_path) as store:
        found = [sample.label.prediction_id for sample in store.samples()]
        assert len(found) == len(set(found))
        assert kept <= set(found) <= tried
        assert len(kept) > 30
        assert list(store.upkeep.verify()) == []
        assert not list((tmp_path / "local" / "tmp").glob("*.tmp"))
        by_digest = {sample.digest for sample in store.samples()}
        store.upkeep.reindex()
        assert {sample.digest for sample in store.samples()} == by_digest


ONCE = """
import os, sys
from pathlib import Path
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture

with SampleStore.open(Path(sys.argv[1])) as store:
    os.write(1, b"BEGIN\\n")
    store.keep(picture(1), label("p"))
    os.write(1, b"SAVED\\n")
"""


def test_system_calls_sync_before_the_answer(tmp_path: Path) -> None:
    """As the kernel sees it: file synced, renamed, folder synced, twice, and then the answer."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("needs strace (Debian package strace)")
    trace = tmp_path / "trace"
    command = [strace, "-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2,write", "-o", str(trace)]
    done = subprocess.run(
        [*command, sys.executable, "-c", ONCE, str(tmp_path / "spool")], capture_output=True, text=True, cwd=ROOT
    )
    if "ptrace" in done.stderr and "not permitted" in done.stderr:
        pytest.skip("needs the right to trace processes (ptrace)")
    assert done.stdout == "BEGIN\nSAVED\n", done.stderr
    text = trace.read_text()
    steps = []
    for line in text[text.index("BEGIN") : text.index("SAVED")].splitlines():
        if match := re.search(r"fsync\(\d+<(.*)>\) = 0", line):
            path = Path(match[1])
            place = str(path.relative_to(tmp_path / "spool")).split("/")[0]
            steps.append("file" if path.suffix == ".tmp" else f"folder {place}")
        elif match := re.search(r'rename.*"([^"]+\.(?:png|json))".* = 0', line):
            steps.append(f"name {Path(match[1]).suffix}")
    crop, event = steps.index("name .png"), steps.index("name .json")
    assert crop < event
    assert steps[crop - 1 : crop + 2] == ["file", "name .png", "folder crops"]
    assert steps[event - 1 : event + 2] == ["file", "name .json", "folder events"]
