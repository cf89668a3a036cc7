"""CSS for what Streamlit's theme cannot set, and Korean words for the widgets that are English only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

from frontend.language import Language, Texts, Words

# Streamlit's widgets are in English only. Where a widget takes no texts, CSS replaces them: by selector, the text.
_LAID_OVER: Final = {
    '[data-testid="stFileUploaderDropzone"] button p': "upload_button",
    '[data-testid="stFileUploaderDropzone"] > div > span:only-child': "upload_drop",
    '[data-testid="stFileUploaderDropzoneInstructions"] span': "upload_limit",
    '[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-borderlessIcon"]': "upload_other",
    '[data-testid="stTooltipErrorContent"]': "upload_refused",
    '[data-testid="stCameraInputButton"]': "camera_button",
    '[data-testid="stCameraInput"] img ~ [data-testid="stCameraInputButton"]': "camera_clear",
    '[data-testid="stCameraInputWebcamComponent"] p': "camera_waiting",
    '[data-testid="stDownloadButtonError"]': "download_failed",
    '[data-testid="stSelectboxVirtualDropdown"] [data-empty="true"] span': "nothing_found",
    '[data-key="__creatable__"] > div': "new_option",
    '[data-testid="stExceptionMessage"]': "broken",
    '[data-testid="stSkipToContent"]': "skip",
    # The pages open no dialogs; Streamlit opens one for an address without a page, and when its server is gone.
    '[data-testid="stDialog"] h2': "dialog_title",
    '[data-testid="stDialog"] h2 + div > div': "page_missing",
    'body:has([data-test-connection-state]:not([data-test-connection-state="CONNECTED"])) '
    '[data-testid="stDialog"] h2 + div > div': "connection_lost",
}
# Streamlit's names of the buttons beside charts, pictures, code and passwords, whose tooltips say the same.
_TOOLTIPS: Final = (
    *("Show data", "Show chart", "Download as PNG", "Download as CSV", "Copy Vega-Lite spec", "Search", "Fullscreen"),
    *("Close fullscreen", "Copy to clipboard"),
)
_HIDDEN: Final = '[data-testid="stCameraInputWebcamComponent"] p a, [data-testid="stExceptionMessage"] ~ div'


class WidgetTexts(Texts):
    """Texts of Streamlit's own widgets."""

    upload_button = Words(ko="사진 선택", en="Choose a photo")
    upload_other = Words(ko="다른 파일 선택", en="Choose another file")
    upload_drop = Words(ko="여기에 사진을 놓으세요", en="Drop the photo here")
    upload_limit = Words(
        ko="JPG, PNG, WebP, HEIC · 최대 20MB · 붙여넣기도 돼요",
        en="JPG, PNG, WebP, HEIC · up to 20 MB · or paste it",
    )
    upload_refused = Words(
        ko="파일이 너무 커요. 20MB까지의 사진만 올릴 수 있어요.",
        en="The file is too large. Only photos of up to 20 MB can be uploaded.",
    )
    camera_button = Words(ko="찍기", en="Take photo")
    camera_clear = Words(ko="다시 찍기", en="Take another")
    camera_waiting = Words(ko="카메라 사용을 허용해 주세요.", en="Please allow the camera.")
    download_failed = Words(
        ko="지금은 받을 수 없어요. 잠시 후 다시 시도해 주세요.",
        en="It cannot be downloaded right now. Please try again in a moment.",
    )
    nothing_found = Words(ko="찾는 것이 없어요", en="No results")
    new_option = Words(ko="새로 만들기", en="Add as new")
    broken = Words(ko="페이지에 문제가 생겼어요. 새로고침해 주세요.", en="This page has a problem. Please reload it.")
    skip = Words(ko="본문으로 건너뛰기", en="Skip to main content")
    dialog_title = Words(ko="알려 드려요", en="Please note")
    page_missing = Words(
        ko="이 주소에는 페이지가 없어서 첫 페이지를 열었어요.",
        en="There is no page at this address, so the first page is shown.",
    )
    connection_lost = Words(
        ko="서버와 연결이 끊겼어요. 다시 연결하고 있으니 잠시만 기다려 주세요.",
        en="The connection to the server is lost and being made again. Please wait a moment.",
    )
    # Accessible names and tooltips by Streamlit's own; a star stands for the name of a file or a page.
    names: Words[Mapping[str, str]] = Words(
        ko={
            "Show data": "데이터 보기",
            "Show chart": "그래프 보기",
            "Download as PNG": "PNG로 받기",
            "Download as CSV": "CSV로 받기",
            "Copy Vega-Lite spec": "그래프 정의 복사",
            "Search": "찾기",
            "Fullscreen": "크게 보기",
            "Close fullscreen": "작게 보기",
            "Copy to clipboard": "복사",
            "Add files": "파일 추가",
            "file upload": "파일 올리기",
            "Upload *": "올리기: *",
            "Remove *": "지우기: *",
            "Cancel upload of *": "올리기 취소: *",
            "Clear value": "비우기",
            "Clear entry": "비우기",
            "Clear all": "모두 비우기",
            "Close": "닫기",
            "Open": "열기",
            "Open dropdown": "목록 열기",
            "Select...": "고르기",
            "Selected values": "고른 것",
            "Show password text": "암호 보이기",
            "Hide password text": "암호 숨기기",
            "Increment": "더하기",
            "Decrement": "빼기",
            "Switch camera": "카메라 바꾸기",
            "Scroll tabs left": "탭을 왼쪽으로",
            "Scroll tabs right": "탭을 오른쪽으로",
            "Page *": "*쪽",
            "Previous page": "이전 쪽",
            "Next page": "다음 쪽",
            "Pagination": "쪽 고르기",
            "Previous Result": "이전 결과",
            "Next Result": "다음 결과",
            "Close Search": "찾기 닫기",
            "Notifications": "알림",
            "Running...": "실행 중",
            "Stop script": "멈추기",
            "Main menu": "메뉴",
            "Sidebar": "옆 막대",
            "App pages": "페이지들",
            "Expand sidebar": "옆 막대 펼치기",
            "Collapse sidebar": "옆 막대 접기",
            "Navigate to home page": "첫 페이지로",
            "Link to heading": "이 제목의 주소",
        },
        en={},  # they are English already
    )


def apply_style(language: Language) -> None:
    """Add the rules to the page."""
    texts = WidgetTexts(language)
    words = [_lay_over(element, getattr(texts, name)) for element, name in _LAID_OVER.items()]
    words += [
        _lay_over(f'body:has(button[aria-label="{text}"]:is(:hover, :focus)) [data-testid="stTooltipContent"] p', text)
        for text in (texts.names.get(button) for button in _TOOLTIPS)
        if text is not None
    ]
    # The rules come last: they give some of these words another size.
    st.html(f"<style>{''.join(words)}{_HIDDEN} {{ display: none; }}\n{_rules()}</style>")


def name_uploader(*, button: str, drop: str, limit: str, refused: str) -> None:
    """Let this page's uploader say something else than that of a single photo."""
    texts = {"upload_button": button, "upload_drop": drop, "upload_limit": limit, "upload_refused": refused}
    words = [_lay_over(element, texts[name]) for element, name in _LAID_OVER.items() if name in texts]
    st.html(f"<style>{''.join(words)}</style>")


def _lay_over(element: str, text: str) -> str:
    # A JSON string without escapes other than quotes and backslashes is a CSS string.
    content = json.dumps(text, ensure_ascii=False)
    return f"{element} {{ font-size: 0 !important; }}\n{element}::after {{ font-size: 1rem; content: {content}; }}\n"


@cache
def _rules() -> str:
    return Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
