from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from datasets.samples import text_index
from datasets.samples.engine import open_engine
from datasets.samples.index import SampleIndex
from datasets.samples.search.parser import parse_filter
from datasets.samples.search.sql import FilterSql
from datasets.samples.store import SampleStore
from datasets.samples.tables import LIVE_TABLE
from tests.datasets.making import label, picture

pytestmark = pytest.mark.skipif(not text_index.has_trigrams(), reason="this SQLite has no trigrams")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SampleStore]:
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    with SampleStore.open(tmp_path / "spool", database=database) as store:
        yield store


def found(store: SampleStore, line: str) -> list[str]:
    page = store.search.page(parse_filter(line), size=50, order="oldest")
    return [sample.label.prediction_id for sample in page.samples]


def check(spool: Path) -> None:
    """Have SQLite compare the indexes with the live labels; it raises where they differ."""
    file = spool / "local" / "index.sqlite3"
    if not file.exists():
        return  # PostgreSQL has the labels
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        for name in text_index.INDEXED.values():
            connection.exec_driver_sql(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)")
    engine.dispose()


def test_a_part_of_a_text_is_found_as_the_label_stands_now(store: SampleStore, tmp_path: Path) -> None:
    for number, text in enumerate(["CW2288-111", "X88-228", "M2288C", "M990GL5"]):
        store.keep(picture(number), label(f"p{number}", text, read_text=text))
    assert found(store, "text contains 2288") == ["p0", "p2"]
    assert found(store, "text contains CW2") == ["p0"]
    assert found(store, "text contains 2288 and not read_text contains CW2") == ["p2"]
    store.keep(picture(0), label("p0", "M990GL5", status="corrected", read_text="CW2288-111"))
    store.undo("p2")
    assert found(store, "text contains 2288") == []
    assert found(store, "read_text contains 2288") == ["p0"]
    check(tmp_path / "spool")
    store.upkeep.reindex()
    assert sorted(found(store, "text contains 990")) == ["p0", "p3"]
    check(tmp_path / "spool")


def test_trigrams_in_another_order_are_not_the_part(store: SampleStore) -> None:
    for number, text in enumerate(["ABCD", "BCDxABC", 'A"B"C']):
        store.keep(picture(number), label(f"p{number}", text))
    assert found(store, "text contains ABCD") == ["p0"]
    assert found(store, "text contains '\"B\"'") == ["p2"]


def test_signs_of_patterns_stand_for_themselves(store: SampleStore) -> None:
    for number, text in enumerate(["ABC%1", "ABC_1", "ABCX1", "ABC#1", "ABC/1"]):
        store.keep(picture(number), label(f"p{number}", text))
    for number, sign in enumerate("%_X#/"):
        assert found(store, f"text contains 'ABC{sign}1'") == [f"p{number}"]
    assert found(store, "text contains 'C%'") == ["p0"]
    assert found(store, "text contains 'C%1X'") == []


def test_postgresql_looks_a_part_up(postgres: str, tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool", database=postgres) as store:
        store.keep(picture(1), label("p1", "CW2288-111"))
    engine = open_engine(postgres)
    condition = FilterSql("postgresql", None).condition(parse_filter("text contains 2288"))
    query = sa.select(LIVE_TABLE.c.id).where(condition).compile(engine, compile_kwargs={"literal_binds": True})
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        lines = connection.exec_driver_sql(f"EXPLAIN {str(query).replace('%', '%%')}").scalars()
        assert any("live_text" in line for line in lines)
    engine.dispose()


def test_postgresql_without_its_extension_looks_at_all_texts(
    postgres: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    owner = open_engine(postgres)
    with owner.begin() as connection:
        for statement in (
            "DROP EXTENSION IF EXISTS pg_trgm",
            "DROP ROLE IF EXISTS plain",
            "CREATE ROLE plain LOGIN",
            "GRANT ALL ON SCHEMA public TO plain",
        ):
            connection.exec_driver_sql(statement)
    owner.dispose()
    url = sa.make_url(postgres).set(username="plain")
    with SampleStore.open(tmp_path / "spool", database=str(url)) as store:
        store.keep(picture(1), label("p1", "CW2288-111"))
        assert found(store, "text contains 2288") == ["p1"]
    assert "pg_trgm" in caplog.text


def test_without_trigrams_all_texts_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_index, "has_trigrams", lambda: False)
    with SampleStore.open(tmp_path / "spool") as store:
        store.keep(picture(1), label("p1", "CW2288-111"))
        assert found(store, "text contains 2288") == ["p1"]
        store.upkeep.reindex()


def test_an_index_of_another_form_goes_with_its_trigrams(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    with closing(SampleIndex.beside(tmp_path)):
        pass
    url = f"sqlite:///{tmp_path / 'local' / 'index.sqlite3'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE store_index SET version = 1")
    with closing(SampleIndex(url)) as index:
        assert index.periods.proven() == 0
    check(tmp_path)
    engine.dispose()
