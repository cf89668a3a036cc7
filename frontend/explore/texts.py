"""Every sentence of the page "Explore"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from frontend.client.answers import LabelStatus
from frontend.client.explorer_answers import Change, Order
from frontend.explore.action_texts import ActionTexts
from frontend.language import Language, Words

EXAMPLES: Final = (
    "status = corrected and confidence > 0.9",
    "brand in (nike, vans) and not status = accepted",
    'text contains "COLOR" or length > 20',
    "at >= 2026-05-01 and turn != 0",
    "tag = blurry and not source = review-dropped",
    "sharpness < 0.2 or doubt > 0.8",
)


class ExploreTexts(ActionTexts):
    """The page in one language."""

    page = Words(ko="둘러보기", en="Explore")
    # The search
    search_label = Words(ko="찾기", en="Search")
    search_hint = Words(ko="비우면 모두 보여 줘요", en="Empty shows everything")
    order_label = Words(ko="순서", en="Order")
    orders: Words[Mapping[Order, str]] = Words(
        ko={
            "newest": "최근 것부터",
            "oldest": "오래된 것부터",
            "surest": "확신도 높은 것부터",
            "least sure": "확신도 낮은 것부터",
            "most doubtful": "의심스러운 것부터",
            "sharpest": "선명한 것부터",
            "least sharp": "흐린 것부터",
            "brightest": "밝은 것부터",
            "darkest": "어두운 것부터",
            "most contrast": "대비 높은 것부터",
            "least contrast": "대비 낮은 것부터",
        },
        en={
            "newest": "Newest first",
            "oldest": "Oldest first",
            "surest": "Surest first",
            "least sure": "Least sure first",
            "most doubtful": "Most doubtful first",
            "sharpest": "Sharpest first",
            "least sharp": "Most blurred first",
            "brightest": "Brightest first",
            "darkest": "Darkest first",
            "most contrast": "Most contrast first",
            "least contrast": "Least contrast first",
        },
    )
    bad_search_at = Words(
        ko="검색식의 {position}번째 글자부터 알아듣지 못했어요.",
        en="The search cannot be understood from character {position} on.",
    )
    meant = Words(ko="이것을 찾으셨나요?", en="Did you mean this?")
    help = Words(ko="검색식 쓰는 법", en="How to search")
    help_text = Words(
        ko=(
            "항목을 값과 비교해요: `=` `!=` `<` `<=` `>` `>=` `in (…)` `contains`. "
            "`and`, `or`, `not`과 괄호로 이어요. 빈칸이 있는 값은 따옴표로 감싸요."
        ),
        en=(
            "Compare a field with a value: `=` `!=` `<` `<=` `>` `>=` `in (…)` `contains`. "
            "Join comparisons by `and`, `or`, `not` and brackets. Quote a value that has spaces."
        ),
    )
    fields: Words[Mapping[str, str]] = Words(
        ko={
            "status": "`accepted`, `corrected`, `unreadable`",
            "text": "확인된 줄 (빈칸 없이)",
            "code": "그 안의 품번",
            "brand": "형식이 맞는 브랜드",
            "length": "글자 수",
            "read_text": "모델이 읽은 줄",
            "confidence": "읽었을 때의 확신도, 0부터 1까지",
            "model, model_version": "읽은 모델과 그 버전",
            "source": "`app`, `review`, `review-fixed`, `review-dropped`, `unproven`, `upload` …",
            "tag": "사진에 붙인 태그",
            "project": "사진이 속한 프로젝트의 ID. 어디에도 없으면 none",
            "client": "손님 브라우저의 가명",
            "at": "확인한 때, 예: `2026-05-01`",
            "turn": "시계 방향 4분의 1회전, 0부터 3까지",
            "width, height": "사진의 크기 (픽셀)",
            "doubt": "라벨을 믿기 어려운 정도, 0부터 1까지",
            "sharpness, light, contrast": "사진의 선명도, 밝기, 대비; 들어온 뒤에 재요",
            "crop": "사진의 이름 (64자리)",
        },
        en={
            "status": "`accepted`, `corrected`, `unreadable`",
            "text": "the confirmed line, without spaces",
            "code": "the code in it",
            "brand": "a brand whose format fits",
            "length": "characters of the line",
            "read_text": "what the model had read",
            "confidence": "of that reading, 0 to 1",
            "model, model_version": "that read, and its version",
            "source": "`app`, `review`, `review-fixed`, `review-dropped`, `unproven`, `upload` …",
            "tag": "a tag of the crop",
            "project": "id of a project that the crop belongs to; none for crops of no project",
            "client": "pseudonym of the shopper's browser",
            "at": "when it was confirmed, such as `2026-05-01`",
            "turn": "quarter turns clockwise, 0 to 3",
            "width, height": "of the crop in pixels",
            "doubt": "how hard the label is to believe, 0 to 1",
            "sharpness, light, contrast": "of the crop, measured after it has come",
            "crop": "name of the crop, 64 digits",
        },
    )
    help_examples = Words(ko="예", en="Examples")
    # The pages
    count_exact = Words(ko="라벨 {count}개", en="{count} labels")
    count_one = Words(ko="라벨 1개", en="1 label")
    count_about = Words(ko="라벨 약 {count}개", en="about {count} labels")
    unmeasured = Words(
        ko="아직 재지 못한 사진 {count}장은 이 순서에 없어요.",
        en="Not in this order yet: {count} crops that are still to be measured.",
    )
    doubt = Words(ko="의심", en="doubt")
    place = Words(ko="{first}–{last}번째", en="{first} to {last}")
    nothing = Words(ko="이 조건에 맞는 라벨이 없어요.", en="No label fits this search.")
    before = Words(ko="이전", en="Back")
    further = Words(ko="다음", en="Next")
    grid_label = Words(
        ko="사진들. 화살표로 움직이고, 엔터로 열고, 스페이스로 골라요.",
        en="Crops. Arrow keys move, Enter opens, Space selects.",
    )
    select_one = Words(ko="고르기", en="Select")
    # What is said of a label
    statuses: Words[Mapping[LabelStatus, str]] = Words(
        ko={"accepted": "읽은 대로 확인", "corrected": "고침", "unreadable": "읽을 수 없음"},
        en={"accepted": "confirmed as read", "corrected": "corrected", "unreadable": "unreadable"},
    )
    sources: Words[Mapping[str, str]] = Words(
        ko={
            "app": "손님",
            "review": "팀이 확인함",
            "review-fixed": "팀이 고침",
            "review-dropped": "팀이 뺌",
            "unproven": "증명되지 않음",
            "upload": "올린 라벨",
        },
        en={
            "app": "a shopper",
            "review": "checked by the team",
            "review-fixed": "changed by the team",
            "review-dropped": "dropped by the team",
            "unproven": "unproven",
            "upload": "came with an upload",
        },
    )
    dropped = Words(ko="뺌", en="dropped")
    no_text = Words(ko="글자 없음", en="no text")
    lines_seen = Words(ko="글줄 {count}개", en="lines: {count}")
    disagrees = Words(ko="정답과 다름", en="not as the label")
    taken_back = Words(ko="취소됨", en="taken back")
    undone = Words(ko="되돌림", en="undone")
    undone_by = Words(ko="{name}님이 되돌림", en="undone by {name}")
    # The details
    details_none = Words(
        ko="사진을 누르면 여기에 자세히 보여요. 왼쪽 위 칸으로 여러 장을 골라요.",
        en="Press a crop to see it here. The box in its corner selects several.",
    )
    no_picture = Words(ko="사진을 읽을 수 없어요.", en="The picture cannot be read.")
    read = Words(ko="읽은 결과", en="Read as")
    said_by = Words(ko="누가", en="By")
    code = Words(ko="품번", en="Code")
    brand = Words(ko="브랜드 형식", en="Brand format")
    model = Words(ko="모델", en="Model")
    confirmed_at = Words(ko="확인한 때", en="Confirmed")
    size = Words(ko="크기", en="Size")
    turn = Words(ko="회전", en="Turned")
    turned = Words(ko="시계 방향 {degrees}°", en="{degrees}° clockwise")
    client = Words(ko="손님", en="Shopper")
    light = Words(ko="밝기", en="Light")
    contrast = Words(ko="대비", en="Contrast")
    sharpness = Words(ko="선명도", en="Sharpness")
    others = Words(ko="이 사진의 다른 라벨", en="Other labels of this crop")
    versions = Words(ko="들어 있는 버전", en="In versions")
    versions_none = Words(ko="아직 없음", en="none yet")
    sides: Words[Mapping[str, str]] = Words(
        ko={"training": "학습", "evaluation": "평가", "unreadable": "읽을 수 없음"},
        en={"training": "training", "evaluation": "evaluation", "unreadable": "unreadable"},
    )
    history = Words(ko="지나온 기록", en="History")
    # Changes
    line = Words(ko="맞는 글자", en="The right line")
    line_for_all = Words(ko="고른 것 모두에 맞는 글자", en="The right line of all selected")
    names: Words[Mapping[Change, str]] = Words(
        ko={"fix": "고치기", "keep": "맞아요", "drop": "빼기", "unreadable": "읽을 수 없음", "undo": "되돌리기"},
        en={"fix": "Fix", "keep": "Right", "drop": "Drop", "unreadable": "Unreadable", "undo": "Undo"},
    )
    selected = Words(ko="{count}장 골랐어요", en="{count} selected")
    select_page = Words(ko="이 쪽 모두 고르기", en="Select this page")
    clear = Words(ko="선택 풀기", en="Clear")
    changed: Words[Mapping[Change, str]] = Words(
        ko={
            "fix": "{count}개를 고쳤어요.",
            "keep": "{count}개가 맞다고 저장했어요.",
            "drop": "{count}개를 뺐어요. 앞으로 만드는 버전에 들어가지 않아요.",
            "unreadable": "{count}개를 읽을 수 없다고 저장했어요.",
            "undo": "{count}개를 되돌렸어요.",
        },
        en={
            "fix": "Fixed: {count}.",
            "keep": "Kept as right: {count}.",
            "drop": "Dropped: {count}. No later version takes them.",
            "unreadable": "Marked unreadable: {count}.",
            "undo": "Undone: {count}.",
        },
    )
    unchanged = Words(ko="바꾸지 못한 것 {count}개:", en="Not changed: {count}.")


EXPLORE_TEXTS: Final[Mapping[Language, ExploreTexts]] = {"ko": ExploreTexts("ko"), "en": ExploreTexts("en")}
