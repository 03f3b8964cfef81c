"""The configuration: one TOML file into one frozen, validated value; errors name file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from goodwill.delivery import Way
from goodwill.errors import ConfigError

KeepText = Literal["evidence", "full"]
WAYS = get_args(Way)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Config:
    """What the owner may choose. ``config.example.toml`` explains every key.

    ``text_months`` is for how many months words are kept (0: for ever); ``store_url`` is a SQLAlchemy URL
    ("" for the SQLite file in the home); ``threshold`` is the confidence in [0, 1] from which an ask of a
    draft is judged; ``disabled`` names plugins that are not loaded; ``log_level`` is a level name of
    Python's logging; ``providers`` holds what is said of each provider of accounts, and in tables of their
    own of single accounts. ``minutes`` lie between two readings of an account, and the digest is made at
    ``digest_at`` in the time zone ``zone`` ("": the machine's), on ``digest_days`` that are not among the
    ``digest_quiet`` ones. The door listens at ``port`` of 127.0.0.1, in
    the background too where ``door_open``; with ``https`` at ``https_port`` too, with the add-in for Outlook
    from the folder ``outlook``. ``sendmail`` is the command that `goodwill sendmail` sends by. Where
    ``watch_drafts``, drafts are looked at every ``draft_seconds``; where ``mark_drafts``, those that ask too
    early are marked. The digest is sent by the ways in ``deliver``: to ``digest_file``, as a mail to oneself
    by ``digest_mail`` (an account, "smtp", or "" for whichever may) or through Apprise; ``smtp_server`` is
    HOST[:PORT], at which ``smtp_address`` is the owner's and ``smtp_user`` signs in ("": nobody).
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
    digest_days: frozenset[str] = frozenset(DAYS)
    digest_quiet: tuple[str, ...] = ()
    zone: str = ""
    deliver: tuple[Way, ...] = ()
    digest_file: str = ""
    digest_mail: str = ""
    smtp_server: str = ""
    smtp_address: str = ""
    smtp_user: str = ""
    smtp_tls: str = ""
    door_open: bool = True
    port: int = 8425
    https: bool = False
    https_port: int = 8427
    outlook: str = ""
    watch_drafts: bool = False
    draft_seconds: int = 45
    mark_drafts: bool = False
    sendmail: tuple[str, ...] = ()
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def is_without_digest(self, day: date) -> bool:
        """Whether the owner wants no digest on that day."""
        spans = map(_span, self.digest_quiet)
        return DAYS[day.weekday()] not in self.digest_days or any(a <= day <= b for a, b in spans)


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
            values[name] = _CONTAINERS[name](value) if name in _CONTAINERS else value
    config = Config(**values)
    if config.https and config.port == config.https_port:
        raise _wrong(place, text, "https_port", "'door.port' and 'door.https_port' must be two ports")
    if config.outlook and not config.https:
        raise _wrong(place, text, "outlook", "'door.outlook' is of use only with 'door.https = true'")
    if "file" in config.deliver and not config.digest_file:
        raise _wrong(place, text, "deliver", "'digest.deliver' has \"file\", so 'digest.file' must name one")
    if config.smtp_server and not config.smtp_address:
        raise _wrong(place, text, "server", "'smtp.server' needs 'smtp.address', from and to which mail goes")
    if config.mark_drafts and not config.watch_drafts:
        raise _wrong(place, text, "mark", "'drafts.mark' is of use only with 'drafts.watch = true'")
    return config


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


def _is_seconds(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 15 <= value <= 3_600


def _is_port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1024 <= value <= 65_535


def _is_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None


def _is_zone(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return not value or bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _is_days(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(one in DAYS for one in cast("list[object]", value))


def _is_ways(value: object) -> bool:
    ways = cast("list[object]", value) if isinstance(value, list) else [None]
    return all(one in WAYS for one in ways) and len(set(ways)) == len(ways)


def _is_address(value: object) -> bool:
    return value == "" or (
        isinstance(value, str)
        and re.fullmatch(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+", value) is not None
        and value.isascii()
        and value == value.lower()
    )


def _is_server(value: object) -> bool:
    return value == "" or (isinstance(value, str) and re.fullmatch(r"[^\s/@]+", value) is not None)


def _is_line(value: object) -> bool:
    return isinstance(value, str) and (not value or value.isprintable())


def _is_quiet(value: object) -> bool:
    try:
        return _is_names(value) and all(first <= last for first, last in map(_span, cast("list[str]", value)))
    except ValueError:
        return False


def _span(text: str) -> tuple[date, date]:
    """The first and the last day of ``2026-12-24..2027-01-01``, or of one day; raises ValueError."""
    first, _, last = text.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


def _is_months(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1200


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in cast("list[object]", value))


def _is_words(value: object) -> bool:
    return _is_names(value) and all(cast("list[str]", value))


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
        "days": ("digest_days", _is_days, f"a list of days out of {', '.join(DAYS)}"),
        "deliver": ("deliver", _is_ways, f"a list out of {', '.join(WAYS)}, each once"),
        "file": ("digest_file", _is_line, "the path of a file in quotes"),
        "mail": ("digest_mail", _is_line, 'an account like "google:you@example.com", or "smtp"'),
        "quiet": ("digest_quiet", _is_quiet, 'a list like ["2026-12-24..2027-01-01", "2027-05-01"]'),
    },
    "smtp": {
        "server": ("smtp_server", _is_server, 'a server like "smtp.example.com:587"'),
        "address": ("smtp_address", _is_address, "an address of yours in small letters"),
        "user": ("smtp_user", _is_line, "a name in quotes"),
        "tls": (
            "smtp_tls",
            lambda v: v in ("", "starttls", "implicit", "none"),
            "starttls, implicit or none",
        ),
    },
    "run": {"minutes": ("minutes", _is_minutes, "a whole number from 1 to 1440")},
    "door": {
        "port": ("port", _is_port, "a whole number from 1024 to 65535"),
        "open": ("door_open", lambda v: isinstance(v, bool), "true or false"),
        "https": ("https", lambda v: isinstance(v, bool), "true or false"),
        "https_port": ("https_port", _is_port, "a whole number from 1024 to 65535"),
        "outlook": ("outlook", lambda v: isinstance(v, str), "the path of a folder in quotes"),
    },
    "drafts": {
        "watch": ("watch_drafts", lambda v: isinstance(v, bool), "true or false"),
        "seconds": ("draft_seconds", _is_seconds, "a whole number from 15 to 3600"),
        "mark": ("mark_drafts", lambda v: isinstance(v, bool), "true or false"),
    },
    "send": {"sendmail": ("sendmail", _is_words, 'a list of words like ["msmtp", "-a", "work"]')},
    "plugins": {"disabled": ("disabled", _is_names, "a list of plugin names")},
    "log": {"level": ("log_level", lambda v: v in LEVELS, "one of " + ", ".join(LEVELS))},
}


# What becomes of a list in the field of that name.
_CONTAINERS: dict[str, type[frozenset[str]] | type[tuple[str, ...]]] = {
    "disabled": frozenset, "sendmail": tuple, "digest_days": frozenset, "digest_quiet": tuple,
    "deliver": tuple,
}  # fmt: skip


def _wrong(place: str, text: str, key: str, what: str) -> ConfigError:
    pattern = re.compile(rf"^\s*\[?\s*[\"']?{re.escape(key)}\b")
    line = next((n for n, row in enumerate(text.splitlines(), 1) if pattern.match(row)), 1)
    return ConfigError(f"{place}, line {line}: {what}", "config.example.toml explains every key")
