"""What a request of the team is about: some crops, or the crops of all labels that a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Crops by their names, or by a search."""

    samples: tuple[str, ...] = ()
    search: str = "all"  # counts where there are no samples

    @classmethod
    def of(cls, samples: Sequence[str]) -> Scope:
        """These crops, each once."""
        return cls(samples=tuple(dict.fromkeys(samples)))

    def fields(self, most: int) -> Sequence[dict[str, str]]:
        """The fields of the forms by which the backend finds them: forms that each name at most so many crops."""
        if not self.samples:
            return [{"where": self.search}]
        return [{"samples": " ".join(self.samples[at : at + most])} for at in range(0, len(self.samples), most)]

    def form(self, most: int) -> dict[str, str | Sequence[str]]:
        """The fields of one form: several of one name, that each name at most so many crops."""
        if not self.samples:
            return {"where": self.search}
        return {"samples": [part["samples"] for part in self.fields(most)]}
