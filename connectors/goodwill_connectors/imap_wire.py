"""The wire under an IMAP client: an answer ends some time, and somewhere, whatever the server does.

A timeout bounds each silence only. A server that drips, or never stops, would hold up every other account.
"""

from __future__ import annotations

import re
import time
from typing import Any

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.imap_utf7 import decode
from imapclient.tls import IMAP4_TLS

LONGEST, MOST = 600.0, 64 << 20
"""Seconds and bytes that an answer may take."""
_PIECE = 1 << 20
_FLAGS = re.compile(rb"FLAGS \([^()]*\)")


class Endless(OSError):
    """An answer that lasts too long, or is too large."""


class _Measured:
    """Reads for a connection of imaplib, from ``file``, no more than an answer may take."""

    file: Any
    _over = _left = 0.0

    def begin(self) -> None:
        """What is read from now on answers something new."""
        self._over, self._left = time.monotonic() + LONGEST, MOST

    def open(self, *words: Any, **more: Any) -> None:
        self.begin()
        super().open(*words, **more)  # type: ignore[misc]

    def readline(self) -> bytes:
        line = bytearray()
        while not line.endswith(b"\n") and (there := self.file.peek(1)):
            piece = self.file.readline(len(there))
            self._spend(len(piece))
            line += piece
        return _lexical(bytes(line))

    def read(self, size: int) -> bytes:
        self._spend(size)
        pieces = []
        while size > 0 and (piece := self.file.read1(min(size, _PIECE))):
            self._spend(0)
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0 or time.monotonic() > self._over:
            raise Endless


def _lexical(line: bytes) -> bytes:
    """The line without what IMAPClient cannot read: a bracket in a keyword, which is legal."""
    if b"FLAGS (" not in line or line.startswith((b"* LIST ", b"* LSUB ", b"* STATUS ")):
        return line
    return _FLAGS.sub(lambda found: found[0].replace(b"[", b"_"), line)


class _Plain(_Measured, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Tls(_Measured, IMAP4_TLS):  # type: ignore[misc]
    pass


class Client(IMAPClient):  # type: ignore[misc]
    """An IMAPClient on such a wire; ``begin`` says that a new answer is waited for."""

    def begin(self) -> None:
        self._imap.begin()

    def _proc_folder_list(self, folder_data: Any) -> Any:
        """A name that is no modified UTF-7 must not hide the other folders: it is taken as it stands."""
        try:
            return super()._proc_folder_list(folder_data)
        except UnicodeDecodeError:
            self.folder_encode = False
            found = super()._proc_folder_list(folder_data)
            return [(flags, delimiter, _decoded(name)) for flags, delimiter, name in found]
        finally:
            self.folder_encode = True

    def _create_IMAP4(self) -> Any:
        if self.ssl:
            return _Tls(self.host, self.port, self.ssl_context, self._timeout.connect)
        return _Plain(self.host, self.port, self._timeout.connect)


def _decoded(name: Any) -> str:
    if not isinstance(name, bytes):
        return str(name)
    try:
        return str(decode(name))
    except UnicodeDecodeError:
        return name.decode("latin-1")
