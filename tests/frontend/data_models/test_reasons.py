"""Every kind of reason is told in Korean; people's own words and what earlier releases stored stay as they are."""

from __future__ import annotations

import re

import pytest

from benchmarks.drivers.reading_page import HANGUL
from frontend.client.team_answers import Reason
from frontend.data_models.reasons import card_value_in, reason_in

# A formula's letter, times, names, and what one types on a command line.
NAMES = re.compile(r"\bp = |%p|UTC|Nike|Asics|tags-1|v3\.0|crops/[0-9a-f]+\.png|`.*?`|--[a-z-]+")


def reason(kind: str, /, **values: object) -> Reason:
    return Reason(kind=kind, values=values, text=f"the English sentence of {kind}")


COUNTS = {"fixed": 3, "broken": 60, "crops": 300}
GAIN = {"fixed": 25, "broken": 5, "crops": 200}
HOLDOUT, RECIPE = reason("holdout"), reason("recipe", recipe="tags-1")
WHYS = {
    "holdout_empty": reason("holdout_empty"),
    "fixes_no_more": reason("fixes_no_more"),
    "within_noise": reason("within_noise", p=0.2871, level=0.05),
    "too_few_tags": reason("too_few_tags", better=3, worse=1, p=0.625, level=0.05),
    "interval_reaches": reason("interval_reaches", low=-0.52),
}
CAUSES = {
    "disk_full": reason("disk_full", detail="[Errno 28] No space left on device"),
    "nothing_to_train": reason("nothing_to_train", version="v3.0"),
    "too_damaged": reason(
        "too_damaged", damaged=9, of=60, what="crops", names="crops/0a.png, crops/0b.png ...", most=2.0
    ),
    "unforeseen": reason("words", text="RuntimeError: the weights do not fit the layers of this model"),
}
# Kind by kind, with the Korean that is expected of it.
CONTRACT: list[tuple[Reason, str]] = [
    (
        reason("accepted", **GAIN, p=0.00001, others=12),
        "채택: 손님이 확인한 사진 200장에서 오류 25개를 고치고 5개를 새로 냈어요 (p = 0.0001 미만). "
        "다른 세트와 그 부분 12개에서는 나빠지지 않았어요.",
    ),
    (
        reason("accepted", **GAIN, p=0.00033, others=0),
        "채택: 손님이 확인한 사진 200장에서 오류 25개를 고치고 5개를 새로 냈어요 (p = 0.00033). "
        "다른 평가 세트는 없어요.",
    ),
    (
        reason("harms", set=RECIPE, more=2, **COUNTS, p=0.0021),
        "기각: 합성 레시피 tags-1에서 나빠졌어요 (이 밖에 2곳). 사진 300장 중 3장을 고치고 60장을 새로 틀렸어요 "
        "(p = 0.0021).",
    ),
    (
        reason("not_better", **GAIN, why=WHYS["within_noise"]),
        "기각: 더 낫다고 볼 수 없어요. 손님이 확인한 사진 200장에서 오류 25개를 고치고 5개를 새로 냈어요. "
        "우연일 수 있는 차이예요 (p = 0.29, 0.05보다 작아야 해요).",
    ),
    (
        reason("not_harmless", set=reason("slice_no_text", of=HOLDOUT), more=0, **COUNTS, most=6.25, margin=5.0),
        "기각: 손님 사진에서는 더 낫지만, 손님 사진, 글자 없음에서 나빠지지 않는다고 볼 수 없어요. 사진 300장 중 3장을 "
        "고치고 60장을 새로 틀렸어요. 최대 6.2%p까지 나빠질 수 있는데, 5%p까지만 괜찮아요.",
    ),
    (WHYS["holdout_empty"], "평가할 손님 사진이 없어요"),
    (WHYS["fixes_no_more"], "고친 오류가 새로 낸 오류보다 많지 않아요"),
    (
        WHYS["too_few_tags"],
        "태그 수가 적어요: 3개는 나아지고 1개는 나빠졌어요 (p = 0.62, 0.05보다 작아야 해요)",
    ),
    (WHYS["interval_reaches"], "차이의 구간이 -0.5%p까지 내려가요"),
    (reason("better", p=1), "더 나아요 (p = 1)"),
    (reason("worse", **COUNTS, p=0.01), "사진 300장 중 3장을 고치고 60장을 새로 틀렸어요 (p = 0.01)"),
    (reason("no_harm_seen", **COUNTS), "사진 300장 중 3장을 고치고 60장을 새로 틀렸어요. 나빠진 흔적은 없어요"),
    (reason("not_worse", **COUNTS), "사진 300장 중 3장을 고치고 60장을 새로 틀렸어요"),
    (
        reason("unclear", **COUNTS, most=12, margin=3),
        "사진 300장 중 3장을 고치고 60장을 새로 틀렸어요. 최대 12.0%p까지 나빠질 수 있는데, 3%p까지만 괜찮아요",
    ),
    (
        reason("moved", before=None),
        "승격하지 않았어요. 학습하는 동안 챔피언이 바뀌어서 비교가 더는 맞지 않아요. 다시 학습해 주세요.",
    ),
    (
        reason("moved", before=reason("not_better", **GAIN, why=WHYS["holdout_empty"])),
        "승격하지 않았어요. 학습하는 동안 챔피언이 바뀌어서 비교가 더는 맞지 않아요. 다시 학습해 주세요. 원래 판정은 "
        "이랬어요. 기각: 더 낫다고 볼 수 없어요. 손님이 확인한 사진 200장에서 오류 25개를 고치고 5개를 새로 냈어요. "
        "평가할 손님 사진이 없어요.",
    ),
    (
        reason("failed", stage="train", cause=CAUSES["disk_full"]),
        "학습 단계에서 실패했어요: 디스크가 가득 찼어요",
    ),
    (
        reason("failed", stage="report", cause=CAUSES["unforeseen"]),
        "판정 단계에서 실패했어요: 자세한 원인은 보고서에 적혀 있어요",
    ),
    (
        reason("failed_before_start", cause=CAUSES["nothing_to_train"]),
        "시작하기 전에 실패했어요: v3.0 버전에 학습할 것이 없어요",
    ),
    (
        CAUSES["too_damaged"],
        "확인된 사진 60개 중 9개가 손상되었거나 없어요 (crops/0a.png, crops/0b.png ...). 2%까지만 빼고 할 수 있어요 "
        "(--most-damaged). 사본에서 되살리거나 `.venv/bin/python -m datasets delete --sample`로 지워 주세요. "
        "`.venv/bin/python -m datasets verify`가 무엇이 잘못되었는지 알려 줘요",
    ),
    (reason("corrections", corrected=204, enough=200), "새로 고친 라벨 204개 (기준 200개)"),
    (reason("correction_rate", rate=28.71, count=500, band=25.0), "최근 500번 중 28.7%를 고침 (기준 25%까지)"),
    (reason("confidence", mean=0.7, count=500, band=0.75), "최근 500번의 평균 확신도 0.700 (기준 0.75부터)"),
    (
        reason("schedule", every=604800, last="2026-05-04T21:30:00+09:00", new=61),
        "7일마다 하는 학습 (지난번 2026-05-04 12:30 UTC), 새 라벨 61개",
    ),
    (reason("schedule", every=129600.0, last=None, new=1), "1일 12시간마다 하는 학습 (처음), 새 라벨 1개"),
    (reason("once", new=12), "한 번만 요청, 새 라벨 12개"),
    (reason("command_line"), "명령줄에서 요청"),
    (reason("shipped"), "처음부터 들어 있던 모델"),
    (reason("page"), "팀 페이지"),
    (reason("backend"), "서버가 스스로 되돌림"),
    (
        reason(
            "canary_corrections",
            challenger_corrected=12,
            challenger_confirmed=20,
            champion_corrected=9,
            champion_confirmed=300,
        ),
        "손님이 이 모델의 20번 중 12번, 챔피언의 300번 중 9번을 고침",
    ),
    (
        reason("canary_failures", challenger_failed=12, challenger_read=20, champion_failed=0, champion_read=300),
        "이 모델은 20번 중 12번, 챔피언은 300번 중 0번 실패",
    ),
    (reason("project", project="신발"), "프로젝트 신발의 버전"),
    (
        reason("project_why", project="신발", why=Reason(kind="words", values={"text": "새 상자"}, text="새 상자")),
        "프로젝트 신발의 버전: 새 상자",
    ),
    (reason("trigger", trigger="corrections"), "자동 (수정된 라벨)"),
    (reason("trigger", trigger="schedule"), "자동 (일정)"),
    (reason("trigger", trigger="correction_rate"), "자동 (수정 비율)"),
    (reason("trigger", trigger="confidence"), "자동 (확신도)"),
    (HOLDOUT, "손님 사진"),
    (RECIPE, "합성 레시피 tags-1"),
    (reason("slice_brand", of=RECIPE, brand="Asics or Nike"), "합성 레시피 tags-1, Asics 또는 Nike"),
    (reason("slice_brand", of=HOLDOUT, brand="(no known format)"), "손님 사진, 모르는 형식"),
    (reason("slice_status", of=HOLDOUT, status="corrected"), "손님 사진, 고친 것"),
    (reason("slice_length", of=HOLDOUT, low=7, high=9), "손님 사진, 7~9자"),
    (reason("slice_length", of=HOLDOUT, low=13, high=None), "손님 사진, 13자 이상"),
    (reason("slice_no_text", of=RECIPE), "합성 레시피 tags-1, 글자 없음"),
    (reason("slice_separators", of=HOLDOUT), "손님 사진, 기호까지"),
]


@pytest.mark.parametrize(("made", "told"), CONTRACT, ids=[made.kind for made, _ in CONTRACT])
def test_every_kind_is_told_in_korean_without_a_word_of_english(made: Reason, told: str) -> None:
    assert reason_in("ko", made) == told
    assert HANGUL.search(told)
    assert not re.search("[A-Za-z]", NAMES.sub("", told))


@pytest.mark.parametrize("what", ["crops", "training_crops", "events"])
def test_whatever_is_damaged_is_named_in_korean(what: str) -> None:
    damaged = reason("too_damaged", damaged=9, of=60, what=what, names="crops/0a.png", most=10)
    assert not re.search("[A-Za-z]", NAMES.sub("", reason_in("ko", damaged)))


def test_the_english_page_shows_the_sentence_that_came() -> None:
    for made, _ in CONTRACT:
        assert reason_in("en", made) == made.text


@pytest.mark.parametrize(
    "own",
    [
        "",
        "new brand in spring",
        "새 브랜드",
        "Accepted by {hand}.",
        "jin on studio-2",
        "Rejected: it harms recipe tags-1.",
    ],
)
def test_own_words_and_sentences_of_earlier_releases_stay_as_they_are(own: str) -> None:
    assert reason_in("ko", Reason.model_validate(own)) == own
    assert reason_in("ko", Reason(kind="words", values={"text": own}, text=own)) == own


@pytest.mark.parametrize(
    "made",
    [
        reason("from_a_later_release", count=3),
        reason("within_noise", p=0.2),
        reason("once"),
        reason("schedule", every="weekly", last="yesterday", new=3),
    ],
)
def test_what_this_release_does_not_know_is_shown_in_english(made: Reason) -> None:
    assert reason_in("ko", made) == made.text


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
