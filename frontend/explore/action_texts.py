"""The sentences of what is done with labels that are selected or found."""

from __future__ import annotations

from frontend.language import Words
from frontend.team_entry import EntryTexts


class ActionTexts(EntryTexts):
    """The part of the page that acts on many labels, in one language."""

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
