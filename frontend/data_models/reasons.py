"""Reasons in words: the API's sentence on the English page, a sentence of this file for each kind on the Korean one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from frontend.client.team_answers import Reason, ReasonValue
from frontend.data_models.texts import TEXTS
from frontend.language import Language

_GAIN: Final = "손님이 확인한 사진 {crops}장에서 오류 {fixed}개를 고치고 {broken}개를 새로 냈어요"
_COUNTS: Final = "사진 {crops}장 중 {fixed}장을 고치고 {broken}장을 새로 틀렸어요"
_LOSS: Final = f"{_COUNTS}. 최대 {{most:.1f}}%p까지 나빠질 수 있는데, {{margin:g}}%p까지만 괜찮아요"
# By kind. Names in braces are the reason's values; `_WORDED` words some of them.
_KOREAN: Final[Mapping[str, str]] = {
    # Decisions
    "accepted": f"채택: {_GAIN} (p = {{p}}). {{others}}.",
    "harms": f"기각: {{set}}에서 나빠졌어요{{more}}. {_COUNTS} (p = {{p}}).",
    "not_better": f"기각: 더 낫다고 볼 수 없어요. {_GAIN}. {{why}}.",
    "not_harmless": (f"기각: 손님 사진에서는 더 낫지만, {{set}}에서 나빠지지 않는다고 볼 수 없어요{{more}}. {_LOSS}."),
    # Comparisons
    "holdout_empty": "평가할 손님 사진이 없어요",
    "fixes_no_more": "고친 오류가 새로 낸 오류보다 많지 않아요",
    "within_noise": "우연일 수 있는 차이예요 (p = {p}, {level:g}보다 작아야 해요)",
    "too_few_tags": (
        "태그 수가 적어요: {better}개는 나아지고 {worse}개는 나빠졌어요 (p = {p}, {level:g}보다 작아야 해요)"
    ),
    "interval_reaches": "차이의 구간이 {low:+.1f}%p까지 내려가요",
    "better": "더 나아요 (p = {p})",
    "worse": f"{_COUNTS} (p = {{p}})",
    "no_harm_seen": f"{_COUNTS}. 나빠진 흔적은 없어요",
    "not_worse": _COUNTS,
    "unclear": _LOSS,
    # Cycles
    "moved": (
        "승격하지 않았어요. 학습하는 동안 챔피언이 바뀌어서 비교가 더는 맞지 않아요. 다시 학습해 주세요.{before}"
    ),
    "failed": "{stage} 단계에서 실패했어요: {cause}",
    "failed_before_start": "시작하기 전에 실패했어요: {cause}",
    "disk_full": "디스크가 가득 찼어요",
    "nothing_to_train": "{version} 버전에 학습할 것이 없어요",
    "too_damaged": (
        "{what} {of}개 중 {damaged}개가 손상되었거나 없어요 ({names}). {most:g}%까지만 빼고 할 수 있어요 "
        "(--most-damaged). 사본에서 되살리거나 `.venv/bin/python -m datasets delete --sample`로 지워 주세요. "
        "`.venv/bin/python -m datasets verify`가 무엇이 잘못되었는지 알려 줘요"
    ),
    # Triggers, and the author of a request
    "corrections": "새로 고친 라벨 {corrected}개 (기준 {enough}개)",
    "correction_rate": "최근 {count}번 중 {rate:.1f}%를 고침 (기준 {band:g}%까지)",
    "confidence": "최근 {count}번의 평균 확신도 {mean:.3f} (기준 {band:g}부터)",
    "schedule": "{every}마다 하는 학습 ({last}), 새 라벨 {new}개",
    "once": "한 번만 요청, 새 라벨 {new}개",
    "project": "프로젝트 {project}의 버전",
    "project_why": "프로젝트 {project}의 버전: {why}",
    "command_line": "명령줄에서 요청",
    "shipped": "처음부터 들어 있던 모델",
    "page": "팀 페이지",
    "canary_corrections": (
        "손님이 이 모델의 {challenger_confirmed}번 중 {challenger_corrected}번, "
        "챔피언의 {champion_confirmed}번 중 {champion_corrected}번을 고침"
    ),
    "canary_failures": (
        "이 모델은 {challenger_read}번 중 {challenger_failed}번, 챔피언은 {champion_read}번 중 {champion_failed}번 실패"
    ),
    "backend": "서버가 스스로 되돌림",
    "trigger": "자동 ({trigger})",
    # Sets and slices
    "holdout": "손님 사진",
    "recipe": "합성 레시피 {recipe}",
    "slice_brand": "{of}, {brand}",
    "slice_status": "{of}, {status}",
    "slice_length": "{of}, {low}{high}",
    "slice_no_text": "{of}, 글자 없음",
    "slice_separators": "{of}, 기호까지",
}
_TRIGGERS: Final = {
    "corrections": "수정된 라벨",
    "schedule": "일정",
    "correction_rate": "수정 비율",
    "confidence": "확신도",
}
_STATUSES: Final = {"accepted": "맞다고 한 것", "corrected": "고친 것", "unreadable": "읽을 수 없는 것"}
_DAMAGED: Final = {"crops": "확인된 사진", "training_crops": "학습할 사진", "events": "라벨 기록"}
_BRANDS: Final = {"(no known format)": "모르는 형식", "(no text)": "글자 없음"}
_SOURCES: Final = {"app": "앱"}


def reason_in(language: Language, reason: Reason) -> str:
    """A reason in the page's language; a reason of an unknown kind and a person's own words stay as they are."""
    if language != "ko" or reason.kind not in _KOREAN:
        return reason.text
    try:
        return _in_korean(reason)
    except (KeyError, TypeError, ValueError):  # a value that another release leaves out, or names otherwise
        return reason.text


def card_value_in(language: Language, table: str, value: str) -> str:
    """The title of a row in a version's table; `table` is the table's name in the store."""
    if language != "ko":
        return value
    match table:
        case "brand format":
            return _brands(value)
        case "status":
            return _STATUSES.get(value, value)
        case "source":
            return _SOURCES.get(value, value)
        case "mean light":
            return "~".join(part.strip() for part in value.split(" to "))
        case _:
            return value


def _in_korean(reason: Reason) -> str:
    words = {
        name: _WORDED[name](value)
        if name in _WORDED
        else reason_in("ko", value)
        if isinstance(value, Reason)
        else value
        for name, value in reason.values.items()
    }
    return _KOREAN[reason.kind].format(**words)


def _chance(p: ReasonValue) -> str:
    return f"{p:.2g}" if isinstance(p, int | float) and p >= 0.0001 else "0.0001 미만"


def _others(count: ReasonValue) -> str:
    return f"다른 세트와 그 부분 {count}개에서는 나빠지지 않았어요" if count else "다른 평가 세트는 없어요"


def _before(decision: ReasonValue) -> str:
    return f" 원래 판정은 이랬어요. {reason_in('ko', decision)}" if isinstance(decision, Reason) else ""


def _cause(cause: ReasonValue) -> str:
    # The message of an error is English, and the report has it.
    if isinstance(cause, Reason) and cause.kind in _KOREAN:
        return reason_in("ko", cause)
    return "자세한 원인은 보고서에 적혀 있어요"


def _duration(seconds: ReasonValue) -> str:
    rest, parts = int(seconds) if isinstance(seconds, int | float) else 0, []
    for unit, length in (("일", 86_400), ("시간", 3600), ("분", 60), ("초", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts)


def _last_time(at: ReasonValue) -> str:
    return "처음" if at is None else f"지난번 {datetime.fromisoformat(str(at)).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _brands(brands: ReasonValue) -> str:
    return " 또는 ".join(_BRANDS.get(brand, brand) for brand in str(brands).split(" or "))


# By the name of a value: how it is told in words.
_WORDED: Final[Mapping[str, Callable[[ReasonValue], str]]] = {
    "p": _chance,
    "more": lambda count: f" (이 밖에 {count}곳)" if count else "",
    "others": _others,
    "before": _before,
    "cause": _cause,
    "stage": lambda stage: TEXTS["ko"].stages.get(str(stage), str(stage)),
    "what": lambda what: _DAMAGED.get(str(what), str(what)),
    "trigger": lambda trigger: _TRIGGERS.get(str(trigger), str(trigger)),
    "every": _duration,
    "last": _last_time,
    "brand": _brands,
    "status": lambda status: _STATUSES.get(str(status), str(status)),
    "high": lambda high: "자 이상" if high is None else f"~{high}자",
}
