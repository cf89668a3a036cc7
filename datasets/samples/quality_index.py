"""The part of the index that knows how well crops can be seen.

The measures follow from a crop's pixels, so they are no events: whoever has lost them measures again (measuring.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.picture_quality import PictureQuality
from datasets.samples.search.fields import MEASURED
from datasets.samples.tables import EVENT_TABLE, LIVE_TABLE, TALLY_TABLE

_AT_ONCE = 500  # values in one statement


class QualityIndex:
    """Measures of crops. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def unmeasured(self, beyond: int, most: int) -> list[tuple[int, str]]:
        """Live labels whose crops are not measured yet.

        Args:
            beyond: number of the last label that was looked at; 0 for the first ones.
            most: labels that are wanted.

        Returns:
            The number of each label, in order, and the digest of its crop.
        """
        query = (
            sa.select(LIVE_TABLE.c.id, LIVE_TABLE.c.sample)
            .where(LIVE_TABLE.c.sharpness.is_(None), LIVE_TABLE.c.id > beyond)
            .order_by(LIVE_TABLE.c.id)
            .limit(most)
        )
        with database_errors(), self._engine.connect() as connection:
            return [(int(number), str(digest)) for number, digest in connection.execute(query)]

    def note(self, qualities: Mapping[str, PictureQuality]) -> None:
        """Remember measures, by the digest of the crop."""
        if not qualities:
            return
        with database_errors(), self._engine.begin() as connection:
            # Label after label waits while this transaction lasts: few crops at once.
            connection.execute(TALLY_TABLE.update().values(events=TALLY_TABLE.c.events))
            for table in (EVENT_TABLE, LIVE_TABLE):
                change = (
                    table.update()
                    .where(table.c.sample == sa.bindparam("crop"), *(_is_label() if table is EVENT_TABLE else ()))
                    .values({name: sa.bindparam(f"new_{name}") for name in MEASURED})
                )
                connection.execute(
                    change,
                    [
                        {"crop": digest, **{f"new_{name}": float(getattr(quality, name)) for name in MEASURED}}
                        for digest, quality in sorted(qualities.items())
                    ],
                )

    def learn(self) -> None:
        """Let the database learn how many measures have been noted, which shows it the best way to few of them."""
        with database_errors(), self._engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE live")

    def of(self, digests: Iterable[str]) -> dict[str, PictureQuality]:
        """The measures of crops, by digest; crops that are not measured yet are left out."""
        with database_errors(), self._engine.connect() as connection:
            return {
                digest: PictureQuality(round(row["light"]), row["contrast"], row["sharpness"])
                for digest, row in qualities_in(connection, list(digests)).items()
            }


def qualities_in(connection: sa.Connection, digests: Sequence[str]) -> dict[str, dict[str, float]]:
    """The measured columns of crops, by digest, in the index of a connection."""
    columns = [EVENT_TABLE.c[name] for name in MEASURED]
    wanted, found = sorted(set(digests)), dict[str, dict[str, float]]()
    for at in range(0, len(wanted), _AT_ONCE):
        about = EVENT_TABLE.c.sample.in_(wanted[at : at + _AT_ONCE])
        query = sa.select(EVENT_TABLE.c.sample, *columns).where(
            about, EVENT_TABLE.c.sharpness.is_not(None), *_is_label()
        )
        for row in connection.execute(query).mappings():
            found[row["sample"]] = {name: row[name] for name in MEASURED}
    return found


def _is_label() -> tuple[sa.ColumnElement[bool], ...]:
    return (EVENT_TABLE.c.kind == "label",)
