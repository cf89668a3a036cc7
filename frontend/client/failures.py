"""The errors of a request to the backend, as one small tree.

BackendError
├── BackendUnreachableError   there is no server, or the connection broke
├── BackendSlowError          no answer within the time-out
└── BackendRefusedError       an answer that is not a success (RFC 9457), or not of the documented shape
    └── PredictionExpiredError  the backend no longer holds the picture of this reading
"""

from __future__ import annotations

from pydantic import BaseModel, ValidationError


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
        detail: For the log; pages word the kind.
    """

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(f"{status} {kind}: {detail}")
        self.status = status
        self.kind = kind


class PredictionExpiredError(BackendRefusedError):
    """The backend forgot this reading's picture; the label must carry it."""


class _Problem(BaseModel):
    """The part of an RFC 9457 document that is used."""

    kind: str = ""
    type: str = ""
    title: str = ""
    detail: str = ""


def refusal(status: int, content: bytes) -> BackendRefusedError:
    """The error that stands for an answer other than success.

    Args:
        status: The HTTP status.
        content: The answer's body, a problem document or anything else.
    """
    try:
        problem = _Problem.model_validate_json(content)
    except ValidationError:
        problem = _Problem(detail="the answer is no problem document")
    # The last part of a type names the kind, be it an address or a URN.
    kind = (problem.kind or problem.type.replace(":", "/").rsplit("/", 1)[-1]).replace("_", "-")
    error = PredictionExpiredError if status == 404 and kind == "prediction-expired" else BackendRefusedError
    return error(status, kind, problem.detail or problem.title)
