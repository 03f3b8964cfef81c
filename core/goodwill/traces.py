"""Looks for somebody in the bytes of files, whatever the files hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from goodwill.forgotten import Whom
from goodwill.people import is_full_name, plain_name

OVERLAP = 4096
"""Bytes that are read twice, so that nothing is overlooked between two pieces of a file."""
PIECE = 1 << 24


def files(home: Path, apart: Path) -> list[Path]:
    """Every file in ``home`` that does not lie in the folder ``apart``."""
    return sorted(one for one in home.rglob("*") if one.is_file() and apart not in one.parents)


def holding(paths: Iterable[Path], whom: Whom) -> list[Path]:
    """Those of the files in which an address or a full name of theirs stands, as UTF-8 or as JSON."""
    pattern = _pattern(whom)
    return [path for path in paths if _holds(path, pattern)]


def _pattern(whom: Whom) -> re.Pattern[bytes]:
    names = {name for name in whom.names if is_full_name(plain_name(name)) and "@" not in name}
    spelt = {one.encode() for name in names for one in (name, json.dumps(name)[1:-1])}
    addresses = rb"|".join(re.escape(one.encode()) for one in sorted(whom.addresses))
    # No bounds: what stands beside a text in a database may be anything.
    return re.compile(rb"|".join([addresses, *(re.escape(one) for one in sorted(spelt))]), re.IGNORECASE)


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    tail = b""
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                if pattern.search(tail + piece):
                    return True
                tail = piece[-OVERLAP:]
    except FileNotFoundError:  # it went while we looked
        return False
    return False
