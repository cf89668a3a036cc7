"""Turns an exception into the reason why a cycle failed, as data."""

from __future__ import annotations

import errno

from datasets.cycles.wording import in_english
from datasets.errors import StoreError, StoreFullError
from datasets.reason import Reason
from datasets.samples.damage import TooDamagedError
from datasets.versions.version import VersionError

_CLEAR = ("TrainingDivergedError", "NoWeightsError")  # errors of training whose messages need no type


class NothingToTrainError(VersionError):
    """A version without crops and without recipes to replay."""

    def __init__(self, version: str) -> None:
        self.reason = Reason(kind="nothing_to_train", values={"version": version})
        super().__init__(in_english(self.reason))


def cause_of(error: BaseException) -> Reason:
    """The reason of a failure; one line of text for an error without a kind of its own."""
    if isinstance(error, TooDamagedError | NothingToTrainError):
        return error.reason
    line = " ".join(str(error).split()) or type(error).__name__
    if _is_full(error):
        return Reason(kind="disk_full", values={"detail": line})
    if isinstance(error, StoreError) or type(error).__name__ in _CLEAR:
        return Reason.words(line)
    return Reason.words(f"{type(error).__name__}: {line}")


def _is_full(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, StoreFullError) or (
            isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT)
        ):
            return True
        seen = seen.__cause__ or seen.__context__
    # torch's writer keeps no error number.
    return "No space left on device" in str(error)
