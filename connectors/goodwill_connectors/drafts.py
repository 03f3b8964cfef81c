"""The drafts of a mailbox: which there are, in which edition, and what one says.

Nothing of a draft is ever changed but, where the owner allowed it, one label or category. Such a change says
nothing about the words, so no draft can lose any by it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote

from goodwill.errors import InputError, SignInError
from goodwill.model import Event
from goodwill_connectors.google_http import AGAIN as AT_GOOGLE
from goodwill_connectors.google_http import call
from goodwill_connectors.graph import AGAIN as AT_MICROSOFT
from goodwill_connectors.graph import Graph, Json, rows
from goodwill_connectors.mail import parse_message
from goodwill_connectors.outlook_mail import ANSWERED, FIELDS
from goodwill_connectors.outlook_text import message_event
from goodwill_connectors.rights import MARK
from goodwill_connectors.wire import Gone, Refused

NEWEST = 50
"""Drafts that are looked at: somebody is writing one of the latest."""
NO_LABEL = "Notices come all the same; without 'mark = true' under [drafts] this is not tried again"
_DRAFT = frozenset(("DRAFT",))
_NO_RIGHT = "the sign-in does not allow to mark drafts"
_BAD, _FORBIDDEN, _CONFLICT = 400, 403, frozenset((409, 412))


class GmailDrafts:
    """The drafts of a Gmail mailbox. ``service`` is Google's client of the Gmail API, version v1."""

    def __init__(self, service: Any) -> None:
        self._drafts = service.users().drafts()

    def listed(self) -> list[tuple[str, str]]:
        """The latest drafts and their editions: Gmail gives each edition a message of its own."""
        answer = call(self._drafts.list(userId="me", maxResults=NEWEST), "Gmail")
        return [(str(one["id"]), str(one["message"]["id"])) for one in answer.get("drafts") or ()]

    def read(self, id_: str) -> Event | None:
        """What a draft says; None for one that is gone or cannot be read."""
        try:
            raw = str(self._message(id_).get("raw", ""))
            return parse_message(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
        except (Gone, InputError, binascii.Error, ValueError):
            return None

    def _message(self, id_: str) -> dict[str, Any]:
        told = call(self._drafts.get(userId="me", id=id_, format="raw"), "Gmail")
        return dict(told.get("message") or {})


class GmailMarks(GmailDrafts):
    """As ``GmailDrafts``, with the right to put a label on them.

    Google's guide says that a draft bears no label but DRAFT, and that what is sent is a new message
    (developers.google.com/workspace/gmail/api/guides/drafts). Gmail's own page does put labels on drafts (so
    github.com/webdigi/GmailScheduler has its users do), and programs report that drafts.create drops labels
    while messages.modify on the draft's message keeps them. So it is messages.modify here, which cannot touch
    the words, and its answer is looked at: a label that is not in it is a refusal.
    """

    def __init__(self, service: Any) -> None:
        super().__init__(service)
        self._messages = service.users().messages()
        self._labels = service.users().labels()
        self._label = ""
        self._met: dict[str, tuple[str, frozenset[str]]] = {}

    def _message(self, id_: str) -> dict[str, Any]:
        told = super()._message(id_)
        self._met[id_] = (str(told.get("id", "")), frozenset(told.get("labelIds") or ()))
        return told

    def mark(self, id_: str, on: bool) -> str | None:
        """Put the label on the edition read last, or take it off, as ``goodwill.plugin.Markable`` says."""
        message, labels = self._met.pop(id_, ("", _DRAFT))
        if not message:
            return None
        if not on and labels <= _DRAFT:
            return message
        fresh = not self._label
        try:
            label = self._label = self._label or self._found() or (self._made() if on else "")
            if not label or (label in labels) == on:
                return message
            return self._changed(message, label, on)
        except Gone:  # it was written anew, sent or deleted meanwhile
            self._label = ""
            return None
        except SignInError:
            raise SignInError(_NO_RIGHT, f"{AT_GOOGLE} --mark-drafts") from None
        except Refused as error:
            self._label = ""
            if error.status == _BAD and not fresh:  # the owner has deleted the label, perhaps
                return None
            raise

    def _changed(self, message: str, label: str, on: bool) -> str:
        body = {"addLabelIds" if on else "removeLabelIds": [label]}
        answer = call(self._messages.modify(userId="me", id=message, body=body), "Gmail")
        if on and label not in answer.get("labelIds", [label]):
            raise Refused("Gmail puts no label on a draft", NO_LABEL, _BAD)
        return str(answer.get("id") or message)

    def _found(self) -> str:
        """The label of that name, whoever made it; Gmail takes names in capitals for the same."""
        labels = call(self._labels.list(userId="me"), "Gmail").get("labels") or ()
        alike = [one for one in labels if str(one.get("name", "")).casefold() == MARK.casefold()]
        return str(alike[0]["id"]) if alike else ""

    def _made(self) -> str:
        body = {"name": MARK, "labelListVisibility": "labelShow", "messageListVisibility": "show"}
        try:
            return str(call(self._labels.create(userId="me", body=body), "Gmail")["id"])
        except Refused:
            if found := self._found():  # somebody else was faster
                return found
            raise


class OutlookDrafts:
    """The drafts of an Outlook mailbox whose owner's address is ``own``."""

    fields = FIELDS

    def __init__(self, graph: Graph, own: str) -> None:
        self._graph = graph
        self._own = own

    def listed(self) -> list[tuple[str, str]]:
        """The latest drafts and their editions."""
        query = {
            "$select": "id,changeKey", "$orderby": "lastModifiedDateTime desc", "$top": str(NEWEST),
        }  # fmt: skip
        answer = self._graph.get("me/mailFolders/drafts/messages", query)
        return [(str(one["id"]), str(one.get("changeKey") or "")) for one in rows(answer) if one.get("id")]

    def read(self, id_: str) -> Event | None:
        """What a draft says; None for one that is gone."""
        try:
            told = self._message(id_)
        except Gone:
            return None
        return message_event(told, self._own)

    def _message(self, id_: str) -> Json:
        return self._graph.get(_path(id_), {"$select": self.fields, "$expand": ANSWERED})


class OutlookMarks(OutlookDrafts):
    """As ``OutlookDrafts``, with the right to put a category on them.

    A PATCH leaves every property alone that it does not name, and categories are a list that it replaces
    (learn.microsoft.com/en-us/graph/api/message-update). A change that means another edition than the one
    there is gets 412, ErrorIrresolvableConflict (github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1201).
    The category is not put on the owner's list of them, which would take a right more: it has no colour.
    """

    fields = f"{FIELDS},changeKey,categories"

    def __init__(self, graph: Graph, own: str) -> None:
        super().__init__(graph, own)
        self._met: dict[str, Json] = {}

    def _message(self, id_: str) -> Json:
        told = self._met[id_] = super()._message(id_)
        return told

    def mark(self, id_: str, on: bool) -> str | None:
        """Put the category on the edition read last, or take it off, as ``goodwill.plugin.Markable`` says."""
        met = self._met.pop(id_, {})
        edition = str(met.get("changeKey") or "")
        if not edition or met.get("isDraft") is False:
            return None
        categories = [str(one) for one in met.get("categories") or ()]
        others = [one for one in categories if one.casefold() != MARK.casefold()]
        if on == (len(others) < len(categories)):
            return edition
        etag = str(met.get("@odata.etag") or f'W/"{edition}"')
        try:
            told = self._graph.change(_path(id_), {"categories": [*others, *([MARK] if on else [])]}, etag)
        except Gone:  # it was deleted meanwhile
            return None
        except Refused as error:
            if error.status in _CONFLICT:  # it was written anew, or sent, meanwhile
                return None
            if error.status == _FORBIDDEN:
                raise SignInError(_NO_RIGHT, f"{AT_MICROSOFT} --mark-drafts") from None
            raise
        return str(told.get("changeKey") or "") or None


def _path(id_: str) -> str:
    return f"me/messages/{quote(id_, safe='')}"
