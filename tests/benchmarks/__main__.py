"""Speed and size against peers in one run: ``python tests/benchmarks [--mails N] [--door]``.

Every figure is a ratio to something measured in the same run, because machines differ and are noisy.
Needs ``notmuch`` (Debian package notmuch).
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import accumulate
from pathlib import Path

ME = "me@home.example"
NOW = "2026-06-01"
PEOPLE = 400
MAILS, DOOR_MAILS = 20_000, 100_000
MEAN_BYTES, SPREAD = 11_000, 0.95
CHECKS = 300
ROOT = Path(__file__).resolve().parents[2]
SYLLABLES = re.findall("..", "kalomirenstovedatipolangresufeniborta")
VOCABULARY = [
    "".join(SYLLABLES[(n // 18**place) % 18] for place in range(1 + len(str(n)) // 2)) for n in range(30_000)
]
ZIPF = list(accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))
ASKING = b"From: me@home.example\nTo: p3@there.example\nSubject: x\n\nCould you recommend us?\n"
SENTENCES = (
    "Could you send me the figures for last month before Friday?",
    "Thank you so much for the introduction, it made our year.",
    "The meeting went well and we agreed on the next steps.",
    "I have put the notes into the shared folder for everybody.",
    "Would you recommend us to your readers when you find the time?",
    "Lunch on Thursday works for me, the usual place.",
)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mails", type=int, default=MAILS)
    arguments.add_argument("--no-peer", action="store_true", help="leave notmuch out")
    arguments.add_argument("--door", action="store_true", help="the door only, on 100,000 mails by itself")
    options = arguments.parse_args()
    if options.door:
        with tempfile.TemporaryDirectory(prefix="goodwill-bench-") as folder:
            measure_door(Path(folder), options.mails if options.mails != MAILS else DOOR_MAILS)
        return 0
    if not options.no_peer and shutil.which("notmuch") is None:
        print("notmuch is missing: install the package notmuch, or use --no-peer", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="goodwill-bench-") as folder:
        measure(Path(folder), options.mails, not options.no_peer)
    return 0


def measure(folder: Path, mails: int, peer: bool) -> None:
    source = folder / "Mail"
    reading()
    size = write_maildir(source, mails)
    print(f"{mails:,} mails, {size / mails / 1000:.1f} kB mean")
    home = folder / "home"
    first = cpu(goodwill(home, "import", str(source), "--me", ME))
    again = cpu(goodwill(home, "import", str(source)))
    show("import, CPU seconds", first.seconds)
    show("import, peak MiB (at most 150)", first.mib)
    show("repeated import / first (at most 0.05)", again.seconds / first.seconds)
    if peer:
        notmuch = cpu(peer_command(folder, source), env={"NOTMUCH_CONFIG": str(folder / "notmuch")})
        show("notmuch new, CPU seconds", notmuch.seconds)
        show("import / notmuch (at most 0.2)", first.seconds / notmuch.seconds)
    store_size(home, mails)
    check_cold(folder, home)
    check_warm(home)
    more = folder / "Mail3"
    write_maildir(more, 3 * mails)
    third = cpu(goodwill(folder / "home3", "import", str(more), "--me", ME))
    show(f"memory {3 * mails:,} / {mails:,} mails (at most 1.2)", third.mib / first.mib)


def measure_door(folder: Path, mails: int) -> None:
    import door

    write_maildir(folder / "Mail", mails)
    home, draft = folder / "home", folder / "draft.eml"
    cpu(goodwill(home, "import", str(folder / "Mail"), "--me", ME))
    shutil.rmtree(folder / "Mail")
    draft.write_bytes(ASKING)
    print(f"{mails:,} mails in the store")
    door.measure(goodwill(home), home, draft, ME, PEOPLE, sys.executable, show)


class Cost:
    def __init__(self, seconds: float, mib: float) -> None:
        self.seconds, self.mib = seconds, mib


def cpu(command: list[str], env: dict[str, str] | None = None) -> Cost:
    """CPU seconds (user and system) and peak memory of one command."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=os.environ | (env or {}))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def goodwill(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "goodwill", "--home", str(home), *words]


def peer_command(folder: Path, source: Path) -> list[str]:
    config = f"[database]\npath={source}\n[user]\nname=Me\nprimary_email={ME}\n[new]\ntags=new\n"
    (folder / "notmuch").write_text(config)
    return ["notmuch", "new", "--quiet"]


def write_maildir(folder: Path, mails: int) -> int:
    """A Maildir of invented mail whose sizes are spread like those of real mail; returns its bytes."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    chance = random.Random(mails)
    total = 0
    for number in range(mails):
        raw = one_mail(chance, number)
        total += len(raw)
        (folder / "cur" / f"{number:07}.bench.host:2,S").write_bytes(raw)
    return total


def words(chance: random.Random, count: int) -> str:
    """Invented words, as often as Zipf's law has it in any language, with a number now and then."""
    found = chance.choices(VOCABULARY, cum_weights=ZIPF, k=count)
    if chance.random() < 0.2:
        found[0] = str(chance.randrange(10**6))
    return " ".join(found)


def somebody(chance: random.Random) -> str:
    number = min(int(chance.expovariate(1 / 60)), PEOPLE)
    return f"Person {number} <p{number}@there.example>"


def one_mail(chance: random.Random, number: int) -> bytes:
    other = somebody(chance)
    mail = EmailMessage()
    mail["From"], mail["To"] = (ME, other) if chance.random() < 0.35 else (other, ME)
    mail["Subject"] = "Re: " * (chance.random() < 0.5) + words(chance, 4)
    mail["Date"] = format_datetime(datetime(2018, 1, 1, tzinfo=UTC) + timedelta(hours=number % 60_000))
    mail["Message-ID"] = f"<{number}@bench.example>"
    own = [words(chance, 12).capitalize() + "." for _ in range(chance.randrange(2, 20))]
    own.insert(0, chance.choice(SENTENCES))
    wanted = int(chance.lognormvariate(0, SPREAD) * MEAN_BYTES / 1.4)
    quoted: list[str] = []
    while sum(map(len, own)) + 60 * len(quoted) < wanted:
        quoted.append("> " + words(chance, 10))
    body = "\n".join([*own, "", "On Mon, 5 Jan 2018 at 10:00, Somebody wrote:", *quoted])
    mail.set_content(body)
    if chance.random() < 0.4:
        mail.add_alternative("<p>" + "</p><p>".join(own) + "</p>", subtype="html")
    return mail.as_bytes()


def reading() -> None:
    """Time what the detectors load, and what they spend on sentences that come in letters of thirty."""
    from goodwill_plugins import kinds, model
    from goodwill_plugins.reading import read

    for name, load in (
        ("weights", model.load),
        ("types", lambda: [kinds.load(table) for table in kinds.TABLES]),
    ):
        started = time.process_time()
        load()
        show(f"loading the {name}, CPU ms (at most 50)", 1000 * (time.process_time() - started))
    read("The first reading compiles the cues.")
    chance = random.Random(0)
    letters = [" ".join(words(chance, 12).capitalize() + "." for _ in range(30)) for _ in range(200)]
    started = time.process_time()
    found = sum(len(read(letter).lines) for letter in letters)
    show("reading one sentence in batches, ms (at most 0.2)", 1000 * (time.process_time() - started) / found)


def store_size(home: Path, mails: int) -> None:
    import sqlite3

    connection = sqlite3.connect(home / "goodwill.db")
    evidence = connection.execute("SELECT coalesce(sum(length(payload)), 0) FROM signals").fetchone()[0]
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    total = (home / "goodwill.db").stat().st_size
    show("store, bytes a mail", total / mails)
    show("store beside evidence, bytes a mail (at most 1024)", (total - evidence) / mails)


def check_cold(folder: Path, home: Path) -> None:
    draft = folder / "draft.eml"
    draft.write_bytes(ASKING)
    checks = goodwill(home, "check", str(draft), "--now", NOW)
    base = [sys.executable, "-c", "import sqlalchemy"]
    ratios = [wall(checks) / wall(base) for _ in range(9)]
    show("check cold / import sqlalchemy, median of 9 (at most 2.5)", statistics.median(ratios))


def wall(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - started


def check_warm(home: Path) -> None:
    from goodwill import plugin
    from goodwill.app import App
    from goodwill.config import Config

    app = App(home, Config())
    now = datetime(2026, 6, 1, tzinfo=UTC)
    parse = plugin.load_named("formats", "mail")
    times = []
    for number in range(CHECKS + 100):
        head = f"From: {ME}\nTo: p{number % 100}@there.example\nSubject: x\n"
        raw = f"{head}\nCould you recommend us to {number}?\n"
        draft = parse(raw.encode())
        started = time.perf_counter()
        app.check(draft, now)
        times.append(time.perf_counter() - started)
    first, warm = sorted(times[:100]), sorted(times[100:])
    show("check, first time of each of 100 people, p99 ms", 1000 * first[98])
    show("check warm, median ms", 1000 * statistics.median(warm))
    show("check warm, p99 ms (at most 5)", 1000 * warm[int(len(warm) * 0.99)])


def show(name: str, value: float) -> None:
    print(f"{name:60} {value:10.3f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
