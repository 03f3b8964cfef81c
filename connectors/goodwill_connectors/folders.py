"""Listings of Maildir folders and plain folders, sorted, without reading a single mail."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple


class File(NamedTuple):
    """A regular file of a listing."""

    name: str
    folder: str
    size: int
    mtime: int

    @property
    def path(self) -> str:
        # Made when it is needed: a large Maildir would hold its own path tens of thousands of times.
        return os.path.join(self.folder, self.name)

    @property
    def changed(self) -> datetime | None:
        try:
            at = datetime.fromtimestamp(self.mtime // 1_000_000_000, UTC)
        except (OverflowError, OSError, ValueError):
            return None
        return at if 1982 <= at.year < 2100 else None


@dataclass(slots=True)
class Listing:
    """What one folder holds: files and sub-folders by name, and those that could not be looked at."""

    files: list[File] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def is_maildir(self) -> bool:
        return "cur" in self.folders and ("new" in self.folders or "tmp" in self.folders)

    def digest(self) -> str:
        """A hash that changes when any file comes, goes or changes."""
        whole = hashlib.sha256()
        for file in self.files:
            line = f"{file.name}\0{file.size}\0{file.mtime}\0"
            whole.update(line.encode("utf-8", "surrogateescape"))
        return whole.hexdigest()[:24]


def list_folder(path: Path) -> Listing:
    """List a folder. FIFOs, sockets and devices are left out; raises OSError when it cannot be listed."""
    listing = Listing()
    folder = os.fspath(path)
    with os.scandir(path) as entries:
        for entry in entries:
            try:
                status = entry.stat()
            except OSError:
                listing.unreadable.append(entry.name)  # a link to nowhere, or to itself
                continue
            if stat.S_ISREG(status.st_mode):
                listing.files.append(File(entry.name, folder, status.st_size, status.st_mtime_ns))
            elif stat.S_ISDIR(status.st_mode):
                listing.folders.append(entry.name)
    listing.files.sort(key=lambda file: file.name)
    listing.folders.sort()
    return listing


def maildir_id(name: str) -> tuple[str, str]:
    """The unique name of a mail in a Maildir, which stays, and its flags, which may change."""
    unique, _, info = name.partition(":2,")
    if not info:
        unique, _, info = name.partition(";2,") if ";2," in name else (name, "", "")
    return unique, info


def is_discarded_name(name: str) -> bool:
    """Whether a Maildir name flags its mail as a draft or as thrown away."""
    return any(flag in "DT" for flag in maildir_id(name)[1])
