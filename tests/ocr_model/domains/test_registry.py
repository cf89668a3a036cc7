"""Domains are found by name, and an unknown name is refused in words."""

import pytest

from ocr_model.domains.registry import DOMAINS, domain_named
from ocr_model.domains.tags import TAGS
from ocr_model.errors import UnknownDomainError


def test_a_domain_is_found_by_its_name() -> None:
    assert domain_named("tags") is TAGS
    assert all(name == domain.name for name, domain in DOMAINS.items())


def test_an_unknown_domain_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownDomainError, match=r"there is no domain 'shoes'; there are tags, digits, plates"):
        domain_named("shoes")
