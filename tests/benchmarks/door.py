"""What asking the door costs, on a store that is there: times over HTTP, and of the command line."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKS, COMMANDS = 2_000, 15
SETTLE = 25
"""Seconds in which the door writes down the warnings of the first round, which no hand gives so fast."""
ORIGIN = "moz-extension://00000000-0000-0000-0000-000000000000"


def measure(
    command: list[str],
    home: Path,
    draft: Path,
    me: str,
    people: int,
    python: str,
    show: Callable[[str, float], None],
) -> None:
    """Time the door of ``home``; ``command`` runs goodwill there, ``draft`` is a mail that asks."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    (home / "config.toml").write_text(f"[door]\nport = {port}\n")
    with opened([*command, "serve"], port):
        times = checks(port, pair(command, port), me, people)
        first, warm = sorted(times[:people]), sorted(times[people:])
        show("door, first ask of each person, p99 ms", 1000 * first[int(len(first) * 0.99)])
        show("door warm, median ms", 1000 * statistics.median(warm))
        show("door warm, p99 ms (at most 20)", 1000 * warm[int(len(warm) * 0.99)])
        asking, bare = [*command, "check", str(draft)], [python, "-c", "pass"]
        ratios = [wall(asking) / wall(bare) for _ in range(COMMANDS)]
        show("check by the door / python -c pass, median (at most 6)", statistics.median(ratios))


@contextmanager
def opened(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise SystemExit("the door does not open") from None
                time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def pair(command: list[str], port: int) -> str:
    shown = subprocess.run([*command, "pair"], capture_output=True, text=True, check=True).stdout
    told = {"code": shown.strip(), "name": "benchmark"}
    return str(asked(http.client.HTTPConnection("127.0.0.1", port), "pair", told, {})["token"])


def checks(port: int, token: str, me: str, people: int) -> list[float]:
    """Seconds of each check, of drafts to many people that all ask for something."""
    connection, times = http.client.HTTPConnection("127.0.0.1", port), []
    for number in range(people + CHECKS):
        if number == people:
            time.sleep(SETTLE)
        to = f"p{number % people}@there.example"
        draft = {"from": me, "to": [to], "subject": "x", "text": "Could you recommend us?"}
        began = time.perf_counter()
        asked(connection, "check", draft, {"Authorization": f"Bearer {token}"})
        times.append(time.perf_counter() - began)
    return times


def asked(
    connection: http.client.HTTPConnection, what: str, told: dict[str, object], headers: dict[str, str]
) -> dict[str, object]:
    headers = headers | {"Content-Type": "application/json", "Origin": ORIGIN}
    connection.request("POST", f"/v1/{what}", json.dumps(told), headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"the door answers {answer.status}: {body.decode()}")
    return dict(json.loads(body))


def wall(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False, env=os.environ)
    return time.perf_counter() - began
