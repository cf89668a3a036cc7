"""Texts of the page "People"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from frontend.account import RoleTexts
from frontend.client.people_answers import Role
from frontend.language import Language, Words
from frontend.team_entry import EntryTexts


class PeopleTexts(EntryTexts, RoleTexts):
    """Texts of the page "People"."""

    page = Words(ko="사람", en="People")
    may: Words[Mapping[Role, str]] = Words(
        ko={
            "viewer": "보기: 데이터와 모델을 보고 내려받아요.",
            "labeller": "라벨: 라벨과 태그를 고치고 검토하고, 검색을 저장해요.",
            "maintainer": "관리: 데이터 버전을 만들고 학습을 요청해요.",
            "owner": "소유자: 사람을 초대하고 역할을 바꿔요.",
        },
        en={
            "viewer": "viewer: looks at data and models, and downloads them.",
            "labeller": "labeller: changes and reviews labels and tags, and saves searches.",
            "maintainer": "maintainer: makes dataset versions and asks for cycles.",
            "owner": "owner: invites people and changes their roles.",
        },
    )
    each_more = Words(
        ko="역할은 앞의 역할이 하는 일을 모두 할 수 있어요.", en="Each role may also do what those before it may."
    )
    me = Words(ko="{name} · {email} · {role}", en="{name} · {email} · {role}")
    by_token = Words(
        ko="팀 토큰으로 들어왔어요. 사람을 바꾸려면 소유자로 로그인해 주세요.",
        en="You are here with the team's token. To change people, sign in as an owner.",
    )
    sign_me_out = Words(ko="모든 곳에서 로그아웃", en="Sign out everywhere")
    signed_me_out = Words(ko="모든 브라우저에서 로그아웃했어요.", en="You have signed out in all browsers.")
    only_maintainers = Words(
        ko="다른 사람의 계정은 ‘관리’ 역할부터 볼 수 있어요.", en="Other people's accounts are shown to maintainers."
    )
    invite = Words(ko="초대하기", en="Invite")
    email = Words(ko="이메일", en="E-mail")
    role = Words(ko="역할", en="Role")
    roles_told = Words(ko="역할마다 할 수 있는 일", en="What each role may do")
    role_of = Words(ko="{email}의 역할", en="Role of {email}")
    bad_email = Words(ko="이메일 주소를 적어 주세요.", en="Please type an e-mail address.")
    mailed = Words(ko="{email}로 초대 메일을 보냈어요.", en="An invitation was mailed to {email}.")
    pass_on = Words(
        ko="{email}에게 이 주소를 전해 주세요. 7일 동안 한 번만 쓸 수 있고, 다시 보여 주지 않아요.",
        en="Pass this address on to {email}. It works once, for 7 days, and is not shown again.",
    )
    changed = Words(ko="바꿨어요: {email}", en="Changed: {email}")
    waiting = Words(ko="초대함", en="invited")
    off = Words(ko="중지됨", en="switched off")
    unverified = Words(ko="이메일 미확인", en="e-mail not verified")
    invited_by = Words(ko="초대한 사람: {name}", en="Invited by {name}")
    more = Words(ko="더 보기", en="More")
    again = Words(ko="새 초대 (비밀번호 다시 정하기)", en="New invitation (to choose a password anew)")
    sign_out_person = Words(ko="모든 곳에서 로그아웃시키기", en="Sign out everywhere")
    switch_off = Words(ko="로그인 막기", en="Switch off")
    switch_on = Words(ko="로그인 허용", en="Switch on")
    remove = Words(ko="계정 삭제", en="Remove the account")
    remove_sure = Words(ko="남긴 라벨과 이름은 그대로 있어요.", en="What this person has changed stays, with the name.")
    nobody = Words(ko="아직 아무도 없어요.", en="There is nobody yet.")


PEOPLE_TEXTS: Final[Mapping[Language, PeopleTexts]] = {
    language: PeopleTexts(language) for language in get_args(Language)
}
