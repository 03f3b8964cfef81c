"""The door: what pre-send clients ask while a mail is written. Loopback only; drafts are never stored.

An ASGI application. Requests over TCP are believed only as far as ``guard`` says; those over the home's
Unix socket come from the owner, because nobody else can open it. ``openapi.json`` describes both.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from goodwill import answering, guard
from goodwill.addin import HEADERS, File
from goodwill.clock import Clock
from goodwill.counter import ANSWERS, Counter
from goodwill.drafts import parse_mail, parse_object
from goodwill.errors import GoodwillError, StoreError
from goodwill.intake import Failed, body_of, drain, is_local
from goodwill.leaves import page
from goodwill.links import Links
from goodwill.model import Event
from goodwill.passes import Passes
from goodwill.trust import Trust
from goodwill.version import version
from goodwill.web.front import Front

LIMIT = 16 * 1024 * 1024
"""Bytes of a body: a mail with a large attachment. Who may not come in is not read at all."""
SMALL = 4_096
"""Bytes of every other body."""
AT_ONCE = 4
"""Requests that are worked on side by side."""
Value = TypeVar("Value")

_log = logging.getLogger("goodwill.server")


class Door:
    """Answers clients from ``counter``; ``port`` is where it listens, 0 for none but the Unix socket.

    ``files`` are those of the add-in for Outlook, by name. ``front`` answers the owner's browser.
    """

    def __init__(
        self,
        counter: Counter,
        trust: Trust,
        passes: Passes,
        clock: Clock,
        port: int,
        files: Mapping[str, File] = MappingProxyType({}),
        front: Front | None = None,
    ) -> None:
        self._counter = counter
        self._trust = trust
        self._passes = passes
        self._clock = clock
        self._port = port
        self._files = files
        self._links = Links(counter.home)
        self._front = front
        self._limiter: CapacityLimiter | None = None

    def application(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/v1/hello", self._hello, methods=["GET"]),
            Route("/v1/openapi.json", self._description, methods=["GET"]),
            Route("/v1/pair", self._pair, methods=["POST"]),
            Route("/v1/check", self._check, methods=["POST"]),
            Route("/v1/answers", self._answer, methods=["POST"]),
            Route("/v1/people/{address}", self._person, methods=["GET"]),
            Route("/once/{token}", self._pass, methods=["GET", "POST"]),
            Route("/outlook/{name}", self._file, methods=["GET"]),
            *answering.routes(self._links, self._counter, self._clock, self._work),
            *(self._front.routes() if self._front else ()),
        ]
        handlers: Mapping[Any, Any] = {
            Failed: _failed, HTTPException: _refused, GoodwillError: _unable, Exception: _unexpected,
        }  # fmt: skip
        application = Starlette(routes=routes, exception_handlers=handlers)
        application.add_middleware(_Watch, port=self._port)
        return application

    async def _hello(self, request: Request) -> Response:
        return JSONResponse({"goodwill": version()})

    async def _description(self, request: Request) -> Response:
        return Response(
            files("goodwill").joinpath("openapi.json").read_bytes(), media_type="application/json"
        )

    async def _pair(self, request: Request) -> Response:
        told = await self._object(request, SMALL)
        code, name = _text(told, "code"), _text(told, "name")
        origin = request.headers.get("origin", "")
        token = await self._work(lambda: self._trust.admit(code, name, origin, int(self._clock.now())))
        if token is None:
            raise Failed(403, "this code is wrong or holds no longer", "`goodwill pair` shows a new one")
        _log.info("a client was paired")
        return JSONResponse({"token": token})

    async def _check(self, request: Request) -> Response:
        await self._known(request)
        draft = await self._draft(request)
        now, shown = self._clock.moment(), request.query_params.get("shown", "")
        if not is_local(request) or not shown:
            return JSONResponse(await self._work(lambda: self._counter.check(draft, now)))
        verdict, note, text = await self._work(lambda: self._counter.check_for_owner(draft, now, shown))
        headers = {"Goodwill-Verdict": verdict, "Goodwill-Note": note.encode("ascii", "replace").decode()}
        return Response(text, headers=headers, media_type="text/plain")

    async def _answer(self, request: Request) -> Response:
        await self._known(request)
        told = await self._object(request, SMALL)
        check, answer = _text(told, "check"), _text(told, "answer")
        if answer not in ANSWERS:
            raise Failed(400, f"'{answer[:40]}' is no answer", f"Known are {', '.join(ANSWERS)}")
        if not self._counter.answer(check, answer, self._clock.moment()):
            raise Failed(404, "this check is not known (any more)", "Check the draft again")
        return Response(status_code=202)

    async def _person(self, request: Request) -> Response:
        await self._known(request)
        address = str(request.path_params["address"])
        return JSONResponse(await self._work(lambda: self._counter.hint(address, self._clock.moment())))

    async def _pass(self, request: Request) -> Response:
        """A page with one button: whoever follows links ahead of the owner presses none."""
        token, now = str(request.path_params["token"]), int(self._clock.now())
        if not await self._work(lambda: self._passes.is_offered(token, now)):
            text = "Send the mail again: it is looked at anew."
            return page("This link has had its time", text, status=404)
        if request.method != "POST":
            what = "A mail was held back. If you press the button, send it again: it will go, once."
            return page("Let it go?", what, button="Let it go")
        await self._work(lambda: self._passes.grant(token, now))
        return page("Now send it again", "Within an hour, a mail that asks the same of the same people goes.")

    async def _file(self, request: Request) -> Response:
        """A file of the add-in: only what was there when the door was opened has a name here."""
        found = self._files.get(str(request.path_params["name"]))
        if found is None:
            raise Failed(
                404, "the add-in has no such file", "Build it, and name its folder in [door] outlook"
            )
        return Response(found.content, media_type=found.kind, headers=HEADERS)

    async def _known(self, request: Request) -> None:
        if is_local(request):
            return
        headers = request.headers
        refused = await self._work(
            lambda: guard.stranger(headers.get("authorization"), headers.get("origin"), self._trust.client)
        )
        if refused:
            raise Failed(refused.status, refused.what)

    async def _draft(self, request: Request) -> Event:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/json", "message/rfc822"):
            raise Failed(415, "a draft is application/json or message/rfc822")
        body = await body_of(request, LIMIT)
        if kind == "message/rfc822":
            return await self._work(lambda: self._counter.read(body))
        return await self._work(lambda: parse_mail(_parsed(body), "the draft"))

    async def _object(self, request: Request, limit: int) -> Mapping[str, Any]:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Failed(415, "the body must be application/json")
        return _parsed(await body_of(request, limit))

    async def _work(self, task: Callable[[], Value]) -> Value:
        """Do what may take its time in a thread: few at once, the store has no use for more."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(task, limiter=self._limiter)


class _Watch:
    """Turns away whoever comes from another site, before anything else is looked at."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope)
        refused = None
        if not is_local(request):
            hosts, origins = (request.headers.getlist(name) for name in ("host", "origin"))
            origin = ", ".join(origins) if origins else None
            if origin == "null" and request.url.path.startswith(answering.PATH):
                origin = None  # what a page says that sends no referrer; the token in the path is the proof
            refused = guard.foreign(", ".join(hosts), origin, self._port)
        if refused:
            await _told(refused.status, refused.what)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        return parse_object(body.decode("utf-8"), "the body")
    except UnicodeDecodeError:
        raise Failed(400, "the body is not UTF-8 text") from None
    except GoodwillError as error:
        raise Failed(400, error.what, error.remedy) from None


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not value:
        raise Failed(400, f"'{key}' must be text")
    return value


def _told(status: int, what: str, remedy: str = "") -> Response:
    """An error in JSON, which ends the connection: what was not read of a body is no request of its own."""
    return JSONResponse({"error": what, "remedy": remedy}, status, headers={"Connection": "close"})


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, Failed)
    await drain(request)
    return _told(error.status, error.what, error.remedy)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        return page("There is no such page", "", status=404, link="/")
    answer = _told(error.status_code, error.detail)
    answer.headers.update(error.headers or {})
    return answer


async def _unable(request: Request, error: Exception) -> Response:
    """What a person can mend: 503 where it is the store, 422 where it is the draft."""
    assert isinstance(error, GoodwillError)
    return _told(503 if isinstance(error, StoreError) else 422, error.what, error.remedy)


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error(
        "%s: this should not have happened (%s)", request.url.path.split("/")[2:3], type(error).__name__
    )
    return _told(500, "this should not have happened", "`goodwill doctor` prints what a report needs")
