"""Files are read by content, once, and whatever is broken in them is named."""

from __future__ import annotations

import gzip
import io
import mailbox
import os
import random
import time
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodwill.errors import InputError
from goodwill.model import Event, Problem
from goodwill_connectors.files import Files
from goodwill_connectors.mbox import read_mbox

HORIZON = datetime(2028, 1, 1, tzinfo=UTC)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:lunch\r\nDTSTART:20240513T100000Z\r\nSUMMARY:Lunch\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


class Store:
    """What the core does with pages, in miniature."""

    def __init__(self) -> None:
        self.cursors: dict[str, str] = {}
        self.met: set[tuple[str, str, str]] = set()
        self.events: dict[str, Event] = {}
        self.problems: list[Problem] = []

    def known(self, stream: str, ids: object) -> set[tuple[str, str]]:
        return {pair for pair in ids if (stream, *pair) in self.met}  # type: ignore[attr-defined]

    def poll(self, *paths: Path) -> int:
        items = 0
        self.problems = []
        for page in Files(paths, HORIZON).poll(self.cursors, self.known):
            self.problems += page.problems
            for item in page.items:
                items += 1
                self.met.add((page.stream, item.id, item.version))
                self.problems += item.problems
                self.events.update((event.keys[0], event) for event in item.events)
            if page.next_cursor is not None:
                self.cursors[page.stream] = page.next_cursor
        return items


def mail(number: int, **extra: str) -> bytes:
    fields = {
        "From": "Ada <ada@example.com>",
        "To": "bo@example.com",
        "Date": f"Mon, 13 May 2024 10:{number % 60:02}:00 +0200",
        "Message-ID": f"<{number}@example.com>",
        "Subject": f"number {number}",
        **{name.replace("_", "-"): value for name, value in extra.items()},
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()).encode() + b"\nHello Bo.\n"


def mbox(*mails: bytes) -> bytes:
    return b"".join(b"From ada@example.com Mon May 13 10:00:00 2024\n" + one + b"\n" for one in mails)


def test_an_mbox_is_read_once_and_then_only_what_was_added(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(mbox(*map(mail, range(1200))))
    store = Store()
    assert store.poll(path) == 1200
    assert store.poll(path) == 0
    with path.open("ab") as file:
        file.write(mbox(mail(5000), mail(5001)))
    assert store.poll(path) == 2
    assert len(store.events) == 1202


def test_a_message_still_being_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    whole = mbox(mail(1), mail(2))
    path.write_bytes(whole[:-8])
    store = Store()
    store.poll(path)
    path.write_bytes(whole)
    store.poll(path)
    assert store.events["mid:2@example.com"].text == "Hello Bo."


def test_an_mbox_that_was_rewritten_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(mbox(mail(1), mail(2)))
    store = Store()
    store.poll(path)
    path.write_bytes(mbox(mail(3), mail(2), mail(4)))
    store.poll(path)
    assert len(store.events) == 4


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.sampled_from(["From here on", ">From x", "", "text", ">>From", "From: a"])), max_size=5
    )
)
def test_a_mailbox_survives_the_round_trip(tmp_path: Path, bodies: list[list[str]]) -> None:
    path = tmp_path / "box"
    path.unlink(missing_ok=True)
    box = mailbox.mbox(path)
    for number, body in enumerate(bodies):
        message = EmailMessage()
        message["From"] = "ada@example.com"
        message["X-Number"] = str(number)
        message.set_content("\n".join(body) + "\n")
        box.add(message)
    box.close()
    found = list(read_mbox(io.BytesIO(path.read_bytes())))
    assert len(found) == len(bodies)
    for number, one in enumerate(found):
        assert f"X-Number: {number}".encode() in one.data


def test_prose_that_begins_with_from_does_not_separate() -> None:
    raw = mbox(mail(1) + b"\nFrom here on it is uphill.\nFrom Ada: no date, no header\n\nbye\n", mail(2))
    found = list(read_mbox(io.BytesIO(raw)))
    assert len(found) == 2
    assert b"uphill" in found[0].data


def test_chunks_cut_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mails = [mail(number) + b"x" * random.Random(number).randint(0, 3000) + b"\n" for number in range(200)]
    whole = [one.data for one in read_mbox(io.BytesIO(mbox(*mails)))]
    monkeypatch.setattr("goodwill_connectors.mbox.CHUNK", 777)
    monkeypatch.setattr("goodwill_connectors.mbox.TAIL", 300)
    assert [one.data for one in read_mbox(io.BytesIO(mbox(*mails)))] == whole
    assert len(whole) == 200


def test_content_length_is_honoured_when_it_is_right() -> None:
    body = b"quoting an mbox:\n\nFrom ada@example.com Mon May 13 10:00:00 2024\nSubject: no mail of its own\n\nend\n"  # noqa: E501
    head = b"From: ada@example.com\nContent-Length: %d\n\n"
    assert len(list(read_mbox(io.BytesIO(mbox(head % len(body) + body, mail(2)))))) == 2
    assert len(list(read_mbox(io.BytesIO(mbox(head % 9999 + b"short\n", mail(2)))))) == 2


def maildir(path: Path, count: int) -> Path:
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    for number in range(count):
        (path / "cur" / f"{number:06}.host:2,S").write_bytes(mail(number))
    return path


def test_a_maildir_is_read_once_whatever_its_flags_become(tmp_path: Path) -> None:
    box = maildir(tmp_path / "Maildir", 30)
    maildir(box / ".Sent", 0)
    (box / ".Sent" / "new" / "sent1").write_bytes(mail(100))
    maildir(box / ".Drafts", 3)
    (box / "cur" / "draft:2,DS").write_bytes(mail(200))
    (box / "cur" / "gone:2,T").write_bytes(mail(201))
    store = Store()
    assert store.poll(box) == 31
    (box / "cur" / "000001.host:2,S").rename(box / "cur" / "000001.host:2,RS")
    assert store.poll(box) == 0
    (box / "new" / "later").write_bytes(mail(300))
    assert store.poll(box) == 1


def test_an_unchanged_maildir_costs_next_to_nothing(tmp_path: Path) -> None:
    box = maildir(tmp_path / "Maildir", 3000)
    store = Store()
    start = time.process_time()
    store.poll(box)
    first = time.process_time()
    assert store.poll(box) == 0
    assert time.process_time() - first < (first - start) / 20


def test_a_folder_of_everything(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(mail(1))
    (tmp_path / "2.txt").write_bytes(mail(2))
    (tmp_path / "note.eml").write_bytes(b"just a note")
    (tmp_path / "photo.mbox").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "agenda.bin").write_bytes(CALENDAR)
    (tmp_path / "old.gz").write_bytes(gzip.compress(mbox(mail(3), mail(4))))
    (tmp_path / "Drafts").write_bytes(mbox(mail(5)))
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    os.mkfifo(tmp_path / "pipe")
    store = Store()
    assert store.poll(tmp_path) == 7
    assert sorted(Path(p.place).name for p in store.problems) == ["note.eml", "photo.mbox"]
    assert set(store.events) == {*(f"mid:{number}@example.com" for number in (1, 2, 3, 4)), "cal:lunch"}
    assert store.poll(tmp_path) == 0
    assert store.poll(tmp_path / "1") == 0


def takeout(path: Path) -> Path:
    labelled = [
        mail(1, X_Gmail_Labels="Inbox,Important"),
        mail(2, X_Gmail_Labels="Spam"),
        mail(3, X_Gmail_Labels="=?UTF-8?Q?Entw=C3=BCrfe?="),
        mail(4, X_Gmail_Labels="Corbeille,Ungelesen"),
        mail(5, X_Gmail_Labels="Sent"),
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Takeout/Mail/All mail Including Spam and Trash.mbox", mbox(*labelled))
        archive.writestr("Takeout/Mail/Drafts.mbox", mbox(mail(6)))
        archive.writestr("Takeout/Calendar/me.ics", CALENDAR)
        archive.writestr("Takeout/archive_browser.html", "<html></html>")
        archive.writestr("Takeout/Mail/one.eml", mail(7))
    return path


def test_takeout(tmp_path: Path) -> None:
    path = takeout(tmp_path / "takeout.zip")
    store = Store()
    assert store.poll(path) == 4
    assert set(store.events) == {"mid:1@example.com", "mid:5@example.com", "mid:7@example.com", "cal:lunch"}
    assert store.poll(path) == 0


def test_a_truncated_zip_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    path = takeout(tmp_path / "takeout.zip")
    path.write_bytes(path.read_bytes()[:-300])
    store = Store()
    assert store.poll(path) >= 2
    assert any("takeout.zip" in problem.place and "lost" in problem.what for problem in store.problems)
    assert str(path) not in store.cursors


def test_a_truncated_gzip_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "old.mbox.gz"
    noise = [
        mail(number) + random.Random(number).randbytes(400).hex().encode() + b"\n" for number in range(100)
    ]
    path.write_bytes(gzip.compress(mbox(*noise))[:-9000])
    store = Store()
    assert 10 < store.poll(path) < 100
    assert "old.mbox.gz" in store.problems[0].place
    assert store.cursors == {}


def test_bombs_and_nests_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.mbox", bytes(150 << 20))
    store = Store()
    store.poll(bomb)
    assert len(store.problems) == 1
    inner = mail(1)
    for depth in range(4):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(f"level{depth}", inner)
        inner = buffer.getvalue()
    nested = tmp_path / "nested.zip"
    nested.write_bytes(inner)
    store.poll(nested)
    assert len(store.problems) == 1
    assert "deep" in store.problems[0].what


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing", None, "does not exist"),
        ("empty", b"", "is empty"),
        ("photo", b"\x89PNG" + bytes(99), "neither"),
    ],
)
def test_a_named_file_of_no_use_is_an_error(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says) as raised:
        Store().poll(path)
    assert raised.value.remedy
    assert str(path) in raised.value.what


def test_a_named_folder_without_mail_or_a_pipe_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no mail"):
        Store().poll(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="neither a file nor a folder"):
        Store().poll(tmp_path / "pipe")


def test_a_broken_mail_in_an_mbox_is_named(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(mbox(mail(1)) + b"From x Mon May 13 10:00:00 2024\n\nno header\n\n" + mbox(mail(2)))
    store = Store()
    assert store.poll(path) == 3
    assert "message 2 at byte" in store.problems[0].place


def test_a_missing_date_is_taken_from_the_separator(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(mbox(b"From: ada@example.com\nTo: bo@example.com\nSubject: x\n\nHi\n"))
    store = Store()
    store.poll(path)
    (event,) = store.events.values()
    assert event.at == datetime(2024, 5, 13, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "count"), [("mailbox-cuilla-m.mbox.gz", 869), ("mailbox-dean-c.mbox.gz", 3400)]
)
def test_real_mailboxes(shared: Path, name: str, count: int) -> None:
    store = Store()
    assert store.poll(shared / "data" / name) == count
    assert store.problems == []
