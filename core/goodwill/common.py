"""What every command needs: the home and its configuration, the moment, files and lines, and a voice."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodwill.errors import InputError
from goodwill.home import default_home

if TYPE_CHECKING:
    from datetime import datetime

    from goodwill.app import App


def talk(text: str) -> None:
    """Say something to the user that is no data: on stderr."""
    from goodwill.writer import clean

    print(clean(text), file=sys.stderr)


def open_app(arguments: argparse.Namespace) -> App:
    """Return the App of the home and the configuration that the user named, or of the default ones."""
    from goodwill import config
    from goodwill.app import App

    home = (arguments.home or default_home()).expanduser()
    path = arguments.config or home / "config.toml"
    settings = config.load(path, required=arguments.config is not None)
    if home.is_dir():
        from goodwill.logs import log_to

        log_to(home, settings.log_level)
    return App(home, settings)


def moment(arguments: argparse.Namespace) -> datetime:
    """Return the moment to judge as of: ``--now``, else this one."""
    if getattr(arguments, "now", None) is None:
        from datetime import UTC, datetime

        return datetime.now(UTC).replace(microsecond=0)
    from goodwill.drafts import parse_moment

    return parse_moment(arguments.now, "--now")


def print_json(value: Any) -> None:
    """Print one line of data."""
    print(json.dumps(value, ensure_ascii=False))


def read_bytes(name: str) -> bytes:
    """Return what the file holds, ``-`` being stdin; raises InputError when it cannot be read."""
    if name == "-":
        if sys.stdin is None:
            raise InputError("there is no standard input", "Name a file")
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None


def read_lines(name: str) -> Iterable[str]:
    """Yield the lines of the file, ``-`` being stdin."""
    if name == "-":
        yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
    else:
        yield from read_bytes(name).decode("utf-8", "replace").splitlines()
