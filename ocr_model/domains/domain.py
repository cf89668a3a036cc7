"""A domain: what differs between shoe tags, drawn digits and number plates.

Store, versions, cycles, champions and serving are the same for all domains and ask the domain of their store: how a
text is written, when two texts are the same, and what must not stand on both sides of a split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_model.codes.characters import describe
from ocr_model.codes.formats import CodeFormat
from ocr_model.codes.lines import FormatMatch
from ocr_model.codes.verdict import Verdict, VerdictError, VerdictStatus

_NAME = re.compile(r"[a-z][a-z0-9]{0,30}\Z")
_WEIGHTS = Path(__file__).parents[1] / "weights"


def _nothing_suggested(typed: str) -> tuple[str, ...]:
    return ()


def _as_typed(read_text: str, typed: str) -> str:
    return typed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # one object each, so that asking for it is quick
class Domain:
    """What is read, and when two texts of it are the same.

    The functions take texts as typed or as read, and give the same for a text and for what `normalize` makes of it.
    """

    name: str  # as in `--domain`, addresses and folders: a-z and digits
    what: str  # what a text stands on, for messages: "a code's line"
    charset: str  # all that its recognizer can read, in the order of the classes of its models
    longest: int  # characters of a text that somebody types
    normalize: Callable[[str], str]  # a typed text in the characters of the charset, as far as they mean any
    key: Callable[[str], str]  # two readings count as an exact match where their keys are equal; "": nothing was read
    # What must not stand on both sides of a split, say the code or the vehicle; "": the picture alone decides.
    group: Callable[[str], str]
    # The part of a text to search for, and the formats that it fits, from left to right.
    take_apart: Callable[[str], tuple[str, tuple[FormatMatch, ...]]]
    formats: tuple[CodeFormat, ...] = ()  # whose brands (of plates: countries) a search may name
    # What may have been meant by a text that cannot be.
    suggest: Callable[[str], tuple[str, ...]] = _nothing_suggested
    # A reading and the typed part of it -> the whole text.
    complete: Callable[[str, str], str] = _as_typed
    recipe: str  # of data_gen, that a first model trains on
    weights: str  # folder of the model that comes with the package, below `ocr_model/weights`
    has_format_prior: bool = False  # whether the compiled table of formats (`ocr_model prior`) is of this domain
    stands_any_way: bool = False  # whether the recognizer finds out which way up a crop stands
    reads_photos: bool = False  # whether lines are found on whole photos of it; else a picture is a crop
    version: int = 1  # goes up when the domain takes texts apart in another way, so that indexes are made anew

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ValueError(f"a domain has a name of a-z and digits, not {self.name!r}")
        if not self.charset or len(set(self.charset)) != len(self.charset):
            raise ValueError(f"the charset of {self.name} is not a list of different characters")

    @property
    def shipped_model(self) -> Path:
        """Folder of the model that comes with the package."""
        return _WEIGHTS / self.weights

    def label(self, text: str) -> str:
        """The form in which a text is stored and strictly compared: normalised, without spaces."""
        return self.normalize(text).replace(" ", "")

    def code(self, text: str) -> str:
        """The part of a text to search for; "" if there is none."""
        return self.take_apart(text)[0]

    def matches(self, text: str) -> tuple[FormatMatch, ...]:
        """The formats that a text fits, from left to right."""
        return self.take_apart(text)[1]

    def groups(self, line: str) -> frozenset[str]:
        """The groups of a line with its spaces and, as a label of it would be written, without them.

        A space may separate the code from its neighbour: `08382982 RED` and its label `08382982RED` have different
        codes, and are the same line.
        """
        return frozenset({self.group(line), self.group(self.label(line))} - {""})

    def checked(self, text: str) -> str:
        """Return a text, normalised.

        Raises:
            VerdictError: "bad-text": it is too long, or has characters that this domain has not.
        """
        line = self.normalize(text)
        if len(line) > self.longest:
            raise VerdictError("bad-text", f"The text is longer than {_characters(self.longest)}.")
        if strange := tuple(dict.fromkeys(describe(sign) for sign in line if sign not in self.charset)):
            message = f"These characters cannot be on {self.what}: {', '.join(map(str, strange))}"
            raise VerdictError("bad-text", message, strange, self.suggest(text))
        return line

    def typed(self, text: str | None) -> str:
        """Return a typed correction, normalised.

        Raises:
            VerdictError: it is missing ("text-required"), or cannot be right in this domain ("bad-text").
        """
        if text is None or not text.strip():
            raise VerdictError("text-required", "corrected needs text: the right line.")
        line = self.checked(text)
        if not self.key(line):
            raise VerdictError("bad-text", "The text has no letter and no digit.")
        return line

    def settle(self, status: VerdictStatus, read_text: str, typed: str | None, *, is_whole: bool = False) -> Verdict:
        """Settle which line and status a verdict keeps.

        A correction that leads to the line as read (only the code of a rightly read line was typed) finds no mistake,
        and is kept as accepted.

        Args:
            status: the verdict.
            read_text: the line as the recognizer read it.
            typed: the corrected line, or its code alone (see `typed`); the accepted line, or None; ignored for
                unreadable.
            is_whole: whether the typed text is the whole line: no field name of the reading is put back around it.

        Raises:
            VerdictError: "text-differs": another line than the one that was read is accepted.
        """
        if status == "unreadable":
            return Verdict(status, "")
        if status == "accepted":
            if typed is not None and self.label(typed) != self.label(read_text):
                raise VerdictError("text-differs", "accepted means the text as read; send corrected for another.")
            return Verdict(status, read_text)
        typed = self.typed(typed)
        line = typed if is_whole else self.complete(read_text, typed)
        is_completed = self.label(line) != self.label(typed)
        if self.label(line) == self.label(read_text):
            return Verdict("accepted", read_text, is_completed)
        return Verdict(status, line, is_completed)


def take_apart_by(
    formats: Sequence[CodeFormat], label: Callable[[str], str]
) -> Callable[[str], tuple[str, tuple[FormatMatch, ...]]]:
    """A `Domain.take_apart` for texts that are a code as a whole: each format that covers the label fits.

    Args:
        formats: their patterns are of labels.
        label: writes a text as a label.
    """
    patterns = [(entry, re.compile(entry.pattern, flags=re.ASCII)) for entry in formats]

    def take_apart(text: str) -> tuple[str, tuple[FormatMatch, ...]]:
        line = label(text)
        found = ((entry, pattern.fullmatch(line)) for entry, pattern in patterns)
        matches = tuple(FormatMatch(entry.brand, entry.name, entry.code(match)) for entry, match in found if match)
        codes = {match.code for match in matches}
        return codes.pop() if len(codes) == 1 else line, matches

    return take_apart


def _characters(number: int) -> str:
    return "one character" if number == 1 else f"{number} characters"
