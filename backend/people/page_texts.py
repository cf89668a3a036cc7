"""The texts of the pages on which people sign in and accept invitations, in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from backend.people.passwords import SHORTEST

Language = Literal["ko", "en"]

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "product": ("신발 태그 리더", "Shoe tag reader"),
    "sign_in": ("로그인", "Sign in"),
    "email": ("이메일", "E-mail"),
    "password": ("비밀번호", "Password"),
    "lost": (
        "비밀번호를 잊었나요? 팀의 소유자에게 새 초대를 부탁해 주세요.",
        "Lost the password? Ask an owner of the team for a new invitation.",
    ),
    "wrong": ("이메일이나 비밀번호가 맞지 않아요.", "E-mail or password is not right."),
    "wait": (
        "비밀번호를 너무 많이 틀렸어요. {time} 후에 다시 시도해 주세요. 다른 사람의 로그인에는 영향이 없어요.",
        "Too many wrong passwords. Try again in {time}. Others can go on signing in.",
    ),
    "too_many": ("요청이 너무 많아요.", "Too many requests."),
    "too_many_more": (
        "이 주소에서 온 요청이 너무 많았어요. {time} 후에 다시 열어 주세요.",
        "Too many requests came from this address. Open the page again in {time}.",
    ),
    "seconds": ("{count}초", "{count} s"),
    "minutes": ("{count}분", "{count} min"),
    "stale": ("페이지가 오래됐어요. 다시 시도해 주세요.", "This page has grown old. Please try again."),
    "invitation": ("초대 받기", "Accept the invitation"),
    "invitation_for": ("{email} 계정의 비밀번호를 정해 주세요.", "Choose a password for {email}."),
    "name": ("이름", "Name"),
    "name_hint": ("라벨을 바꾸면 이 이름이 함께 남아요.", "It is kept with every change that you make."),
    "rule": (f"{SHORTEST}자 이상", f"At least {SHORTEST} characters"),
    "bad_password": (
        f"비밀번호는 {SHORTEST}자 이상이고 이메일과 달라야 해요.",
        f"A password has at least {SHORTEST} characters, and is not the e-mail.",
    ),
    "bad_name": ("이름은 200자 이하의 한 줄이에요.", "A name is one line of at most 200 characters."),
    "choose": ("비밀번호 정하기", "Choose the password"),
    "accepted": ("계정이 준비됐어요.", "Your account is ready."),
    "accepted_more": ("이제 로그인할 수 있어요.", "You can sign in now."),
    "to_pages": ("팀 페이지로", "To the team's pages"),
    "used": ("이 초대는 더 쓸 수 없어요.", "This invitation does not work any more."),
    "used_more": (
        "초대는 7일 동안 한 번만 쓸 수 있어요. 이미 비밀번호를 정했다면 로그인해 주세요.",
        "An invitation works once, for 7 days. If you have chosen a password already, sign in.",
    ),
    "signed_out": ("로그아웃했어요.", "You have signed out."),
    "bad_request": ("로그인을 시작할 수 없어요.", "Signing in cannot begin like this."),
    "bad_request_more": ("페이지로 돌아가서 다시 로그인해 주세요.", "Go back to the pages and sign in from there."),
    "not_invited": ("초대받지 않은 주소예요.", "This address has not been invited."),
    "not_invited_more": (
        "{email}: 팀의 소유자에게 초대를 부탁해 주세요.",
        "{email}: ask an owner of the team for an invitation.",
    ),
    "unverified_more": (
        "로그인 서비스가 이메일 주소를 확인해 주지 않았어요.",
        "The provider does not vouch for an e-mail address.",
    ),
    "outside_failed": ("로그인 서비스가 답하지 않았어요.", "The sign-in provider gave no usable answer."),
    "unavailable": ("지금은 로그인할 수 없어요.", "Signing in does not work right now."),
    "unavailable_more": ("잠시 후 다시 시도해 주세요.", "Please try again in a moment."),
    "other_language": ("English", "한국어"),
}


class PageTexts:
    """The texts in one language.

    Args:
        language: The language.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._index = get_args(Language).index(language)

    def __getattr__(self, name: str) -> str:
        """The text of this name."""
        try:
            return _TEXTS[name][self._index]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def other(self) -> Language:
        """The other language."""
        return "en" if self.language == "ko" else "ko"

    def duration(self, seconds: float) -> str:
        """Return a time to wait, rounded up."""
        whole = max(1, -int(-seconds // 1))
        if whole < 60:
            return self.seconds.format(count=whole)
        return self.minutes.format(count=-(-whole // 60))


def page_texts(asked: str | None, accept_language: str | None) -> PageTexts:
    """Return the texts in the language that the address asks for, else in the browser's first one of the two.

    Args:
        asked: "ko" or "en"; anything else asks for none.
        accept_language: The header's value.
    """
    for language in get_args(Language):
        if asked == language:
            return PageTexts(language)
    for part in (accept_language or "").lower().split(","):
        spoken = part.strip().split(";")[0].split("-")[0]
        for language in get_args(Language):
            if spoken == language:
                return PageTexts(language)
    return PageTexts("en")
