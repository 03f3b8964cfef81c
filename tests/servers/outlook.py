"""Outlook's add-in, built and served by a real door, for a driver that stands for Outlook."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest_e2e import runner
from door import Served, served
from letters import ME, mbox, message
from ports import free_port

from goodwill.certificate import Certificate

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools" / "node_modules"
DRIVER = ROOT / "tests" / "connectors" / "addons" / "outlook.drive.mjs"
BUILD = ROOT / "connectors" / "addons" / "build.py"
FRIEND = "Ada Sample <ada@there.example>"
TOKEN, TROUBLE = "goodwill-token", "goodwill-trouble"


def needed(package: str) -> Path:
    found = TOOLS / package.partition("@")[0]
    if shutil.which("node") is None:
        pytest.skip("node is not here: apt-get install nodejs")
    if not found.exists():
        pytest.skip(f"npm's {package} is not here: npm install --prefix .tools {package}")
    return found


def letters() -> list[bytes]:
    met = message(
        "Nia Sample <nia@far.example>", ME, "hello", "It was good to meet you at the fair.", 300, "n1"
    )
    found = [met]
    for month in range(10):
        mine = message(ME, FRIEND, f"page {month}", "I fixed it for you.", 30 * month, f"a{month}")
        thanks = "You saved us again, thank you so much! I owe you one."
        found += [mine, message(FRIEND, ME, f"Re: page {month}", thanks, 30 * month + 1, f"b{month}")]
    return found


@dataclass(frozen=True)
class Outlook:
    """A paired add-in; ``sends`` presses Send in it."""

    door: Served
    port: int
    script: Path
    token: str

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    def sends(self, *steps: dict[str, Any], token: str | None = None, **more: Any) -> dict[str, Any]:
        store = {TOKEN: self.token if token is None else token} | more.pop("store", {})
        told = {"script": str(self.script), "mock": str(needed("office-addin-mock@4.0.0")), "steps": steps}
        told |= {"store": {name: value for name, value in store.items() if value}, "origin": "", **more}
        ran = subprocess.run(
            ["node", str(DRIVER)], input=json.dumps(told), capture_output=True, text=True,
            timeout=60, check=False,
            env=os.environ | {"NODE_EXTRA_CA_CERTS": str(Certificate(self.door.home).root)},
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert "Warning" not in ran.stderr, ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def answers(self, check: str, answer: str) -> int:
        headers = {"Authorization": f"Bearer {self.token}", "Origin": self.origin}
        root, told = str(Certificate(self.door.home).root), {"check": check, "answer": answer}
        place = f"{self.origin}/v1/answers"
        return requests.post(place, json=told, headers=headers, verify=root, timeout=10).status_code


def party(name: str, address: str) -> dict[str, str]:
    return {"displayName": name, "emailAddress": address, "recipientType": "externalUser"}


def mail(text: str, to: str = "nia@far.example", **more: Any) -> dict[str, Any]:
    whole = {
        "from": party("Robin", ME),
        "to": [party("Nia Sample", to)],
        "cc": [],
        "bcc": [],
        "subject": "a thing",
    }
    return {"mail": {**whole, "text": text, **more}}


@contextmanager
def installed(home: Path) -> Iterator[Outlook]:
    """The add-in, built for and fetched from a door of ``home`` that is open meanwhile; not paired."""
    port = free_port()
    assert runner(home)("import", mbox(home / "mail.mbox", letters()), "--me", ME).status == 0
    words = [sys.executable, str(BUILD), "outlook", "--into", str(home), "--port", str(port)]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    more = f'https = true\nhttps_port = {port}\noutlook = "{home / "outlook"}"\n'
    with served(home, more) as door:
        root, origin = str(Certificate(home).root), f"https://localhost:{port}"
        fetched = requests.get(f"{origin}/outlook/event.js", verify=root, timeout=10)
        assert fetched.status_code == 200
        script = home / "fetched.js"
        script.write_bytes(fetched.content)
        yield Outlook(door, port, script, "")


def paired(one: Outlook) -> Outlook:
    """The same, with a token of its own."""
    code = runner(one.door.home)("pair").out.strip()
    root, told = str(Certificate(one.door.home).root), {"code": code, "name": "Outlook"}
    place, headers = f"{one.origin}/v1/pair", {"Origin": one.origin}
    answer = requests.post(place, json=told, headers=headers, verify=root, timeout=10)
    return replace(one, token=str(answer.json()["token"]))
