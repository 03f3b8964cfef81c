"""The traps of Outlook mail, each by its name, against the small Graph of this project."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from graph import ME, Graph, refusal
from reader import Reader

from goodwill.errors import AccountError, SignInError, Unavailable
from goodwill.model import Event
from goodwill.testing import ConnectorContract
from goodwill_connectors import graph as connector
from goodwill_connectors.outlook_mail import OutlookMail, Place, folders
from goodwill_connectors.wire import Wire

API = "https://graph.microsoft.com"
NOW = datetime(2026, 10, 1, tzinfo=UTC)
HORIZON = datetime(2028, 1, 1, tzinfo=UTC)
INBOX = "folder f-inbox"
Opened = Callable[..., OutlookMail]


def mailbox(count: int, folder: str = "inbox") -> Graph:
    box = Graph()
    for number in range(count):
        box.add(f"m{number:03d}", folder, subject=f"letter {number}", at=1_000_000_000 + number)
    return box


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def open_box(slept: list[float]) -> Iterator[Opened]:
    """Put a mailbox behind Microsoft's address; what waits only writes down how long."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        boxes: list[Graph] = []

        def answer(request: requests.PreparedRequest) -> Any:
            body = request.body or b""
            body = body.encode() if isinstance(body, str) else body
            return boxes[-1].answer(str(request.method), str(request.url), request.headers, body)

        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(f"{API}/.*"), callback=answer)

        def opened(box: Graph, now: datetime = NOW, **more: Any) -> OutlookMail:
            boxes.append(box)
            return OutlookMail(reading(slept), ME, now, HORIZON, **more)

        yield opened


def reading(slept: list[float], token: Callable[[bool], str] = lambda anew: "invented") -> connector.Graph:
    session = requests.Session()
    signed = connector.Signed(token)
    session.auth = signed
    wire = Wire(session, "Outlook mail", connector.passing, sleep=slept.append, chance=lambda: 0.5)
    return connector.Graph(wire, "", signed.renew)


def events(reader: Reader) -> list[Event]:
    return [event for page in reader.pages for item in page.items for event in item.events]


def test_the_first_read_is_newest_first_and_then_only_what_is_new(open_box: Opened):
    box, reader = mailbox(120), Reader()
    source = open_box(box)
    assert reader.read(source) == [f"letter {n}" for n in reversed(range(120))]
    assert {page.stream for page in reader.pages if page.complete} == {page.stream for page in reader.pages}
    (last,) = [page for page in reader.pages if page.stream == INBOX][-1:]
    assert (last.done, last.total) == (120, 120)
    assert reader.read(source) == []
    box.add("new", subject="news")
    assert reader.read(source) == ["news"]


def test_delta_is_per_folder(open_box: Opened):
    box, reader = mailbox(2), Reader()
    box.add("s", "sentitems", subject="sent")
    box.add_folder("f-work", "Work")
    box.add_folder("f-deep", "Deep", parent="f-work")
    box.add("d", "f-deep", subject="deep")
    assert reader.read(open_box(box)) == ["sent", "letter 1", "letter 0", "deep"]


def test_folders_that_are_no_relationships_are_left_out(open_box: Opened):
    box = mailbox(1)
    for name in ("junkemail", "drafts", "deleteditems", "outbox", "conversationhistory"):
        box.add(name, name, subject=name)
    box.add_folder("f-old", "Thrown away", parent="f-deleteditems")
    box.add("old", "f-old", subject="old")
    assert Reader().read(open_box(box)) == ["letter 0"]


def test_links_are_followed_whole(open_box: Opened):
    """A next link holds the query already: with it said again the fake refuses, as Graph may."""
    box, reader = mailbox(230), Reader()
    assert len(reader.read(open_box(box))) == 230
    assert box.asked["messages.delta"] >= 5


def test_repeats_and_empty_pages_are_legal(open_box: Opened):
    box, reader = mailbox(120), Reader()
    box.quirks |= {"repeats", "empty pages"}
    source = open_box(box)
    assert sorted(reader.read(source)) == sorted(f"letter {n}" for n in range(120))
    box.add("new", subject="news")
    assert reader.read(source) == ["news"]


def test_immutable_ids_are_asked_for_with_every_request(open_box: Opened):
    box, reader = mailbox(3), Reader()
    source = open_box(box)
    reader.read(source)
    box.add_folder("f-work", "Work")
    box.move("m001", "f-work")
    reader.read(source)
    ids = [item.id for page in reader.pages for item in page.items]
    assert ids == ["m001"]  # without the header it would be another one by now


def test_a_message_that_was_moved_is_lost_nowhere(open_box: Opened):
    box, reader = mailbox(3), Reader()
    source = open_box(box)
    reader.read(source)
    box.add("x", subject="moved at once")
    box.move("x", "archive")
    box.delete("m000")
    assert reader.read(source) == ["moved at once"]
    assert not [item for page in reader.pages for item in page.items if item.gone]


@pytest.mark.parametrize("code", ["SyncStateNotFound", "resyncRequired"])
def test_a_token_that_has_expired_means_that_folder_anew(open_box: Opened, code: str):
    box, reader = mailbox(120), Reader()
    source = open_box(box, NOW - timedelta(days=9))
    reader.read(source)
    box.add("new", subject="news")
    box.expire(code)
    source = open_box(box)
    assert reader.read(source) == ["news"]
    assert all(page.complete for page in reader.pages)  # the past is known all the while
    box.add("newer", subject="newer")
    assert reader.read(source) == ["newer"]


def test_an_expired_token_in_the_middle_of_the_first_read(open_box: Opened):
    box, reader = mailbox(230), Reader()
    source = open_box(box)
    while len(reader.met) < 100:
        reader.read(source, pages=1)
    box.expire()
    reader.read(source)
    assert len(reader.met) == 230


def test_tokens_that_never_hold_do_not_read_everything_again_and_again(open_box: Opened):
    box, reader = mailbox(400), Reader()
    box.always_gone = True
    source = open_box(box)
    assert len(reader.read(source)) == 400
    box.add("new", subject="news")
    before = box.asked.total()
    assert reader.read(source) == ["news"]
    assert box.asked.total() - before < 60
    assert {problem.place for page in reader.pages for problem in page.problems} >= {"folder 'Inbox'"}


def test_a_page_in_a_circle_ends(open_box: Opened):
    box, reader = mailbox(3), Reader()
    page = {"value": [], "@odata.nextLink": f"{API}/v1.0/me/mailFolders/f-sentitems/messages/delta?x=1"}
    box.failures = [("messages.delta", (200, {}, json.dumps(page).encode()))] * 50
    with pytest.raises(Unavailable, match="again and again"):
        reader.read(open_box(box))
    assert box.asked["messages.delta"] < 5


def test_a_link_to_another_host_is_not_followed_there(open_box: Opened):
    """Each request carries the sign-in: what stands in an answer may not lead it away."""
    box, reader = mailbox(120), Reader()
    box.root = "https://elsewhere.example"  # where the links that it gives out lead
    assert len(reader.read(open_box(box))) == 120


def test_sent_mail_is_told_by_the_folder_where_exchange_names_nobody(open_box: Opened):
    box, reader = Graph(), Reader()
    box.quirks.add("x500")
    box.add("s", "sentitems", subject="sent", sender=(ME, "Me Owner"), to=[("bo.sample@there.example", "Bo")])
    reader.read(open_box(box))
    (event,) = events(reader)
    assert event.sender is not None
    assert event.sender.address == ME
    assert [party.address for party in event.to] == ["bo.sample@there.example"]


def test_a_sent_answer_belongs_to_its_thread(open_box: Opened):
    box, reader = Graph(), Reader()
    box.add(
        "s",
        "sentitems",
        subject="Re: x",
        in_reply_to="<a@there.example>",
        references="<b@x> <a@there.example>",
    )
    reader.read(open_box(box))
    (event,) = events(reader)
    assert event.parents[-1] == "a@there.example"


def test_a_mailbox_that_refuses_the_extended_properties(open_box: Opened):
    box, reader = mailbox(3), Reader()
    box.failures = [("messages.delta", refusal(400, "ErrorInvalidProperty", "no such expansion"))]
    assert len(reader.read(open_box(box))) == 3


def test_a_message_as_it_was_written(open_box: Opened):
    box, reader = Graph(), Reader()
    html = "<html><body><p>Dear Me,</p><p>thank you &amp; goodbye</p></body></html>"
    box.add(
        "m", sender=("Bo.Sample@There.example", 'Sample, "Bo"'), to=[(ME, "Me")], cc=[("kim@x.example", "")],
        subject="Grüße", html=html, message_id="<1@there.example>", at=1_770_000_000,
        headers={"List-Unsubscribe": "<mailto:x@there.example>"},
    )  # fmt: skip
    reader.read(open_box(box))
    (event,) = events(reader)
    assert event.sender is not None
    assert event.sender.address == "bo.sample@there.example"
    assert [party.address for party in (*event.to, *event.cc)] == [ME, "kim@x.example"]
    assert (event.subject, event.message_id, event.bulk) == ("Grüße", "1@there.example", True)
    assert "thank you & goodbye" in event.text
    assert event.at == datetime.fromtimestamp(1_770_000_000, UTC)
    assert event.keys[0] == "mid:1@there.example"


def test_a_draft_outside_of_the_drafts_is_none(open_box: Opened):
    box, reader = mailbox(1), Reader()
    box.add("d", subject="a draft", draft=True)
    assert reader.read(open_box(box)) == ["letter 0"]


def test_an_invitation_brings_its_entry_where_no_calendar_is_read(open_box: Opened):
    entry = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u1\r\nDTSTART:20261102T120000Z\r\n"
        "DTEND:20261102T130000Z\r\nSUMMARY:Lunch\r\nORGANIZER:mailto:bo.sample@there.example\r\n"
        f"ATTENDEE:mailto:{ME}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mime = (
        f"From: bo.sample@there.example\r\nTo: {ME}\r\nSubject: Lunch\r\nMessage-ID: <i@there.example>\r\n"
        "Date: Mon, 05 Oct 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/calendar; method=REQUEST\r\n\r\n{entry}"
    ).encode()
    for wanted in (True, False):
        box, reader = Graph(), Reader()
        box.add("i", subject="Lunch", odata_type="#microsoft.graph.eventMessageRequest", mime=mime)
        reader.read(open_box(box, invitations=wanted))
        assert sorted(event.kind for event in events(reader)) == (
            ["calendar", "mail"] if wanted else ["mail"]
        )


def test_a_folder_that_is_deleted_between_two_polls(open_box: Opened):
    box, reader = mailbox(2), Reader()
    box.add_folder("f-work", "Work")
    box.add("w", "f-work", subject="work")
    source = open_box(box)
    reader.read(source, pages=2)
    box.remove_folder("f-work")
    reader.cursors["folder f-work"] = Place(link=f"{API}/v1.0/x", read=False).cursor
    reader.read(source)
    assert [page.complete for page in reader.pages if page.stream == "folder f-work"] == [True]


def test_a_folder_that_is_deleted_in_the_middle_of_a_poll(open_box: Opened):
    box, reader = mailbox(1), Reader()
    box.failures = [("messages.delta", refusal(404, "ErrorItemNotFound"))]
    assert reader.read(open_box(box)) == ["letter 0"]


def test_a_cursor_that_means_nothing_begins_anew(open_box: Opened):
    box, reader = mailbox(3), Reader()
    for rubbish in ("rubbish", "[]", '{"link": "https://x.example/no"}', '{"link": "", "begun": "never"}'):
        reader.cursors[INBOX] = rubbish
        reader.met.clear()
        assert len(reader.read(open_box(box))) == 3


PASSING = [
    refusal(429, "ApplicationThrottled", "MailboxConcurrency limit"),
    refusal(429, "TooManyRequests"),
    refusal(503, "ErrorMailboxMoveInProgress"),
    refusal(503, "serviceNotAvailable"),
    refusal(504, "UnknownError"),
    refusal(500, "ErrorInternalServerError"),
    refusal(509, "BandwidthLimitExceeded"),
    (502, {}, b"<html>Bad gateway</html>"),
]


@pytest.mark.parametrize("answer", PASSING, ids=lambda one: f"{one[0]} {one[2][:50]!r}")
@pytest.mark.parametrize("kind", ["messages.delta", "batch"])
def test_what_passes_is_tried_again(open_box: Opened, slept: list[float], kind: str, answer):
    box, reader = mailbox(3), Reader()
    box.failures = [(kind, answer)] * 3
    assert len(reader.read(open_box(box))) == 3
    assert slept == [1.0, 2.0, 4.0]


def test_retry_after_is_kept(open_box: Opened, slept: list[float]):
    box, reader = mailbox(3), Reader()
    box.failures = [("messages.delta", refusal(429, "ApplicationThrottled", **{"Retry-After": "17"}))]
    box.failures += [("batch", refusal(503, "serviceNotAvailable", **{"Retry-After": "5"}))]
    reader.read(open_box(box))
    assert slept == [5.5, 17.5]


def test_a_wait_of_an_hour_is_not_sat_through(open_box: Opened, slept: list[float]):
    box, reader = mailbox(120), Reader()
    box.failures = [("messages.delta", refusal(429, "ApplicationThrottled", **{"Retry-After": "3600"}))]
    with pytest.raises(Unavailable) as caught:
        reader.read(open_box(box))
    assert caught.value.until > datetime.now(UTC).timestamp() + 3_500
    assert slept == []
    assert len(reader.read(open_box(box))) == 120


def test_one_request_at_a_time_and_within_the_quota(open_box: Opened):
    box, reader = mailbox(400), Reader()
    box.concurrency, box.quota = 1, 10_000
    reader.read(open_box(box))
    assert (box.most_concurrent, box.refused) == (1, 0)


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (refusal(401, "InvalidAuthenticationToken"), SignInError, "goodwill connect microsoft"),
        (refusal(404, "MailboxNotEnabledForRESTAPI"), AccountError, "no mailbox of this account"),
    ],
)
@pytest.mark.parametrize("where", ["messages.delta", "batch"])
def test_what_does_not_pass_is_one_sentence(
    open_box: Opened, slept, where: str, answer, kind: type, told: str
):
    box, reader = mailbox(3), Reader()
    box.failures = [(where, answer)] * 2
    with pytest.raises(kind) as caught:
        reader.read(open_box(box))
    assert told in str(caught.value)
    assert slept == []


@pytest.mark.parametrize("code", ["ErrorAccessDenied", "Authorization_RequestDenied"])
def test_a_mailbox_that_may_not_be_read_means_to_sign_in_again(open_box: Opened, code: str):
    box = mailbox(1)
    box.failures = [("batch", refusal(403, code))]
    with pytest.raises(SignInError, match="accept what it asks for"):
        Reader().read(open_box(box))


@pytest.mark.parametrize("status", [400, 403, 405])
def test_a_folder_that_is_refused_does_not_stop_the_next(open_box: Opened, status: int):
    box, reader = mailbox(2), Reader()
    box.add_folder("f-aaa", "Aaa")
    source = open_box(box)
    reader.read(source)
    box.failures = [("messages.delta", refusal(status, "Forbidden", "Tenant is restricted."))] * 2
    box.add("n", subject="news")
    for _ in range(2):
        reader.read(source)
    assert ("folder f-inbox", "n", "") in reader.met


def test_a_folder_whose_tokens_never_hold_does_not_stop_the_next(open_box: Opened):
    box, reader = mailbox(120), Reader()
    box.add("s", "archive", subject="archived")
    gone = refusal(410, "SyncStateNotFound")
    whole = box.answer(
        "GET", f"{API}/v1.0/me/mailFolders/f-inbox/messages/delta", {"Authorization": "Bearer x"}
    )
    box.failures = [
        (
            "messages.delta",
            box.answer(
                "GET", f"{API}/v1.0/me/mailFolders/f-sentitems/messages/delta", {"Authorization": "Bearer x"}
            ),
        )
    ]
    box.failures += [("messages.delta", whole), ("messages.delta", gone)] * 2
    assert "archived" in reader.read(open_box(box))
    assert [p.place for page in reader.pages for p in page.problems] == ["folder 'Inbox'"]


def test_junk_is_not_read_where_it_cannot_be_told(open_box: Opened):
    box = mailbox(1)
    box.add("j", "junkemail", subject="a prize")
    box.failures = [("folders", refusal(403, "ErrorAccessDenied"))] * 30
    with pytest.raises(SignInError):
        Reader().read(open_box(box))


def test_a_change_that_brings_nothing_but_a_flag_is_asked_for(open_box: Opened):
    box, reader = mailbox(1), Reader()
    source = open_box(box)
    reader.read(source)
    box.add("x", subject="the whole of it", at=1_700_000_000)
    page = {"value": [{"id": "x", "isRead": True}], "@odata.deltaLink": f"{API}/v1.0/later"}
    box.failures = [("messages.delta", (200, {}, json.dumps(page | {"value": []}).encode()))]
    box.failures += [("messages.delta", (200, {}, json.dumps(page).encode()))]
    assert reader.read(source) == ["the whole of it"]


def test_a_link_that_is_none_and_pages_without_end(open_box: Opened):
    for link in (5, {"a": 1}, ["x"]):
        box = mailbox(1)
        page = {"value": [], "@odata.nextLink": link, "@odata.deltaLink": 7}
        box.failures = [("messages.delta", (200, {}, json.dumps(page).encode()))]
        with pytest.raises(Unavailable, match="a page that is none"):
            Reader().read(open_box(box))
    box = mailbox(1)
    for number in range(400):
        page = {
            "value": [],
            "@odata.nextLink": f"{API}/v1.0/me/mailFolders/f-inbox/messages/delta?n={number}",
        }
        box.failures.append(("messages.delta", (200, {}, json.dumps(page).encode())))
    with pytest.raises(Unavailable, match="again and again"):
        Reader().read(open_box(box))


def test_a_folder_that_is_its_own_child(open_box: Opened):
    box = mailbox(1)
    box.folders["f-inbox"].parent = "f-inbox"
    box.folders["f-archive"].parent = "f-archive"
    Reader().read(open_box(box))
    assert box.asked["folders"] < 30


def test_a_network_that_answers_in_its_place(open_box: Opened, slept: list[float]):
    """The sign-in goes nowhere else, and a hotel's page is no mailbox."""
    with responses.RequestsMock() as mock:
        mock.get(f"{API}/v1.0/me", status=302, headers={"Location": "https://hotel.example/"})
        with pytest.raises(Unavailable, match="the network answers"):
            reading(slept).get("me")


@pytest.mark.parametrize("body", [b"<html>sign in to the hotel's network</html>", b"[]", b"null", b'"x"'])
@pytest.mark.parametrize("kind", ["messages.delta", "batch"])
def test_what_is_not_json_is_one_sentence(open_box: Opened, kind: str, body: bytes):
    box, reader = mailbox(3), Reader()
    box.failures = [(kind, (200, {"Content-Type": "text/html"}, body))]
    with pytest.raises(Unavailable, match="not JSON"):
        reader.read(open_box(box))


@pytest.mark.parametrize(
    "message",
    [
        {"id": "odd"},
        {"id": "odd", "from": "x", "toRecipients": "y"},
        {"id": "odd", "from": {"emailAddress": None}, "body": None, "subject": None},
        {"id": "odd", "internetMessageHeaders": [None], "body": {"content": 3}},
        {"id": "odd", "subject": "\ud800 \x00", "body": {"contentType": "text", "content": "\udfff\x00"}},
        {"subject": "no id"},
        None,
    ],
)
def test_a_message_that_makes_no_sense_stops_nothing(open_box: Opened, message):
    box, reader = mailbox(1), Reader()
    page = {"value": [message], "@odata.deltaLink": f"{API}/v1.0/me/later"}
    box.failures = [("messages.delta", (200, {}, json.dumps(page).encode()))]
    assert "letter 0" in reader.read(open_box(box))
    for event in events(reader):
        (event.subject + event.text).encode()
        assert "\0" not in event.subject + event.text


def test_a_token_that_is_refused_is_renewed_once(slept: list[float]):
    box, reader, wanted = mailbox(3), Reader(), []
    box.token = "new"

    def token(anew: bool) -> str:
        wanted.append(anew)
        return "new" if any(wanted) else "old"

    def answer(request: requests.PreparedRequest) -> Any:
        body = request.body if isinstance(request.body, bytes) else b""
        return box.answer(str(request.method), str(request.url), request.headers, body)

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(f"{API}/.*"), callback=answer)
        assert len(reader.read(OutlookMail(reading(slept, token), ME, NOW, HORIZON))) == 3
    assert wanted.count(True) == 1


def test_all_addresses_are_the_owners_own(open_box: Opened):
    assert open_box(Graph()).addresses() == (ME, "alias@home.example")


def test_an_account_of_a_person_has_no_proxies(open_box: Opened):
    box = Graph()
    box.quirks.add("personal")
    assert ME in open_box(box).addresses()


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_mailbox_that_does_not_know_a_well_known_folder(open_box: Opened, slept: list[float], status: int):
    box = mailbox(1)
    box.failures = [("folders", refusal(status, "ErrorInvalidIdMalformed"))]
    assert Reader().read(open_box(box)) == ["letter 0"]


def test_a_batch_is_answered_in_any_order(open_box: Opened, slept: list[float]):
    box = Graph()
    open_box(box)
    found = reading(slept).batch(
        [f"me/mailFolders/{name}?$select=id" for name in ("inbox", "nope", "drafts")]
    )
    assert [one and one["id"] for one in found] == ["f-inbox", None, "f-drafts"]


def test_what_a_batch_refuses_for_a_while_is_asked_for_by_itself(open_box: Opened, slept: list[float]):
    box = mailbox(1)
    open_box(box)
    one = {"id": "0", "status": 429, "headers": {"Retry-After": "1"}, "body": {"error": {"code": "x"}}}
    box.failures = [("batch", (200, {}, json.dumps({"responses": [one]}).encode()))]
    assert folders(reading(slept))[0].sent


class TestOutlookMailKeepsTheContract(ConnectorContract):
    @pytest.fixture(autouse=True)
    def _open(self, open_box: Opened):
        self.box = mailbox(130)
        for number in range(60):
            self.box.add(f"s{number}", "sentitems", subject=f"sent {number}")
        self.box.quirks |= {"empty pages"}
        self.source = open_box

    def connector(self, folder: Path) -> OutlookMail:
        return self.source(self.box)
