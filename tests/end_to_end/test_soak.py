"""A day of two accounts during which the program is killed 200 times: nothing twice, nothing missing.

What it has then is compared with what a store has that reads the same accounts at one go.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from gmail import ME, Gmail, serve
from gmail_account import answers, connect
from graph import Graph
from microsoft_world import World, microsoft

FAST = Path(__file__).resolve().parents[1] / "servers" / "fast_run.py"
START = datetime(2025, 10, 9, 6, tzinfo=UTC)
KILLS, DAY = 200, timedelta(days=1)
SPEED = 300
TEXTS = (
    "Could you introduce me to your editor? I would be very grateful.",
    "Thank you so much for introducing me to Noor, it made our month!",
    "Here is the paragraph that I promised, use it as you like.",
    "Shall we have lunch on Thursday?",
    "The boat is in.",
)
Action = Callable[[Gmail, Graph], None]


def people(chance: random.Random) -> tuple[str, str]:
    number = chance.randrange(12)
    return f"kim{number}.sample@there.example", f"Kim{number} Sample"


def script(chance: random.Random) -> list[list[Action]]:
    """What happens in each of the day's pieces, in both mailboxes and in the calendar."""
    pieces: list[list[Action]] = []
    meetings: list[str] = []
    for piece in range(KILLS):
        now = START + DAY * piece / KILLS
        actions = [arrives(chance, piece, n, now) for n in range(chance.randrange(3))]
        if piece % 8 == 0:
            meetings.append(f"e{piece}")
            actions.append(invites(chance, meetings[-1], now))
        elif piece % 8 == 4 and len(meetings) > 2:
            actions.append(changes(chance, chance.choice(meetings), now))
        pieces.append(actions)
    return pieces


def arrives(chance: random.Random, piece: int, n: int, now: datetime) -> Action:
    (address, name), text, mine = people(chance), chance.choice(TEXTS), chance.random() < 0.4
    id_, where = f"p{piece}n{n}", chance.choice(("gmail", "outlook", "both"))
    message_id, at = f"<{id_}@there.example>", int(now.timestamp())

    def act(gmail: Gmail, outlook: Graph) -> None:
        ends = (f"Me <{ME}>", f"{name} <{address}>")
        sender, to = ends if mine else ends[::-1]
        head = f"From: {sender}\nTo: {to}\nSubject: letter {id_}\nMessage-ID: {message_id}\n"
        raw = f"{head}Date: {now:%a, %d %b %Y %H:%M:%S} +0000\n\n{text}\n".encode()
        if where != "outlook":
            gmail.add(id_, raw, "SENT" if mine else "INBOX", at=at)
        if where != "gmail":
            pair: list[Any] = [(ME, "Me"), (address, name)]
            sender, to = pair if mine else pair[::-1]
            more: dict[str, Any] = {"subject": f"letter {id_}", "text": text, "message_id": message_id}
            outlook.add(id_, "sentitems" if mine else "inbox", at=at, sender=sender, to=[to], **more)

    return act


def invites(chance: random.Random, id_: str, now: datetime) -> Action:
    (address, name), series = people(chance), chance.random() < 0.3
    begins = now + timedelta(days=chance.randrange(-20, 20), hours=chance.randrange(9))

    def act(gmail: Gmail, outlook: Graph) -> None:
        more: dict[str, Any] = {"recurrence": ("weekly", 4)} if series else {}
        attendees = [(address, name, "accepted", "required")]
        ends = begins + timedelta(hours=1)
        outlook.add_event(id_, begins, ends, subject=f"Lunch {id_}", attendees=attendees, **more)

    return act


def changes(chance: random.Random, id_: str, now: datetime) -> Action:
    what, day = chance.choice(("move", "cancel", "one")), chance.randrange(1, 9)

    def act(gmail: Gmail, outlook: Graph) -> None:
        event = outlook.events.get(id_)
        if event is None:
            return
        if what == "cancel":
            outlook.delete_event(id_)
        elif what == "move" or event.recurrence is None:
            outlook.change_event(
                id_, start=event.start + timedelta(days=day), end=event.end + timedelta(days=day)
            )
        else:
            outlook.cancel_occurrence(id_, (event.start + timedelta(days=7)).date())

    return act


def told(world: World) -> dict[str, list[str]]:
    """Everything that follows from what was read."""
    end = (START + DAY).isoformat()
    commands = {
        "export": ("export",), "people": ("people", "--json", "--now", end),
        "digest": ("digest", "--json", "--now", end),
    }  # fmt: skip
    found = {}
    for name, words in commands.items():
        ran = world.run(*words)
        assert ran.status == 0, ran.err
        found[name] = sorted(ran.out.splitlines())
    return found


def test_two_hundred_kills_in_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    chance, begun = random.Random(20251009), time.monotonic()
    gmail, outlook = Gmail(), Graph()
    home, fresh = tmp_path / "home", tmp_path / "fresh"
    (tmp_path / "entra").mkdir()
    with serve(answers(gmail)) as url:
        for one in (home, fresh):
            connect(one, url, 600_000)
        with microsoft(tmp_path / "entra", home, outlook) as world:
            assert world.by_hand().status == 0
            kills = live(world, script(chance), gmail, chance)
            assert world.run("sync").status == 0
            undisturbed = World(world.auth, world.trusted, outlook, fresh)
            with (fresh / "config.toml").open("a") as config:
                config.write((home / "config.toml").read_text().partition("[microsoft]")[1])
                config.write((home / "config.toml").read_text().partition("[microsoft]")[2])
            assert undisturbed.by_hand().status == 0
            assert undisturbed.run("sync").status == 0
            disturbed = told(world)
            expected = told(undisturbed)
            assert world.run("status").status == 0
    with capsys.disabled():
        events = len(disturbed["export"]) - 1
        print(f"\n{kills} kills in {time.monotonic() - begun:.0f} s, {events} events")
    assert kills == KILLS
    assert disturbed == expected
    log = [json.loads(line) for line in (home / "goodwill.log").read_text().splitlines()]
    assert sum(line["what"].startswith("digest of") for line in log) == 1  # once
    assert not [line for line in log if line["level"] == "ERROR"]


def live(world: World, pieces: list[list[Action]], gmail: Gmail, chance: random.Random) -> int:
    """Let the day pass piece by piece, and kill the program in each; returns how often."""
    for number, actions in enumerate(pieces):
        at = START.timestamp() + number * DAY.total_seconds() / KILLS
        words = [sys.executable, str(FAST), str(world.home), str(SPEED), str(at)]
        process = subprocess.Popen(
            words, env=world.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        time.sleep(chance.uniform(0.0, 1.0))
        for act in actions:
            act(gmail, world.box)
        time.sleep(chance.uniform(0.2, 1.6))
        assert process.poll() is None
        process.kill()
        _, err = process.communicate(timeout=20)
        assert b"Traceback" not in err, err.decode()
    return len(pieces)
