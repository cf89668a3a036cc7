"""Shoe tags: the line with the product code."""

from __future__ import annotations

from ocr_model.codes.formats import FORMATS
from ocr_model.codes.lines import code_and_formats, complete_line, extract_code
from ocr_model.codes.suggestion import LONGEST_LINE, suggested_lines
from ocr_model.codes.text import CHARSET, match_key, normalize_text
from ocr_model.domains.domain import Domain


def _code_key(text: str) -> str:
    """The code without its spelling; the whole line's key where it has no code."""
    return match_key(extract_code(text)) or match_key(text)


TAGS = Domain(
    name="tags",
    what="a code's line",
    charset=CHARSET,
    longest=LONGEST_LINE,
    normalize=normalize_text,
    key=match_key,
    group=_code_key,
    take_apart=code_and_formats,
    formats=FORMATS,
    suggest=suggested_lines,
    complete=complete_line,
    recipe="tags-1",
    weights="champion",
    has_format_prior=True,
    stands_any_way=True,
    reads_photos=True,
)
