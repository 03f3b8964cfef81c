"""One person's page: standing, the thirteen points, the dated ledger, and how every number came about."""

from __future__ import annotations

from collections.abc import Sequence

from goodwill.depth import MEANINGS, points
from goodwill.depth import depth as depth_of
from goodwill.ledger import (
    GOODWILL_HALF_LIFE,
    HOUR_POINTS,
    LETTER_POINTS,
    LETTERS_A_MONTH,
    SIZE_POINTS,
)
from goodwill.model import Entry, Evidence, Flag, Person, Said, Standing
from goodwill.standing import TREND_DAYS, balance, band, direction
from goodwill.verdict import day
from goodwill.writer import Writer, amount, number, shorten

_MARKS = {"yes": "✓", "no": "✗", "unknown": "·"}
_BARS = "▁▂▃▄▅▆▇█"
_SHARES = {1.0: "", 0.5: " ÷ 2", 0.25: " ÷ 4"}
LEDGER_SHOWN = 25
EARNED = 0.05
"""Points from which somebody has a rank worth telling."""
LEGEND = (
    f"How: {', '.join(f'{size} {points:.0f}' for size, points in SIZE_POINTS.items())}, times how sure it is;"
    " half for what they gave unasked and for an ask without result,",
    f"a quarter for offers, a yes and thanks; time together {HOUR_POINTS} × √hours ÷ (people beside you)^1.5;"
    f" a letter of yours to them alone {LETTER_POINTS},"
    f" {LETTERS_A_MONTH} a month at the most.",
    f"Now: points halve every {GOODWILL_HALF_LIFE:.0f} days, what draws on them twice as fast."
    " What they gave counts whole above, praise too, and halves as slowly.",
)


def reckoning(entry: Entry) -> str:
    """How the points of an entry came about, as a formula; empty where it has none."""
    if entry.kind == "meeting" and entry.points:
        company = 1 + (entry.flags >> Flag.OTHERS_SHIFT)
        hours = (entry.points * company**1.5 / HOUR_POINTS) ** 2
        return f"{HOUR_POINTS} × √{hours:.2g} h" + (f" ÷ {company}^1.5" if company > 1 else "")
    if entry.kind in {"wrote", "heard"} or not entry.points:
        return ""
    share = abs(entry.points) / (SIZE_POINTS[entry.size] * entry.confidence)
    return f"{entry.size} × {entry.confidence:.2f}" + _SHARES.get(round(share, 6), f" × {share:.2f}")


def evidence(shown: Sequence[Evidence], write: Writer, indent: str) -> None:
    """Dated evidence, a line each."""
    for one in shown:
        write.line(f"{indent}{day(one.at)}: {one.what}")


def _chart(standing: Standing) -> str:
    """Capital over two years as a line of bars, from its lowest to its highest."""
    points = [value for _, value in balance(standing)]
    low, high = min(0.0, *points), max(points)
    if high - low < 0.05:
        return ""
    bars = "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in points)
    return f"{bars}  {amount(low)} to {amount(high)} points over two years"


def facts(standing: Standing, rank: tuple[int, int] | None) -> list[tuple[str, str]]:
    """How the two stand, as lines: what each is about, and what there is to say of it."""
    judged = points(standing)
    depth = depth_of(judged, standing)
    yes = sum(point.answer == "yes" for point in judged)
    way = direction(standing)
    small = ", less than half a point or a tenth" if way == "steady" else ""
    found = [
        (
            "Capital",
            f"{standing.capital:.2f} = given {standing.given:.2f} - drawn {standing.drawn:.2f}"
            f" (they gave {standing.received:.2f}, kept apart)",
        ),
        ("Depth", f"{depth} ({MEANINGS[depth]}), {yes} of 13 points yes"),
    ]
    if rank and standing.capital >= EARNED:
        found.append(("Rank", f"{rank[0]} of {rank[1]} by capital ({band(rank[0])})"))
    found.append(("Trend", f"{way} ({standing.trend:+.1f} points in {TREND_DAYS} days{small})"))
    return found + _history(standing)


def _history(standing: Standing) -> list[tuple[str, str]]:
    found = []
    if standing.reciprocity is not None:
        both = standing.given + standing.received
        share = f"{standing.given:.2f} of {both:.2f} points that passed between you"
        found.append(("Given", f"{share} came from you ({standing.reciprocity:.0%})"))
    if standing.first is not None and standing.last is not None:
        found.append(("Known", f"since {day(standing.first)}; last contact {day(standing.last)}"))
    if standing.rhythm is not None and standing.silence is not None:
        usual, silent = (number(round(days), "day") for days in (standing.rhythm, standing.silence))
        found.append(("Rhythm", f"three gaps of four are within {usual}; silent for {silent}"))
    wrote, met = number(standing.written, "time"), number(standing.meetings, "meeting")
    contact = (
        f"you wrote {wrote}, they {standing.heard}; {met}, {standing.direct_meetings} of them one to one"
    )
    return [*found, ("Contact", contact)]


def show(
    who: Person, standing: Standing, rank: tuple[int, int] | None, write: Writer, everything: bool
) -> None:
    """One person's page: standing, the thirteen points, and the dated ledger."""
    write.line(who.shown, "bold")
    write.line("  " + ", ".join(who.addresses))
    write.line()
    chart = _chart(standing)
    for about, what in facts(standing, rank):
        write.line(f"{about:8}{what}")
        if about == "Trend" and chart:
            write.line(f"Balance {chart}")
    for title, entries in waiting(standing):
        write.line(title, "bold")
        for entry in entries:
            write.line(f"  {day(entry.at)}: {entry.told}")
    write.line()
    write.line("The thirteen points", "bold")
    for point in points(standing):
        write.line(f"  {_MARKS[point.answer]} {point.number:2} {point.text}: {point.answer}")
        evidence(point.evidence, write, "        ")
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


def waiting(standing: Standing) -> list[tuple[str, tuple[Entry, ...]]]:
    """What each side waits for, under headings, the latest three of each."""
    found = (
        ("You promised", standing.offers_mine),
        ("They offered", standing.offers_theirs),
        ("Waiting for their answer", standing.asks_open),
        ("Waiting for your answer", standing.unanswered),
    )
    return [(title, entries[-3:]) for title, entries in found if entries]


def _ledger(standing: Standing, write: Writer, everything: bool) -> None:
    """The dated entries, adding up to capital; without ``everything`` the lesser ones in one line each."""
    write.line("Ledger", "bold")
    letters = [e for e in standing.entries if e.kind in {"wrote", "heard"} and not everything]
    lines = [e for e in standing.entries if everything or e.kind not in {"wrote", "heard"}]
    hidden = [] if everything else lines[:-LEDGER_SHOWN]
    rows = [
        (day(e.at), shorten(_told(e)), reckoning(e), f"{e.points:+.2f}", f"{e.value(standing.now):+.2f}")
        for e in lines[len(hidden) :]
    ]
    if hidden:
        rows.insert(0, _sum(f"earlier entries: {len(hidden)} (--all shows them)", hidden, standing.now))
    if letters:
        counting = sum(1 for letter in letters if letter.points)
        how = f"{counting} × {LETTER_POINTS}" if counting else ""
        rows.append(
            _sum(f"{number(len(letters), 'letter')}, those to groups too", letters, standing.now, how)
        )
    rows.append(("", "capital", "", "", f"{standing.capital:+.2f}"))
    write.table(("date", "what", "how", "then", "now"), rows, frozenset({3, 4}))
    for line in LEGEND:
        write.line(line)


def _told(entry: Entry) -> str:
    return entry.told.replace(entry.what, f"{entry.what} (routine)", 1) if entry.routine else entry.told


def _sum(what: str, entries: Sequence[Entry], now: int, how: str = "") -> tuple[str, str, str, str, str]:
    return "", what, how, "", f"{sum(entry.value(now) for entry in entries):+.2f}"
