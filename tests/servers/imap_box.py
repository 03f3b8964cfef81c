"""A mailbox in a Dovecot, filled by its owner and read by Goodwill's connector."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime

from dovecot import PASSWORD, USER, Dovecot

from goodwill_connectors.imap_line import Line, Server
from goodwill_connectors.imap_login import Password
from goodwill_connectors.imap_mail import ImapMail

HORIZON = datetime(2028, 1, 1, tzinfo=UTC)


def letter(number: int, text: str = "Hello.", sender: str = "bo.sample@there.example") -> bytes:
    head = f"From: {sender}\r\nTo: {USER}\r\nSubject: letter {number}\r\n"
    date = f"Date: Mon, {1 + number % 28} Jan 2026 10:00:{number % 60:02d} +0000\r\n"
    return f"{head}{date}Message-ID: <{number}@there.example>\r\n\r\n{text}\r\n".encode()


def line(port: int, password: str = PASSWORD) -> Line:
    return Line(Server("127.0.0.1", port, "none"), Password(USER, password), sleep=lambda seconds: None)


def mailbox(server: Dovecot, port: int = 0) -> ImapMail:
    """The connector, at the server itself or at ``port``, where somebody stands before it."""
    return ImapMail(line(port or server.port), HORIZON)


def fill(server: Dovecot, count: int, folder: str = "INBOX", first: int = 0) -> None:
    with server.client() as client:
        if not client.folder_exists(folder):
            client.create_folder(folder)
        for number in range(first, first + count):
            client.append(folder, letter(number))


def emptied(server: Dovecot) -> Dovecot:
    """The server with nothing in it but its first folders."""
    with server.client() as client:
        names = [name for flags, _, name in client.list_folders() if rb"\NonExistent" not in flags]
        for name in sorted(names, reverse=True):
            if name not in ("INBOX", "Drafts", "Junk", "Trash", "Sent"):
                client.delete_folder(name)
            else:
                client.select_folder(name)
                client.delete_messages(client.search("ALL"))
                client.expunge()
    return server


def on_disk(server: Dovecot, mails: Iterable[bytes]) -> int:
    """Lay mails into the inbox as a server would have left them, for one that nobody has asked yet."""
    inbox = server.folder / "home" / "mail"
    user = server.folder / "home"
    for name in ("cur", "new", "tmp"):
        (inbox / name).mkdir(parents=True, exist_ok=True)
    count = 0
    for count, raw in enumerate(mails, 1):
        (inbox / "cur" / f"{1_760_000_000 + count}.M{count}P1.here,S={len(raw)}:2,S").write_bytes(raw)
    for folder in (inbox, *(inbox / name for name in ("cur", "new", "tmp"))):
        shutil.chown(folder, user.owner(), user.group())
    return count
