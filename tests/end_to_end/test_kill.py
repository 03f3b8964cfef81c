"""Killed at any moment, and imported again: the same store as without the kill."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from conftest_e2e import environment
from letters import ME, maildir, many

from goodwill.app import App
from goodwill.config import Config

KILLS = 50
KILLS_A_HOME = 4
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def contents(home: Path) -> tuple[list[str], list[tuple[str, float, int]]]:
    """Everything that the store says of events, signals, people and their standing."""
    app = App(home, Config())
    rows = [json.dumps(row, sort_keys=True) for row in app.export()]
    people = [(person.shown, standing.capital, len(standing.entries)) for person, standing in app.people(NOW)]
    app.store.close()
    return rows, people


def test_killed_at_fifty_random_moments(tmp_path: Path):
    source = maildir(tmp_path / "Mail", many(1500))

    def command(home: Path) -> list[str]:
        return [sys.executable, "-m", "goodwill", "--home", str(home), "import", str(source), "--me", ME]

    def finish(home: Path) -> float:
        started = time.monotonic()
        subprocess.run(command(home), check=True, capture_output=True, env=environment())
        return time.monotonic() - started

    length = finish(tmp_path / "whole")
    whole = contents(tmp_path / "whole")
    assert len(whole[0]) == 1501
    chance = random.Random(50)
    killed = homes = 0
    while killed < KILLS:
        homes += 1
        assert homes < 2 * KILLS, "the import is over before it can be killed"
        home = tmp_path / f"home{homes}"
        for _ in range(KILLS_A_HOME):
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(command(home), stdout=quiet, stderr=quiet, env=environment())
            time.sleep(chance.uniform(0.1, 0.9) * length)
            process.kill()
            if process.wait() == 0:
                break
            killed += 1
        finish(home)
        assert contents(home) == whole
