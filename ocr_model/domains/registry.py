"""The domains that there are, by name."""

from __future__ import annotations

from collections.abc import Mapping

from ocr_model.domains.digits import DIGITS
from ocr_model.domains.domain import Domain
from ocr_model.domains.plates import PLATES
from ocr_model.domains.tags import TAGS
from ocr_model.errors import UnknownDomainError

DOMAINS: Mapping[str, Domain] = {domain.name: domain for domain in (TAGS, DIGITS, PLATES)}


def served_domains(names: str) -> tuple[Domain, ...]:
    """The domains that `TAGS_DOMAINS` names, the first first; shoe tags alone for "".

    Raises:
        UnknownDomainError: there is none of a name.
    """
    return tuple(domain_named(name.strip()) for name in names.split(",")) if names.strip() else (TAGS,)


def domain_named(name: str) -> Domain:
    """The domain of this name.

    Raises:
        UnknownDomainError: there is none.
    """
    try:
        return DOMAINS[name]
    except KeyError:
        raise UnknownDomainError(f"there is no domain {name!r}; there are {', '.join(DOMAINS)}") from None


def domain_of_charset(charset: str) -> Domain:
    """The domain that a network with these classes reads; of an unknown charset, such as a part of one, shoe tags."""
    return next((domain for domain in DOMAINS.values() if domain.charset == charset), TAGS)
