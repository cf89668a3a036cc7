"""What all parts of the index that answer questions about crops have in common: they can leave out what is not seen."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Self

import sqlalchemy as sa

from datasets.samples.search.sql import is_seen
from datasets.samples.sight import Sight
from datasets.samples.tables import LIVE_TABLE


class SeenIndex:
    """A part of the index, as somebody sees it.

    Args:
        engine: of the index.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._sight: Sight | None = None  # None: all is seen

    def seen_by(self, sight: Sight) -> Self:
        """The same part, in which crops that somebody does not see are as if they were not there."""
        seen = copy.copy(self)
        seen._sight = sight
        return seen

    def _is_seen(self, table: sa.Table = LIVE_TABLE) -> Sequence[sa.ColumnElement[bool]]:
        """The condition that somebody sees the crop of a row of live labels or events; none for who sees all."""
        return is_seen(self._sight, table.c.projects, self._engine.dialect.name)
