"""Every sentence of the page "Read a tag"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from frontend.client.failure_texts import FailureTexts
from frontend.confidence import CharacterLevel, LineLevel
from frontend.language import Language, Words


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
    typed_label = Words(ko="또는 품번을 직접 적어 주세요", en="Or type the code")
    typed_button = Words(ko="가격 보기", en="See the price")
    several_link = Words(ko="사진 여러 장이나 ZIP을 한 번에 읽기", en="Read several photos or a zip at once")
    steps_title = Words(ko="이렇게 쓰세요", en="How it works")
    steps = Words(
        ko=(
            "태그 사진을 올리거나 찍어요.",
            "품번과 가격이 바로 나와요.",
            "다른 줄이 품번이면 사진에서 그 줄을 눌러요.",
        ),
        en=(
            "Upload or take a photo of the tag.",
            "The code and its price stand there.",
            "If another line is the code, tap it on the photo.",
        ),
    )
    # Photo
    photo_title = Words(ko="사진", en="Photo")
    lines_hint = Words(ko="다른 줄을 보려면 사진에서 눌러 주세요.", en="Tap another line on the photo to see it.")
    mark_hint = Words(
        ko="상자와 손잡이를 끌어서 한 줄에 맞춰 주세요. 사진이 누워 있으면 먼저 돌려 주세요.",
        en="Drag the box and its handles onto one line. If the photo lies on its side, turn it first.",
    )
    mark_button = Words(ko="직접 표시하기", en="Mark it yourself")
    lines_button = Words(ko="찾은 줄 보기", en="Show the lines found")
    lines_name = Words(ko="사진에서 찾은 줄", en="Lines found on the photo")
    sliders_title = Words(ko="숫자로 맞추기", en="Set the box by numbers")
    slider_across = Words(ko="왼쪽과 오른쪽", en="Left and right")
    slider_down = Words(ko="위와 아래", en="Top and bottom")
    zoom_in = Words(ko="크게", en="Larger")
    zoom_out = Words(ko="작게", en="Smaller")
    turn_left = Words(ko="왼쪽으로", en="Turn left")
    turn_right = Words(ko="오른쪽으로", en="Turn right")
    turn_over = Words(ko="거꾸로", en="Upside down")
    another_photo = Words(ko="다른 사진", en="Another photo")
    camera_needs_https = Words(
        ko="이 주소(http)에서는 브라우저가 카메라를 막아요. https 주소로 열거나 사진을 올려 주세요.",
        en="Browsers allow the camera only over HTTPS. Please open the page's https address, or upload a photo.",
    )
    photo_wait = Words(ko="사진을 여는 중이에요…", en="Opening the photo…")
    file_too_large = Words(
        ko="20MB보다 큰 파일이에요. 더 작은 사진을 골라 주세요.",
        en="This file is larger than 20 MB. Please choose a smaller photo.",
    )
    # Reading
    reading_wait = Words(ko="읽는 중이에요…", en="Reading…")
    reading_rest = Words(ko="나머지를 읽는 중이에요…", en="Reading the rest…")
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
        ko="글자를 찾지 못했어요. 품번을 직접 표시하거나 사진을 돌려 보세요.",
        en="No text found. Mark the code yourself, or turn the photo.",
    )
    line_without_text_sentence = Words(ko="이 줄에서 글자를 읽지 못했어요.", en="No text was read on this line.")
    line_without_text = Words(ko="글자 없음", en="no text")
    no_code = Words(
        ko="품번으로 보이는 줄이 없어요. 사진에서 품번을 눌러 주세요.",
        en="No line looks like a product code. Please tap the code on the photo.",
    )
    # Card
    cards_label = Words(ko="태그 {count}개를 찾았어요", en="{count} tags found")
    card_without_code = Words(ko="태그 {number}", en="Tag {number}")
    roles: Words[Mapping[str, str]] = Words(
        ko={
            "code": "품번",
            "brand": "브랜드",
            "size": "사이즈",
            "colour": "색상",
            "price": "가격",
            "name": "이름",
            "date": "날짜",
            "order": "관리 번호",
            "country": "제조국",
            "barcode": "바코드",
            "field": "항목 이름",
            "other": "기타",
        },
        en={
            "code": "product code",
            "brand": "brand",
            "size": "size",
            "colour": "colour",
            "price": "price",
            "name": "name",
            "date": "date",
            "order": "order number",
            "country": "country",
            "barcode": "barcode",
            "field": "field name",
            "other": "other",
        },
    )
    field_price = Words(ko="태그 가격", en="price on the tag")
    known_code_label = Words(ko="이 바코드로 알려진 품번", en="Known for this barcode")
    barcode_differs = Words(
        ko="바코드({text})와 그 아래 인쇄된 숫자가 달라요. 확인해 주세요.",
        en="The barcode says {text}, but the digits printed beside it differ. Please check.",
    )
    barcode_known = Words(
        ko="이 바코드로는 {code} 품번이 알려져 있어요. 확인해 주세요.",
        en="For this barcode another code is known: {code}. Please check.",
    )
    share_price = Words(
        ko="{price}을 태그에서 본 가격으로 기억하기 (오늘 날짜로, 장소 없이)",
        en="Remember {price} as seen on the tag (today, without place)",
    )
    price_shared = Words(ko="태그에서 본 가격으로 기억했어요.", en="It is remembered as a price seen on a tag.")
    price_not_shared = Words(ko="태그 가격을 기억하지 않아요.", en="The price on the tag is not remembered.")
    corrected_note = Words(
        ko="고쳐 주신 내용이에요. 처음 읽은 글자: {text}", en="As you corrected it. It had been read as {text}."
    )
    corrected_note_empty = Words(
        ko="적어 주신 내용이에요. 처음에는 글자를 찾지 못했어요.", en="As you typed it. No text had been found."
    )
    no_text_sure = Words(ko="글자가 없을 확률 {percent}", en="Chance that there is no text: {percent}")
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
    correct_short = Words(ko="고치기", en="Correct")
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
    price_wait = Words(ko="가격을 찾는 중이에요…", en="Looking up the price…")
    price_lowest = Words(ko="{count}개 중 최저가", en="Lowest of {count} prices")
    price_lowest_in = Words(ko="{currency} 가격 {count}개 중 최저가", en="Lowest of {count} prices in {currency}")
    currency_names: Words[Mapping[str, str]] = Words(
        ko={"KRW": "원화", "USD": "달러", "EUR": "유로"}, en={"KRW": "won", "USD": "US dollars", "EUR": "euros"}
    )
    price_none_named = Words(ko="가격 정보 없음", en="No price given")
    price_other = Words(ko="다른 상품일 수 있어요", en="Possibly another product")
    price_at = Words(ko="{time} 기준", en="As of {time}")
    price_size = Words(ko="사이즈 {size}", en="Size {size}")
    price_on_tag = Words(ko="{day}에 태그에서 본 가격", en="Seen on the tag on {day}")
    price_missing = Words(ko="아직 답하지 않은 곳: {names}", en="No answer yet from: {names}")
    price_naver_ends = Words(
        ko="네이버 쇼핑의 가격 검색은 2026년 7월 31일부터 새로 쓸 수 없고, 2027년 6월 30일에 완전히 끝나요.",
        en="Naver Shopping's price search has been closed to newcomers since 31 July 2026 and ends on 30 June 2027.",
    )
    price_more = Words(ko="가격 {count}개 더 보기", en="{count} more prices")
    price_open = Words(ko="상품 보기", en="See product")
    price_reasons = Words(
        ko={
            "quota": "지금은 가격을 더 찾을 수 없어요. 잠시 후 다시 시도해 주세요.",
            "service_ended": "가격 검색 서비스가 종료되었어요. 아래에서 직접 검색해 보세요.",
            "not_found": "이 품번의 상품을 찾지 못했어요.",
            "unavailable": "가격 서비스가 지금 응답하지 않아요.",
        },
        en={
            "quota": "No price: the limit of price searches is reached. Please try again in a moment.",
            "service_ended": "No price: the price search service has ended. Please search below.",
            "not_found": "No product was found for this code.",
            "unavailable": "No price: the price service is not answering right now.",
        },
    )
    price_reason_other = Words(ko="지금은 가격을 찾을 수 없어요.", en="The price cannot be looked up right now.")
    search_label = Words(ko="직접 검색하기", en="Search yourself")
    # Of searches, and of the sources of prices.
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
