"""A day of two accounts during which the program is killed 200 times: nothing twice, nothing missing.

What it has then is compared with what two others have that read the same accounts: one that ran all day
undisturbed, and one that read everything at one go.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from gmail import ME, Gmail, serve
from gmail_account import answers, connect
from graph import Graph
from microsoft_world import World, microsoft

FAST = Path(__file__).resolve().parents[1] / "servers" / "fast_run.py"
NURSERY = FAST.with_name("nursery.py")
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
SAME = {name: {"more": [], "less": []} for name in ("export", "people", "digest")}
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
    # When it was read is true to the minute, and the three do not read in the same one.
    found["digest"] = [json.dumps(json.loads(line) | {"health": ""}) for line in found["digest"]]
    return found


def test_two_hundred_kills_in_a_day(tmp_path: Path, figure: Callable[[str], None]):
    chance, begun = random.Random(20251009), time.monotonic()
    gmail, outlook = Gmail(), Graph()
    home = tmp_path / "home"
    (tmp_path / "entra").mkdir()
    with serve(answers(gmail)) as url:
        connect(home, url, 600_000)
        with microsoft(tmp_path / "entra", home, outlook) as world:
            for name in ("calm", "late"):
                connect(tmp_path / name, url, 600_000)
            calm, late = another(world, tmp_path / "calm"), another(world, tmp_path / "late")
            for one in (world, calm):
                assert one.by_hand().status == 0
            with running(calm, START.timestamp()) as undisturbed:
                kills = live(world, script(chance), gmail, chance)
                undisturbed.send_signal(signal.SIGTERM)
                assert undisturbed.wait(20) == 0
            assert late.by_hand().status == 0
            for one in (world, calm, late):
                assert one.run("sync").status == 0
            disturbed, expected, at_once = map(told, (world, calm, late))
            assert world.run("status").status == 0
    figure(f"{kills} kills in {time.monotonic() - begun:.0f} s, {len(disturbed['export']) - 1} events")
    assert kills == KILLS
    for others in (expected, at_once):
        assert {name: differing(lines, others[name]) for name, lines in disturbed.items()} == SAME
    for one in (world, calm):
        log = [json.loads(line) for line in (one.home / "goodwill.log").read_text().splitlines()]
        assert sum(line["what"].startswith("read ") for line in log) >= 20  # it did come to something
        days = [line["what"] for line in log if line["what"].startswith("digest of")]
        assert len(days) == len(set(days))  # once a day
        assert days or one is world
        assert not [line for line in log if line["level"] == "ERROR"]


def another(world: World, home: Path) -> World:
    """The same accounts for another home."""
    _, table, keys = (world.home / "config.toml").read_text().partition("[microsoft]")
    with (home / "config.toml").open("a") as config:
        config.write(table + keys)
    return World(world.auth, world.trusted, world.box, home)


def differing(lines: list[str], others: list[str]) -> dict[str, list[str]]:
    """What one has and the other has not, so that a failure is short enough to be read."""
    one, other = Counter(lines), Counter(others)
    return {"more": sorted((one - other).elements()), "less": sorted((other - one).elements())}


@contextmanager
def running(world: World, at: float) -> Iterator[subprocess.Popen[bytes]]:
    """``goodwill run`` in a home, from a moment on, until the block ends."""
    words = [sys.executable, str(FAST), str(world.home), str(SPEED), str(at)]
    process = subprocess.Popen(
        words, env=world.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        _, err = process.communicate(timeout=20)
        assert b"Traceback" not in err, err.decode()


def live(world: World, pieces: list[list[Action]], gmail: Gmail, chance: random.Random) -> int:
    """Let the day pass piece by piece, and kill the program in each; returns how often."""
    with nursery(world) as (lines, answers):
        for number, actions in enumerate(pieces):
            lines.write(f"{START.timestamp() + number * DAY.total_seconds() / KILLS}\n")
            lines.flush()
            life = int(answers.readline())
            time.sleep(chance.uniform(0.0, 0.6))
            for act in actions:
                act(gmail, world.box)
            time.sleep(chance.uniform(0.1, 1.4))
            os.kill(life, signal.SIGKILL)
            assert answers.readline() == "ended\n"
    return len(pieces)


@contextmanager
def nursery(world: World) -> Iterator[tuple[IO[str], IO[str]]]:
    """Lives of ``goodwill run``: a moment goes in for each, its number and its end come out."""
    process = subprocess.Popen(
        [sys.executable, str(NURSERY), str(world.home), str(SPEED)], env=world.environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "ready\n"
        yield process.stdin, process.stdout
    finally:
        _, err = process.communicate(timeout=30)
        assert "Traceback" not in err, err
