"""Compares long lists of names without holding them in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def missing_names(names: Iterable[str], among: Iterable[str]) -> Iterator[str]:
    """The names that are not among others.

    Args:
        names: sorted.
        among: the others, sorted.
    """
    others = iter(among)
    other = next(others, None)
    for name in names:
        while other is not None and other < name:
            other = next(others, None)
        if name != other:
            yield name
