"""Whom to invest in today, and why (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from goodwill.depth import is_dormant
from goodwill.ledger import DAY
from goodwill.model import Entry, Evidence, Person, Standing
from goodwill.verdict import day

RECENT_DAYS = 3
"""Somebody the owner was in touch with in these days needs no reminder."""
ASK_WAITS_DAYS = 120
QUESTION_WAITS_DAYS = 30
"""An everyday question that is older than this has settled itself."""
LAPSED_DAYS = 730
"""A tie that has been silent for longer than this is not brought up unasked."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One person to invest in: in which section, why now, and the one thing to do."""

    person: Person
    section: str
    why: str
    give: str
    evidence: tuple[Evidence, ...]
    last: int | None
    capital: float
    weight: float


def digest(people: Iterable[tuple[Person, Standing, bool]], limit: int) -> tuple[Advice, ...]:
    """At most ``limit`` people, the most pressing first; ties go to the name.

    Each is (person, standing, whether a meeting with them is already in the calendar).
    """
    found = [
        advice
        for person, standing, ahead in people
        if standing.two_way
        and not ahead
        and standing.said.muted is None
        and (advice := _advise(person, standing)) is not None
    ]
    found.sort(key=lambda advice: (-advice.weight, advice.person.shown, advice.person.addresses))
    return tuple(found[:limit])


def _advise(person: Person, standing: Standing) -> Advice | None:
    name = (person.name.split() or [person.shown])[0]
    for rule in (_their_ask_waits, _promise_open, _thanks_due, _overdrawn, _rhythm_breaks):
        found = rule(name, standing)
        if found is not None:
            section, why, give, entries, weight = found
            evidence = tuple(Evidence(e.at, e.told) for e in entries)
            return Advice(person, section, why, give, evidence, standing.last, standing.capital, weight)
    return None


_Found = tuple[str, str, str, list[Entry], float]


def _their_ask_waits(name: str, standing: Standing) -> _Found | None:
    waiting = [
        e
        for e in standing.unanswered
        if e.confidence >= 0.6
        and standing.now - e.at <= (QUESTION_WAITS_DAYS if e.routine else ASK_WAITS_DAYS) * DAY
    ]
    if not waiting or (standing.silence or 0) < RECENT_DAYS:
        return None
    last = waiting[-1]
    thing = "you something" if last.routine else "for " + last.what.removeprefix("they asked for ")
    weight = 3 + closeness(standing) - (standing.now - last.at) / DAY / ASK_WAITS_DAYS
    return "you owe", f"{name} asked {thing} and has no answer", f"Answer {name}", [last], weight


def _promise_open(name: str, standing: Standing) -> _Found | None:
    open_ = [
        o for o in standing.offers_mine if 7 * DAY <= standing.now - o.at <= 120 * DAY and o.confidence >= 0.6
    ]
    if not open_ or (standing.silence or 0) < RECENT_DAYS:
        return None
    thing = open_[-1].what.removeprefix("you offered ")
    return (
        "you owe",
        f"You offered {name} {thing} on {day(open_[-1].at)}",
        "Keep the offer, or say that you cannot",
        [open_[-1]],
        2.5 + closeness(standing),
    )


def _thanks_due(name: str, standing: Standing) -> _Found | None:
    got = [
        e
        for e in standing.entries
        if e.kind == "got" and e.status == "given" and standing.now - e.at <= 60 * DAY and e.confidence >= 0.6
    ]
    if not got or any(e.kind == "wrote" and e.at > got[-1].at for e in standing.entries):
        return None
    last = got[-1]
    thing = last.what.removeprefix("they gave ")
    return (
        "thank",
        f"{name} gave you {thing} on {day(last.at)}, and you have not written since",
        f"Thank {name}, and say what came of it",
        [last],
        2 + closeness(standing),
    )


def _overdrawn(name: str, standing: Standing) -> _Found | None:
    asked = [e for e in standing.entries if e.kind == "asked" and not e.routine]
    if standing.capital >= -1 or not asked or standing.now - asked[-1].at > 365 * DAY:
        return None
    return (
        "invest",
        f"You have drawn more from {name} than you put in ({standing.capital:.1f} points)",
        f"Do {name} a favour before the next ask",
        asked[-1:],
        1.5 + closeness(standing),
    )


def _rhythm_breaks(name: str, standing: Standing) -> _Found | None:
    if standing.rhythm is None or standing.silence is None or standing.direct_meetings + standing.heard < 4:
        return None
    usual = max(standing.rhythm, 7.0)
    if not 2 * usual <= standing.silence <= LAPSED_DAYS or standing.capital < 1:
        return None
    last = [e for e in standing.entries if e.at == standing.last_direct][:1]
    state = "has gone quiet" if is_dormant(standing) else "is cooling"
    why = (
        f"You and {name} are usually in touch every {_days(standing.rhythm)}; "
        f"it has been {_days(standing.silence)}, and the tie {state}"
    )
    return (
        "invest",
        why,
        f"Ask {name} how things are going, and listen for what you can do",
        last,
        closeness(standing),
    )


def _days(days: float) -> str:
    days = max(days, 1)
    if days < 14:
        return "day" if round(days) == 1 else f"{days:.0f} days"
    return f"{days / 7:.0f} weeks" if days < 70 else f"{days / 30.4:.0f} months"


def closeness(standing: Standing) -> float:
    """How much the tie holds, from 0 to 1: what was given and received, less what has faded."""
    held = standing.given + standing.received
    return held / (held + 5.0)
