import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ocr_model.command_line import print_json, printable, run_command

ROOT = Path(__file__).resolve().parents[2]
# What a Korean user's terminals are: modern, old, none, and the one that refuses what is not its own.
TERMINALS = (
    {"PYTHONIOENCODING": "utf-8:strict"},
    {"PYTHONIOENCODING": "cp949:strict"},
    {"PYTHONIOENCODING": "euc_kr:strict"},
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)


def run(code: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    started = f"import sys\nfrom ocr_model.command_line import *\n{code}\nsys.exit(run_command(main))"
    own = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    return subprocess.run([sys.executable, "-c", started], capture_output=True, env=own, check=False, timeout=600)


@pytest.mark.parametrize("terminal", TERMINALS, ids=str)
def test_every_name_is_printed(terminal: Mapping[str, str]) -> None:
    ran = run(r"def main(): print('\udcc7\udcb0 \U0001f45f \u338f.jpg')", terminal)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.startswith(rb"\udcc7\udcb0 ")
    assert ran.stdout.endswith(b".jpg\n")


@pytest.mark.parametrize("terminal", TERMINALS, ids=str)
def test_json_is_utf8_in_every_terminal(terminal: Mapping[str, str]) -> None:
    ran = run(
        r"def main(): print('first'); print_json({'file': 'd/\udcc7\udcb0 \ud488\ubc88 \U0001f45f.jpg'})", terminal
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    first, line = ran.stdout.decode("utf-8").splitlines()
    assert first == "first"
    assert "품번 👟" in line
    assert json.loads(line)["file"].encode("utf-8", "surrogateescape") == b"d/" + b"\xc7\xb0" + " 품번 👟.jpg".encode()


def test_a_terminal_s_own_letters_stay() -> None:
    assert run(r"def main(): print('\ud488\ubc88')", {"PYTHONIOENCODING": "cp949"}).stdout == "품번\n".encode("cp949")


@pytest.mark.parametrize(
    "command",
    [
        ("ocr_model", "read", "--help"),
        ("data_gen", "--help"),
        ("data_gen", "fonts", "--help"),
        ("datasets", "--help"),
        ("backend.prices", "--help"),
        ("benchmarks", "--help"),
        ("benchmarks.decoding", "--help"),
        ("benchmarks.kills", "--help"),
        ("benchmarks.loop_demo", "--help"),
        ("benchmarks.team_day", "--help"),
        ("benchmarks.runtimes", "--help"),
        ("benchmarks.swap", "--help"),
    ],
    ids=" ".join,
)
def test_a_command_whose_reader_went_away_ends_as_other_programs_do(command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        ran = subprocess.run(
            [sys.executable, "-m", *command], stdout=gone, stderr=subprocess.PIPE, cwd=ROOT, check=False, timeout=120
        )
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_lost_reader_is_no_failure_of_the_command_s_files() -> None:
    code = (
        "def main():\n"
        "    try:\n"
        "        for _ in range(100_000): print('a line of some length')\n"
        "    except OSError: return 7\n"
        "    finally: print('cleaned up', file=sys.stderr)\n"
    )
    own = f"import sys\nfrom ocr_model.command_line import *\n{code}\nsys.exit(run_command(main))"
    with subprocess.Popen(
        [sys.executable, "-c", own], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as started:
        assert started.stdout is not None and started.stderr is not None
        assert started.stdout.readline() == b"a line of some length\n"
        started.stdout.close()
        assert started.stderr.read() == b"cleaned up\n"
        assert started.wait(600) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_output_that_cannot_be_written_is_told_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "ocr_model", "--help"], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr == b"error: the output cannot be written: No space left on device\n"


def test_the_status_is_the_command_s(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    def broken() -> int:
        raise BrokenPipeError("a connection, not the output")

    assert run_command(lambda: 3) == 3
    assert run_command(lambda: None) == 0
    assert run_command(interrupted) == 130
    with pytest.raises(BrokenPipeError, match="a connection"):
        run_command(broken)


def test_values_are_printed_as_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"file": "품번\n.jpg"})
    assert capsys.readouterr().out == '{"file": "품번\\n.jpg"}\n'


def test_names_stay_on_one_line_and_send_nothing_to_the_terminal() -> None:
    assert printable("품번 👟.jpg") == "품번 👟.jpg"
    assert printable(Path("a\nb\x1b[2J.jpg")) == "a\\nb\\x1b[2J.jpg"
    assert printable(os.fsdecode(b"d/\xb9\xf8.jpg")) == "d/\\xb9\\xf8.jpg"
