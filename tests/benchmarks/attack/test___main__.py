from pathlib import Path

import pytest

from benchmarks.attack import __main__ as command
from benchmarks.attack.results import AttackResult, load
from benchmarks.attack.shoppers import Answer


def finished(name: str, status: int = 200) -> AttackResult:
    return AttackResult(name, name, quiet=[[Answer(0.1, 200)]], attacked=[[Answer(0.1, status)]])


def test_a_stopped_run_goes_on_and_missed_targets_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured: list[str] = []

    def measure(attack, times, say) -> AttackResult:
        measured.append(attack.name)
        if attack.name == "wrong-tokens" and len(measured) == 2:
            raise KeyboardInterrupt
        say("working")
        return finished(attack.name, status=503 if attack.name == "wrong-tokens" else 200)

    monkeypatch.setattr(command, "measure", measure)
    state = tmp_path / "results.json"
    arguments = ["--only", "noise-labels", "wrong-tokens", "--state", str(state), "--out", str(tmp_path / "attacks")]
    assert command.main(arguments) == 130
    assert list(load(state)) == ["noise-labels"]
    assert command.main(arguments) == 1
    assert measured == ["noise-labels", "wrong-tokens", "wrong-tokens"]
    output = capsys.readouterr()
    assert "Missed: wrong-tokens: 1 of 1 ordinary readings failed" in output.err
    assert output.out.count("| noise-labels |") == 1
    assert "wrong-tokens: 1 of 1" in (tmp_path / "attacks.md").read_text()
    assert (tmp_path / "attacks.png").is_file()
    assert not state.exists()


def test_success_without_a_missed_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "measure", lambda attack, times, say: finished(attack.name))
    assert command.main(["--only", "wrong-tokens", "--state", str(tmp_path / "state.json")]) == 0


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["--only", "nothing"])
    assert "jpeg-scans" in capsys.readouterr().err
