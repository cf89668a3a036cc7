"""Wrong settings are told before Ray starts."""

import pytest

from deploy.ray.__main__ import main


def test_wrong_settings_are_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TAGS_DATA_DIR", "var")
    monkeypatch.setattr("deploy.ray.__main__.DEFAULTS", {})
    monkeypatch.setenv("TAGS_RAY_BATCH_SIZE", "0")
    assert main([]) == 2
    told = capsys.readouterr().err
    assert told.startswith("deploy.ray: ")
    assert "batch_size" in told
    assert told.count("\n") == 1


def test_several_ingresses_need_a_key(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TAGS_DATA_DIR", "var")
    monkeypatch.delenv("TAGS_STORE_KEY", raising=False)
    monkeypatch.setattr("deploy.ray.__main__.DEFAULTS", {})
    monkeypatch.setenv("TAGS_RAY_INGRESS_REPLICAS", "2")
    assert main([]) == 2
    assert capsys.readouterr().err == "deploy.ray: TAGS_RAY_INGRESS_REPLICAS: several of them need TAGS_STORE_KEY\n"


def test_help_lists_what_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "TAGS_RAY_RECOGNIZER_GPUS [0.0]" in capsys.readouterr().out
