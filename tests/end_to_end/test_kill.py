"""Killed at any moment, and imported again: the same store as without the kill."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from conftest_e2e import environment
from letters import ME, maildir, many

KILLS = 50
NOW = "2026-06-01"


def contents(home: Path) -> tuple[str, str]:
    def run(*words: str) -> str:
        command = [sys.executable, "-m", "goodwill", "--home", str(home), *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment(), check=True).stdout

    return run("export"), run("people", "--json", "--now", NOW)


def test_kill_at_fifty_random_moments(tmp_path: Path):
    source = maildir(tmp_path / "Mail", many(2500))
    whole = tmp_path / "whole"
    command = [sys.executable, "-m", "goodwill", "--home", str(whole), "import", str(source), "--me", ME]
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env=environment())
    length = time.monotonic() - started
    chance = random.Random(50)
    home = tmp_path / "killed"
    interrupted = 0
    for kill in range(KILLS):
        if interrupted and kill % 5 == 0:
            home = tmp_path / f"killed{kill}"
        words = [*command[:4], str(home), *command[5:]]
        process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
        )
        time.sleep(chance.uniform(0.1, 1.0) * length)
        process.kill()
        interrupted += process.wait() != 0
        if kill % 5 == 4:
            subprocess.run(words, check=True, capture_output=True, env=environment())
            assert contents(home) == contents(whole)
    assert interrupted >= KILLS // 2
