"""The one label, or category, that drafts may bear: what happens when somebody else is at the same draft."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses
from gmail import ME, Gmail, refusal
from graph import Graph
from graph import refusal as graph_refusal

from goodwill.errors import AccountError, InputError, SignInError, Unavailable
from goodwill.plugin import Account
from goodwill_connectors import google, google_auth, graph, microsoft, microsoft_auth
from goodwill_connectors.drafts import GmailMarks, OutlookMarks
from goodwill_connectors.google_http import passing, service
from goodwill_connectors.rights import MARK, wanted
from goodwill_connectors.wire import Wire

RAW = f"From: Me <{ME}>\nTo: Nia Sample <nia@far.example>\nSubject: a thing\n\nThe boat is in.\n".encode()


@pytest.fixture
def opened() -> Iterator[Callable[[Any], Any]]:
    """Put a mailbox behind its provider's address."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        boxes: list[Any] = []

        def answer(request: requests.PreparedRequest) -> Any:
            body = request.body or b""
            sent = [body.encode() if isinstance(body, str) else body]
            told = [request.headers] if isinstance(boxes[-1], Graph) else []
            return boxes[-1].answer(str(request.method), str(request.url), *told, *sent)

        for method in (responses.GET, responses.POST, responses.PATCH):
            mock.add_callback(method, re.compile("https://.*"), callback=answer)

        def open_box(box: Any) -> Any:
            boxes.append(box)
            session = requests.Session()
            if isinstance(box, Gmail):
                wire = Wire(session, "Gmail", passing, sleep=lambda seconds: None)
                return GmailMarks(service("gmail", "v1", wire, ""))
            session.auth = graph.Signed(lambda anew: "invented")
            wire = Wire(session, "Outlook mail", graph.passing, sleep=lambda seconds: None)
            return OutlookMarks(graph.Graph(wire), ME)

        yield open_box


def gmail(**more: Any) -> Gmail:
    box = Gmail(**more)
    box.draft("d", RAW)
    return box


def test_a_label_that_is_there_is_taken_whoever_made_it(opened):
    box = gmail(labels={"Label_7": MARK.upper(), "Label_8": "Other"})
    drafts = opened(box)
    drafts.read("d")
    assert drafts.mark("d", True) == drafts.listed()[0][1]
    assert box.names("d") == [MARK.upper()]
    assert box.asked["labels.create"] == 0


def test_a_label_that_somebody_makes_at_the_same_time_is_taken(opened):
    box = gmail()
    drafts = opened(box)
    drafts.read("d")
    box.failures = [("labels.create", refusal(409, "aborted", "Label name exists or conflicts"))]
    made = box.answer

    def answer(method: str, url: str, *body: bytes) -> Any:
        told = made(method, url, *body)
        if url.endswith("/labels?alt=json") and method == "POST":
            box.labels["Label_9"] = MARK
        return told

    box.answer = answer
    assert drafts.mark("d", True)
    assert box.names("d") == [MARK]


def test_a_label_that_the_owner_deletes_is_made_anew_at_the_next_look(opened):
    box = gmail()
    drafts = opened(box)
    drafts.read("d")
    drafts.mark("d", True)
    box.labels.clear()
    box.draft("d", RAW)
    drafts.read("d")
    assert drafts.mark("d", True) is None
    drafts.read("d")
    assert drafts.mark("d", True)
    assert box.names("d") == [MARK]


def test_what_is_as_wished_costs_no_request(opened):
    box = gmail()
    drafts = opened(box)
    drafts.read("d")
    before = sum(box.asked.values())
    assert drafts.mark("d", False) == box.drafts["d"]
    assert sum(box.asked.values()) == before
    drafts.read("d")
    drafts.mark("d", True)
    drafts.read("d")
    drafts.mark("d", True)
    assert box.asked["messages.modify"] == 1


def test_a_mark_of_an_earlier_run_is_taken_off(opened):
    box = gmail(labels={"Label_1": MARK})
    box.messages[box.drafts["d"]].labels += ["Label_1", "STARRED"]
    drafts = opened(box)
    drafts.read("d")
    assert drafts.mark("d", False)
    assert box.messages[box.drafts["d"]].labels == ["DRAFT", "STARRED"]


def test_a_gmail_draft_that_is_written_anew_sent_or_deleted_meanwhile_is_left_alone(opened):
    box = gmail()
    drafts = opened(box)
    drafts.read("d")
    box.draft("d", RAW)
    assert drafts.mark("d", True) is None
    assert drafts.mark("d", True) is None  # not before it was read again
    drafts.read("d")
    box.send("d")
    assert drafts.mark("d", True) is None
    assert box.messages["d-sent"].labels == ["SENT"]


@pytest.mark.parametrize("way", ["refused", "ignored"])
def test_a_gmail_that_keeps_labels_off_drafts_as_its_guide_says(opened, way: str):
    box = gmail(bare_drafts=way)
    drafts = opened(box)
    drafts.read("d")
    with pytest.raises(AccountError) as caught:
        drafts.mark("d", True)
    assert not isinstance(caught.value, Unavailable)
    assert box.names("d") == []


def test_rights_that_gmail_no_longer_gives_are_named(opened):
    drafts = opened(gmail(may_change=False))
    drafts.read("d")
    with pytest.raises(SignInError, match="mark drafts") as caught:
        drafts.mark("d", True)
    assert "goodwill connect google --mark-drafts" in caught.value.remedy


def test_a_gmail_that_is_busy_is_asked_another_time(opened):
    box = gmail()
    drafts = opened(box)
    drafts.read("d")
    box.failures = [("messages.modify", refusal(503, "backendError"))] * 9
    with pytest.raises(Unavailable):
        drafts.mark("d", True)


def outlook(**more: Any) -> Graph:
    box = Graph(**more)
    box.add("d", "drafts", text="The boat is in.", to=["nia@far.example"])
    return box


def test_the_owners_own_categories_stay(opened):
    box = outlook()
    box.messages["d"].categories = ["Blue", "Green"]
    drafts = opened(box)
    drafts.read("d")
    assert drafts.mark("d", True) == drafts.listed()[0][1]
    assert box.messages["d"].categories == ["Blue", "Green", MARK]
    drafts.read("d")
    assert drafts.mark("d", True) == drafts.listed()[0][1]
    assert box.asked["message.patch"] == 1
    box.messages["d"].categories = ["Blue", MARK.upper(), "Green"]
    drafts.read("d")
    assert drafts.mark("d", False)
    assert box.messages["d"].categories == ["Blue", "Green"]


def test_what_the_owner_writes_meanwhile_is_not_overwritten(opened):
    box = outlook()
    drafts = opened(box)
    drafts.read("d")
    box.write("d", text="The boat is out.")
    box.messages["d"].categories = ["Blue"]
    assert drafts.mark("d", True) is None
    assert (box.messages["d"].categories, box.messages["d"].fields["text"]) == (["Blue"], "The boat is out.")
    drafts.read("d")
    assert drafts.mark("d", True)
    assert box.messages["d"].categories == ["Blue", MARK]


@pytest.mark.parametrize("status", [409, 412])
def test_a_conflict_is_no_trouble(opened, status: int):
    box = outlook()
    drafts = opened(box)
    drafts.read("d")
    box.failures = [("message.patch", graph_refusal(status, "ErrorIrresolvableConflict"))]
    assert drafts.mark("d", True) is None


def test_an_outlook_draft_that_is_sent_or_deleted_meanwhile_is_left_alone(opened):
    box = outlook()
    drafts = opened(box)
    drafts.read("d")
    box.move("d", "sentitems")
    assert drafts.mark("d", True) is None
    assert box.messages["d"].categories == []
    drafts.read("d")  # read when it was no draft any more
    assert drafts.mark("d", True) is None
    box.delete("d")
    assert drafts.read("d") is None
    assert drafts.mark("d", True) is None


def test_rights_that_outlook_no_longer_gives_are_named(opened):
    drafts = opened(outlook(may_change=False))
    drafts.read("d")
    with pytest.raises(SignInError, match="mark drafts") as caught:
        drafts.mark("d", True)
    assert "goodwill connect microsoft --mark-drafts" in caught.value.remedy


# What is asked for


def test_the_right_to_change_is_asked_for_where_it_is_wished_only():
    plain, wished = wanted({}), wanted({"mark_drafts": True})
    assert plain == ("mail", "calendar")
    assert microsoft_auth.scopes(plain) == ["Mail.Read", "Calendars.Read", "User.Read"]
    assert microsoft_auth.scopes(wished) == ["Calendars.Read", "Mail.ReadWrite", "User.Read"]
    assert not [one for name in plain for one in google_auth.SCOPES[name] if "readonly" not in one]
    with pytest.raises(InputError, match="--mark-drafts"):
        wanted({"mark_drafts": True, "only": "calendar"})


def test_a_narrower_right_than_was_asked_for_is_noticed():
    wished = wanted({"mark_drafts": True})
    told = {"scope": "Calendars.Read Mail.Read User.Read"}
    assert microsoft_auth.missing(told, wished) == ["drafts"]
    assert microsoft_auth.missing({"scope": f"{told['scope']} Mail.ReadWrite"}, wished) == []


@pytest.mark.parametrize("provider", [google, microsoft])
def test_an_account_knows_whether_its_drafts_may_be_marked(provider: Any):
    told = [
        provider.may_mark(Account(provider.NAME, ME, {"features": features}))
        for features in (["mail", "drafts"], ["mail", "calendar"], ["calendar"])
    ]
    assert told == [True, False, None]
