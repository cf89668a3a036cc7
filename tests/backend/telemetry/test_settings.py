"""The settings of traces, log and costs."""

import pytest

from backend.settings import SettingsError, load_settings


def test_nothing_is_sent_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    settings = load_settings()
    assert (settings.trace_endpoint, settings.log_format) == (None, "text")


@pytest.mark.parametrize("address", ["collector:4318", "ftp://collector", "http://", "http://user:secret@collector"])
def test_a_wrong_collector_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT") as caught:
        load_settings()
    assert "secret" not in str(caught.value)


def test_a_wrong_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_LOG_FORMAT", "xml")
    with pytest.raises(SettingsError, match="TAGS_LOG_FORMAT"):
        load_settings()
