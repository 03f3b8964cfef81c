"""Radicale, a CalDAV server from PyPI, for calendars of a test: on this machine only, in its own folder.

``Handicap`` makes another server of it: one that knows no sync tokens, or redirects, or forgets.
"""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from io import BytesIO
from pathlib import Path
from socketserver import ThreadingMixIn
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.sax.saxutils import escape

import requests
from radicale import Application, config
from requests.utils import parse_dict_header

USER, PASSWORD = "me@home.example", "correct-horse"
HOME = f"/{USER}/"
Start = Callable[..., Any]
Answer = Iterable[bytes]
Handicap = Callable[[dict[str, Any], Start, "Radicale"], Answer | None]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: object, address: object) -> None:
        """A client that hangs up is none of the test's business."""


class _Handler(WSGIRequestHandler):
    def log_message(self, *words: object) -> None:
        """Nobody reads it."""


@dataclass
class Radicale:
    """A running server at ``url``; ``asked`` counts the requests by method, ``handicaps`` answer first."""

    folder: Path
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    handicaps: list[Handicap] = field(default_factory=list)
    certificate: Path | None = None

    def application(self) -> Callable[[dict[str, Any], Start], Answer]:
        """The server as a WSGI application, behind its handicaps."""
        users = self.folder / "users"
        users.write_text(f"{USER}:{PASSWORD}\nother@there.example:other\n")
        settings = config.load()
        settings.update(
            {
                "auth": {"type": "htpasswd", "htpasswd_filename": str(users), "htpasswd_encryption": "plain",
                         "delay": "0"},
                "storage": {"filesystem_folder": str(self.folder / "store"), "_filesystem_fsync": "False"},
                "logging": {"level": "critical"},
                "rights": {"type": "from_file", "file": str(self._rights())},
            },
            "the test",
            privileged=True,
        )  # fmt: skip
        radicale = Application(settings)

        def answer(environ: dict[str, Any], start: Start) -> Answer:
            self.asked[environ["REQUEST_METHOD"]] += 1
            for one in self.handicaps:
                found = one(environ, start, self)
                if found is not None:
                    return found
            told: Answer = radicale(environ, start)
            return told

        return answer

    def _rights(self) -> Path:
        path = self.folder / "rights"
        path.write_text(
            "[root]\nuser: .+\ncollection:\npermissions: R\n"
            "[principal]\nuser: .+\ncollection: {user}\npermissions: RW\n"
            "[calendars]\nuser: .+\ncollection: {user}/[^/]+\npermissions: rw\n"
        )
        return path

    def request(self, method: str, path: str, data: str | bytes = b"", **headers: str) -> requests.Response:
        """A request of the owner's own calendar program."""
        data = data.encode() if isinstance(data, str) else data
        answer = requests.request(
            method, self.url + path, data=data, auth=(USER, PASSWORD), headers=headers, timeout=20,
            verify=str(self.certificate) if self.certificate else True,
        )  # fmt: skip
        assert answer.ok, (method, path, answer.status_code, answer.text)
        return answer

    def add_calendar(self, name: str, shown: str = "", kind: str = "VEVENT", zone: str = "") -> None:
        """Make a calendar for entries of a ``kind``; ``zone`` is an iCalendar of its time zone."""
        told = f"<C:calendar-timezone><![CDATA[{zone}]]></C:calendar-timezone>" if zone else ""
        body = (
            '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
            f"<displayname>{escape(shown or name)}</displayname>{told}"
            f'<C:supported-calendar-component-set><C:comp name="{kind}"/>'
            "</C:supported-calendar-component-set>"
            "</prop></set></C:mkcalendar>"
        )
        self.request("MKCALENDAR", f"{HOME}{name}/", body)

    def put(self, name: str, text: str, calendar: str = "work") -> None:
        """Write an entry, as a calendar program does."""
        lines = "".join(f"{line.strip()}\r\n" for line in text.strip().splitlines())
        whole = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{lines}END:VCALENDAR\r\n"
        self.request("PUT", f"{HOME}{calendar}/{name}.ics", whole, **{"Content-Type": "text/calendar"})

    def delete(self, name: str, calendar: str = "work") -> None:
        self.request("DELETE", f"{HOME}{calendar}/{name}.ics")

    def forget_tokens(self) -> None:
        """Every sync token that is out is gone."""
        for path in (self.folder / "store").rglob("sync-token/*"):
            path.unlink()

    def everything(self) -> dict[str, bytes]:
        """All that is stored, byte for byte, without what the server keeps for its own use."""
        store = self.folder / "store"
        return {
            str(path.relative_to(store)): path.read_bytes()
            for path in sorted(store.rglob("*"))
            if path.is_file() and ".Radicale.cache" not in path.parts and path.name != ".Radicale.lock"
        }


def without_tokens(environ: dict[str, Any], start: Start, server: Radicale) -> Answer | None:
    """A server that does not know RFC 6578."""
    if environ["REQUEST_METHOD"] not in ("REPORT", "PROPFIND"):
        return None
    body = _body(environ)
    if b"sync-collection" in body:
        start("403 Forbidden", [("Content-Length", "0")])
        return [b""]
    _replace(environ, body.replace(b"sync-token", b"no-such-thing"))
    return None


def without_any_mark(environ: dict[str, Any], start: Start, server: Radicale) -> Answer | None:
    """A server that knows neither sync tokens nor the mark of a whole calendar."""
    found = without_tokens(environ, start, server)
    if found is None and environ["REQUEST_METHOD"] == "PROPFIND":
        _replace(environ, _body(environ).replace(b"getctag", b"no-such-mark"))
    return found


def by_digest(environ: dict[str, Any], start: Start, server: Radicale) -> Answer | None:
    """A server that takes passwords hashed only (RFC 7616), as Baïkal does; behind it stands Radicale."""
    word, _, told = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    given = parse_dict_header(told) if word == "Digest" else {}
    if given.get("response") != _digest(environ["REQUEST_METHOD"], given):
        way = 'Digest realm="calendars", nonce="0badcafe", qop="auth", algorithm=MD5'
        start("401 Unauthorized", [("WWW-Authenticate", way), ("Content-Length", "0")])
        return [b""]
    environ["HTTP_AUTHORIZATION"] = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return None


def _digest(method: str, given: dict[str, str]) -> str:
    one = md5(f"{USER}:calendars:{PASSWORD}".encode()).hexdigest()
    two = md5(f"{method}:{given.get('uri', '')}".encode()).hexdigest()
    count, mark = given.get("nc", ""), given.get("cnonce", "")
    return md5(f"{one}:0badcafe:{count}:{mark}:auth:{two}".encode()).hexdigest()


def _body(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    _replace(environ, body)
    return body


def _replace(environ: dict[str, Any], body: bytes) -> None:
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


@contextmanager
def radicale(
    certificate: tuple[Path, Path] | None = None, calendars: Iterable[str] = ("work",)
) -> Iterator[Radicale]:
    """Run a server with these calendars until the block ends."""
    with TemporaryDirectory() as folder:
        one = Radicale(Path(folder), certificate=certificate[0] if certificate else None)
        server = make_server("127.0.0.1", 0, one.application(), _Server, _Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        host = "https://localhost" if certificate else "http://127.0.0.1"
        one.url = f"{host}:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            for name in calendars:
                one.request("PROPFIND", HOME)  # the first makes the owner's home
                one.add_calendar(name)
            yield one
        finally:
            server.shutdown()
            server.server_close()
            thread.join(10)
