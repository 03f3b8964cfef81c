"""IMAP when the line is cut, the server is odd, or says what makes no sense: nothing lost, nothing twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from between import Drip, between
from dovecot import PASSWORD, USER, Dovecot, dovecot
from imap_box import HORIZON, emptied, fill, letter, line, mailbox
from reader import Reader
from tls import certificate

from goodwill.errors import AccountError, GoodwillError, Unavailable
from goodwill_connectors import imap_wire
from goodwill_connectors.imap_line import Line, Server
from goodwill_connectors.imap_login import Password
from goodwill_connectors.imap_mail import ImapMail

Says = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as one:
        yield one


@pytest.fixture
def box(server: Dovecot) -> Dovecot:
    return emptied(server)


def read(box: Dovecot, says: Says | None = None, asks: Says | None = None) -> tuple[list[str], list[str]]:
    """The subjects that are read where somebody changes what is said, and the problems."""
    reader = Reader()
    with between(box.port, says=says, asks=asks) as way:
        found = reader.read(mailbox(box, way.port))
    return sorted(found), [problem.what for page in reader.pages for problem in page.problems]


# The line


@pytest.mark.parametrize("seed", range(3))
def test_a_line_that_is_cut_again_and_again_loses_nothing_and_brings_nothing_twice(
    box: Dovecot, seed: int, figure: Callable[[str], None]
):
    fill(box, 150)
    fill(box, 40, "Work", 500)
    before = box.everything()
    reader, polls = Reader(), 0
    with between(box.port, least=200, often=16_000) as way:
        way.chance.seed(seed)
        while polls < 50:
            polls += 1
            with suppress(Unavailable):
                kept(reader, mailbox(box, way.port))
                break
    figure(f"{way.cuts} cuts, {polls} polls")
    assert way.cuts > 5
    wanted = [f"letter {number}" for number in (*range(150), *range(500, 540))]
    events = [event.subject for page in reader.pages for item in page.items for event in item.events]
    assert sorted(events) == sorted(wanted)
    assert box.everything() == before
    assert reader.read(mailbox(box)) == []


def kept(reader: Reader, source: ImapMail) -> list[str]:
    """Read on; the pages that came before a cut are stored as well."""
    earlier = reader.pages
    try:
        return reader.read(source)
    finally:
        reader.pages = earlier + reader.pages


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_cut_in_the_middle_of_the_handshake_is_no_fault_of_the_server(tmp_path: Path, tls: str):
    paths = certificate(tmp_path)
    with dovecot(certificate=paths) as one:
        fill(one, 3)
        port = one.secure if tls == "implicit" else one.port
        for left in (0, 1, 7, 200, 600):
            with between(port, least=left, often=max(1, left)) as way:
                where = Server("localhost", way.port, tls, paths[0].read_text())  # type: ignore[arg-type]
                cut = Line(where, Password(USER, PASSWORD), sleep=lambda seconds: None)
                with pytest.raises(Unavailable):
                    cut.ask(lambda client: client.noop())
                assert way.cuts > 1


def test_a_server_that_says_bye_is_asked_again(box: Dovecot):
    fill(box, 60)
    left = [3]

    def says(told: bytes) -> bytes:
        if b"BODY[]" in told and left[0]:
            left[0] -= 1
            return b"* BYE too many of you today\r\n"
        return told

    found, problems = read(box, says)
    assert (len(found), problems, left) == (60, [], [0])


def test_a_server_that_says_bye_to_everybody_is_left_alone_for_a_while(box: Dovecot):
    with between(box.port, says=lambda told: b"* BYE closed\r\n") as way:
        with pytest.raises(Unavailable) as caught:
            Reader().read(mailbox(box, way.port))
        assert caught.value.until > time.time()


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INUSE", "LIMIT"])
def test_a_server_that_lets_nobody_in_just_now_is_not_taken_for_a_wrong_password(box: Dovecot, code: str):
    refused = b" NO [" + code.encode() + b"] Try again later.\r\n"
    with (
        between(box.port, says=lambda told: told[:5] + refused if b"Logged in" in told else told) as way,
        pytest.raises(Unavailable),
    ):
        mailbox(box, way.port).folders()


def test_a_server_that_drips_holds_nobody_up(box: Dovecot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imap_wire, "LONGEST", 1.0)
    fill(box, 3)
    for slow in (b"* OK", b" FETCH ", b"* STATUS"):  # the greeting, a mail, a line

        def says(told: bytes, slow: bytes = slow) -> bytes:
            return Drip(told) if slow in told else told

        begun = time.monotonic()
        with between(box.port, says=says) as way, pytest.raises(Unavailable, match="does not come to an end"):
            Reader().read(mailbox(box, way.port))
        assert time.monotonic() - begun < 10


def test_a_server_that_floods_is_cut_off(box: Dovecot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imap_wire, "MOST", 1 << 20)
    fill(box, 1)
    flood = b"* OK still here\r\n" * 100_000
    for more in (flood, b"x" * (2 << 20) + b"\r\n", b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n"):
        with (
            between(box.port, says=lambda told, more=more: more if b"BODY[]" in told else told) as way,
            pytest.raises(Unavailable, match="does not come to an end"),
        ):
            Reader().read(mailbox(box, way.port))


# News


@pytest.mark.parametrize("tls", ["none", "implicit"])
def test_new_mail_is_heard_within_two_seconds_and_what_came_before_too(tmp_path: Path, tls: str):
    paths = certificate(tmp_path)
    with dovecot(certificate=paths) as one:
        heard: list[float] = []
        end = Event()
        trusted = paths[0].read_text() if tls == "implicit" else ""
        where = Server("localhost", one.secure if trusted else one.port, tls, trusted)  # type: ignore[arg-type]
        there = Line(where, Password(USER, PASSWORD))
        thread = Thread(target=there.listen, args=("INBOX", end, lambda: heard.append(time.monotonic())))
        thread.start()
        try:
            wait_for(lambda: len(heard) == 1)
            for number in range(3):
                before = len(heard)
                time.sleep(0.3)
                one.add(letter(number))
                begun = time.monotonic()
                wait_for(lambda before=before: len(heard) > before)
                assert heard[before] - begun < 2
        finally:
            end.set()
            thread.join(10)
            there.close()
        assert not thread.is_alive()


def wait_for(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_where_the_server_does_not_tell_nobody_waits(box: Dovecot):
    with between(box.port, says=lambda told: told.replace(b"IDLE", b"IDOL")) as way:
        there = line(way.port)
        assert there.listen("INBOX", Event(), lambda: pytest.fail("there is no news")) is False
        there.close()


# Odd servers


def test_a_server_that_knows_only_what_it_must_is_read_all_the_same(box: Dovecot):
    fill(box, 3)
    fill(box, 2, "Trash", 100)
    fill(box, 2, "Work", 200)

    def bare(told: bytes) -> bytes:
        if told.startswith(b"* STATUS"):
            return told.split(b" (")[0] + b" (MESSAGES 3)\r\n"
        if b"[UIDNEXT" in told or b"[UIDVALIDITY" in told:
            return b""
        for more in (b"SPECIAL-USE", b"NAMESPACE", b"IDLE", rb"\Trash", rb"\Sent", rb"\Junk", rb"\Drafts"):
            told = told.replace(more, b"X" if more.isalpha() else rb"\Marked")
        return told.replace(b'"/"', b"NIL") if told.startswith(b"* LIST") else told

    reader = Reader()
    with between(box.port, says=bare) as way:
        assert len(reader.read(mailbox(box, way.port))) == 5
        fill(box, 1, first=50)
        assert reader.read(mailbox(box, way.port)) == ["letter 50"]


RUBBISH = {
    b"* SEARCH": b"* SEARCH one two\r\n",
    b"* STATUS": b"* STATUS x (UIDNEXT (1 2) UIDVALIDITY NIL)\r\n",
    b"BODY[]": b"* 1 FETCH ((\r\n",
    b"RFC822.SIZE": b"* 1 FETCH (UID 1 RFC822.SIZE NIL INTERNALDATE 5 FLAGS NIL)\r\n",
    b"* LIST": b"* LIST\r\n",
    b"* CAPABILITY": b"* CAPABILITY\r\n",
    b"* NAMESPACE": b"* NAMESPACE (((((\r\n",
    b"EXISTS": b"* \xff\x00\x80 EXISTS\r\n",
    b" OK ": b"\xff\xfe\r\n",
}


@pytest.mark.parametrize("where", RUBBISH)
def test_rubbish_is_told_in_a_sentence_and_the_next_poll_reads_all(box: Dovecot, where: bytes):
    fill(box, 3)
    reader = Reader()
    with between(box.port, says=lambda told: RUBBISH[where] if where in told else told) as way:
        found: list[str] = []
        with suppress(GoodwillError):
            found = reader.read(mailbox(box, way.port))
    assert sorted(found + reader.read(mailbox(box))) == ["letter 0", "letter 1", "letter 2"]


def test_a_folder_with_a_name_that_makes_no_sense_hides_no_other(box: Dovecot):
    fill(box, 1)
    fill(box, 1, "Work", 7)
    fill(box, 1, "\u00c9t\u00e9", 8)
    for name in (b'"R&D Files"', b'"&&&"', b'"Caf\xc3\xa9"', b"{5}\r\na\r\nb\n", b'"&2D0-"'):
        named = b'"/" ' + name + b"\r\n"
        found, problems = read(box, lambda told, named=named: told.replace(b'"/" Work\r\n', named))
        assert (found, len(problems)) == (["letter 0", "letter 8"], 1), name


def test_a_keyword_with_a_bracket_hides_no_mail():
    with dovecot() as one:
        fill(one, 3)
        with one.client() as client:
            client.select_folder("INBOX")
            client._imap.uid("STORE", "1:*", "+FLAGS.SILENT", b"([draft a[b)")
            client.append("INBOX", letter(9), (rb"\Draft", b"a[b"))
        assert read(one) == (["letter 0", "letter 1", "letter 2"], [])


@pytest.mark.parametrize("moment", [b"RFC822.SIZE", b"BODY.PEEK[]", b"SEARCH"])
def test_a_mail_that_vanishes_while_it_is_asked_for_is_passed_over(box: Dovecot, moment: bytes):
    fill(box, 6)
    gone: list[int] = []

    def asks(told: bytes) -> bytes:
        if moment in told and not gone:
            with box.client() as client:
                client.select_folder("INBOX")
                gone.extend(client.search("ALL")[2:4])
                client.delete_messages(gone)
                client.expunge()
        return told

    assert read(box, asks=asks) == (["letter 0", "letter 1", "letter 4", "letter 5"], [])


def test_names_that_mean_something_to_a_server_are_only_names(box: Dovecot):
    names = [
        "50% off",
        "a*b",
        "back\\slash",
        '"',
        "(x",
        "{3}",
        "NIL",
        "12",
        "A/B/C/D",
        "&",
    ]
    for number, name in enumerate(names):
        fill(box, 1, name, number)
    before = box.everything()
    found, problems = read(box)
    assert (len(found), problems) == (len(names), [])
    assert box.everything() == before


SHARED = """
namespace inbox {{
  separator = .
}}
namespace everybody {{
  type = public
  prefix = Public.
  separator = .
  location = maildir:{folder}/public:LAYOUT=fs
  list = yes
}}
"""


def test_folders_of_other_people_are_not_read_and_dots_part_names(tmp_path: Path):
    with dovecot() as one:
        one.stop()
        one.more = SHARED.format(folder=one.folder / "home")
        one.start()
        fill(one, 1)
        fill(one, 1, "Work.Boats", 1)
        fill(one, 1, "Work.Spam", 2)
        fill(one, 1, "Public.News", 3)
        assert read(one) == (["letter 0", "letter 1", "letter 2"], [])


# Certificates


def test_a_certificate_that_has_expired_is_said(tmp_path: Path):
    paths = certificate(tmp_path, days=-1)
    with dovecot(certificate=paths) as one:
        fill(one, 1)
        for tls, port in (("implicit", one.secure), ("starttls", one.port)):
            where = Server("localhost", port, tls, paths[0].read_text())  # type: ignore[arg-type]
            with pytest.raises(AccountError, match="has expired or is not valid yet") as caught:
                Reader().read(ImapMail(Line(where, Password(USER, PASSWORD)), HORIZON))
            assert not isinstance(caught.value, Unavailable)
