"""Who sees the page: the owner's browser, after a link that holds once. Nothing of it opens ``/v1``.

A session is a cookie that scripts cannot read and other sites cannot make a browser send. Whatever changes
something comes from a form of this page: its ``Origin`` is this door's, and it carries the session's token.
Jinja2 and the pages are loaded when the first one is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from goodwill.clock import Clock
from goodwill.errors import GoodwillError
from goodwill.intake import Failed, body_of, drain, is_local
from goodwill.leaves import page
from goodwill.sessions import SESSION_SECONDS, Sessions, form_token, is_form_token
from goodwill.web.asked import Asked, Go, status_of
from goodwill.web.desk import Desk

LONGEST = 2 * 1024 * 1024
"""Bytes of a form: the longest draft that anybody pastes."""
FIELDS = 40
AT_ONCE = 4
"""Pages that are made side by side; checks at the door have places of their own."""
SIGN_IN = "Type `goodwill page` in a terminal, and open the link that it prints"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Not "no-referrer": with that, browsers send "Origin: null" with the page's own forms.
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Value = TypeVar("Value")

_log = logging.getLogger("goodwill.web")


class Front:
    """Lets the owner's browser in, and nobody else, to the pages of ``desk``."""

    def __init__(self, desk: Desk, sessions: Sessions, clock: Clock) -> None:
        self._desk = desk
        self._sessions = sessions
        self._clock = clock
        self._limiter: CapacityLimiter | None = None

    def routes(self) -> Sequence[Route]:
        """Everything that a browser may ask for."""
        every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
        return [
            Route("/static/{name}", self._guarded(self._static), methods=every),
            Route("/favicon.ico", self._guarded(self._icon), methods=every),
            Route("/sign-in/{link}", self._guarded(self._sign_in), methods=every),
            Route("/sign-out", self._guarded(self._sign_out), methods=every),
            *(Route(path, self._guarded(self._page), methods=every) for path in self._desk.paths),
        ]

    def _guarded(self, answer: Callable[[Request], object]) -> Callable[[Request], object]:
        """``answer`` with its errors in words, and the headers that keep a browser from doing more."""

        async def answered(request: Request) -> Response:
            try:
                _own(request)
                response: Response = await answer(request)  # type: ignore[misc]
            except Failed as error:
                await drain(request)
                response = _sentence(request, error.what, error.remedy, error.status)
            except GoodwillError as error:
                response = _sentence(request, error.what, error.remedy, status_of(error))
            except Exception as error:
                _log.error("a page: this should not have happened (%s)", type(error).__name__)
                remedy = "`goodwill doctor` prints what a report needs"
                response = _sentence(request, "this should not have happened", remedy, 500)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return answered

    async def _static(self, request: Request) -> Response:
        """A file that is the same for everybody: it tells nothing, so that nobody need be signed in."""
        _only(request, "GET")
        name = str(request.path_params["name"])
        found = await self._work(lambda: self._desk.file(name))
        if found is None:
            raise Failed(404, "there is no such file")
        content, kind = found
        return Response(content, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})

    async def _icon(self, request: Request) -> Response:
        """Browsers ask for it beside every page; the pages name another one."""
        _only(request, "GET")
        return Response(status_code=204)

    async def _sign_in(self, request: Request) -> Response:
        _only(request, "GET")
        if request.method == "HEAD":
            raise Failed(405, "the link is for a browser")
        link, now = str(request.path_params["link"]), int(self._clock.now())
        session = await self._work(lambda: self._sessions.admit(link, now))
        if session is None:
            return page(
                "This link has had its time", f"It holds once, for ten minutes. {SIGN_IN}.", status=403
            )
        _log.info("a browser was signed in")
        # Not a redirect: a cookie that other sites cannot use is not sent along with one from elsewhere.
        response = page("Welcome", "You are signed in on this browser, for twelve hours.", link="/", then="/")
        _set_cookie(response, request, session, SESSION_SECONDS)
        return response

    async def _sign_out(self, request: Request) -> Response:
        _only(request, "POST")
        session = await self._session(request)
        if session is None:
            return _signed_out(request)
        await self._form(request, session)
        await self._work(lambda: self._sessions.end(session, int(self._clock.now())))
        response = page("Signed out", f"To come back: {SIGN_IN[0].lower()}{SIGN_IN[1:]}.")
        _set_cookie(response, request, "", 0)
        return response

    async def _page(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _signed_out(request)
        path = request.url.path
        methods = self._desk.methods(path)
        _only(request, *methods)
        form = await self._form(request, session) if request.method == "POST" else {}
        query = dict(parse_qsl(request.url.query, keep_blank_values=True))
        asked = Asked(self._clock.moment(), path, query, form, form_token(session))
        answer = await self._work(lambda: self._desk.answer(asked, request.method == "POST"))
        if isinstance(answer, Go):
            return RedirectResponse(answer.address, 303)
        return HTMLResponse(answer[0], answer[1])

    async def _session(self, request: Request) -> str | None:
        token = request.cookies.get(_cookie(request), "")
        now = int(self._clock.now())
        return token if await self._work(lambda: self._sessions.is_open(token, now)) else None

    async def _form(self, request: Request, session: str) -> Mapping[str, str]:
        """What a form of this page says; raises Failed where it comes from elsewhere."""
        if request.headers.get("origin") != f"{request.url.scheme}://{request.headers.get('host')}":
            raise Failed(403, "this does not come from a form of this page")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Failed(415, "a form is application/x-www-form-urlencoded")
        body = await body_of(request, LONGEST)
        try:
            fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS)
        except ValueError:
            raise Failed(400, "this is no form of this page") from None
        form = dict(fields)
        if not is_form_token(session, form.pop("token", "")):
            raise Failed(403, "the form is of another session", "Load the page again, and repeat it")
        return form

    async def _work(self, task: Callable[[], Value]) -> Value:
        if self._limiter is None:
            self._limiter = CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(task, limiter=self._limiter)


def _own(request: Request) -> None:
    """Raise Failed for what comes from elsewhere: the door lets extensions in, the page does not."""
    headers = request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    foreign = origin is not None and origin != f"{request.url.scheme}://{headers.get('host')}"
    embedded = site not in ("none", "same-origin") and headers.get("sec-fetch-mode") != "navigate"
    if is_local(request) or foreign or embedded:
        raise Failed(403, "the page is for its own browser only")


def _only(request: Request, *methods: str) -> None:
    if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
        raise Failed(405, f"a browser does not ask for this with {request.method}")


def _cookie(request: Request) -> str:
    """Its name: cookies do not tell ports apart, and two homes may have a door each."""
    return f"goodwill-{request.url.port or request.url.scheme}"


def _set_cookie(response: Response, request: Request, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        _cookie(request), value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="strict"
    )


def _signed_out(request: Request) -> Response:
    response = page("You are not signed in", f"{SIGN_IN}.", status=401)
    if "hx-request" in request.headers:
        response.headers["HX-Refresh"] = "true"
    return response


def _sentence(request: Request, what: str, remedy: str, status: int) -> Response:
    """What went wrong, in a sentence: on a page, or where the page that asked says such things."""
    what = what[:1].upper() + what[1:]
    text = f"{remedy}." if remedy else ""
    if "hx-request" in request.headers:
        from html import escape

        headers = {"HX-Retarget": "#told", "HX-Reswap": "innerHTML", "HX-Reselect": "#sentence"}
        words = escape(f"{what}. {text}".strip())
        response: Response = HTMLResponse(f'<p id="sentence" class="wrong">{words}</p>', status, headers)
    else:
        response = page(what, text, status=status, link="/")
    if status in (408, 413):
        response.headers["Connection"] = "close"
    return response
