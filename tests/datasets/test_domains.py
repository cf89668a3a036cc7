"""Two domains never mix: not in a store, a bucket, an index, a version, a model, a champion or a cycle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from datasets.cycles.cycle import run_cycle
from datasets.cycles.settings import CycleSettings
from datasets.errors import DomainError, ForeignModelError
from datasets.models.champions import Champions
from datasets.models.registry import ModelRegistry
from datasets.objects.names import DOMAIN, version_file_name
from datasets.samples.places import Places, domain_folder, domain_url
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import Version
from ocr_model.domains.digits import DIGITS
from ocr_model.domains.domain import Domain
from ocr_model.domains.plates import PLATES
from ocr_model.domains.tags import TAGS
from tests.datasets.command_line import run
from tests.datasets.making import label, model_folder, picture

ALL = VersionRequest(filters=(parse_filter("all"),))


class Opened:
    """A store with its places."""

    def __init__(self, stack: ExitStack, spool: Path, domain: Domain) -> None:
        self.store = stack.enter_context(SampleStore.open(spool, domain=domain))
        self.places = stack.enter_context(Places.open(spool, domain=domain))


@pytest.fixture
def digits(tmp_path: Path) -> Iterator[Opened]:
    with ExitStack() as stack:
        yield Opened(stack, tmp_path / "digits", DIGITS)


@pytest.fixture
def tags(tmp_path: Path) -> Iterator[Opened]:
    with ExitStack() as stack:
        yield Opened(stack, tmp_path / "tags", TAGS)


def digit_model(folder: Path, name: str = "digit", domain: str = "digits") -> Path:
    made = model_folder(folder, name)
    file = made / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"domain": domain}))
    return made


def keep(opened: Opened, number: int, text: str) -> None:
    opened.store.keep(picture(number), label(f"p{number}", text, status="corrected"))


def test_a_store_of_digits_keeps_and_finds_digits_and_makes_versions_of_them(digits: Opened) -> None:
    for number in range(10):
        keep(digits, number, " ７ " if number == 7 else str(number))
    assert {sample.label.text for sample in digits.store.samples()} == set("0123456789")
    assert digits.store.search.count(parse_filter('code = "7"')).labels == 1
    version = create_version(digits.store, digits.places, "v1.0", ALL)
    assert version.manifest.domain == "digits"
    assert version.manifest.stored()["domain"] == "digits"
    assert VersionCatalogue(digits.places).read("v1.0").manifest == version.manifest
    assert {entry.code for entry in version.manifest.entries} == {""}  # all ten stand on both sides


def test_the_pictures_of_one_vehicle_stay_on_one_side(tmp_path: Path) -> None:
    with ExitStack() as stack:
        plates = Opened(stack, tmp_path / "plates", PLATES)
        for number, text in enumerate(["12가 3456", "12가-3456", "12나3456"]):
            keep(plates, number, text)
        entries = create_version(plates.store, plates.places, "v1.0", ALL).manifest.entries
        assert sorted(entry.code for entry in entries) == ["12가3456", "12가3456", "12나3456"]
        assert plates.store.search.count(parse_filter("brand = korea")).labels == 3


@pytest.mark.parametrize("other", [TAGS, PLATES], ids=lambda domain: domain.name)
def test_a_spool_is_opened_as_no_other_domain(digits: Opened, tmp_path: Path, other: Domain) -> None:
    for refused in (
        lambda: SampleStore.open(tmp_path / "digits", domain=other),
        lambda: Places.open(tmp_path / "digits", domain=other),
    ):
        with pytest.raises(DomainError, match="is a store of digits"):
            refused()


def test_a_spool_of_shoe_tags_is_opened_as_tags_only(tags: Opened, tmp_path: Path) -> None:
    keep(tags, 1, "CW2288-111")
    assert not (tmp_path / "tags" / DOMAIN).exists()
    with pytest.raises(DomainError, match="is a store of tags, and digits need one of their own"):
        SampleStore.open(tmp_path / "tags", domain=DIGITS)


def test_a_new_spool_does_not_get_the_bucket_of_another_domain(digits: Opened, tmp_path: Path) -> None:
    bucket = (tmp_path / "bucket").as_uri()
    with SampleStore.open(tmp_path / "one", storage_url=bucket, domain=DIGITS) as store:
        store.keep(picture(1), label("p1", "7"))
        assert store.bucket.flush(20)
    for domain in (TAGS, PLATES):
        with pytest.raises(DomainError, match="is a store of digits"):
            SampleStore.open(tmp_path / f"other {domain.name}", storage_url=bucket, domain=domain)
        with Places.open(tmp_path / f"places {domain.name}", bucket, domain=domain) as places:
            with pytest.raises(DomainError, match="is a store of digits"):
                VersionCatalogue(places).names()
    with SampleStore.open(tmp_path / "two", storage_url=bucket, domain=DIGITS) as store:
        assert store.bucket.pull() == 1


def test_an_older_spool_sends_nothing_to_the_bucket_of_another_domain(tags: Opened, tmp_path: Path) -> None:
    keep(tags, 1, "CW2288-111")
    tags.store.close()
    bucket = tmp_path / "bucket"
    with SampleStore.open(tmp_path / "one", storage_url=bucket.as_uri(), domain=DIGITS):
        pass
    before = sorted(path for path in bucket.rglob("*") if path.is_file() and "local" not in path.parts)
    with SampleStore.open(tmp_path / "tags", storage_url=bucket.as_uri()) as store:
        assert not store.bucket.flush(1.0)
        assert "is a store of digits" in (store.bucket.queue().last_error or "")
    assert before == sorted(path for path in bucket.rglob("*") if path.is_file() and "local" not in path.parts)


def test_domains_share_a_database_and_none_sees_the_others_labels(tmp_path: Path, postgres: str) -> None:
    for database in (f"sqlite:///{tmp_path}/index.sqlite3", postgres):
        name = database.partition(":")[0]
        with ExitStack() as stack:
            stores = [
                stack.enter_context(SampleStore.open(tmp_path / name / domain.name, database=database, domain=domain))
                for domain in (TAGS, DIGITS, PLATES)
            ]
            for store, text in zip(stores, ("CW2288-111", "7", "12가3456"), strict=True):
                store.keep(picture(1), label("p1", text))
            assert [[sample.label.text for sample in store.samples()] for store in stores] == [
                ["CW2288-111"],
                ["7"],
                ["12가3456"],
            ]
            assert [store.counts().kept for store in stores] == [1, 1, 1]
    assert (tmp_path / "index-digits.sqlite3").is_file()


def test_a_version_of_another_domain_is_neither_read_nor_created(tags: Opened, digits: Opened) -> None:
    keep(digits, 1, "7")
    version = create_version(digits.store, digits.places, "v1.0", ALL)
    with pytest.raises(DomainError, match=r"version v1\.0 is of digits, and this is a store of tags"):
        VersionCatalogue(tags.places).create(version)
    tags.places.local.put(version_file_name("v1.0"), version.to_bytes())  # as a wrong hand may copy it
    for read in (VersionCatalogue(tags.places).read, lambda name: list(VersionCatalogue(tags.places).lineage(name))):
        with pytest.raises(DomainError, match=r"version v1\.0 is of digits"):
            read("v1.0")


def test_a_version_of_shoe_tags_has_the_hash_that_it_had(tags: Opened) -> None:
    keep(tags, 1, "CW2288-111")
    version = create_version(tags.store, tags.places, "v1.0", ALL)
    assert "domain" not in version.manifest.stored()
    assert Version.named("v1.0", version.to_bytes()).manifest.domain == "tags"


def test_a_model_of_another_domain_is_neither_registered_nor_crowned_nor_fetched(
    tags: Opened, digits: Opened, tmp_path: Path
) -> None:
    shoes, ten = model_folder(tmp_path / "shoes", "shoes"), digit_model(tmp_path / "ten")
    for opened, foreign, read in ((tags, ten, "digits"), (digits, shoes, "tags")):
        registry = ModelRegistry(opened.places.authority)
        with pytest.raises(ForeignModelError, match=f"reads {read}, and .* is a store of {opened.store.domain.name}"):
            registry.register(foreign)
        with pytest.raises(ForeignModelError):
            Champions(opened.places.authority).begin(foreign, by="somebody")
        assert not list(registry.digests())
    digest = ModelRegistry(digits.places.authority).register(ten)
    for name in digits.places.local.names(f"models/{digest}/"):
        tags.places.local.put(name, digits.places.local.get(name))  # as a wrong hand may copy it
    champions = Champions(tags.places.authority)
    for use in (
        lambda: champions.registry.model(digest),
        lambda: champions.registry.fetch(digest, tmp_path / "cache"),
        lambda: champions.promote(digest, expected=None, by="somebody", reason="it looks good"),
    ):
        with pytest.raises(ForeignModelError, match="reads digits"):
            use()
    assert champions.current() is None
    assert Champions(digits.places.authority).begin(ten, by="somebody").name == "digit"


def test_a_cycle_refuses_version_champion_and_places_of_another_domain(
    tags: Opened, digits: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.cycles.cycle.require_training", lambda: None)
    keep(digits, 1, "7")
    keep(tags, 1, "CW2288-111")
    foreign = create_version(digits.store, digits.places, "v1.0", ALL)
    tags.places.local.put(version_file_name("v1.0"), foreign.to_bytes())
    create_version(tags.store, tags.places, "v2.0", ALL)
    work, ten = tmp_path / "work", digit_model(tmp_path / "ten")
    with pytest.raises(DomainError, match="places of tags, and a store of digits"):
        run_cycle(digits.store, tags.places, "v1.0", CycleSettings(), work=work)
    with pytest.raises(DomainError, match=r"version v1\.0 is of digits"):
        run_cycle(tags.store, tags.places, "v1.0", CycleSettings(), work=work)
    with pytest.raises(ForeignModelError, match="reads digits"):
        run_cycle(tags.store, tags.places, "v2.0", CycleSettings(shipped=ten), work=work)
    assert Champions(tags.places.authority).current() is None


def test_the_command_line_finds_each_domains_own_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasets.__main__ import main

    monkeypatch.chdir(tmp_path)
    with SampleStore.open(tmp_path / "data" / "domains" / "digits" / "spool", domain=DIGITS) as store:
        store.keep(picture(1), label("p1", "7"))
    there = {"TAGS_DATA_DIR": "data"}
    assert main(["--domain", "digits", "create", "v1.0", "--collected", "all"], there) == 0
    assert "collected: " in capsys.readouterr().out
    assert main(["list", "versions"], there) == 0
    assert capsys.readouterr().out == ""
    assert main(["--domain", "digits", "list", "versions"], there) == 0
    assert "v1.0" in capsys.readouterr().out
    assert run(tmp_path / "data" / "domains" / "digits" / "spool", "list", "versions") == 1
    assert "is a store of digits, and tags need one of their own" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["--domain", "shoes", "list", "versions"], there)


def test_a_domain_lies_beside_shoe_tags() -> None:
    assert domain_folder(Path("var/spool"), TAGS) == Path("var/spool")
    assert domain_folder(Path("var/spool"), DIGITS) == Path("var/domains/digits/spool")
    assert domain_url("gs://bucket/prefix/", PLATES) == "gs://bucket/prefix/domains/plates"
    assert (domain_url("gs://bucket", TAGS), domain_url("", PLATES)) == ("gs://bucket", "")
