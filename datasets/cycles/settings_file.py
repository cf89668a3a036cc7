"""The settings file of `cycle`: TOML with the names of `WorkerSettings`, such as `[cycle.challenger]` with `crops`.

Durations are seconds, or texts such as "P7D" and "PT1H" (ISO 8601).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from datasets.cycles.settings import WorkerSettings
from datasets.objects.record import one_line

_SETTINGS = TypeAdapter(WorkerSettings)


class SettingsError(ValueError):
    """A setting that makes no sense; the message names its key."""


def read_settings(path: Path | None, changes: Mapping[str, Any] | None = None) -> WorkerSettings:
    """Read settings.

    Args:
        path: the file; None gives the defaults.
        changes: values that replace the file's, by dotted key, such as `cycle.challenger.crops`.

    Raises:
        SettingsError: the file cannot be read, or a key is unknown or has an impossible value.
    """
    content: dict[str, Any] = {}
    if path is not None:
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path}: {error}") from None
    for key, value in (changes or {}).items():
        *tables, name = key.split(".")
        table = content
        for part in tables:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise SettingsError(f"settings: {part} is a table, not {table!r}")
        table[name] = value
    try:
        settings = _SETTINGS.validate_python(content)
    except ValidationError as error:
        raise SettingsError(f"settings: {one_line(error)}") from None
    unknown = _unknown(content, _SETTINGS.dump_python(settings), "")
    if unknown:
        raise SettingsError(f"settings: there is no {', '.join(unknown)}; --print-settings shows all")
    return settings


def write_settings(settings: WorkerSettings) -> str:
    """All settings as a file that `read_settings` reads."""
    return "\n".join(_table(_SETTINGS.dump_python(settings, mode="json"), "")) + "\n"


def _table(content: Mapping[str, Any], name: str) -> list[str]:
    lines = [f"[{name}]"] if name else []
    plain = {key: value for key, value in content.items() if not isinstance(value, Mapping)}
    # TOML writes texts, numbers, truth values and lists as JSON does; it has nothing for "none".
    lines += [f"# {key} =" if value is None else f"{key} = {json.dumps(value)}" for key, value in plain.items()]
    for key, value in content.items():
        if isinstance(value, Mapping):
            lines += ["", *_table(value, f"{name}.{key}" if name else key)]
    return lines


def _unknown(content: Mapping[str, Any], known: Mapping[str, Any], name: str) -> list[str]:
    found = []
    for key, value in content.items():
        if key not in known:
            found.append(f"{name}{key}")
        elif isinstance(value, Mapping) and isinstance(known[key], Mapping):
            found += _unknown(value, known[key], f"{name}{key}.")
    return found
