"""Every sentence of the page "Several photos"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from frontend.language import Language, Words
from frontend.read_tag.texts import ReadTagTexts
from frontend.several.files import MOST_PHOTOS, FileFault
from frontend.several.outcome import Outcome


class SeveralTexts(ReadTagTexts):
    """The page in one language."""

    page = Words(ko="여러 장 읽기", en="Several photos")
    tagline = Words(
        ko="사진 여러 장이나 ZIP을 올리면 모두 읽어서 표로 만들어 드려요.",
        en="Upload several photos or a zip: all are read, and you get a table.",
    )
    one_photo = Words(ko="한 장 읽기로", en="To a single photo")
    upload_label = Words(ko="신발 태그 사진들 또는 ZIP", en="Photos of shoe tags, or a zip of them")
    upload_button = Words(ko="사진이나 ZIP 선택", en="Choose photos or a zip")
    upload_drop = Words(ko="여기에 사진이나 ZIP을 놓으세요", en="Drop photos or a zip here")
    upload_limit = Words(
        ko=f"JPG, PNG, WebP, HEIC, ZIP · 최대 {MOST_PHOTOS}장 · 한 장에 20MB까지",
        en=f"JPG, PNG, WebP, HEIC, ZIP · up to {MOST_PHOTOS} photos · 20 MB each",
    )
    upload_refused = Words(
        ko="너무 커요. ZIP은 256MB, 사진은 20MB, 모두 합쳐 400MB까지 올릴 수 있어요.",
        en="This is too large. A zip may have 256 MB, a photo 20 MB, and all together 400 MB.",
    )
    progress = Words(
        ko="{total}장 중 {done}장 끝 · 읽음 {read} · 글자 없음 {empty} · 실패 {failed}",
        en="{done} of {total} photos done · {read} read · {empty} without text · {failed} failed",
    )
    stay = Words(ko="다 읽을 때까지 이 페이지를 열어 두세요.", en="Please keep this page open until all are read.")
    busy = Words(
        ko="서버가 바빠서 {seconds}초 뒤에 이어서 읽어요.", en="The server is busy; reading goes on in {seconds} s."
    )
    stop = Words(ko="멈추기", en="Stop")
    go_on = Words(ko="이어서 읽기", en="Continue")
    stopping = Words(
        ko="지금 읽고 있는 사진까지만 읽고 멈춰요.", en="Stopping after the photos that are being read now."
    )
    stopped = Words(ko="멈췄어요. 읽은 것은 그대로 있어요.", en="Stopped. What has been read stays here.")
    read_again = Words(ko="실패한 {count}장 다시 읽기", en="Read the {count} failed again")
    others = Words(ko="다른 사진들", en="Other photos")
    download_csv = Words(ko="CSV 받기", en="Download CSV")
    download_xlsx = Words(ko="엑셀(XLSX) 받기", en="Download XLSX")
    open_hint = Words(ko="줄을 누르면 아래에 태그가 열려요.", en="Press a row: its tag opens below.")
    open = Words(ko="열기", en="Open")
    open_alone = Words(ko="이 사진만 크게 열기", en="Open this photo alone")
    sheet = Words(ko="태그", en="Tags")
    waiting = Words(ko="기다리는 중", en="waiting")
    being_read = Words(ko="읽는 중", en="being read")
    without_code = Words(ko="품번을 찾지 못했어요", en="no code was found")
    outcomes: Words[Mapping[Outcome, str]] = Words(
        ko={"read": "읽음", "no-text": "글자 없음", "failed": "실패"},
        en={"read": "read", "no-text": "no text", "failed": "failed"},
    )
    is_confirmed = Words(ko="예", en="yes")
    picture = Words(ko="사진", en="Photo")
    columns: Words[Mapping[str, str]] = Words(
        ko={
            "file": "파일",
            "card": "태그",
            "code": "품번",
            "confidence": "확신도",
            "confirmed": "확인함",
            "brand": "브랜드",
            "sizes": "사이즈",
            "size_kr": "사이즈 KR",
            "size_eu": "사이즈 EU",
            "size_us": "사이즈 US",
            "size_uk": "사이즈 UK",
            "size_cm": "사이즈 CM",
            "size": "사이즈 (단위 모름)",
            "colour": "색상",
            "price": "태그 가격",
            "currency": "통화",
            "barcode": "바코드",
            "outcome": "결과",
            "error": "상태",
        },
        en={
            "file": "File",
            "card": "Tag",
            "code": "Code",
            "confidence": "Confidence",
            "confirmed": "Confirmed",
            "brand": "Brand",
            "sizes": "Sizes",
            "size_kr": "Size KR",
            "size_eu": "Size EU",
            "size_us": "Size US",
            "size_uk": "Size UK",
            "size_cm": "Size CM",
            "size": "Size (unit unknown)",
            "colour": "Colour",
            "price": "Price on the tag",
            "currency": "Currency",
            "barcode": "Barcode",
            "outcome": "Result",
            "error": "Status",
        },
    )
    refused_title = Words(ko="읽지 않은 파일 {count}개", en="Files that are not read: {count}")
    file_faults: Words[Mapping[FileFault, str]] = Words(
        ko={
            "too-large": "20MB보다 큰 파일이에요.",
            "too-many": f"한 번에 {MOST_PHOTOS}장까지만 읽어요. 나머지는 다음에 올려 주세요.",
            "zip-damaged": "압축이 손상되어 풀 수 없어요.",
            "zip-encrypted": "암호가 걸려 있어요. 암호 없이 압축해 주세요.",
            "zip-inside": "ZIP 안의 ZIP은 읽지 않아요. 풀어서 올려 주세요.",
            "zip-large": "압축을 풀면 너무 커요. 나눠서 올려 주세요.",
            "zip-method": "읽지 않는 방식으로 압축되어 있어요. 보통 방식(Deflate)으로 압축해 주세요.",
            "zip-empty": "ZIP 안에 사진이 없어요.",
        },
        en={
            "too-large": "This file is larger than 20 MB.",
            "too-many": f"Only {MOST_PHOTOS} photos are read at once. Please upload the others next time.",
            "zip-damaged": "This is damaged and cannot be unpacked.",
            "zip-encrypted": "This is protected by a password. Please pack it without one.",
            "zip-inside": "A zip inside of a zip is not read. Please unpack it first.",
            "zip-large": "The zip is too large once it is unpacked. Please split it.",
            "zip-method": "This is packed in an uncommon way. Please pack it the usual one (Deflate).",
            "zip-empty": "There is no photo in this zip.",
        },
    )


SEVERAL_TEXTS: Final[Mapping[Language, SeveralTexts]] = {
    language: SeveralTexts(language) for language in get_args(Language)
}
