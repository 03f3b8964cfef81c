"""Gmail: the first read newest first and resumable, then its history.

A cursor is one of two: a first read under way (the history number that was taken before it began, and the
page of the list it has come to), or the history number up to which everything is read. What was deleted
after it was read stays in the ledger: it happened. Drafts, spam, trash and chats are no events; a mail
that is taken out of spam or trash becomes one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from goodwill.model import Problem
from goodwill.plugin import Item, Known, Page
from goodwill_connectors.cursors import pack, unpack
from goodwill_connectors.google_http import call
from goodwill_connectors.items import Found, mail_item
from goodwill_connectors.wire import Gone, Refused

NAME = "Gmail"
STREAM = "mailbox"
UNWANTED = frozenset(("DRAFT", "SPAM", "TRASH", "CHAT"))
CHANGES = ("messageAdded", "labelAdded", "labelRemoved")
LISTED, FETCHED = 500, 50
"""Messages in a page of Gmail's list (its limit), and in one of ours: what an interruption can cost."""
UNITS_A_MINUTE = 6_000
"""Gmail's quota for one user, by developers.google.com/workspace/gmail/api/reference/quota (May 2026)."""


def units(url: str) -> int:
    """What a request costs of the quota, by the same page: get 20, list 5, history 2, others 1."""
    path = urlsplit(url).path
    if "/messages/" in path:
        return 20
    return 5 if path.endswith("/messages") else 2 if path.endswith("/history") else 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading stands; with ``reading`` a first read (or a new one) is under way.

    ``history`` is the number from which changes follow, ``page`` the token of the list's next page,
    ``fresh`` whether no history was read with this number yet, and ``again`` whether everything had been
    read before. ``done`` of ``total`` messages were looked at.
    """

    history: str
    reading: bool = False
    page: str = ""
    done: int = 0
    total: int = 0
    fresh: bool = False
    again: bool = False

    @property
    def cursor(self) -> str:
        """The place as a string to store."""
        return pack(self)


class Gmail:
    """One mailbox. ``service`` is Google's client of the Gmail API, version v1.

    ``horizon`` (aware) ends the expansion of invitations that repeat.
    """

    def __init__(self, service: Any, horizon: datetime) -> None:
        # Each of these builds its methods anew from the description of the API: once is enough.
        self._users = service.users()
        self._messages = self._users.messages()
        self._history = self._users.history()
        self._horizon = horizon

    def addresses(self) -> tuple[str, ...]:
        """The owner's own addresses: the account's first, then the aliases that it may send from."""
        profile = self._profile()
        found = [str(profile.get("emailAddress", "")).lower()] if profile.get("emailAddress") else []
        aliases = call(self._users.settings().sendAs().list(userId="me"), NAME).get("sendAs") or ()
        for alias in sorted(aliases, key=lambda one: not one.get("isPrimary")):
            if alias.get("isPrimary") or alias.get("verificationStatus", "accepted") == "accepted":
                found.append(str(alias.get("sendAsEmail", "")).lower())
        return tuple(dict.fromkeys(address for address in found if "@" in address))

    def size(self) -> int:
        """How many messages there are, roughly."""
        return int(self._profile().get("messagesTotal", 0))

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield what is new since the cursor, in pages of at most ``FETCHED`` mails."""
        place = unpack(Place, cursors.get(STREAM))
        if place is None or place.reading:
            yield from self._read(place, known)
            return
        try:
            yield from self._follow(place, known)
        except Gone:
            if not place.fresh:
                yield from self._read(replace(place, again=True, history=""), known)
            else:  # the newest number was refused too: another whole read would not cure it
                yield from self._skim(known)

    # The first read

    def _read(self, place: Place | None, known: Known) -> Iterator[Page]:
        """Read everything, newest first, from where it was left; then what came in meanwhile."""
        place = place if place and place.history else self._pin(again=bool(place and place.again))
        resumed = place.page
        while True:
            listing = self._list(place.page, expires=place.page == resumed)
            if listing is None:  # the token that was kept has expired: what is known is not fetched again
                place, resumed = replace(place, page="", done=0), ""
                continue
            ids = [str(message["id"]) for message in listing.get("messages") or ()]
            new = self._unknown(ids, known)
            done = place.done + len(ids) - len(new)
            for start in range(0, len(new), FETCHED):
                part = new[start : start + FETCHED]
                done += len(part)
                yield self._page(self._fetch(part), place, done)
            place = replace(place, page=str(listing.get("nextPageToken") or ""), done=place.done + len(ids))
            if not place.page:
                break
            yield self._page((), place, place.done)
        read = Place(place.history, fresh=True, done=place.done, total=place.done)
        yield Page(STREAM, (), read.cursor, complete=True, done=place.done, total=place.done)
        try:
            yield from self._follow(read, known)
        except Gone:
            return  # the next poll finds the same, and knows that the number is fresh

    def _page(self, items: tuple[Item, ...], place: Place, done: int) -> Page:
        total = max(place.total, done)
        return Page(STREAM, items, place.cursor, complete=place.again, done=done, total=total)

    def _pin(self, again: bool) -> Place:
        """The history number of now, taken before anything is read."""
        profile = self._profile()
        history = str(profile.get("historyId", "")) or self._newest()
        return Place(
            history, reading=True, total=int(profile.get("messagesTotal", 0)), fresh=True, again=again
        )

    def _newest(self) -> str:
        """The history number of the newest message, which Google's guide to synchronising names as well."""
        for message in call(self._messages.list(userId="me", maxResults=1), NAME).get("messages") or ():
            found = call(self._messages.get(userId="me", id=message["id"], format="minimal"), NAME)
            return str(found.get("historyId", "1"))
        return "1"

    def _profile(self) -> dict[str, Any]:
        try:
            return call(self._users.getProfile(userId="me"), NAME)
        except Gone:
            return {}

    def _list(self, token: str, expires: bool = False) -> dict[str, Any] | None:
        """A page of the list; None when its token, which was kept for long, means nothing any more."""
        more = {"pageToken": token} if token else {}
        request = self._messages.list(userId="me", maxResults=LISTED, **more)
        try:
            return call(request, NAME)
        except (Refused, Gone) as error:
            if token and expires and getattr(error, "status", 404) in (400, 404):
                return None
            raise

    def _unknown(self, ids: Sequence[str], known: Known) -> list[str]:
        met = known(STREAM, [(id_, "") for id_ in ids])
        return [id_ for id_ in dict.fromkeys(ids) if (id_, "") not in met]

    # What happened since

    def _follow(self, place: Place, known: Known) -> Iterator[Page]:
        """Read what the history names since ``place``; raises Gone where it does not reach back so far."""
        token, newest = "", ""
        while True:
            more = {"pageToken": token} if token else {}
            request = self._history.list(
                userId="me", startHistoryId=place.history, historyTypes=CHANGES, maxResults=LISTED, **more
            )
            answer = call(request, NAME)
            newest = newest or str(answer.get("historyId", ""))
            new = self._unknown(list(_changed(answer.get("history") or ())), known)
            for start in range(0, len(new), FETCHED):
                # The cursor stays: a page in the middle of a history has no number to go on from.
                yield Page(STREAM, self._fetch(new[start : start + FETCHED]), None, complete=True)
            token = str(answer.get("nextPageToken") or "")
            if not token:
                break
        yield Page(STREAM, (), Place(newest or place.history).cursor, complete=True)

    def _skim(self, known: Known) -> Iterator[Page]:
        """Look through the whole list: 5 units for 500 messages, of which only the new ones are fetched."""
        place = self._pin(again=True)
        problem = Problem(
            NAME, "refuses even its newest history number", "Its list is looked through instead"
        )
        token = ""
        while True:
            listing = self._list(token) or {}
            new = self._unknown([str(message["id"]) for message in listing.get("messages") or ()], known)
            for start in range(0, len(new), FETCHED):
                yield Page(STREAM, self._fetch(new[start : start + FETCHED]), None, complete=True)
            token = str(listing.get("nextPageToken") or "")
            if not token:
                break
        cursor = Place(place.history, fresh=True).cursor
        yield Page(STREAM, (), cursor, complete=True, problems=(problem,))

    # Single messages

    def _fetch(self, ids: Iterable[str]) -> tuple[Item, ...]:
        return tuple(item for id_ in ids if (item := self._item(id_)) is not None)

    def _item(self, id_: str) -> Item | None:
        """The item of one message; None for one that is no event. One that is gone by now is done with."""
        try:
            message = call(self._messages.get(userId="me", id=id_, format="raw"), NAME)
        except Gone:
            return Item(STREAM, id_)
        except Refused as error:
            if error.status not in (400, 413):
                raise
            return Item(
                STREAM, id_, problems=(Problem(f"Gmail message {id_}", f"is not given out: {error.what}"),)
            )
        if UNWANTED.intersection(message.get("labelIds") or ()):
            return None
        found = Found(
            id_, f"Gmail message {id_}", lambda: _raw(message), inferred=_received(message), vouched=True
        )
        return mail_item(STREAM, found, self._horizon)


def _changed(history: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The messages that came in, or came out of where mail is no event, by the records of a history."""
    for record in history:
        for added in record.get("messagesAdded") or ():
            if not UNWANTED.intersection(added["message"].get("labelIds") or ()):
                yield str(added["message"]["id"])
        for changed in record.get("labelsRemoved") or ():
            if UNWANTED.intersection(changed.get("labelIds") or ()):
                yield str(changed["message"]["id"])
        for changed in record.get("labelsAdded") or ():
            if {"INBOX", "SENT"}.intersection(changed.get("labelIds") or ()):
                yield str(changed["message"]["id"])


def _raw(message: Mapping[str, Any]) -> bytes:
    """The mail itself (RFC 822); empty where it is not what base64url makes."""
    text = str(message.get("raw", ""))
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _received(message: Mapping[str, Any]) -> datetime | None:
    """When Gmail took the message in."""
    try:
        return datetime.fromtimestamp(int(message["internalDate"]) / 1000, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
