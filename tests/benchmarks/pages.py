"""How fast the page answers in a full book: ``python tests/benchmarks/pages.py [--people N] [--mails N]``.

Makes a mailbox of invented people, imports it (into ``--home``, where it is found again), opens the door and
asks for every page in turn. Figures are wall time as one client sees it; the first answers are told apart.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import requests

ME = "me@home.example"
PEOPLE, MAILS, ROUNDS = 20_000, 100_000, 25
LIMIT_MS = 100
BUSY, SOMEBODY = "p0@there0.example", "p17000@there0.example"
PATHS = (
    "/", "/people", "/people?q=number19999", "/people?q=ka&sort=last&band=inner+150",
    "/people?sort=name&from=10000",
    f"/person?of={BUSY}", f"/person?of={SOMEBODY}", f"/person/forget?of={SOMEBODY}", "/check", "/warnings",
    "/network", "/accounts",
)  # fmt: skip
SENTENCES = (
    "Could you recommend us to your readers when you find the time?",
    "I fixed the broken link on your page for you, no charge.",
    "Thank you so much for the introduction, it made our year.",
    "Congratulations on the prize, nobody deserves it more.",
    "The paper arrived today and every sheet of it is good.",
    "Could you send me the figures for last month before Friday?",
    "If I can ever do anything for you, tell me.",
    "The notes are in the folder, with the drawings.",
)
SYLLABLES = re.findall("..", "kalomirenstovedatipolangresufeniborta")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=PEOPLE)
    arguments.add_argument("--mails", type=int, default=MAILS)
    arguments.add_argument("--home", type=Path, help="where the book is made, or was made before")
    options = arguments.parse_args()
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="goodwill-pages-"))
        home = options.home or Path(made)
        if not (home / "goodwill.db").exists():
            make(home, options.people, options.mails)
        port = stack.enter_context(opened(home))
        medians = measure(home, port)
    return 0 if max(medians) < LIMIT_MS else 1


def make(home: Path, people: int, mails: int) -> None:
    """A book of so many people."""
    home.mkdir(parents=True, exist_ok=True)
    box = home / "mail.mbox"
    write(box, people, mails)
    begun = time.monotonic()
    subprocess.run([*goodwill(home), "import", str(box), "--me", ME], check=True, stderr=subprocess.DEVNULL)
    box.unlink()
    print(f"{mails:,} mails with {people:,} people were imported in {time.monotonic() - begun:.0f} s")


def write(path: Path, people: int, mails: int) -> None:
    chance, now = random.Random(1), datetime.now(UTC)
    with path.open("w") as box:
        for number in range(mails):
            who = number % people if number < 2 * people else int(people * chance.random() ** 2.5)
            sent = now - timedelta(days=chance.random() ** 2 * 1_500)
            mine = number < people or chance.random() < 0.5
            one, other = (ME, party(who)) if mine else (party(who), ME)
            words = " ".join(chance.sample(SENTENCES, 2))
            box.write(f"From x Wed Jan  1 09:00:00 2025\nFrom: {one}\nTo: {other}\n")
            box.write(f"Subject: letter {number % 997}\nDate: {format_datetime(sent)}\n")
            box.write(f"Message-ID: <{number}@mail.example>\n\n{words}\n\n")


def party(who: int) -> str:
    """One of the people, by number."""
    name = "".join(SYLLABLES[(who // 18**place) % 18] for place in range(3)).capitalize()
    return f"{name} Number{who} <p{who}@there{who % 50}.example>"


def goodwill(home: Path) -> list[str]:
    return [sys.executable, "-m", "goodwill", "--home", str(home)]


@contextlib.contextmanager
def opened(home: Path) -> Iterator[int]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    (home / "config.toml").write_text(f"[door]\nport = {port}\n")
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*goodwill(home), "serve"], stdout=subprocess.PIPE, stderr=quiet)
    assert process.stdout is not None
    process.stdout.readline()
    print(f"memory before the first page: {memory(process.pid):.0f} MiB")
    try:
        yield port
        print(f"memory after all pages: {memory(process.pid):.0f} MiB")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def measure(home: Path, port: int) -> list[float]:
    browser, door = requests.Session(), f"http://127.0.0.1:{port}"
    link = subprocess.run([*goodwill(home), "page"], check=True, capture_output=True, text=True).stdout
    browser.get(link.strip()).raise_for_status()
    begun, tries = time.monotonic(), 0
    while "being added up" in browser.get(f"{door}/people").text:
        tries += 1
        assert time.monotonic() < begun + 600, "it does not come"
    print(f"everybody is counted for the first time within {time.monotonic() - begun:.1f} s")
    medians = []
    for path in PATHS:
        first, *rest = [timed(browser, f"{door}{path}") for _ in range(1 + ROUNDS)]
        medians.append(statistics.median(rest))
        worst = sorted(rest)[int(len(rest) * 0.95)]
        print(f"{path:45} median {medians[-1]:6.1f} ms   p95 {worst:6.1f} ms   first {first:6.1f} ms")
    return medians


def timed(browser: requests.Session, address: str) -> float:
    begun = time.perf_counter()
    answer = browser.get(address)
    spent = 1_000 * (time.perf_counter() - begun)
    answer.raise_for_status()
    return spent


def memory(pid: int) -> float:
    """Resident MiB of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
