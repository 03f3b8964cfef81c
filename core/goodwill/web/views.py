"""Turns what the book answers into what templates show (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from goodwill.advised import SHORTEST
from goodwill.depth import MEANINGS, depth, points
from goodwill.digest import SECTIONS, Advice
from goodwill.model import Entry, Person, Standing
from goodwill.page import EARNED, LEDGER_SHOWN, LEGEND, facts, reckoning, waiting
from goodwill.people import plain_name
from goodwill.roll import Line, Roll
from goodwill.standing import BANDS, balance
from goodwill.web.pictures import balance_chart, network, spark
from goodwill.writer import amount

PAGE = 50
"""People on a page."""
PICTURED, LISTED = 60, 20
"""People in the picture of the network, of those with the most and of those with the least."""
SORTS: Mapping[str, tuple[str, Callable[[Line], Any] | None]] = {
    "capital": ("Capital", None),
    "name": ("Person", lambda line: (plain_name(line.person.shown) or "~", line.person.addresses)),
    "given": ("Given", lambda line: -line.given),
    "received": ("Received", lambda line: -line.received),
    "trend": ("Trend", lambda line: -line.trend),
    "points": ("Depth", lambda line: (-line.yes, -line.capital)),
    "last": ("Last contact", lambda line: -(line.last or 0)),
}
"""The orders of the list of people: the heading of each, and what it sorts by (None: as the roll has it)."""
CIRCLES = (*(f"inner {size}" for size in BANDS), "beyond 150")


@dataclass(frozen=True)
class Wish:
    """Which people are wanted, in which order, from which place on."""

    words: str = ""
    sort: str = "capital"
    band: str = ""
    depth: str = ""
    start: int = 0


def wish(query: Mapping[str, str]) -> Wish:
    """The wish that an address bears; what it does not know means nothing."""
    start = query.get("from", "")
    return Wish(
        " ".join(query.get("q", "").split())[:200],
        query["sort"] if query.get("sort") in SORTS else "capital",
        query["band"] if query.get("band") in CIRCLES else "",
        query["depth"] if query.get("depth") in MEANINGS else "",
        int(start) if start.isascii() and start.isdecimal() and len(start) < 8 else 0,
    )


def people(roll: Roll, wanted: Wish) -> dict[str, Any]:
    """The list of people."""
    key = SORTS[wanted.sort][1]
    lines: Sequence[Line] = roll.lines if key is None else roll.sorted_by(wanted.sort, key)
    if wanted.words:
        words = [*plain_name(wanted.words).split(), *(w for w in wanted.words.casefold().split() if "@" in w)]
        words = words or [wanted.words.casefold()]
        lines = [line for line in lines if all(word in line.words for word in words)]
    if wanted.band:
        lines = [line for line in lines if roll.band(line) == wanted.band]
    if wanted.depth:
        lines = [line for line in lines if line.depth == wanted.depth]
    shown = lines[wanted.start : wanted.start + PAGE]
    after = wanted.start + PAGE
    return {
        "wish": wanted,
        "count": len(lines),
        "rows": [_row(roll, line) for line in shown],
        "next": after if after < len(lines) else None,
        "sorts": [(name, heading) for name, (heading, _) in SORTS.items()],
        "bands": CIRCLES,
        "depths": tuple(MEANINGS),
        "as_of": roll.at,
    }


def _row(roll: Roll, line: Line) -> dict[str, Any]:
    return {
        "name": line.person.shown,
        "address": line.person.addresses[0],
        "more": len(line.person.addresses) - 1,
        "capital": amount(line.capital),
        "owes": line.capital <= -EARNED,
        "given": amount(line.given),
        "received": amount(line.received),
        "depth": line.depth,
        "yes": line.yes,
        "band": roll.band(line),
        "rank": roll.ranks[line.person.id],
        "direction": line.direction,
        "trend": f"{round(line.trend, 1) + 0.0:+.1f}",
        "spark": spark(line.balance),
        "last": line.last,
        "muted": line.muted,
    }


def today(advice: Sequence[Advice]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The digest, by section."""
    ordered = sorted(advice, key=lambda one: SECTIONS.index(one.section))
    return [
        (name, [_card(one) for one in found]) for name, found in groupby(ordered, lambda one: one.section)
    ]


def _card(one: Advice) -> dict[str, Any]:
    return {
        "name": one.person.shown,
        "address": one.person.addresses[0],
        "why": one.why,
        "give": one.give,
        "evidence": one.evidence,
        "key": one.key,
        "code": one.key[:SHORTEST],
        "last": one.last,
        "about": one.about,
        "capital": amount(one.capital),
        "direction": one.direction,
        "spark": spark([value for _, value in one.balance]) if one.balance else "",
    }


def person(
    who: Person,
    standing: Standing,
    rank: tuple[int, int] | None,
    upcoming: Sequence[tuple[int, str]],
    everything: bool,
) -> dict[str, Any]:
    """Everything on one person."""
    judged = points(standing)
    line = balance(standing)
    state = depth(judged, standing)
    return {
        "who": who,
        "of": who.addresses[0],
        "capital": amount(standing.capital),
        "owes": standing.capital <= -EARNED,
        "depth": state,
        "meaning": MEANINGS[state],
        "yes": sum(point.answer == "yes" for point in judged),
        "rank": rank if standing.capital >= EARNED else None,
        "facts": facts(standing, rank),
        "chart": balance_chart(line),
        "line": [(at, amount(value)) for at, value in line],
        "waiting": waiting(standing),
        "upcoming": upcoming,
        "points": judged,
        "own": set(standing.said.points) | ({2} if standing.said.since is not None else set()),
        "said": standing.said,
        "ledger": ledger(standing, everything),
        "legend": LEGEND,
        "everything": everything,
    }


def ledger(standing: Standing, everything: bool) -> dict[str, Any]:
    """The dated entries, the latest first, adding up to capital; letters in one line unless wanted."""
    letters = [e for e in standing.entries if e.kind in {"wrote", "heard"} and not everything]
    lines = [e for e in standing.entries if everything or e.kind not in {"wrote", "heard"}]
    shown = lines if everything else lines[-LEDGER_SHOWN:]
    earlier = lines[: len(lines) - len(shown)]
    return {
        "entries": [_entry(e, standing.now) for e in reversed(shown)],
        "earlier": (len(earlier), _worth(earlier, standing.now)),
        "letters": (len(letters), _worth(letters, standing.now)),
        "capital": f"{standing.capital:+.2f}",
    }


def _entry(entry: Entry, now: int) -> dict[str, Any]:
    return {
        "at": entry.at,
        "what": f"{entry.what} (routine)" if entry.routine else entry.what,
        "outcome": "" if entry.routine else entry.outcome,
        "quote": " ".join(entry.quote.split()),
        "how": reckoning(entry),
        "then": f"{entry.points:+.2f}" if entry.points else "",
        "now": f"{entry.value(now):+.2f}" if entry.points else "",
        "draws": entry.points < 0,
    }


def _worth(entries: Sequence[Entry], now: int) -> str:
    return f"{sum(entry.value(now) for entry in entries):+.2f}"


KINDS = {
    "ahead": "You have put in more",
    "behind": "They have put in more",
    "drawn": "You have drawn more than you put in",
}
"""The three ways in which an account can stand, as the picture of the network tells them apart."""


def kind_of(line: Line) -> str:
    """Who has capital with whom."""
    if line.capital <= -EARNED:
        return "drawn"
    return "behind" if line.received > line.given else "ahead"


def network_of(roll: Roll) -> dict[str, Any]:
    """The picture of the network, and its table."""
    lively = [line for line in roll.lines if line.capital >= EARNED][:PICTURED]
    drawn = [line for line in reversed(roll.lines) if line.capital <= -EARNED][:LISTED]
    chosen = [*lively, *drawn]
    picture = network(
        [
            (
                line.person.shown,
                line.person.addresses[0],
                line.capital,
                roll.ranks[line.person.id],
                kind_of(line),
            )
            for line in chosen
        ]
    )
    rows = [_row(roll, line) | {"kind": kind_of(line), "drawn": amount(line.drawn)} for line in chosen]
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in KINDS}
    shown = {"nodes": picture.nodes, "rings": picture.rings, "reach": picture.reach}
    return shown | {"rows": rows, "kinds": KINDS, "counts": counts, "people": len(roll.lines)}
