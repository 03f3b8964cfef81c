"""A mailbox in the small Gmail, and an account that is signed in to it already."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from conftest_e2e import environment
from gmail import ME, Answer, Gmail, Message
from ports import free_port


def mailbox(count: int, quota: int = 0) -> Gmail:
    """So many short letters from 500 people, ten minutes apart."""
    box = Gmail(quota=quota)
    for number in range(count):
        person = number % 500
        head = f"From: kim{person}.sample@there.example\nTo: {ME}\nSubject: letter {number}\n"
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(1_600_000_000 + number * 600))
        raw = f"{head}Date: {date}\nMessage-ID: <{number}@there.example>\n\nThe boat is in.\n"
        box.messages[f"m{number}"] = Message(raw.encode(), ["INBOX"], at=1_600_000_000 + number * 600)
    box.sort()
    return box


def answers(box: Gmail) -> Callable[..., Answer]:
    """What a server says that renews sign-ins too."""
    token = json.dumps({"access_token": "a", "expires_in": 3600, "token_type": "Bearer"}).encode()

    def answer(method: str, url: str, body: bytes = b"") -> Answer:
        return (200, {}, token) if url.startswith("/token") else box.answer(method, url, body)

    return answer


def connect(home: Path, url: str, units: int, calendars: Sequence[str] = (), marks: bool = False) -> None:
    """An account whose secret is there already: signing in is not what is measured here."""
    home.mkdir()
    features = ["mail", *(["calendar"] if calendars else []), *(["drafts"] if marks else [])]
    config = f'[google]\napi = "{url}"\nunits_per_minute = {units}\n\n[door]\nport = {free_port()}\n'
    (home / "config.toml").write_text(config)
    script = f"""
import sys
from datetime import datetime, UTC
from pathlib import Path
from goodwill import accounts
from goodwill.app import App
from goodwill.config import Config
from goodwill.plugin import Account
from goodwill_connectors.vault import Vault
home = Path(sys.argv[1])
settings = {{"client": "c", "auth": "{url}/auth", "token": "{url}/token", "features": {features!r}}}
settings["calendars"] = {list(calendars)!r}
account = Account("google", "{ME}", settings)
Vault(home).put(account.name, {{"refresh_token": "r", "client_secret": "s"}})
app = App(home, Config())
app.create()
with app.store.writing(), app.store.transaction() as connection:
    accounts.keep(connection, account, 0)
"""
    subprocess.run([sys.executable, "-c", script, str(home)], env=environment(), check=True)
