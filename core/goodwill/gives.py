"""What the owner could give one person today, each a rule of its own, silent unless it is sure (pure).

A rule looks at what stands in the ledger: dated entries with the sentences that show them. Nothing is brought
up that the owner has had a chance to see to since: whoever wrote or met afterwards needs no reminder.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from goodwill.depth import is_dormant
from goodwill.ledger import COMPANY, DAY
from goodwill.model import Entry, Flag, Standing
from goodwill.verdict import day

RECENT_DAYS = 3
"""Somebody the owner was in touch with in these days needs no reminder."""
ASK_WAITS_DAYS = 120
QUESTION_WAITS_DAYS = 30
"""An everyday question that is older than this has settled itself."""
QUESTION_SURE = 0.75
SURE = 0.6
LAPSED_DAYS = 730
"""A tie that has been silent for longer than this is not brought up unasked."""
SELDOM_DAYS = 10
"""Who is in touch more often than this lives or works with the owner: a gap in the mail is a holiday."""
LONG_GONE = 8
"""A tie that has been silent for so many times its rhythm has another one by now, or none."""
REMINDER_DAYS = (7, 30)
"""Days after an ask of the owner's in which one reminder is good manners."""
PROMISE_DAYS = (3, 90)
THANKS_DAYS = 45
SMALL_SURE = 0.7
"""How sure a small favour must be to be worth thanks that come late."""
NEWS_DAYS = (1, 30)
NOTHING_GIVEN = 0.5
"""Points: who has given less, and gets more, asks the owner as a stranger would."""
EVERYDAY = frozenset(("advice", "information", "help", "time"))
"""What may be asked of an acquaintance, unless it is large."""

FRUITFUL = frozenset(
    ("introduction", "referral", "endorsement", "promotion", "advice", "information", "help")
)
"""Of what is given so the giver would like to know what became."""

_AT_ONCE = re.compile(
    r"\b(?:today|tonight|tomorrow|tommorow|tommorrow|yesterday|last night|right now|later on|call me"
    r"|this (?:morning|afternoon|evening)|give me a (?:call|ring)|how's"
    r"|how (?:are|is|was|were|have|did) (?:you|it|things|your|ya|the)"
    r"|what's up|what are you (?:doing|up to)|you (?:there|ok|okay)|did you (?:get|see|have))\b",
    re.IGNORECASE,
)
_THAT_WEEK = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:this|next|the) (?:week|weekend)\b"
    r"|\bworks? for you\b",
    re.IGNORECASE,
)
_CONGRATULATE = {
    "job": "on the new post",
    "baby": "on the new life in the family",
    "wedding": "on the wedding",
    "award": "on the award",
    "publication": "on the publication, and read it",
    "exam": "on having passed",
    "home": "on the new home",
    "business": "on what they have started",
}


class Give(NamedTuple):
    """What to do for whom: the section, why now, the one thing to do, the evidence, and how much it presses.

    ``pressing`` is said even when the two are to meet in the next days; what ``resumes`` a tie is better said
    with what it was last about.
    """

    section: str
    why: str
    give: str
    evidence: tuple[Entry, ...]
    weight: float
    pressing: bool = False
    resumes: bool = False


Rule = Callable[[str, Standing, bool], Give | None]
"""Takes the person's given name, the standing, and whether the person is a colleague of the owner's."""


def _their_ask_waits(name: str, standing: Standing, colleague: bool) -> Give | None:
    waiting = [e for e in standing.unanswered if _still_waits(e, standing, colleague)]
    if not waiting or (standing.silence or 0) < RECENT_DAYS:
        return None
    last = waiting[-1]
    thing = "you a question" if last.routine else "for " + last.what.removeprefix("they asked for ")
    why = f"{name} asked {thing} and has no answer"
    if _draws_only(last, standing):
        give = "Say yes only if you like to: nothing is owed, and a friendly no is an answer"
        return Give("asks of you", f"{why}; nothing has come from {name} before", give, (last,), 0.5)
    weight = 3 + closeness(standing) - (standing.now - last.at) / DAY / ASK_WAITS_DAYS
    return Give("you owe", why, f"Answer {name}", (last,), weight, True)


def _still_waits(ask: Entry, standing: Standing, colleague: bool) -> bool:
    """Whether an answer can still be of use: not to small talk, work in hand, or about an hour long gone."""
    age = (standing.now - ask.at) / DAY
    if ask.confidence < SURE or in_touch_since(standing, ask.at):
        return False
    if not ask.routine:
        return age <= ASK_WAITS_DAYS
    said = " ".join(ask.quote.split())
    if colleague or ask.confidence < QUESTION_SURE or "?" not in said or age > QUESTION_WAITS_DAYS:
        return False
    return not _AT_ONCE.search(said) and not (age > 7 and _THAT_WEEK.search(said))


def _draws_only(ask: Entry, standing: Standing) -> bool:
    """Whether one who has put in nothing (no favour, no hour alone) asks for much, or to vouch for them."""
    if ask.routine or ask.size == "small" or (ask.size == "medium" and ask.type in EVERYDAY):
        return False
    return standing.received < NOTHING_GIVEN and not standing.direct_meetings


def _promise_open(name: str, standing: Standing, colleague: bool) -> Give | None:
    early, late = PROMISE_DAYS
    found = [
        e
        for e in standing.entries
        if e.kind == "promised"
        and early * DAY <= standing.now - e.at <= late * DAY
        and others(e) < COMPANY
        and not in_touch_since(standing, e.at)
        and not _was_kept(e, standing)
    ]
    if not found:
        return None
    last = found[-1]
    why = f"You promised {name} something on {day(last.at)}, and have not written since"
    give = f"Keep it, or tell {name} when you will"
    return Give("you owe", why, give, (last,), 2.8 + closeness(standing), True)


def _was_kept(promise: Entry, standing: Standing) -> bool:
    """Whether it was given in the very mail that promises it."""
    return any(
        e.kind == "gave" and e.status == "given" and e.event_id == promise.event_id for e in standing.entries
    )


def _thanks_due(name: str, standing: Standing, colleague: bool) -> Give | None:
    got = [
        e
        for e in standing.entries
        if e.kind == "got"
        and e.status == "given"
        and e.type != "recognition"
        and not e.flags & Flag.OUT
        and others(e) < COMPANY
        and standing.now - e.at <= THANKS_DAYS * DAY
        and e.confidence >= (SMALL_SURE if e.size == "small" else SURE)
    ]
    if not got or in_touch_since(standing, got[-1].at):
        return None
    last = got[-1]
    thing = last.what.removeprefix("they gave ")
    why = f"{name} gave you {thing} on {day(last.at)}, and you have not written since"
    more = ", and say what came of it" if last.type in FRUITFUL else ""
    return Give("thank", why, f"Thank {name}{more}", (last,), 2 + closeness(standing), True)


def _news(name: str, standing: Standing, colleague: bool) -> Give | None:
    early, late = NEWS_DAYS
    found = [
        e
        for e in standing.entries
        if e.kind == "told"
        and e.status == "news"
        and early * DAY <= standing.now - e.at <= late * DAY
        and not in_touch_since(standing, e.at)
    ]
    if not found:
        return None
    last = found[-1]
    why = f"{name} wrote you good news on {day(last.at)}, and you have not answered"
    give = f"Congratulate {name} {_CONGRATULATE.get(last.type, '')}".rstrip()
    return Give("invest", why, give, (last,), 2.2 + closeness(standing), True)


def _ask_open(name: str, standing: Standing, colleague: bool) -> Give | None:
    early, late = REMINDER_DAYS
    waiting = [
        e
        for e in standing.entries
        if e.kind == "asked"
        and not e.routine
        and e.outcome in ("open", "ignored")
        and e.confidence >= SURE
        and early * DAY <= standing.now - e.at <= late * DAY
    ]
    if not waiting or any(
        e.kind in ("heard", "wrote", "meeting") and e.at > waiting[-1].at for e in standing.entries
    ):
        return None
    last = waiting[-1]
    thing = last.what.removeprefix("you asked for ")
    why = f"You asked {name} for {thing} on {day(last.at)}, and no answer has come"
    give = "Remind once, and make it easy to say no; then let it rest"
    return Give("asks still open", why, give, (last,), 1 + closeness(standing))


def _rhythm_breaks(name: str, standing: Standing, colleague: bool) -> Give | None:
    if standing.rhythm is None or standing.silence is None or standing.direct_meetings + standing.heard < 4:
        return None
    usual = standing.rhythm
    longest = min(LONG_GONE * usual, LAPSED_DAYS)
    if usual < SELDOM_DAYS or not 2 * usual <= standing.silence <= longest or standing.capital < 1:
        return None
    last = tuple(e for e in standing.entries if e.at == standing.last_direct)[:1]
    state = "has gone quiet" if is_dormant(standing) else "is cooling"
    why = (
        f"You and {name} are usually in touch every {_days(standing.rhythm)}; "
        f"it has been {_days(standing.silence)}, and the tie {state}"
    )
    give = f"Ask {name} how things are going, and listen for what you can do"
    return Give("invest", why, give, last, closeness(standing), resumes=True)


RULES: tuple[Rule, ...] = (_their_ask_waits, _promise_open, _thanks_due, _news, _ask_open, _rhythm_breaks)
"""The most pressing first."""


def in_touch_since(standing: Standing, at: int) -> bool:
    """Whether the owner wrote to this person, or met them, in small company after a moment (seconds)."""
    return any(e.at > at and e.kind in ("wrote", "meeting") and others(e) < COMPANY for e in standing.entries)


def others(entry: Entry) -> int:
    """How many people beside the two were there."""
    return entry.flags >> Flag.OTHERS_SHIFT


def _days(days: float) -> str:
    days = max(days, 1)
    if days < 14:
        return "day" if round(days) == 1 else f"{days:.0f} days"
    return f"{days / 7:.0f} weeks" if days < 70 else f"{days / 30.4:.0f} months"


def closeness(standing: Standing) -> float:
    """How much the tie holds, from 0 to 1: what was given and received, less what has faded."""
    held = standing.given + standing.received
    return held / (held + 5.0)
