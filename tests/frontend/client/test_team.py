from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drivers.server import running_backend
from datasets.cycles.publication import publish_failure
from datasets.models.champions import Champions
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.card import write_cards
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version
from frontend.client.connection import Connection
from frontend.client.explorer import ExplorerClient
from frontend.client.failures import BackendRefusedError
from frontend.client.team import TeamClient
from frontend.client.team_answers import Overview, Progress, Requested
from tests.datasets.making import label
from tests.datasets.patterns import pattern
from tests.frontend.conftest import CHAMPION
from tests.frontend.fake_backend import FakeBackend
from tests.frontend.fake_team import TOKEN


@pytest.fixture
def client(fake: FakeBackend) -> TeamClient:
    return TeamClient(Connection(fake.url, read_seconds=60), TOKEN)


@pytest.mark.parametrize("token", [None, "", "wrong", "토큰", "line\nbreak"])
def test_another_token_is_refused(fake: FakeBackend, token: str | None) -> None:
    with pytest.raises(BackendRefusedError) as error:
        TeamClient(Connection(fake.url), token).overview()
    assert (error.value.status, error.value.kind) == (401, "wrong-token")


def test_the_token_goes_along_with_the_shoppers_address(fake: FakeBackend) -> None:
    plain = Connection(fake.url)
    client = TeamClient(plain.on_behalf_of("203.0.113.7"), TOKEN)
    assert str(client.overview().serving) == "trba v4.0"
    with pytest.raises(BackendRefusedError):
        plain.ask(Overview, "GET", "/v1/team/overview")


def test_everything_at_a_glance_arrives(client: TeamClient) -> None:
    overview = client.overview()
    assert [one.name for one in overview.versions] == ["v1.0", "v2.0", "v3.0", "v4.0", "v5.0"]
    assert overview.versions[0].verdict is None
    assert overview.cycles[0].scores[0].challenger_right == 176
    assert (overview.cycles[3].outcome, overview.cycles[3].scores) == ("failed", ())
    assert str(overview.champions[-1]) == "trba v4.0"
    assert overview.labels is not None
    assert overview.labels.days[0].confidence == 0.8


def test_a_store_that_does_not_answer_is_no_error(client: TeamClient, fake: FakeBackend) -> None:
    fake.team.overview |= {"labels": None, "queue": None, "serving": None, "faults": ["the bucket does not answer"]}
    overview = client.overview()
    assert (overview.labels, overview.queue, overview.serving) == (None, None, None)
    assert overview.faults == ("the bucket does not answer",)


def test_an_odd_answer_is_refused(client: TeamClient, fake: FakeBackend) -> None:
    fake.team.overview["cycles"][0]["outcome"] = "splendid"
    with pytest.raises(BackendRefusedError):
        client.overview()


def test_pictures_and_reports_arrive_as_they_are(client: TeamClient) -> None:
    assert client.sheet("v1.0").startswith(b"\x89PNG")
    assert client.report("v2.0-accepted") == b"<p>report of v2.0-accepted"
    with pytest.raises(BackendRefusedError):
        client.report("..")


def test_no_challenger_is_none(client: TeamClient, fake: FakeBackend) -> None:
    shadow = client.shadow()
    assert (str(shadow.challenger), shadow.labels["challenger"]) == ("trba v5.0", 3)
    fake.team.shadow["challenger"] = None
    assert client.shadow().challenger is None


def test_a_cycle_is_asked_for_and_watched(client: TeamClient, fake: FakeBackend) -> None:
    identity = client.request_cycle(None, "because").id
    assert fake.team.requests == [{"version": "", "why": "because"}]
    (cycle,) = client.activity().cycles
    assert (cycle.id, cycle.progress) == (identity, None)
    fake.team.begin("train", 5, 10)
    (cycle,) = client.activity().cycles
    assert (cycle.progress, cycle.worker) == (Progress(stage="train", done=5, total=10), "worker-1")


def test_the_real_backend_answers_as_the_fake_one_does(tmp_path: Path) -> None:
    if not CHAMPION.exists():
        pytest.skip("there are no weights in ocr_model/weights/champion/")
    spool = tmp_path / "spool"
    with SampleStore.open(spool) as store, Places.open(spool) as places:
        for number in range(12):
            said = {"status": "corrected", "read_confidence": 0.99} if number == 3 else {}
            store.keep(pattern(number), label(f"p{number}", "GW2871" if number == 3 else "CW2288-111", **said))
        request = VersionRequest(filters=(parse_filter("all"),))
        version = create_version(store, places, "v1.0", request)
        write_cards(store, VersionCatalogue(places), version, frozenset())
        champions = Champions(places.authority)
        champions.begin(CHAMPION.parent, by="me")
        publish_failure(places.authority, "v1.0-a", "v1.0", "the disk is full", "me", "")
    with running_backend(spool, tmp_path / "log", TAGS_TEAM_TOKEN=TOKEN) as url:
        client = TeamClient(Connection(url), TOKEN)
        overview = client.overview()
        assert overview.faults == ()
        assert [(one.name, one.verdict) for one in overview.versions] == [("v1.0", "failed")]
        assert [one.id for one in overview.cycles] == ["v1.0-a"]
        assert "the disk is full" in overview.cycles[0].reason.text
        assert [one.kind for one in overview.champions] == ["promotion"]
        assert overview.labels is not None
        assert (overview.labels.kept, overview.labels.waiting) == (12, 1)
        assert client.card("v1.0").has_sheet
        assert client.sheet("v1.0").startswith(b"\x89PNG")
        assert b"the disk is full" in client.report("v1.0-a")
        assert client.shadow().challenger is None
        (item,) = client.review().items
        explorer = ExplorerClient(Connection(url), TOKEN, by="김지인")
        assert explorer.crop(item.sample).startswith(b"\x89PNG")
        assert explorer.reading_now(item.sample).model == overview.serving
        with pytest.raises(BackendRefusedError) as error:
            explorer.change("fix", item.labels, "한글")
        assert error.value.kind == "bad-text"
        (changed,) = explorer.change("fix", item.labels, "gw2872")
        assert changed.label is not None
        assert (changed.label.text, changed.label.by) == ("GW2872", "김지인")
        assert client.review().waiting == 0
        requested = client.request_cycle("v1.0", "to see")
        assert client.request_cycle("v1.0", "again") == Requested(id=requested.id, waited=True)
        activity = client.activity()
        assert (activity.workers, [one.id for one in activity.cycles]) == ((), [requested.id])
        client.withdraw_cycle(requested.id)
        assert client.activity().cycles == ()
