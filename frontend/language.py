"""The languages of the pages, and texts that are written in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Generic, Literal, TypeVar, overload

Language = Literal["ko", "en"]
LANGUAGE_NAMES: Final[Mapping[Language, str]] = {"ko": "한국어", "en": "English"}

T = TypeVar("T")


class Texts:
    """The texts of a page in one language; subclasses declare each text once, as `Words`."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language


class Words(Generic[T]):
    """A text, or texts by name, in every language. Names in braces are filled in by the page."""

    def __init__(self, *, ko: T, en: T) -> None:
        self._by_language: Mapping[Language, T] = {"ko": ko, "en": en}

    @overload
    def __get__(self, texts: None, owner: type) -> Words[T]: ...

    @overload
    def __get__(self, texts: Texts, owner: type) -> T: ...

    def __get__(self, texts: Texts | None, owner: type) -> Words[T] | T:
        """The text in the language of `texts`."""
        return self if texts is None else self._by_language[texts.language]


def preferred_language(locale: str | None, accept_language: str | None) -> Language:
    """The language for a browser: its own locale first, then the Accept-Language header, else English.

    Args:
        locale: As `navigator.language` says, for example "ko-KR".
        accept_language: The header's value, for example "en;q=0.5, ko;q=0.9".
    """
    spoken: list[tuple[float, str]] = []
    if locale:
        spoken.append((2.0, locale))
    for item in (accept_language or "").split(","):
        tag, _, parameter = item.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        spoken.append((weight, tag))
    # A stable sort keeps the header's order among equals.
    for weight, tag in sorted(spoken, key=lambda pair: -pair[0]):
        primary = tag.strip().lower().replace("_", "-").split("-")[0]
        if weight > 0 and primary == "ko":
            return "ko"
        if weight > 0 and primary == "en":
            return "en"
    return "en"
