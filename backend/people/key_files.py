"""Keys that are drawn once and kept in files that only their owner reads."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import ECKey

from backend.people.settings import PeopleSettings, people_folder
from datasets.objects.folder import disk_errors, make_folder
from datasets.objects.kept_secret import kept_secret

_FOLDER_OF_OWNER = 0o700
_PAGE_SECRET = "page.secret"  # noqa: S105 - a file's name
_SIGNING_KEY = "signing-key.json"


def make_people_folder(data_dir: Path) -> Path:
    """Return the folder of people and keys, made if missing, which only its owner may enter.

    Raises:
        StoreError: The folder cannot be made.
    """
    folder = people_folder(data_dir).resolve()
    with disk_errors(f"cannot use the folder {folder}"):
        make_folder(folder)
        folder.chmod(_FOLDER_OF_OWNER)
    return folder


def page_secret(settings: PeopleSettings, data_dir: Path) -> str:
    """Return what backend and pages know each other by; processes of one data folder get the same.

    Raises:
        StoreError: The file cannot be read or written.
    """
    if settings.page_secret is not None:
        return settings.page_secret.get_secret_value()
    return _kept(data_dir, _PAGE_SECRET, lambda: secrets.token_urlsafe(32))


def signing_key(data_dir: Path) -> ECKey:
    """Return the key that signs what the pages are told about who has signed in: ES256.

    Raises:
        StoreError: The file cannot be read or written.
    """
    text = _kept(data_dir, _SIGNING_KEY, _draw_signing_key)
    return ECKey.import_key(json.loads(text))


def _draw_signing_key() -> str:
    key = ECKey.generate_key("P-256", auto_kid=True)
    return json.dumps(key.as_dict(private=True) | {"alg": "ES256", "use": "sig"})


def _kept(data_dir: Path, name: str, draw: Callable[[], str]) -> str:
    return kept_secret(make_people_folder(data_dir) / name, draw, "the key")
