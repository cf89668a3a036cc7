"""Texts of the page "Projects", and of the choice of a project elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from frontend.account import RoleTexts
from frontend.client.project_answers import MemberRole, ProjectWhat, Visibility
from frontend.language import Language, Texts, Words
from frontend.team_entry import EntryTexts


class ProjectChoiceTexts(Texts):
    """Texts of the choice of a project."""

    project = Words(ko="프로젝트", en="Project")
    every_project = Words(ko="모든 사진", en="All crops")
    no_project = Words(ko="프로젝트 없음", en="No project")


class ProjectTexts(EntryTexts, RoleTexts, ProjectChoiceTexts):
    """Texts of the page "Projects"."""

    page = Words(ko="프로젝트", en="Projects")
    tagline = Words(
        ko="사진을 묶어 두고, 누가 볼 수 있는지 정해요.", en="Crops that belong together, and who may look at them."
    )
    visibilities: Words[Mapping[Visibility, str]] = Words(
        ko={"private": "비공개", "team": "팀", "public": "누구나 보기"},
        en={"private": "private", "team": "team", "public": "public"},
    )
    meanings: Words[Mapping[Visibility, str]] = Words(
        ko={
            "private": "비공개: 구성원과 소유자만 사진을 봐요.",
            "team": "팀: 로그인한 사람은 모두 보고, 계정의 역할만큼 고쳐요.",
            "public": "누구나 보기: 계정이 없어도 볼 수 있어요. 고치는 것은 로그인한 사람만 해요.",
        },
        en={
            "private": "private: members and owners alone see its crops.",
            "team": "team: everybody who signs in sees them, and changes them as the account's role allows.",
            "public": "public: anybody sees them, without an account; only who signs in changes them.",
        },
    )
    meaning_note = Words(
        ko="여러 프로젝트에 있는 사진은 그중 하나만 볼 수 있어도 보여요. 어디에도 없는 사진은 팀의 것이에요.",
        en="A crop of several projects is seen through any of them. A crop of none belongs to the team.",
    )
    new = Words(ko="새 프로젝트", en="New project")
    name = Words(ko="이름", en="Name")
    id = Words(ko="검색에 쓰는 ID (선택)", en="Id for searches (optional)")
    id_hint = Words(
        ko="비워 두면 이름으로 만들어요. 나중에 바꿀 수 없어요.", en="Made of the name if left empty. It never changes."
    )
    description = Words(ko="설명", en="Description")
    visibility = Words(ko="누가 보나요", en="Who sees it")
    create = Words(ko="만들기", en="Create")
    created = Words(ko="만들었어요: {name}", en="Created: {name}")
    save = Words(ko="저장", en="Save")
    saved = Words(ko="바꿨어요: {name}", en="Changed: {name}")
    crops = Words(ko="라벨 {count}개", en="{count} labels")
    explore = Words(ko="사진 보기", en="Look at its crops")
    none = Words(ko="아직 프로젝트가 없어요.", en="There are no projects yet.")
    settings = Words(ko="프로젝트 바꾸기", en="Change the project")
    model = Words(ko="사진을 읽는 모델 (선택)", en="Model that reads its crops (optional)")
    model_hint = Words(
        ko="저장소에 등록된 모델의 이름이나 이름과 버전이에요. 비워 두면 챔피언이 읽어요.",
        en="Name, or name and version, of a model in the store. Left empty, the champion reads them.",
    )
    read_by = Words(ko="읽는 모델: {model}", en="Read by {model}")
    read_by_champion = Words(ko="읽는 모델: 챔피언", en="Read by the champion")
    delete = Words(ko="프로젝트 지우기", en="Delete the project")
    delete_note = Words(
        ko="사진과 라벨은 남고, 사진은 프로젝트에서 빠져 팀의 것이 돼요. 구성원 목록은 사라져요. "
        "비공개 프로젝트는 사진이 없을 때만 지울 수 있어요.",
        en="Crops and labels stay; the crops leave the project and are the team's. Its list of members goes. "
        "A private project can only be deleted when no crop belongs to it.",
    )
    deleted = Words(ko="지웠어요: {name}", en="Deleted: {name}")
    members = Words(ko="구성원", en="Members")
    member_note = Words(
        ko="비공개 프로젝트에서 할 수 있는 일이에요. 계정의 역할보다 많이 할 수는 없어요.",
        en="What each may do in a private project; never more than the account's role allows.",
    )
    no_members = Words(ko="아직 구성원이 없어요.", en="Nobody is a member yet.")
    add = Words(ko="더하기", en="Add")
    person = Words(ko="사람", en="Person")
    role = Words(ko="역할", en="Role")
    role_of = Words(ko="{email}의 역할", en="Role of {email}")
    remove = Words(ko="빼기", en="Remove")
    member_roles: Words[Mapping[MemberRole, str]] = Words(
        ko={"viewer": "보기", "labeller": "라벨", "maintainer": "관리"},
        en={"viewer": "viewer", "labeller": "labeller", "maintainer": "maintainer"},
    )
    history = Words(ko="바뀐 내용", en="What was changed")
    whats: Words[Mapping[ProjectWhat, str]] = Words(
        ko={
            "created": "만듦",
            "name": "이름",
            "description": "설명",
            "visibility": "공개 범위",
            "model": "모델",
            "deleted": "지움",
            "member": "구성원",
            "member-removed": "구성원에서 뺌",
        },
        en={
            "created": "created",
            "name": "name",
            "description": "description",
            "visibility": "visibility",
            "model": "model",
            "deleted": "deleted",
            "member": "member",
            "member-removed": "member removed",
        },
    )


PROJECT_TEXTS: Final[Mapping[Language, ProjectTexts]] = {
    language: ProjectTexts(language) for language in get_args(Language)
}
