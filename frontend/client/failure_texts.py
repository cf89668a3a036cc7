"""What failed, in words: a sentence for every kind of problem that the backend can answer with."""

from __future__ import annotations

from collections.abc import Mapping

from frontend.client.failures import (
    BackendError,
    BackendRefusedError,
    BackendSlowError,
    BackendUnreachableError,
    StrangeCharacter,
)
from frontend.language import Texts, Words
from frontend.markdown import escaped

_NOT_UNDERSTOOD = {
    "ko": "서버가 이 요청을 알아듣지 못했어요. 페이지를 새로고침해 주세요.",
    "en": "The server did not understand this request. Please reload the page.",
}
_BAD_TEXT = {
    "ko": "영문이나 숫자가 들어간 64자 이하의 한 줄을 적어 주세요.",
    "en": "Please type one line of at most 64 characters, with a letter or a digit.",
}
_BY_KIND = {
    # The picture
    "empty": {
        "ko": "빈 파일이에요. 다른 사진을 골라 주세요.",
        "en": "This file is empty. Please choose another photo.",
    },
    "too-large": {
        "ko": "파일이 너무 커요. 더 작은 사진을 골라 주세요.",
        "en": "This file is too large. Please choose a smaller photo.",
    },
    "too-many-pixels": {
        "ko": "화소가 너무 많은 사진이에요. 더 작은 사진을 골라 주세요.",
        "en": "This photo has too many pixels. Please choose a smaller one.",
    },
    "unsupported-format": {
        "ko": "열 수 없는 파일이에요. JPG, PNG, WebP, HEIC 사진을 골라 주세요.",
        "en": "This file cannot be opened. Please choose a JPG, PNG, WebP or HEIC photo.",
    },
    "truncated": {
        "ko": "파일이 손상되어 열 수 없어요. 다른 사진을 골라 주세요.",
        "en": "This file is damaged. Please choose another photo.",
    },
    "too-small": {
        "ko": "너무 작아서 읽을 수 없어요. 상자를 더 크게 잡거나 더 큰 사진을 골라 주세요.",
        "en": "This is too small to be read. Please make the box larger, or choose a larger photo.",
    },
    "bad-box": {
        "ko": "상자가 사진 밖에 있어요. 상자를 품번에 맞춰 주세요.",
        "en": "The box lies outside of the photo. Please fit it to the code.",
    },
    "bad-corners": {
        "ko": "고른 줄이 사진 밖에 있어요. 사진을 다시 읽어 주세요.",
        "en": "The line lies outside of the photo. Please read the photo again.",
    },
    "too-complex": {
        "ko": "이 사진은 여는 데 너무 오래 걸려요. 사진을 다시 찍거나 JPG로 저장해서 골라 주세요.",
        "en": "This photo takes too long to open. Please take it again, or save it as an ordinary JPG.",
    },
    # The text
    "bad-text": _BAD_TEXT,
    "bad-code": _BAD_TEXT,
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
    "damaged": {
        "ko": "저장된 내용이 손상되어 읽을 수 없어요. `python -m datasets verify`가 이름을 알려 줘요.",
        "en": "What is stored is damaged and cannot be read. `python -m datasets verify` names it.",
    },
    "bad-pin": {"ko": "PIN은 숫자 네 개예요.", "en": "A PIN has four digits."},
    "wrong-pin": {
        "ko": "이 이름에는 다른 PIN이 저장되어 있어요. 바꾸려면 지금까지의 PIN도 적어 주세요.",
        "en": "Another PIN is saved for this name. To change it, type the PIN until now as well.",
    },
    "too-many-pins": {
        "ko": "틀린 PIN이 너무 많았어요. 1분 뒤에 다시 해 주세요.",
        "en": "There were too many wrong PINs. Please try again in a minute.",
    },
    "bad-request": {
        "ko": "이대로는 처리할 수 없어요. 입력한 내용을 확인해 주세요.",
        "en": "This cannot be done as it was asked; check what was entered.",
    },
    "bad-search": {
        "ko": "검색식을 알아듣지 못했어요.",
        "en": "The search cannot be understood.",
    },
    "name-taken": {
        "ko": "같은 이름의 검색이 이미 있어요. 다른 이름을 적어 주세요.",
        "en": "Another search has this name already. Please choose another name.",
    },
    "not-yours": {
        "ko": "다른 사람들이 고치는 프로젝트의 사진이에요. 보기만 할 수 있어요.",
        "en": "This belongs to a project in which others make changes; you may only look.",
    },
    "project-not-yours": {
        "ko": "이 프로젝트는 관리하는 사람과 소유자만 바꿀 수 있어요.",
        "en": "Only its maintainers and owners may change this project.",
    },
    "project-taken": {
        "ko": "같은 ID의 프로젝트가 이미 있어요. 다른 ID를 적어 주세요.",
        "en": "Another project has this id already. Please choose another one.",
    },
    "project-not-empty": {
        "ko": "비공개 프로젝트에 아직 사진이 있어요. 먼저 사진을 빼거나, 프로젝트를 팀에 보여 주세요.",
        "en": "Crops still belong to this private project. Let them leave it first, or show the project to the team.",
    },
    "unknown-model": {
        "ko": "그 이름의 모델을 쓸 수 없어요. 저장소에 하나만 있는 이름을, 필요하면 버전과 함께 적어 주세요.",
        "en": "No model can be taken by this name. Give one that the store holds once, with its version if need be.",
    },
    "bad-project-id": {
        "ko": "프로젝트 ID는 글자와 숫자, `.`, `_`, `-`로 40자까지 적어 주세요.",
        "en": "The id of a project has at most 40 letters, digits, `.`, `_` and `-`.",
    },
    "upload-closed": {
        "ko": "이미 시작했거나 그만둔 업로드예요. 새로 올려 주세요.",
        "en": "This upload was started or cancelled already. Please begin another one.",
    },
    "upload-incomplete": {
        "ko": "파일이 다 도착하지 않았거나 너무 많아요. 다시 올려 주세요.",
        "en": "A file has not arrived as a whole, or there are too many. Please upload again.",
    },
    "version-exists": {
        "ko": "같은 이름의 버전이 이미 있어요. 다른 이름을 적어 주세요.",
        "en": "Another version has this name already. Please choose another name.",
    },
    "nothing-to-undo": {
        "ko": "되돌릴 변경이 없어요.",
        "en": "There is no change that can be undone.",
    },
    "cycle-begun": {
        "ko": "학습이 이미 시작되어서 요청을 취소할 수 없어요.",
        "en": "The cycle has begun, so its request cannot be taken back.",
    },
    "prediction-expired": {
        "ko": "읽은 지 오래되어 서버가 사진을 잊었어요. 다시 읽어 주세요.",
        "en": "The server no longer remembers this picture. Please read it again.",
    },
    "label-proven": {
        "ko": "이 결과의 라벨은 이미 저장되어 있어서 바꾸지 않았어요. 사진을 다시 읽어 주세요.",
        "en": "This reading has a label already, which was not changed. Please read the picture again.",
    },
    "not-found": {
        "ko": "찾는 것이 서버에 없어요. 페이지를 새로고침해 주세요.",
        "en": "The server does not have this. Please reload the page.",
    },
    "invalid-request": {
        "ko": "서버가 이 요청을 받아들이지 않았어요. 적은 내용을 확인해 주세요.",
        "en": "The server did not accept this request. Please check what you typed.",
    },
    "unsupported-charset": _NOT_UNDERSTOOD,
    "unsupported-form": _NOT_UNDERSTOOD,
    # The team
    "team-off": {
        "ko": "팀 페이지가 꺼져 있어요. 서버에 TAGS_TEAM_TOKEN이나 TAGS_PUBLIC_URL을 설정하면 열려요.",
        "en": "The team's pages are switched off: set TAGS_TEAM_TOKEN or TAGS_PUBLIC_URL on the server to open them.",
    },
    "signed-out": {
        "ko": "로그인이 끝났어요. 다시 로그인해 주세요.",
        "en": "Your session has ended. Please sign in again.",
    },
    "role-needed": {
        "ko": "지금 역할로는 할 수 없어요. 필요하면 팀의 소유자에게 부탁해 주세요.",
        "en": "Your role does not allow this. If you need it, ask an owner of the team.",
    },
    "people-unavailable": {
        "ko": "계정 데이터베이스가 응답하지 않아서 누구인지 알 수 없어요. 잠시 후 다시 시도해 주세요.",
        "en": "The accounts' database is not answering, so nobody is recognised. Please try again in a moment.",
    },
    "address-taken": {
        "ko": "이 이메일은 이미 계정이 있어요.",
        "en": "This address has an account already.",
    },
    "last-owner": {
        "ko": "소유자가 한 명은 있어야 해요. 먼저 다른 사람을 소유자로 바꿔 주세요.",
        "en": "There must be an owner. Please make another person owner first.",
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
    "too-many-at-once": {
        "ko": "이 주소에서 보낸 다른 사진을 읽는 중이에요. 잠시 후 다시 시도해 주세요.",
        "en": "Other photos from this address are being read. Please try again in a moment.",
    },
    "too-many-unproven": {
        "ko": "오래된 결과의 라벨이 너무 많이 왔어요. 사진을 다시 읽거나 잠시 후 다시 시도해 주세요.",
        "en": "Too many labels of old readings. Please read the picture again, or try again in a moment.",
    },
    "too-much-kept": {
        "ko": "한 시간에 저장할 수 있는 사진의 양을 넘었어요. 나중에 다시 시도해 주세요.",
        "en": "This is more than may be saved in an hour. Please try again later.",
    },
    "unknown-host": {
        "ko": "서버가 이 주소로 온 요청을 받지 않아요. 서버의 TAGS_ALLOWED_HOSTS 설정을 확인해 주세요.",
        "en": "The server does not answer to this address: see TAGS_ALLOWED_HOSTS on the server.",
    },
    "foreign-origin": {
        "ko": "다른 사이트에서 온 요청이라 서버가 받지 않았어요.",
        "en": "The server refused this because another site asked for it.",
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
        "ko": "서버에 남은 자리가 없어서 저장하거나 지우지 못했어요.",
        "en": "The server has no room left, so nothing was saved or deleted.",
    },
    "store-unavailable": {
        "ko": "지금은 저장소를 쓸 수 없어요. 잠시 후 다시 시도해 주세요.",
        "en": "The store is not available right now. Please try again in a moment.",
    },
    "keeps-no-labels": {
        "ko": "이 서버는 사진을 읽기만 하고, 라벨은 다른 서버가 저장해요. 잠시 후 다시 시도해 주세요.",
        "en": "This server only reads photos, and labels are kept by another one. Please try again in a moment.",
    },
    "no-label": {
        "ko": "먼저 읽은 글자를 확인해서 저장해 주세요. 가격은 그 품번에 함께 저장돼요.",
        "en": "Please confirm and save the text first; the price is kept beside its code.",
    },
    "prices-unavailable": {
        "ko": "지금은 가격을 저장하거나 삭제할 수 없어요. 잠시 후 다시 시도해 주세요.",
        "en": "Prices cannot be saved or deleted right now. Please try again in a moment.",
    },
    "database-unavailable": {
        "ko": "데이터베이스가 응답하지 않아서 저장할 수 없어요. 사진은 읽을 수 있어요. 잠시 후 다시 시도해 주세요.",
        "en": "The database is not answering, so nothing is saved. Photos are read. Please try again in a moment.",
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


_MOST_CHARACTERS = 5  # named in a sentence


class FailureTexts(Texts):
    """What pages say about failed requests; a page may replace some of these sentences by its own."""

    unreachable = Words(ko="서버에 연결할 수 없어요.", en="The server cannot be reached.")
    slow = Words(ko="서버 응답이 늦어지고 있어요.", en="The server is taking too long.")
    refused = Words(ko="서버가 지금은 답하지 못해요.", en="The server has no answer right now.")
    by_kind = Words(
        ko={kind: words["ko"] for kind, words in _BY_KIND.items()},
        en={kind: words["en"] for kind, words in _BY_KIND.items()},
    )
    strange_characters = Words(
        ko="태그에는 없는 글자가 있어요: {characters}. 영문, 숫자와 - . / # : ( ) + & 만 적어 주세요.",
        en="No tag prints {characters}. Please type letters, digits and - . / # : ( ) + & only.",
    )
    scripts: Words[Mapping[str, str]] = Words(
        ko={
            "Arabic": "아랍 문자",
            "Armenian": "아르메니아 문자",
            "Cherokee": "체로키 문자",
            "Chinese": "한자",
            "Coptic": "콥트 문자",
            "Cyrillic": "키릴 문자",
            "Devanagari": "데바나가리 문자",
            "Georgian": "조지아 문자",
            "Greek": "그리스 문자",
            "Hebrew": "히브리 문자",
            "Japanese": "일본 문자",
            "Korean": "한글",
            "Lisu": "리수 문자",
            "Thai": "태국 문자",
        },
        en={},
    )


def failure_sentence(error: BackendError, texts: FailureTexts) -> str:
    """What to tell the reader about a failed request, as Markdown; the backend's own English is for the log."""
    match error:
        case BackendUnreachableError():
            return texts.unreachable
        case BackendSlowError():
            return texts.slow
        case BackendRefusedError(characters=characters) if characters:
            named = ", ".join(_character(character, texts) for character in characters[:_MOST_CHARACTERS])
            more = " …" if len(characters) > _MOST_CHARACTERS else ""
            return texts.strange_characters.format(characters=named + more)
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


def _character(character: StrangeCharacter, texts: FailureTexts) -> str:
    name = texts.scripts.get(character.name, character.name)
    if not character.glyph:
        return name
    glyph = escaped(character.glyph)
    return f"‘{glyph}’ ({name})" if name else f"‘{glyph}’"
