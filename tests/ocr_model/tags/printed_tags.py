"""Whole tags as brands lay them out, and how their lines are made."""

from tests.ocr_model.tags.first_tags import FIRST_TAGS
from tests.ocr_model.tags.more_tags import MORE_TAGS
from tests.ocr_model.tags.plain_tag import PrintedTag, line_of, lines_of

__all__ = ["TAGS", "PrintedTag", "line_of", "lines_of"]

TAGS = (*FIRST_TAGS, *MORE_TAGS)
