"""The digest on its way through Gmail, Graph and Apprise, once; what comes back is nobody's letter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from digests import FRIENDLY, LINKS, WHEN
from gmail import ME, Gmail, serve
from google.auth.exceptions import RefreshError, TransportError
from graph import Graph
from reader import Reader

from goodwill import letter
from goodwill.errors import InputError, SignInError, Uncertain, Unsent
from goodwill.plugin import Account
from goodwill_connectors import apprised, google, google_auth, graph, microsoft, microsoft_auth, rights
from goodwill_connectors.files import Files
from goodwill_connectors.gmail import Gmail as GmailConnector
from goodwill_connectors.google_http import passing, service
from goodwill_connectors.outlook_text import is_own_digest
from goodwill_connectors.own_digest import is_digest_mail
from goodwill_connectors.self_mail import GmailSender, GraphSender
from goodwill_connectors.wire import Wire

HORIZON = datetime(2028, 1, 1, tzinfo=UTC)
RAW = letter.mail(FRIENDLY, WHEN, LINKS, ME)
Opened = Callable[[Any], Any]


@pytest.fixture(params=["gmail", "outlook"])
def box(request: pytest.FixtureRequest) -> Any:
    return Gmail(may_send=True) if request.param == "gmail" else Graph(may_send=True)


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Who sends from a mailbox; each request is written down in its ``requests``."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:

        def open_box(box: Any) -> Any:
            box.requests = []

            def answer(request: requests.PreparedRequest) -> Any:
                box.requests.append(request)
                body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
                told = [request.headers] if isinstance(box, Graph) else []
                return box.answer(str(request.method), str(request.url), *told, body)

            mock.add_callback(responses.POST, re.compile("https://.*"), callback=answer)
            session = requests.Session()
            if isinstance(box, Gmail):
                return GmailSender(session, "", "goodwill connect google --send-digest")
            session.auth = signed = graph.Signed(lambda anew: "new" if anew else "invented")
            url = "https://graph.microsoft.com/v1.0/me/sendMail"
            return GraphSender(session, url, signed.renew, "goodwill connect microsoft --send-digest")

        yield open_box


def arrived(box: Any) -> list[bytes]:
    return box.sent if isinstance(box, Graph) else [one.raw for one in box.messages.values()]


def test_it_arrives_as_it_was_made(opened: Opened, box: Any):
    opened(box).send(RAW)
    assert arrived(box) == [RAW]
    assert len(box.requests) == 1


KIND = {Gmail: "messages.send", Graph: "send"}


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Unsent), (413, Unsent), (429, Unsent), (302, Unsent), (500, Uncertain), (503, Uncertain)],
)
def test_a_refusal_is_heard_once(opened: Opened, box: Any, status: int, error: type[Exception]):
    box.failures = [(KIND[type(box)], (status, {}, b"{}"))] * 3
    with pytest.raises(error):
        opened(box).send(RAW)
    assert len(box.requests) == 1, "no answer makes it be sent again"


def test_without_the_right_it_says_how_to_give_it(opened: Opened, box: Any):
    box.may_send = False
    with pytest.raises(Unsent, match="does not allow to send") as caught:
        opened(box).send(RAW)
    assert "--send-digest" in caught.value.remedy


def test_an_outdated_sign_in_is_renewed_once(opened: Opened):
    box = Graph(may_send=True, token="new")
    opened(box).send(RAW)
    assert arrived(box) == [RAW]
    assert len(box.requests) == 2
    box.token = "another"
    with pytest.raises(Unsent):
        opened(box).send(RAW)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (requests.ConnectTimeout(), Unsent),
        (requests.ReadTimeout(), Uncertain),
        (requests.ConnectionError("aborted"), Uncertain),
        (requests.exceptions.ChunkedEncodingError(), Uncertain),
        (RefreshError("invalid_grant"), Unsent),
        (TransportError("no network"), Unsent),
        (SignInError("it is over", "Sign in again"), Unsent),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_a_connection_that_is_lost_leaves_it_open_whether_it_has_gone(
    opened: Opened, box: Any, failure: Exception, error: type[Exception]
):
    box.failures = [(KIND[type(box)], failure)]
    with pytest.raises(error):
        opened(box).send(RAW)
    assert len(box.requests) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://nowhere.invalid"])
def test_what_never_set_out_may_be_tried_again(url: str):
    with pytest.raises(Unsent, match="cannot be reached"):
        GmailSender(requests.Session(), url, "").send(RAW)


# What is asked for


def test_the_right_to_send_is_asked_for_where_it_is_wished_only():
    wished = rights.wanted({"send_digest": True})
    assert wished == ("mail", "calendar", "send")
    assert microsoft_auth.scopes(wished) == ["Mail.Read", "Calendars.Read", "Mail.Send", "User.Read"]
    assert google_auth.SCOPES["send"] == ("https://www.googleapis.com/auth/gmail.send",)
    assert "send" not in rights.wanted({"mark_drafts": True})
    with pytest.raises(InputError, match="--send-digest"):
        rights.wanted({"send_digest": True, "only": "calendar"})
    told = {"scope": "Calendars.Read Mail.Read User.Read"}
    assert microsoft_auth.missing(told, wished) == ["send"]


@pytest.mark.parametrize("provider", [google, microsoft])
def test_an_account_knows_whether_it_may_send(provider: Any):
    told = [
        provider.may_send(Account(provider.NAME, ME, {"features": features}))
        for features in (["mail", "send"], ["mail", "drafts"], ["calendar"])
    ]
    assert told == [True, False, None]
    assert "send_digest" in provider.OPTIONS


# What comes back


def test_a_digest_is_known_again():
    assert is_digest_mail(RAW)
    assert is_digest_mail(RAW.replace(b"X-Goodwill-Digest", b"X-Other"))  # by its Message-ID
    assert is_digest_mail(re.sub(rb"Message-ID: <[^>]*>", b"Message-ID: <a@mail.example>", RAW))
    stranger = RAW.replace(b"From: " + ME.encode(), b"From: bo@there.example")
    assert not is_digest_mail(stranger), "nobody hides a letter so"
    assert not is_digest_mail(b"From: a@x.example\r\nTo: a@x.example\r\n\r\nX-Goodwill-Digest: 1\r\n")


def test_it_enters_no_ledger_from_a_file_or_from_gmail(tmp_path: Path, opened: Opened):
    (tmp_path / "digest.eml").write_bytes(RAW)
    reader = Reader()
    assert reader.read(Files([tmp_path / "digest.eml"], HORIZON)) == []
    assert reader.met, "it is not looked at again"
    box = Gmail(may_send=True)
    opened(box).send(RAW)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        answer = lambda request: box.answer(str(request.method), str(request.url))  # noqa: E731
        mock.add_callback(responses.GET, re.compile("https://.*"), callback=answer)
        wire = Wire(requests.Session(), "Gmail", passing)
        assert reader.read(GmailConnector(service("gmail", "v1", wire, ""), HORIZON)) == []


def test_outlook_s_copy_of_it_is_known_too():
    me = {"emailAddress": {"address": ME, "name": "Me"}}
    message = {"from": me, "toRecipients": [me], "internetMessageId": "<1@there.example>"}
    assert not is_own_digest(message)
    marked = message | {"internetMessageHeaders": [{"name": "X-Goodwill-Digest", "value": "2026-05-04"}]}
    assert is_own_digest(marked)
    sent = {**message, "internetMessageId": "<1@digest.goodwill.invalid>"}  # sent items have no headers
    assert is_own_digest(sent)
    assert not is_own_digest(sent | {"from": {"emailAddress": {"address": "bo@there.example"}}})


# Apprise


def test_apprise_carries_it_once(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("apprise", reason="the library apprise is not here: pip install apprise")
    told: list[tuple[str, bytes]] = []

    def answer(method: str, path: str, *body: bytes) -> Any:
        told.append((path, b"".join(body)))
        return (500 if "full" in path else 200), {}, b"{}"

    with serve(answer) as address:
        place = address.removeprefix("http://")
        apprised.send(
            "Goodwill: one person today", "Ada <b>Sample</b>", f"json://{place}/gmail/v1/users/me/hook"
        )
        assert json.loads(told[0][1])["message"] == "Ada <b>Sample</b>"
        with pytest.raises(Uncertain):
            apprised.send("a", "b", f"json://{place}/full")
    for secret, what in (("nonsense://x", "address number 1"), ("", "no address")):
        with pytest.raises(Unsent, match=what) as caught:
            apprised.send("a", "b", secret)
        assert "nonsense" not in str(caught.value)


def test_without_apprise_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(Unsent, match="not installed") as caught:
        apprised.send("a", "b", "json://x")
    assert caught.value.remedy == "pip install 'goodwill[apprise]'"
