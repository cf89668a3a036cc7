"""The sentences of what is done with labels that are selected or found."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.language import Words
from frontend.team_entry import EntryTexts


class ActionTexts(EntryTexts):
    """The part of the page that acts on many labels, in one language."""

    # The line while it is typed, and its parts
    chips: Words[Mapping[str, str]] = Words(
        ko={
            "parts": "검색 조건",
            "and": "그리고",
            "or": "또는",
            "not": "아님",
            "turn": "그리고와 또는 바꾸기",
            "add": "조건 더하기",
            "addGroup": "괄호 더하기",
            "edit": "고치기",
            "remove": "지우기",
            "cancel": "그만두기",
            "keep": "적용",
            "field": "항목",
            "operator": "비교",
            "value": "값",
            "unfinished": "…",
            "meant": "이것을 찾으셨나요?",
        },
        en={
            "parts": "Parts of the search",
            "and": "AND",
            "or": "OR",
            "not": "NOT",
            "turn": "change between AND and OR",
            "add": "Add a comparison",
            "addGroup": "Add brackets",
            "edit": "Edit",
            "remove": "Remove",
            "cancel": "Cancel",
            "keep": "Apply",
            "field": "Field",
            "operator": "Operator",
            "value": "Value",
            "unfinished": "…",
            "meant": "Did you mean",
        },
    )
    # What is acted upon
    scope = Words(ko="무엇을", en="Which labels")
    scope_selected = Words(ko="고른 것 ({count})", en="Selected ({count})")
    scope_found = Words(ko="찾은 것 모두 ({count})", en="All that are found ({count})")
    scope_sure = Words(ko="네, 찾은 라벨 {count}개 모두예요", en="Yes, all {count} labels that are found")
    count_unknown = Words(ko="?", en="?")
    # Tags
    tags = Words(ko="태그", en="Tags")
    tags_which = Words(ko="줄 태그나 뗄 태그", en="Tags to give or take")
    tags_placeholder = Words(ko="고르거나 새로 적어요", en="Choose, or type a new one")
    tags_give = Words(ko="{count}개에 달기", en="Give to {count}")
    tags_take = Words(ko="{count}개에서 떼기", en="Take from {count}")
    tags_given = Words(ko="사진 {count}장에 달았어요: {tags}.", en="Given to {count} crops: {tags}.")
    tags_taken = Words(ko="사진 {count}장에서 뗐어요: {tags}.", en="Taken from {count} crops: {tags}.")
    # Projects
    as_guest = Words(
        ko="누구나 볼 수 있는 프로젝트의 사진이에요. 고치려면 로그인해 주세요.",
        en="These are crops of public projects. To change anything, please sign in.",
    )
    project_join = Words(ko="{count}개를 프로젝트에 넣기", en="Put {count} into the project")
    project_leave = Words(ko="{count}개를 프로젝트에서 빼기", en="Take {count} out of the project")
    project_joined = Words(
        ko="사진 {count}장을 프로젝트에 넣었어요: {tags}.", en="{count} crops were put into: {tags}."
    )
    project_left = Words(
        ko="사진 {count}장을 프로젝트에서 뺐어요: {tags}.", en="{count} crops were taken out of: {tags}."
    )
    # Saved searches
    saved_more = Words(ko="더 보기", en="More")
    saved_save = Words(ko="검색 저장", en="Save search")
    saved_edit = Words(ko="저장한 검색", en="Saved search")
    saved_name = Words(ko="이름", en="Name")
    saved_about = Words(ko="팀 모두에게 보여요.", en="Everybody in the team sees it.")
    saved_keep = Words(ko="저장", en="Save")
    saved_rename = Words(ko="이름 바꾸기", en="Rename")
    saved_delete = Words(ko="삭제", en="Delete")
    saved_replace = Words(ko="‘{name}’을(를) 이 검색으로 바꾸기", en="Let “{name}” find this")
    # What becomes of them
    use = Words(ko="활용", en="Use")
    use_review = Words(ko="다시 보기로 보내기", en="Send to review")
    use_zip = Words(ko="사진 받기 (zip)", en="Crops (zip)")
    use_csv = Words(ko="표 받기 (CSV)", en="Table (CSV)")
    use_bounds = Words(
        ko=(
            "사진이 든 파일에는 라벨 2,000개 또는 64 MiB까지, 표에는 20,000줄까지 들어가요. "
            "CSV와 Parquet은 표이고, Parquet에는 특징도 있어요."
        ),
        en=(
            "A file with crops (zip, WebDataset, LMDB) holds 2,000 labels or 64 MiB, "
            "a table (CSV, Parquet with features) 20,000 lines."
        ),
    )
    use_version = Words(ko="데이터셋 버전", en="Dataset version")
    use_version_hint = Words(ko="비우면 다음 이름", en="Empty: the next name")
    use_cycle = Words(ko="이 버전으로 학습도 요청하기", en="Ask for a training cycle on it, too")
    use_freeze = Words(ko="버전으로 만들기", en="Make the version")
    frozen = Words(
        ko="버전 **{name}**을(를) 만들었어요: 학습 {training}, 평가 {evaluation}, 읽을 수 없음 {unreadable}.",
        en="Made version **{name}**: {training} to train on, {evaluation} to evaluate on, {unreadable} unreadable.",
    )
    frozen_left_out = Words(ko="다시 봐야 하는 {count}장은 뺐어요.", en="{count} wait for a second look and stay out.")
    frozen_cycle = Words(ko="학습을 요청했어요.", en="A cycle is asked for.")
    teach = Words(ko="가장 도움 되는 100장", en="100 that teach most")
