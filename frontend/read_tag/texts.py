"""Every sentence of the page "Read a tag"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from frontend.client.failure_texts import FailureTexts
from frontend.confidence import CharacterLevel, LineLevel
from frontend.language import Language, Words
from frontend.photos.pictures import PictureFault


class ReadTagTexts(FailureTexts):
    """The page in one language."""

    page = Words(ko="태그 읽기", en="Read a tag")
    tagline = Words(
        ko="신발 태그를 찍으면 품번과 가격을 찾아 드려요.", en="Photograph a shoe tag, get its product code and price."
    )
    # Start
    source_label = Words(ko="사진 고르기", en="Choose a photo")
    source_upload = Words(ko="사진 올리기", en="Upload a photo")
    source_camera = Words(ko="카메라로 찍기", en="Use the camera")
    upload_label = Words(ko="신발 태그 사진", en="Photo of a shoe tag")
    camera_label = Words(ko="태그가 화면에 꽉 차게 찍어 주세요", en="Fill the frame with the tag")
    camera_note = Words(
        ko="휴대폰이라면 ‘사진 올리기’에서 카메라를 고르세요. 더 선명하게 찍혀요.",
        en="On a phone, pick the camera under “Upload a photo” for a sharper picture.",
    )
    steps_title = Words(ko="이렇게 쓰세요", en="How it works")
    steps = Words(
        ko=("태그 사진을 올리거나 찍어요.", "상자를 품번 한 줄에 맞춰요.", "품번과 가격을 확인해요."),
        en=(
            "Upload or take a photo of the tag.",
            "Fit the box to the line with the code.",
            "Check the code and its price.",
        ),
    )
    # Photo
    photo_title = Words(ko="품번 고르기", en="Pick the code")
    crop_hint = Words(
        ko="상자를 끌어서 품번 한 줄에 맞춰 주세요. 사진이 누워 있으면 먼저 돌려 주세요.",
        en="Drag the box onto the line with the code. If the photo lies on its side, turn it first.",
    )
    turn_left = Words(ko="왼쪽으로", en="Turn left")
    turn_right = Words(ko="오른쪽으로", en="Turn right")
    turn_over = Words(ko="거꾸로", en="Upside down")
    another_photo = Words(ko="다른 사진", en="Another photo")
    picture_faults: Words[Mapping[PictureFault, str]] = Words(
        ko={
            "empty": "빈 파일이에요. 다른 사진을 골라 주세요.",
            "too_large": "20MB보다 큰 파일이에요. 더 작은 사진을 골라 주세요.",
            "too_many_pixels": "5천만 화소가 넘는 사진이에요. 더 작은 사진을 골라 주세요.",
            "unsupported_format": "열 수 없는 파일이에요. JPG, PNG, WebP, HEIC 사진을 골라 주세요.",
            "damaged": "파일이 손상되어 열 수 없어요. 다른 사진을 골라 주세요.",
        },
        en={
            "empty": "This file is empty. Please choose another photo.",
            "too_large": "This file is larger than 20 MB. Please choose a smaller photo.",
            "too_many_pixels": "This photo has more than 50 megapixels. Please choose a smaller one.",
            "unsupported_format": "This file cannot be opened. Please choose a JPG, PNG, WebP or HEIC photo.",
            "damaged": "This file is damaged. Please choose another photo.",
        },
    )
    # Reading
    reading_title = Words(ko="읽은 결과", en="Reading")
    reading_wait = Words(ko="읽는 중이에요…", en="Reading…")
    line_levels: Words[Mapping[LineLevel, str]] = Words(
        ko={
            "sure": "거의 확실해요",
            "likely": "아마 맞을 거예요",
            "check": "한번 확인해 주세요",
            "doubtful": "자신이 없어요",
        },
        en={"sure": "Almost certain", "likely": "Probably right", "check": "Please check", "doubtful": "Not sure"},
    )
    character_levels: Words[Mapping[CharacterLevel, str]] = Words(
        ko={"sure": "확실", "check": "확인 필요", "doubtful": "불확실"},
        en={"sure": "sure", "check": "please check", "doubtful": "doubtful"},
    )
    character_hint = Words(
        ko="밑줄 친 글자는 확실하지 않아요. 아래 숫자는 그 글자를 얼마나 확신하는지예요.",
        en="Underlined characters are uncertain; the number says how sure the reader is of each.",
    )
    code_label = Words(ko="검색할 품번", en="Code to search for")
    copy = Words(ko="복사", en="Copy")
    copied = Words(ko="복사했어요", en="Copied")
    copy_failed = Words(ko="직접 복사해 주세요", en="Please copy by hand")
    formats_label = Words(ko="품번 형식이 맞는 브랜드", en="Brands whose codes look like this")
    formats_none = Words(ko="형식이 맞는 브랜드를 찾지 못했어요.", en="No known brand writes its codes like this.")
    picture_note = Words(
        ko="사진만 보면 ‘{text}’ 쪽에 더 가까워요. 브랜드의 품번 형식을 보고 골랐어요.",
        en="The picture alone looks more like {text}; the brands' code formats decided.",
    )
    candidates_label = Words(ko="혹시 이건가요? 누르면 바로 저장해요.", en="Or is it one of these? One tap keeps it.")
    candidates_label_private = Words(
        ko="혹시 이건가요? 누르면 바로 바꿔요.", en="Or is it one of these? One tap uses it."
    )
    no_text = Words(
        ko="글자를 찾지 못했어요. 상자를 품번에 맞추거나 사진을 돌려 보세요.",
        en="No text found. Fit the box to the code, or turn the photo.",
    )
    corrected_note = Words(
        ko="고쳐 주신 내용이에요. 처음 읽은 글자: {text}", en="As you corrected it. It had been read as {text}."
    )
    corrected_note_empty = Words(
        ko="적어 주신 내용이에요. 처음에는 글자를 찾지 못했어요.", en="As you typed it. No text had been found."
    )
    no_text_sure = Words(ko="글자가 없을 확률 {percent}", en="Chance that there is no text: {percent}")
    details = Words(ko="{model} · {milliseconds}ms", en="{model} · {milliseconds} ms")
    # Confirm
    confirm_title = Words(ko="맞게 읽었나요?", en="Is this right?")
    confirm_title_private = Words(ko="다르게 적혀 있나요?", en="Does it say something else?")
    confirm_title_empty = Words(ko="직접 읽어 주시겠어요?", en="Can you read it?")
    keep_switch = Words(ko="잘라낸 부분 저장하기", en="Keep the cut-out part")
    keep_sentence = Words(
        ko=(
            "확인을 누르시면 잘라낸 부분과 글자만 저장해서 더 잘 읽게 하는 데 쓰고, 사진 전체와 위치 정보는 저장하지"
            " 않아요."
        ),
        en=(
            "Once you confirm, only the cut-out part and its text are kept, so that the reader learns from "
            "them; never the whole photo or where it was taken."
        ),
    )
    private_sentence = Words(
        ko="아무것도 저장하지 않고, 읽기와 가격 찾기만 해요.", en="Nothing is kept: read and price only."
    )
    accept = Words(ko="맞아요", en="Yes, correct")
    correct_label = Words(ko="다르면 한 줄 전체를 고쳐 주세요", en="If not, correct the whole line")
    correct_label_private = Words(ko="한 줄 전체를 적어 주세요", en="Type the whole line")
    correct_button = Words(ko="고쳐서 저장", en="Save")
    correct_button_private = Words(ko="이걸로 찾기", en="Use it")
    correct_empty = Words(ko="글자를 입력해 주세요.", en="Please type the text.")
    unreadable = Words(ko="못 읽겠어요", en="Unreadable")
    saving = Words(ko="저장하는 중이에요…", en="Saving…")
    saved = Words(ko="저장했어요: **{text}**", en="Saved: **{text}**")
    saved_unreadable = Words(ko="‘읽을 수 없음’으로 저장했어요.", en="Saved as “unreadable”.")
    saved_completed = Words(
        ko="품번만 적어 주셔서 줄의 나머지는 읽은 대로 채웠어요.",
        en="You typed only the code, so the rest of the line was filled in as read.",
    )
    using_private = Words(ko="저장하지 않고 찾는 중: **{text}**", en="Searching with **{text}**; nothing is kept.")
    undo = Words(ko="저장 취소하고 삭제", en="Undo and delete")
    undone = Words(ko="저장한 것을 삭제했어요.", en="What was kept has been deleted.")
    undo_nothing = Words(ko="이미 삭제되어 있어요.", en="It was deleted already.")
    kept_title = Words(ko="이번에 저장한 태그 {count}개", en="Kept during this visit: {count}")
    kept_unreadable = Words(ko="읽을 수 없음", en="unreadable")
    kept_before = Words(ko="새로고침 전에 저장한 태그", en="kept before the page was reloaded")
    delete = Words(ko="삭제", en="Delete")
    deleting = Words(ko="삭제하는 중이에요…", en="Deleting…")
    # Price
    price_title = Words(ko="가격", en="Price")
    price_wait = Words(ko="가격을 찾는 중이에요…", en="Looking up the price…")
    price_lowest = Words(ko="최저가", en="Lowest price")
    price_none_named = Words(ko="가격 정보 없음", en="No price given")
    price_other = Words(ko="다른 상품일 수 있어요", en="Possibly another product")
    price_at = Words(ko="{time} 기준", en="As of {time}")
    price_open = Words(ko="상품 보기", en="See product")
    price_reasons = Words(
        ko={
            "no_key": "가격 검색 키가 없어서 가격을 찾지 못해요.",
            "key_refused": "가격 검색 키가 거절되어 가격을 찾지 못해요.",
            "quota": "가격 검색 한도를 넘었어요. 잠시 후 다시 시도해 주세요.",
            "service_ended": "가격 검색 서비스가 종료되었어요.",
            "not_found": "이 품번의 상품을 찾지 못했어요.",
            "unavailable": "가격 서비스가 지금 응답하지 않아요.",
        },
        en={
            "no_key": "No price: there is no key for the price search.",
            "key_refused": "No price: the price search refused its key.",
            "quota": "No price: the limit of price searches is reached. Please try again in a moment.",
            "service_ended": "No price: the price search service has ended.",
            "not_found": "No product was found for this code.",
            "unavailable": "No price: the price service is not answering right now.",
        },
    )
    price_reason_other = Words(ko="지금은 가격을 찾을 수 없어요.", en="The price cannot be looked up right now.")
    search_label = Words(ko="직접 검색하기", en="Search yourself")
    search_names: Words[Mapping[str, str]] = Words(ko={"Naver Shopping": "네이버 쇼핑", "Google": "구글"}, en={})
    # Failures
    unreachable = Words(
        ko="서버에 연결할 수 없어요. 사진과 입력은 그대로 있으니 잠시 후 다시 시도해 주세요.",
        en="The server cannot be reached. Your photo and text are still here; please try again.",
    )
    slow = Words(
        ko="서버 응답이 늦어지고 있어요. 사진과 입력은 그대로 있으니 다시 시도해 주세요.",
        en="The server is taking too long. Your photo and text are still here; please try again.",
    )
    refused = Words(
        ko="서버에 문제가 생겼어요. 사진과 입력은 그대로 있으니 잠시 후 다시 시도해 주세요.",
        en="The server has a problem. Your photo and text are still here; please try again.",
    )
    retry = Words(ko="다시 시도", en="Try again")
    nothing_kept_yet = Words(ko="아직 저장되지 않았어요.", en="It has not been saved yet.")
    perhaps_not_kept = Words(ko="저장되었는지 아직 알 수 없어요.", en="It is not known whether it has been saved.")
    drop_label = Words(ko="저장하지 않기", en="Do not save")
    still_kept = Words(ko="아직 삭제되지 않았어요.", en="It has not been deleted yet.")


TEXTS: Final[Mapping[Language, ReadTagTexts]] = {language: ReadTagTexts(language) for language in get_args(Language)}
