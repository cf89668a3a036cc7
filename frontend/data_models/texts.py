"""Every sentence of the page "Data and models"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from frontend.data_models.review_texts import ReviewTexts
from frontend.language import Language, Words

Section = Literal["models", "data", "cycle", "review"]


class DataTexts(ReviewTexts):
    """The page in one language."""

    page = Words(ko="데이터와 모델", en="Data and models")
    faults = Words(
        ko="지금 읽을 수 없는 것이 있어요. 무엇인지는 서버 로그에 적혀 있어요.",
        en="Some of it cannot be read right now.",
    )
    set_aside = Words(
        ko=(
            "저장된 기록 {count}개가 손상되었거나 잘못되어 따로 두었어요. 나머지는 그대로 쓰고 있어요."
            " `.venv/bin/python -m datasets verify`가 이름을 알려 줘요."
        ),
        en=(
            "Records set aside because they are wrong, damaged or not signed: {count}. Everything else goes on; "
            "`.venv/bin/python -m datasets verify` names them."
        ),
    )
    sections: Words[Mapping[Section, str]] = Words(
        ko={"models": "모델", "data": "데이터", "cycle": "학습", "review": "검토"},
        en={"models": "Models", "data": "Data", "cycle": "Training", "review": "Review"},
    )
    section_review_count = Words(ko="검토 {count}", en="Review {count}")
    # At a glance
    tile_champion = Words(ko="지금 읽는 모델", en="Reads now")
    tile_shipped = Words(ko="기본 모델", en="the shipped model")
    tile_entry = Words(ko="챔피언 {number}번", en="champion no. {number}")
    tile_labels = Words(ko="확인된 라벨", en="Confirmed labels")
    tile_labels_note = Words(ko="사진 {crops}장", en="on {crops} crops")
    tile_labels_note_one = Words(ko="사진 1장", en="on 1 crop")
    tile_queue = Words(ko="버킷 전송 대기", en="Waiting for the bucket")
    tile_queue_sent = Words(ko="모두 보냈어요", en="everything is sent")
    tile_queue_age = Words(ko="가장 오래된 것 {age}", en="the oldest for {age}")
    tile_queue_failed = Words(ko="마지막 전송 실패", en="last try failed")
    tile_review = Words(ko="검토 대기", en="Waiting for review")
    tile_rate = Words(ko="수정된 비율", en="Correction rate")
    tile_confidence = Words(ko="평균 확신도", en="Mean confidence")
    tile_last_note = Words(ko="최근 라벨 {count}개", en="last {count} labels")
    age_units = Words(
        ko={"seconds": "{count}초", "minutes": "{count}분", "hours": "{count}시간", "days": "{count}일"},
        en={"seconds": "{count} s", "minutes": "{count} min", "hours": "{count} h", "days": "{count} days"},
    )
    choose = Words(ko="골라 주세요", en="Choose an option")
    # Accuracy
    accuracy_title = Words(ko="버전별 정확도", en="Accuracy by version")
    accuracy_none = Words(ko="아직 끝난 학습이 없어요.", en="No training cycle has finished yet.")
    accuracy_set = Words(ko="평가 세트", en="Evaluation set")
    accuracy_note = Words(
        ko=(
            "한 번의 학습에서 두 모델은 같은 사진을 읽어요. 사진은 학습마다 다를 수 있어서, 점은 같은 버전 안에서만"
            " 비교해 주세요. 막대는 95% 구간이에요."
        ),
        en=(
            "In one cycle both models read the same crops. Crops may differ from cycle to cycle, so compare "
            "points of one version only. Bars are 95% intervals."
        ),
    )
    axis_accuracy = Words(ko="정확도 (%)", en="Accuracy (%)")
    series_champion = Words(ko="챔피언", en="champion")
    series_challenger = Words(ko="도전 모델: {outcome}", en="challenger, {outcome}")
    outcomes = Words(
        ko={"accepted": "채택", "rejected": "기각", "failed": "실패", "none": "학습 전"},
        en={"accepted": "accepted", "rejected": "rejected", "failed": "failed", "none": "not trained yet"},
    )
    column_version = Words(ko="버전", en="Version")
    column_verdict = Words(ko="판정", en="Verdict")
    column_crops = Words(ko="사진", en="Crops")
    column_champion = Words(ko="챔피언", en="Champion")
    column_challenger = Words(ko="도전 모델", en="Challenger")
    column_difference = Words(ko="차이 (95% 구간)", en="Difference (95% interval)")
    column_ended = Words(ko="끝난 때", en="Ended")
    column_reason = Words(ko="이유", en="Why")
    report_label = Words(ko="보고서", en="Report")
    report_button = Words(ko="보고서 받기", en="Get the report")
    # Champions
    champions_title = Words(ko="챔피언 기록", en="Champion history")
    champions_none = Words(
        ko="아직 챔피언이 없어요. 기본 모델이 읽고 있어요.", en="There is no champion yet; the shipped model reads."
    )
    column_number = Words(ko="번호", en="No.")
    column_model = Words(ko="모델", en="Model")
    column_kind = Words(ko="종류", en="Kind")
    column_since = Words(ko="바뀐 때", en="Since")
    column_trained_on = Words(ko="학습 데이터", en="Trained on")
    column_by = Words(ko="누가", en="By")
    kinds = Words(
        ko={"promotion": "승격", "rollback": "되돌림"},
        en={"promotion": "promotion", "rollback": "rollback"},
    )
    serves = Words(ko="지금 챔피언", en="champion now")
    unsigned = Words(ko="서명이 없어서 쓰지 않아요", en="not signed, so it is not used")
    rollback_hint = Words(
        ko="이전 모델로 되돌리려면 서버에서 실행해 주세요. `--to`로 번호를 고를 수 있어요.",
        en="To go back to the model before, run this on the server; `--to` picks a number.",
    )
    # Shadow
    shadow_title = Words(ko="그림자 비교", en="Shadow comparison")
    shadow_none = Words(ko="지금은 그림자로 읽는 모델이 없어요.", en="No model reads in shadow at the moment.")
    shadow_about = Words(
        ko="{challenger} 모델이 {champion} 모델 옆에서 같은 사진을 읽고 있어요. 결과는 보여 주지 않아요.",
        en="{challenger} reads the same crops beside {champion}. Its readings are not shown.",
    )
    shadow_readings = Words(
        ko={"same": "같게 읽음", "different": "다르게 읽음", "dropped": "건너뜀", "failed": "실패"},
        en={"same": "read the same", "different": "read differently", "dropped": "left out", "failed": "failed"},
    )
    shadow_right = Words(
        ko={
            "both": "둘 다 맞음",
            "champion": "챔피언만 맞음",
            "challenger": "도전 모델만 맞음",
            "neither": "둘 다 틀림",
        },
        en={
            "both": "both right",
            "champion": "only the champion right",
            "challenger": "only the challenger right",
            "neither": "neither right",
        },
    )
    shadow_confidence = Words(
        ko="평균 확신도: 챔피언 {champion}, 도전 모델 {challenger}",
        en="Mean confidence: champion {champion}, challenger {challenger}",
    )
    shadow_failed = Words(ko="그림자 비교를 불러올 수 없어요.", en="The shadow comparison cannot be loaded.")
    # Canary
    canary_title = Words(ko="일부 손님에게 보여 주는 새 모델", en="Canary")
    canary_about = Words(
        ko="{challenger} 모델이 요청의 {share}에 {champion} 대신 답하고 있어요. 더 나쁘면 스스로 되돌아가요.",
        en="{challenger} answers {share} of the requests in place of {champion}. It is taken back by itself if it does "
        "worse.",
    )
    canary_returned = Words(
        ko="{at}: {why} {challenger} 모델을 되돌렸어요. 이제 챔피언이 모두 답해요.",
        en="{at}: {challenger} was taken back {why}. The champion answers all requests.",
    )
    canary_why = Words(
        ko={"corrections": "손님이 더 많이 고쳐서", "failures": "더 자주 실패해서"},
        en={
            "corrections": "because shoppers corrected more of its readings",
            "failures": "because it failed more often",
        },
    )
    canary_challenger_corrected = Words(ko="고침 · 새 모델", en="corrected, challenger")
    canary_champion_corrected = Words(ko="고침 · 챔피언", en="corrected, champion")
    canary_challenger_failures = Words(ko="실패 · 새 모델", en="failed, challenger")
    canary_champion_failures = Words(ko="실패 · 챔피언", en="failed, champion")
    canary_of = Words(ko="{whole}번 중", en="of {whole}")
    canary_failed = Words(ko="새 모델의 상태를 불러올 수 없어요.", en="The canary's state cannot be loaded.")
    # Labels
    labels_title = Words(ko="수정 비율과 확신도", en="Correction rate and confidence")
    labels_none = Words(ko="아직 확인된 라벨이 없어요.", en="No label has been confirmed yet.")
    labels_note = Words(
        ko="손님이 확인하거나 고친 것만 세었어요. 세로선은 챔피언이 바뀐 때예요.",
        en="Counts only what shoppers confirmed or corrected. Vertical lines: the champion changed.",
    )
    by_day = Words(ko="날짜별", en="By day")
    by_block = Words(ko="{count}개씩", en="By {count}")
    axis_time = Words(ko="때", en="Time")
    axis_share = Words(ko="비율 (%)", en="Share (%)")
    series_corrected = Words(ko="수정된 비율", en="correction rate")
    series_confidence = Words(ko="평균 확신도", en="mean confidence")
    # Versions
    versions_title = Words(ko="데이터 버전", en="Dataset versions")
    versions_none = Words(ko="아직 데이터 버전이 없어요.", en="There is no dataset version yet.")
    column_parent = Words(ko="바탕", en="Builds on")
    column_created = Words(ko="만든 때", en="Created")
    column_author = Words(ko="만든 사람", en="Made by")
    version_withheld = Words(
        ko="볼 수 없는 프로젝트의 사진이 있어서, 이 버전은 수만 보여 줘요.",
        en="This version holds crops of projects that you do not see, so only its numbers are shown.",
    )
    column_left_out = Words(ko="검토 대기로 제외", en="Left out for review")
    column_synthetic = Words(ko="합성", en="Synthetic")
    sides = Words(
        ko={"training": "학습", "evaluation": "평가", "unreadable": "읽을 수 없음"},
        en={"training": "Training", "evaluation": "Evaluation", "unreadable": "Unreadable"},
    )
    card_title = Words(ko="{version} 카드", en="Card of {version}")
    card_choose = Words(ko="카드를 볼 버전", en="Version to look at")
    card_tables = Words(
        ko={
            "source": "출처",
            "status": "라벨",
            "brand format": "브랜드 형식",
            "length": "글자 수",
            "character": "글자",
            "quarter turns": "돌린 횟수",
            "mean light": "밝기",
        },
        en={
            "source": "Source",
            "status": "Label",
            "brand format": "Brand format",
            "length": "Length",
            "character": "Character",
            "quarter turns": "Quarter turns",
            "mean light": "Brightness",
        },
    )
    sheet_title = Words(ko="사진 모음", en="Contact sheet")
    sheet_none = Words(ko="이 버전에는 사진 모음이 없어요.", en="This version has no contact sheet.")
    # Cycle
    cycle_title = Words(ko="학습 요청", en="Ask for training")
    cycle_about = Words(
        ko="도전 모델을 학습하고, 챔피언보다 나을 때만 바꿔요. 앱은 학습하지 않고 워커에 부탁해요.",
        en=(
            "A cycle trains a challenger and takes it only if it beats the champion. The app does not train;"
            " it asks a worker."
        ),
    )
    cycle_projects = Words(
        ko=(
            "비공개 프로젝트의 사진과 라벨도 학습에 쓰여요. 빼려면 「둘러보기」에서 `not project = 이름`으로 찾아 "
            "버전을 만들고 그 버전을 골라 주세요."
        ),
        en=(
            "Private projects' crops and labels are trained on, too. To leave some out, find `not project = NAME` on "
            "“Explore”, make a version of that, and choose it here."
        ),
    )
    listening = Words(ko="워커 {count}개가 듣고 있어요.", en="Workers listening: {count}")
    listening_none = Words(
        ko=(
            "지금 듣고 있는 워커가 없어요. 요청은 남아 있다가 워커가 켜지면 시작해요: `make train-setup`, 그다음 "
            "`.venv-dev/bin/python -m datasets cycle --watch`"
        ),
        en=(
            "No worker is listening. A request stays and begins once one is started: `make train-setup`, then "
            "`.venv-dev/bin/python -m datasets cycle --watch`"
        ),
    )
    cycle_version = Words(ko="학습할 버전", en="Version to train on")
    cycle_next = Words(ko="지금까지의 라벨로 새 버전 만들기", en="A new one from the labels so far")
    cycle_why = Words(ko="이유 (선택)", en="Why (optional)")
    cycle_button = Words(ko="학습 요청하기", en="Ask for a cycle")
    cycle_requested = Words(ko="요청했어요.", en="Asked.")
    cycle_waited = Words(
        ko="같은 요청이 이미 기다리고 있어서 새로 만들지 않았어요.",
        en="The same request already waits; no second one was made.",
    )
    cycle_withdraw = Words(ko="요청 취소", en="Take back")
    cycle_none = Words(ko="진행 중인 학습이 없어요.", en="No cycle is under way.")
    cycle_asked = Words(ko="{time} 요청 · {by}", en="asked {time} · {by}")
    cycle_waits = Words(ko="워커를 기다리고 있어요.", en="Waits for a worker.")
    cycle_waits_alone = Words(ko="듣는 워커가 없어서 기다리고 있어요.", en="Waits; no worker is listening.")
    cycle_works = Words(ko="{worker} 작업 중", en="{worker} is on it")
    cycle_count = Words(ko="{stage}: {total} 중 {done}", en="{stage}: {done} of {total}")
    cycle_on = Words(ko="{version} 학습", en="Training on {version}")
    stages = Words(
        ko={
            "version": "버전 만들기",
            "prepare": "준비",
            "train": "학습",
            "export": "내보내기",
            "evaluate": "평가",
            "report": "판정",
        },
        en={
            "version": "Version",
            "prepare": "Prepare",
            "train": "Train",
            "export": "Export",
            "evaluate": "Evaluate",
            "report": "Decide",
        },
    )


TEXTS: Final[Mapping[Language, DataTexts]] = {language: DataTexts(language) for language in get_args(Language)}
