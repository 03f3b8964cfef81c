"""Starts ``myworld`` (Google Calendar: sync tokens, series, 410, faults) on 127.0.0.1; nobody here wrote it.

It declares no licence: it is a development dependency and never shipped. It takes any code that it has
signed itself, and knows no Gmail here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
import requests

ME = "me@home.example"
API = "gw/www.googleapis.com"


@dataclass
class Calendars:
    """A running server with one account; ``url`` is where it answers, ``token`` signs in to it."""

    url: str
    token: str
    instance: Any

    @property
    def api(self) -> str:
        return f"{self.url}/{API}"

    def call(self, method: str, path: str, body: Any = None, calendar: str = ME) -> dict[str, Any]:
        """Change the calendar as somebody else's program would."""
        where = f"{self.api}/calendar/v3/calendars/{quote(calendar)}/events{path}"
        answer = requests.request(
            method, where, json=body, headers={"Authorization": f"Bearer {self.token}"}, timeout=20
        )
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def fail(self, *faults: dict[str, Any]) -> None:
        """Let the next calls fail."""
        from myworld.core.faults import parse_faults

        self.instance.faults = parse_faults(list(faults))


@contextmanager
def calendars(seed: dict[str, Any]) -> Iterator[Calendars]:
    """Run the server with ``seed`` until the block ends."""
    try:
        import uvicorn
        from myworld.api.http import mint
        from myworld.host import Host, create_app
    except ImportError:
        pytest.skip("myworld is not here: pip install 'myworld[gateway]==0.2.1'")
    host = Host()
    instance = host.create("calendar", seed)
    config = uvicorn.Config(create_app(host), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Calendars(f"http://127.0.0.1:{port}", mint(host.gateway_secret, instance=instance.id), instance)
    finally:
        server.should_exit = True
        thread.join(10)
