from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from datasets import postgres as under_test
from datasets.errors import IndexUnavailableError
from datasets.index import SampleIndex


def test_a_silent_server_is_given_up_and_asked_anew(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = under_test.make_engine(sa.make_url(postgres).set(drivername="postgresql+psycopg"))
    monkeypatch.setattr(under_test._Connection, "silence", 0.2)
    try:
        with engine.connect() as connection:
            began = time.monotonic()
            with pytest.raises(sa.exc.OperationalError, match=r"no answer for 0\.2 s"):
                connection.execute(sa.text("SELECT pg_sleep(20)"))
            assert time.monotonic() - began < 10
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1
    finally:
        engine.dispose()


def test_a_slow_statement_is_ended_by_the_server(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(under_test._ARGUMENTS, "options", "-c statement_timeout=100ms")
    engine = under_test.make_engine(sa.make_url(postgres).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection, pytest.raises(sa.exc.OperationalError, match="statement timeout"):
            connection.execute(sa.text("SELECT pg_sleep(20)"))
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    "url", ["postgresql://me:hush@hush:x@host/db", "postgresql://me:hush@host:hush/db", "hush:hush"]
)
def test_a_url_that_makes_no_sense_is_not_repeated(url: str) -> None:
    with pytest.raises(IndexUnavailableError, match="makes no sense") as refused:
        SampleIndex(url)
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None
