"""Mail as files, plainly invented."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

ME = "me@home.example"
START = datetime(2025, 1, 1, 9, tzinfo=UTC)
WORDS = ("the", "paper", "arrived", "today", "and", "we", "looked", "at", "every", "sheet", "of", "it")


def message(
    sender: str, to: str, subject: str = "hello", body: str = "Hello there.", day: float = 0, id_: str = ""
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(START + timedelta(days=day))
    if id_:
        mail["Message-ID"] = f"<{id_}@mail.example>"
    mail.set_content(body)
    return mail.as_bytes()


def many(count: int, seed: int = 1) -> list[bytes]:
    """``count`` letters between the owner and forty others."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        other = f"p{chance.randrange(40)}@there.example"
        pair = (ME, other) if chance.random() < 0.4 else (other, ME)
        body = " ".join(chance.choices(WORDS, k=60)) + "."
        if chance.random() < 0.3:
            body += "\nCould you introduce me to your printer? I would be grateful."
        found.append(message(*pair, f"letter {chance.randrange(200)}", body, number / 10, f"m{number}"))
    return found


def maildir(folder: Path, letters: list[bytes]) -> Path:
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, raw in enumerate(letters):
        (folder / "cur" / f"{number:06}.m.host:2,S").write_bytes(raw)
    return folder


def mbox(path: Path, letters: list[bytes]) -> Path:
    separator = b"From someone@there.example Wed Jan  1 09:00:00 2025\n"
    path.write_bytes(b"".join(separator + raw.replace(b"\nFrom ", b"\n>From ") + b"\n" for raw in letters))
    return path
