"""The configuration: one TOML file into one frozen, validated value; errors name file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from goodwill.errors import ConfigError

KeepText = Literal["evidence", "full"]


@dataclass(frozen=True, slots=True)
class Config:
    """What the owner may choose. ``config.example.toml`` explains every key.

    ``text_months`` is for how many months words are kept (0: for ever); ``store_url`` is a SQLAlchemy URL
    ("" for the SQLite file in the home); ``threshold`` is the confidence in [0, 1] from which an ask of a
    draft is judged; ``disabled`` names plugins that are not loaded; ``log_level`` is a level name of
    Python's logging; ``providers`` holds what is said of each provider of accounts, and in tables of their
    own of single accounts. ``minutes`` lie between two readings of an account, and the digest is made at
    ``digest_at`` in the time zone ``zone`` ("": the machine's).
    """

    keep_text: KeepText = "evidence"
    text_months: int = 0
    store_url: str = ""
    threshold: float = 0.5
    digest_people: int = 5
    disabled: frozenset[str] = frozenset()
    log_level: str = "INFO"
    minutes: int = 5
    digest_at: str = "07:00"
    zone: str = ""
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


ADDRESSES = frozenset(("api", "auth", "token", "revoke"))
ENDPOINTS = ADDRESSES | {"client", "units_per_minute"}
"""What can be said of a provider, and of each of its accounts."""
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def load(path: Path, required: bool) -> Config:
    """Read ``path``; a missing file means the defaults unless ``required``.

    Raises ConfigError for a file that cannot be read, is no TOML, or holds an unknown key or value.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if required:
            raise ConfigError(
                f"{path}: there is no such config file", "Check the path given to --config"
            ) from None
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path}: cannot be read: {reason}") from None
    return parse(text, str(path))


def parse(text: str, place: str) -> Config:
    """Turn the TOML ``text`` into a Config; ``place`` is named in errors."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{place}: is not valid TOML: {error}", "config.example.toml shows the form"
        ) from None
    values: dict[str, Any] = {}
    for table, content in tables.items():
        if table not in _KEYS and table in _providers():
            values.setdefault("providers", {})[table] = _endpoints(place, text, table, content)
            continue
        if table not in _KEYS:
            raise _wrong(place, text, table, f"unknown table '{table}'; known are {', '.join(sorted(_KEYS))}")
        if not isinstance(content, dict):
            raise _wrong(place, text, table, f"'{table}' must be a table: write [{table}] above its keys")
        for key, value in content.items():
            if key not in _KEYS[table]:
                known = ", ".join(sorted(_KEYS[table]))
                raise _wrong(place, text, key, f"unknown key '{table}.{key}'; known are {known}")
            name, check, wish = _KEYS[table][key]
            if not check(value):
                raise _wrong(place, text, key, f"'{table}.{key}' must be {wish}, not {value!r}")
            values[name] = frozenset(value) if isinstance(value, list) else value
    return Config(**values)


def _providers() -> frozenset[str]:
    return frozenset(entry.name for entry in entry_points(group="goodwill.providers"))


def _endpoints(place: str, text: str, table: str, content: Any, inner: bool = False) -> dict[str, Any]:
    """The checked table of a provider, or the one in it of a single account (which holds no further one)."""
    if not isinstance(content, dict):
        raise _wrong(place, text, table, f"'{table}' must be a table: write [{table}] above its keys")
    found: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", content).items():
        if isinstance(value, dict) and "@" in key and not inner:
            found[key.lower()] = _endpoints(place, text, key, value, inner=True)
        elif key not in ENDPOINTS:
            known = ", ".join(sorted(ENDPOINTS))
            raise _wrong(place, text, key, f"unknown key '{table}.{key}'; known are {known}")
        elif key == "units_per_minute":
            if not isinstance(value, int) or isinstance(value, bool) or value < 100:
                raise _wrong(
                    place, text, key, f"'{table}.{key}' must be a whole number from 100, not {value!r}"
                )
            found[key] = value
        elif not isinstance(value, str):
            raise _wrong(place, text, key, f"'{table}.{key}' must be text in quotes, not {value!r}")
        elif (
            key in ADDRESSES
            and value
            and not re.match(r"https://|http://(?:127\.0\.0\.1|localhost|\[::1\])[:/]", value)
        ):
            raise _wrong(
                place, text, key, f"'{table}.{key}' must begin with https:// (or be on this machine)"
            )
        else:
            found[key] = value
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 50


def _is_minutes(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1440


def _is_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None


def _is_zone(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return not value or bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _is_months(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1200


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in cast("list[object]", value))


# table -> key -> (field of Config, test, what the test wants in words)
_KEYS: dict[str, dict[str, tuple[str, Any, str]]] = {
    "store": {
        "keep_text": ("keep_text", lambda v: v in ("evidence", "full"), "'evidence' or 'full'"),
        "text_months": ("text_months", _is_months, "a whole number of months from 0 to 1200"),
        "url": ("store_url", lambda v: isinstance(v, str), "a SQLAlchemy URL in quotes"),
    },
    "check": {"threshold": ("threshold", _is_number, "a number from 0 to 1")},
    "digest": {
        "people": ("digest_people", _is_count, "a whole number from 1 to 50"),
        "at": ("digest_at", _is_time, 'a time like "07:00"'),
        "zone": ("zone", _is_zone, 'a time zone like "Europe/Berlin"'),
    },
    "run": {"minutes": ("minutes", _is_minutes, "a whole number from 1 to 1440")},
    "plugins": {"disabled": ("disabled", _is_names, "a list of plugin names")},
    "log": {"level": ("log_level", lambda v: v in LEVELS, "one of " + ", ".join(LEVELS))},
}


def _wrong(place: str, text: str, key: str, what: str) -> ConfigError:
    pattern = re.compile(rf"^\s*\[?\s*[\"']?{re.escape(key)}\b")
    line = next((n for n, row in enumerate(text.splitlines(), 1) if pattern.match(row)), 1)
    return ConfigError(f"{place}, line {line}: {what}", "config.example.toml explains every key")
