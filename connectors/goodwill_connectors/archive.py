"""Zips of mail, such as Google Takeout's: listed safely, whole or cut short."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from goodwill_connectors.sniff import is_unwanted

DEEPEST = 2  # a zip in a zip is read, a third is not
MOST_RATIO = 200
RATIO_FROM = 100 << 20  # bytes unpacked below which the ratio says nothing
MOST_BYTES = 200 << 30
MOST_MEMBERS = 2_000_000
NESTED_BYTES = 4 << 30

_LOCAL = struct.Struct("<4sHHHHHIIIHH")


class Refused(Exception):
    """The archive is one that only somebody with ill intent would make."""


def members(archive: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    """The files of an archive of ``size`` bytes, sorted by name. Raises Refused for a bomb."""
    found = [info for info in archive.infolist() if not info.is_dir()]
    total = sum(info.file_size for info in found)
    if len(found) > MOST_MEMBERS or total > MOST_BYTES:
        raise Refused(f"would unpack to {total >> 20:,} MiB in {len(found):,} files")
    if total > RATIO_FROM and total > MOST_RATIO * max(size, 1):
        raise Refused(f"would unpack to {total // max(size, 1):,} times its size")
    return sorted(found, key=lambda info: info.filename)


def is_left_out(name: str) -> bool:
    """Whether a member lies in a folder (or is an mbox) of drafts, spam or trash, or is a system's own."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or any(is_unwanted(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A member of a zip without its directory, found by its local header."""

    name: str
    stream: IO[bytes] | _Inflated


class _Inflated:
    """Reads one member of a broken zip up to where it ends or breaks off."""

    def __init__(self, file: IO[bytes], method: int, size: int | None) -> None:
        self.file = file
        self.left = size
        self.inflate = zlib.decompressobj(-15) if method == 8 else None
        self.ended = False
        self.given = 0

    def read(self, size: int = -1, /) -> bytes:
        size = 1 << 20 if size < 0 else size
        while not self.ended:
            data = self._next(size)
            if data:
                self.given += len(data)
                if self.given > RATIO_FROM * 100:
                    raise EOFError("it unpacks to more than can be meant")
                return data
        return b""

    def _next(self, size: int) -> bytes:
        if self.inflate is None:
            chunk = self.file.read(size if self.left is None else min(size, self.left))
            if self.left is not None:
                self.left -= len(chunk)
                self.ended = self.left <= 0
            if not chunk and not self.ended:
                self.ended = True
                raise EOFError("the archive ends in the middle of it")
            return chunk
        chunk = self.inflate.unconsumed_tail or self.file.read(1 << 16)
        if not chunk:
            self.ended = True
            raise EOFError("the archive ends in the middle of it")
        data = self.inflate.decompress(chunk, size)
        if self.inflate.eof:
            self.ended = True
            self.file.seek(-len(self.inflate.unused_data), 1)
        return data

    def drain(self) -> None:
        while self.read(1 << 20):
            pass


def salvage(file: IO[bytes]) -> Iterator[Salvaged]:
    """The members of a zip whose directory is lost, as far as they reach.

    The caller reads each stream before asking for the next; a stream raises EOFError where it breaks off.
    """
    file.seek(0)
    while True:
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            return
        _, _, flags, method, _, _, _, packed, _, name_size, extra_size = _LOCAL.unpack(head)
        name = file.read(name_size).decode("utf-8" if flags & 0x800 else "cp437", "replace")
        file.read(extra_size)
        if (
            flags & 1
            or method not in (0, 8)
            or (method == 0 and flags & 8)
            or (packed == 0xFFFFFFFF and method == 0)
        ):
            return
        stream = _Inflated(file, method, packed if method == 0 else None)
        yield Salvaged(name, stream)
        stream.drain()
        if flags & 8:
            _skip_descriptor(file)


def _skip_descriptor(file: IO[bytes]) -> None:
    """After a streamed member: an optional signature, then checksum and sizes of 4 or 8 bytes each."""
    at = file.tell()
    window = file.read(64)
    following = window.find(b"PK\x03\x04")
    file.seek(at + following if following >= 0 else at + len(window))
