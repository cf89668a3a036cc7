"""The pairs of a barcode and a code that are kept: events beside the labels, safe when `keep` returns."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from datasets.errors import IndexUnavailableError
from datasets.samples.journal import Journal
from datasets.samples.pair import KnownCode, Pair, checked_pair
from ocr_model.tags.retail_numbers import gtin

_LOG = logging.getLogger(__name__)


class KeptPairs:
    """Keeps pairs and finds codes by barcode. Safe to use from several threads and processes at once.

    Undoing a prediction takes its pairs back (`SampleStore.undo`). A later pair of the same prediction and number takes
    the place of the earlier one. Removing a crop leaves pairs alone: nothing of the picture is in them.

    Args:
        journal: of the store.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def keep(self, pair: Pair) -> bool:
        """Keep a pair; it is on the disk when this returns.

        Args:
            pair: number and code as read or typed; they are normalised here.

        Returns:
            False if the same pair was kept for this prediction already; nothing has changed then.

        Raises:
            LabelError: the pair contradicts itself or is out of range.
            StoreFullError: the disk is full; nothing is kept.
            StoreError: the disk failed in another way; nothing is kept.
        """
        pair = checked_pair(pair)
        with self._journal.exclusive():
            try:
                present = self._journal.pair_before(pair.prediction_id, pair.gtin)
            except IndexUnavailableError as error:
                # The pair may then be written once more than needed, which is harmless: the last one counts.
                _LOG.warning("keeping a pair without the index: %s", error)
                present = None
            if present is not None and present.code == pair.code:
                return False
            self._journal.write_pair(pair)
        return True

    def codes_of(self, number: str) -> tuple[KnownCode, ...]:
        """The codes that shoppers confirmed for a retail number, the one that was confirmed last first.

        Args:
            number: an EAN-13, UPC-A, EAN-8 or ITF-14, in any of its spellings.

        Returns:
            () where none is known, and for anything that is no retail number.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        known = gtin(number)
        return () if known is None else self._journal.current_index().pairs.codes_of(known)

    def all(self) -> Iterator[Pair]:
        """All live pairs, in the order in which they came.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        yield from self._journal.current_index().pairs.all()
