"""WebDAV over the one HTTP stack: properties, reports, and a server's answers in plain objects (RFC 4918).

Redirects are followed by hand: only over https (or on this machine), and only within the domain of the server
that the owner knows of, since each request carries the password.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

import requests
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from goodwill.errors import AccountError, GoodwillError, SignInError, Unavailable
from goodwill_connectors.wire import LOOPBACK, REFUSED, Gone, Refused

DAV, CALDAV, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
for _prefix, _name in (("d", DAV), ("c", CALDAV), ("s", SERVER)):
    register_namespace(_prefix, _name.strip("{}"))
MOST_HOPS = 5
PORTS = {"https": 443, "http": 80}
DOMAINS = (".icloud.com",)
LARGEST = 64 << 20
"""Bytes of one answer that are made sense of."""
LOST = 409
"""The status under which a place is refused that the server knows no more; some say 403 instead."""


class Sends(Protocol):
    """Sends one request; ``wire.Wire`` does."""

    def request(self, method: str, url: str, **more: Any) -> requests.Response: ...


@dataclass(frozen=True, slots=True)
class Resource:
    """What a server tells of one address: the properties it has, or the status of a refusal."""

    href: str
    status: int = 200
    properties: Mapping[str, Element] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return unquote(urlsplit(self.href).path.rstrip("/").rpartition("/")[2])

    def text(self, name: str) -> str:
        """The words of a property; empty where it has none."""
        found = self.properties.get(name)
        return (found.text or "").strip() if found is not None else ""

    def links(self, name: str) -> list[str]:
        """The addresses that a property holds."""
        found = self.properties.get(name)
        return [] if found is None else [one.text.strip() for one in found.iter(f"{DAV}href") if one.text]

    def has(self, name: str, child: str) -> bool:
        """Whether a property holds an element called ``child``, however deep."""
        found = self.properties.get(name)
        return found is not None and found.find(f".//{child}") is not None


@dataclass(frozen=True, slots=True)
class Multistatus:
    """An answer about several addresses, and the place after which changes follow (RFC 6578)."""

    resources: tuple[Resource, ...]
    token: str = ""


class Dav:
    """Asks a server over ``wire``; ``home`` is the address whose domain the password may be sent to."""

    def __init__(self, wire: Sends, home: str) -> None:
        self._wire = wire
        self._home = home

    def about(self, url: str, names: Sequence[str]) -> tuple[str, Resource]:
        """The properties ``names`` of what is at ``url``, and the address at which it truly is."""
        where, answer = self._send("PROPFIND", url, _asked(names), "0")
        found = self._read(where, answer).resources
        if not found:
            raise _senseless(where)
        return where, found[0]

    def members(self, url: str, names: Sequence[str]) -> list[Resource]:
        """What lies directly in the collection at ``url``, with the properties ``names``."""
        where, answer = self._send("PROPFIND", url, _asked(names), "1")
        return [one for one in self._read(where, answer).resources if not is_same(one.href, where)]

    def report(self, url: str, body: Element, depth: str) -> Multistatus:
        """The answer to a report on ``url``."""
        where, answer = self._send("REPORT", url, body, depth)
        return self._read(where, answer)

    def _send(self, method: str, url: str, body: Element, depth: str) -> tuple[str, requests.Response]:
        headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        data = tostring(body, encoding="utf-8", xml_declaration=True)
        for _ in range(MOST_HOPS):
            if not may_go(url, self._home):
                raise AccountError(f"{self._home} sends on to {url[:120]}, which may not have your password",
                                   "Connect again with --server and the address that you trust")  # fmt: skip
            answer = self._wire.request(method, url, data=data, headers=headers, allow_redirects=False)
            if not answer.is_redirect:
                break
            url = joined(url, answer.headers["Location"]) or answer.headers["Location"]
        if answer.status_code == 207:
            return url, answer
        raise self._refusal(url, answer)

    def _read(self, url: str, answer: requests.Response) -> Multistatus:
        if len(answer.content) > LARGEST:
            raise _senseless(url)
        try:
            return multistatus(answer.content, url)
        except ValueError:
            raise _senseless(url) from None

    def _refusal(self, url: str, answer: requests.Response) -> GoodwillError:
        status, host = answer.status_code, urlsplit(url).netloc
        if status == 401:
            return SignInError(
                f"{host} does not let you in",
                "Check the password (most providers want an app password, made in their settings), "
                "and connect again",
            )
        if status in (403, LOST, 412) and b"valid-sync-token" in answer.content:
            return Gone(f"{host} does not know the place any more", status=410)
        if status in (404, 410):
            return Gone(f"there is nothing at {url}", "Check the address", status)
        if status in (301, 302, 303, 307, 308):
            return Unavailable(f"{host} sends from one address to another without an end", 0.0)
        if status == 200 or status in (405, 501):
            return Refused(
                f"{host} does not speak CalDAV at {urlsplit(url).path or '/'}",
                "Look up the address of your calendars and give it with --server",
                status,
            )
        return Refused(f"{host} refuses ({status} {answer.reason or 'without a reason'})", REFUSED, status)


def element(name: str, *children: Element, text: str = "") -> Element:
    """An XML element with its children, or with words."""
    made = Element(name)
    made.extend(children)
    made.text = text or None
    return made


def properties(names: Iterable[str]) -> Element:
    """The element that asks for properties."""
    made = Element(f"{DAV}prop")
    for name in names:
        SubElement(made, name)
    return made


def _asked(names: Sequence[str]) -> Element:
    return element(f"{DAV}propfind", properties(names))


def multistatus(raw: bytes, url: str) -> Multistatus:
    """Read an answer that came from ``url`` (pure); ValueError for one that makes no sense."""
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise ValueError("it is not XML") from None
    if root.tag != f"{DAV}multistatus":
        raise ValueError("it tells of no addresses")
    found = tuple(_resource(one, url) for one in root.findall(f"{DAV}response"))
    return Multistatus(
        tuple(one for one in found if one is not None), (root.findtext(f"{DAV}sync-token") or "").strip()
    )


def _resource(told: Element, url: str) -> Resource | None:
    told_href = (told.findtext(f"{DAV}href") or "").strip()
    href = joined(url, told_href) if told_href else ""
    if not href:
        return None
    kept = {
        one.tag: one
        for part in told.findall(f"{DAV}propstat")
        if _status(part.findtext(f"{DAV}status")) == 200
        for one in part.findall(f"{DAV}prop/*")
    }
    return Resource(href, _status(told.findtext(f"{DAV}status")), kept)


def _status(line: str | None) -> int:
    """The number in a line such as ``HTTP/1.1 404 Not Found``; 200 where there is none."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 200


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are of the same collection, however their paths are written."""
    return unquote(urlsplit(one).path).rstrip("/") == unquote(urlsplit(other).path).rstrip("/")


def may_go(url: str, home: str) -> bool:
    """Whether the password for ``home`` may be sent to ``url``: encrypted, and to the very same server.

    A provider whose calendars lie on many servers of one domain is known by it (``DOMAINS``).
    """
    there, here = _origin(url), _origin(home)
    if there is None or here is None:
        return False
    scheme, host, port = there
    if scheme != "https" and (scheme != "http" or host not in LOOPBACK):
        return False
    of_one = any(host.endswith(one) and here[1].endswith(one) for one in DOMAINS)
    return there == here or (of_one and scheme == "https" and port == PORTS[scheme])


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None for one that makes no sense."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def joined(base: str, href: str) -> str:
    """The address that ``href`` means at ``base``; empty where it means none."""
    try:
        found = urljoin(base, href)
        urlsplit(found)
    except ValueError:
        return ""
    return found if _origin(found) else ""


def _senseless(url: str) -> Unavailable:
    return Unavailable(f"{urlsplit(url).netloc} answers with something that is not CalDAV", 0.0)
