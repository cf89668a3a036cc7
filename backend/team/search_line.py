"""A line of the search language, as the team types it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from backend.http.problems import Problem
from datasets.samples.search.filters import All, Filter
from datasets.samples.search.parser import FilterError, parse_filter

# What `FilterError` says, taken apart: where, what, and the line with a mark before that place.
_MESSAGE: Final = re.compile(r"filter, character (?P<place>\d+): (?P<problem>.*)", re.DOTALL)
_MEANT: Final = re.compile(r"did you mean (?P<quote>['`])(?P<meant>\w+)(?P=quote)\?\Z")
_WORD: Final = re.compile(r"[^\s\"'=<>!(),]+")  # as the parser takes it


def parse_search(line: str) -> Filter:
    """Parse a search; an empty line takes every label.

    Raises:
        Problem: 422, kind "bad-search"; names the place of the fault and the line that may have been meant.
    """
    if not line.strip():
        return All()
    try:
        return parse_filter(line)
    except FilterError as error:
        problem, whereabouts = _taken_apart(line, str(error))
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "bad-search",
            "The search cannot be understood",
            problem,
            extensions=whereabouts,
        ) from error


def _taken_apart(line: str, message: str) -> tuple[str, dict[str, Any]]:
    """What a message of the parser says is wrong, and the extensions of the answer that say where."""
    found = _MESSAGE.match(message)
    if found is None:
        return message, {}
    start = int(found["place"]) - 1
    problem = found["problem"].removesuffix(": " + f"{line[:start]}▸{line[start:]}".strip())
    meant, typed = _MEANT.search(problem), _WORD.match(line, start)
    if meant is None or typed is None:
        return problem, {"position": start + 1}
    whole = line[:start] + meant["meant"] + line[typed.end() :]
    return problem, {"position": start + 1, "suggestions": [whole]}
