from __future__ import annotations

import hashlib
from contextlib import closing

import sqlalchemy as sa

from datasets.samples.event import sample_of
from datasets.samples.index import SampleIndex
from datasets.samples.search.fields import code_and_brands
from datasets.samples.tables import EVENT_TABLE, row_of, sample_in
from ocr_model.codes.formats import FORMATS
from ocr_model.domains.tags import TAGS
from tests.datasets.samples.test_event import EVENT, TOMBSTONE


def test_a_label_comes_out_as_it_went_in_until_a_tombstone_follows() -> None:
    engine = sa.create_engine("sqlite://")
    EVENT_TABLE.create(engine)
    with engine.begin() as connection:
        connection.execute(EVENT_TABLE.insert(), row_of(EVENT, TAGS))
        (row,) = connection.execute(sa.select(EVENT_TABLE)).mappings()
        assert sample_in({**row, "tags": frozenset(), "metadata": frozenset()}) == sample_of(EVENT, EVENT.name)
    engine.dispose()
    with closing(SampleIndex("sqlite://")) as index:
        index.add([EVENT])
        assert list(index.samples()) == [sample_of(EVENT, EVENT.name)]
        index.add([EVENT.model_copy(update=TOMBSTONE | {"sequence": 8, "stamp": EVENT.stamp + 1})])
        assert list(index.samples()) == []


def test_codes_found_in_lines_are_those_that_the_index_was_filled_with() -> None:
    """An index keeps the codes and brands of its lines: raise `_FORM` in tables.py where this hash has changed."""
    lines = [line for entry in FORMATS for line in entry.examples]
    lines += [f"ART NO. {line} COLOR:BLK" for line in lines] + ["품번: AB-12 3", "MADE IN KOREA", "S/N 12345", ""]
    found = [(line, code, sorted(brands)) for line in lines for code, brands in [code_and_brands(line, TAGS)]]
    assert hashlib.sha256(repr(found).encode()).hexdigest()[:16] == "59f04d070fd63774"
