"""The errors of a request to the backend, as one small tree.

BackendError
├── BackendUnreachableError   there is no server, or the connection broke
├── BackendSlowError          no answer within the time-out
└── BackendRefusedError       an answer that is not a success (RFC 9457), or not of the documented shape
    └── PredictionExpiredError  the backend no longer holds the picture of this reading
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class StrangeCharacter(BaseModel):
    """A character that no tag prints."""

    model_config = ConfigDict(frozen=True)

    glyph: str  # "" where there is nothing to see
    name: str  # the script of a letter, else Unicode's name; "" where the glyph says all


class BackendError(Exception):
    """A request got no usable answer."""


class BackendUnreachableError(BackendError):
    """There is no server at the address, or the connection broke."""


class BackendSlowError(BackendError):
    """No answer within the time-out."""


class BackendRefusedError(BackendError):
    """An answer other than success, or one that cannot be understood.

    Args:
        status: The HTTP status.
        kind: The problem's `kind`, or "" when the answer was no problem document.
        detail: In English; pages word the kind.
        characters: Of a text that is refused, those that no tag prints.
        suggestions: Lines that may have been meant by it.
        retry_after: Seconds after which the backend asks to be asked again; None if it says nothing.
        position: Of a search that cannot be understood, where, in characters from 1.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        characters: tuple[StrangeCharacter, ...] = (),
        suggestions: tuple[str, ...] = (),
        retry_after: float | None = None,
        position: int | None = None,
    ) -> None:
        super().__init__(f"{status} {kind}: {detail}")
        self.status = status
        self.kind = kind
        self.detail = detail
        self.characters = characters
        self.suggestions = suggestions
        self.retry_after = retry_after
        self.position = position


class PredictionExpiredError(BackendRefusedError):
    """The backend forgot this reading's picture; the label must carry it."""


def is_lasting(error: BackendError) -> bool:
    """Whether the same request would be refused again: trying again is not worth offering."""
    return isinstance(error, BackendRefusedError) and error.status in (400, 413, 415, 422)


class _Problem(BaseModel):
    """The part of an RFC 9457 document that is used."""

    kind: str = ""
    type: str = ""
    title: str = ""
    detail: str = ""
    characters: tuple[StrangeCharacter, ...] = ()
    suggestions: tuple[str, ...] = ()
    position: int | None = None


def refusal(status: int, content: bytes, retry_after: str | None = None) -> BackendRefusedError:
    """The error that stands for an answer other than success.

    Args:
        status: The HTTP status.
        content: The answer's body, a problem document or anything else.
        retry_after: The header of this name; a date, which nothing here sends, counts as none.
    """
    try:
        problem = _Problem.model_validate_json(content)
    except ValidationError:
        problem = _Problem(detail="the answer is no problem document")
    # The last part of a type names the kind, be it an address or a URN.
    kind = (problem.kind or problem.type.replace(":", "/").rsplit("/", 1)[-1]).replace("_", "-")
    error = PredictionExpiredError if status == 404 and kind == "prediction-expired" else BackendRefusedError
    seconds = float(retry_after) if retry_after is not None and retry_after.isdecimal() else None
    detail = problem.detail or problem.title
    return error(status, kind, detail, problem.characters, problem.suggestions, seconds, problem.position)
