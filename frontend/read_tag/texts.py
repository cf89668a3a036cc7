"""Every sentence of the app, in Korean and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from frontend.confidence import CharacterLevel, LineLevel
from frontend.photos.pictures import PictureFault

Language = Literal["ko", "en"]
LANGUAGE_NAMES: Final[Mapping[Language, str]] = {"ko": "한국어", "en": "English"}


@dataclass(frozen=True)
class Texts:
    """One language. Names in braces are filled in by the page."""

    language: Language
    product: str
    page: str
    tagline: str
    language_label: str
    # Start
    source_label: str
    source_upload: str
    source_camera: str
    upload_label: str
    upload_button: str
    upload_limit: str
    camera_label: str
    camera_button: str
    camera_clear: str
    camera_waiting: str
    camera_note: str
    steps_title: str
    steps: tuple[str, str, str]
    # Photo
    photo_title: str
    crop_hint: str
    turn_left: str
    turn_right: str
    turn_over: str
    another_photo: str
    picture_faults: Mapping[PictureFault, str]
    # Reading
    reading_title: str
    reading_wait: str
    sent_label: str
    line_levels: Mapping[LineLevel, str]
    character_levels: Mapping[CharacterLevel, str]
    character_hint: str
    code_label: str
    copy: str
    copied: str
    copy_failed: str
    formats_label: str
    formats_none: str
    picture_note: str
    candidates_label: str
    candidates_label_private: str
    no_text: str
    corrected_note: str
    corrected_note_empty: str
    no_text_sure: str
    details: str
    # Confirm
    confirm_title: str
    confirm_title_private: str
    confirm_title_empty: str
    keep_switch: str
    keep_sentence: str
    private_sentence: str
    accept: str
    correct_label: str
    correct_label_private: str
    correct_button: str
    correct_button_private: str
    correct_empty: str
    unreadable: str
    saving: str
    saved: str
    saved_unreadable: str
    saved_completed: str
    using_private: str
    undo: str
    undone: str
    undo_nothing: str
    kept_title: str
    kept_unreadable: str
    kept_before: str
    delete: str
    deleting: str
    # Price
    price_title: str
    price_wait: str
    price_lowest: str
    price_none_named: str
    price_other: str
    price_at: str
    price_open: str
    price_reasons: Mapping[str, str]
    price_reason_other: str
    search_label: str
    search_names: Mapping[str, str]
    # Failures
    unreachable: str
    slow: str
    refused: str
    too_many_requests: str
    refused_picture: str
    refused_text: str
    retry: str
    nothing_kept_yet: str
    perhaps_not_kept: str
    drop_label: str
    still_kept: str


KOREAN: Final = Texts(
    language="ko",
    product="신발 태그 리더",
    page="태그 읽기",
    tagline="신발 태그를 찍으면 품번과 가격을 찾아 드려요.",
    language_label="언어",
    source_label="사진 고르기",
    source_upload="사진 올리기",
    source_camera="카메라로 찍기",
    upload_label="신발 태그 사진",
    upload_button="사진 선택",
    upload_limit="JPG, PNG, WebP, HEIC · 최대 20MB",
    camera_label="태그가 화면에 꽉 차게 찍어 주세요",
    camera_button="찍기",
    camera_clear="다시 찍기",
    camera_waiting="카메라 사용을 허용해 주세요.",
    camera_note="휴대폰이라면 ‘사진 올리기’에서 카메라를 고르세요. 더 선명하게 찍혀요.",
    steps_title="이렇게 쓰세요",
    steps=("태그 사진을 올리거나 찍어요.", "상자를 품번 한 줄에 맞춰요.", "품번과 가격을 확인해요."),
    photo_title="품번 고르기",
    crop_hint="상자를 끌어서 품번 한 줄에 맞춰 주세요. 사진이 누워 있으면 먼저 돌려 주세요.",
    turn_left="왼쪽으로",
    turn_right="오른쪽으로",
    turn_over="거꾸로",
    another_photo="다른 사진",
    picture_faults={
        "empty": "빈 파일이에요. 다른 사진을 골라 주세요.",
        "too_large": "20MB보다 큰 파일이에요. 더 작은 사진을 골라 주세요.",
        "too_many_pixels": "5천만 화소가 넘는 사진이에요. 더 작은 사진을 골라 주세요.",
        "unsupported_format": "열 수 없는 파일이에요. JPG, PNG, WebP, HEIC 사진을 골라 주세요.",
        "damaged": "파일이 손상되어 열 수 없어요. 다른 사진을 골라 주세요.",
    },
    reading_title="읽은 결과",
    reading_wait="읽는 중이에요…",
    sent_label="읽은 부분",
    line_levels={
        "sure": "거의 확실해요",
        "likely": "아마 맞을 거예요",
        "check": "한번 확인해 주세요",
        "doubtful": "자신이 없어요",
    },
    character_levels={"sure": "확실", "check": "확인 필요", "doubtful": "불확실"},
    character_hint="밑줄 친 글자는 확실하지 않아요. 아래 숫자는 그 글자를 얼마나 확신하는지예요.",
    code_label="검색할 품번",
    copy="복사",
    copied="복사했어요",
    copy_failed="직접 복사해 주세요",
    formats_label="품번 형식이 맞는 브랜드",
    formats_none="형식이 맞는 브랜드를 찾지 못했어요.",
    picture_note="사진만 보면 ‘{text}’ 쪽에 더 가까워요. 브랜드의 품번 형식을 보고 골랐어요.",
    candidates_label="혹시 이건가요? 누르면 바로 저장해요.",
    candidates_label_private="혹시 이건가요? 누르면 바로 바꿔요.",
    corrected_note="고쳐 주신 내용이에요. 처음 읽은 글자: {text}",
    corrected_note_empty="적어 주신 내용이에요. 처음에는 글자를 찾지 못했어요.",
    no_text="글자를 찾지 못했어요. 상자를 품번에 맞추거나 사진을 돌려 보세요.",
    no_text_sure="글자가 없을 확률 {percent}",
    details="{model} · {milliseconds}ms",
    confirm_title="맞게 읽었나요?",
    confirm_title_private="다르게 적혀 있나요?",
    confirm_title_empty="직접 읽어 주시겠어요?",
    keep_switch="잘라낸 부분 저장하기",
    keep_sentence=(
        "확인을 누르시면 잘라낸 부분과 글자만 저장해서 더 잘 읽게 하는 데 쓰고, "
        "사진 전체와 위치 정보는 저장하지 않아요."
    ),
    private_sentence="아무것도 저장하지 않고, 읽기와 가격 찾기만 해요.",
    accept="맞아요",
    correct_label="다르면 한 줄 전체를 고쳐 주세요",
    correct_label_private="한 줄 전체를 적어 주세요",
    correct_button="고쳐서 저장",
    correct_button_private="이걸로 찾기",
    correct_empty="글자를 입력해 주세요.",
    unreadable="못 읽겠어요",
    saving="저장하는 중이에요…",
    saved="저장했어요: **{text}**",
    saved_unreadable="‘읽을 수 없음’으로 저장했어요.",
    saved_completed="품번만 적어 주셔서 줄의 나머지는 읽은 대로 채웠어요.",
    using_private="저장하지 않고 찾는 중: **{text}**",
    undo="저장 취소하고 삭제",
    undone="저장한 것을 삭제했어요.",
    undo_nothing="이미 삭제되어 있어요.",
    kept_title="이번에 저장한 태그 {count}개",
    kept_unreadable="읽을 수 없음",
    kept_before="새로고침 전에 저장한 태그",
    delete="삭제",
    deleting="삭제하는 중이에요…",
    price_title="가격",
    price_wait="가격을 찾는 중이에요…",
    price_lowest="최저가",
    price_none_named="가격 정보 없음",
    price_other="다른 상품일 수 있어요",
    price_at="{time} 기준",
    price_open="상품 보기",
    price_reasons={
        "no_key": "가격 검색 키가 없어서 가격을 찾지 못해요.",
        "key_refused": "가격 검색 키가 거절되어 가격을 찾지 못해요.",
        "quota": "가격 검색 한도를 넘었어요. 잠시 후 다시 시도해 주세요.",
        "service_ended": "가격 검색 서비스가 종료되었어요.",
        "not_found": "이 품번의 상품을 찾지 못했어요.",
        "unavailable": "가격 서비스가 지금 응답하지 않아요.",
    },
    price_reason_other="지금은 가격을 찾을 수 없어요.",
    search_label="직접 검색하기",
    search_names={"Naver Shopping": "네이버 쇼핑", "Google": "구글"},
    unreachable="서버에 연결할 수 없어요. 사진과 입력은 그대로 있으니 잠시 후 다시 시도해 주세요.",
    slow="서버 응답이 늦어지고 있어요. 사진과 입력은 그대로 있으니 다시 시도해 주세요.",
    refused="서버에 문제가 생겼어요. 사진과 입력은 그대로 있으니 잠시 후 다시 시도해 주세요.",
    too_many_requests="요청이 너무 많아요. 잠시 후 다시 시도해 주세요.",
    refused_text="쓸 수 없는 글자가 있어요. 영문, 숫자와 - . / # : ( ) + & 만 적어 주세요.",
    refused_picture="이 부분은 읽을 수 없어요. 상자를 조금 더 크게 잡아 주세요.",
    retry="다시 시도",
    nothing_kept_yet="아직 저장되지 않았어요.",
    perhaps_not_kept="저장되었는지 아직 알 수 없어요.",
    drop_label="저장하지 않기",
    still_kept="아직 삭제되지 않았어요.",
)

ENGLISH: Final = Texts(
    language="en",
    product="Shoe tag reader",
    page="Read a tag",
    tagline="Photograph a shoe tag, get its product code and price.",
    language_label="Language",
    source_label="Choose a photo",
    source_upload="Upload a photo",
    source_camera="Use the camera",
    upload_label="Photo of a shoe tag",
    upload_button="Choose a photo",
    upload_limit="JPG, PNG, WebP, HEIC · up to 20 MB",
    camera_label="Fill the frame with the tag",
    camera_button="Take photo",
    camera_clear="Take another",
    camera_waiting="Please allow the camera.",
    camera_note="On a phone, pick the camera under “Upload a photo” for a sharper picture.",
    steps_title="How it works",
    steps=(
        "Upload or take a photo of the tag.",
        "Fit the box to the line with the code.",
        "Check the code and its price.",
    ),
    photo_title="Pick the code",
    crop_hint="Drag the box onto the line with the code. If the photo lies on its side, turn it first.",
    turn_left="Turn left",
    turn_right="Turn right",
    turn_over="Upside down",
    another_photo="Another photo",
    picture_faults={
        "empty": "This file is empty. Please choose another photo.",
        "too_large": "This file is larger than 20 MB. Please choose a smaller photo.",
        "too_many_pixels": "This photo has more than 50 megapixels. Please choose a smaller one.",
        "unsupported_format": "This file cannot be opened. Please choose a JPG, PNG, WebP or HEIC photo.",
        "damaged": "This file is damaged. Please choose another photo.",
    },
    reading_title="Reading",
    reading_wait="Reading…",
    sent_label="The part that was read",
    line_levels={
        "sure": "Almost certain",
        "likely": "Probably right",
        "check": "Please check",
        "doubtful": "Not sure",
    },
    character_levels={"sure": "sure", "check": "please check", "doubtful": "doubtful"},
    character_hint="Underlined characters are uncertain; the number says how sure the reader is of each.",
    code_label="Code to search for",
    copy="Copy",
    copied="Copied",
    copy_failed="Please copy by hand",
    formats_label="Brands whose codes look like this",
    formats_none="No known brand writes its codes like this.",
    picture_note="The picture alone looks more like {text}; the brands' code formats decided.",
    candidates_label="Or is it one of these? One tap keeps it.",
    candidates_label_private="Or is it one of these? One tap uses it.",
    corrected_note="As you corrected it. It had been read as {text}.",
    corrected_note_empty="As you typed it. No text had been found.",
    no_text="No text found. Fit the box to the code, or turn the photo.",
    no_text_sure="Chance that there is no text: {percent}",
    details="{model} · {milliseconds} ms",
    confirm_title="Is this right?",
    confirm_title_private="Does it say something else?",
    confirm_title_empty="Can you read it?",
    keep_switch="Keep the cut-out part",
    keep_sentence=(
        "Once you confirm, only the cut-out part and its text are kept, so that the reader learns from them; "
        "never the whole photo or where it was taken."
    ),
    private_sentence="Nothing is kept: read and price only.",
    accept="Yes, correct",
    correct_label="If not, correct the whole line",
    correct_label_private="Type the whole line",
    correct_button="Save",
    correct_button_private="Use it",
    correct_empty="Please type the text.",
    unreadable="Unreadable",
    saving="Saving…",
    saved="Saved: **{text}**",
    saved_unreadable="Saved as “unreadable”.",
    saved_completed="You typed only the code, so the rest of the line was filled in as read.",
    using_private="Searching with **{text}**; nothing is kept.",
    undo="Undo and delete",
    undone="What was kept has been deleted.",
    undo_nothing="It was deleted already.",
    kept_title="Kept during this visit: {count}",
    kept_unreadable="unreadable",
    kept_before="kept before the page was reloaded",
    delete="Delete",
    deleting="Deleting…",
    price_title="Price",
    price_wait="Looking up the price…",
    price_lowest="Lowest price",
    price_none_named="No price given",
    price_other="Possibly another product",
    price_at="As of {time}",
    price_open="See product",
    price_reasons={
        "no_key": "No price: there is no key for the price search.",
        "key_refused": "No price: the price search refused its key.",
        "quota": "No price: the limit of price searches is reached. Please try again in a moment.",
        "service_ended": "No price: the price search service has ended.",
        "not_found": "No product was found for this code.",
        "unavailable": "No price: the price service is not answering right now.",
    },
    price_reason_other="The price cannot be looked up right now.",
    search_label="Search yourself",
    search_names={},
    unreachable="The server cannot be reached. Your photo and text are still here; please try again.",
    slow="The server is taking too long. Your photo and text are still here; please try again.",
    refused="The server has a problem. Your photo and text are still here; please try again.",
    too_many_requests="Too many requests. Please try again in a moment.",
    refused_text="Some characters cannot be used. Please type letters, digits and - . / # : ( ) + & only.",
    refused_picture="This part cannot be read. Please make the box a little larger.",
    retry="Try again",
    nothing_kept_yet="It has not been saved yet.",
    perhaps_not_kept="It is not known whether it has been saved.",
    drop_label="Do not save",
    still_kept="It has not been deleted yet.",
)

TEXTS: Final[Mapping[Language, Texts]] = {"ko": KOREAN, "en": ENGLISH}


def preferred_language(locale: str | None, accept_language: str | None) -> Language:
    """The language for a browser: its own locale first, then the Accept-Language header, else English.

    Args:
        locale: As `navigator.language` says, for example "ko-KR".
        accept_language: The header's value, for example "en;q=0.5, ko;q=0.9".
    """
    spoken: list[tuple[float, str]] = []
    if locale:
        spoken.append((2.0, locale))
    for item in (accept_language or "").split(","):
        tag, _, parameter = item.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        spoken.append((weight, tag))
    # A stable sort keeps the header's order among equals.
    for weight, tag in sorted(spoken, key=lambda pair: -pair[0]):
        primary = tag.strip().lower().replace("_", "-").split("-")[0]
        if weight > 0 and primary == "ko":
            return "ko"
        if weight > 0 and primary == "en":
            return "en"
    return "en"
