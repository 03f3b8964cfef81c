"""Starts npm's ``emulate`` (Google: OAuth and Gmail; Microsoft: Entra) on 127.0.0.1; nobody here wrote it.

It knows no loopback port and no profile, takes any bearer token, and its history never expires: what it
cannot show is shown by ``responses`` in ``tests/connectors``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from ports import free_port
from tls import https

VERSION = "0.11.2"
TOOLS = Path(__file__).resolve().parents[2] / ".tools"
INSTALL = f"npm install --prefix .tools emulate@{VERSION}"
# It would listen on every interface of the machine.
LOOPBACK_ONLY = """
import net from "node:net";
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  const ready = rest.filter((one) => typeof one === "function");
  return listen.call(this, { port: port.port ?? port, host: "127.0.0.1" }, ...ready);
};
"""


@dataclass
class Google:
    """A running emulator; ``url`` is where it answers."""

    url: str

    def post(self, path: str, body: Any, account: str) -> dict[str, Any]:
        """Call the API as somebody else's program would, signed in to ``account``."""
        answer = requests.post(f"{self.url}{path}", json=body, headers=self.signed(account), timeout=20)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def signed(self, account: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {sign_in(self.url, account)['access_token']}"}


def program() -> Path:
    found = TOOLS / "node_modules" / "emulate" / "dist" / "index.js"
    if not found.exists() or shutil.which("node") is None:
        pytest.skip(f"npm's emulate is not here: {INSTALL}")
    return found


@contextmanager
def google(folder: Path, seed: dict[str, Any]) -> Iterator[Google]:
    """Run the emulator of Google with ``seed`` (its own form) until the block ends."""
    with _service("google", folder, seed) as url:
        yield Google(url)


@contextmanager
def entra(folder: Path, seed: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    """Run the emulator of Microsoft's sign-in, behind HTTPS; yields its address and whom to trust."""
    with (
        https(folder) as (address, trusted, behind),
        _service("microsoft", folder, seed, "--base-url", address) as url,
    ):
        behind.append(url)
        yield address, trusted


@contextmanager
def _service(name: str, folder: Path, seed: dict[str, Any], *more: str) -> Iterator[str]:
    path = program()
    port = free_port()
    config = folder / "seed.json"
    config.write_text(json.dumps({name: seed}))
    (folder / "loopback.mjs").write_text(LOOPBACK_ONLY)
    command = ["node", "--import", str(folder / "loopback.mjs"), str(path), "--service", name]
    command += ["--port", str(port), "--seed", str(config), *more]
    with (folder / "emulate.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=os.environ)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process, folder / "emulate.log")
            yield url
        finally:
            process.terminate()
            process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            requests.get(url, timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError(f"emulate does not answer: {log.read_text()}")


def consent(url: str, email: str, trusted: Path | None = None) -> str:
    """Be the owner at the page of consent; returns the address at which it ends."""
    return _consented(url, email, trusted).headers["Location"]


def form(url: str, email: str, trusted: Path) -> tuple[str, dict[str, str]]:
    """As ``consent``, where it ends in a form: returns where it goes, and what is in it."""
    page = _consented(url, email, trusted).text
    action = re.search(r'<form method="POST" action="([^"]*)"', page)
    assert action is not None
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return unescape(action[1]), {name: unescape(value) for name, value in fields}


def _consented(url: str, email: str, trusted: Path | None) -> requests.Response:
    from urllib.parse import parse_qs, urlsplit

    more: dict[str, Any] = {"timeout": 20, "verify": str(trusted) if trusted else True}
    page = requests.get(url, **more)
    page.raise_for_status()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return requests.post(
        url.split("?")[0] + "/callback", data=asked | {"email": email}, allow_redirects=False, **more
    )


def sign_in(base: str, email: str) -> dict[str, Any]:
    from urllib.parse import parse_qs, urlencode, urlsplit

    asked = {"client_id": "other", "redirect_uri": "http://127.0.0.1:1/", "scope": "x", "state": "s"}
    ended = consent(f"{base}/o/oauth2/v2/auth?{urlencode(asked)}", email)
    code = parse_qs(urlsplit(ended).query)["code"][0]
    answer = requests.post(
        f"{base}/oauth2/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"]},
        timeout=20,
    )
    answer.raise_for_status()
    return answer.json()
