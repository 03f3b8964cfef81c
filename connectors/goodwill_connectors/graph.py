"""Microsoft Graph over the one HTTP stack: pages, links, batches, changes, and its refusals in one sentence.

Every request asks for immutable ids: others change when an item is moved. Graph names the next page, and
the place from which changes follow, by whole addresses; they are followed as they are, but only ever to the
host that the account is read from, since each request carries the sign-in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import requests
from requests.auth import AuthBase

from goodwill.errors import AccountError, GoodwillError, SignInError, Unavailable
from goodwill_connectors.wire import REFUSED, Gone, Refused, Wire, passes

NAME = "Outlook"
API = "https://graph.microsoft.com"
EDITION = "/v1.0/"
AGAIN = "Sign in again: goodwill connect microsoft"
REQUESTS_A_MINUTE = 1_000
"""10,000 in ten minutes for an app and a mailbox, and four at once (Goodwill asks one at a time), by
learn.microsoft.com/en-us/graph/throttling-limits, Outlook service limits."""
MOST_IN_BATCH = 20
"""By learn.microsoft.com/en-us/graph/json-batching; each counts for the quota like any other request."""
MOST_EMPTY = 200
"""Pages in a row that may hold nothing."""
NEXT, DELTA = "@odata.nextLink", "@odata.deltaLink"
_BANDWIDTH = 509
_NO_MAILBOX = frozenset(
    ("MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI", "ErrorNonExistentMailbox")
)
_LOST_PLACE = frozenset(("SyncStateNotFound", "SyncStateInvalid", "resyncRequired"))

Json = dict[str, Any]


class Signed(AuthBase):
    """Signs each request with the token of the moment; ``token`` takes whether a new one is needed."""

    def __init__(self, token: Callable[[bool], str]) -> None:
        self._token = token
        self._anew = False

    def renew(self) -> None:
        """Sign the next request with a new token: the one at hand was refused."""
        self._anew = True

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        anew, self._anew = self._anew, False
        request.headers["Authorization"] = f"Bearer {self._token(anew)}"
        return request


def passing(answer: requests.Response) -> bool:
    """Whether a refusal of Graph's passes by itself."""
    return passes(answer) or answer.status_code == _BANDWIDTH


class Graph:
    """Speaks to Graph at ``api`` (its address without the version; empty: Microsoft's own).

    ``renew`` is called when a token was refused, before it is tried once more.
    """

    def __init__(self, wire: Wire, api: str = "", renew: Callable[[], None] = lambda: None) -> None:
        self._wire = wire
        self._root = (api or API).rstrip("/") + EDITION
        self._renew = renew

    def get(self, path: str, query: Mapping[str, str] | None = None, page: int = 0) -> Json:
        """The answer at ``path`` (below the version), in pages of ``page`` if that is not 0.

        Raises Gone for 404 and 410, SignInError, Unavailable for what passes, and AccountError otherwise.
        """
        asked = f"?{urlencode(query, safe='$', quote_via=quote)}" if query else ""
        return self._read(self._root + path + asked, page)

    def follow(self, link: str, page: int = 0) -> Json:
        """The answer at an address that Graph gave out, with the errors of ``get``."""
        _, version, rest = link.partition(EDITION)
        if not version:
            raise Gone(f"{NAME} names a page that is none ({link[:100]})", status=410)
        return self._read(self._root + rest, page)

    def resume(self, link: str, page: int) -> Json:
        """As ``follow``, at an address that was kept; raises Gone where Graph no longer makes sense of it."""
        try:
            return self.follow(link, page)
        except Refused as error:
            if error.status != 400:
                raise
            raise Gone(error.what, error.remedy, 410) from None

    def pages(self, path: str, query: Mapping[str, str], page: int = 0) -> Iterator[Json]:
        """Every page of a collection."""
        yield from self.after(self.get(path, query, page), page)

    def after(self, answer: Json, page: int = 0) -> Iterator[Json]:
        """``answer``, and every page that follows it. Raises Unavailable where they lead in circles."""
        met: set[str] = set()
        empty = 0
        while True:
            yield answer
            link = answer.get(NEXT)
            if not link:
                return
            empty = 0 if rows(answer) else empty + 1
            if not isinstance(link, str):
                raise Unavailable(f"{NAME} names a page that is none", 0.0)
            if link in met or empty > MOST_EMPTY:
                raise Unavailable(f"{NAME} names one page as the next again and again", 0.0)
            met.add(link)
            answer = self.follow(link, page)

    def content(self, path: str) -> bytes:
        """The bytes at ``path``."""
        return self._send("GET", self._root + path, 0).content

    def change(self, path: str, fields: Mapping[str, Any], etag: str) -> Json:
        """Give the item at ``path`` these ``fields``, if it is still the edition ``etag``; returns it then.

        Raises Refused with the status 409 or 412 where it is another edition, and the errors of ``get``.
        """
        headers = {"If-Match": etag}
        return _object(self._send("PATCH", self._root + path, 0, json=dict(fields), headers=headers))

    def batch(self, paths: Sequence[str], nothing: Collection[int] = (404,)) -> list[Json | None]:
        """What stands at each of ``paths``, in their order; None where the status means ``nothing``.

        Asks for twenty at once; what a batch refuses is asked for by itself, with the errors of ``get``.
        """
        found: list[Json | None] = []
        for start in range(0, len(paths), MOST_IN_BATCH):
            found += self._batch(paths[start : start + MOST_IN_BATCH], nothing)
        return found

    def _batch(self, paths: Sequence[str], nothing: Collection[int]) -> list[Json | None]:
        asked = [
            {"id": str(number), "method": "GET", "url": f"/{path}", "headers": {"Prefer": _prefer(0)}}
            for number, path in enumerate(paths)
        ]
        answer = self._send("POST", self._root + "$batch", 0, json={"requests": asked})
        told = {
            str(one.get("id")): one for one in rows(_object(answer), "responses")
        }  # in whatever order they were ready
        return [self._one(path, told.get(str(number), {}), nothing) for number, path in enumerate(paths)]

    def _one(self, path: str, told: Json, nothing: Collection[int]) -> Json | None:
        body = told.get("body")
        if told.get("status") == 200 and isinstance(body, dict):
            return body
        if told.get("status") in nothing:
            return None
        try:
            return self.get(path)
        except (Gone, Refused) as error:
            if error.status in nothing:
                return None
            raise

    def _read(self, url: str, page: int) -> Json:
        return _object(self._send("GET", url, page))

    def _send(self, method: str, url: str, page: int, **more: Any) -> requests.Response:
        headers = {"Prefer": _prefer(page), **more.pop("headers", {})}
        more |= {"headers": headers, "allow_redirects": False}  # each request carries the sign-in
        answer = self._wire.request(method, url, **more)
        if answer.status_code == 401:
            self._renew()
            answer = self._wire.request(method, url, **more)
        if answer.is_redirect:
            raise Unavailable(f"{NAME} cannot be reached: the network answers in its place", 0.0)
        if answer.ok:
            return answer
        raise _refusal(answer)


def rows(answer: Mapping[str, Any], name: str = "value") -> list[Json]:
    """The objects of a collection; whatever else it holds is left out."""
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _prefer(page: int) -> str:
    size = f", odata.maxpagesize={page}" if page else ""
    return f'IdType="ImmutableId"{size}'


def _object(answer: requests.Response) -> Json:
    """The body of an answer, without what cannot be stored."""
    try:
        found = json.loads(answer.content)
        odd = b"\\u0000" in answer.content or b"\\ud" in answer.content.lower()
        found = _storable(found) if odd else found
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unavailable(f"{NAME} answers with something that is not JSON", 0.0)
    return found


def _storable(value: Any) -> Any:
    """A JSON value whose texts hold no NUL and no half of a character."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


def _refusal(answer: requests.Response) -> GoodwillError:
    code, message = _error(answer)
    status = answer.status_code
    if code in _NO_MAILBOX:
        return AccountError(
            "Microsoft keeps no mailbox of this account that can be read",
            "Connect the account whose mail you see in Outlook on the web",
        )
    if status in (404, 410) or code in _LOST_PLACE:
        place = answer.url.partition("?")[0]
        return Gone(
            f"{NAME} has nothing at {place}",
            "If 'api' is set, check it",
            410 if code in _LOST_PLACE else status,
        )
    if status == 401:
        return SignInError("Microsoft does not accept the sign-in", AGAIN)
    what = f"{NAME} refuses ({status}{f' {code}' if code else ''}): {message}".rstrip(". :")
    return Refused(what, REFUSED, status)


def _error(answer: requests.Response) -> tuple[str, str]:
    """The code and the message of a refusal; empty where it has none."""
    try:
        error = json.loads(answer.content)["error"]
        return str(error.get("code") or ""), str(error.get("message") or "")[:300]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ""
