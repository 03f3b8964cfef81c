"""Gmail's traps, each by its name, against a small Gmail that has them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import responses
from gmail import ME, Gmail, Message, refusal
from reader import Reader

from goodwill.errors import AccountError, SignInError, Unavailable
from goodwill.testing import ConnectorContract
from goodwill_connectors import gmail as connector
from goodwill_connectors.google_auth import Client
from goodwill_connectors.google_http import passing, service
from goodwill_connectors.google_kept import session
from goodwill_connectors.wire import Wire

API = "https://gmail.googleapis.com"
HORIZON = datetime(2028, 1, 1, tzinfo=UTC)


def mail(number: int, sender: str = "bo.sample@there.example", to: str = ME) -> bytes:
    head = f"From: {sender}\nTo: {to}\nSubject: letter {number}\nMessage-ID: <{number}@there.example>\n"
    date = f"Mon, {1 + number % 28} Jan 2026 10:00:{number % 60:02d} +0000"
    return f"{head}Date: {date}\n\nHello {number}.\n".encode()


def mailbox(count: int, page: int = 500) -> Gmail:
    box = Gmail(page=page)
    for number in range(count):
        box.add(f"m{number}", mail(number), at=1_000 + number)
    return box


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def open_box(slept: list[float]) -> Iterator[Callable[[Gmail], connector.Gmail]]:
    """Put a mailbox behind Google's address; what waits only writes down how long."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        boxes: list[Gmail] = []

        def answer(request: requests.PreparedRequest):
            return boxes[-1].answer(str(request.method), str(request.url))

        mock.add_callback(responses.GET, re.compile(f"{API}/.*"), callback=answer)

        def opened(box: Gmail) -> connector.Gmail:
            boxes.append(box)
            wire = Wire(requests.Session(), "Gmail", passing, sleep=slept.append, chance=lambda: 0.5)
            return connector.Gmail(service("gmail", "v1", wire, ""), HORIZON)

        yield opened


def test_the_first_read_is_newest_first_and_then_only_what_is_new(open_box):
    box, reader = mailbox(120, page=40), Reader()
    source = open_box(box)
    assert reader.read(source) == [f"letter {n}" for n in reversed(range(120))]
    assert reader.pages[-1].complete
    assert [page.done for page in reader.pages if page.total] == sorted(
        p.done for p in reader.pages if p.total
    )
    assert reader.read(source) == []
    box.add("new", mail(500))
    assert reader.read(source) == ["letter 500"]
    assert max(box.fetched.values()) == 1


def test_what_comes_in_during_the_first_read_is_not_missed(open_box):
    box, reader = mailbox(120, page=40), Reader()
    source = open_box(box)
    reader.read(source, pages=2)
    box.add("meanwhile", mail(500), at=9_999)
    assert "letter 500" in reader.read(source)
    assert len(reader.met) == 121


def test_history_expired(open_box):
    box, reader = mailbox(30), Reader()
    source = open_box(box)
    reader.read(source)
    box.add("new", mail(500))
    box.oldest = box.number + 1  # everything up to now is forgotten
    box.number += 10
    assert reader.read(source) == ["letter 500"]
    assert max(box.fetched.values()) == 1
    assert all(page.complete for page in reader.pages)  # the past is known all the while
    box.add("newer", mail(501))
    assert reader.read(source) == ["letter 501"]


def test_the_new_history_number_expires_too(open_box):
    box, reader = mailbox(700, page=100), Reader()
    box.oldest = 10**9  # whatever number is given out is refused
    source = open_box(box)
    assert len(reader.read(source)) == 700
    box.add("new", mail(900), at=99_999)
    assert reader.read(source) == ["letter 900"]
    assert max(box.fetched.values()) == 1
    assert [problem.place for page in reader.pages for problem in page.problems] == ["Gmail"]


def test_pages_without_history(open_box):
    box, reader = mailbox(3), Reader()
    source = open_box(box)
    reader.read(source)
    for number in range(5):
        box.add(f"n{number}", mail(600 + number))
    empty = 200, {}, b'{"nextPageToken": "0", "historyId": "9999999"}'
    box.failures = [("history.list", empty)]
    assert len(reader.read(source)) == 5


QUOTA = [
    refusal(403, "rateLimitExceeded"),
    refusal(403, "userRateLimitExceeded"),
    refusal(403, "quotaExceeded"),
    refusal(403, "RESOURCE_EXHAUSTED"),
    refusal(429, "RESOURCE_EXHAUSTED"),
    refusal(429),
    (429, {}, b"<html>Too many requests</html>"),
    refusal(500, "backendError"),
    refusal(502),
    refusal(503),
    refusal(504),
]


@pytest.mark.parametrize("answer", QUOTA, ids=lambda one: f"{one[0]} {one[2][-60:]!r}")
@pytest.mark.parametrize("kind", ["profile", "messages.list", "messages.get", "history.list"])
def test_what_passes_is_tried_again(open_box, slept: list[float], kind: str, answer):
    box, reader = mailbox(3), Reader()
    box.failures = [(kind, answer)] * 3
    assert len(reader.read(open_box(box))) == 3
    assert slept == [1.0, 2.0, 4.0]


def test_retry_after_is_kept(open_box, slept: list[float]):
    box, reader = mailbox(3), Reader()
    later = "Wed, 21 Oct 2015 07:28:00 GMT"  # long past: at once
    box.failures = [("messages.get", refusal(429, **{"Retry-After": "17"}))]
    box.failures += [("messages.list", refusal(503, **{"Retry-After": later}))]
    reader.read(open_box(box))
    assert slept == [0.5, 17.5]


def test_a_wait_of_an_hour_is_not_sat_through(open_box, slept: list[float]):
    box, reader = mailbox(120), Reader()
    source = open_box(box)
    reader.read(source, pages=1)
    box.failures = [("messages.get", refusal(429, **{"Retry-After": "3600"}))]
    with pytest.raises(Unavailable) as caught:
        reader.read(source)
    assert caught.value.until > datetime.now(UTC).timestamp() + 3_500
    assert slept == []
    reader.read(source)
    assert len(reader.met) == 120
    assert max(box.fetched.values()) == 1


@pytest.mark.parametrize(
    "lost",
    [
        requests.ConnectionError("reset"),
        requests.ReadTimeout("slow"),
        requests.exceptions.ChunkedEncodingError("in the middle of a page"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_lost_connection_costs_nothing(open_box, lost: Exception):
    box, reader = mailbox(60), Reader()
    box.failures = [("messages.get", lost), ("messages.list", lost)]
    assert len(reader.read(open_box(box))) == 60
    box.failures = [("history.list", lost)] * 10
    with pytest.raises(Unavailable):
        reader.read(open_box(box))
    box.failures = []
    assert reader.read(open_box(box)) == []


def test_a_message_deleted_between_list_and_get(open_box):
    box, reader = mailbox(3), Reader()
    box.failures = [("messages.get", refusal(404, "notFound"))]
    assert len(reader.read(open_box(box))) == 2
    assert len(reader.met) == 3


def test_drafts_spam_trash_and_chats_are_no_events(open_box):
    box, reader = mailbox(1), Reader()
    for number, label in enumerate(("DRAFT", "SPAM", "TRASH", "CHAT"), 10):
        box.add(label, mail(number), label, at=number)
    source = open_box(box)
    assert reader.read(source) == ["letter 0"]
    box.add("later", mail(20), "DRAFT")
    assert reader.read(source) == []
    box.move("later", add=("SENT",), remove=("DRAFT",))
    assert reader.read(source) == ["letter 20"]


def test_a_mail_that_is_taken_out_of_spam_becomes_one(open_box):
    box, reader = mailbox(1), Reader()
    source = open_box(box)
    reader.read(source)
    box.add("junk", mail(30), "SPAM")
    assert reader.read(source) == []
    box.move("junk", add=("INBOX",), remove=("SPAM",))
    assert reader.read(source) == ["letter 30"]


def test_label_changes_fetch_nothing(open_box):
    box, reader = mailbox(5), Reader()
    source = open_box(box)
    reader.read(source)
    for number in range(5):
        box.move(f"m{number}", add=("STARRED", "INBOX"), remove=("UNREAD",))
    assert reader.read(source) == []
    assert max(box.fetched.values()) == 1


def test_an_alias_is_the_owners_own(open_box):
    assert open_box(mailbox(0)).addresses() == (ME, "alias@home.example")


def test_a_page_token_that_has_expired(open_box):
    box, reader = mailbox(120, page=40), Reader()
    source = open_box(box)
    reader.read(source, pages=3)
    assert '"page": "40"' in reader.cursors["mailbox"]
    reader.cursors["mailbox"] = reader.cursors["mailbox"].replace('"page": "40"', '"page": "expired"')
    reader.read(source)
    assert len(reader.met) == 120
    assert max(box.fetched.values()) == 1


def test_a_cursor_that_means_nothing_begins_anew(open_box):
    box, reader = mailbox(3), Reader()
    reader.cursors["mailbox"] = "rubbish"
    assert len(reader.read(open_box(box))) == 3


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (refusal(401, "authError"), SignInError, "goodwill connect google"),
        (refusal(403, "insufficientPermissions"), SignInError, "tick every box"),
        (refusal(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), SignInError, "tick every box"),
        (refusal(403, "accessNotConfigured"), AccountError, "apis/library/gmail.googleapis.com"),
        (refusal(403, "SERVICE_DISABLED"), AccountError, "press Enable"),
        (refusal(403, "dailyLimitExceeded"), AccountError, "tomorrow"),
        (refusal(403, "domainPolicy", "Mail service not enabled"), AccountError, "Mail service not enabled"),
        (refusal(400, "failedPrecondition", "Mail service not enabled"), AccountError, "refuses (400)"),
    ],
)
def test_what_does_not_pass_is_one_sentence(open_box, slept, answer, kind: type, told: str):
    box, reader = mailbox(60), Reader()
    source = open_box(box)
    reader.read(source, pages=1)
    box.failures = [("messages.list", answer)]
    with pytest.raises(kind) as caught:
        reader.read(source)
    assert told in str(caught.value)
    assert slept == []
    assert len(reader.met) == 50  # what was read stays


def test_a_mail_that_no_one_can_read_is_named_and_the_rest_goes_on(open_box):
    box, reader = mailbox(3), Reader()
    box.messages["bad"] = Message(b"\x00\xff no mail at all", at=9_999)
    assert len(reader.read(open_box(box))) == 3
    (problem,) = [p for page in reader.pages for item in page.items for p in item.problems]
    assert problem.place == "Gmail message bad"


def test_units_by_googles_own_list():
    root = f"{API}/gmail/v1/users/me"
    paths = {"/messages/x?format=raw": 20, "/messages?maxResults=500": 5, "/history?a=b": 2, "/profile": 1}
    assert {path: connector.units(root + path) for path in paths} == paths


class TestGmailKeepsTheContract(ConnectorContract):
    @pytest.fixture(autouse=True)
    def _open(self, open_box):
        self.box = mailbox(230, page=90)
        self.source = open_box

    def connector(self, folder: Path) -> connector.Gmail:
        return self.source(self.box)


def test_consent_that_is_revoked_in_the_middle_of_a_read(slept: list[float]):
    """The sign-in cannot be renewed: what was read is kept, and the owner is told what to do."""
    box, reader, valid = mailbox(120), Reader(), [True]
    client = Client("invented", "invented")

    def token(request: requests.PreparedRequest):
        if valid[0]:
            return 200, {}, '{"access_token": "a", "expires_in": 3600, "token_type": "Bearer"}'
        return 400, {}, '{"error": "invalid_grant", "error_description": "Token has been revoked."}'

    def answer(request: requests.PreparedRequest):
        if len(box.fetched) == 60:
            valid[0] = False
        return box.answer("GET", str(request.url)) if valid[0] else refusal(401, "authError")

    with responses.RequestsMock() as mock:
        mock.add_callback(responses.POST, client.token, callback=token)
        mock.add_callback(responses.GET, re.compile(f"{API}/.*"), callback=answer)
        wire = Wire(session(client, "refresh"), "Gmail", passing, sleep=slept.append)
        with pytest.raises(SignInError, match="goodwill connect google"):
            reader.read(connector.Gmail(service("gmail", "v1", wire, ""), HORIZON))
    assert len(reader.met) == 50
    assert slept == []


def test_a_page_token_that_is_always_refused_does_not_turn_in_circles(open_box):
    box, reader = mailbox(120, page=40), Reader()
    box.failures = [("messages.list", refusal(400, "invalidArgument", "Invalid pageToken"))] * 50
    box.failures.insert(0, ("messages.list", box.answer("GET", f"{API}/gmail/v1/users/me/messages")))
    with pytest.raises(AccountError, match=r"refuses \(400\)"):
        reader.read(open_box(box))
    assert box.asked["messages.list"] < 10


def test_a_skim_that_is_cut_short_loses_nothing(open_box):
    box, reader = mailbox(5, page=20), Reader()
    box.oldest = 10**9
    source = open_box(box)
    reader.read(source)
    for number in range(60):
        box.add(f"n{number}", mail(100 + number), at=50_000 + number)
    reader.read(source, pages=1)
    reader.read(source)
    assert len(reader.met) == 65


@pytest.mark.parametrize("body", [b"<html>sign in to the hotel's network</html>", b"[]", b"null", b'"x"'])
@pytest.mark.parametrize("kind", ["profile", "messages.list", "messages.get", "history.list"])
def test_what_is_not_json_is_one_sentence(open_box, kind: str, body: bytes):
    box, reader = mailbox(3), Reader()
    box.failures = [(kind, (200, {"Content-Type": "text/html"}, body))]
    with pytest.raises(Unavailable, match="not JSON"):
        reader.read(open_box(box))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, '{"error": "invalid_grant"}', SignInError),
        (401, '{"error": "invalid_client"}', SignInError),
        (503, "<html>busy</html>", Unavailable),
        (404, "<html>no such page</html>", Unavailable),
        (400, '{"error": "invalid_request"}', Unavailable),
    ],
)
def test_only_googles_own_word_ends_a_sign_in(status: int, body: str, kind: type):
    client = Client("invented", "invented")
    with responses.RequestsMock() as mock:
        mock.post(client.token, status=status, body=body)
        wire = Wire(session(client, "refresh"), "Gmail", passing, sleep=lambda seconds: None)
        with pytest.raises(AccountError) as caught:
            Reader().read(connector.Gmail(service("gmail", "v1", wire, ""), HORIZON))
    assert type(caught.value) is kind


def test_a_netrc_file_signs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "netrc").write_text("default login somebody password not-for-google\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client, box = Client("invented", "invented"), mailbox(1)
    signed: list[str] = []

    def answer(request: requests.PreparedRequest):
        signed.append(str(request.headers.get("Authorization")))
        if request.method == "POST":
            return 200, {}, '{"access_token": "a", "expires_in": 3600, "token_type": "Bearer"}'
        return box.answer("GET", str(request.url))

    with responses.RequestsMock() as mock:
        mock.add_callback(responses.POST, client.token, callback=answer)
        mock.add_callback(responses.GET, re.compile(f"{API}/.*"), callback=answer)
        wire = Wire(session(client, "refresh"), "Gmail", passing)
        Reader().read(connector.Gmail(service("gmail", "v1", wire, ""), HORIZON))
    assert set(signed) == {"None", "Bearer a"}
