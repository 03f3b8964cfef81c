"""What people read: verdicts, tables of people, reviews and digests in words; one person's is ``page``."""

from __future__ import annotations

from collections.abc import Sequence

from goodwill.advised import SHORTEST
from goodwill.depth import depth, points
from goodwill.digest import SECTIONS, Advice
from goodwill.inbound import MONTHS, Drawn
from goodwill.judging import Review
from goodwill.model import Person, RecipientVerdict, Standing, Verdict
from goodwill.page import evidence
from goodwill.verdict import day
from goodwill.writer import Writer, amount, shorten

_STYLES = {"clear": "bold green", "caution": "bold yellow", "premature": "bold red"}
OUTCOMES = {
    "": "open",
    "no ask": "not an ask, you said",
    "close": "you are close, you said",
    "fine": "fine for them, you said",
    "sent": "sent; no answer yet",
    "kept": "you kept it back",
    "answered": "sent, and answered",
    "granted": "sent, and granted",
    "declined": "sent, and declined",
    "ignored": "sent, and never answered",
}
_TURNED = {"clear": "earned", "caution": "early", "premature": "unearned"}
NAMED = 3
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
            evidence(reason.evidence, write, "      ")
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
    if found.settled:
        write.line(f"{found.needless} of the last {found.settled} settled warnings were needless.")
    else:
        write.line("None of them teaches anything: they are open, or from before the last --reset.")
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
            f"{day(one.asks[-1].at)}: {shorten(one.asks[-1].told)}",
        )
        for one in found
    ]
    headers = ("person", "asks", "minutes a month", "they had given", "the last one was", "it was")
    write.table(headers, rows, frozenset({1, 2, 3}))
    write.line(
        f"Within {MONTHS} months. Minutes are estimates, 10, 60 or 480 an ask by its size,"
        " of what you neither declined nor left unanswered."
    )


def digest(advice: Sequence[Advice], write: Writer, health: str) -> None:
    """Whom to invest in today, and how the accounts are read."""
    if not advice:
        write.line("Nothing needs you today.")
    section = ""
    for one in sorted(advice, key=lambda a: SECTIONS.index(a.section)):
        if one.section != section:
            section = one.section
            write.line(section.upper(), "bold")
        write.line(f"  {one.person.shown} <{one.person.addresses[0]}>", "bold")
        write.line(f"    {one.why}.")
        evidence(one.evidence, write, "      ")
        write.line(f"    → {one.give}.   [{one.key[:SHORTEST]}]")
        if one.last is not None:
            about = f" (“{shorten(one.about)}”)" if one.about and not one.resumes else ""
            write.line(f"    last contact {day(one.last)}{about}, capital {one.capital:.1f}, {one.direction}")
    if health:
        write.line(health, "dim")
