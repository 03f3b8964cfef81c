"""A small Gmail of our own: what ``emulate`` cannot show (quota, expired history, refusals in every dress).

``Gmail.answer`` takes a request apart and answers it; ``responses`` and a local HTTP server both use it.
"""

from __future__ import annotations

import base64
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

ME = "me@home.example"
ROOT = "/gmail/v1/users/me"
Answer = tuple[int, dict[str, str], bytes]
COSTS = {"messages.get": 20, "messages.list": 5, "history.list": 2}


def refusal(status: int, reason: str = "", message: str = "no", **headers: str) -> Answer:
    """An error as Google words it."""
    error: dict[str, Any] = {"code": status, "message": message}
    if reason.isupper():
        error |= {"status": reason, "details": [{"@type": "ErrorInfo", "reason": reason}]}
    elif reason:
        error["errors"] = [{"reason": reason, "domain": "usageLimits", "message": message}]
    return status, dict(headers), json.dumps({"error": error}).encode()


def ok(value: Any) -> Answer:
    return 200, {}, json.dumps(value).encode()


@dataclass
class Message:
    raw: bytes
    labels: list[str] = field(default_factory=lambda: ["INBOX"])
    at: int = 0


@dataclass
class Gmail:
    """A mailbox; ``page`` is the most that a list gives, ``quota`` the units that a minute allows.

    ``failures`` are given out one by one before any true answer, each to the first request whose kind
    (``messages.get`` …) it names. ``labels`` are the user's, by their ids; without ``may_change`` the sign-in
    is for reading only, with ``may_send`` it is for sending too; ``bare_drafts`` says how labels are kept off
    drafts: refused, ignored, or not ("").
    """

    messages: dict[str, Message] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    page: int = 500
    quota: float = 0
    failures: list[tuple[str, Answer | Exception]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    number: int = 1_000
    oldest: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    fetched: Counter[str] = field(default_factory=Counter)
    spent: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0
    most_spent: int = 0
    refused: int = 0
    listed: list[tuple[str, Message]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    may_change: bool = True
    may_send: bool = False
    bare_drafts: str = ""
    lock: Any = field(default_factory=Lock)

    def add(self, id_: str, raw: bytes, *labels: str, at: int = 0) -> None:
        """A mail comes in."""
        self.messages[id_] = Message(raw, list(labels) or ["INBOX"], at or len(self.messages))
        self.record("messagesAdded", id_)

    def move(self, id_: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        message = self.messages[id_]
        message.labels = [label for label in message.labels if label not in remove] + list(add)
        if add:
            self.record("labelsAdded", id_, labelIds=list(add))
        if remove:
            self.record("labelsRemoved", id_, labelIds=list(remove))

    def record(self, what: str, id_: str, **more: Any) -> None:
        self.number += 7
        one = {"message": {"id": id_, "labelIds": self.messages[id_].labels}, **more}
        self.history.append({"id": str(self.number), what: [one]})

    def answer(self, method: str, url: str, body: bytes = b"") -> Answer:
        """What Gmail says to a request."""
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(ROOT).strip("/").split("/")
        kind = {"profile": "profile", "history": "history.list", "settings": "sendAs"}.get(path[0], "")
        kind = ("drafts.get" if len(path) > 1 else "drafts.list") if path[0] == "drafts" else kind
        if path[0] == "labels":
            kind = "labels.create" if method == "POST" else "labels.list"
        if path[-1] in ("modify", "send"):
            kind = f"messages.{path[-1]}"
        kind = kind or ("messages.get" if len(path) > 1 else "messages.list")
        with self.lock:
            self.asked[kind] += 1
            for number, (wanted, failure) in enumerate(self.failures):
                if wanted in (kind, "any"):
                    del self.failures[number]
                    if isinstance(failure, Exception):
                        raise failure
                    return failure
            if self.quota and not self._spend(COSTS.get(kind, 1)):
                self.refused += 1
                return refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded", **{"Retry-After": "1"})
            if method == "POST":
                if not (self.may_send if kind == "messages.send" else self.may_change):
                    return refusal(403, "insufficientPermissions", "Insufficient Permission")
                query = json.loads(body)
            return getattr(self, "_" + kind.replace(".", "_"))(path, query)

    def _spend(self, units: int) -> bool:
        """Count units in a sliding minute; whether that many are allowed."""
        now = time.monotonic()
        while self.spent and self.spent[0][0] <= now - 60:
            self.total -= self.spent.popleft()[1]
        if self.total + units > self.quota:
            return False
        self.spent.append((now, units))
        self.total += units
        self.most_spent = max(self.most_spent, self.total)
        return True

    def _profile(self, path: list[str], query: dict[str, str]) -> Answer:
        told = {"emailAddress": ME, "messagesTotal": len(self.messages), "historyId": str(self.number)}
        return ok(told)

    def _sendAs(self, path: list[str], query: dict[str, str]) -> Answer:
        alias = {"sendAsEmail": "alias@home.example", "verificationStatus": "accepted"}
        return ok({"sendAs": [{"sendAsEmail": ME, "isPrimary": True}, alias]})

    def _messages_list(self, path: list[str], query: dict[str, str]) -> Answer:
        token = query.get("pageToken", "0")
        if not token.isdecimal():
            return refusal(400, "invalidArgument", "Invalid pageToken")
        shown = [id_ for id_, one in self._newest_first() if not {"SPAM", "TRASH"} & set(one.labels)]
        start, most = int(token), min(self.page, int(query.get("maxResults", "100")))
        found: dict[str, Any] = {
            "messages": [{"id": id_, "threadId": id_} for id_ in shown[start : start + most]]
        }
        if start + most < len(shown):
            found["nextPageToken"] = str(start + most)
        return ok(found)

    def sort(self) -> None:
        """Keep the order of a mailbox that does not change any more, for it to be listed fast."""
        self.listed = sorted(self.messages.items(), key=lambda pair: -pair[1].at)

    def _newest_first(self) -> list[tuple[str, Message]]:
        return self.listed or sorted(self.messages.items(), key=lambda pair: -pair[1].at)

    def _messages_get(self, path: list[str], query: dict[str, str]) -> Answer:
        message = self.messages.get(path[1])
        if message is None:
            return refusal(404, "notFound", "Requested entity was not found.")
        self.fetched[path[1]] += 1
        raw = base64.urlsafe_b64encode(message.raw).decode().rstrip("=")
        told = {"id": path[1], "labelIds": message.labels, "raw": raw, "internalDate": str(message.at * 1000)}
        return ok(told | {"historyId": str(self.number)})

    def draft(self, id_: str, raw: bytes, keep: bool = False) -> None:
        """Somebody writes: each edition of a draft is a message of its own, which may ``keep`` its labels."""
        with self.lock:
            before = self.messages.pop(self.drafts.get(id_, ""), None)
            labels = before.labels if keep and before else ["DRAFT"]
            self.number += 7
            self.drafts[id_] = f"{id_}-{self.number}"
            self.messages[self.drafts[id_]] = Message(raw, labels, at=self.number)

    def send(self, id_: str) -> None:
        """A draft is sent: it goes, and a new message is there, as Google's guide to drafts says."""
        with self.lock:
            sent = self.messages.pop(self.drafts.pop(id_))
            self.messages[f"{id_}-sent"] = Message(sent.raw, ["SENT"], at=self.number)
            self.record("messagesAdded", f"{id_}-sent")

    def names(self, id_: str) -> list[str]:
        """The user's labels on a draft."""
        with self.lock:
            return [self.labels[one] for one in self.messages[self.drafts[id_]].labels if one in self.labels]

    def _labels_list(self, path: list[str], query: dict[str, str]) -> Answer:
        told = [{"id": name, "name": name, "type": "system"} for name in ("INBOX", "SENT", "DRAFT", "SPAM")]
        told += [{"id": id_, "name": name, "type": "user"} for id_, name in self.labels.items()]
        return ok({"labels": told})

    def _labels_create(self, path: list[str], body: dict[str, str]) -> Answer:
        if body["name"].casefold() in (name.casefold() for name in self.labels.values()):
            return refusal(409, "aborted", "Label name exists or conflicts")
        id_ = f"Label_{len(self.labels) + 1}"
        self.labels[id_] = body["name"]
        return ok({"id": id_, **body, "type": "user"})

    def _messages_modify(self, path: list[str], body: dict[str, list[str]]) -> Answer:
        add, remove = body.get("addLabelIds", []), body.get("removeLabelIds", [])
        message = self.messages.get(path[1])
        if message is None:
            return refusal(404, "notFound", "Requested entity was not found.")
        if not add + remove:
            return refusal(400, "invalidArgument", "No label add or removes specified")
        if strange := [id_ for id_ in add + remove if id_ not in self.labels]:
            return refusal(400, "invalidArgument", f"Invalid label: {strange[0]}")
        if add and "DRAFT" in message.labels and self.bare_drafts == "refused":
            return refusal(400, "invalidArgument", f"Invalid label: {add[0]}")
        if not self.bare_drafts:
            self.move(path[1], tuple(one for one in add if one not in message.labels), tuple(remove))
        return ok({"id": path[1], "threadId": path[1], "labelIds": message.labels})

    def _messages_send(self, path: list[str], body: dict[str, str]) -> Answer:
        """What is sent to oneself is in the mailbox once, with both labels."""
        id_ = f"sent-{self.number}"
        self.messages[id_] = Message(base64.urlsafe_b64decode(body["raw"]), ["SENT", "INBOX"], self.number)
        self.record("messagesAdded", id_)
        return ok({"id": id_, "threadId": id_, "labelIds": ["SENT", "INBOX"]})

    def _drafts_list(self, path: list[str], query: dict[str, str]) -> Answer:
        most = int(query.get("maxResults", "100"))
        newest = sorted(self.drafts.items(), key=lambda pair: -self.messages[pair[1]].at)[:most]
        return ok({"drafts": [{"id": id_, "message": {"id": m, "threadId": m}} for id_, m in newest]})

    def _drafts_get(self, path: list[str], query: dict[str, str]) -> Answer:
        if path[1] not in self.drafts:
            return refusal(404, "notFound", "Requested entity was not found.")
        _, _, told = self._messages_get(["messages", self.drafts[path[1]]], query)
        return ok({"id": path[1], "message": json.loads(told)})

    def _history_list(self, path: list[str], query: dict[str, str]) -> Answer:
        since = int(query["startHistoryId"])
        if since < self.oldest:
            return refusal(404, "notFound", "Requested entity was not found.")
        records = [one for one in self.history if int(one["id"]) > since]
        start = int(query.get("pageToken", "0"))
        part = records[start : start + self.page]
        found: dict[str, Any] = {"historyId": str(self.number)}
        if part:  # Gmail leaves it out where there is none
            found["history"] = part
        if start + self.page < len(records):
            found["nextPageToken"] = str(start + self.page)
        return ok(found)


@contextmanager
def serve(answer: Callable[..., Answer]) -> Iterator[str]:
    """Answer on 127.0.0.1 until the block ends; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet: two would wait for each other

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(*([sent] if self.path.startswith(ROOT) else []))  # of other requests nobody asks

        def _answer(self, *sent: bytes) -> None:
            status, headers, body = answer(self.command, self.path, *sent)
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
