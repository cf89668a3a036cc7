from __future__ import annotations

import sqlalchemy as sa

from datasets.samples.event import sample_of
from datasets.samples.tables import EVENT_TABLE, TABLES, is_live, row_of, sample_in
from tests.datasets.samples.test_event import EVENT, TOMBSTONE


def test_a_label_comes_out_as_it_went_in_until_a_tombstone_follows() -> None:
    engine = sa.create_engine("sqlite://")
    TABLES.create_all(engine)
    live = sa.select(EVENT_TABLE).where(is_live())
    with engine.begin() as connection:
        connection.execute(EVENT_TABLE.insert(), row_of(EVENT))
        (row,) = connection.execute(live).mappings()
        assert sample_in(row) == sample_of(EVENT, EVENT.name)
        later = EVENT.model_copy(update=TOMBSTONE | {"sequence": 8, "stamp": EVENT.stamp + 1})
        connection.execute(EVENT_TABLE.insert(), row_of(later))
        assert connection.execute(live).all() == []
    engine.dispose()
