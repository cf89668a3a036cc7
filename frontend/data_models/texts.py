"""Every sentence of the page "Data and models", in Korean and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from frontend.read_tag.texts import Language

Section = Literal["models", "data", "cycle", "review"]


@dataclass(frozen=True)
class DataTexts:
    """One language. Names in braces are filled in by the page."""

    language: Language
    page: str
    back: str
    # Who may see it
    off: str
    entry_label: str
    entry_button: str
    entry_hint: str
    entry_wrong: str
    entry_guesses: str
    leave: str
    loading: str
    retry: str
    unreachable: str
    slow: str
    too_many_requests: str
    refused: str
    faults: str
    sections: Mapping[Section, str]
    section_review_count: str
    # At a glance
    tile_champion: str
    tile_shipped: str
    tile_entry: str
    tile_labels: str
    tile_labels_note: str
    tile_queue: str
    tile_queue_sent: str
    tile_queue_age: str
    tile_queue_error: str
    tile_review: str
    tile_rate: str
    tile_confidence: str
    tile_last_note: str
    age_units: Mapping[str, str]
    # Accuracy
    accuracy_title: str
    accuracy_none: str
    accuracy_set: str
    accuracy_note: str
    axis_accuracy: str
    series_champion: str
    series_challenger: str
    outcomes: Mapping[str, str]
    column_version: str
    column_verdict: str
    column_crops: str
    column_champion: str
    column_challenger: str
    column_difference: str
    column_ended: str
    column_reason: str
    report_label: str
    report_button: str
    # Champions
    champions_title: str
    champions_none: str
    column_number: str
    column_model: str
    column_kind: str
    column_since: str
    column_trained_on: str
    column_by: str
    kinds: Mapping[str, str]
    serves: str
    rollback_hint: str
    # Shadow
    shadow_title: str
    shadow_none: str
    shadow_about: str
    shadow_readings: Mapping[str, str]
    shadow_right: Mapping[str, str]
    shadow_confidence: str
    shadow_failed: str
    # Labels
    labels_title: str
    labels_none: str
    labels_note: str
    by_day: str
    by_block: str
    axis_time: str
    axis_share: str
    series_corrected: str
    series_confidence: str
    # Versions
    versions_title: str
    versions_none: str
    column_parent: str
    column_created: str
    column_left_out: str
    column_synthetic: str
    sides: Mapping[str, str]
    card_title: str
    card_choose: str
    card_tables: Mapping[str, str]
    sheet_title: str
    sheet_none: str
    # Cycle
    cycle_title: str
    cycle_about: str
    listening: str
    listening_none: str
    cycle_version: str
    cycle_next: str
    cycle_why: str
    cycle_button: str
    cycle_requested: str
    cycle_none: str
    cycle_asked: str
    cycle_waits: str
    cycle_waits_alone: str
    cycle_works: str
    cycle_count: str
    cycle_on: str
    stages: Mapping[str, str]
    # Second looks
    review_title: str
    review_about: str
    review_none: str
    review_more: str
    review_reasons: Mapping[str, str]
    review_read: str
    review_label: Mapping[str, str]
    review_others: str
    review_unreadable: str
    review_no_text: str
    review_no_picture: str
    review_line: str
    keep: str
    fix: str
    drop: str
    judged: Mapping[str, str]
    judged_moved: str
    judged_bad_text: str


KOREAN: Final = DataTexts(
    language="ko",
    page="데이터와 모델",
    back="태그 읽기로",
    off="팀 페이지가 꺼져 있어요. 서버에 TAGS_TEAM_TOKEN을 설정하면 열려요.",
    entry_label="팀 토큰",
    entry_button="들어가기",
    entry_hint="팀을 위한 페이지예요. 서버에 설정한 토큰을 적어 주세요.",
    entry_wrong="토큰이 맞지 않아요.",
    entry_guesses="틀린 토큰이 너무 많았어요. 잠시 후 다시 시도해 주세요.",
    leave="나가기",
    loading="불러오는 중이에요…",
    retry="다시 시도",
    unreachable="서버에 연결할 수 없어요.",
    slow="서버 응답이 늦어지고 있어요.",
    too_many_requests="요청이 너무 많아요. 잠시 후 다시 시도해 주세요.",
    refused="서버가 지금은 답하지 못해요.",
    faults="지금 읽을 수 없는 것이 있어요.",
    sections={"models": "모델", "data": "데이터", "cycle": "학습", "review": "검토"},
    section_review_count="검토 {count}",
    tile_champion="지금 읽는 모델",
    tile_shipped="기본 모델",
    tile_entry="챔피언 {number}번",
    tile_labels="확인된 라벨",
    tile_labels_note="사진 {crops}장",
    tile_queue="버킷 전송 대기",
    tile_queue_sent="모두 보냈어요",
    tile_queue_age="가장 오래된 것 {age}",
    tile_queue_error="마지막 전송 실패: {error}",
    tile_review="검토 대기",
    tile_rate="수정된 비율",
    tile_confidence="평균 확신도",
    tile_last_note="최근 라벨 {count}개",
    age_units={"seconds": "{count}초", "minutes": "{count}분", "hours": "{count}시간", "days": "{count}일"},
    accuracy_title="버전별 정확도",
    accuracy_none="아직 끝난 학습이 없어요.",
    accuracy_set="평가 세트",
    accuracy_note=(
        "한 번의 학습에서 두 모델은 같은 사진을 읽어요. 사진은 학습마다 다를 수 있어서, 점은 같은 버전 안에서만 "
        "비교해 주세요. 막대는 95% 구간이에요."
    ),
    axis_accuracy="정확도 (%)",
    series_champion="챔피언",
    series_challenger="도전 모델: {outcome}",
    outcomes={"accepted": "채택", "rejected": "기각", "failed": "실패", "none": "학습 전"},
    column_version="버전",
    column_verdict="판정",
    column_crops="사진",
    column_champion="챔피언",
    column_challenger="도전 모델",
    column_difference="차이 (95% 구간)",
    column_ended="끝난 때",
    column_reason="이유",
    report_label="보고서",
    report_button="보고서 받기",
    champions_title="챔피언 기록",
    champions_none="아직 챔피언이 없어요. 기본 모델이 읽고 있어요.",
    column_number="번호",
    column_model="모델",
    column_kind="종류",
    column_since="바뀐 때",
    column_trained_on="학습 데이터",
    column_by="누가",
    kinds={"promotion": "승격", "rollback": "되돌림", "rejection-revert": "취소"},
    serves="지금 챔피언",
    rollback_hint="이전 모델로 되돌리려면 서버에서 실행해 주세요. `--to`로 번호를 고를 수 있어요.",
    shadow_title="그림자 비교",
    shadow_none="지금은 그림자로 읽는 모델이 없어요.",
    shadow_about="{challenger} 모델이 {champion} 모델 옆에서 같은 사진을 읽고 있어요. 결과는 보여 주지 않아요.",
    shadow_readings={"same": "같게 읽음", "different": "다르게 읽음", "dropped": "건너뜀", "failed": "실패"},
    shadow_right={
        "both": "둘 다 맞음",
        "champion": "챔피언만 맞음",
        "challenger": "도전 모델만 맞음",
        "neither": "둘 다 틀림",
    },
    shadow_confidence="평균 확신도: 챔피언 {champion}, 도전 모델 {challenger}",
    shadow_failed="그림자 비교를 불러올 수 없어요.",
    labels_title="수정 비율과 확신도",
    labels_none="아직 확인된 라벨이 없어요.",
    labels_note="손님이 확인하거나 고친 것만 세었어요. 세로선은 챔피언이 바뀐 때예요.",
    by_day="날짜별",
    by_block="{count}개씩",
    axis_time="때",
    axis_share="비율 (%)",
    series_corrected="수정된 비율",
    series_confidence="평균 확신도",
    versions_title="데이터 버전",
    versions_none="아직 데이터 버전이 없어요.",
    column_parent="바탕",
    column_created="만든 때",
    column_left_out="검토 대기로 제외",
    column_synthetic="합성",
    sides={"training": "학습", "evaluation": "평가", "unreadable": "읽을 수 없음"},
    card_title="{version} 카드",
    card_choose="카드를 볼 버전",
    card_tables={
        "source": "출처",
        "status": "라벨",
        "brand format": "브랜드 형식",
        "length": "글자 수",
        "character": "글자",
        "quarter turns": "돌린 횟수",
        "mean light": "밝기",
    },
    sheet_title="사진 모음",
    sheet_none="이 버전에는 사진 모음이 없어요.",
    cycle_title="학습 요청",
    cycle_about="도전 모델을 학습하고, 챔피언보다 나을 때만 바꿔요. 앱은 학습하지 않고 워커에 부탁해요.",
    listening="워커 {count}개가 듣고 있어요.",
    listening_none=(
        "지금 듣고 있는 워커가 없어요. 요청은 남아 있다가 워커가 켜지면 시작해요: `python -m datasets cycle --watch`"
    ),
    cycle_version="학습할 버전",
    cycle_next="지금까지의 라벨로 새 버전 만들기",
    cycle_why="이유 (선택)",
    cycle_button="학습 요청하기",
    cycle_requested="요청했어요.",
    cycle_none="진행 중인 학습이 없어요.",
    cycle_asked="{time} 요청 · {by}",
    cycle_waits="워커를 기다리고 있어요.",
    cycle_waits_alone="듣는 워커가 없어서 기다리고 있어요.",
    cycle_works="{worker} 작업 중",
    cycle_count="{stage}: {total} 중 {done}",
    cycle_on="{version} 학습",
    stages={
        "version": "버전 만들기",
        "prepare": "준비",
        "train": "학습",
        "export": "내보내기",
        "evaluate": "평가",
        "report": "판정",
    },
    review_title="다시 볼 라벨",
    review_about="믿기 어렵거나 서로 다른 라벨이에요. 판정하기 전까지 자동 학습에 쓰지 않아요.",
    review_none="다시 볼 라벨이 없어요.",
    review_more="{count}개가 더 있어요.",
    review_reasons={
        "contradiction": "같은 사진의 라벨이 서로 달라요",
        "far from a sure reading": "확실하게 읽은 것과 많이 달라요",
        "client contradicts": "한 사람이 확실한 결과를 여러 번 고쳤어요",
    },
    review_read="읽은 글자",
    review_label={"accepted": "맞다고 함", "corrected": "고친 글자", "unreadable": "읽을 수 없다고 함"},
    review_others="다른 라벨",
    review_unreadable="읽을 수 없음",
    review_no_text="글자 없음",
    review_no_picture="사진을 불러올 수 없어요.",
    review_line="올바른 한 줄",
    keep="그대로 두기",
    fix="고치기",
    drop="버리기",
    judged={
        "keep": "그대로 두었어요: {text}",
        "fix": "고쳤어요: {text}",
        "drop": "버렸어요. 앞으로 만드는 버전에 넣지 않아요: {text}",
    },
    judged_moved="그사이 라벨이 바뀌었어요. 목록을 다시 봐 주세요.",
    judged_bad_text="쓸 수 없는 글자가 있어요. 영문, 숫자와 - . / # : ( ) + & 만 적어 주세요.",
)

ENGLISH: Final = DataTexts(
    language="en",
    page="Data and models",
    back="Read a tag",
    off="The team's pages are switched off: set TAGS_TEAM_TOKEN on the server to open them.",
    entry_label="Team token",
    entry_button="Enter",
    entry_hint="This page is for the team. Please type the token that the server was given.",
    entry_wrong="This token is not right.",
    entry_guesses="Too many wrong tokens. Please try again in a moment.",
    leave="Leave",
    loading="Loading…",
    retry="Try again",
    unreachable="The server cannot be reached.",
    slow="The server is taking too long.",
    too_many_requests="Too many requests. Please try again in a moment.",
    refused="The server has no answer right now.",
    faults="Some of it cannot be read right now.",
    sections={"models": "Models", "data": "Data", "cycle": "Training", "review": "Review"},
    section_review_count="Review {count}",
    tile_champion="Reads now",
    tile_shipped="the shipped model",
    tile_entry="champion no. {number}",
    tile_labels="Confirmed labels",
    tile_labels_note="on {crops} crops",
    tile_queue="Waiting for the bucket",
    tile_queue_sent="everything is sent",
    tile_queue_age="the oldest for {age}",
    tile_queue_error="last try failed: {error}",
    tile_review="Waiting for review",
    tile_rate="Correction rate",
    tile_confidence="Mean confidence",
    tile_last_note="last {count} labels",
    age_units={"seconds": "{count} s", "minutes": "{count} min", "hours": "{count} h", "days": "{count} days"},
    accuracy_title="Accuracy by version",
    accuracy_none="No training cycle has finished yet.",
    accuracy_set="Evaluation set",
    accuracy_note=(
        "In one cycle both models read the same crops. Crops may differ from cycle to cycle, so compare points of one "
        "version only. Bars are 95% intervals."
    ),
    axis_accuracy="Accuracy (%)",
    series_champion="champion",
    series_challenger="challenger, {outcome}",
    outcomes={"accepted": "accepted", "rejected": "rejected", "failed": "failed", "none": "not trained yet"},
    column_version="Version",
    column_verdict="Verdict",
    column_crops="Crops",
    column_champion="Champion",
    column_challenger="Challenger",
    column_difference="Difference (95% interval)",
    column_ended="Ended",
    column_reason="Why",
    report_label="Report",
    report_button="Get the report",
    champions_title="Champion history",
    champions_none="There is no champion yet; the shipped model reads.",
    column_number="No.",
    column_model="Model",
    column_kind="Kind",
    column_since="Since",
    column_trained_on="Trained on",
    column_by="By",
    kinds={"promotion": "promotion", "rollback": "rollback", "rejection-revert": "reverted"},
    serves="champion now",
    rollback_hint="To go back to the model before, run this on the server; `--to` picks a number.",
    shadow_title="Shadow comparison",
    shadow_none="No model reads in shadow at the moment.",
    shadow_about="{challenger} reads the same crops beside {champion}. What it reads is shown to nobody.",
    shadow_readings={
        "same": "read the same",
        "different": "read differently",
        "dropped": "left out",
        "failed": "failed",
    },
    shadow_right={
        "both": "both right",
        "champion": "only the champion right",
        "challenger": "only the challenger right",
        "neither": "neither right",
    },
    shadow_confidence="Mean confidence: champion {champion}, challenger {challenger}",
    shadow_failed="The shadow comparison cannot be loaded.",
    labels_title="Correction rate and confidence",
    labels_none="No label has been confirmed yet.",
    labels_note="Counts only what shoppers confirmed or corrected. Vertical lines: the champion changed.",
    by_day="By day",
    by_block="By {count}",
    axis_time="Time",
    axis_share="Share (%)",
    series_corrected="correction rate",
    series_confidence="mean confidence",
    versions_title="Dataset versions",
    versions_none="There is no dataset version yet.",
    column_parent="Builds on",
    column_created="Created",
    column_left_out="Left out for review",
    column_synthetic="Synthetic",
    sides={"training": "Training", "evaluation": "Evaluation", "unreadable": "Unreadable"},
    card_title="Card of {version}",
    card_choose="Version to look at",
    card_tables={
        "source": "Source",
        "status": "Label",
        "brand format": "Brand format",
        "length": "Length",
        "character": "Character",
        "quarter turns": "Quarter turns",
        "mean light": "Brightness",
    },
    sheet_title="Contact sheet",
    sheet_none="This version has no contact sheet.",
    cycle_title="Ask for training",
    cycle_about=(
        "A cycle trains a challenger and takes it only if it beats the champion. The app does not train; it asks a "
        "worker."
    ),
    listening="Workers listening: {count}",
    listening_none=(
        "No worker is listening. A request stays and begins once one is started: `python -m datasets cycle --watch`"
    ),
    cycle_version="Version to train on",
    cycle_next="A new one from the labels so far",
    cycle_why="Why (optional)",
    cycle_button="Ask for a cycle",
    cycle_requested="Asked.",
    cycle_none="No cycle is under way.",
    cycle_asked="asked {time} · {by}",
    cycle_waits="Waits for a worker.",
    cycle_waits_alone="Waits; no worker is listening.",
    cycle_works="{worker} is on it",
    cycle_count="{stage}: {done} of {total}",
    cycle_on="Training on {version}",
    stages={
        "version": "Version",
        "prepare": "Prepare",
        "train": "Train",
        "export": "Export",
        "evaluate": "Evaluate",
        "report": "Decide",
    },
    review_title="Labels to look at again",
    review_about="Hard to believe, or contradicting each other. Until somebody decides they stay out of training.",
    review_none="No label waits for a second look.",
    review_more="{count} more are waiting.",
    review_reasons={
        "contradiction": "Labels of this picture disagree",
        "far from a sure reading": "Far from a sure reading",
        "client contradicts": "One person corrected many sure readings",
    },
    review_read="Read",
    review_label={"accepted": "Accepted", "corrected": "Corrected to", "unreadable": "Marked"},
    review_others="Other labels",
    review_unreadable="unreadable",
    review_no_text="no text",
    review_no_picture="The picture cannot be loaded.",
    review_line="The right line",
    keep="Keep",
    fix="Fix",
    drop="Drop",
    judged={
        "keep": "Kept: {text}",
        "fix": "Fixed: {text}",
        "drop": "Dropped, no later version will hold it: {text}",
    },
    judged_moved="The label has changed meanwhile. Please look at the list again.",
    judged_bad_text="Some characters cannot be used. Please type letters, digits and - . / # : ( ) + & only.",
)

DATA_TEXTS: Final[Mapping[Language, DataTexts]] = {"ko": KOREAN, "en": ENGLISH}
