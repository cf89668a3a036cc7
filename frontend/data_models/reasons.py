"""What the machine writes into the store about versions, cycles and champions, in the page's language.

It writes English sentences of a few shapes (`decision.py`, `cycle.py` and others of `datasets/`), and so they
stay in reports and in the history. The Korean page says the same in Korean. What has none of these shapes, such as a
person's own words or the message of an error, is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from frontend.read_tag.texts import Language

__all__ = ["author_in", "card_value_in", "reason_in", "set_in"]

_SET: Final = r"(?P<set>.+?)(?P<more> \(and \d+ more\))?"
_LOSS: Final = r"(?P<loss>\d+ fixed, .+)\."
_MOVED: Final = (
    r"Not promoted: the champion was changed while the cycle ran, so the comparison no longer holds; run it again\."
)
_MOVED_KOREAN: Final = "승격하지 않았어요. 학습하는 동안 챔피언이 바뀌어서 비교가 더는 맞지 않아요. 다시 학습해 주세요."
_BRANDS: Final = {
    r"\(no known format\)": "모르는 형식",
    r"\(no text\)": "글자 없음",
    r"(?P<brand>.+?) or (?P<brands>.+)": "{brand} 또는 {brands}",
}
# By what is told: a regular expression of the whole text, and the Korean for it. A name in braces is a group of the
# expression; if it is a key of this table, too, the group is told in Korean in its turn.
_KOREAN: Final[Mapping[str, Mapping[str, str]]] = {
    "reason": {
        r"Accepted: (?P<gain>.+ confirmed): (?P<certainty>.+); (?P<harm>.+)\.": "채택: {gain} ({certainty}). {harm}.",
        r"Rejected: not shown to be better: (?P<gain>.+ confirmed): (?P<doubt>.+)\.": (
            "기각: 더 낫다고 볼 수 없어요. {gain}. {doubt}."
        ),
        rf"Rejected: it harms {_SET}: {_LOSS}": "기각: {set}에서 나빠졌어요{more}. {loss}.",
        rf"Rejected: better on the holdout, but not shown to be harmless on {_SET}: {_LOSS}": (
            "기각: 손님 사진에서는 더 낫지만, {set}에서 나빠지지 않는다고 볼 수 없어요{more}. {loss}."
        ),
        _MOVED: _MOVED_KOREAN,
        rf"{_MOVED} It had been: (?P<reason>.+)": f"{_MOVED_KOREAN} 원래 판정은 이랬어요. {{reason}}",
        r"Failed in stage (?P<stage>\w+): (?P<cause>.+)": "{stage} 단계에서 실패했어요: {cause}",
        r"Failed before it began: (?P<cause>.+)": "시작하기 전에 실패했어요: {cause}",
        r"(?P<corrected>\d+) new corrected labels, (?P<enough>\d+) are enough": (
            "새로 고친 라벨 {corrected}개 (기준 {enough}개)"
        ),
        r"(?P<rate>\S+) % of the last (?P<count>\d+) readings were corrected, the band ends at (?P<band>\S+) %": (
            "최근 {count}번 중 {rate}%를 고침 (기준 {band}%까지)"
        ),
        r"the last (?P<count>\d+) readings have a mean confidence of (?P<mean>\S+), the band begins at (?P<band>\S+)": (
            "최근 {count}번의 평균 확신도 {mean} (기준 {band}부터)"
        ),
        r"one every (?P<every>.+), (?P<since>none before|the last one .+); (?P<new>\d+) new labels": (
            "{every}마다 하는 학습 ({since}), 새 라벨 {new}개"
        ),
        r"asked for once; (?P<new>\d+) new labels": "한 번만 요청, 새 라벨 {new}개",
        "asked for on the command line": "명령줄에서 요청",
        "shipped": "처음부터 들어 있던 모델",
    },
    "gain": {
        r"(?P<fixed>\d+) errors fixed and (?P<new>\d+) new ones on (?P<crops>\d+) crops that shoppers confirmed": (
            "손님이 확인한 사진 {crops}장에서 오류 {fixed}개를 고치고 {new}개를 새로 냈어요"
        ),
    },
    "harm": {
        r"not worse on any of (?P<count>\d+) other sets and slices": (
            "다른 세트와 그 부분 {count}개에서는 나빠지지 않았어요"
        ),
        "there is no other set": "다른 평가 세트는 없어요",
    },
    "certainty": {r"p = (?P<p>.+)": "p = {p}"},
    "doubt": {
        "the holdout is empty": "평가할 손님 사진이 없어요",
        "it fixes no more than it breaks": "고친 오류가 새로 낸 오류보다 많지 않아요",
        r"within noise \(p = (?P<p>.+), needed below (?P<level>.+)\)": (
            "우연일 수 있는 차이예요 (p = {p}, {level}보다 작아야 해요)"
        ),
        r"too few tags tell: (?P<better>\d+) are read better and (?P<worse>\d+) worse "
        r"\(p = (?P<p>.+), needed below (?P<level>.+)\)": (
            "태그 수가 적어요: {better}개는 나아지고 {worse}개는 나빠졌어요 (p = {p}, {level}보다 작아야 해요)"
        ),
        r"the interval of the difference reaches down to (?P<low>\S+) points": "차이의 구간이 {low}%p까지 내려가요",
    },
    "loss": {
        r"(?P<counts>.+ crops), p = (?P<p>.+)": "{counts} (p = {p})",
        r"(?P<counts>.+ crops), so the loss may be up to (?P<most>\S+) points, more than (?P<margin>\S+)": (
            "{counts}. 최대 {most}%p까지 나빠질 수 있는데, {margin}%p까지만 괜찮아요"
        ),
    },
    "counts": {
        r"(?P<fixed>\d+) fixed, (?P<broken>\d+) broken of (?P<crops>\d+) crops": (
            "사진 {crops}장 중 {fixed}장을 고치고 {broken}장을 새로 틀렸어요"
        ),
    },
    "p": {r"below (?P<bound>.+)": "{bound} 미만"},
    "more": {r" \(and (?P<count>\d+) more\)": " (이 밖에 {count}곳)"},
    "set": {
        r"(?P<set>.+), separators too": "{set}, 기호까지",
        r"(?P<set>.+), brand (?P<brand>.+)": "{set}, {brand}",
        r"(?P<set>.+), status (?P<status>\w+)": "{set}, {status}",
        r"(?P<set>.+), (?P<low>\d+) to (?P<high>\d+) characters": "{set}, {low}~{high}자",
        r"(?P<set>.+), (?P<low>\d+) or more characters": "{set}, {low}자 이상",
        r"(?P<set>.+), no text": "{set}, 글자 없음",
        "collected holdout": "손님 사진",
        r"recipe (?P<recipe>.+)": "합성 레시피 {recipe}",
    },
    "brand": _BRANDS,
    "brands": _BRANDS,
    "brand format": _BRANDS,
    "source": {"app": "앱"},
    "status": {"accepted": "맞다고 한 것", "corrected": "고친 것", "unreadable": "읽을 수 없는 것"},
    "mean light": {r" *(?P<low>\d+) to +(?P<high>\d+)": "{low}~{high}"},
    "stage": {
        "prepare": "준비",
        "train": "학습",
        "export": "내보내기",
        "evaluate": "평가",
        "decide": "판정",
        "promote": "승격",
        "report": "보고서",
    },
    "cause": {
        r"the disk is full: (?P<detail>.+)": "디스크가 가득 찼어요 ({detail})",
        r"version (?P<version>\S+) holds nothing to train on": "{version} 버전에 학습할 것이 없어요",
        r"(?P<damaged>\d+) of (?P<of>\d+) (?P<what>.+) are damaged or missing \((?P<names>.+)\), more than the "
        r"(?P<most>\S+) % that may be left out \(--most-damaged\); .+": (
            "{what} {of}개 중 {damaged}개가 손상되었거나 없어요 ({names}). {most}%까지만 빼고 할 수 있어요 "
            "(--most-damaged). 사본에서 되살리거나 `python -m datasets delete --sample`로 지워 주세요. "
            "`python -m datasets verify`가 무엇이 잘못되었는지 알려 줘요"
        ),
    },
    "what": {"confirmed crops": "확인된 사진", "crops to train on": "학습할 사진", "label events": "라벨 기록"},
    "every": {
        r"(?P<days>\d+) days?, 0:00:00": "{days}일",
        r"(?P<days>\d+) days?, (?P<clock>.+)": "{days}일 {clock}",
        r"(?P<clock>\d+:\d\d:\d\d)": "{clock}",
    },
    "clock": {r"(?P<hours>\d+):00:00": "{hours}시간", r"0:0?(?P<minutes>\d+):00": "{minutes}분"},
    "since": {
        "none before": "처음",
        r"the last one ended (?P<time>.+)": "지난번 {time}",
    },
    "author": {r"trigger: (?P<trigger>.+)": "자동 ({trigger})", "the team's page": "팀 페이지"},
    "trigger": {
        "corrections": "수정된 라벨",
        "schedule": "일정",
        "correction rate": "수정 비율",
        "confidence": "확신도",
    },
}


def reason_in(language: Language, reason: str) -> str:
    """Why a cycle was asked for, accepted, rejected or failed, or a champion changed."""
    return _in_korean("reason", reason) if language == "ko" else reason


def author_in(language: Language, author: str) -> str:
    """Who asked for a cycle or changed the champion."""
    return _in_korean("author", author) if language == "ko" else author


def set_in(language: Language, name: str) -> str:
    """The name of an evaluation set, or of a slice of one."""
    return _in_korean("set", name) if language == "ko" else name


def card_value_in(language: Language, table: str, value: str) -> str:
    """What a row of one of a version's tables counts; `table` is its name in the store."""
    return _in_korean(table, value) if language == "ko" else value


def _in_korean(part: str, text: str) -> str:
    for shape, sentence in _KOREAN.get(part, {}).items():
        found = re.fullmatch(shape, text, re.DOTALL)
        if found is not None:
            return sentence.format(**{name: _in_korean(name, group or "") for name, group in found.groupdict().items()})
    return text
