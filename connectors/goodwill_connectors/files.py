"""Mail and calendars from files: mbox, Maildir, .eml, .ics, folders and zips of them, told by content."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from goodwill.errors import InputError
from goodwill.model import Problem
from goodwill.plugin import Item, Known, Page
from goodwill_connectors import archive
from goodwill_connectors.cursors import Mark, signature
from goodwill_connectors.folders import File, Listing, is_discarded_name, list_folder, maildir_id
from goodwill_connectors.items import PAGE, Found, calendar_pages, mail_pages
from goodwill_connectors.mbox import Readable, read_mbox
from goodwill_connectors.mime import slim
from goodwill_connectors.sniff import HEAD, is_unwanted, sniff
from goodwill_connectors.sources import Raw, Rewound, Tracker, Unzipped, packed_messages, resume

MOST_MAIL = 64 << 20  # bytes of a single mail that are read
MOST_CALENDAR = 256 << 20
PROMISING = frozenset({".eml", ".mbox", ".mbx", ".ics"})
"""Names that promise mail or a calendar: a file that breaks the promise is named, others are passed over."""
REMEDY = "Give an mbox, a Maildir, an .eml or .ics file, or a folder or zip of them"


class Files:
    """The connector of ``goodwill import``: reads what is new in ``paths``.

    ``horizon`` (aware) ends the expansion of repeating calendar entries. A path that is missing or holds
    neither mail nor calendar raises InputError; what is broken inside a folder becomes a Problem.
    """

    def __init__(self, paths: Sequence[Path], horizon: datetime) -> None:
        self.paths = tuple(Path(path) for path in paths)
        self.horizon = horizon

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield pages of about 500 items in a fixed order; unchanged files and folders give none."""
        for path in self.paths:
            _check(path)
        job = _Poll(cursors, known, self.horizon)
        barren: InputError | None = None
        for path in self.paths:
            try:
                yield from job.named(path)
            except InputError as error:
                barren = barren or error
        if barren is not None:
            raise barren


def _check(path: Path) -> None:
    """Refuse what cannot be read at all before anything is read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
        elif stat.S_ISREG(mode):
            path.open("rb").close()
        else:
            raise InputError(f"{path} is neither a file nor a folder", REMEDY)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "Check the path") from None
    except PermissionError:
        raise InputError(f"{path} may not be read", "Give yourself permission to read it") from None
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror or error}", "Check the path") from None
    except ValueError as error:
        raise InputError(f"{str(path)!r} is no path: {error}", "Check the path") from None


@dataclass(slots=True)
class _Poll:
    """One run over the named paths; ``met`` counts the mails and calendars seen, unchanged ones too."""

    cursors: Mapping[str, str]
    known: Known
    horizon: datetime
    met: int = 0
    streams: set[str] = field(default_factory=set)
    visited: set[tuple[int, int]] = field(default_factory=set)

    def named(self, path: Path) -> Iterator[Page]:
        """A path from the command line: holding nothing is an error here."""
        before = self.met
        if path.is_dir():
            yield from self._folder(path, named=True)
            if self.met == before:
                raise InputError(f"{path} holds no mail and no calendar", REMEDY)
        else:
            yield from self._file(path, named=True)

    def _claim(self, stream: str) -> bool:
        """Whether this stream is new to the poll: a file named twice is read once."""
        self.met += 1
        if stream in self.streams:
            return False
        self.streams.add(stream)
        return True

    # Folders

    def _folder(self, path: Path, named: bool = False) -> Iterator[Page]:
        try:
            status = path.stat()
            listing = list_folder(path)
        except OSError as error:
            yield _problem_page(
                str(path), f"cannot be read: {error.strerror or error}", "Check its permissions"
            )
            return
        if (status.st_dev, status.st_ino) in self.visited:
            self.met += 1
            return
        self.visited.add((status.st_dev, status.st_ino))
        below = listing.folders
        if listing.is_maildir:
            yield from self._maildir(path, listing)
            below = [name for name in below if name not in ("cur", "new", "tmp")]
        else:
            yield from self._plain(path, listing)
        for name in below:
            if not is_unwanted(name):
                yield from self._folder(path / name)

    def _maildir(self, path: Path, listing: Listing) -> Iterator[Page]:
        both = Listing()
        for name in ("cur", "new"):
            if name in listing.folders:
                try:
                    both.files += list_folder(path / name).files
                except OSError as error:
                    yield _problem_page(str(path / name), f"cannot be read: {error.strerror or error}")
        stream = str(path.resolve())
        if not self._claim(stream):
            return
        cursor = "maildir:" + both.digest()
        if self.cursors.get(stream) == cursor:
            return
        yield from self._mails(stream, both.files, cursor, versioned=False)
        yield from self._plain(path, listing)

    def _plain(self, path: Path, listing: Listing) -> Iterator[Page]:
        """Files side by side: containers have streams of their own, single mails share the folder's."""
        if not listing.files:
            return
        stream = str(path.resolve()) + "/"
        cursor = "folder:" + listing.digest()
        if self.cursors.get(stream) == cursor:
            self.met += 1
            return
        mails: list[File] = []
        problems: list[Problem] = []
        met: set[tuple[str, str]] = set()
        for start in range(0, len(listing.files), PAGE):
            batch = listing.files[start : start + PAGE]
            met |= self.known(stream, [_identity(file, versioned=True) for file in batch])
        for file in listing.files:
            if is_unwanted(file.name):
                continue
            if _identity(file, versioned=True) in met:
                mails.append(file)
                continue
            try:
                kind = sniff(_head(Path(file.path)))
            except OSError as error:
                problems.append(
                    Problem(file.path, f"cannot be read: {error.strerror or error}", "Check its permissions")
                )
                continue
            if kind == "mail":
                mails.append(file)
            elif kind not in ("other", "empty"):
                yield from self._file(Path(file.path))
            elif Path(file.name).suffix.lower() in PROMISING:
                yield _unreadable(stream, file)
        if problems:
            yield Page(stream, (), None, complete=not mails, problems=tuple(problems))
        if mails and self._claim(stream):
            yield from self._mails(stream, mails, None if problems else cursor, versioned=True)

    def _mails(self, stream: str, files: list[File], cursor: str | None, versioned: bool) -> Iterator[Page]:
        kept = [file for file in files if not is_discarded_name(file.name)]
        self.met += len(files)
        found = (_found(file, versioned, done) for done, file in enumerate(kept, 1))
        yield from mail_pages(
            stream, found, self.known, self.horizon, lambda last: cursor if last is None else None, len(kept)
        )

    # Single files

    def _file(self, path: Path, named: bool = False) -> Iterator[Page]:
        try:
            kind = sniff(_head(path))
            if kind == "mbox":
                yield from self._mbox(path)
            elif kind == "mail":
                yield from self._mail(path)
            elif kind == "calendar":
                yield from self._whole(
                    path, lambda stream, cursor: self._calendar(stream, path, path.open("rb"), cursor)
                )
            elif kind == "gzip":
                yield from self._whole(path, lambda stream, cursor: self._gzip(stream, path, cursor, named))
            elif kind == "zip":
                yield from self._whole(path, lambda stream, cursor: self._zip(stream, path, cursor, named))
            elif named and kind == "empty":
                raise InputError(f"{path} is empty", REMEDY)
            elif named:
                raise InputError(f"{path} is neither mail nor a calendar", REMEDY)
        except OSError as error:
            yield _problem_page(str(path), f"cannot be read: {error.strerror or error}")

    def _whole(self, path: Path, read: Callable[[str, str], Iterator[Page]]) -> Iterator[Page]:
        """A file that is read whole or, when it has not changed, not at all."""
        stream = str(path.resolve())
        if not self._claim(stream):
            return
        cursor = f"whole:{signature(path)}:{self.horizon:%Y%m%d}"
        if self.cursors.get(stream) != cursor:
            yield from read(stream, cursor)

    def _mail(self, path: Path) -> Iterator[Page]:
        folder = path.resolve().parent
        stream = f"{folder}/"
        status = path.stat()
        file = File(path.name, str(path.parent), status.st_size, status.st_mtime_ns)
        if self._claim(str(path.resolve())):
            yield from self._mails(stream, [file], None, versioned=True)

    def _mbox(self, path: Path) -> Iterator[Page]:
        stream = str(path.resolve())
        if not self._claim(stream):
            return
        start = resume(path, Mark.decode(self.cursors.get(stream)))
        if start is None:
            return
        with path.open("rb") as file:
            file.seek(start.end)
            tracker = Tracker(path, start)
            yield from mail_pages(
                stream,
                tracker.follow(read_mbox(file, start.end)),
                self.known,
                self.horizon,
                tracker.cursor,
                os.fstat(file.fileno()).st_size,
            )

    def _calendar(self, stream: str, path: Path | str, file: IO[bytes], cursor: str | None) -> Iterator[Page]:
        with file:
            raw = file.read(MOST_CALENDAR + 1)
        if len(raw) > MOST_CALENDAR:
            yield _problem_page(
                stream, f"is larger than {MOST_CALENDAR >> 20} MiB", "Export a shorter period"
            )
            return
        yield from calendar_pages(stream, raw, str(path), self.known, self.horizon, cursor)

    def _gzip(self, stream: str, path: Path, cursor: str, named: bool) -> Iterator[Page]:
        with gzip.open(path, "rb") as packed:
            yield from self._unknown(stream, str(path), Unzipped(packed), cursor, named)

    # Streams that can be read only once: gzip, and what a zip holds

    def _unknown(
        self,
        stream: str,
        place: str,
        source: Readable,
        cursor: str | None,
        named: bool = False,
        depth: int = 0,
    ) -> Iterator[Page]:
        """Whatever a packed stream turns out to be."""
        reader = Rewound(source)
        kind = sniff(reader.head)
        if kind == "mbox":
            yield from self._packed_mbox(stream, place, reader, cursor)
        elif kind in ("mail", "calendar"):
            raw, error = reader.rest(MOST_CALENDAR if kind == "calendar" else MOST_MAIL)
            problem = None if error is None else f"is cut short: {error}"
            if kind == "calendar":
                self.met += 1
                yield from calendar_pages(
                    stream, raw, place, self.known, self.horizon, cursor if not error else None
                )
            else:
                one = Found("0", place, lambda: raw, version=str(len(raw)))
                self.met += 1
                yield from mail_pages(
                    stream, [one], self.known, self.horizon, lambda last: cursor if not error else None
                )
            if problem:
                yield _problem_page(stream, problem, "Export or copy it again", place)
        elif reader.error is not None:
            self.met += 1
            yield _problem_page(
                stream, f"cannot be unpacked: {reader.error}", "Export or copy it again", place
            )
        elif kind == "zip" and depth < archive.DEEPEST:
            yield from self._nested(stream, place, reader, cursor, depth)
        elif kind == "zip":
            self.met += 1
            yield _problem_page(
                stream, "lies too deep: archives within archives within archives", "Unpack it first", place
            )
        elif kind == "gzip" and depth < archive.DEEPEST:
            yield from self._unknown(
                stream,
                place,
                Unzipped(gzip.GzipFile(fileobj=io.BufferedReader(Raw(reader)))),
                cursor,
                named,
                depth + 1,
            )
        elif named:
            raise InputError(f"{place} holds neither mail nor a calendar", REMEDY)

    def _packed_mbox(self, stream: str, place: str, source: Readable, cursor: str | None) -> Iterator[Page]:
        self.met += 1
        broken: list[str] = []
        found = packed_messages(place, source, broken)
        yield from mail_pages(
            stream,
            found,
            self.known,
            self.horizon,
            lambda last: None if last is not None or broken else cursor,
        )
        if broken:
            yield _problem_page(stream, broken[0], "Export or copy it again; what was read is kept", place)

    def _nested(
        self, stream: str, place: str, source: Rewound, cursor: str | None, depth: int
    ) -> Iterator[Page]:
        with tempfile.SpooledTemporaryFile(max_size=32 << 20) as copy:
            size = 0
            while chunk := source.read(1 << 20):
                size += len(chunk)
                if size > archive.NESTED_BYTES:
                    yield _problem_page(stream, "unpacks to more than 4 GiB", "Unpack it first", place)
                    return
                copy.write(chunk)
            copy.seek(0)
            yield from self._archive(stream, place, copy, size, cursor, depth + 1)

    # Zips

    def _zip(self, stream: str, path: Path, cursor: str, named: bool) -> Iterator[Page]:
        before = self.met
        with path.open("rb") as file:
            yield from self._archive(stream, str(path), file, os.fstat(file.fileno()).st_size, cursor, 1)
        if named and self.met == before:
            raise InputError(f"{path} holds no mail and no calendar", REMEDY)

    def _archive(
        self, stream: str, place: str, file: IO[bytes], size: int, cursor: str | None, depth: int
    ) -> Iterator[Page]:
        try:
            opened = zipfile.ZipFile(file)
            infos = archive.members(opened, size)
        except archive.Refused as error:
            self.met += 1
            yield _problem_page(
                stream, f"was not opened: it {error}", "Unpack it yourself if you trust it", place
            )
            return
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            yield from self._salvage(stream, place, file, depth)
            return
        problems: list[Problem] = []
        with opened:
            mails: list[Found] = []
            for info in infos:
                if archive.is_left_out(info.filename) or is_discarded_name(info.filename):
                    continue
                member = f"{place}!{info.filename}"
                try:
                    yield from self._member(stream, member, opened, info, mails, depth)
                except (
                    zipfile.BadZipFile,
                    OSError,
                    EOFError,
                    RuntimeError,
                    NotImplementedError,
                    zlib.error,
                    ValueError,
                ) as error:
                    problems.append(
                        Problem(member, f"cannot be unpacked: {error}", "Export or copy it again")
                    )
            self.met += len(mails) + bool(problems)
            if problems:
                yield Page(stream, (), None, problems=tuple(problems))
            whole = None if problems else cursor
            yield from mail_pages(
                stream,
                mails,
                self.known,
                self.horizon,
                lambda last: whole if last is None else None,
                len(mails),
            )

    def _member(
        self,
        stream: str,
        member: str,
        opened: zipfile.ZipFile,
        info: zipfile.ZipInfo,
        mails: list[Found],
        depth: int,
    ) -> Iterator[Page]:
        with opened.open(info) as file:
            kind = sniff(file.read(HEAD))
        if kind == "mail":
            unique = maildir_id(info.filename)[0]

            def load() -> bytes:
                with opened.open(info) as file:
                    return slim(file.read(MOST_MAIL))

            mails.append(
                Found(unique, member, load, f"{info.CRC:08x}", done=len(mails) + 1, size=info.file_size)
            )
        elif kind not in ("other", "empty"):
            with opened.open(info) as file:
                yield from self._unknown(f"{stream}!{info.filename}", member, file, None, depth=depth)

    def _salvage(self, stream: str, place: str, file: IO[bytes], depth: int) -> Iterator[Page]:
        """A zip that lost its directory: read its members one after the other as far as they reach."""
        self.met += 1
        read = 0
        lost = ""
        try:
            for member in archive.salvage(file):
                if archive.is_left_out(member.name):
                    continue
                lost = member.name
                yield from self._unknown(
                    f"{stream}!{member.name}", f"{place}!{member.name}", member.stream, None, depth=depth
                )
                read += 1
        except (OSError, EOFError, ValueError, zlib.error) as error:
            yield _problem_page(
                stream, f"{lost or 'it'} breaks off: {error}", "Export or copy it again", place
            )
        what = f"is cut short or damaged (no directory); {read} of its files were found, the rest is lost"
        yield _problem_page(stream, what, "Export or copy it again", place)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _identity(file: File, versioned: bool) -> tuple[str, str]:
    return maildir_id(file.name)[0], f"{file.size}-{file.mtime}" if versioned else ""


def _found(file: File, versioned: bool, done: int) -> Found:
    def load() -> bytes:
        with open(file.path, "rb") as handle:
            return slim(handle.read(MOST_MAIL))

    unique, version = _identity(file, versioned)
    return Found(unique, file.path, load, version, inferred=file.changed, done=done, size=file.size)


def _unreadable(stream: str, file: File) -> Page:
    problem = Problem(file.path, "is neither mail nor a calendar", "Nothing else was lost")
    return Page(stream, (Item(stream, *_identity(file, versioned=True), problems=(problem,)),), None)


def _problem_page(stream: str, what: str, remedy: str = "", place: str = "") -> Page:
    return Page(stream, (), None, problems=(Problem(place or stream, what, remedy),))
