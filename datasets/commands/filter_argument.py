"""Filters as arguments of a command."""

from __future__ import annotations

import argparse

from datasets.errors import StoreError
from datasets.samples.search.filters import Filter
from datasets.samples.search.parser import parse_filter


def filter_argument(text: str) -> Filter:
    """Parse a filter; argparse shows what is wrong with it.

    Raises:
        argparse.ArgumentTypeError: it cannot be parsed.
    """
    try:
        return parse_filter(text)
    except StoreError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
