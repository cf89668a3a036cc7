"""What the page is tested with is what the backend documents to answer."""

from __future__ import annotations

from backend.schemas import CanaryBody, ShadowBody
from backend.team.bodies import ActivityBody, OverviewBody
from backend.team.explore_bodies import ChangesBody, DetailsBody, FoundCountBody, FoundPageBody
from backend.team.review_bodies import ReadingNowBody, ReviewBody
from tests.frontend.fake_explorer import FakeExplorer, event_name
from tests.frontend.fake_team import NOON, FakeTeam, words


def test_the_fake_team_is_told_what_the_backend_documents() -> None:
    team = FakeTeam()
    asked = {"id": "key-1", "by": words("jin"), "version": "v4.0", "why": words(""), "at": NOON.isoformat()}
    team.cycles.append(asked | {"worker": None, "progress": None})
    team.begin("train", 1, 2)
    for body, answer in (
        (OverviewBody, team.overview),
        (ActivityBody, {"workers": team.workers, "cycles": team.cycles}),
        (ShadowBody, team.shadow),
        (CanaryBody, team.canary),
    ):
        assert body.model_validate(answer)


def test_the_fake_explorer_answers_what_the_backend_documents() -> None:
    explorer = FakeExplorer()
    for body, answer in (
        (FoundPageBody, explorer.page("", "newest", None)),
        (FoundCountBody, explorer.count("status = corrected")),
        (DetailsBody, explorer.details("prediction00000003")),
        (ReviewBody, explorer.review()),
        (ReadingNowBody, explorer.reading),
        (ChangesBody, explorer.change("drop", f"prediction00000003 {event_name(3)}\nnobody {event_name(1)}", "")),
    ):
        assert body.model_validate(answer)
