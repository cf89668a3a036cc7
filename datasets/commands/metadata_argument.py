"""Metadata as it is written at the command line."""

from __future__ import annotations

from datasets.errors import LabelError


def metadata_pair(text: str) -> tuple[str, str]:
    """Return key and value of `key=value`.

    Raises:
        LabelError: There is no equals sign.
    """
    key, equals, value = text.partition("=")
    if not equals:
        raise LabelError(f"metadata is written key=value, not {text!r}")
    return key, value
