"""Every sentence of the page "Digits and PIN"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from frontend.language import Language, Texts, Words


class DigitTexts(Texts):
    """The page in one language."""

    page = Words(ko="숫자와 PIN", en="Digits and PIN")
    tab_digit = Words(ko="숫자 하나", en="One digit")
    tab_pin = Words(ko="PIN 네 자리", en="Four-digit PIN")
    back = Words(ko="태그 읽기", en="Read a tag")

    off = Words(
        ko="이 서버는 손글씨 숫자를 읽지 않아요. 설정 TAGS_DOMAINS에 digits를 넣어 주세요.",
        en="This server reads no drawn digits. Add digits to the setting TAGS_DOMAINS.",
    )
    draw_here = Words(
        ko="0부터 9까지 숫자 하나를 그려 주세요. 손을 떼면 바로 읽어요.",
        en="Draw one digit from 0 to 9. It is read as soon as you stop.",
    )
    pen = Words(ko="펜 굵기", en="Pen width")
    clear = Words(ko="지우기", en="Clear")
    tools_hint = Words(
        ko="그림판 위의 화살표는 한 획씩 되돌리고, 휴지통은 모두 지워요.",
        en="Above the canvas, the arrows take back one stroke at a time, and the bin clears it.",
    )
    undo = Words(ko="한 획 되돌리기", en="Undo a stroke")
    redo = Words(ko="다시 그리기", en="Redo")
    empty = Words(ko="아직 아무것도 그리지 않았어요", en="Nothing drawn")
    no_digit = Words(ko="숫자가 아니에요", en="Not a digit")
    no_digit_short = Words(ko="숫자 아님", en="not a digit")
    reading = Words(ko="읽는 중이에요…", en="Reading…")
    likely = Words(ko="{probability} 확실해요", en="{probability} sure")
    bars = Words(ko="숫자마다의 확률", en="Probability of each digit")
    best = Words(ko="가장 높음", en="highest")
    right = Words(ko="맞아요", en="That is right")
    wrong = Words(ko="아니라면, 그린 것은", en="If not, it is")
    keep = Words(ko="이렇게 저장", en="Keep this")
    kept = Words(
        ko="{digit}(으)로 저장했어요. 판독기가 다음에 배울 때 써요.",
        en="Kept as {digit}. The reader learns from it next time.",
    )
    kept_none = Words(ko="숫자가 아닌 그림으로 저장했어요.", en="Kept as a drawing that is no digit.")
    take_back = Words(ko="저장한 그림 지우기", en="Delete the kept drawing")
    taken_back = Words(ko="저장한 그림을 지웠어요.", en="The kept drawing is deleted.")
    keeping_note = Words(
        ko="저장하면 그림과 숫자만 남아요. 이름은 남지 않아요.",
        en="What is kept is the drawing and its digit, and no name.",
    )

    pin_here = Words(
        ko="칸마다 숫자를 하나씩 그려 주세요. 잘못 읽은 숫자는 아래에서 고칠 수 있어요.",
        en="Draw one digit into each field. A digit that is misread can be corrected below.",
    )
    field = Words(ko="{number}번째 숫자", en="Digit {number}")
    unclear = Words(ko="다시 그려 주세요", en="Please draw it again")
    show = Words(ko="숫자 보기", en="Show the digits")
    pin = Words(ko="읽은 PIN", en="PIN as read")
    pin_help = Words(ko="틀린 숫자는 여기서 고쳐 주세요.", en="Correct wrong digits here.")
    holder = Words(ko="이름", en="Name")
    present = Words(ko="지금까지의 PIN (바꿀 때만)", en="PIN until now (only to change it)")
    consent = Words(
        ko="내 그림 네 개로 판독기를 가르쳐도 돼요. 이름과 순서는 저장하지 않아요.",
        en="My four drawings may train the reader, without my name and their order.",
    )
    save_pin = Words(ko="PIN 저장", en="Save PIN")
    check_pin = Words(ko="PIN 확인", en="Check PIN")
    forget_pin = Words(ko="PIN 삭제", en="Delete PIN")
    new_pin = Words(ko="모두 지우기", en="Clear all")
    four_digits = Words(ko="숫자 네 개가 있어야 해요.", en="A PIN needs four digits.")
    name_needed = Words(ko="이름을 적어 주세요.", en="Please type a name.")
    pin_saved = Words(
        ko="PIN을 저장했어요. 되돌릴 수 없는 값(argon2)만 남아요.",
        en="The PIN is saved, as a value that cannot be turned back (argon2).",
    )
    pin_right = Words(ko="맞는 PIN이에요.", en="This is the right PIN.")
    pin_wrong = Words(ko="저장된 PIN과 달라요.", en="This is not the saved PIN.")
    pin_deleted = Words(ko="PIN을 삭제했어요.", en="The PIN is deleted.")
    given = Words(ko="그림 {count}개를 이름 없이 저장했어요.", en="{count} drawings were kept without a name.")
    not_given = Words(
        ko="PIN은 처리됐지만 그림은 저장하지 못했어요.", en="The PIN is done, but the drawings could not be kept."
    )


DIGIT_TEXTS: Final[Mapping[Language, DigitTexts]] = {"ko": DigitTexts("ko"), "en": DigitTexts("en")}
