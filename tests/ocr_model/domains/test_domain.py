"""What a verdict keeps: the line as read, the line as corrected, or nothing."""

from dataclasses import replace

import pytest

from ocr_model.codes.verdict import Verdict, VerdictError
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import DOMAINS, domain_named
from ocr_model.domains.tags import TAGS

READ = "ART GW2871"


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ("ART GW2872", Verdict("corrected", "ART GW2872")),
        ("gw2872", Verdict("corrected", "ART GW2872", is_completed=True)),
        # Nothing was wrong with the reading.
        ("gw2871", Verdict("accepted", READ, is_completed=True)),
        ("artgw2871", Verdict("accepted", READ)),
    ],
)
def test_a_correction_is_about_the_whole_line(typed: str, verdict: Verdict) -> None:
    assert TAGS.settle("corrected", READ, typed) == verdict


def test_a_whole_line_is_not_completed() -> None:
    assert TAGS.settle("corrected", READ, "GW2871", is_whole=True) == Verdict("corrected", "GW2871")


@pytest.mark.parametrize("typed", [None, READ, "artgw2871"])
def test_accepted_means_the_text_as_read(typed: str | None) -> None:
    assert TAGS.settle("accepted", READ, typed) == Verdict("accepted", READ)
    with pytest.raises(VerdictError) as refused:
        TAGS.settle("accepted", "CW2288-111", "CW2288-112")
    assert refused.value.kind == "text-differs"


def test_that_there_is_no_text_can_be_accepted() -> None:
    assert TAGS.settle("accepted", "", None) == Verdict("accepted", "")


def test_unreadable_has_no_text() -> None:
    assert TAGS.settle("unreadable", READ, "whatever") == Verdict("unreadable", "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, "text-required"),
        ("   ", "text-required"),
        ("- - -", "bad-text"),
        ("A" * 65, "bad-text"),
        ("<b>", "bad-text"),
    ],
)
def test_a_correction_must_be_a_line_that_tags_can_print(text: str | None, kind: str) -> None:
    for refuse in (lambda: TAGS.typed(text), lambda: TAGS.settle("corrected", READ, text)):
        with pytest.raises(VerdictError) as refused:
            refuse()
        assert refused.value.kind == kind


def test_the_characters_that_cannot_be_are_named_and_what_may_be_meant_is_offered() -> None:
    with pytest.raises(VerdictError, match=r"line: '가' \(Korean\), '나' \(Korean\)$") as refused:
        TAGS.checked("가나가 GW2871")
    assert [character.glyph for character in refused.value.characters] == ["가", "나"]
    assert refused.value.suggestions == ("GW2871",)
    assert TAGS.checked(" ａｒｔ  gw2872 ") == "ART GW2872"
    assert TAGS.checked("CW2288ㅡ112\u3164") == "CW2288-112"
    assert TAGS.checked("") == ""


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=lambda domain: domain.name)
def test_every_domain_describes_itself_without_contradiction(domain: Domain) -> None:
    assert domain_named(domain.name) is domain
    assert len(set(domain.charset)) == len(domain.charset)
    for entry in domain.formats:
        for example in entry.examples:
            assert domain.checked(example) == domain.normalize(example)
            assert any(match.brand == entry.brand for match in domain.matches(example)), example
            assert domain.key(domain.label(example)) == domain.key(example) != ""
            assert domain.groups(example) >= {domain.group(domain.label(example))} - {""}


def test_a_description_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="name of a-z"):
        replace(TAGS, name="Tags/..")
    with pytest.raises(ValueError, match="different characters"):
        replace(TAGS, charset="AA")
