from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from backend.team.author import TEAM, Author

NAME = TypeAdapter(Author)


@pytest.mark.parametrize(
    ("typed", "kept"), [("kim", "kim"), ("  김\t지인\n", "김 지인"), ("", TEAM), ("  ", TEAM), ("x" * 200, "x" * 200)]
)
def test_a_name_stands_on_one_line_and_nobody_is_the_team(typed: str, kept: str) -> None:
    assert NAME.validate_python(typed) == kept


@pytest.mark.parametrize("typed", ["x" * 201, "a\x07b", "a\u202eb", "\ud800"])
def test_what_cannot_be_kept_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(typed)
