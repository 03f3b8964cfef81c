"""Asks the open door over the home's Unix socket: quick, because next to nothing is loaded for it.

That is why nothing is imported here that can be done without, be it ``json``, ``pathlib`` or ``argparse``.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from goodwill.home import default_home

NAME = "door.sock"
LONGEST_PATH = 100
"""Bytes: systems allow 104 to 108 in the address of a socket."""
PATIENCE = 3.0
"""Seconds to wait for an answer; after them the caller does the work itself."""
LARGEST = 8 * 1024 * 1024
"""Bytes of a draft that is worth sending there."""
MAIL, JSON = "message/rfc822", "application/json"
"""The media types of drafts."""


def short_way(words: Sequence[str]) -> int | None:
    """Do ``goodwill check`` by asking the door; returns the exit status.

    None where the words ask for anything else, the door is shut, or it cannot tell: then nothing was done
    yet, and what was read from standard input can be read again.
    """
    wish = _plain(words)
    if wish is None or sys.stdout.isatty():
        return None
    home, file, kind, shown = wish
    draft = _read(file) if is_open(home) else None
    told = ask(home, draft, kind, shown) if draft else None
    if told is None:
        return None
    verdict, note, body = told
    if note:
        print(f"goodwill: {note}", file=sys.stderr)
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    return 0 if verdict == "clear" else 1


def socket_path(home: str | os.PathLike[str]) -> str | None:
    """Where the door of a home can be asked; None where the system or the path does not allow it."""
    path = os.path.join(os.path.abspath(home), NAME)
    return path if os.name == "posix" and len(os.fsencode(path)) <= LONGEST_PATH else None


def is_open(home: str | os.PathLike[str]) -> bool:
    """Whether there seems to be a door; a crash may have left one behind that nobody answers."""
    path = socket_path(home)
    return path is not None and os.path.exists(path)


def ask(home: str | os.PathLike[str], draft: bytes, kind: str, shown: str) -> tuple[str, str, bytes] | None:
    """The door's verdict on a draft of the media type ``kind``, a note, and what is to be ``shown``.

    ``shown`` is text, json or lines. None where the door is shut or cannot tell.
    """
    path = socket_path(home)
    if path is None or len(draft) > LARGEST:
        return None
    import socket

    head = f"POST /v1/check?shown={shown} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: {len(draft)}\r\n\r\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.settimeout(PATIENCE)
            one.connect(path)
            one.sendall(head.encode() + draft)
            answer = b"".join(iter(lambda: one.recv(65_536), b""))
    except OSError:
        return None
    return _told(answer)


def _told(answer: bytes) -> tuple[str, str, bytes] | None:
    """What a whole answer of status 200 says; the door sends none in pieces."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    verdict = fields.get("goodwill-verdict", "")
    if first.split(" ")[1:2] != ["200"] or not verdict or fields.get("content-length") != str(len(body)):
        return None
    return verdict, fields.get("goodwill-note", ""), body


def _plain(words: Sequence[str]) -> tuple[str | os.PathLike[str], str, str, str] | None:
    """Home, file, media type and what is shown, where the words are a plain ``check``."""
    rest, home = list(words), ""
    if rest[:1] == ["--home"]:
        home, rest = "".join(rest[1:2]), rest[2:]
        if not home:
            return None
    if rest[:1] != ["check"]:
        return None
    flags = {word for word in rest[1:] if word.startswith("--")}
    files = [word for word in rest[1:] if word not in flags]
    if not flags <= {"--json", "--json-draft"} or len(files) > 1 or files[:1] == [""]:
        return None
    file = files[0] if files else "-"
    if file.startswith("-") and file != "-":
        return None
    kind = JSON if "--json-draft" in flags else MAIL
    return (
        os.path.expanduser(home) if home else default_home(),
        file,
        kind,
        "json" if "--json" in flags else "text",
    )


def _read(file: str) -> bytes | None:
    """The draft; None where it cannot be read, or is empty."""
    if file != "-":
        if not os.path.isfile(file):  # a pipe could be read once only
            return None
        try:
            with open(file, "rb") as opened:
                return opened.read() or None
        except OSError:
            return None
    if sys.stdin is None:
        return None
    draft = sys.stdin.buffer.read()
    sys.stdin = io.TextIOWrapper(io.BytesIO(draft))  # for the long way, where this one leads nowhere
    return draft or None
