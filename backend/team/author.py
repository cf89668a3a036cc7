"""Who makes a change: the name that a person has typed beside the team's token, until there are accounts."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

TEAM: Final = "team"  # where no name was given


def _plain_name(name: str) -> str:
    """A name on one line; nobody's is the team's.

    Raises:
        ValueError: it cannot be printed.
    """
    plain = " ".join(name.split()) or TEAM
    if not plain.isprintable():
        raise ValueError("a name is printable")
    return plain


Author = Annotated[
    str, AfterValidator(_plain_name), Field(max_length=200, description="Who does it; kept with the change.")
]
