"""Replays a mailbox: what would Goodwill have said of every mail that its owner sent?

    python tests/benchmarks/replay.py MAILBOX --me ADDRESS [--show N] [--seed 0]

Prints how many sent mails, judged as drafts with the store as of their moment, draw a warning (with the
first N of them), and how well two numbers tell whether an ask is answered within 14 days: the capital of
the one who asks, and the plain count of earlier letters from the one who is asked. Both are as of the
moment of the ask; the measure is the area under the ROC curve with a 95 % bootstrap interval.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from goodwill import plugin, shelf
from goodwill.app import App
from goodwill.codec import seconds
from goodwill.config import Config
from goodwill.errors import InputError
from goodwill.inbound import mirrored
from goodwill.model import Contact, Entry, Event, Verdict
from goodwill.standing import fold

DAY = 86_400
ANSWER_DAYS = 14
SAMPLES = 2_000


class Case(NamedTuple):
    """One ask: whether it was answered, and what stood behind it before."""

    answered: bool
    capital: float
    letters: int


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mailbox", type=Path)
    parser.add_argument("--me", action="append", required=True)
    parser.add_argument("--show", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    owner = frozenset(address.lower() for address in options.me)
    with tempfile.TemporaryDirectory(prefix="goodwill-replay-") as folder:
        app = App(Path(folder), Config())
        now = datetime.now(UTC)
        app.import_files([options.mailbox], sorted(owner), now, lambda *_: None)
        replay(app, list(sent(options.mailbox, owner, now)), options.show)
        for name, routine in (("every ask", True), ("asks for favours", False)):
            predict(name, list(cases(app, owner, now, routine)), options.seed)
    return 0


def sent(mailbox: Path, owner: frozenset[str], now: datetime) -> Iterator[Event]:
    """Yield each mail of the owner to others, once."""
    seen: set[str] = set()
    files = plugin.load_named("connectors", "files")([mailbox], now)
    for page in files.poll({}, lambda _stream, _items: set()):
        for item in page.items:
            for event in item.events:
                mine = event.kind == "mail" and event.sender and event.sender.address in owner
                if mine and event.dated and seen.isdisjoint(event.keys):
                    seen.update(event.keys)
                    yield event


def replay(app: App, mails: Sequence[Event], shown: int) -> None:
    warned: list[tuple[Event, Verdict]] = []
    judged = 0
    for mail in mails:
        try:
            verdict = app.check(mail, mail.at - timedelta(seconds=1))
        except InputError:  # to nobody but the owner
            continue
        judged += 1
        if verdict.verdict != "clear":
            warned.append((mail, verdict))
    print(f"{len(warned)} of {judged} sent mails draw a warning: 1 in {judged / max(1, len(warned)):.0f}")
    for mail, verdict in warned[:shown]:
        print(f"  {mail.at:%Y-%m-%d} {verdict.verdict}: {mail.subject[:60]}")
        for ask in verdict.asks:
            if not ask.routine:
                quote = " ".join(ask.quote.split())[:150]
                print(f"    {ask.type}, {ask.size}, {ask.confidence:.2f}: {quote}")
        for one in verdict.recipients:
            if one.verdict != "clear":
                print(f"    {', '.join(reason.text for reason in one.reasons)}")


def cases(app: App, owner: frozenset[str], now: datetime, routine: bool) -> Iterator[Case]:
    """Yield every ask between the owner and one other, in both directions."""
    for person, ids, standing in list(app.standings(now)):
        with app.store.reading() as connection:
            contacts = shelf.contacts(connection, ids, seconds(now))
        theirs = frozenset(person.addresses)
        for kind, answer, side in (
            ("asked", "heard", contacts),
            ("was asked", "wrote", list(map(mirrored, contacts))),
        ):
            mine, other = (theirs, owner) if kind == "asked" else (owner, theirs)
            for ask in standing.entries:
                if ask.kind == kind and ask.direct and (routine or not ask.routine):
                    yield case(ask, standing.entries, answer, side, mine, other)


def case(
    ask: Entry,
    entries: Sequence[Entry],
    answer: str,
    contacts: Sequence[Contact],
    asked: frozenset[str],
    asking: frozenset[str],
) -> Case:
    letters = [e for e in entries if e.kind == answer]
    until = ask.at + ANSWER_DAYS * DAY
    answered = any(ask.at < e.at <= until and (e.direct or e.thread == ask.thread) for e in letters)
    capital = fold(contacts, asked, asking, ask.at - 1).capital
    return Case(answered, capital, sum(e.at < ask.at for e in letters))


def predict(name: str, found: Sequence[Case], seed: int) -> None:
    answered = sum(case.answered for case in found)
    print(f"{name}: {len(found)}, of which {answered} were answered within {ANSWER_DAYS} days")
    if not 0 < answered < len(found):
        return
    chance = random.Random(seed)
    drawn = [chance.choices(found, k=len(found)) for _ in range(SAMPLES)]
    for what, column in (("capital", 1), ("earlier letters", 2)):
        sample = sorted(area(one, column) for one in drawn if 0 < sum(c.answered for c in one) < len(one))
        low, high = sample[int(0.025 * len(sample))], sample[int(0.975 * len(sample))]
        print(
            f"  area under the curve of {what:15} {area(found, column):.3f}  (95 %: {low:.3f} to {high:.3f})"
        )


def area(found: Sequence[Case], column: int) -> float:
    """The probability that an answered ask has more than one that was not; ties count half."""
    yes = [float(case[column]) for case in found if case.answered]
    no = sorted(float(case[column]) for case in found if not case.answered)
    below = sum(bisect_right(no, value) for value in yes)
    ties = sum(no.count(value) for value in yes)
    return (below - ties / 2) / (len(yes) * len(no))


if __name__ == "__main__":
    sys.exit(main())
