"""The names of the readers that describe crops, for those that name them and load none."""

from __future__ import annotations

from typing import Final

DESCRIBER_NAMES: Final = ("ours", "rapidocr", "lines")
