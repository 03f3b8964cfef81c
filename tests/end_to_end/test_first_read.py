"""A first read of 100,000 messages: within the quota, killed ten times, nothing twice, little memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from conftest_e2e import environment
from gmail import ME, Gmail, Message, serve

MESSAGES, KILLS = 100_000, 10
QUOTA = 1_500_000
"""Units a minute: 250 times Google's, so that the read takes minutes and not hours."""
PAGE_IN_HAND, LIST_COST, MOST_MIB = 50, 5, 200


def mailbox() -> Gmail:
    box = Gmail(quota=QUOTA)
    for number in range(MESSAGES):
        person = number % 500
        head = f"From: p{person}.sample@there.example\nTo: {ME}\nSubject: letter {number}\n"
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(1_600_000_000 + number * 600))
        raw = f"{head}Date: {date}\nMessage-ID: <{number}@there.example>\n\nThe boat is in.\n"
        box.messages[f"m{number}"] = Message(raw.encode(), ["INBOX"], at=1_600_000_000 + number * 600)
    box.sort()
    return box


def memory_mib(pid: int) -> float:
    """The most memory that a process has held so far."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM")), 0.0)


def connect(home: Path, url: str) -> None:
    """An account whose secret is there already: signing in is not what is measured here."""
    home.mkdir()
    (home / "config.toml").write_text(f'[google]\napi = "{url}"\nunits_per_minute = {QUOTA}\n')
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
settings = {{"client": "c", "auth": "{url}/auth", "token": "{url}/token", "features": ["mail"]}}
account = Account("google", "{ME}", settings)
Vault(home).put(account.name, {{"refresh_token": "r", "client_secret": "s"}})
app = App(home, Config())
app.create()
with app.store.writing(), app.store.transaction() as connection:
    accounts.keep(connection, account, 0)
"""
    subprocess.run([sys.executable, "-c", script, str(home)], env=environment(), check=True)


def test_a_hundred_thousand_messages(tmp_path: Path, record_property, capsys):
    box, home = mailbox(), tmp_path / "home"
    token = json.dumps({"access_token": "a", "expires_in": 3600, "token_type": "Bearer"}).encode()

    def answer(method: str, url: str) -> tuple[int, dict[str, str], bytes]:
        return (200, {}, token) if url.startswith("/token") else box.answer(method, url)

    command = [sys.executable, "-m", "goodwill", "--home", str(home), "sync"]
    most, kills, begun = 0.0, 0, time.monotonic()
    with serve(answer) as url:
        connect(home, url)
        while True:
            process = subprocess.Popen(
                command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            start = len(box.fetched)
            stop_at = start + MESSAGES // (KILLS + 2) + kills * 137
            while process.poll() is None:
                most = max(most, memory_mib(process.pid))
                if kills < KILLS and len(box.fetched) >= stop_at:
                    os.kill(process.pid, signal.SIGKILL)
                    kills += 1
                    break
                time.sleep(0.02)
            _, err = process.communicate(timeout=60)
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, err.decode()
        status = subprocess.run(
            [*command[:-1], "status", "--json"], env=environment(), capture_output=True, check=True
        )
    twice = sum(box.fetched.values()) - len(box.fetched)
    with capsys.disabled():
        minutes = (time.monotonic() - begun) / 60
        print(f"\n{MESSAGES:,} messages in {minutes:.1f} min, {twice} fetched twice, {most:.0f} MiB, ")
        print(f"{box.most_spent:,} of {QUOTA:,} units in the busiest minute, {box.refused} refused")
    assert kills == KILLS
    assert len(box.fetched) == MESSAGES
    assert twice <= KILLS * PAGE_IN_HAND
    assert box.refused == 0
    assert box.most_spent <= QUOTA
    assert most < MOST_MIB
    told = json.loads(status.stdout)
    assert told["counts"]["mail"] == MESSAGES
    assert told["accounts"][0]["pending"] == 0
