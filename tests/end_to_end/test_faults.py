"""Thirty days before two providers that fail in every way, on a clock that goes fast."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from faults import Faults, spoilt
from gmail import ME, Gmail, serve
from gmail_account import answers, connect
from graph import Graph
from graph import serve as serve_graph
from microsoft_world import World, microsoft

FAST = Path(__file__).resolve().parents[1] / "servers" / "fast_run.py"
START, DAY = 1_760_000_000, 86_400
DAYS, SPEED = 30, 30_000
CALM = 2
"""Days in the end during which nothing is spoilt: by then everything must be well again."""
STATES = {"new", "reading history", "up to date", "waiting", "needs you"}


def test_thirty_days_of_every_fault(tmp_path: Path, home: Path, figure: Callable[[str], None]):
    gmail, outlook = Gmail(), Graph()
    faults = {"google": Faults(), "microsoft": Faults()}
    (tmp_path / "entra").mkdir()
    with (
        serve(answers(gmail)) as mail,
        spoilt(mail, faults["google"]) as url,
        microsoft(tmp_path / "entra", tmp_path / "unused", outlook) as world,
        serve_graph(outlook) as graph,
        spoilt(graph, faults["microsoft"]) as api,
    ):
        connect(home, url, 600_000)
        with (home / "config.toml").open("a") as config:
            config.write(f'[microsoft]\napi = "{api}"\nauth = "{world.auth}"\n')
        here = World(world.auth, world.trusted, outlook, home)
        assert here.by_hand().status == 0
        for one in faults.values():
            one.rate = 0.3
        words = [sys.executable, str(FAST), str(home), str(SPEED), str(START)]
        process = subprocess.Popen(
            words, env=here.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        seen: set[str] = set()
        try:
            for day in range(DAYS):
                if day == DAYS - CALM:
                    for one in faults.values():
                        one.rate = 0.0
                arrive(gmail, outlook, day)
                time.sleep(DAY / SPEED)
                assert process.poll() is None
                if day % 3 == 0:
                    seen |= true_states(here)
            asked = {name: one.asked for name, one in faults.items()}
            settle(here, seen)
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=20)
        assert b"Traceback" not in err, err.decode()
        assert here.run("status", "--check").status == 0
    spoiled = sum(sum(one.done.values()) - one.done[""] for one in faults.values())
    figure(f"{DAYS} days, {asked} requests, about {spoiled} spoilt, states seen: {sorted(seen)}")
    for name, one in faults.items():
        assert asked[name] < DAYS * 24 * 12 * 6, "a hot loop"
        assert {"refuse", "cut", "half", "slow", "html"} <= set(one.done), "not everything was tried"
    assert "waiting" in seen
    log = [json.loads(line) for line in (home / "goodwill.log").read_text().splitlines()]
    assert not [line for line in log if "should not have happened" in line["what"]]
    assert len(log) < DAYS * 40, "a storm of errors"


def arrive(gmail: Gmail, outlook: Graph, day: int) -> None:
    at = START + day * DAY
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(at))
    for number in range(3):
        head = f"From: Kim{day} <kim{day}.sample@there.example>\nTo: {ME}\nSubject: letter {day}\n"
        raw = f"{head}Message-ID: <g{day}.{number}@there.example>\nDate: {date}\n\nBoat {number} is in.\n"
        gmail.add(f"g{day}n{number}", raw.encode(), at=at)
        sender, text = (f"bo{day}@there.example", f"Bo{day}"), f"Boat {number} is out."
        outlook.add(f"o{day}n{number}", at=at, subject="news", sender=sender, text=text)


def true_states(world: World) -> set[str]:
    """The states of the accounts, each of which says what it must."""
    found = json.loads(world.run("status", "--json").out)["accounts"]
    assert len(found) == 2
    for one in found:
        assert one["state"] in STATES
        assert bool(one["trouble"]) == (one["state"] in ("waiting", "needs you"))
        assert one["state"] != "up to date" or one["read"] is not None
        assert (one["failures"] == 0) == (one["trouble"] is None)
    return {str(one["state"]) for one in found}


def settle(world: World, seen: set[str]) -> None:
    """Wait until everything has come in, whatever the last days were like."""
    end = time.monotonic() + 90
    while True:
        counts = json.loads(world.run("status", "--json").out)["counts"]
        states = true_states(world)
        seen |= states
        if counts["mail"] == 6 * DAYS and states == {"up to date"}:
            return
        assert time.monotonic() < end, (counts, states)
        time.sleep(0.5)
