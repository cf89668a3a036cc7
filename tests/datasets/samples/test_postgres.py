from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from datasets.errors import IndexUnavailableError
from datasets.samples import postgres as under_test
from datasets.samples.index import SampleIndex


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


def test_a_server_that_answers_now_and_then_may_take_long(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=tags")  # stays as the operator has set it
    engine = under_test.make_engine(sa.make_url(postgres).set(drivername="postgresql+psycopg"))
    monkeypatch.setattr(under_test._Connection, "silence", 0.5)
    rows = "SELECT repeat('x', 20000) FROM generate_series(1, 12) AS row WHERE pg_sleep(0.1) IS NOT NULL"
    try:
        with engine.connect() as connection:
            assert len(connection.execute(sa.text(rows)).all()) == 12  # 1.2 seconds
            assert connection.scalar(sa.text("SHOW search_path")) == "tags"
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    "url", ["postgresql://me:hush@hush:x@host/db", "postgresql://me:hush@host:hush/db", "hush:hush"]
)
def test_a_url_that_cannot_be_parsed_is_not_repeated(url: str) -> None:
    with pytest.raises(IndexUnavailableError, match="cannot be parsed") as refused:
        SampleIndex(url)
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None
