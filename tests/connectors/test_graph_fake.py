"""The small Graph, read by a client that does not know it, and each of its rules and oddities on its own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from importlib import import_module
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
import requests
from graph import ME, Graph, refusal, serve

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
IMMUTABLE = 'IdType="ImmutableId"'
INBOX = "/v1.0/me/mailFolders/inbox/messages/delta"
SPAN = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-05-01T00:00:00Z"
VIEW = f"/v1.0/me/calendars/c-main/calendarView/delta?{SPAN}"


def ask(box: Graph, url: str, prefer: str = "") -> tuple[int, dict[str, str], Any]:
    status, headers, body = box.answer("GET", url, {"Authorization": "Bearer a", "prefer": prefer})
    return status, headers, json.loads(body)


def told(box: Graph, url: str, prefer: str = "") -> Any:
    status, _, body = ask(box, url, prefer)
    assert status == 200, body
    return body


def code(box: Graph, url: str, prefer: str = "") -> tuple[int, str]:
    status, _, body = ask(box, url, prefer)
    return status, body["error"]["code"]


def pages(box: Graph, url: str, prefer: str = "") -> Iterator[dict[str, Any]]:
    """All of a list or a round."""
    while url:
        page = told(box, url, prefer)
        yield page
        url = page.get("@odata.nextLink", "")


def whole(box: Graph, url: str, prefer: str = "") -> tuple[list[dict[str, Any]], str]:
    """What a round gives, and the link to the next one."""
    found = list(pages(box, url, prefer))
    return [one for page in found for one in page["value"]], found[-1].get("@odata.deltaLink", "")


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in rows]


def letters(count: int) -> Graph:
    box = Graph()
    for number in range(count):
        box.add(f"m{number}", at=1_770_000_000 + number)
    return box


def weekly(count: int = 4, **fields: Any) -> Graph:
    """A series on Mondays at one in Berlin, from March 2nd."""
    box = Graph()
    box.add_event("s", MONDAY, MONDAY + timedelta(hours=1), recurrence=("weekly", count), **fields)
    return box


# A client that knows nothing of this project


@pytest.fixture
def account() -> Iterator[tuple[Graph, Any]]:
    """PyPI's O365 at the fake, with a token that it need not fetch."""
    o365 = pytest.importorskip("O365", reason="pip install O365")
    memory = import_module("O365.utils.token").MemoryTokenBackend()
    box = Graph(token="secret")

    with serve(box) as root:

        class Local(o365.MSGraphProtocol):
            _protocol_url = f"{root}/"

        found = o365.Account(("id", "secret"), protocol=Local(timezone="UTC"), token_backend=memory)
        with requests.Session() as session:
            session.headers["Authorization"] = "Bearer secret"
            found.con.session = session
            yield box, found


def test_an_independent_client_reads_the_mail(account: tuple[Graph, Any]) -> None:
    box, client = account
    for number in range(12):
        box.add(f"old{number}", at=1_700_000_000 + number)
    box.add(
        "m1",
        subject="the boat",
        html="<p>It is in.</p>",
        cc=[("lee@there.example", "Lee")],
        message_id="<1@x>",
    )
    box.add("m2", "sentitems", in_reply_to="<1@x>", references="<1@x>", subject="Re: the boat", text="Good.")
    box.add_folder("c1", "Boats", parent="inbox")
    box.add("m3", "c1", sender=("ann@there.example", "Ann"))
    mailbox = client.mailbox()

    names = [folder.name for folder in mailbox.get_folders()]
    assert names[:2] == ["Inbox", "Sent Items"]
    inbox = mailbox.inbox_folder()
    found = list(inbox.get_messages(limit=None, batch=5))
    assert [one.object_id for one in found] == ["m1", *[f"old{number}" for number in range(11, -1, -1)]]
    first = found[0]
    assert (first.subject, first.sender.address, first.sender.name) == (
        "the boat",
        "kim@there.example",
        "Kim Sample",
    )
    assert [one.address for one in first.to] == [ME]
    assert [(one.address, one.name) for one in first.cc] == [("lee@there.example", "Lee")]
    assert (first.body, first.body_type, first.internet_message_id) == ("<p>It is in.</p>", "html", "<1@x>")
    assert (first.is_draft, first.is_read) == (False, False)

    (sent,) = mailbox.sent_folder().get_messages()
    assert (sent.sender.address, [one.address for one in sent.to]) == (ME, ["kim@there.example"])
    assert sent.conversation_id == first.conversation_id
    (child,) = mailbox.get_folder(folder_id="inbox").get_folders()
    (inner,) = child.get_messages()
    assert (child.name, child.total_items_count, inner.sender.address) == ("Boats", 1, "ann@there.example")
    raw = message_from_bytes(first.get_mime_content())
    assert (raw["Subject"], raw["Message-ID"], raw["From"]) == (
        "the boat",
        "<1@x>",
        "Kim Sample <kim@there.example>",
    )


def test_an_independent_client_reads_the_calendars(account: tuple[Graph, Any]) -> None:
    box, client = account
    guests = [
        ("kim@there.example", "Kim", "accepted", "required"),
        ("lee@there.example", "Lee", "declined", "optional"),
    ]
    box.add_event(
        "s", MONDAY, MONDAY + timedelta(hours=1), recurrence=("weekly", 5), attendees=guests, subject="stand"
    )
    box.change_occurrence("s", date(2026, 3, 9), start=MONDAY + timedelta(days=8), subject="later")
    box.cancel_occurrence("s", date(2026, 3, 16))
    day = datetime(2026, 3, 5, tzinfo=UTC)
    box.add_event("d", day, day + timedelta(days=1), all_day=True, organizer=("kim@there.example", "Kim"))
    box.add_calendar("c-kim", "Kim's", can_edit=False, owner="kim@there.example")
    schedule = client.schedule()

    known = {one.name: one for one in schedule.list_calendars()}
    assert {name: one.can_edit for name, one in known.items()} == {"Calendar": True, "Kim's": False}
    assert known["Kim's"].owner.address == "kim@there.example"
    calendar = schedule.get_default_calendar()
    assert calendar.calendar_id == "c-main"
    found = list(
        calendar.get_events(
            limit=10,
            batch=2,
            start_recurring="2026-03-01T00:00:00Z",
            end_recurring="2026-04-01T00:00:00Z",
            order_by="start/dateTime",
        )
    )
    starts = [(one.subject, one.event_type.value, f"{one.start:%d %H:%M}") for one in found]
    assert starts == [
        ("stand", "occurrence", "02 12:00"),
        ("a meeting", "single_instance", "05 00:00"),
        ("later", "exception", "10 12:00"),
        ("stand", "occurrence", "23 12:00"),
        ("stand", "occurrence", "30 11:00"),  # Berlin's clocks went forward: an hour earlier in UTC
    ]
    answers = [(one.address, one.response_status.status.value) for one in found[0].attendees]
    assert answers == [("kim@there.example", "accepted"), ("lee@there.example", "declined")]
    assert (found[1].is_all_day, found[1].organizer.address) == (True, "kim@there.example")
    assert {one.series_master_id for one in found} == {"s", None}
    top = calendar.get_events(include_recurring=False)
    assert [(one.object_id, one.event_type.value) for one in top] == [
        ("s", "series_master"),
        ("d", "single_instance"),
    ]


# Who may ask, and how often


def test_a_token_is_needed_and_only_the_right_one_will_do() -> None:
    box = Graph(token="right")
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer wrong"}):
        status, given, body = box.answer("GET", "/v1.0/me", headers)
        assert (status, json.loads(body)["error"]["code"]) == (401, "InvalidAuthenticationToken")
        assert given["WWW-Authenticate"].startswith("Bearer")
    assert box.answer("GET", "/v1.0/me", {"AUTHORIZATION": "Bearer right"})[0] == 200


def test_who_one_is() -> None:
    box = Graph()
    assert told(box, "/v1.0/me")["mail"] == ME
    assert "proxyAddresses" not in told(box, "/v1.0/me")
    assert told(box, "/v1.0/me?$select=proxyAddresses") == {
        "proxyAddresses": [f"SMTP:{ME}", "smtp:alias@home.example"]
    }
    box.quirks.add("personal")
    assert told(box, "/v1.0/me")["mail"] is None
    assert code(box, "/v1.0/me?$select=id,proxyAddresses") == (400, "BadRequest")


def test_failures_come_before_answers_each_to_its_kind_and_once() -> None:
    box = letters(1)
    box.failures = [
        ("message", refusal(503, "ServiceUnavailable", **{"Retry-After": "3"})),
        ("any", OSError("cut")),
    ]
    with pytest.raises(OSError, match="cut"):
        ask(box, "/v1.0/me")
    assert ask(box, "/v1.0/me")[0] == 200
    status, headers, _ = ask(box, "/v1.0/me/messages/m0")
    assert (status, headers["Retry-After"]) == (503, "3")
    assert ask(box, "/v1.0/me/messages/m0")[0] == 200
    assert (box.asked["message"], box.asked["me"], box.fetched["m0"]) == (2, 2, 1)


def test_the_line_is_cut_over_http_too() -> None:
    box = Graph(failures=[("me", OSError("cut"))])
    headers = {"Authorization": "Bearer a"}
    with serve(box) as root:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{root}/v1.0/me", headers=headers, timeout=5)
        assert requests.get(f"{root}/v1.0/me", headers=headers, timeout=5).json()["mail"] == ME


def test_no_more_than_four_requests_at_once() -> None:
    box = Graph(pause=0.2)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: ask(box, "/v1.0/me"), range(6)))
    refused = [one for one in found if one[0] == 429]
    assert (len(refused), box.refused, box.most_concurrent) == (2, 2, 6)
    assert refused[0][1]["Retry-After"] == "1"
    assert refused[0][2]["error"]["code"] == "ApplicationThrottled"
    assert "MailboxConcurrency" in refused[0][2]["error"]["message"]


def test_the_quota_is_a_sliding_window() -> None:
    now = [0.0]
    box = Graph(quota=2, quota_seconds=600, clock=lambda: now[0])
    assert ask(box, "/v1.0/me")[0] == 200
    now[0] = 100
    assert ask(box, "/v1.0/me")[0] == 200
    now[0] = 250
    status, headers, _ = ask(box, "/v1.0/me")
    assert (status, headers["Retry-After"], box.refused, box.most_spent) == (429, "350", 1, 2)
    now[0] = 600
    assert ask(box, "/v1.0/me")[0] == 200
    assert ask(box, "/v1.0/me")[0] == 429


def batch(box: Graph, requests_: list[dict[str, Any]]) -> tuple[int, Any]:
    body = json.dumps({"requests": requests_}).encode()
    status, _, content = box.answer("POST", "/v1.0/$batch", {"Authorization": "Bearer a"}, body)
    return status, json.loads(content)


def test_a_batch_answers_each_request_for_itself_in_another_order() -> None:
    box = letters(3)
    box.move("m1", "archive")
    wanted: list[dict[str, Any]] = [
        {"id": str(one), "method": "GET", "url": f"/me/messages/m{one}"} for one in range(4)
    ]
    status, body = batch(box, wanted)
    assert (status, [one["id"] for one in body["responses"]]) == (200, ["3", "2", "1", "0"])
    assert [one["status"] for one in body["responses"]] == [404, 200, 404, 200]
    wanted[1]["headers"] = {"Prefer": IMMUTABLE}
    answers = {one["id"]: one for one in batch(box, wanted)[1]["responses"]}
    assert (answers["1"]["status"], answers["1"]["body"]["id"]) == (200, "m1")
    assert batch(box, [{"id": str(one), "method": "GET", "url": "/me"} for one in range(21)])[0] == 400
    assert batch(box, [{"id": "1", "method": "GET", "url": "/me"}] * 2)[0] == 400


def test_each_request_of_a_batch_counts() -> None:
    box = Graph(quota=3)
    _, body = batch(box, [{"id": str(one), "method": "GET", "url": "/me"} for one in range(5)])
    assert sorted(one["status"] for one in body["responses"]) == [200, 200, 200, 429, 429]
    assert all("Retry-After" in one["headers"] for one in body["responses"] if one["status"] == 429)
    assert (box.most_spent, box.asked["me"], box.asked["batch"]) == (3, 5, 1)


# Folders and messages


def test_folders_are_listed_by_pages_without_children_and_hidden_ones() -> None:
    box = Graph()
    box.add_folder("c1", "Boats", parent="inbox")
    box.add_folder("h", "Hidden", hidden=True)
    for number in range(3):
        box.add_folder(f"t{number}", f"Top {number}")
    found = list(pages(box, "/v1.0/me/mailFolders"))
    listed = ids([one for page in found for one in page["value"]])
    assert [len(page["value"]) for page in found] == [10, 2]
    assert listed[0] == "f-inbox"
    assert {"t0", "t2"} < set(listed)
    assert not {"c1", "h"} & set(listed)
    assert ids(told(box, "/v1.0/me/mailFolders/inbox/childFolders")["value"]) == ["c1"]
    assert told(box, "/v1.0/me/mailFolders/Inbox")["childFolderCount"] == 1
    assert told(box, "/v1.0/me/mailFolders/c1")["parentFolderId"] == "f-inbox"
    top = told(box, "/v1.0/me/mailFolders/msgfolderroot")["id"]
    assert told(box, "/v1.0/me/mailFolders/inbox")["parentFolderId"] == top


def test_a_folder_that_is_not_there() -> None:
    box = letters(1)
    box.move("m0", "archive")
    box.remove_folder("archive")
    for url in ("mailFolders/archive", "mailFolders/archive/messages/delta", "messages/m0~f-archive"):
        assert code(box, f"/v1.0/me/{url}") == (404, "ErrorItemNotFound")


def test_an_id_stays_when_moved_only_for_who_asks_for_it() -> None:
    box = letters(1)
    assert told(box, "/v1.0/me/messages/m0")["id"] == "m0"
    box.move("m0", "archive")
    assert code(box, "/v1.0/me/messages/m0") == (404, "ErrorItemNotFound")
    assert told(box, "/v1.0/me/messages/m0~f-archive")["id"] == "m0~f-archive"
    assert told(box, "/v1.0/me/messages/m0", IMMUTABLE)["id"] == "m0"
    assert code(box, "/v1.0/me/messages/M0", IMMUTABLE)[0] == 404


def test_headers_of_threads_come_only_as_extended_properties() -> None:
    box = Graph()
    box.add("m1", in_reply_to="<0@x>", references="<r@x> <0@x>", headers={"List-Id": "<boats>"})
    box.add("m2", "sentitems", in_reply_to="<0@x>")
    plain = told(box, "/v1.0/me/messages/m1")
    assert "<0@x>" not in json.dumps(plain)
    assert "internetMessageHeaders" not in plain
    wanted = quote("singleValueExtendedProperties($filter=id eq 'String 0x1042' or id eq 'String 0x1039')")
    for id_, expected in (("m1", ["<0@x>", "<r@x> <0@x>"]), ("m2", ["<0@x>"])):
        found = told(box, f"/v1.0/me/messages/{id_}?$select=subject&$expand={wanted}")
        assert [one["value"] for one in found["singleValueExtendedProperties"]] == expected
        assert set(found) == {"@odata.etag", "id", "subject", "singleValueExtendedProperties"}
    told_headers = told(box, "/v1.0/me/messages/m1?$select=internetMessageHeaders")["internetMessageHeaders"]
    assert {"name": "List-Id", "value": "<boats>"} in told_headers
    assert "internetMessageHeaders" not in told(box, "/v1.0/me/messages/m2?$select=internetMessageHeaders")


def test_a_body_as_text_for_who_prefers_it() -> None:
    box = Graph()
    box.add("m1", html="<p>In.</p>")
    assert told(box, "/v1.0/me/messages/m1")["body"] == {"contentType": "html", "content": "<p>In.</p>"}
    found = told(box, "/v1.0/me/messages/m1", 'outlook.body-content-type="text"')
    assert found["body"] == {"contentType": "text", "content": "In."}


def test_the_mime_of_a_message() -> None:
    box = Graph()
    box.add("m1", in_reply_to="<0@x>", text="In.")
    box.add("m2", mime=b"Subject: as it came\n\nx")
    headers = {"Authorization": "Bearer a"}
    made = message_from_bytes(box.answer("GET", "/v1.0/me/messages/m1/$value", headers)[2])
    assert (made["In-Reply-To"], made.get_payload().strip()) == ("<0@x>", "In.")
    assert box.answer("GET", "/v1.0/me/messages/m2/$value", headers)[2] == b"Subject: as it came\n\nx"
    assert dict(box.fetched) == {"m1": 1, "m2": 1}


def test_what_a_list_of_messages_can_do() -> None:
    box = letters(5)
    listed = "/v1.0/me/mailFolders/inbox/messages"
    assert ids(whole(box, f"{listed}?$top=2")[0]) == ["m4", "m3", "m2", "m1", "m0"]
    assert ids(whole(box, f"{listed}?$orderby=receivedDateTime%20asc")[0]) == ["m0", "m1", "m2", "m3", "m4"]
    assert code(box, f"{listed}?$filter=isRead")[0] == 400
    box.quirks.add("x500")
    box.add("s", "sentitems")
    sender = told(box, "/v1.0/me/messages/s")["from"]["emailAddress"]
    assert sender["address"].startswith("/O=EXCHANGELABS/OU=")
    assert told(box, "/v1.0/me/messages/m0")["from"]["emailAddress"]["address"] == "kim@there.example"


def test_a_kind_of_its_own_is_told_even_if_not_selected() -> None:
    box = Graph()
    box.add("m1", odata_type="#microsoft.graph.eventMessageRequest")
    assert (
        told(box, "/v1.0/me/messages/m1?$select=id")["@odata.type"] == "#microsoft.graph.eventMessageRequest"
    )


# Delta rounds of mail


def test_a_round_by_pages_and_then_what_changed() -> None:
    box = letters(23)
    found = list(pages(box, f"{INBOX}?$select=subject&$orderby=receivedDateTime%20desc"))
    assert [len(page["value"]) for page in found] == [10, 10, 3]
    rows = [one for page in found for one in page["value"]]
    assert ids(rows) == [f"m{number}" for number in range(22, -1, -1)]
    assert all(set(one) == {"@odata.etag", "@odata.type", "id", "subject"} for one in rows)
    assert ["@odata.deltaLink" in page for page in found] == [False, False, True]
    link = found[-1]["@odata.deltaLink"]
    assert whole(box, link)[0] == []
    box.touch("m3")
    box.add("new", at=1)
    box.add("elsewhere", "archive")
    fresh, later = whole(box, link)
    assert ids(fresh) == ["m3", "new"]
    assert set(fresh[0]) == {
        "@odata.etag",
        "@odata.type",
        "id",
        "subject",
    }  # the token knows what was selected
    assert whole(box, later)[0] == []
    assert ids(whole(box, link)[0]) == ["m3", "new"]  # an old link may be asked again


def test_a_page_is_as_large_as_each_request_prefers() -> None:
    box = letters(30)
    status, headers, first = ask(box, INBOX, f"odata.maxpagesize=7, {IMMUTABLE}")
    assert (status, len(first["value"]), headers["Preference-Applied"]) == (200, 7, "odata.maxpagesize=7")
    assert len(told(box, first["@odata.nextLink"])["value"]) == 10
    assert len(told(box, first["@odata.nextLink"], 'odata.maxpagesize="20"')["value"]) == 20


def test_nothing_may_come_with_a_token() -> None:
    box = letters(1)
    link = whole(box, INBOX)[1]
    assert code(box, f"{link}&$select=id") == (400, "BadRequest")
    assert code(box, f"{INBOX}?$deltatoken=made-up") == (400, "BadRequest")


def test_what_leaves_a_folder_is_removed_from_it() -> None:
    box = letters(4)
    link = whole(box, INBOX)[1]
    archive = whole(box, "/v1.0/me/mailFolders/archive/messages/delta")[1]
    box.move("m0", "archive")
    box.delete("m1")
    box.move("m2", "archive")
    box.move("m2", "inbox")
    rows = whole(box, link, IMMUTABLE)[0]
    assert rows[:2] == [
        {"id": "m0", "@removed": {"reason": "changed"}},
        {"id": "m1", "@removed": {"reason": "deleted"}},
    ]
    assert ids(rows[2:]) == ["m2"]
    assert "@removed" not in rows[2]
    there = whole(box, archive, IMMUTABLE)[0]
    assert {one["id"]: "@removed" in one for one in there} == {"m0": False, "m2": True}
    assert ids(whole(box, archive)[0]) == ["m0~f-archive", "m2~f-archive"]


def test_what_leaves_while_a_round_is_under_way_is_told_by_the_next_one() -> None:
    box = letters(15)
    first = told(box, INBOX)
    box.delete("m0")
    box.move("m1", "archive")
    box.add("new", at=1_780_000_000)
    last = told(box, first["@odata.nextLink"])
    assert ids(last["value"]) == ["m4", "m3", "m2"]
    assert ids(whole(box, last["@odata.deltaLink"])[0]) == ["m0", "m1", "new"]
    assert ids(whole(box, INBOX)[0])[:2] == ["new", "m14"]


def test_tokens_that_are_gone() -> None:
    box = letters(11)
    first = told(box, f"{INBOX}?$select=id")
    link = told(box, first["@odata.nextLink"])["@odata.deltaLink"]
    box.expire()
    for old in (first["@odata.nextLink"], link):
        assert code(box, old) == (410, "SyncStateNotFound")
    fresh = whole(box, INBOX)[1]
    assert ask(box, fresh)[0] == 200
    box.expire("resyncRequired")
    status, headers, body = ask(box, fresh)
    assert (status, body["error"]["code"]) == (410, "resyncRequired")
    assert len(whole(box, headers["Location"])[0]) == 11
    assert code(box, link) == (410, "SyncStateNotFound")
    box.always_gone = True
    rows, fresh = whole(box, INBOX)
    assert (len(rows), code(box, fresh)) == (11, (410, "SyncStateNotFound"))


def test_rounds_that_repeat_themselves() -> None:
    box = letters(12)
    box.quirks.add("repeats")
    found = [ids(page["value"]) for page in pages(box, INBOX)]
    assert found[0][0] == found[0][1] == "m11"
    assert found[0][-1] == found[1][0] == "m2"
    assert len({id_ for page in found for id_ in page}) == 12


def test_rounds_with_empty_pages() -> None:
    box = letters(12)
    box.quirks.add("empty pages")
    found = list(pages(box, INBOX))
    assert [len(page["value"]) for page in found] == [0, 10, 0, 2]
    assert all("@odata.nextLink" in page for page in found[:3])
    again = list(pages(box, found[-1]["@odata.deltaLink"]))
    assert [page["value"] for page in again] == [[], []]
    assert "@odata.deltaLink" in again[1]


def test_links_begin_with_the_root_and_name_the_folder_as_outlook_does() -> None:
    box = letters(11)
    link = told(box, INBOX)["@odata.nextLink"]
    assert link.startswith(
        "https://graph.microsoft.com/v1.0/me/mailfolders('f-inbox')/messages/delta?$skiptoken="
    )
    with serve(box) as root:
        assert told(box, INBOX)["@odata.nextLink"].startswith(f"{root}/v1.0/")


def quickest_pages(count: int) -> float:
    box = letters(count)
    box.sort()
    took = []
    for _ in range(10):
        began = time.thread_time()
        page = told(box, INBOX, "odata.maxpagesize=50")
        told(box, page["@odata.nextLink"], "odata.maxpagesize=50")
        took.append(time.thread_time() - began)
    return min(took)


def test_a_page_of_a_large_folder_costs_what_one_of_a_small_folder_does() -> None:
    small = quickest_pages(200)
    assert quickest_pages(100_000) < 3 * small


# Calendars


def test_a_series_in_a_round_is_a_master_and_bare_occurrences() -> None:
    box = weekly(body="<p>hello</p>", attendees=[("kim@there.example", "Kim", "accepted", "required")])
    box.change_occurrence("s", date(2026, 3, 9), subject="other")
    box.add_event("one", MONDAY, MONDAY + timedelta(hours=1))
    rows, link = whole(box, VIEW)
    assert [(one["id"], one["type"]) for one in rows] == [
        ("s", "seriesMaster"),
        ("s_20260302", "occurrence"),
        ("s_20260309", "exception"),
        ("s_20260316", "occurrence"),
        ("s_20260323", "occurrence"),
        ("one", "singleInstance"),
    ]
    assert set(rows[1]) == {"id", "seriesMasterId", "type", "start", "end"}
    assert (rows[2]["subject"], rows[2]["seriesMasterId"]) == ("other", "s")
    assert (
        rows[0]["recurrence"]["pattern"] | {"daysOfWeek": ["monday"], "type": "weekly"}
        == (rows[0]["recurrence"]["pattern"])
    )
    assert rows[0]["attendees"][0]["status"]["response"] == "accepted"
    assert whole(box, link)[0] == []


def test_masters_left_out_and_bare_exceptions() -> None:
    box = weekly()
    box.change_occurrence("s", date(2026, 3, 9), subject="other")
    box.quirks |= {"no master", "bare exceptions"}
    rows = whole(box, VIEW)[0]
    assert {one["type"] for one in rows} == {"occurrence", "exception"}
    assert all("subject" not in one for one in rows)


def test_what_changed_in_a_view() -> None:
    box = weekly()
    box.add_event("one", MONDAY, MONDAY + timedelta(hours=1))
    link = whole(box, VIEW)[1]
    box.cancel_occurrence("s", date(2026, 3, 9))
    box.change_occurrence("s", date(2026, 3, 16), start=MONDAY + timedelta(days=15), subject="moved")
    box.delete_event("one")
    box.add_event("far", MONDAY + timedelta(days=400), MONDAY + timedelta(days=401))
    rows, later = whole(box, link)
    assert rows[0] == {"id": "s_20260309", "@removed": {"reason": "deleted"}}
    assert (rows[1]["id"], rows[1]["type"], rows[1]["subject"]) == ("s_20260316", "exception", "moved")
    assert rows[1]["start"]["dateTime"] == "2026-03-17T12:00:00.0000000"
    assert rows[1]["originalStart"] == "2026-03-16T12:00:00Z"
    assert rows[2:] == [{"id": "one", "@removed": {"reason": "deleted"}}]
    box.change_event("s", subject="all of it")
    assert ids(whole(box, later)[0]) == ["s", "s_20260302", "s_20260316", "s_20260323"]
    box.delete_event("s")
    assert {one["id"] for one in whole(box, later)[0] if "@removed" in one} == {
        "s",
        "s_20260302",
        "s_20260316",
        "s_20260323",
    }


def test_a_view_is_told_of_its_own_calendar_only() -> None:
    box = Graph()
    box.add_calendar("c-2", "Boats")
    box.add_event("one", MONDAY, MONDAY + timedelta(hours=1))
    box.add_event("two", MONDAY, MONDAY + timedelta(hours=1), calendar="c-2")
    (rows, link), (rows_2, link_2) = whole(box, VIEW), whole(box, VIEW.replace("c-main", "c-2"))
    assert (ids(rows), ids(rows_2)) == (["one"], ["two"])
    box.change_event("two", subject="new")
    assert (ids(whole(box, link)[0]), ids(whole(box, link_2)[0])) == ([], ["two"])


def test_a_series_at_another_time_loses_its_exceptions() -> None:
    box = weekly()
    box.change_occurrence("s", date(2026, 3, 9), subject="other")
    box.cancel_occurrence("s", date(2026, 3, 16))
    link = whole(box, VIEW)[1]
    box.change_event("s", start=MONDAY + timedelta(days=1), end=MONDAY + timedelta(days=1, hours=1))
    rows = whole(box, link)[0]
    there = [(one["id"], one["type"]) for one in rows if "@removed" not in one]
    days = ("03", "10", "17", "24")
    assert there == [("s", "seriesMaster"), *[(f"s_202603{day}", "occurrence") for day in days]]
    assert [one["id"] for one in rows if "@removed" in one] == ["s_20260302", "s_20260309", "s_20260323"]


def test_a_called_off_occurrence_with_its_master() -> None:
    box = weekly()
    link = whole(box, VIEW)[1]
    box.quirks.add("master too")
    box.cancel_occurrence("s", date(2026, 3, 9))
    rows = whole(box, link)[0]
    assert [(one["id"], "@removed" in one) for one in rows] == [("s_20260309", True), ("s", False)]


def test_an_event_that_goes_out_of_the_window() -> None:
    for quirk in (False, True):
        box = Graph(quirks={"out of window"} if quirk else set())
        box.add_event("one", MONDAY, MONDAY + timedelta(hours=1))
        link = whole(box, VIEW)[1]
        box.change_event("one", start=MONDAY + timedelta(days=400), end=MONDAY + timedelta(days=401))
        ((row),) = whole(box, link)[0]
        assert ("@removed" in row) is quirk
        assert told(box, "/v1.0/me/events/one")["start"]["dateTime"].startswith("2027-04-06")


def test_a_round_of_a_view_selects_nothing_and_may_be_gone() -> None:
    box = weekly()
    assert code(box, f"{VIEW}&$select=subject")[0] == 400
    link = whole(box, VIEW)[1]
    box.expire("resyncRequired")
    status, headers, _ = ask(box, link)
    assert (status, len(whole(box, headers["Location"])[0])) == (410, 5)


def test_no_more_than_1825_days() -> None:
    box = weekly()
    for path in (
        "calendars/c-main/calendarView",
        "calendars/c-main/calendarView/delta",
        "events/s/instances",
    ):
        url = f"/v1.0/me/{path}?startDateTime=2026-01-01T00:00:00Z&endDateTime="
        assert ask(box, f"{url}2030-12-31T00:00:00Z")[0] == 200  # 1825 days, of which one is a leap day
        status, _, body = ask(box, f"{url}2030-12-31T00:00:01Z")
        assert (status, body["error"]["code"]) == (400, "ErrorInvalidRequest")
        assert "Maximum number of days: 1825" in body["error"]["message"]
        assert code(box, f"/v1.0/me/{path}") == (400, "ErrorInvalidParameter")


def test_instances_are_told_in_full_but_not_those_called_off() -> None:
    box = weekly(subject="stand")
    box.change_occurrence("s", date(2026, 3, 16), end=MONDAY + timedelta(days=14, hours=3))
    box.cancel_occurrence("s", date(2026, 3, 9))
    rows = whole(box, f"/v1.0/me/events/s/instances?{SPAN}&$top=2")[0]
    assert [(one["id"], one["type"], one["subject"]) for one in rows] == [
        ("s_20260302", "occurrence", "stand"),
        ("s_20260316", "exception", "stand"),
        ("s_20260323", "occurrence", "stand"),
    ]
    assert rows[1]["end"]["dateTime"] == "2026-03-16T15:00:00.0000000"
    assert told(box, "/v1.0/me/events/s_20260316")["type"] == "exception"
    assert code(box, "/v1.0/me/events/s_20260309") == (404, "ErrorItemNotFound")
    box.add_event("one", MONDAY, MONDAY)
    assert code(box, f"/v1.0/me/events/one/instances?{SPAN}")[0] == 400


def test_times_in_the_zone_that_was_preferred() -> None:
    box = weekly()
    found = told(box, "/v1.0/me/events/s")
    assert found["start"] == {"dateTime": "2026-03-02T12:00:00.0000000", "timeZone": "UTC"}
    assert found["originalStartTimeZone"] == "W. Europe Standard Time"
    prefer = 'outlook.timezone="W. Europe Standard Time"'
    found = told(box, "/v1.0/me/events/s", prefer)
    assert found["start"] == {
        "dateTime": "2026-03-02T13:00:00.0000000",
        "timeZone": "W. Europe Standard Time",
    }
    assert code(box, "/v1.0/me/events/s", 'outlook.timezone="Nowhere"')[0] == 400


def test_a_whole_day_is_at_midnight_wherever_one_looks_from() -> None:
    box = Graph()
    day = datetime(2026, 3, 5, tzinfo=UTC)
    box.add_event("d", day, day + timedelta(days=1), all_day=True)
    for prefer in ("", 'outlook.timezone="Tokyo Standard Time"'):
        found = told(box, "/v1.0/me/events/d", prefer)
        assert found["isAllDay"]
        assert found["start"] == {"dateTime": "2026-03-05T00:00:00.0000000", "timeZone": "UTC"}


def test_the_ids_of_a_series_that_calendars_share() -> None:
    box = weekly()
    master = told(box, "/v1.0/me/events/s")["iCalUId"]
    one = told(box, "/v1.0/me/events/s_20260309")["iCalUId"]
    assert (bytes.fromhex(master)[16:20], bytes.fromhex(one)[16:20]) == (bytes(4), b"\x07\xea\x03\x09")
    assert master[:32] == one[:32] == "040000008200E00074C5B7101A82E008"
    assert master[40:] == one[40:]
    box.change_event("s", iCalUId="abc@google.com")
    found = told(box, f"/v1.0/me/events/s/instances?{SPAN}")["value"]
    assert {one["iCalUId"] for one in found} == {"abc@google.com"}


def test_every_change_leaves_its_mark() -> None:
    box = weekly()
    marks = ("changeKey", "lastModifiedDateTime", "@odata.etag")
    seen = [told(box, "/v1.0/me/events/s_20260309")]
    box.change_event("s", subject="new")
    seen.append(told(box, "/v1.0/me/events/s_20260309"))
    box.change_occurrence("s", date(2026, 3, 9), subject="own")
    seen.append(told(box, "/v1.0/me/events/s_20260309"))
    for before, after in pairwise(seen):
        assert all(before[mark] != after[mark] for mark in marks)


def test_events_of_a_calendar_in_order_and_by_pages() -> None:
    box = weekly()
    for number in range(12):
        at = MONDAY - timedelta(days=number)
        box.add_event(f"e{number}", at, at + timedelta(hours=1))
    rows = whole(box, "/v1.0/me/calendars/c-main/events?$orderby=start/dateTime&$top=5")[0]
    assert ids(rows)[0] == "e11"
    assert len(rows) == 13
    assert ids(whole(box, "/v1.0/me/events?$orderby=start/dateTime%20desc")[0])[-1] == "e11"
    assert {one["type"] for one in rows} == {"singleInstance", "seriesMaster"}
    assert code(box, "/v1.0/me/calendars/none/events") == (404, "ErrorItemNotFound")


def test_an_organizer_of_the_own_house_by_exchanges_own_name() -> None:
    box = weekly()
    box.add_event("k", MONDAY, MONDAY, organizer=("kim@there.example", "Kim"))
    box.quirks.add("x500")
    assert told(box, "/v1.0/me/events/s")["organizer"]["emailAddress"]["address"].startswith(
        "/O=EXCHANGELABS"
    )
    assert told(box, "/v1.0/me/events/k")["organizer"]["emailAddress"]["address"] == "kim@there.example"
