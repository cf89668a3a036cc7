"""Whatever the backend says of an upload has its words, in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from backend.team import upload_bodies
from benchmarks.drivers.reading_page import HANGUL
from datasets.uploads import outcome, request
from frontend.client import upload_answers
from frontend.uploads.texts import UPLOAD_TEXTS

KOREAN, ENGLISH = UPLOAD_TEXTS["ko"], UPLOAD_TEXTS["en"]


def test_every_fault_of_a_file_has_its_words() -> None:
    assert KOREAN.file_faults.keys() == ENGLISH.file_faults.keys() == set(outcome.FILE_FAULTS)
    for kind in outcome.FILE_FAULTS:
        assert HANGUL.search(KOREAN.file_faults[kind]), kind
        assert not HANGUL.search(ENGLISH.file_faults[kind]), kind


@pytest.mark.parametrize(
    ("theirs", "ours", "words"),
    [
        (request.Phase, upload_answers.Phase, KOREAN.phases),
        (upload_bodies.ResultFilter, upload_answers.ResultFilter, KOREAN.results),
        (request.PictureKind, upload_answers.PictureKind, KOREAN.picture_kinds),
        (request.LinesKept, upload_answers.LinesKept, KOREAN.lines_kept),
    ],
)
def test_every_state_and_choice_has_its_words(theirs: object, ours: object, words: dict[str, str]) -> None:
    assert set(get_args(theirs)) == set(get_args(ours)) == words.keys()
    assert set(get_args(outcome.FileResult)) == set(get_args(upload_answers.FileResult))
