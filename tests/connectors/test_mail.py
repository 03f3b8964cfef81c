"""Any bytes with a header become an event, and the right one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodwill.errors import InputError
from goodwill.model import Party
from goodwill_connectors.mail import parse_mail, parse_message

HEAD = "From: Ada Example <Ada@Example.com>\nTo: bo@example.com\nDate: Mon, 13 May 2024 10:00:00 +0200\n"


def make(headers: str = "", body: str = "Hello Bo.\n") -> bytes:
    return (HEAD + headers + "\n" + body).encode()


def multipart(kind: str, *parts: str) -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return make(f"MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary=b\n", body)


@given(st.binary(max_size=2000))
def test_never_raises_on_bytes_with_a_header(noise: bytes) -> None:
    for raw in (
        b"From: a@example.com\n" + noise,
        b"X: y\n\n" + noise,
        HEAD.encode() + b"Content-Type: " + noise,
    ):
        event = parse_message(raw)
        "\n".join([event.subject, event.text, event.quoted, *event.attachments, *event.keys]).encode()
        assert event.at.tzinfo is UTC


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"hello", b"\0" * 99, b"no header\n\nbody: x"])
def test_what_has_no_header_is_no_mail(raw: bytes) -> None:
    with pytest.raises(InputError):
        parse_message(raw)


def test_a_plain_mail() -> None:
    event = parse_message(
        make("Message-ID: <One@Example.com>\nReferences: <a@x.test> <b@x.test>\nIn-Reply-To: <a@x.test>\n")
    )
    assert event.sender == Party("ada@example.com", "Ada Example")
    assert event.to == (Party("bo@example.com"),)
    assert event.at == datetime(2024, 5, 13, 8, tzinfo=UTC)
    assert event.keys[0] == "mid:one@example.com"
    assert event.keys[1].startswith("fp:")
    assert event.parents == ("b@x.test", "a@x.test")
    assert event.text == "Hello Bo."


def test_copies_share_a_fingerprint() -> None:
    one = parse_message(make("Message-ID: <1@x.test>\nSubject: Re: Lunch\n", "Hello  Bo,\nsee you.\n"))
    two = parse_message(
        make("Message-ID: <2@x.test>\nSubject: Lunch\nBcc: me@x.test\n", "Hello Bo, see\n\nyou.")
    )
    other = parse_message(make("Message-ID: <3@x.test>\nSubject: Lunch\n", "Hello Bo, see me."))
    assert one.keys[1] == two.keys[1] != other.keys[1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("undisclosed-recipients:;", []),
        ("Team: a@x.test, C <c@x.test>;", [("a@x.test", ""), ("c@x.test", "C")]),
        ('"Example, Ada" <ada@x.test>', [("ada@x.test", "Ada Example")]),
        ("Example, Ada <ada@x.test>, bo@x.test", [("ada@x.test", "Ada Example"), ("bo@x.test", "")]),
        ("'bo@x.test' <Bo@X.test>", [("bo@x.test", "")]),
        ("bo@x.test (Bo B)", [("bo@x.test", "Bo B")]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.test>; <k@x.test>", [("j@x.test", "Jürgen"), ("k@x.test", "")]),
        ("=?bad?q?x", []),
        ("nobody, <@x>, <<z@x.test>>", [("z@x.test", "")]),
    ],
)
def test_addresses(value: str, expected: list[tuple[str, str]]) -> None:
    event = parse_message(f"To: {value}\nFrom: a@x.test\n\n".encode())
    assert [(party.address, party.name) for party in event.to] == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Date: Mon, 13 May 2024 10:00:00\n", datetime(2024, 5, 13, 10, tzinfo=UTC)),
        ("Date: 2024-05-13T10:00:00+02:00\n", datetime(2024, 5, 13, 8, tzinfo=UTC)),
        ("Date: nonsense\nReceived: by x; Mon, 13 May 2024 10:00:00 +0000\n", datetime(2024, 5, 13, 10, tzinfo=UTC)),  # noqa: E501
        ("Date: Mon, 13 May 99999 10:00:00\nResent-Date: Mon, 13 May 2024 10:00:00 GMT\n", datetime(2024, 5, 13, 10, tzinfo=UTC)),  # noqa: E501
        ("Date: Fri, 14 Jan 101 10:00:00 GMT\n", datetime(2001, 1, 14, 10, tzinfo=UTC)),
        ("Date: Mon, 13 May 2024 10:00:00 +9999999\n", datetime(2024, 5, 13, 10, tzinfo=UTC)),
        ("", None),
    ],
)  # fmt: skip
def test_dates(headers: str, expected: datetime | None) -> None:
    event = parse_message(f"From: a@x.test\n{headers}\nx".encode())
    assert event.dated is (expected is not None)
    assert event.at == (expected or datetime(1970, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "nonsense", "us-ascii", "", "idna", "rot13"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_wrong_charsets(charset: str, encoding: str) -> None:
    raw = (
        HEAD.encode() + f"Content-Type: text/plain; charset={charset}\n\n".encode() + "Grüße".encode(encoding)
    )
    assert parse_message(raw).text in ("Grüße", "GrÃ¼ÃŸe")


def test_of_two_forms_the_plain_one_counts_unless_it_is_a_stub() -> None:
    html = "Content-Type: text/html\n\n<p>From the <b>rich</b> form</p>"
    assert parse_message(multipart("alternative", "\nplain words", html)).text == "plain words"
    stub = "\nPlease view this message in an HTML browser."
    assert parse_message(multipart("alternative", stub, html)).text == "From the rich form"
    assert parse_message(multipart("alternative", "\n  \n", html)).text == "From the rich form"


def test_attachments_and_enclosed_mails() -> None:
    enclosed = "Content-Type: message/rfc822\n\nFrom: eve@example.com\nSubject: inner\n\nLend me money?"
    data = base64.b64encode(b"x" * 100).decode()
    event = parse_message(
        multipart(
            "mixed",
            "\nSee below.",
            enclosed,
            f"Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n{data}",
            "Content-Type: application/ms-tnef; name=winmail.dat\n\nx",
            "Content-Type: image/png; name=logo.png\nContent-ID: <1>\nContent-Disposition: inline\n\nx",
            "Content-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''na%C3%AFve.txt\n\nnot own",  # noqa: E501
        )
    )
    assert event.text == "See below."
    assert "Lend me money?" in event.quoted
    assert event.attachments == ("a.pdf", "winmail.dat", "naïve.txt")


def test_a_huge_attachment_is_not_read() -> None:
    line = "QUJD" * 19 + "\n"
    part = (
        f"Content-Type: application/zip; name=big.zip\nContent-Transfer-Encoding: base64\n\n{line * 100_000}"
    )
    event = parse_message(multipart("mixed", "\nHello.", part))
    assert (event.text, event.attachments) == ("Hello.", ("big.zip",))


def test_invitations_are_handed_on() -> None:
    calendar = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR"
    event, calendars = parse_mail(
        multipart("alternative", "\nCome.", "Content-Type: text/html\n\n<p>Come.", calendar)
    )
    assert event.text == "Come."
    assert len(calendars) == 1


@pytest.mark.parametrize(
    ("header", "bulk", "automatic"),
    [
        ("", False, False),
        ("List-Id: <l.x.test>\n", True, False),
        ("Precedence: bulk\n", True, False),
        ("Auto-Submitted: auto-replied\n", False, True),
        ("Auto-Submitted: no\n", False, False),
        ("X-Auto-Response-Suppress: All\n", False, True),
        ("X-Auto-Response-Suppress: All\nThread-Index: x\n", False, False),
        ("Content-Type: multipart/report; report-type=delivery-status\nReturn-Path: <>\n", False, True),
        ("Subject: Out of Office: back soon\n", False, True),
        ("Precedence: auto_reply\n", False, True),
    ],
)
def test_bulk_and_automatic_mail(header: str, bulk: bool, automatic: bool) -> None:
    event = parse_message(make(header))
    assert (event.bulk, event.automatic) == (bulk, automatic)


def test_the_name_of_an_exchange_sender() -> None:
    raw = b"From: ada@example.com\nX-From: Example, Ada </O=TEST/CN=ADA>\n\nx"
    assert parse_message(raw).sender == Party("ada@example.com", "Ada Example")
