# ruff: noqa: E501 - a pattern is easier to read and to compare on one line
"""What a sentence names in plain words: the type of an ask or a favour, its cost, an offer, a meeting."""

from __future__ import annotations

from collections.abc import Sequence

import re2

from goodwill.model import ASK_TYPES, FAVOUR_TYPES, Size
from goodwill_plugins.reading import Line
from goodwill_plugins.trade import AMOUNT

_LENT = ("introduction", "endorsement", "referral", "promotion")  # what a sentence may borrow from the next
_COSTLY = (*_LENT, "money", "job")
_ASK_ORDER = (*_COSTLY, "advice", "time", "information")
_FAVOUR_ORDER = (
    "introduction", "endorsement", "referral", "promotion", "recognition", "advice", "resource", "gift",
    "information",
)  # fmt: skip
_SIZES: dict[str, Size] = {
    "introduction": "medium", "endorsement": "medium", "job": "medium", "help": "medium", "time": "medium",
    "money": "large",
}  # fmt: skip
# A word such as "fund", "short" or "rent" alone asks nobody for money.
_ASKS_MONEY = re2.compile(
    rf"\b(?:lend|loan|sub|spot|front|advance|borrow) (?:(?:me|us|him|her|them|it|from you|off you) )?(?:\w+ ){{0,3}}(?:{AMOUNT}|\d[\d,.]*\d|money|cash|hundred|thousand|fifty)"
    r"|\b(?:a|the|small|short-term|bridging|personal) loan\b|\bloan (?:me|us|of [^a-z]*\d)|\bguarantor\b|\bco-?sign\b|\bcap table\b|\btide (?:me|us) over\b"
    r"|\b(?:would|could|might|can|will|to|please|consider|by|and|also) (?:you )?(?:to )?(?:invest(?:ing)?|donat(?:e|ing)|sponsor(?:ing)?|chip(?:ping)? in|pledg(?:e|ing))\b|\byour (?:donation|investment|sponsorship|pledge)\b|\b(?:sponsor|fund|back|bankroll) (?:me|us|my|our)\b|\b(?:investing|invest|donate) (?:in|to) (?:me|us|my|our)\b|^\W*(?:please )?(?:donate|sponsor|chip in)\b"
    r"|\bcontribut\w* (?:(?:a|some|something|anything|a little|few) )*(?:to|towards) (?:the|our|my|his|her) (?:\w+ ){0,3}(?:fund|cost|costs|gift|appeal|collection|campaign|kitty)\b"
    r"|\b(?:help|helping) (?:me |us )?(?:out )?(?:with|pay|make|meet|cover) (?:my |our |the |this month's )?(?:rent|deposit|bills?|payroll|fees|mortgage|debts?)\b|\b(?:cover|pay) (?:my|our) (?:rent|deposit|bills?|payroll|fees|mortgage|debts?|share)\b|\bmake (?:payroll|rent)\b"
    r"|\b(?:discount|mates'? rates?|lower (?:the|your) price|(?:money|something) off)\b|\b(?:some|any|the|more|little|bit of) (?:money|cash)\b"
    rf"|\b(?:need|needs|short|missing|raise|raising|looking for|ask for|ask you for|give|send|wire|transfer|put in|spare|find|be|of) (?:\w+ ){{0,4}}{AMOUNT}|{AMOUNT} (?:\w+ ){{0,2}}(?:short|would|until|till|by)\b|\b(?:lend|loan) (?:me|us) (?:it|that|half|the rest|the (?:deposit|rent|fare|difference))\b|\bpay (?:you|it) (?:all )?back\b|\bback by (?:christmas|easter|payday)\b"
)  # fmt: skip
_LARGE = re2.compile(
    r"\b(?:all|every one|each) (?:of )?(?:your|the) (?:clients|customers|readers|followers|members|list|contacts|patients|investors|subscribers)\b|\b(?:your )?(?:whole|entire|full) (?:mailing )?(?:list|network|client base|address book|audience|team|company)\b"
    r"|\bhost (?:a|an|our|the|my)\b|\b(?:a few|two|three|four|five|several|\d+) (?:whole |full |solid )?(?:days|weeks) of (?:your|work)\b|\bspend (?:a|two|three|several|the whole) (?:days?|weeks?|weekends?|months?|years?)\b|\b(?:the|a) whole (?:week|weekend|month)\b|\b(?:whole|entire|rest) of (?:\w+ ){0,2}(?:week|weekend|month|summer|winter|year)\b|\bguarantor\b|\bco-?sign\b"
)  # fmt: skip
_LITTLE_MONEY = re2.compile(
    r"\b(?:discount|mates'? rates?|chip in|contribut\w*|donat\w*|lower (?:the|your) price|(?:money|something) off)\b|(?:^|[^\d.,])\d\d?(?:[.,]\d\d)?(?: ?(?:quid|bucks|dollars|pounds|euros?|usd|eur|gbp))?(?:$|[^\d,.%k])|\bfifty\b"
)
# What the manner of giving tells, before the thing given is looked at.
_MANNERS = (
    ("praise.congrats", "recognition"), ("praise.good", "recognition"), ("praise.read", "recognition"),
    ("gift.person_you_want", "information"), ("gift.you_should", "advice"),
)  # fmt: skip


def named_ask(line: Line, lines: Sequence[Line] = ()) -> str:
    """Return the type out of ``ASK_TYPES`` that the sentence names; else ``help``.

    A sentence that names nothing costly ("would you give it two lines?") borrows from its neighbours
    in ``lines`` what it is about.
    """
    own = _first(line, _ASK_ORDER)
    if own in _COSTLY or line not in lines:
        return own or "help"
    place = lines.index(line)
    around = [*lines[max(0, place - 1) : place], *lines[place + 1 : place + 2]]
    return next((kind for one in around if (kind := _first(one, _LENT))), own or "help")


def named_favour(line: Line) -> str:
    """Return the type out of ``FAVOUR_TYPES`` that the sentence names; else ``help``."""
    plain = _first(line, _FAVOUR_ORDER[:4])
    manner = next((kind for cue, kind in _MANNERS if cue in line.cues), "")
    return plain or manner or _first(line, _FAVOUR_ORDER[4:]) or "help"


def usual_size(kind: str) -> Size:
    """Return what an ask or favour of this type commonly costs."""
    return _SIZES.get(kind, "small")


def named_size(kind: str, line: Line) -> Size | None:
    """Return what an ask costs its reader where its sentence gives plain grounds; else None."""
    said = line.sentence.text.lower()
    if _LARGE.search(said):
        return "large"
    if kind != "money":
        return None
    return "medium" if _LITTLE_MONEY.search(said) else "large"


def names_offer(line: Line) -> bool:
    """Whether the wording offers rather than hands over."""
    offers = sum(cue.startswith("offer.") for cue in line.cues)
    done = "form.past" in line.cues or "gift.found" in line.cues or "praise.congrats" in line.cues
    return offers > 0 and not (done and offers < 2 and "form.question" not in line.cues)


def named_status(line: Line) -> str:
    """Return how far the meeting is that the wording speaks of: proposed, unless it says otherwise."""
    seen = line.cues
    asks = "form.question" in seen or "form.conditional" in seen
    if "meet.cancel" in seen:
        return "cancelled"
    if "meet.held" in seen and "form.future" not in seen and not asks:
        return "held"
    return "agreed" if "meet.agree" in seen and not asks else "proposed"


def _first(line: Line, order: Sequence[str]) -> str:
    return next((kind for kind in order if _speaks_of(line, kind)), "")


def _speaks_of(line: Line, kind: str) -> bool:
    if kind == "money":
        return bool(_ASKS_MONEY.search(line.sentence.text.lower()))
    return f"about.{kind}" in line.cues


assert set(_ASK_ORDER) < set(ASK_TYPES)
assert set(_FAVOUR_ORDER) < set(FAVOUR_TYPES)
