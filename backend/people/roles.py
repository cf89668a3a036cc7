"""Roles, and the least role that each of the team's routes needs, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Role = Literal["viewer", "labeller", "maintainer", "owner"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)  # each may do what those before it may

# What the team's token may do: all but people, whose changes need a person.
TOKEN_ROLE: Final[Role] = "maintainer"  # noqa: S105 - a role

_V: Final = "/v1/team"
# By method and path template. A route that is missing here is for owners alone.
_LEAST: Final[Mapping[Role, tuple[tuple[str, str], ...]]] = {
    "viewer": (
        ("GET", f"{_V}/me"),
        ("POST", f"{_V}/me/sign-out"),
        ("GET", f"{_V}/overview"),
        ("GET", f"{_V}/versions/{{name}}"),
        ("GET", f"{_V}/versions/{{name}}/sheet.png"),
        ("GET", f"{_V}/cycles"),
        ("GET", f"{_V}/cycles/{{cycle}}/report.html"),
        ("GET", f"{_V}/review"),
        ("GET", f"{_V}/tags"),
        ("GET", f"{_V}/samples"),
        ("GET", f"{_V}/samples/count"),
        ("GET", f"{_V}/samples/teaching"),
        ("GET", f"{_V}/samples/{{digest}}.png"),
        ("GET", f"{_V}/samples/{{digest}}/reading"),
        ("GET", f"{_V}/samples/{{digest}}/thumbnail.webp"),
        ("GET", f"{_V}/samples/{{digest}}/alike"),
        ("POST", f"{_V}/samples/named"),
        ("POST", f"{_V}/samples/export.zip"),
        ("POST", f"{_V}/samples/export.csv"),
        ("POST", f"{_V}/samples/export.parquet"),
        ("POST", f"{_V}/samples/export.tar"),
        ("POST", f"{_V}/samples/export.lmdb.zip"),
        ("GET", f"{_V}/labels/{{prediction_id}}"),
        ("GET", f"{_V}/searches"),
        ("GET", f"{_V}/searches/help"),
        ("GET", f"{_V}/lists"),
        ("GET", f"{_V}/lists/{{name}}"),
        ("POST", f"{_V}/map"),
        ("POST", f"{_V}/map/inside"),
        ("GET", f"{_V}/projects"),
        ("GET", f"{_V}/projects/{{project}}"),
        ("GET", f"{_V}/uploads"),
        ("GET", f"{_V}/uploads/{{upload}}"),
        ("GET", f"{_V}/uploads/{{upload}}/files"),
        ("GET", f"{_V}/uploads/{{upload}}/results.csv"),
        ("GET", f"{_V}/gate/passages"),
        ("GET", f"{_V}/gate/passages.csv"),
        ("GET", f"{_V}/gate/passages/{{passage}}.png"),
        ("GET", f"{_V}/gate/visits"),
        ("GET", f"{_V}/gate/vehicles"),
    ),
    "labeller": (
        ("POST", f"{_V}/labels"),
        ("POST", f"{_V}/marks"),
        ("DELETE", f"{_V}/marks/{{action}}"),
        ("POST", f"{_V}/searches"),
        ("DELETE", f"{_V}/searches"),
        ("POST", f"{_V}/uploads"),
        ("POST", f"{_V}/uploads/{{upload}}/files"),
        ("POST", f"{_V}/uploads/{{upload}}/start"),
        ("DELETE", f"{_V}/uploads/{{upload}}"),
        ("POST", f"{_V}/gate/frames"),
        ("POST", f"{_V}/gate/passages/{{passage}}"),
        ("POST", f"{_V}/gate/vehicles"),
    ),
    "maintainer": (
        ("POST", f"{_V}/versions"),
        ("POST", f"{_V}/cycles"),
        ("DELETE", f"{_V}/cycles/{{cycle}}"),
        ("GET", f"{_V}/people"),
        ("POST", f"{_V}/projects"),
        ("POST", f"{_V}/projects/{{project}}"),
        ("POST", f"{_V}/projects/{{project}}/members/{{person}}"),
        ("DELETE", f"{_V}/projects/{{project}}/members/{{person}}"),
        ("DELETE", f"{_V}/gate/plates/{{plate}}"),
    ),
    "owner": (
        ("GET", f"{_V}/downloads"),
        ("DELETE", f"{_V}/projects/{{project}}"),
        ("POST", f"{_V}/people"),
        ("POST", f"{_V}/people/{{person}}"),
        ("POST", f"{_V}/people/{{person}}/invitation"),
        ("POST", f"{_V}/people/{{person}}/sign-out"),
        ("DELETE", f"{_V}/people/{{person}}"),
    ),
}
LEAST_ROLES: Final[Mapping[tuple[str, str], Role]] = {route: role for role in ROLES for route in _LEAST[role]}

# What anybody may ask about public projects, without an account: pictures, labels and searches. Nothing that changes
# anything, that is about the team's work, or that takes long.
FOR_GUESTS: Final = frozenset(
    {
        ("GET", f"{_V}/projects"),
        ("GET", f"{_V}/projects/{{project}}"),
        ("GET", f"{_V}/samples"),
        ("GET", f"{_V}/samples/count"),
        ("GET", f"{_V}/samples/{{digest}}.png"),
        ("GET", f"{_V}/samples/{{digest}}/thumbnail.webp"),
        ("GET", f"{_V}/labels/{{prediction_id}}"),
    }
)


def least_role(method: str, path: str) -> Role:
    """Return the least role that a route needs.

    Args:
        method: The request's; HEAD counts as GET.
        path: The route's template.
    """
    return LEAST_ROLES.get(("GET" if method == "HEAD" else method, path), "owner")


def may(role: Role, needed: Role) -> bool:
    """Whether a role allows what a route needs."""
    return ROLES.index(role) >= ROLES.index(needed)
