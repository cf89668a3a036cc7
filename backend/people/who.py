"""Who asks: a person who has signed in, a script with the team's token, or a guest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.people.person import Person
from backend.people.roles import Role
from datasets.reason import Reason
from datasets.samples.sight import Sight

# An address in angle brackets is that of a person who has signed in: no name that somebody chooses holds one.
_WITHOUT_ADDRESS: Final = str.maketrans("<>", "()")
_LONGEST: Final = 200  # characters that are kept of an author


@dataclass(frozen=True)
class Who:
    """Who sends a request of the team."""

    role: Role
    person: Person | None = None  # None: the team's token, or a guest
    sight: Sight | None = None  # the crops that the sender sees; None: all
    touch: Sight | None = None  # those of them that the sender may change; None: all
    is_guest: bool = False  # whether nobody has signed in: public projects are looked at

    def author(self, typed: str) -> str:
        """Return who makes a change: the person, else the name that goes with the token.

        Args:
            typed: The name that was sent; a person cannot take another one.
        """
        if self.person is None:
            return typed.translate(_WITHOUT_ADDRESS)
        # The address tells people of one name apart, and nobody can choose it.
        email = self.person.email
        name = self.person.name.translate(_WITHOUT_ADDRESS)[: max(0, _LONGEST - len(email) - 3)].strip()
        return f"{name} <{email}>" if name else f"<{email}>"

    @property
    def reason(self) -> Reason:
        """Who asks for a cycle, as requests and reports keep it."""
        return Reason(kind="page") if self.person is None else Reason.words(self.author(""))
