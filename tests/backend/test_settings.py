"""Settings are checked at the start, in one line that never shows a secret."""

from pathlib import Path

import pytest
from PIL import Image
from pydantic import ValidationError

from backend.settings import Settings, SettingsError, load_settings

NAMES = ("STORAGE_URL", "DATABASE_URL", "NAVER_CLIENT_ID", "NAVER_CLIENT_SECRET", "NAVER_BASE_URL", "KICKSDB_API_KEY")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_defaults_need_nothing_and_stay_on_this_machine() -> None:
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.spool == Path("var/spool")
    assert settings.catalogue == Path("var/catalogue.sqlite3")
    assert settings.storage_url is None
    assert settings.naver_client_id is None
    assert settings.trusted_proxies == ()
    assert settings.model_cache == Path("var/models")
    assert settings.champion_poll_seconds == 5


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_PORT", "8123")
    monkeypatch.setenv("TAGS_DATA_DIR", "/data")
    monkeypatch.setenv("TAGS_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    monkeypatch.setenv("STORAGE_URL", "gs://bucket/prefix")
    monkeypatch.setenv("NAVER_CLIENT_ID", "id")
    monkeypatch.setenv("NAVER_CLIENT_SECRET", "secret")
    monkeypatch.setenv("NAVER_BASE_URL", "http://127.0.0.1:9/")
    settings = load_settings()
    assert settings.port == 8123
    assert settings.spool == Path("/data/spool")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.storage_url == "gs://bucket/prefix"
    assert settings.naver_client_secret is not None
    assert settings.naver_client_secret.get_secret_value() == "secret"
    assert settings.naver_base_url == "http://127.0.0.1:9"


def test_the_service_s_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().host_names == {"localhost", "127.0.0.1", "::1"}
    monkeypatch.setenv("TAGS_HOST", "Tags.local")
    monkeypatch.setenv("TAGS_ALLOWED_HOSTS", " Backend , tags.example.com.,")
    assert load_settings().host_names >= {"tags.local", "backend", "tags.example.com", "localhost"}


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAVER_CLIENT_ID", "id")
    monkeypatch.setenv("NAVER_CLIENT_SECRET", "hush-hush")
    monkeypatch.setenv("KICKSDB_API_KEY", "hush-hush")
    monkeypatch.setenv("EBAY_CLIENT_ID", "id")
    monkeypatch.setenv("EBAY_CLIENT_SECRET", "hush-hush")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hush-hush@host/db")
    monkeypatch.setenv("TAGS_STORE_KEY", "hush-hush" * 4)
    assert "hush-hush" not in repr(load_settings())


def test_indexes_of_kicksdb_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().kicksdb_indexes == ("stockx", "goat", "kream")
    monkeypatch.setenv("TAGS_KICKSDB_INDEXES", "KREAM, shopify,kream,")
    assert load_settings().kicksdb_indexes == ("kream", "shopify")


def test_empty_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "TAGS_PORT", "TAGS_TLS_KEY"):
        monkeypatch.setenv(name, "")
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"TAGS_PORT": "70000"}, "TAGS_PORT"),
        ({"TAGS_PORT": "eighty"}, "TAGS_PORT"),
        ({"TAGS_STORE_KEY": "too-short-and-never-shown"}, "TAGS_STORE_KEY: must have 32 or more printable"),
        ({"TAGS_ALLOWED_HOSTS": "https://tags.example.com"}, "TAGS_ALLOWED_HOSTS: 'https://tags.example.com' is not"),
        ({"TAGS_ALLOWED_HOSTS": "*"}, "TAGS_ALLOWED_HOSTS"),
        ({"TAGS_KEPT_BYTES_PER_HOUR": "1000"}, "TAGS_KEPT_BYTES_PER_HOUR: must be 0 or at least 16777216"),
        ({"STORAGE_URL": "http://bucket"}, "STORAGE_URL: must look like gs://bucket/prefix"),
        ({"STORAGE_URL": "gs:///prefix"}, "STORAGE_URL"),
        ({"STORAGE_URL": "file://host/folder"}, "STORAGE_URL: names a host"),
        (
            {"STORAGE_URL": "file:///a/../data/spool", "TAGS_DATA_DIR": "/data"},
            "STORAGE_URL is the folder of",
        ),
        ({"TAGS_STORE_FREE_BYTES": str(1 << 60)}, "TAGS_STORE_FREE_BYTES is more than the disk"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL: must look like postgresql://"),
        ({"DATABASE_URL": "mysql://me@host/db"}, "DATABASE_URL: must look like postgresql://"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL: must name a file"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL: must name a file"),
        ({"NAVER_CLIENT_ID": "id"}, "set both or neither"),
        ({"EBAY_CLIENT_SECRET": "id"}, "EBAY_CLIENT_ID and EBAY_CLIENT_SECRET go together"),
        ({"EBAY_BASE_URL": "http://api.ebay.com"}, "EBAY_BASE_URL: must be https"),
        ({"KICKSDB_BASE_URL": "http://api.kicks.dev"}, "KICKSDB_BASE_URL: must be https"),
        ({"KICKSDB_API_KEY": "two words"}, "KICKSDB_API_KEY: must be printable"),
        ({"TAGS_KICKSDB_INDEXES": "stockx,ebay"}, "TAGS_KICKSDB_INDEXES: must name indexes"),
        ({"TAGS_KICKSDB_INDEXES": ","}, "TAGS_KICKSDB_INDEXES"),
        ({"TAGS_EBAY_MARKETPLACE": "ebay"}, "TAGS_EBAY_MARKETPLACE"),
        ({"NAVER_BASE_URL": "http://example.com"}, "the keys would travel in clear"),
        ({"NAVER_BASE_URL": "ftp://example.com"}, "NAVER_BASE_URL"),
        ({"NAVER_BASE_URL": "https://host:port"}, "NAVER_BASE_URL"),
        ({"TAGS_TRUSTED_PROXIES": "0.0.0.0/0"}, "would trust every client"),
        ({"TAGS_TRUSTED_PROXIES": "*"}, "not an address"),
        ({"TAGS_TLS_CERTIFICATE": "/nowhere.pem"}, "TAGS_TLS_KEY"),
        ({"TAGS_TLS_CERTIFICATE": "/nowhere.pem", "TAGS_TLS_KEY": "/nowhere.key"}, "no file at /nowhere.pem"),
        ({"TAGS_NAVER_EXCLUDE": "used;rental"}, "TAGS_NAVER_EXCLUDE"),
        ({"TAGS_READING_WORKERS": "0"}, "TAGS_READING_WORKERS"),
        ({"TAGS_IMAGE_MAX_BYTES": "-1"}, "TAGS_IMAGE_MAX_BYTES"),
        ({"TAGS_TEAM_TOKEN": "too-short"}, "TAGS_TEAM_TOKEN: must have 12 or more"),
        ({"TAGS_TEAM_TOKEN": "long enough but spaced"}, "must not hold spaces"),
        ({"TAGS_TEAM_TOKEN": "팀의토큰팀의토큰팀의토큰팀의토큰"}, "printable ASCII"),
    ],
)
def test_unsafe_values_are_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], complaint: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_wrong_variable_is_named_and_no_value_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_PORT", "hush-hush")
    monkeypatch.setenv("TAGS_RATE_BURST", "0")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "TAGS_PORT" in str(refused.value)
    assert "TAGS_RATE_BURST" in str(refused.value)
    assert "hush-hush" not in str(refused.value)


def test_limits_reach_the_decoder() -> None:
    limits = Settings(image_max_bytes=2048, image_max_pixels=99, crop_max_pixels=10_000).image_limits
    assert (limits.max_bytes, limits.max_pixels, limits.max_crop_pixels) == (2048, 99, 10_000)
    assert limits.max_decode_bytes < Settings().decode_bytes  # ordinary photos have the rest


def test_a_limit_of_pixels_that_pillow_would_not_keep_is_refused() -> None:
    Settings(image_max_pixels=Image.MAX_IMAGE_PIXELS)
    with pytest.raises(ValidationError):
        Settings(image_max_pixels=Image.MAX_IMAGE_PIXELS + 1)


def test_the_second_reader_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().second_reader
    monkeypatch.setenv("TAGS_SECOND_READER", "off")
    assert not load_settings().second_reader
