"""One process serves several domains: each with its own store and model, all with the same people, limits and token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError

from backend.domains import domain_settings, own_path
from backend.main import create_app
from backend.settings import Settings
from benchmarks.drivers.gcs_server import wait_until
from datasets.errors import DomainError
from datasets.samples.store import SampleStore
from ocr_model.domains.digits import DIGITS
from ocr_model.domains.tags import TAGS
from tests.backend.conftest import FakeReader
from tests.datasets.making import label, picture

TEAM = {"Authorization": "Bearer a-token-of-the-team"}
BELOW = "/domains/digits"


class Several:
    """A running service of shoe tags and digits."""

    def __init__(self, client: TestClient, settings: Settings) -> None:
        self.client, self.settings = client, settings

    def get(self, path: str) -> Any:
        answer = self.client.get(path, headers=TEAM)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read(self, below: str, png: bytes) -> Any:
        answer = self.client.post(f"{below}/v1/predictions", files={"image": png})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def label(self, below: str, prediction: str, **fields: str) -> Any:
        files = {name: (None, value) for name, value in fields.items()}
        return self.client.post(f"{below}/v1/predictions/{prediction}/label", files=files)


def serve(settings: Settings, **changes: object) -> tuple[TestClient, Settings]:
    chosen = settings.model_copy(
        update={"domains": ("tags", "digits"), "team_token": SecretStr("a-token-of-the-team"), **changes}
    )

    def load(folder: Path | None, threads: int) -> FakeReader:
        found = FakeReader()
        if folder == DIGITS.shipped_model:
            found.text = "7"
        return found

    return TestClient(create_app(chosen, load_recognizer=load)), chosen


@pytest.fixture
def several(settings: Settings) -> Iterator[Several]:
    client, chosen = serve(settings)
    with client:
        found = Several(client, chosen)
        assert wait_until(lambda: client.get("/readyz").status_code == client.get(f"{BELOW}/readyz").status_code == 200)
        yield found


def test_each_domain_reads_with_its_model_and_keeps_in_its_store(several: Several, png: bytes) -> None:
    tag, digit = several.read("", png), several.read(BELOW, png)
    assert (tag["text"], digit["text"]) == ("ART GW2871", "7")
    assert several.label("", tag["id"], status="corrected", text="GW2872").json()["text"] == "ART GW2872"
    kept = several.label(BELOW, digit["id"], status="corrected", text="１").json()
    assert (kept["text"], kept["code"], kept["formats"], kept["proven"]) == ("1", "1", [], True)
    for below, text in (("", "ARTGW2872"), (BELOW, "1")):
        assert [item["text"] for item in several.get(f"{below}/v1/team/samples?where=all")["items"]] == [text]
    with SampleStore.open(several.settings.data_dir / "domains" / "digits" / "spool", domain=DIGITS) as store:
        assert [sample.label.text for sample in store.samples()] == ["1"]
    with pytest.raises(DomainError, match="is a store of digits"):
        SampleStore.open(several.settings.data_dir / "domains" / "digits" / "spool")


def test_a_text_of_another_domain_is_refused_in_words(several: Several, png: bytes) -> None:
    digit = several.read(BELOW, png)
    refused = several.label(BELOW, digit["id"], status="corrected", text="GW2872")
    assert (refused.status_code, refused.json()["kind"]) == (422, "bad-text")
    assert refused.json()["detail"] == "The text is longer than one character."
    refused = several.label(BELOW, digit["id"], status="corrected", text="A")
    assert "cannot be on a drawn digit" in refused.json()["detail"]


def test_a_reading_of_one_domain_is_unknown_to_the_other(several: Several, png: bytes) -> None:
    tag, digit = several.read("", png), several.read(BELOW, png)
    for below, prediction in ((BELOW, tag["id"]), ("", digit["id"])):
        assert several.label(below, prediction, status="accepted").json()["kind"] == "prediction-expired"


def test_a_proof_of_one_domain_proves_nothing_in_the_other(settings: Settings, png: bytes) -> None:
    client, chosen = serve(settings, store_key=SecretStr("the-key-of-one-store-and-no-other"))
    with client:
        several = Several(client, chosen)
        assert wait_until(lambda: client.get("/readyz").status_code == client.get(f"{BELOW}/readyz").status_code == 200)
        digit = several.read(BELOW, png)
        fields = {"status": "corrected", "text": "1", "read_text": "7", "proof": digit["proof"]}
        files: dict[str, Any] = {"image": png, **{name: (None, value) for name, value in fields.items()}}
        address = f"/v1/predictions/{digit['id']}/label"
        assert client.post(address, files=files).json()["proven"] is False
        assert client.post(f"{BELOW}{address}", files=files).json()["proven"] is True


def test_what_is_the_shoe_shoppers_alone_is_not_there(several: Several, png: bytes) -> None:
    for path in ("/v1/products?code=GW2871", "/v1/account", "/v1/team/people", "/docs", "/openapi.json", "/v1/domains"):
        assert several.client.get(f"{BELOW}{path}", headers=TEAM).status_code == 404, path
    assert several.client.post(f"{BELOW}/v1/tags", files={"image": png}).status_code == 404
    assert several.client.get("/domains/shoes/v1/model").status_code == 404


def test_the_teams_token_opens_all_domains_and_nothing_else_does(several: Several) -> None:
    for below in ("", BELOW):
        assert several.client.get(f"{below}/v1/team/overview").status_code == 401
        assert several.get(f"{below}/v1/team/overview")["labels"]["kept"] == 0


def test_clients_share_their_limits_over_all_domains(settings: Settings) -> None:
    client, _ = serve(settings, rate_per_minute=1, rate_burst=4)
    with client:
        found = [client.get(f"{below}/v1/model").status_code for below in ("", BELOW) * 4]
        assert found.count(429) == 4


def test_what_is_read_is_told(several: Several) -> None:
    assert several.get("/v1/domains")["domains"] == [
        {"name": "tags", "path": "", "charset": TAGS.charset, "longest": 64, "reads": True, "keeps": True},
        {"name": "digits", "path": BELOW, "charset": "0123456789", "longest": 1, "reads": True, "keeps": True},
    ]
    assert several.get(f"{BELOW}/v1/model")["charset"] == "0123456789"
    assert several.get("/readyz")["domains"] == {"digits": {"status": "ready"}}


def test_a_domain_that_fails_takes_no_other_down(settings: Settings, png: bytes) -> None:
    with SampleStore.open(settings.data_dir / "domains" / "digits" / "spool") as store:  # of shoe tags, by a wrong hand
        store.keep(picture(1), label("p1"))
    client, _ = serve(settings)
    with client:
        assert wait_until(lambda: client.get("/readyz").status_code == 200)
        assert wait_until(lambda: client.get("/readyz").json()["domains"]["digits"]["status"] == "reading")
        ready = client.get("/readyz").json()
        assert ready["status"] == "ready"
        assert "cannot be opened" in ready["domains"]["digits"]["missing"]
        assert client.post("/v1/predictions", files={"image": png}).status_code == 200


def test_a_model_of_another_domain_does_not_serve(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text('{"domain": "plates"}')
    failures: list[str] = []
    app = create_app(settings.model_copy(update={"model_dir": tmp_path / "model"}), on_failure=failures.append)
    with TestClient(app):
        assert wait_until(lambda: bool(failures))
    assert failures == [f"the model in {tmp_path / 'model'} reads plates, not tags"]


def test_settings_of_a_further_domain_lie_beside_the_firsts(settings: Settings, tmp_path: Path) -> None:
    first = settings.model_copy(
        update={
            "data_dir": Path("var"),
            "storage_url": "gs://bucket/shop",
            "database_url": SecretStr("postgresql://u:p@host/db"),
            "store_key": SecretStr("the-key-of-one-store-and-no-other"),
            "domains": ("tags", "digits"),
        }
    )
    digits = domain_settings(first, DIGITS)
    assert digits.spool == Path("var/domains/digits/spool")
    assert digits.catalogue == Path("var/domains/digits/catalogue.sqlite3")
    assert digits.storage_url == "gs://bucket/shop/domains/digits"
    assert digits.shared_url == "postgresql://u:p@host/db?options=-csearch_path%3Ddomain_digits"
    assert (digits.first_model, digits.domain) == (DIGITS.shipped_model, DIGITS)
    assert first.signing_key is not None and digits.signing_key is not None
    assert first.signing_key.sign("reading", 1) != digits.signing_key.sign("reading", 1)
    moved = domain_settings(first.model_copy(update={"spool_dir": Path("/disk/spool")}), DIGITS)
    assert moved.spool == Path("/disk/domains/digits/spool")


@pytest.mark.parametrize("value", ["", "shoes", "tags,tags", "tags,,digits", "digits,tags"])
def test_settings_name_domains_that_there_are(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_DOMAINS", value)
    if not value:
        assert Settings().domains == ("tags",)
        return
    with pytest.raises(ValidationError):
        Settings()
    monkeypatch.setenv("TAGS_DOMAINS", "digits, plates")
    assert Settings().domain is DIGITS


def test_a_path_is_seen_as_its_domain_sees_it() -> None:
    assert own_path("/domains/digits/v1/tags") == "/v1/tags"
    assert own_path("/v1/domains/digits/v1") == "/v1/domains/digits/v1"
    assert own_path("/domains/digits") == "/domains/digits"


def test_one_scrape_has_all_domains_and_the_process_once(settings: Settings, png: bytes) -> None:
    client, _ = serve(settings)
    with client:
        assert wait_until(lambda: all(client.get(f"{below}/readyz").status_code == 200 for below in ("", BELOW)))
        for below in ("", BELOW, BELOW):
            assert client.post(f"{below}/v1/predictions", files={"image": png}).status_code == 200
        lines = client.get("/metrics").text.splitlines()
        alone = client.get(f"{BELOW}/metrics").text.splitlines()
    assert 'tags_readings_total{outcome="text"} 1.0' in lines
    assert 'tags_readings_total{domain="digits",outcome="text"} 2.0' in lines
    assert {"tags_ready 1.0", 'tags_ready{domain="digits"} 1.0'} <= set(lines)
    assert 'tags_readings_total{outcome="text"} 2.0' in alone
    assert len({line for line in lines if line.startswith("# TYPE")}) == sum(
        line.startswith("# TYPE") for line in lines
    )
    assert [line.split(" ")[0] for line in lines if line.startswith("tags_cpu_seconds_total")] == [
        "tags_cpu_seconds_total"
    ]
    assert "tags_canary_returns_total" in "\n".join(lines)
