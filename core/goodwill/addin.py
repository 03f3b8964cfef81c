"""The files of Outlook's add-in, which the door hands out: read once, so that no name leads elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
OFFICE = "https://appsforoffice.microsoft.com"
"""Where office.js comes from: Microsoft allows no copy of it."""
AJAX = "https://ajax.aspnetcdn.com"
"""Where office.js fetches a part of itself from."""
FRAMES = (
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook.live.com",
    "https://outlook.cloud.microsoft",
)
"""Whose pages may show ours inside of them: Outlook on the web, and the new Outlook."""
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'self' {OFFICE} {AJAX}; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; "
        f"frame-ancestors {' '.join(FRAMES)}"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
_log = logging.getLogger("goodwill.addin")


@dataclass(frozen=True, slots=True)
class File:
    """What is handed out, and its media type."""

    content: bytes
    kind: str


def files(folder: str) -> Mapping[str, File]:
    """What lies in ``folder`` and is of a known kind, by its name; nothing of folders in it."""
    if not folder:
        return {}
    try:
        return {
            path.name: File(path.read_bytes(), KINDS[path.suffix])
            for path in sorted(Path(folder).expanduser().iterdir())
            if path.suffix in KINDS and path.is_file()
        }
    except OSError as error:
        _log.warning("[door] outlook cannot be read: %s", error.strerror)
        return {}
