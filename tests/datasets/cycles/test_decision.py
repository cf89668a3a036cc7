"""The rules of acceptance: gain has to be shown, harm blocks, noise does neither."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.cycles.comparison import SetKind
from datasets.cycles.decision import (
    Decision,
    DecisionRules,
    PairedReadings,
    compare,
    decide,
    difference_interval,
    mcnemar,
)
from datasets.cycles.wording import in_english
from datasets.reason import Reason

RULES = DecisionRules(resamples=400)
right = st.lists(st.booleans(), min_size=0, max_size=120)


def readings(both: int, fixed: int, broken: int, neither: int = 0, kind: SetKind = "holdout", name: str = "x"):
    champion = (True,) * both + (False,) * fixed + (True,) * broken + (False,) * neither
    challenger = (True,) * both + (True,) * fixed + (False,) * broken + (False,) * neither
    return PairedReadings(Reason.words(name), kind, champion, challenger)


def said(decision: Decision) -> str:
    return in_english(decision.reason)


def test_mcnemar_counts_coins() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(6, 0) == mcnemar(0, 6) == 2 / 2**6
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 2**10)
    assert 0 < mcnemar(3000, 2000) < 1e-30  # no overflow, no underflow to nonsense


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_a_probability_and_does_not_care_for_sides(fixed: int, broken: int) -> None:
    assert 0.0 < mcnemar(fixed, broken) <= 1.0
    assert mcnemar(fixed, broken) == mcnemar(broken, fixed)


@settings(max_examples=60, deadline=None)
@given(right, st.lists(right, max_size=3))
def test_identical_readings_are_never_accepted(holdout: list[bool], others: list[list[bool]]) -> None:
    same = PairedReadings(Reason(kind="holdout"), "holdout", tuple(holdout), tuple(holdout))
    rest = [PairedReadings(Reason.words(f"set {at}"), "set", tuple(one), tuple(one)) for at, one in enumerate(others)]
    decision = decide(same, rest, RULES)
    assert not decision.accepted
    assert said(decision).startswith("Rejected")
    assert all(one.verdict in ("not better", "not worse") for one in decision.comparisons)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=200), st.integers(0, 3))
def test_who_breaks_as_much_as_he_fixes_is_never_accepted(pairs: list[tuple[bool, bool]], seed: int) -> None:
    champion, challenger = tuple(one for one, _ in pairs), tuple(other for _, other in pairs)
    if sum(challenger) > sum(champion):
        champion, challenger = challenger, champion
    assert not decide(
        PairedReadings(Reason(kind="holdout"), "holdout", champion, challenger), [], replace(RULES, seed=seed)
    ).accepted


@settings(max_examples=60, deadline=None)
@given(st.integers(200, 2000), st.integers(0, 100), st.integers(20, 200), st.sampled_from(["set", "slice"]))
def test_a_loss_beyond_the_margin_on_a_large_set_is_never_accepted(
    both: int, fixed: int, more: int, kind: SetKind
) -> None:
    margin, least = (RULES.margin, RULES.least_crops) if kind == "set" else (RULES.slice_margin, RULES.least_slice)
    other = readings(both, fixed, fixed + more, kind=kind, name="old kinds")
    if more / len(other.champion) <= margin or len(other.champion) < least:
        return
    decision = decide(readings(100, 100, 0), [other], RULES)
    assert not decision.accepted
    assert "old kinds" in said(decision)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 300), st.integers(0, 5))
def test_the_interval_holds_the_difference_and_stays_in_bounds(fixed: int, broken: int, both: int, seed: int) -> None:
    one = readings(both, fixed, broken)
    low, high = difference_interval(one, replace(RULES, seed=seed))
    assert -1.0 <= low <= high <= 1.0
    if one.champion:
        difference = (fixed - broken) / len(one.champion)
        assert low - 0.05 <= difference <= high + 0.05
    assert (low, high) == difference_interval(one, replace(RULES, seed=seed))


def test_a_clear_gain_is_accepted_with_its_numbers() -> None:
    decision = decide(readings(180, 30, 4), [readings(900, 20, 18, 60, "set", "recipe tags-1")], RULES)
    assert decision.accepted
    assert "30 errors fixed and 4 new ones on 214 crops" in said(decision)
    assert decision.comparisons[0].p < 0.001
    assert [one.verdict for one in decision.comparisons] == ["better", "not worse"]


def test_a_gain_within_noise_is_rejected_and_says_so() -> None:
    decision = decide(readings(180, 9, 4), [], RULES)
    assert not decision.accepted
    assert "within noise (p = 0.27, needed below 0.05)" in said(decision)


def test_pictures_of_few_tags_do_not_promote() -> None:
    """Four tags that were photographed three times each are four witnesses, not twelve."""
    one = readings(300, 12, 0)
    groups = (*map(str, range(300)), *(f"tag {at % 4}" for at in range(12)))
    assert decide(one, [], RULES).accepted
    decision = decide(replace(one, groups=groups), [], RULES)
    assert not decision.accepted
    assert "too few tags tell: 4 are read better and 0 worse (p = 0.12, needed below 0.05)" in said(decision)
    assert not decide(replace(readings(0, 6, 0), groups=("tag",) * 6), [], RULES).accepted


def test_a_small_slice_blocks_on_harm_and_not_on_noise() -> None:
    gain = readings(180, 40, 2)
    assert decide(gain, [readings(18, 0, 2, kind="slice")], RULES).accepted
    decision = decide(gain, [readings(12, 0, 8, kind="slice", name="brand Fila")], RULES)
    assert not decision.accepted
    assert "it harms brand Fila: 0 fixed, 8 broken of 20 crops" in said(decision)


def test_accepted_crops_may_lose_what_chance_gives_to_corrected_ones() -> None:
    """A champion has read all of them right, so that any change can only lose."""
    gain, loss = readings(180, 40, 2), readings(250, 0, 14, kind="status", name="status accepted")
    assert decide(gain, [loss], RULES).accepted
    assert not decide(gain, [replace(loss, kind="slice")], RULES).accepted
    harm = readings(200, 0, 60, kind="status", name="status accepted")
    assert "it harms status accepted" in said(decide(gain, [harm], RULES))


def test_a_set_on_which_harmlessness_cannot_be_shown_blocks_with_its_own_words() -> None:
    decision = decide(readings(180, 40, 2), [readings(160, 20, 20, 20, "set", "recipe v1.0")], RULES)
    assert not decision.accepted
    assert "not shown to be harmless on recipe v1.0" in said(decision)


def test_pictures_of_one_tag_are_one_piece_of_evidence() -> None:
    alone = readings(60, 12, 2)
    tags = ("a",) * 60 + ("b",) * 12 + ("c",) * 2
    together = replace(alone, groups=tags)
    assert difference_interval(alone, RULES)[0] > 0
    assert difference_interval(together, RULES)[0] <= 0
    assert decide(alone, [], RULES).accepted
    assert not decide(together, [], RULES).accepted


def test_chance_alone_is_rarely_accepted() -> None:
    """Two equally good models, 400 times: the test lets about half of 5 % through."""
    rng = random.Random(0)
    accepted = 0
    for _ in range(400):
        flips = [rng.random() < 0.1 for _ in range(200)]
        one = PairedReadings(
            Reason.words("x"),
            "holdout",
            tuple(not flip or rng.random() < 0.5 for flip in flips),
            tuple(not flip or rng.random() < 0.5 for flip in flips),
        )
        accepted += decide(one, [], replace(RULES, resamples=200)).accepted
    assert accepted <= 400 * (0.025 + 3 * math.sqrt(0.025 / 400))


def test_nothing_to_read_is_no_gain() -> None:
    assert "the holdout is empty" in said(decide(readings(0, 0, 0), [], RULES))
    assert compare(readings(0, 0, 0, kind="set"), RULES).verdict == "not worse"


@pytest.mark.parametrize(
    "changes", [{"level": 0.0}, {"level": 1.0}, {"margin": -0.1}, {"resamples": 0}, {"least_crops": 0}]
)
def test_rules_that_make_no_sense_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1|not negative"):
        replace(RULES, **changes)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        PairedReadings(Reason.words("x"), "set", (True,), ())
