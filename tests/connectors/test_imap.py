"""IMAP against Debian's Dovecot: read to the end, changed meanwhile, cut off, and left as it was."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from dovecot import PASSWORD, USER, Dovecot, dovecot
from imap_box import HORIZON, emptied, fill, letter, line, mailbox
from reader import Reader
from tls import certificate

from goodwill.errors import AccountError, SignInError, Unavailable
from goodwill.plugin import Page
from goodwill.testing import ConnectorContract
from goodwill_connectors.imap_folders import Folder, chosen
from goodwill_connectors.imap_line import Line, Server
from goodwill_connectors.imap_login import Password
from goodwill_connectors.imap_mail import ImapMail


def filled(pages: Iterator[Page]) -> Iterator[Page]:
    return (page for page in pages if page.items)


def number(subject: str) -> int:
    return int(subject.removeprefix("letter "))


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as one:
        yield one


@pytest.fixture
def box(server: Dovecot) -> Dovecot:
    """The server with nothing in it but its first folders."""
    return emptied(server)


class TestImapKeepsTheContract(ConnectorContract):
    @pytest.fixture(autouse=True)
    def _fill(self, box: Dovecot):
        fill(box, 120)
        fill(box, 30, "Sent", 1000)
        self.box = box

    def connector(self, folder: Path) -> ImapMail:
        return mailbox(self.box)


def test_what_is_no_event_is_not_read(box: Dovecot):
    for number, folder in enumerate(("INBOX", "Sent", "Drafts", "Junk", "Trash", "Work/Boats")):
        box.add(letter(number), folder)
    with box.client() as client:
        client.append("INBOX", letter(10), (rb"\Draft",))
        client.append("INBOX", letter(11), (rb"\Deleted",))
    reader = Reader()
    assert sorted(reader.read(mailbox(box))) == ["letter 0", "letter 1", "letter 5"]


def test_nothing_on_the_server_changes(box: Dovecot):
    fill(box, 60)
    fill(box, 3, "Work", 500)
    before = box.everything()
    Reader().read(mailbox(box))
    assert box.everything() == before


def test_new_mail_is_read_and_nothing_twice(box: Dovecot):
    fill(box, 70)
    reader = Reader()
    assert len(reader.read(mailbox(box))) == 70
    assert reader.read(mailbox(box)) == []
    assert reader.pages == []
    fill(box, 60, first=70)
    assert sorted(reader.read(mailbox(box)), key=number) == [f"letter {n}" for n in range(70, 130)]
    assert reader.read(mailbox(box)) == []


def test_new_mail_comes_before_the_rest_of_a_first_read(box: Dovecot):
    fill(box, 120)
    reader = Reader()
    assert reader.read(mailbox(box), pages=2)[0] == "letter 119"
    fill(box, 1, first=500)
    rest = reader.read(mailbox(box))
    assert rest[0] == "letter 500"
    assert sorted(rest[1:], key=number) == [f"letter {n}" for n in range(70)]


def test_a_mail_that_moves_is_the_same_event(box: Dovecot):
    fill(box, 2)
    reader = Reader()
    reader.read(mailbox(box))
    before = {event.keys for page in reader.pages for item in page.items for event in item.events}
    with box.client() as client:
        client.create_folder("Archive")
        client.select_folder("INBOX")
        client.move(client.search("ALL")[:1], "Archive")
    assert reader.read(mailbox(box)) == ["letter 0"]
    after = {event.keys for page in reader.pages for item in page.items for event in item.events}
    assert after < before


def test_uids_that_mean_something_else_are_read_anew(box: Dovecot):
    fill(box, 5, "Work")
    reader = Reader()
    assert len(reader.read(mailbox(box))) == 5
    with box.client() as client:
        client.delete_folder("Work")
    fill(box, 3, "Work", first=50)
    assert sorted(reader.read(mailbox(box))) == ["letter 50", "letter 51", "letter 52"]


def test_mails_that_go_while_they_are_read_hide_no_other(box: Dovecot):
    fill(box, 160)
    reader = Reader()
    source = filled(mailbox(box).poll(reader.cursors, reader.known))
    got = [event.subject for item in next(source).items for event in item.events]
    with box.client() as client:
        client.select_folder("INBOX")
        uids = client.search("ALL")
        client.delete_messages(uids[:20] + uids[-10:])
        client.expunge()
    got += [event.subject for page in source for item in page.items for event in item.events]
    assert sorted(got, key=number) == [f"letter {n}" for n in range(20, 160)]


def test_a_folder_that_goes_in_the_middle_is_at_its_end(box: Dovecot):
    fill(box, 120, "Work")
    reader = Reader()
    reader.read(mailbox(box), pages=3)
    assert not reader.pages[-1].complete
    with box.client() as client:
        client.delete_folder("Work")
    reader.read(mailbox(box))
    assert [page.stream for page in reader.pages if page.complete][-1] == "Work"


def test_names_in_every_alphabet(box: Dovecot):
    names = [
        "Entwurf & Plan",
        "\u65e5\u672c\u8a9e",
        "\u00c9t\u00e9/Voyage",
        'a "quoted" one',
        "100%",
        "in~side",
    ]
    for number, name in enumerate(names):
        fill(box, 1, name, first=number)
    reader = Reader()
    assert len(reader.read(mailbox(box))) == len(names)
    assert {page.stream for page in reader.pages} >= set(names)


def test_odd_mails_do_not_stop_the_others(box: Dovecot):
    odd = [
        b"",
        b"\r\n",
        b"no header at all",
        bytes(range(1, 256)),
        b"From: x\r\n" * 5_000,
        letter(1)[:-20] + b"\0\0",
    ]
    taken = 0
    for raw in odd:
        with suppress(Exception), box.client() as client:
            client.append("INBOX", raw)
            taken += 1
    fill(box, 1, first=7)
    assert "letter 7" in Reader().read(mailbox(box))
    assert taken >= 4


def test_a_mail_of_fifty_megabytes_is_read_by_its_beginning(box: Dovecot):
    whole = (
        b"From: bo.sample@there.example\r\nTo: me@home.example\r\nSubject: large\r\n"
        b"Message-ID: <l@there.example>\r\n"
        b"Date: Mon, 5 Jan 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nThe boat is in.\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + (b"QUJD" * 18 + b"\r\n") * 680_000 + b"--b--\r\n"
    )
    assert len(whole) > 50_000_000
    box.add(whole)
    fill(box, 2, first=3)
    reader = Reader()
    assert sorted(reader.read(mailbox(box))) == ["large", "letter 3", "letter 4"]
    events = [event for page in reader.pages for item in page.items for event in item.events]
    assert [event.text.strip() for event in events if event.subject == "large"] == ["The boat is in."]


# The line


def test_a_wrong_password_is_said(server: Dovecot):
    with pytest.raises(SignInError, match=r"does not let me@home.example in: .*[Aa]uth.* failed"):
        ImapMail(line(server.port, "wrong"), HORIZON).folders()


def test_a_server_that_ends_in_the_middle_is_asked_again(box: Dovecot):
    fill(box, 120)
    reader = Reader()
    source = filled(mailbox(box).poll(reader.cursors, reader.known))
    got = [event.subject for item in next(source).items for event in item.events]
    box.stop()
    box.start()
    got += [event.subject for page in source for item in page.items for event in item.events]
    assert len(got) == len(set(got)) == 120


def test_a_server_that_stays_away_is_waited_for(box: Dovecot):
    fill(box, 120)
    reader = Reader()
    source = filled(mailbox(box).poll(reader.cursors, reader.known))
    next(source)
    box.stop()
    try:
        with pytest.raises(Unavailable, match="nobody listens there"):
            list(source)
    finally:
        box.start()


def test_a_server_that_hangs_up_on_a_sign_in_has_refused_nobody():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=hang_up, args=(listening,), daemon=True).start()
        where = Server("127.0.0.1", listening.getsockname()[1], "none")
        there = Line(where, Password(USER, PASSWORD), sleep=lambda seconds: None)
        with pytest.raises(Unavailable, match="has cut the connection"):
            there.ask(lambda client: client)


def hang_up(listening: socket.socket) -> None:
    """Answer like IMAP until somebody signs in."""
    with suppress(OSError):
        while True:
            with listening.accept()[0] as one, one.makefile("rb") as lines:
                one.sendall(b"* OK here\r\n")
                for heard in lines:
                    tag, command, *_ = heard.split()
                    if command == b"LOGIN":
                        break
                    one.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")


def test_a_password_goes_nowhere_unencrypted():
    there = Line(Server("mail.example.com", 143, "none"), Password(USER, PASSWORD))
    with pytest.raises(AccountError, match="without encryption anybody"):
        there.ask(lambda client: client)


def test_certificates(tmp_path: Path):
    paths = certificate(tmp_path)
    pem = paths[0].read_text()
    with dovecot(certificate=paths) as one:
        fill(one, 1)

        def subjects(host: str, port: int, tls: str, trusted: str) -> list[str]:
            there = Line(Server(host, port, tls, trusted), Password(USER, PASSWORD))  # type: ignore[arg-type]
            return Reader().read(ImapMail(there, HORIZON))

        assert subjects("localhost", one.secure, "implicit", pem) == ["letter 0"]
        assert subjects("127.0.0.1", one.port, "starttls", pem) == ["letter 0"]
        with pytest.raises(AccountError, match="nobody whom this system trusts vouches"):
            subjects("localhost", one.secure, "implicit", "")
        with pytest.raises(AccountError, match="does not speak TLS"):
            subjects("localhost", one.port, "implicit", pem)


# Which folders


def listed(*names: tuple[str, str]) -> list[tuple[frozenset[bytes], bytes, str]]:
    return [(frozenset(flags.encode().split()), b"/", name) for name, flags in names]


def test_what_a_server_says_of_its_folders_is_believed():
    found = listed(
        ("INBOX", ""), ("Spam", "\\junk"), ("Bin", "\\trash"), ("Trash", ""), ("Gesendet", "\\sent")
    )
    assert chosen(found) == [Folder("Gesendet", True), Folder("INBOX"), Folder("Trash")]


def test_where_it_says_nothing_the_names_tell():
    found = listed(
        ("INBOX", ""), ("Junk", ""), ("INBOX/Entw\u00fcrfe", ""), ("Sent Items", ""), ("A", "\\noselect")
    )
    assert chosen(found) == [Folder("Sent Items", True), Folder("INBOX")]


def test_at_google_all_mail_is_all_there_is():
    found = listed(("INBOX", ""), ("[Gmail]/All Mail", "\\all"), ("[Gmail]/Spam", "\\junk"), ("Work", ""))
    assert chosen(found, google=True) == [Folder("[Gmail]/All Mail")]
    assert chosen(found) == [Folder("INBOX"), Folder("Work")]
