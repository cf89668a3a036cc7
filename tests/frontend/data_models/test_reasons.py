"""Every sentence that the machine writes into the store is told in Korean; people's own words stay as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from benchmarks.drivers.reading_page import HANGUL
from datasets.commands import cycle as cycle_commands
from datasets.cycles import cycle, decision, triggers, worker
from datasets.cycles.decision import DecisionRules, Kind, PairedReadings, decide
from datasets.cycles.triggers import LabelCounts, LastCycle, TriggerKind, TriggerSettings, due
from datasets.samples.damage import Damage, TooDamagedError, check_damage
from datasets.versions import creation
from frontend.data_models.reasons import author_in, card_value_in, reason_in, set_in

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
# Named by people or by everybody: p is p, and so are a recipe and a brand.
NAMES = re.compile(r"\b(?:p|UTC|tags|v\d|Nike|Asics)\b", re.ASCII)


def assert_korean(told: str, sentence: str) -> None:
    assert HANGUL.search(told), sentence
    assert not re.search("[A-Za-z]", NAMES.sub("", told)), f"{sentence!r} became {told!r}"


def prose(module: object, *functions: str) -> Iterator[str]:
    """What a module's functions are written to say: their texts of more than one word, piece by piece."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and (function.name in functions or not functions):
            said = [statement for statement in function.body if not isinstance(statement, ast.Expr)]
            for node in (node for statement in said for node in ast.walk(statement)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
                    yield node.value


def paired(name: str, kind: Kind, same: int, fixed: int, broken: int, groups: int = 0) -> PairedReadings:
    crops = same + fixed + broken
    return PairedReadings(
        name,
        kind,
        (True,) * same + (False,) * fixed + (True,) * broken,
        (True,) * same + (True,) * fixed + (False,) * broken,
        tuple(str(at * groups // crops) for at in range(crops)) if groups else (),
    )


def decisions() -> Iterator[decision.Decision]:
    """Good, bad and doubtful challengers, on holdouts and sets of all sizes."""
    rules = DecisionRules(resamples=200)
    holdouts = [
        paired("collected holdout", "holdout", same, fixed, broken, groups)
        for same, fixed, broken, groups in product((0, 200), (0, 6, 30), (0, 5, 40), (0, 3))
    ]
    # Many tags gain a little, and one loses much.
    groups = (*map(str, range(30)), *("one tag",) * 12)
    holdouts.append(replace(paired("collected holdout", "holdout", 0, 30, 12), groups=groups))
    names = ("recipe tags-1", "collected holdout, brand Nike or Asics", "recipe tags-1, 7 to 9 characters")
    for holdout, (same, fixed, broken), kind, count in product(
        holdouts, ((600, 0, 0), (150, 2, 8), (900, 20, 46), (100, 0, 60)), ("set", "slice", "status"), (0, 1, 3)
    ):
        yield decide(holdout, [paired(name, kind, same, fixed, broken) for name in names[:count]], rules)


def occasions() -> Iterator[triggers.Trigger]:
    """What makes a cycle due."""
    quiet = {"new": 60, "new_corrected": 3, "waiting": 0, "readings": 500, "correction_rate": 0.1, "confidence": 0.9}
    last = LastCycle(NOW - timedelta(days=30), {})
    for changes, before, every in product(
        ({}, {"new_corrected": 204}, {"correction_rate": 0.2871}, {"confidence": 0.7}),
        (None, last),
        (timedelta(days=7), timedelta(hours=6), timedelta(minutes=5), timedelta(days=1, hours=12)),
    ):
        due_now = due(LabelCounts(**(quiet | changes)), before, NOW, TriggerSettings(every=every))
        assert due_now is not None
        yield due_now


def assert_all_said(written: Iterable[str], said: Iterable[str], *, but: Iterable[str] = ()) -> None:
    everything = "\n".join(said)
    assert [piece for piece in written if piece not in everything and piece not in but] == []


def test_every_decision_is_told_in_korean() -> None:
    made = list(decisions())
    for one in made:
        assert_korean(reason_in("ko", one.reason), one.reason)
    said = [one.reason for one in made]
    assert_all_said(
        prose(decision, "decide", "_judge_gain", "_judge_harm", "_short"),
        said,
        # What is not worse gives no reason.
        but=[*get_args(decision.Verdict), ": no harm is seen"],
    )


def test_every_trigger_is_told_in_korean() -> None:
    made = list(occasions())
    for one in made:
        assert_korean(reason_in("ko", one.why), one.why)
    assert {one.kind for one in made} == set(get_args(TriggerKind))
    assert_all_said(prose(triggers, "due"), [one.why for one in made], but=[*get_args(TriggerKind), "%Y-%m-%d %H:%M"])


def test_every_end_of_a_cycle_is_told_in_korean() -> None:
    source = Path(cycle.__file__).read_text(encoding="utf-8")
    stages = set(re.findall(r'(?:_timed\(|_stage = )"(\w+)"', source))
    assert len(stages) > 5
    moved = next(text for text in re.findall(r'^_MOVED = "(.+)"$', source, re.MULTILINE))
    full = cycle.told(OSError(28, "voll"))
    ends = [
        moved,
        f"{moved} It had been: {next(decisions()).reason}",
        "Failed before it began: version v3.0 holds nothing to train on",
        *(f"Failed in stage {stage}: version v3.0 holds nothing to train on" for stage in stages),
    ]
    for one in ends:
        assert_korean(reason_in("ko", one), one)
    assert reason_in("ko", f"Failed in stage train: {full}") == (
        "학습 단계에서 실패했어요: 디스크가 가득 찼어요 ([Errno 28] voll)"
    )
    # A reason is a sentence, messages of errors are not.
    sentences = [piece for piece in prose(cycle) if re.match(r"\s*[A-Z][a-z]* ", piece)]
    assert len(sentences) > 2
    assert_all_said(sentences, [*ends], but=["No space left on device"])


def test_too_much_damage_is_told_in_korean() -> None:
    modules = (Path(module.__file__).read_text(encoding="utf-8") for module in (creation, cycle))
    kinds = {what for source in modules for what in re.findall(r'check_damage\(.+"(.+)"\)', source)}
    assert len(kinds) == 3
    for what in kinds:
        with pytest.raises(TooDamagedError) as refused:
            check_damage([Damage(f"{at}-1", (), "gone") for at in range(9)], 60, 0.02, what)
        told = reason_in("ko", f"Failed in stage prepare: {cycle.told(refused.value)}")
        assert told.startswith("준비 단계에서 실패했어요: ")
        assert_korean(re.sub(r"`.*?`|--[a-z-]+", "", told), what)


def test_who_asks_is_told_in_korean() -> None:
    assert 'by=f"trigger: {trigger.kind}"' in Path(worker.__file__).read_text(encoding="utf-8")
    for kind in get_args(TriggerKind):
        assert_korean(author_in("ko", f"trigger: {kind}"), kind)
    assert_korean(author_in("ko", "the team's page"), "the team's page")
    source = Path(cycle_commands.__file__).read_text(encoding="utf-8")
    whys = [why.replace("{counts.new}", "12") for why in re.findall(r'why=f?"([^"]+)"', source)]
    assert len(whys) == 2
    for why in [*whys, "shipped"]:
        assert_korean(reason_in("ko", why), why)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("collected holdout", "손님 사진"),
        ("recipe tags-1", "합성 레시피 tags-1"),
        ("collected holdout, separators too", "손님 사진, 기호까지"),
        ("collected holdout, status corrected", "손님 사진, 고친 것"),
        ("collected holdout, no text", "손님 사진, 글자 없음"),
        ("recipe tags-1, 13 or more characters", "합성 레시피 tags-1, 13자 이상"),
        ("recipe tags-1, brand Asics or Nike or Puma", "합성 레시피 tags-1, Asics 또는 Nike 또는 Puma"),
        ("recipe tags-1, brand (no known format)", "합성 레시피 tags-1, 모르는 형식"),
    ],
)
def test_sets_and_slices_are_told_in_korean(name: str, told: str) -> None:
    assert set_in("ko", name) == told
    assert set_in("en", name) == name


@pytest.mark.parametrize(
    ("table", "value", "told"),
    [
        ("status", "unreadable", "읽을 수 없는 것"),
        ("brand format", "Asics or Nike", "Asics 또는 Nike"),
        ("brand format", "(no text)", "글자 없음"),
        ("source", "app", "앱"),
        ("source", "import-2026", "import-2026"),
        ("mean light", f"{64:3d} to {95:3d}", "64~95"),
        ("length", " 9", " 9"),
    ],
)
def test_rows_of_a_card_are_told_in_korean(table: str, value: str, told: str) -> None:
    assert card_value_in("ko", table, value) == told
    assert card_value_in("en", table, value) == value


@pytest.mark.parametrize(
    "own", ["", "new brand in spring", "새 브랜드", "Accepted by {hand}.", "jin on studio-2", "confidence"]
)
def test_people_s_own_words_stay_as_they_are(own: str) -> None:
    assert reason_in("ko", own) == own
    assert author_in("ko", own) == own


def test_english_stays_as_it_was_written() -> None:
    for one in occasions():
        assert reason_in("en", one.why) == one.why


def test_what_it_looks_like() -> None:
    accepted = (
        "Accepted: 25 errors fixed and 5 new ones on 200 crops that shoppers confirmed: p = below 0.0001; not worse on "
        "any of 12 other sets and slices."
    )
    assert reason_in("ko", accepted) == (
        "채택: 손님이 확인한 사진 200장에서 오류 25개를 고치고 5개를 새로 냈어요 (p = 0.0001 미만). "
        "다른 세트와 그 부분 12개에서는 나빠지지 않았어요."
    )
    harmful = "Rejected: it harms recipe tags-1 (and 2 more): 3 fixed, 60 broken of 300 crops, p = 0.0021."
    assert reason_in("ko", harmful) == (
        "기각: 합성 레시피 tags-1에서 나빠졌어요 (이 밖에 2곳). 사진 300장 중 3장을 고치고 60장을 새로 틀렸어요 "
        "(p = 0.0021)."
    )
    scheduled = "one every 7 days, 0:00:00, the last one ended 2026-05-04 12:30 UTC; 61 new labels"
    assert reason_in("ko", scheduled) == "7일마다 하는 학습 (지난번 2026-05-04 12:30 UTC), 새 라벨 61개"
