"""A small Microsoft Graph of our own, for mail and calendars: no honest emulator of Graph's mail exists.

Written by this project, after Microsoft's documents, so it proves no more than that both were read alike; an
independent client (PyPI's ``O365``) reads from it in the tests. What it has of the documented behaviour:

* ids that change when an item is moved, unless ``Prefer: IdType="ImmutableId"`` came with the very request;
* delta rounds: pages, ``@removed``, tokens that hold the query and may be gone (410), page sizes that have
  to be preferred anew with every request;
* threading headers of messages only as extended properties, no internet headers in sent items;
* series in delta views as masters and bare occurrences, times in a preferred zone, 1825 days at most;
* a PATCH of a message's categories, refused for another edition than that of ``If-Match``;
* ``$batch`` of twenty, at most four requests at once, a quota in a sliding window, Graph's errors.

``Graph.answer`` takes a request apart and answers it; ``responses`` and a local HTTP server both use it.
"""

from __future__ import annotations

import base64
import json
import re
import time
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfoNotFoundError

from graph_calendar import ME, Diary, Happening, Row, instances, stamp, x500, zone_of

__all__ = ["ME", "MOST_DAYS", "QUOTA", "QUOTA_SECONDS", "Answer", "Graph", "ok", "refusal", "serve"]

Answer = tuple[int, dict[str, str], bytes]
QUOTA, QUOTA_SECONDS = 10_000, 600
MOST_DAYS = 1825
WELL_KNOWN = {
    "inbox": "Inbox",
    "sentitems": "Sent Items",
    "drafts": "Drafts",
    "deleteditems": "Deleted Items",
    "junkemail": "Junk Email",
    "outbox": "Outbox",
    "archive": "Archive",
    "conversationhistory": "Conversation History",
    "syncissues": "Sync Issues",
}
TOP = "f-root"
ASKED_FOR = {"proxyAddresses", "otherMails"}  # what /me tells only when it is selected
OPTIONS = {"$select", "$expand", "$orderby", "$top", "$skip", "startdatetime", "enddatetime"}
OPTIONS |= {"includehiddenfolders", "$skiptoken", "$deltatoken"}
ID, CALENDAR = "([^/]+)", "(?:calendar/|calendars/([^/]+)/)?"
ROUTES = {
    "me": "me",
    "folders": f"me/mailfolders(?:/{ID}(/childfolders)?)?",
    "messages.delta": rf"me/mailfolders/{ID}/messages/delta(?:\(\))?",
    "send": "me/sendmail",
    "messages": f"me(?:/mailfolders/{ID})?/messages",
    "message": f"me/(?:mailfolders/[^/]+/)?messages/{ID}",
    "mime": rf"me/messages/{ID}/\$value",
    "calendars": f"me/(?:calendars(?:/{ID})?|(calendar))",
    "events": f"me/{CALENDAR}events",
    "event": f"me/{CALENDAR}events/{ID}",
    "instances": f"me/{CALENDAR}events/{ID}/instances",
    "view": f"me/{CALENDAR}calendarview",
    "view.delta": rf"me/{CALENDAR}calendarview/delta(?:\(\))?",
    "batch": r"\$batch",
}
KIM, MYSELF = ("kim@there.example", "Kim Sample"), (ME, "Me")
Asked = Mapping[str, str]


def refusal(status: int, code: str, message: str = "no", **headers: str) -> Answer:
    """An error as Graph words it."""
    mark = "3f2c1b0a-0000-4000-8000-000000000001"
    inner = {"date": "2026-03-02T12:00:00", "request-id": mark, "client-request-id": mark}
    error = {"code": code, "message": message, "innerError": inner}
    return status, dict(headers), json.dumps({"error": error}).encode()


def ok(value: Any, **headers: str) -> Answer:
    return 200, dict(headers), json.dumps(value).encode()


class Refused(Exception):
    """A request that cannot be answered truly; ``args`` go to ``refusal``."""


@dataclass
class Folder:
    id: str
    name: str
    parent: str
    hidden: bool = False
    items: dict[str, None] = field(default_factory=dict)
    log: list[tuple[int, str, str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


@dataclass
class Message:
    id: str
    folder: str
    at: int
    fields: dict[str, Any]
    version: int
    moved: bool = False
    read: bool = False
    categories: list[str] = field(default_factory=list)

    @property
    def mutable(self) -> str:
        """The id for those who do not ask for immutable ones."""
        return f"{self.id}~{self.folder}" if self.moved else self.id

    def described(self) -> dict[str, Any]:
        """Its fields, with what every message has where nothing else was said."""
        mine = self.folder in ("f-sentitems", "f-drafts", "f-outbox")
        sender, to = (MYSELF, [KIM]) if mine else (KIM, [MYSELF])
        told = {"sender": sender, "to": to, "subject": "a letter", "draft": self.folder == "f-drafts"}
        return told | {"message_id": f"<{self.id}@there.example>", "headers": {}} | self.fields


@dataclass(frozen=True)
class Round:
    """A delta round as its tokens hold it; without rows it waits for the next change."""

    path: str
    query: dict[str, str]
    rows: Sequence[Row]
    until: int
    known: frozenset[str] = frozenset()
    place: int = 0
    hollow: bool = False


@dataclass
class Graph(Diary):
    """One mailbox with its calendars.

    ``failures`` are given out one by one before any true answer, each to the first request whose kind (see
    ``ROUTES``, or ``any``) it names. ``pause`` is how long an answer takes, for requests to meet; ``quota``
    0 is none; without ``may_change`` the sign-in is for reading only, with ``may_send`` for sending too.
    ``quirks``, oddities that Graph is known for: repeats, empty pages, no master, bare exceptions,
    out of window, master too, personal, x500, soft deletes.
    """

    root: str = "https://graph.microsoft.com"
    me: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    may_change: bool = True
    may_send: bool = False
    sent: list[bytes] = field(default_factory=list)
    folders: dict[str, Folder] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    failures: list[tuple[str, Answer | Exception]] = field(default_factory=list)
    tokens: dict[str, Round] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    always_gone: bool = False
    concurrency: int = 4
    quota: int = 0
    quota_seconds: float = QUOTA_SECONDS
    clock: Callable[[], float] = time.monotonic
    pause: float = 0
    asked: Counter[str] = field(default_factory=Counter)
    fetched: Counter[str] = field(default_factory=Counter)
    spent: deque[float] = field(default_factory=deque)
    busy: int = 0
    most_concurrent: int = 0
    most_spent: int = 0
    refused: int = 0
    gate: Any = field(default_factory=Lock)

    def __post_init__(self) -> None:
        super().__post_init__()
        told = {"id": "u-me", "displayName": "Me", "mail": ME, "userPrincipalName": ME, "otherMails": []}
        self.me = told | {"proxyAddresses": [f"SMTP:{ME}", "smtp:alias@home.example"]} | self.me
        for well, name in WELL_KNOWN.items():
            self.folders[f"f-{well}"] = Folder(f"f-{well}", name, TOP)

    # What the user and others do

    def add_folder(self, id_: str, name: str, parent: str = "", hidden: bool = False) -> None:
        with self.lock:
            self.folders[id_] = Folder(id_, name, self._folder(parent).id if parent else TOP, hidden)

    def remove_folder(self, id_: str) -> None:
        """A folder goes, with all that it holds."""
        with self.lock:
            folder = self._folder(id_)
            for child in [one.id for one in self.folders.values() if one.parent == folder.id]:
                self.remove_folder(child)
            for message in list(folder.items):
                self.delete(message)
            del self.folders[folder.id]

    def add(self, id_: str, folder: str = "inbox", *, at: int = 0, **fields: Any) -> None:
        """A message comes in.

        It may have: ``sender``, ``to``, ``cc``, ``bcc``, ``reply_to`` (an address or it and a name each),
        ``subject``, ``text`` or ``html``, ``message_id``, ``in_reply_to``, ``references``, ``headers`` (more
        of the internet's), ``draft``, ``attachments``, ``odata_type`` and ``mime`` (its very bytes).
        """
        with self.lock:
            home = self._folder(folder).id
            self.messages[id_] = Message(id_, home, at or 1_770_000_000 + len(self.messages), fields, 0)
            self._log(id_)

    def write(self, id_: str, **fields: Any) -> None:
        """The user goes on writing a draft: what is named changes, the rest stays."""
        with self.lock:
            self.messages[id_].fields |= fields
            self._log(id_)

    def move(self, id_: str, folder: str) -> None:
        with self.lock:
            message, home = self.messages[id_], self._folder(folder).id
            self._log(id_, "changed")
            message.folder, message.moved = home, True
            self._log(id_)

    def delete(self, id_: str) -> None:
        with self.lock:
            self._log(id_, "deleted")
            del self.messages[id_]

    def touch(self, id_: str) -> None:
        """The user reads it, or marks it as unread."""
        with self.lock:
            self.messages[id_].read = not self.messages[id_].read
            self._log(id_)

    def _log(self, id_: str, left: str = "") -> None:
        message = self.messages[id_]
        folder = self.folders[message.folder]
        self.number += 7
        message.version = self.number
        folder.log.append((self.number, id_, message.mutable, left))
        if left:
            folder.items.pop(id_)
        else:
            folder.items.setdefault(id_)
        if left or len(folder.order) != len(folder.items):
            folder.order = []  # a new list: a round under way keeps the one it has

    def sort(self) -> None:
        """Put large folders in order before the clock runs."""
        for folder in self.folders.values():
            self._newest_first(folder)

    def _newest_first(self, folder: Folder) -> list[str]:
        if not folder.order:
            folder.order = sorted(folder.items, key=lambda id_: -self.messages[id_].at)
        return folder.order

    def expire(self, code: str = "SyncStateNotFound") -> None:
        """Every token that is out is gone; ``resyncRequired`` points out where to start anew."""
        with self.lock:
            self.gone = dict.fromkeys(self.tokens, code) | self.gone

    # Taking requests apart

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """What Graph says to a request."""
        with self.gate:
            self.busy += 1
            self.most_concurrent = max(self.most_concurrent, self.busy)
            crowded = self.busy > self.concurrency
        try:
            if self.pause:
                time.sleep(self.pause)
            lowered = {name.lower(): headers[name] for name in headers}
            with self.lock:
                return self._answer(method, url, lowered, body, crowded)
        finally:
            with self.gate:
                self.busy -= 1

    def _answer(self, method: str, url: str, headers: Asked, body: bytes, crowded: bool = False) -> Answer:
        parts = urlsplit(url)
        kind, ids = route(parts.path.partition("/v1.0/")[2])
        kind = "message.patch" if (method, kind) == ("PATCH", "message") else kind
        self.asked[kind] += 1
        if refused := self._unknown(headers):
            return refused
        for number, (wanted, failure) in enumerate(self.failures):
            if wanted in (kind, "any"):
                del self.failures[number]
                if isinstance(failure, Exception):
                    raise failure
                return failure
        if refused := self._throttled(crowded, 0 if kind == "batch" else 1):
            return refused
        if method != {"batch": "POST", "send": "POST", "message.patch": "PATCH"}.get(kind, "GET"):
            return refusal(405, "Request_BadRequest", "Specified HTTP method is not allowed.")
        query = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
        try:
            if strange := set(query) - OPTIONS:
                raise Refused(400, "ErrorInvalidRequest", f"The fake has no {', '.join(sorted(strange))}.")
            if kind == "batch":
                return self._batch(body, headers)
            if kind == "send":
                return self._sent(headers, body)
            if kind == "message.patch":
                return self._patched(ids[0], headers, body)
            told: Answer = getattr(self, "_" + kind.replace(".", "_"))(ids, query, preferences(headers))
            return told
        except Refused as error:
            return refusal(*error.args)

    def _sent(self, headers: Asked, body: bytes) -> Answer:
        """Take a mail in MIME format, in base64 as text/plain; what is taken is in ``sent``."""
        if not self.may_send:
            return refusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if headers.get("content-type") != "text/plain":
            return refusal(400, "ErrorInvalidRequest", "The fake takes MIME content only.")
        self.sent.append(base64.b64decode(body, validate=True))
        return 202, {}, b""

    def _unknown(self, headers: Asked) -> Answer | None:
        word, _, secret = headers.get("authorization", "").partition(" ")
        if word == "Bearer" and secret and self.token in ("", secret):
            return None
        way = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
        message = "Lifetime validation failed, the token is expired."
        return refusal(401, "InvalidAuthenticationToken", message, **{"WWW-Authenticate": way})

    def _throttled(self, crowded: bool, units: int) -> Answer | None:
        """Count a request, unless there are too many at once or in the window."""
        code = "ApplicationThrottled"
        if crowded:
            self.refused += 1
            message = "Application is over its MailboxConcurrency limit."
            return refusal(429, code, message, **{"Retry-After": "1"})
        now = self.clock()
        while self.spent and self.spent[0] <= now - self.quota_seconds:
            self.spent.popleft()
        if self.quota and len(self.spent) + units > self.quota:
            self.refused += 1
            wait = max(1, ceil(self.spent[0] + self.quota_seconds - now)) if self.spent else 1
            message = "Application is over its RequestsPerTimeWindow limit."
            return refusal(429, code, message, **{"Retry-After": str(wait)})
        self.spent.extend([now] * units)
        self.most_spent = max(self.most_spent, len(self.spent))
        return None

    def _batch(self, body: bytes, headers: Asked) -> Answer:
        """Up to twenty requests, answered in another order than they were put."""
        try:
            wanted = json.loads(body)["requests"]
            marks = [(str(one["id"]), one["method"], one["url"])[0] for one in wanted]
        except (ValueError, LookupError, TypeError):
            raise Refused(400, "BadRequest", "Invalid batch payload format.") from None
        if len(wanted) > 20:
            raise Refused(400, "BadRequest", "Number of batch requests exceeds the limit of 20.")
        if len(set(marks)) < len(marks):
            raise Refused(400, "BadRequest", "Duplicate request id in the batch.")
        told = []
        for one in wanted:
            inner = {name.lower(): value for name, value in one.get("headers", {}).items()}
            inner["authorization"] = headers["authorization"]
            if urlsplit(one["url"]).path.strip("/").lower() == "$batch":
                raise Refused(400, "BadRequest", "A batch holds no batches.")
            url = f"/v1.0/{one['url'].lstrip('/')}"
            status, given, content = self._answer(one["method"], url, inner, b"")
            plain = given.get("Content-Type", "application/json") != "application/json"
            given = {"Content-Type": "application/json"} | given
            shown = base64.b64encode(content).decode() if plain else json.loads(content)
            told.append({"id": str(one["id"]), "status": status, "headers": given, "body": shown})
        return ok({"responses": told[::-1]})

    # Who one is, and folders

    def _unrouted(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        return refusal(400, "BadRequest", "Resource not found for the segment.")

    def _me(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        chosen = selected(query)
        if "personal" in self.quirks and "proxyAddresses" in chosen:
            raise Refused(400, "BadRequest", "Unsupported property: proxyAddresses.")
        told = self.me | ({"mail": None} if "personal" in self.quirks else {})
        return ok({name: told[name] for name in told if name in (chosen or set(told) - ASKED_FOR)})

    def _folder(self, id_: str) -> Folder:
        found = self.folders.get(id_) or self.folders.get(f"f-{id_.lower()}")
        if found is None:
            raise Refused(404, "ErrorItemNotFound", "The specified folder could not be found in the store.")
        return found

    def _folders(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        """The top folders, those in one, or one alone."""
        id_, inside = ids
        root = not id_ or id_.lower() in ("msgfolderroot", TOP)
        parent = Folder(TOP, "Top of Information Store", "") if root else self._folder(id_)
        if id_ and not inside:
            return ok(choose(self._told_folder(parent), query))
        hidden = query.get("includehiddenfolders") == "true"
        found = [
            one for one in self.folders.values() if one.parent == parent.id and (hidden or not one.hidden)
        ]
        path = f"me/mailFolders/{quote(id_)}/childFolders" if inside else "me/mailFolders"
        return self._listed(path, query, found, self._told_folder)

    def _told_folder(self, folder: Folder) -> dict[str, Any]:
        shown = sum(one.parent == folder.id and not one.hidden for one in self.folders.values())
        unread = sum(not self.messages[id_].read for id_ in folder.items)
        return {
            "id": folder.id,
            "displayName": folder.name,
            "parentFolderId": folder.parent,
            "childFolderCount": shown,
            "unreadItemCount": unread,
            "totalItemCount": len(folder.items),
            "isHidden": folder.hidden,
        }

    def _listed(self, path: str, query: Asked, all_: Sequence[Any], tell: Callable[[Any], Any]) -> Answer:
        """One page of a list; the link to the next holds the whole query."""
        start, most = whole(query, "$skip", 0), whole(query, "$top", 10)
        told: dict[str, Any] = {"value": [choose(tell(one), query) for one in all_[start : start + most]]}
        if start + most < len(all_):
            more = urlencode(dict(query) | {"$skip": str(start + most)}, quote_via=quote)
            told["@odata.nextLink"] = f"{self.root}/v1.0/{path}?{more}"
        return ok(told)

    # Messages

    def _message(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        return ok(self._tell(self._found(ids[0], prefer), query, prefer))

    def _patched(self, id_: str, headers: Asked, body: bytes) -> Answer:
        """A message with other categories, if it is still the edition that the request means."""
        if not self.may_change:
            raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        prefer = preferences(headers)
        message, fields = self._found(id_, prefer), json.loads(body)
        if set(fields) != {"categories"}:
            raise Refused(400, "ErrorInvalidRequest", "The fake changes nothing but categories.")
        if headers.get("if-match", "*") not in ("*", f'W/"{message.version}"'):
            told = "The send or update operation could not be performed because the change key passed in the "
            told += "request does not match the current change key for the item."
            raise Refused(412, "ErrorIrresolvableConflict", told)
        message.categories = list(fields["categories"])
        self._log(message.id)
        return ok(self._tell(message, {}, prefer))

    def _mime(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        message = self._found(ids[0], prefer)
        self.fetched[message.id] += 1
        return 200, {"Content-Type": "text/plain"}, message.fields.get("mime") or mime(message)

    def _found(self, id_: str, prefer: Asked) -> Message:
        """By its immutable id only where the request prefers those: the other one is gone once it moved."""
        message = self.messages.get(id_.split("~")[0])
        if message and (id_ == message.mutable or (id_ == message.id and immutable(prefer))):
            return message
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    def _messages(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        """Those of a folder, or of all of them."""
        everything = ids[0] == ""
        found = list(self.messages) if everything else self._newest_first(self._folder(ids[0]))
        match query.get("$orderby", "receivedDateTime desc").lower().split():
            case ["receiveddatetime", *way] if way in ([], ["asc"], ["desc"]):
                if everything or way != ["desc"]:
                    found = sorted(found, key=lambda id_: self.messages[id_].at, reverse=way == ["desc"])
            case ["lastmodifieddatetime", "desc"]:
                found = sorted(found, key=lambda id_: -self.messages[id_].version)
            case _:
                raise Refused(400, "ErrorInvalidRequest", "The fake knows no such order.")
        path = "me/messages" if everything else f"me/mailFolders/{quote(ids[0])}/messages"
        return self._listed(path, query, found, lambda id_: self._tell(self.messages[id_], query, prefer))

    def _messages_delta(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        folder = self._folder(ids[0])

        def first() -> Round:
            if query.get("$orderby", "receivedDateTime desc") != "receivedDateTime desc":
                raise Refused(400, "ErrorInvalidRequest", "Only receivedDateTime desc is an order here.")
            path = f"me/mailfolders('{quote(folder.id)}')/messages/delta"
            return Round(path, dict(query), self._newest_first(folder), self.number)

        def later(before: Round) -> Round:
            fresh = folder.log[bisect_right(folder.log, before.until, key=lambda one: one[0]) :]
            last = {id_: (id_, alias, left) for _, id_, alias, left in fresh}
            rows = [id_ if id_ in folder.items else row for id_, row in last.items()]
            return replace(before, rows=rows, until=self.number)

        def tell(row: Row, query: Asked) -> dict[str, Any] | None:
            if isinstance(row, tuple):
                return {"id": row[0] if immutable(prefer) else row[1], "@removed": {"reason": row[2]}}
            if row not in folder.items:
                return None  # it left since the round began: the next one says so
            return {"@odata.type": "#microsoft.graph.message"} | self._tell(self.messages[row], query, prefer)

        return self._delta(query, prefer, first, later, tell)

    def _tell(self, message: Message, query: Asked, prefer: Asked) -> dict[str, Any]:
        """A message as Graph words it, no more than was selected."""
        chosen = selected(query)
        if not chosen or "body" in chosen:
            self.fetched[message.id] += 1
        has = message.described()
        told = self._told_people(message, has) | told_message(message, has, prefer)
        told["id"] = message.id if immutable(prefer) else message.mutable
        told = choose(told, query)
        if "internetMessageHeaders" in chosen and message.folder not in ("f-sentitems", "f-drafts"):
            told["internetMessageHeaders"] = internet_headers(message, has)
        if properties := extended(has, query.get("$expand", "")):
            told["singleValueExtendedProperties"] = properties
        if kind := has.get("odata_type"):
            told["@odata.type"] = kind
        return told

    def _told_people(self, message: Message, has: Mapping[str, Any]) -> dict[str, Any]:
        sender = person(has["sender"]) if has["sender"] else None
        if sender and "x500" in self.quirks and message.folder == "f-sentitems":
            sender["emailAddress"]["address"] = x500(sender["emailAddress"]["address"])
        fields = {"toRecipients": "to", "ccRecipients": "cc", "bccRecipients": "bcc", "replyTo": "reply_to"}
        told = {name: [person(one) for one in has.get(field_, [])] for name, field_ in fields.items()}
        return told | ({"sender": sender, "from": sender} if sender else {})

    # Delta rounds, of mail and of calendars

    def _delta(
        self,
        query: Asked,
        prefer: Asked,
        first: Callable[[], Round],
        later: Callable[[Round], Round],
        tell: Callable[[Row, Asked], dict[str, Any] | None],
    ) -> Answer:
        token = query.get("$skiptoken") or query.get("$deltatoken")
        if token is None:
            return self._page(first(), prefer, tell)
        if len(query) > 1:
            raise Refused(400, "BadRequest", "The token holds the query; no other option may come with it.")
        if token not in self.tokens:
            raise Refused(400, "BadRequest", "Badly formed token.")
        here = self.tokens[token]
        if token in self.gone or (self.always_gone and "$deltatoken" in query):
            code = self.gone.get(token, "SyncStateNotFound")
            again = f"{self.root}/v1.0/{here.path}?{urlencode(here.query, quote_via=quote)}"
            way = {"Location": again} if code == "resyncRequired" else {}
            return refusal(410, code, "The sync state generation is not found; start anew.", **way)
        return self._page(later(here) if "$deltatoken" in query else here, prefer, tell)

    def _page(self, here: Round, prefer: Asked, tell: Callable[[Row, Asked], Any]) -> Answer:
        """The next rows of a round; its size is what this very request prefers."""
        size = max(1, int(prefer.get("odata.maxpagesize", "10")))
        applied = {"Preference-Applied": f"odata.maxpagesize={size}"} if "odata.maxpagesize" in prefer else {}
        if "empty pages" in self.quirks and not here.hollow:
            link = self._link(replace(here, hollow=True), "skip")
            return ok({"value": [], "@odata.nextLink": link}, **applied)
        start, stop = here.place, here.place + size
        rows = list(here.rows[start:stop])
        if "repeats" in self.quirks and rows:
            rows.insert(0, here.rows[max(start - 1, 0)])
        told: dict[str, Any] = {"value": [one for row in rows if (one := tell(row, here.query)) is not None]}
        if stop < len(here.rows):
            told["@odata.nextLink"] = self._link(replace(here, place=stop, hollow=False), "skip")
        else:
            told["@odata.deltaLink"] = self._link(replace(here, rows=(), place=0, hollow=False), "delta")
        return ok(told, **applied)

    def _link(self, here: Round, kind: str) -> str:
        token = f"{kind[0]}{len(self.tokens):07d}"
        self.tokens[token] = here
        return f"{self.root}/v1.0/{here.path}?${kind}token={token}"

    # Calendars

    def _calendar(self, id_: str) -> str:
        if any(one["id"] == id_ for one in self.calendars):
            return id_
        if id_ == "":
            return str(next(one["id"] for one in self.calendars if one["isDefaultCalendar"]))
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    def _calendars(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        if not any(ids):
            return self._listed("me/calendars", query, self.calendars, dict)
        wanted = self._calendar(ids[0])
        return ok(choose(next(one for one in self.calendars if one["id"] == wanted), query))

    def _events(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        calendar = self._calendar(ids[0])
        return self._happenings(f"me/calendars/{calendar}/events", query, prefer, self.top_events(calendar))

    def _event(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        return ok(choose(self.tell(self._happening(*ids), zone(prefer)), query))

    def _happening(self, calendar: str, id_: str) -> Happening:
        """What an id stands for, in a calendar if one is named; what was thrown away may answer elsewhere."""
        found = self.find(id_)
        if found is None and not calendar and "soft deletes" in self.quirks:
            found = self.thrown.get(id_)
        if found is not None and (not calendar or found.event.calendar == self._calendar(calendar)):
            return found
        raise Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    def _instances(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        master, (start, end) = self._happening(*ids), window(query)
        if master.kind != "seriesMaster":
            raise Refused(400, "ErrorInvalidRequest", "Your request can't be completed: no recurring master.")
        found = list(instances(master.event, start, end))
        where = f"calendars/{ids[0]}/" if ids[0] else ""
        return self._happenings(f"me/{where}events/{quote(ids[1])}/instances", query, prefer, found)

    def _view(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        calendar = self._calendar(ids[0])
        found = list(self.inside(calendar, *window(query)))
        return self._happenings(f"me/calendars/{calendar}/calendarView", query, prefer, found)

    def _happenings(self, path: str, query: Asked, prefer: Asked, found: list[Happening]) -> Answer:
        match query.get("$orderby", "").lower().split():
            case ["start/datetime", *way]:
                found.sort(key=lambda one: one.start, reverse=way == ["desc"])
            case [_, *_]:
                raise Refused(400, "ErrorInvalidRequest", "The fake orders by start/dateTime only.")
        where = zone(prefer)
        status, headers, body = self._listed(path, query, found, lambda one: self.tell(one, where))
        return status, headers | zone_applied(prefer), body

    def _view_delta(self, ids: list[str], query: Asked, prefer: Asked) -> Answer:
        calendar = self._calendar(ids[0])
        if {"$select", "$expand", "$orderby", "$top"} & set(query):
            raise Refused(400, "ErrorInvalidRequest", "No query option is supported by change tracking here.")

        def first() -> Round:
            masters = "no master" not in self.quirks
            found = [one.id for one in self.inside(calendar, *window(query), masters=masters)]
            path = f"me/calendars('{quote(calendar)}')/calendarView/delta"
            return Round(path, dict(query), found, self.number, frozenset(found))

        def later(before: Round) -> Round:
            start, end = window(before.query)
            rows, known = self.view_changes(calendar, start, end, before.until, before.known)
            return replace(before, rows=rows, until=self.number, known=known)

        def tell(row: Row, query: Asked) -> dict[str, Any] | None:
            if isinstance(row, tuple):
                return {"id": row[0], "@removed": {"reason": row[2]}}
            if (one := self.find(row)) is None:
                return None
            bare = one.kind == "occurrence" or (one.kind == "exception" and "bare exceptions" in self.quirks)
            return self.tell_stub(one, zone(prefer)) if bare else self.tell(one, zone(prefer))

        return self._delta(query, prefer, first, later, tell)


def route(path: str) -> tuple[str, list[str]]:
    """What kind of request a path makes, and the ids in it; only ids are particular about case."""
    path = re.sub(r"\('([^']*)'\)", r"/\1", path.strip("/")).replace("%24", "$")
    for kind, pattern in ROUTES.items():
        if found := re.fullmatch(pattern, path, re.IGNORECASE):
            return kind, [unquote(id_ or "") for id_ in found.groups()]
    return "unrouted", []


def preferences(headers: Asked) -> dict[str, str]:
    """``Prefer``, which may hold several, each with or without quotes."""
    found = re.findall(r'([\w.-]+)\s*=\s*(?:"([^"]*)"|([^",;\s]*))', headers.get("prefer", ""))
    return {name.lower(): quoted or plain for name, quoted, plain in found}


def immutable(prefer: Asked) -> bool:
    return prefer.get("idtype") == "ImmutableId"


def zone(prefer: Asked) -> str:
    name = prefer.get("outlook.timezone", "UTC")
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(400, "TimeZoneNotSupportedException", f"A valid TimeZone: {name}.") from None
    return name


def zone_applied(prefer: Asked) -> dict[str, str]:
    wanted = prefer.get("outlook.timezone")
    return {"Preference-Applied": f'outlook.timezone="{wanted}"'} if wanted else {}


def selected(query: Asked) -> set[str]:
    return {name.strip() for name in query.get("$select", "").split(",")} - {""}


def choose(told: dict[str, Any], query: Asked) -> dict[str, Any]:
    """What was selected; an id and what OData adds come anyway."""
    chosen = selected(query)
    told_anyway = chosen | {"id", "singleValueExtendedProperties"}
    return {name: told[name] for name in told if not chosen or name in told_anyway or name[0] == "@"}


def whole(query: Asked, name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not value.isdecimal() or int(value) > 1_000_000 or (name == "$top" and not 1 <= int(value) <= 1_000):
        raise Refused(400, "ErrorInvalidParameter", f"Invalid value {value!r} for {name}.")
    return int(value)


def window(query: Asked) -> tuple[datetime, datetime]:
    """From when to when; a time without an offset is in UTC."""
    try:
        start, end = (datetime.fromisoformat(query[name]) for name in ("startdatetime", "enddatetime"))
    except (KeyError, ValueError):
        message = "This request requires a time window: startDateTime and endDateTime."
        raise Refused(400, "ErrorInvalidParameter", message) from None
    start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
    if end - start > timedelta(days=MOST_DAYS):
        message = "The range between the start and end dates is greater than the allowed range."
        message = f"Your request can't be completed. {message} Maximum number of days: {MOST_DAYS}"
        raise Refused(400, "ErrorInvalidRequest", message)
    return start, end


def person(who: str | tuple[str, str]) -> dict[str, Any]:
    address, name = (who, who) if isinstance(who, str) else who
    return {"emailAddress": {"name": name, "address": address}}


def told_message(message: Message, has: Mapping[str, Any], prefer: Asked) -> dict[str, Any]:
    """All of a message but its people and what has to be asked for."""
    at = stamp(datetime.fromtimestamp(message.at, UTC))
    changed = stamp(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=message.version))
    text = has.get("text") or re.sub("<[^>]*>", "", has.get("html", ""))
    body = {"contentType": "text", "content": text}
    if "html" in has and prefer.get("outlook.body-content-type") != "text":
        body = {"contentType": "html", "content": has["html"]}
    root = (has.get("references", "").split() or [has.get("in_reply_to") or has["message_id"]])[0]
    thread = base64.b64encode(root.encode()).decode()
    return {
        "@odata.etag": f'W/"{message.version}"',
        "id": message.id,
        "createdDateTime": at,
        "lastModifiedDateTime": changed,
        "changeKey": f"ck{message.version}",
        "categories": message.categories,
        "receivedDateTime": at,
        "sentDateTime": at,
        "hasAttachments": has.get("attachments", False),
        "internetMessageId": has["message_id"],
        "subject": has["subject"],
        "bodyPreview": text[:255],
        "importance": "normal",
        "parentFolderId": message.folder,
        "conversationId": thread,
        "conversationIndex": thread,
        "isRead": message.read,
        "isDraft": has["draft"],
        "webLink": "https://outlook.office365.com/owa/",
        "inferenceClassification": "focused",
        "body": body,
        "flag": {"flagStatus": "notFlagged"},
    }


def internet_headers(message: Message, has: Mapping[str, Any]) -> list[dict[str, str]]:
    told = [("Message-ID", has["message_id"]), ("Subject", has["subject"])]
    return [{"name": name, "value": value} for name, value in [*told, *has["headers"].items()]]


def extended(has: Mapping[str, Any], expand: str) -> list[dict[str, str]]:
    """The properties that were asked for by number and that the message has."""
    known = {"string 0x1042": "in_reply_to", "string 0x1039": "references", "string 0x1035": "message_id"}
    wanted = re.findall(r"id eq '([^']+)'", expand)
    return [{"id": id_, "value": has[name]} for id_ in wanted if (name := known.get(id_.lower(), "")) in has]


def mime(message: Message) -> bytes:
    """The message as it would have come over the wire."""
    has = message.described()
    mail = EmailMessage()
    for header, people in (("From", [has["sender"] or MYSELF]), ("To", has["to"]), ("Cc", has.get("cc"))):
        if people:
            named = [person(one)["emailAddress"] for one in people]
            mail[header] = ", ".join(formataddr((one["name"], one["address"])) for one in named)
    mail["Subject"] = has["subject"]
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at, UTC))
    mail["Message-ID"] = has["message_id"]
    more = {"In-Reply-To": has.get("in_reply_to"), "References": has.get("references")}
    for header, value in (more | has["headers"]).items():
        if value:
            mail[header] = value
    mail.set_content(has.get("text", re.sub("<[^>]*>", "", has.get("html", ""))))
    if "html" in has:
        mail.add_alternative(has["html"], subtype="html")
    return mail.as_bytes()


@contextmanager
def serve(graph: Graph) -> Iterator[str]:
    """Answer on 127.0.0.1 until the block ends; yields the address, which the links begin with too."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet: two would wait for each other

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PATCH(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = {name: ", ".join(self.headers.get_all(name, [])) for name in self.headers}
            try:
                status, headers, content = graph.answer(self.command, self.path, sent, body)
            except OSError:  # a failure that was wished for: the line is cut
                self.close_connection = True
                return
            self.send_response(status)
            length = {"Content-Length": str(len(content))}
            for name, value in ({"Content-Type": "application/json"} | headers | length).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    graph.root = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield graph.root
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
