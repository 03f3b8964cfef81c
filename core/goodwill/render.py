"""What people read: verdicts, persons, reviews and digests in words."""

from __future__ import annotations

from collections.abc import Sequence

from goodwill.depth import depth, points
from goodwill.digest import Advice
from goodwill.inbound import MONTHS, Drawn
from goodwill.judging import Review
from goodwill.ledger import GOODWILL_HALF_LIFE
from goodwill.model import Entry, Evidence, Person, RecipientVerdict, Said, Standing, Verdict
from goodwill.standing import TREND_DAYS, balance, band, direction
from goodwill.verdict import day
from goodwill.writer import Writer, amount, number

_STYLES = {"clear": "bold green", "caution": "bold yellow", "premature": "bold red"}
_MARKS = {"yes": "✓", "no": "✗", "unknown": "·"}
OUTCOMES = {
    "": "open",
    "no ask": "not an ask, you said",
    "close": "you are close, you said",
    "fine": "fine for them, you said",
    "sent": "sent; no answer yet",
    "kept": "you kept it back",
    "answered": "sent, and answered",
    "granted": "sent, and granted",
    "ignored": "sent, and never answered",
}
_TURNED = {"clear": "earned", "caution": "early", "premature": "unearned"}
_BARS = "▁▂▃▄▅▆▇█"
LEDGER_SHOWN = 25
NAMED = 3
QUOTE_SHOWN = 120
WIDE = 110
"""Columns of a terminal from which ``people`` shows everything."""


def verdict(judged: Verdict, write: Writer) -> None:
    """The verdict on a draft, in words; nothing but one line when it is clear."""
    write.line(judged.verdict.upper(), _STYLES[judged.verdict])
    if judged.verdict == "clear":
        write.line(_why_clear(judged))
    for names, one in _alike(judged):
        write.line()
        write.line(f"{names}: {one.verdict}", _STYLES[one.verdict])
        write.line(f"  capital {one.capital:.1f}, depth {one.depth}, {one.yes} of 13 points yes")
        for ask in judged.asks:
            if one.address in ask.to and not ask.routine:
                write.line(f"  You ask for: {ask.type} ({ask.size}): “{' '.join(ask.quote.split())}”")
        for reason in one.reasons:
            write.line(f"  - {reason.text}")
            _evidence(reason.evidence, write, "      ")
        for idea in one.instead:
            write.line(f"  → {idea}.")
        if one.warning:
            write.line(f"  Wrong? goodwill review {one.warning} not-an-ask | close | fine", "dim")
    for note in judged.notes:
        write.line(f"Note: {note}")


def _alike(judged: Verdict) -> list[tuple[str, RecipientVerdict]]:
    """Those who are warned of, each with a name; with many who are judged alike the first stands for all."""
    groups: dict[tuple[object, ...], list[RecipientVerdict]] = {}
    for one in judged.recipients:
        if one.verdict != "clear":
            groups.setdefault((one.verdict, one.reasons, one.instead, one.capital), []).append(one)
    found = []
    for alike in groups.values():
        names = [
            one.person if one.person == one.address else f"{one.person} <{one.address}>" for one in alike
        ]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        found.append((", ".join(names[:NAMED]) + more, alike[0]))
    return found


def _why_clear(judged: Verdict) -> str:
    reasons = [reason for one in judged.recipients for reason in one.reasons]
    if reasons:
        return f"This asks for a favour. {reasons[0].text}."
    drawing = [ask for ask in judged.asks if not ask.routine]
    return "This asks for a favour, and the relationship carries it." if drawing else _nothing(judged)


def _nothing(judged: Verdict) -> str:
    if judged.asks:
        return "What it asks for is everyday business and draws on nobody's goodwill."
    return "This asks for nothing that draws on anybody's goodwill."


def _evidence(shown: Sequence[Evidence], write: Writer, indent: str) -> None:
    for one in shown:
        write.line(f"{indent}{day(one.at)}: {one.what}")


def people(found: Sequence[tuple[Person, Standing]], write: Writer) -> None:
    """Everybody in a table, those with the most behind them first; the essential on a narrow terminal."""
    if write.fancy and write.width < WIDE:
        _few_columns(found, write)
        return
    rows = [
        (
            person.shown,
            person.addresses[0] + (f" +{len(person.addresses) - 1}" if len(person.addresses) > 1 else ""),
            amount(standing.capital),
            amount(standing.given),
            amount(standing.received),
            depth(points(standing), standing),
            standing.written,
            standing.heard,
            standing.meetings,
            day(standing.last) if standing.last is not None else "",
        )
        for person, standing in found
    ]
    headers = (
        "person",
        "address",
        "capital",
        "given",
        "received",
        "depth",
        "wrote",
        "heard",
        "met",
        "last contact",
    )
    write.table(headers, rows, frozenset({2, 3, 4, 6, 7, 8}))


def review(found: Review, write: Writer) -> None:
    """Past warnings with what came of each, and what they have taught."""
    if not found.warnings:
        write.line("No warning was given yet.")
        return
    rows = [
        (one.id, day(one.at), one.address, one.verdict, ", ".join(one.types), OUTCOMES[one.answer])
        for one in found.warnings
    ]
    write.table(("", "date", "whom", "verdict", "asked for", "what came of it"), rows, frozenset({0}))
    write.line()
    write.line(f"{found.needless} of the last {found.settled} settled warnings were needless.")
    if found.raised > found.threshold:
        write.line(
            f"So an ask is judged from a confidence of {found.raised:.2f} now instead of "
            f"{found.threshold:.2f}; `goodwill review --reset` takes that back."
        )


def _few_columns(found: Sequence[tuple[Person, Standing]], write: Writer) -> None:
    rows = [
        (
            person.shown if person.shown == person.addresses[0] else f"{person.shown}\n{person.addresses[0]}",
            amount(standing.capital),
            depth(points(standing), standing),
            day(standing.last) if standing.last is not None else "",
        )
        for person, standing in found
    ]
    write.table(("person", "capital", "depth", "last contact"), rows, frozenset({1}))


def inbound(found: Sequence[Drawn], write: Writer) -> None:
    """Who asks favours of the owner."""
    if not found:
        write.line("Nobody asked a favour of you within a year.")
        return
    rows = [
        (
            one.person.shown,
            len(one.asks),
            f"{one.minutes:.0f}",
            amount(one.given),
            _TURNED[one.verdict],
            f"{day(one.asks[-1].at)}: {_shorten(one.asks[-1].told)}",
        )
        for one in found
    ]
    headers = ("person", "asks", "minutes a month", "they had given", "the last one was", "it was")
    write.table(headers, rows, frozenset({1, 2, 3}))
    write.line(
        f"Within {MONTHS} months. Minutes are estimates, 10, 60 or 480 an ask by its size,"
        " of what you neither declined nor left unanswered."
    )


def _chart(standing: Standing) -> str:
    """Capital over two years as a line of bars, from its lowest to its highest."""
    points = [value for _, value in balance(standing)]
    low, high = min(0.0, *points), max(points)
    if high - low < 0.05:
        return ""
    bars = "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in points)
    return f"{bars}  {amount(low)} to {amount(high)} points over two years"


def person(
    who: Person, standing: Standing, rank: tuple[int, int] | None, write: Writer, everything: bool
) -> None:
    """One person's page: standing, the thirteen points, and the dated ledger."""
    judged = points(standing)
    write.line(who.shown, "bold")
    write.line("  " + ", ".join(who.addresses))
    write.line()
    write.line(
        f"Capital {standing.capital:.2f} = given {standing.given:.2f} - drawn {standing.drawn:.2f}"
        f" (they gave {standing.received:.2f}, kept apart)"
    )
    write.line(
        f"Depth   {depth(judged, standing)}, {sum(p.answer == 'yes' for p in judged)} of 13 points yes"
    )
    if rank:
        write.line(f"Rank    {rank[0]} of {rank[1]} by capital ({band(rank[0])})")
    change = f"{standing.trend:+.1f} points in {TREND_DAYS} days"
    write.line(f"Trend   {direction(standing)} ({change})")
    if chart := _chart(standing):
        write.line(f"Balance {chart}")
    if standing.reciprocity is not None:
        write.line(f"Given   {standing.reciprocity:.0%} of what passed between you came from you")
    if standing.first is not None and standing.last is not None:
        write.line(f"Known   since {day(standing.first)}; last contact {day(standing.last)}")
    if standing.rhythm is not None and standing.silence is not None:
        write.line(
            f"Rhythm  every {number(round(standing.rhythm), 'day')};"
            f" silent for {number(round(standing.silence), 'day')}"
        )
    write.line(
        f"Contact you wrote {number(standing.written, 'time')}, they {standing.heard};"
        f" {number(standing.meetings, 'meeting')}, {standing.direct_meetings} of them one to one"
    )
    _waiting(standing, write)
    write.line()
    write.line("The thirteen points", "bold")
    for point in judged:
        write.line(f"  {_MARKS[point.answer]} {point.number:2} {point.text}: {point.answer}")
        _evidence(point.evidence, write, "        ")
    _said(standing.said, write)
    write.line()
    _ledger(standing, write, everything)


def _said(said: Said, write: Writer) -> None:
    """What the owner has said of this person, with the numbers by which notes are taken back."""
    words = [(said.close, "you are close: no warnings"), (said.muted, "muted")]
    words += [(at, f"an ask for {type_} is fine") for type_, at in said.fine.items()]
    if not said.notes and not any(at for at, _ in words):
        return
    write.line()
    write.line("By your own word", "bold")
    for at, what in words:
        if at:
            write.line(f"  {day(at)}: {what}")
    for number_, note in enumerate(said.notes, 1):
        about = "" if note.kind == "note" else f"{note.kind}: "
        write.line(f"  {number_}. {day(note.at)}: {about}{note.value}")


def _waiting(standing: Standing, write: Writer) -> None:
    for title, entries in (
        ("You promised", standing.offers_mine),
        ("They offered", standing.offers_theirs),
        ("Waiting for their answer", standing.asks_open),
        ("Waiting for your answer", standing.unanswered),
    ):
        if entries:
            write.line(title, "bold")
        for entry in entries[-3:]:
            write.line(f"  {day(entry.at)}: {entry.told}")


def _ledger(standing: Standing, write: Writer, everything: bool) -> None:
    """The dated entries, adding up to capital; without ``everything`` the lesser ones in one line each."""
    write.line("Ledger", "bold")
    letters = [e for e in standing.entries if e.kind in {"wrote", "heard"} and not everything]
    lines = [e for e in standing.entries if everything or e.kind not in {"wrote", "heard"}]
    hidden = [] if everything else lines[:-LEDGER_SHOWN]
    rows = [
        (day(e.at), _shorten(_told(e)), f"{e.points:+.2f}", f"{e.value(standing.now):+.2f}")
        for e in lines[len(hidden) :]
    ]
    if hidden:
        rows.insert(0, _sum(f"earlier entries: {len(hidden)} (--all shows them)", hidden, standing.now))
    if letters:
        rows.append(_sum(f"{number(len(letters), 'letter')}, those to groups too", letters, standing.now))
    rows.append(("", "capital", "", f"{standing.capital:+.2f}"))
    write.table(("date", "what", "then", "now"), rows, frozenset({2, 3}))
    write.line(
        f"Points halve every {GOODWILL_HALF_LIFE:.0f} days, what draws on them twice as fast;"
        " 1 point is a small favour."
    )


def _told(entry: Entry) -> str:
    return entry.told.replace(entry.what, f"{entry.what} (routine)", 1) if entry.routine else entry.told


def _sum(what: str, entries: Sequence[Entry], now: int) -> tuple[str, str, str, str]:
    return "", what, "", f"{sum(entry.value(now) for entry in entries):+.2f}"


def _shorten(text: str) -> str:
    return text if len(text) <= QUOTE_SHOWN else text[: QUOTE_SHOWN - 1] + "…"


def digest(advice: Sequence[Advice], write: Writer) -> None:
    """Whom to invest in today."""
    if not advice:
        write.line("Nothing needs you today.")
        return
    section = ""
    for one in sorted(advice, key=lambda a: ("you owe", "thank", "invest").index(a.section)):
        if one.section != section:
            section = one.section
            write.line(section.upper(), "bold")
        write.line(f"  {one.person.shown} <{one.person.addresses[0]}>", "bold")
        write.line(f"    {one.why}.")
        _evidence(one.evidence, write, "      ")
        write.line(f"    → {one.give}.")
        if one.last is not None:
            write.line(f"    last contact {day(one.last)}, capital {one.capital:.1f}")
