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
from gmail import serve
from gmail_account import answers, connect, mailbox

MESSAGES, KILLS = 100_000, 10
QUOTA = 1_500_000
"""Units a minute: 250 times Google's, so that the read takes minutes and not hours."""
PAGE_IN_HAND, LIST_COST, MOST_MIB = 50, 5, 200


def memory_mib(pid: int) -> float:
    """The most memory that a process has held so far."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM")), 0.0)


def test_a_hundred_thousand_messages(tmp_path: Path, record_property, capsys):
    box, home = mailbox(MESSAGES, QUOTA), tmp_path / "home"
    command = [sys.executable, "-m", "goodwill", "--home", str(home), "sync"]
    most, kills, begun = 0.0, 0, time.monotonic()
    with serve(answers(box)) as url:
        connect(home, url, QUOTA)
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
