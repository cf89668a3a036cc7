"""The team chooses what its pages are about; every request then goes to that domain."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from frontend import domains
from frontend.client.domains import ServedDomain
from frontend.domains import DomainTexts
from frontend.language import Language

SERVED = [
    {"name": "tags", "path": "", "charset": "A", "longest": 64, "reads": True, "keeps": True},
    {"name": "digits", "path": "/domains/digits", "charset": "0", "longest": 1, "reads": True, "keeps": True},
]


def page() -> None:
    import streamlit as st

    from frontend.domains import DomainTexts, chosen_domain, domain_backend, domain_key, show_domain_choice

    show_domain_choice(DomainTexts("en"))
    chosen = chosen_domain()
    st.text(f"{chosen and chosen.name} {domain_backend()._base_url} {domain_key('state')}")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], AppTest]:
    def draw(count: int) -> AppTest:
        monkeypatch.setenv("BACKEND_URL", f"http://backend-{count}")
        served = [ServedDomain.model_validate(found) for found in SERVED[:count]]
        monkeypatch.setattr(domains, "served_domains", lambda connection: served)
        return AppTest.from_function(page).run(timeout=60)

    return draw


def test_where_one_thing_is_read_there_is_no_choice(drawn: Callable[[int], AppTest]) -> None:
    app = drawn(1)
    assert not app.exception and not app.button_group
    assert app.text[0].value == "tags http://backend-1 state"


def test_a_backend_that_does_not_say_what_it_reads_is_of_shoe_tags(drawn: Callable[[int], AppTest]) -> None:
    assert drawn(0).text[0].value == "None http://backend-0 state"


def test_the_choice_leads_to_the_domain_and_to_a_state_of_its_own(drawn: Callable[[int], AppTest]) -> None:
    app = drawn(2)
    assert app.text[0].value == "tags http://backend-2 state"
    app.session_state["domain"] = "digits"
    app.run(timeout=60)
    assert app.text[0].value == "digits http://backend-2/domains/digits state-digits"


@pytest.mark.parametrize(
    ("served", "path"),
    [
        ([], "/domains/digits"),  # the backend does not say: what fails is worded where it fails
        (SERVED[:1], None),
        (SERVED, "/domains/digits"),
        ([SERVED[1] | {"path": ""}], ""),
    ],
)
def test_a_domain_is_found_wherever_it_is_served(
    served: list[dict[str, object]], path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [ServedDomain.model_validate(found) for found in served]
    monkeypatch.setattr(domains, "_known", lambda: known)
    assert domains.domain_path("digits") == path


def test_every_domain_has_a_name_in_both_languages() -> None:
    for language in get_args(Language):
        texts = DomainTexts(language)
        assert len({texts.name_of(name) for name in ("tags", "digits", "plates")}) == 3
    assert DomainTexts("en").name_of("shoes") == "shoes"
