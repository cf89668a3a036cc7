"""Every sentence of the history."""

from __future__ import annotations

from frontend.language import Texts, Words


class HistoryTexts(Texts):
    """The history in one language."""

    title = Words(ko="최근에 본 태그", en="Seen lately")
    where = Words(
        ko="이 브라우저에만 남아요. 누르면 가격을 다시 보여 드려요.",
        en="Kept in this browser only. Press one to see its price again.",
    )
    remove = Words(ko="지우기", en="Remove")
    clear = Words(ko="모두 지우기", en="Remove all")
    sure = Words(ko="최근에 본 태그를 모두 지울까요?", en="Remove all that was seen lately?")
