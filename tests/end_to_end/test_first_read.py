"""A first read of a large mailbox: within the quota, killed ten times, nothing twice, little memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest_e2e import environment
from gmail import serve
from gmail_account import answers, connect, mailbox
from graph import ME, QUOTA_SECONDS, Graph
from microsoft_world import microsoft

KILLS = 10
QUOTA = 1_500_000
"""Gmail's units a minute: 250 times the real ones, so that the read takes minutes and not hours."""
REQUESTS = 10_000
"""Graph's own quota, in ten minutes."""
PAGE_IN_HAND, MOST_MIB = 50, 200


def memory_mib(pid: int) -> float:
    """The most memory that a process has held so far."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM")), 0.0)


def read_in_pieces(home: Path, messages: int, fetched: Counter[str], more: dict[str, str]) -> float:
    """Read on until there is nothing more, killed ten times on the way; returns the most memory in MiB."""
    command = [sys.executable, "-m", "goodwill", "--home", str(home), "sync"]
    most, kills = 0.0, 0
    while True:
        process = subprocess.Popen(
            command, env=environment() | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        stop_at = len(fetched) + messages // (KILLS + 2) + kills * 137
        while process.poll() is None:
            most = max(most, memory_mib(process.pid))
            if kills < KILLS and len(fetched) >= stop_at:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.02)
        _, err = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, err.decode()
    assert kills == KILLS
    assert most < MOST_MIB
    return most


def whole(home: Path, messages: int, more: dict[str, str]) -> None:
    """Everything has arrived, and the account says so."""
    done = subprocess.run(
        [sys.executable, "-m", "goodwill", "--home", str(home), "status", "--json"],
        env=environment() | more, capture_output=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["counts"]["mail"] == messages
    assert told["accounts"][0]["pending"] == 0


@pytest.fixture
def messages(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--messages"))


def in_words(messages: int, begun: float, twice: int, most: float, rest: str) -> str:
    minutes = (time.monotonic() - begun) / 60
    return f"{messages:,} messages in {minutes:.1f} min, {twice} twice, {most:.0f} MiB, {rest}"


def test_a_large_mailbox_of_gmail(tmp_path: Path, messages: int, figure: Callable[[str], None]):
    box, home = mailbox(messages, QUOTA), tmp_path / "home"
    begun = time.monotonic()
    with serve(answers(box)) as url:
        connect(home, url, QUOTA)
        most = read_in_pieces(home, messages, box.fetched, {})
    twice = sum(box.fetched.values()) - len(box.fetched)
    spent = f"{box.most_spent:,} of {QUOTA:,} units in the busiest minute, {box.refused} refused"
    figure(in_words(messages, begun, twice, most, spent))
    assert len(box.fetched) == messages
    assert twice <= KILLS * PAGE_IN_HAND
    assert box.refused == 0
    assert box.most_spent <= QUOTA
    whole(home, messages, {})


def test_a_large_mailbox_of_outlook(tmp_path: Path, messages: int, figure: Callable[[str], None]):
    box, home = Graph(quota=REQUESTS, quota_seconds=QUOTA_SECONDS), tmp_path / "home"
    for number in range(messages):
        person = (f"kim{number % 500}.sample@there.example", "Kim Sample")
        folder = "sentitems" if number % 4 == 0 else "inbox"
        ends: dict[str, Any] = (
            {"sender": (ME, ""), "to": [person]} if folder != "inbox" else {"sender": person}
        )
        box.add(f"m{number}", folder, at=1_600_000_000 + number * 600, text="The boat is in.", **ends)
    box.sort()
    begun = time.monotonic()
    with microsoft(tmp_path, home, box) as world:
        assert world.by_hand("--only", "mail").status == 0
        most = read_in_pieces(home, messages, box.fetched, world.environment)
        twice = sum(box.fetched.values()) - len(box.fetched)
        asked = sum(box.asked.values())
        spent = f"{asked:,} requests, {box.most_spent:,} of {REQUESTS:,} in the busiest ten minutes"
        rest = f"{spent}, {box.most_concurrent} at once, {box.refused} refused"
        figure(in_words(messages, begun, twice, most, rest))
        assert len(box.fetched) == messages
        assert twice <= KILLS * PAGE_IN_HAND
        assert box.refused == 0
        assert box.most_concurrent == 1
        assert asked <= REQUESTS
        whole(home, messages, world.environment)
