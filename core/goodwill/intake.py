"""How the door takes in a request's body: whole, in time, and never more than it wants."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

DRAINED = 65_536
"""Bytes of a refused request's body that are read."""
PATIENCE = 10.0
"""Seconds in which a body has to arrive whole."""


class Failed(Exception):
    """Ends a request with an HTTP ``status``, a sentence and its remedy."""

    def __init__(self, status: int, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.remedy = remedy


def is_local(request: Request) -> bool:
    """Whether a request came over the home's Unix socket, which has a path for an address and no port."""
    server = request.scope.get("server")
    return server is not None and server[1] is None


async def body_of(request: Request, limit: int) -> bytes:
    """The whole body; raises Failed for one that is too large, too slow, or broken off."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        raise Failed(413, f"the body may have {limit:,} bytes at most")
    try:
        async with asyncio.timeout(PATIENCE):
            body = bytearray()
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    raise Failed(413, f"the body may have {limit:,} bytes at most")
    except TimeoutError:
        raise Failed(408, "the body takes too long to arrive") from None
    except ClientDisconnect:
        raise Failed(400, "the body breaks off") from None
    return bytes(body)


async def drain(request: Request) -> None:
    """Read a little of what nobody wanted: a client that is still sending would not see the answer."""
    left = DRAINED
    try:
        async with asyncio.timeout(1):
            async for piece in request.stream():
                left -= len(piece)
                if left < 0:
                    return
    except (TimeoutError, ClientDisconnect, RuntimeError):
        return  # or it was read already
