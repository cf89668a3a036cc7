"""What failed, in words: a sentence for every kind of problem that the backend can answer with."""

from __future__ import annotations

from frontend.client.failures import BackendError, BackendRefusedError, BackendSlowError, BackendUnreachableError
from frontend.language import Texts, Words

_LARGER_BOX = {
    "ko": "이 부분은 읽을 수 없어요. 상자를 조금 더 크게 잡아 주세요.",
    "en": "This part cannot be read. Please make the box a little larger.",
}
_SMALLER_BOX = {
    "ko": "이 부분은 너무 커요. 상자를 조금 더 작게 잡아 주세요.",
    "en": "This part is too large. Please make the box a little smaller.",
}
_STRANGE_TEXT = {
    "ko": "쓸 수 없는 글자가 있어요. 영문, 숫자와 - . / # : ( ) + & 만 적어 주세요.",
    "en": "Some characters cannot be used. Please type letters, digits and - . / # : ( ) + & only.",
}
_BY_KIND = {
    # The picture
    "empty": _LARGER_BOX,
    "too-small": _LARGER_BOX,
    "bad-box": _LARGER_BOX,
    "truncated": _LARGER_BOX,
    "unsupported-format": _LARGER_BOX,
    "too-large": _SMALLER_BOX,
    "too-many-pixels": _SMALLER_BOX,
    # The text
    "bad-text": _STRANGE_TEXT,
    "bad-code": _STRANGE_TEXT,
    "text-required": {"ko": "글자를 입력해 주세요.", "en": "Please type the text."},
    "text-differs": {
        "ko": "그사이 읽은 결과가 바뀌었어요. 글자를 다시 확인해 주세요.",
        "en": "The reading has changed meanwhile. Please check the text again.",
    },
    "bad-label": {
        "ko": "이대로는 저장할 수 없어요. 글자와 상자를 확인해 주세요.",
        "en": "This cannot be saved as it is. Please check the text and the box.",
    },
    "label-moved": {
        "ko": "그사이 라벨이 바뀌었어요. 목록을 다시 봐 주세요.",
        "en": "The label has changed meanwhile. Please look at the list again.",
    },
    "prediction-expired": {
        "ko": "읽은 지 오래되어 서버가 사진을 잊었어요. 다시 읽어 주세요.",
        "en": "The server no longer remembers this picture. Please read it again.",
    },
    "not-found": {
        "ko": "찾는 것이 서버에 없어요. 페이지를 새로고침해 주세요.",
        "en": "The server does not have this. Please reload the page.",
    },
    "invalid-request": {
        "ko": "서버가 이 요청을 받아들이지 않았어요. 적은 내용을 확인해 주세요.",
        "en": "The server did not accept this request. Please check what you typed.",
    },
    # The team
    "team-off": {
        "ko": "팀 페이지가 꺼져 있어요. 서버에 TAGS_TEAM_TOKEN을 설정하면 열려요.",
        "en": "The team's pages are switched off: set TAGS_TEAM_TOKEN on the server to open them.",
    },
    "wrong-token": {"ko": "토큰이 맞지 않아요.", "en": "This token is not right."},
    "too-many-guesses": {
        "ko": "틀린 토큰이 너무 많았어요. 잠시 후 다시 시도해 주세요.",
        "en": "Too many wrong tokens. Please try again in a moment.",
    },
    # The service
    "too-many-requests": {
        "ko": "요청이 너무 많아요. 잠시 후 다시 시도해 주세요.",
        "en": "Too many requests. Please try again in a moment.",
    },
    "overloaded": {
        "ko": "지금 서버가 바빠요. 잠시 후 다시 시도해 주세요.",
        "en": "The server is busy. Please try again in a moment.",
    },
    "not-ready": {
        "ko": "서버가 아직 준비되지 않았어요. 잠시 후 다시 시도해 주세요.",
        "en": "The server is not ready yet. Please try again in a moment.",
    },
    "too-slow": {
        "ko": "사진을 보내는 데 너무 오래 걸렸어요. 다시 시도해 주세요.",
        "en": "Sending the picture took too long. Please try again.",
    },
    "store-full": {
        "ko": "서버에 저장할 자리가 없어서 저장하지 못했어요.",
        "en": "The server has no room left, so nothing was saved.",
    },
    "store-unavailable": {
        "ko": "지금은 저장소를 쓸 수 없어요. 잠시 후 다시 시도해 주세요.",
        "en": "The store is not available right now. Please try again in a moment.",
    },
    "bucket-unavailable": {
        "ko": "지금은 버킷이 응답하지 않아서 알 수 없어요. 잠시 후 다시 시도해 주세요.",
        "en": "The bucket is not answering, so this is not known. Please try again in a moment.",
    },
    "internal-error": {
        "ko": "서버에 문제가 생겼어요. 잠시 후 다시 시도해 주세요.",
        "en": "The server has a problem. Please try again in a moment.",
    },
}


class FailureTexts(Texts):
    """What pages say about failed requests; a page may replace some of these sentences by its own."""

    unreachable = Words(ko="서버에 연결할 수 없어요.", en="The server cannot be reached.")
    slow = Words(ko="서버 응답이 늦어지고 있어요.", en="The server is taking too long.")
    refused = Words(ko="서버가 지금은 답하지 못해요.", en="The server has no answer right now.")
    by_kind = Words(
        ko={kind: words["ko"] for kind, words in _BY_KIND.items()},
        en={kind: words["en"] for kind, words in _BY_KIND.items()},
    )


def failure_sentence(error: BackendError, texts: FailureTexts) -> str:
    """What to tell the reader about a failed request, in one sentence; the backend's own English is for the log."""
    match error:
        case BackendUnreachableError():
            return texts.unreachable
        case BackendSlowError():
            return texts.slow
        case BackendRefusedError(kind=kind) if kind in texts.by_kind:
            return texts.by_kind[kind]
        case BackendRefusedError(status=401):
            return texts.by_kind["wrong-token"]
        case BackendRefusedError(status=429):
            return texts.by_kind["too-many-requests"]
        case BackendRefusedError(status=413):
            return texts.by_kind["too-large"]
        case BackendRefusedError(status=400 | 415 | 422):
            return texts.by_kind["invalid-request"]
        case _:
            return texts.refused
