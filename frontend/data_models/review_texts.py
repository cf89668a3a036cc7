"""The sentences about labels that wait for a second look, and about who has said what."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.language import Words
from frontend.team_entry import EntryTexts


class ReviewTexts(EntryTexts):
    """The part of the page that reviews labels, in one language."""

    # Second looks
    review_title = Words(ko="다시 볼 사진", en="Pictures to look at again")
    review_about = Words(
        ko=(
            "믿기 어렵거나 서로 다른 라벨이 있는 사진이에요. 맞는 글자를 누르면 그 사진의 라벨이 모두 정리돼요."
            " 그전까지는 자동 학습에 쓰지 않아요."
        ),
        en=(
            "Pictures whose labels are hard to believe or disagree. Press what is right: that settles all labels of "
            "the picture. They stay out of training until then."
        ),
    )
    review_none = Words(ko="다시 볼 사진이 없어요.", en="No picture waits for a second look.")
    review_more = Words(ko="{count}개가 더 있어요.", en="{count} more are waiting.")
    review_reasons = Words(
        ko={
            "contradiction": "같은 사진의 라벨이 서로 달라요",
            "contradicts a sure reading": "확실하게 읽은 것과 달라요",
            "asked": "팀에서 다시 봐 달라고 했어요",
            "client contradicts": "한 사람이 확실한 결과를 여러 번 고쳤어요",
            "unproven": "아직 아무도 확인하지 않았거나, 이 서버가 읽은 것이라는 증명이 없어요",
        },
        en={
            "contradiction": "Labels of this picture disagree",
            "contradicts a sure reading": "Contradicts a sure reading",
            "asked": "The team wants it looked at",
            "client contradicts": "One person corrected many sure readings",
            "unproven": "Nobody has confirmed it, or nothing proves that this service had read it",
        },
    )
    # A line of who says so: `a shopper (c-1) · corrected · 2026-06-21 21:01`
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
    says = Words(
        ko={"accepted": "맞다고 함", "corrected": "이렇게 고침", "unreadable": "읽을 수 없다고 함"},
        en={"accepted": "accepted", "corrected": "corrected to it", "unreadable": "said so"},
    )
    reads_now = Words(ko="지금 이렇게 읽음", en="reads it now")
    read_then = Words(ko="그때 이렇게 읽음", en="had read it")
    review_unreadable = Words(ko="읽을 수 없음", en="unreadable")
    review_no_text = Words(ko="글자 없음", en="no text")
    review_no_picture = Words(ko="사진을 불러올 수 없어요.", en="The picture cannot be loaded.")
    review_line = Words(ko="다른 글자가 맞다면", en="Or another line")
    fix = Words(ko="고치기", en="Fix")
    drop = Words(ko="버리기", en="Drop")
    judged = Words(
        ko={
            "keep": "이 글자로 정했어요: {text}",
            "fix": "고쳤어요: {text}",
            "drop": "버렸어요. 앞으로 만드는 버전에 넣지 않아요: {text}",
        },
        en={
            "keep": "Settled: {text}",
            "fix": "Fixed: {text}",
            "drop": "Dropped, no later version will hold it: {text}",
        },
    )
    undo_last = Words(ko="되돌리기: {text}", en="Undo: {text}")
    undone = Words(ko="되돌렸어요. 사진이 다시 기다려요: {text}", en="Undone, the picture waits as before: {text}")
