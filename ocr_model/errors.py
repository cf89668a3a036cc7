"""The errors of reading a tag, as one tree.

The tree, from the general to the particular::

    ReaderError
    ├── ImageError (also a ValueError)   the picture cannot be used; `kind` says why in one word
    ├── LabelsError (also a ValueError)  a labelled folder cannot be used; the message names the file and the line
    ├── UnknownDomainError (also a LookupError)  no domain has that name
    └── ModelError                       the model directory is missing, damaged or not ours

Every message is one line that a shopper may see.
"""

from __future__ import annotations


class ReaderError(Exception):
    """Base of the errors that the reader raises on purpose."""


class ImageError(ReaderError, ValueError):
    """A picture that cannot be read, with the reason in one word for machines and one line for people.

    The word, `kind`, is "empty", "too_large" (bytes), "too_many_pixels", "too_small", "too_complex" (takes too long or
    too much memory to decode), "unsupported_format", "truncated" (cut off or damaged), "bad_box", "bad_turn" or
    "bad_values" (NaN, or numbers outside of their range).
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class LabelsError(ReaderError, ValueError):
    """A `labels.tsv`, or a picture that it names, which cannot be read; the message names the file and the line."""


class UnknownDomainError(ReaderError, LookupError):
    """No domain has that name."""


class ModelError(ReaderError):
    """An exported model that cannot be loaded: missing, damaged, or its parts do not fit together."""
