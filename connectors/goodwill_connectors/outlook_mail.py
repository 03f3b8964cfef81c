"""Outlook mail: every folder by its delta, newest first and resumable, without asking for single messages.

A cursor is the address that Graph gave for what follows: the next page of a round, or the changes after it.
Messages stay in the ledger when they are deleted (they happened), so a message that left a folder needs no
looking after: where it was moved to, it comes in again, and is known by its Message-ID.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from goodwill.errors import SignInError
from goodwill.model import Problem
from goodwill.plugin import Item, Known, Page
from goodwill_connectors.cursors import pack, unpack
from goodwill_connectors.graph import AGAIN, DELTA, NEXT, Graph, Json, rows
from goodwill_connectors.headers import moment
from goodwill_connectors.items import Found, mail_item
from goodwill_connectors.outlook_text import IN_REPLY_TO, ODD, REFERENCES, is_own_digest, message_event
from goodwill_connectors.wire import Gone, Refused

NAME = "Outlook mail"
PAGE = 50
"""Messages in a page: what an interruption can cost, and with bodies a megabyte or two."""
SENT, INBOX = "sentitems", "inbox"
UNWANTED = (
    "junkemail", "drafts", "deleteditems", "outbox", "recoverableitemsdeletions", "conversationhistory",
    "syncissues", "conflicts", "localfailures", "serverfailures",
)  # fmt: skip
"""Folders whose mail is no relationship, by learn.microsoft.com/en-us/graph/api/resources/mailfolder."""
FIELDS = (
    "internetMessageId,internetMessageHeaders,subject,from,sender,toRecipients,ccRecipients,bccRecipients,"
    "sentDateTime,receivedDateTime,isDraft,body"
)
ANSWERED = f"singleValueExtendedProperties($filter=id eq '{IN_REPLY_TO}' or id eq '{REFERENCES}')"
_DAY = timedelta(days=1)
"""So often a place is renewed, and a folder whose place was lost is read anew at the most."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is read. ``total`` counts its messages; ``sent``: it holds what the owner wrote."""

    id: str
    name: str
    total: int = 0
    sent: bool = False

    @property
    def stream(self) -> str:
        return f"folder {self.id}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of a folder stands: at ``link``, which Graph gave ``at`` that time (ISO 8601).

    ``begun`` is when it was last read from its beginning, and ``read`` whether it came to its end;
    ``done`` of ``total`` messages were looked at.
    """

    link: str = ""
    at: str = ""
    begun: str = ""
    read: bool = False
    done: int = 0
    total: int = 0

    @property
    def cursor(self) -> str:
        """The place as a string to store."""
        return pack(self)


class OutlookMail:
    """One mailbox. ``address`` is the owner's, ``now`` (aware) the moment of the poll.

    With ``invitations`` the mails that invite are read once more as they came, for the calendar entries in
    them; where the calendar itself is read they hold nothing new. ``horizon`` ends their repetitions.
    """

    def __init__(
        self, graph: Graph, address: str, now: datetime, horizon: datetime, invitations: bool = False
    ) -> None:
        self._graph = graph
        self._address = address
        self._now = now
        self._horizon = horizon
        self._invitations = invitations

    def addresses(self) -> tuple[str, ...]:
        """The owner's own addresses: the account's first, then its aliases."""
        return addresses(self._graph)

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield what is new in every folder since its cursor, in pages of at most ``PAGE`` mails.

        A folder that is refused is a problem, and the others go on.
        """
        found = readable(self._graph)
        for folder in found:
            place = unpack(Place, cursors.get(folder.stream)) or Place()
            try:
                yield from self._folder(folder, place, known)
            except (Gone, Refused) as error:
                problem = Problem(f"folder '{folder.name}'", error.what, "It is tried again at the next sync")
                yield Page(folder.stream, (), None, complete=place.read, problems=(problem,))
        gone = set(cursors) - {folder.stream for folder in found}
        for stream in sorted(gone):
            place = unpack(Place, cursors[stream]) or Place()
            if stream.startswith("folder ") and place.link:  # the folder was deleted: nothing is missing
                whole = place.total
                yield Page(stream, (), Place(read=True).cursor, complete=True, done=whole, total=whole)

    def _folder(self, folder: Folder, place: Place, known: Known) -> Iterator[Page]:
        try:
            yield from self._round(folder, place, known)
        except Gone as error:
            if error.status != 410:  # it was deleted while the others were read
                yield Page(folder.stream, (), None, complete=True)
            elif place.read and self._age(place.begun) < _DAY:
                yield from self._skim(folder, known)  # a whole read just now has not cured it
            else:
                yield from self._round(folder, Place(read=place.read), known)

    def _age(self, moment: str) -> timedelta:
        try:
            return abs(self._now - datetime.fromisoformat(moment))
        except (ValueError, TypeError):
            return _DAY

    def _round(self, folder: Folder, place: Place, known: Known) -> Iterator[Page]:
        """Read from ``place`` on until there is nothing more for now."""
        whole = not place.link
        if whole:
            place = replace(place, begun=self._now.isoformat(), total=folder.total)
            first = self._first(folder)
        else:
            first = self._graph.resume(place.link, PAGE)
        counts = whole or not place.read
        for answer in self._graph.after(first, PAGE):
            messages = rows(answer)
            done = place.done + len(messages) if counts else place.done
            link = str(answer.get(NEXT) or answer.get(DELTA) or place.link)
            ended = NEXT not in answer
            items = self._items(folder, messages, known)
            if ended and not counts and not items and self._age(place.at) < _DAY:
                return  # nothing is new, and the place serves for longer
            total = done if ended and counts else max(place.total, done)
            place = replace(
                place, link=link, at=self._now.isoformat(), done=done, total=total, read=place.read or ended
            )
            yield Page(folder.stream, items, place.cursor, place.read, place.done, place.total)

    def _first(self, folder: Folder) -> Json:
        """The first page of a folder; without what some mailboxes refuse to give."""
        path = f"me/mailFolders/{quote(folder.id, safe='')}/messages/delta"
        query = {"$select": FIELDS, "$orderby": "receivedDateTime desc"}
        try:
            return self._graph.get(path, query | {"$expand": ANSWERED}, PAGE)
        except Refused as error:
            if error.status != 400:
                raise
            return self._graph.get(path, query, PAGE)

    def _skim(self, folder: Folder, known: Known) -> Iterator[Page]:
        """Look through a folder, newest first, until everything is known."""
        query = {
            "$select": FIELDS,
            "$orderby": "receivedDateTime desc",
            "$top": str(PAGE),
            "$expand": ANSWERED,
        }
        problem = Problem(
            f"folder '{folder.name}'", "loses its place again and again", "Its newest mail is read instead"
        )
        for answer in self._graph.pages(f"me/mailFolders/{quote(folder.id, safe='')}/messages", query):
            items = self._items(folder, rows(answer), known)
            yield Page(folder.stream, items, None, complete=True)
            if not items:
                break
        yield Page(folder.stream, (), None, complete=True, problems=(problem,))

    def _items(self, folder: Folder, messages: list[Json], known: Known) -> tuple[Item, ...]:
        """The items of messages that are not known. What left the folder, and drafts, are none."""
        wanted = {
            str(one["id"]): one
            for one in messages
            if one.get("id") and "@removed" not in one and not one.get("isDraft")
        }
        met = known(folder.stream, [(id_, "") for id_ in wanted])
        whole = (self._whole(one) for id_, one in wanted.items() if (id_, "") not in met)
        return tuple(self._item(folder, one) for one in whole if one is not None and not one.get("isDraft"))

    def _whole(self, message: Json) -> Json | None:
        """A message with all that is used of it: a change of a flag may bring nothing but that."""
        if any(name in message for name in ("subject", "from", "internetMessageId")):
            return message
        try:
            return self._graph.get(f"me/messages/{quote(str(message['id']), safe='')}", {"$select": FIELDS})
        except (Gone, Refused):
            return None

    def _item(self, folder: Folder, message: Json) -> Item:
        id_ = str(message["id"])
        place = f"message '{str(message.get('subject') or '')[:60]}' in the folder '{folder.name}'"
        if self._invitations and "eventMessage" in str(message.get("@odata.type", "")):
            item = self._as_it_came(folder, id_, place)
            if item is not None:
                return item
        own = self._address if folder.sent else ""
        try:
            if is_own_digest(message, own):
                return Item(folder.stream, id_)
            event = message_event(message, own)
        except ODD as error:
            problem = Problem(place, f"cannot be understood ({type(error).__name__})")
            return Item(folder.stream, id_, problems=(problem,))
        received = moment(str(message.get("receivedDateTime") or ""))
        if not event.dated and received is not None:
            event = replace(event, at=received, dated=True)
        return Item(folder.stream, id_, events=(event,))

    def _as_it_came(self, folder: Folder, id_: str, place: str) -> Item | None:
        """A message in RFC 822 form, with its calendar entries; None where it is not given out."""
        try:
            raw = self._graph.content(f"me/messages/{quote(id_, safe='')}/$value")
        except (Gone, Refused):
            return None
        return mail_item(folder.stream, Found(id_, place, lambda: raw), self._horizon)


def addresses(graph: Graph) -> tuple[str, ...]:
    """Whose account it is: the address, then every other one under which mail reaches it."""
    try:
        told = graph.get("me", {"$select": "mail,userPrincipalName,proxyAddresses"})
    except Refused:  # accounts of persons have none
        told = graph.get("me")
    listed = told.get("proxyAddresses")
    proxies = [
        str(one)[5:]
        for one in (listed if isinstance(listed, list) else ())
        if str(one)[:5].lower() == "smtp:"
    ]
    found = [str(told.get(name) or "").lower() for name in ("mail", "userPrincipalName")]
    found += [one.lower() for one in proxies]
    return tuple(dict.fromkeys(one for one in found if "@" in one.strip("@") and "#ext#" not in one))


def readable(graph: Graph) -> list[Folder]:
    """``folders``, where the sign-in allows it; raises SignInError where it does not."""
    try:
        return folders(graph)
    except Refused as error:
        if error.status != 403:
            raise
        remedy = f"{AGAIN}, and accept what it asks for"
        raise SignInError(f"the sign-in does not allow to read mail: {error.what}", remedy) from None


def folders(graph: Graph) -> list[Folder]:
    """The folders to be read: what was sent and the inbox first, then the others by name."""
    names = (*UNWANTED, SENT, INBOX)
    # Not every mailbox has, or knows, every one of them.
    told = graph.batch([f"me/mailFolders/{name}?$select=id" for name in names], nothing=(400, 404))
    ids = {name: str(one["id"]) for name, one in zip(names, told, strict=True) if one and one.get("id")}
    unwanted = frozenset(ids[name] for name in UNWANTED if name in ids)
    met = set(unwanted)
    found = list(_below(graph, "me/mailFolders", met, ids.get(SENT, "")))
    return sorted(found, key=lambda one: (not one.sent, one.id != ids.get(INBOX), one.name, one.id))


def _below(graph: Graph, path: str, met: set[str], sent: str) -> Iterator[Folder]:
    """The folders below a place, and those below them; none of ``met``, and none twice."""
    query = {"$select": "id,displayName,childFolderCount,totalItemCount", "$top": "100"}
    for answer in graph.pages(path, query):
        for one in rows(answer):
            id_ = str(one.get("id") or "")
            if not id_ or id_ in met or str(one.get("@odata.type", "")).endswith("mailSearchFolder"):
                continue
            met.add(id_)
            total = one.get("totalItemCount")
            name = str(one.get("displayName") or id_)
            yield Folder(id_, name, total if isinstance(total, int) else 0, id_ == sent)
            if one.get("childFolderCount"):
                yield from _below(graph, f"me/mailFolders/{quote(id_, safe='')}/childFolders", met, sent)
