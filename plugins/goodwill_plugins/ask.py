"""Sees asks in mail, and tells those that draw on goodwill from the routine of a running exchange."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence

from goodwill.houses import same_house
from goodwill.model import WRITER, Context, Event, Party, Signal
from goodwill.plugin import hookimpl
from goodwill_plugins.kinds import ALONE, ask_size, ask_type, asks_alone
from goodwill_plugins.model import load
from goodwill_plugins.naming import named_ask
from goodwill_plugins.parties import asked_of, is_desk, is_silent
from goodwill_plugins.reading import Line, Odds, read, read_event, weigh
from goodwill_plugins.silence import is_silent_line
from goodwill_plugins.thread import began_it, was_approached
from goodwill_plugins.trade import asks_personally, is_in_hand, pleads

NAME = "ask"
VERSION = "5"
MAX_ASKS = 4
LIKELY = 0.4  # a sentence's own probability from which it counts as one of those that ask
PLAIN = 0.3  # at least one sentence must reach this, once those that only look like asks are set aside
FAINT = 0.15  # below this the best sentence is no evidence, whatever the mail as a whole suggests
TELLING_SHARE = 0.6  # of the threshold, when a sentence names a favour outright
# Most mail asks for small things in plain words, far more of it than in the mail the model learned from.
SURE = 0.9  # so these are favours only from here,
PLAINLY = 0.7  # or where one sentence alone reaches this
_SMALL = frozenset(("information", "time", "help"))
_PLAIN_FORMS = frozenset(("request.could_you", "request.could_i", "request.please", "request.which"))
_TELLING = frozenset(("request.give_them_my", "request.your_word", "request.favour"))
_PLEADING = _TELLING | {
    "request.understand_no", "request.world", "request.grateful", "request.mind", "request.chance",
    "request.willing", "request.know_anyone",
}  # fmt: skip
_IN_HAND = frozenset(("information", "time", "help", "advice"))
_ANSWERED = _IN_HAND | {"job"}  # what an approach may be answered with: a recruiter hears of the job
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEW_WORDS = 4  # a body of fewer holds a greeting or a name only
_REPLY = re.compile(r"\s*(?:re|fwd?|aw|wg)\s*:", re.IGNORECASE)


@hookimpl
def goodwill_detect(event: Event, context: Context) -> Iterable[Signal]:
    """Return one signal for each type of ask in a mail, the surest first."""
    people = asked_of(event)
    if event.kind != "mail" or is_silent(event) or not people or not event.sender:
        return []
    sender, event = event.sender, with_words(event)
    odds, limit = odds_of(event)
    if odds.ask < limit and odds.favour_ask < load().thresholds["favour_ask"]:
        return []
    lines = read_event(event).lines
    asks = asking(lines, odds)
    favour = draws_on_goodwill(event, context, people, odds, asks)
    found: dict[str, Signal] = {}
    for line in asks:
        kind = ask_type(line, lines, favour)
        if kind not in found:
            found[kind] = Signal(
                kind="ask",
                type=kind,
                by=sender.address,
                to=tuple(party.address for party in people),
                size=ask_size(kind, line, lines, favour),
                routine=not favour,
                confidence=round(max(odds.ask, odds.favour_ask if favour else 0.0), 4),
                quote=event.text[line.sentence.start : line.sentence.end],
            )
    return list(found.values())[:MAX_ASKS]


@hookimpl
def goodwill_score(event: Event, context: Context) -> Mapping[str, float]:
    """Return the calibrated probabilities that the mail asks its reader for anything, and for a favour."""
    event = with_words(event)
    if event.kind != "mail" or is_silent(event) or not read_event(event).lines:
        return {"ask": 0.0, "favour_ask": 0.0}
    odds, _ = odds_of(event)
    return {"ask": odds.ask, "favour_ask": odds.favour_ask}


def odds_of(event: Event) -> tuple[Odds, float]:
    """Return the odds of a mail, or of a sentence on its own, and from where on it asks."""
    odds = weigh(event)
    if event.sender and event.sender.address == WRITER:
        return odds._replace(ask=asks_alone(read_event(event).lines)), ALONE
    return odds, load().thresholds["ask"]


def with_words(event: Event) -> Event:
    """Return the mail, with its subject as its text if it says next to nothing else."""
    if _REPLY.match(event.subject) or len(_WORD.findall(event.text[:200])) >= _FEW_WORDS:
        return event
    asks = any(line.ask >= LIKELY for line in read(event.subject).lines)
    return dataclasses.replace(event, text=event.subject, subject="") if asks else event


def asking(lines: Sequence[Line], odds: Odds) -> list[Line]:
    """Return the sentences that ask, the surest first; none if all likely ones only look like asks."""
    favour = odds.favour_ask >= load().thresholds["favour_ask"]
    ordered = sorted(lines, key=lambda line: -_strength(line, favour))
    heard = [line for line in ordered if not is_silent_line(line)]
    set_aside = any(_strength(line, False) >= PLAIN for line in ordered if is_silent_line(line))
    if set_aside:
        heard = [line for line in heard if _strength(line, False) >= PLAIN]
    likely = [line for line in heard if _strength(line, favour) >= LIKELY]
    likely += [line for line in heard if _TELLING & line.cues and line not in likely]
    return likely or [line for line in heard[:1] if line.ask >= FAINT]


def draws_on_goodwill(
    event: Event, context: Context, people: Sequence[Party], odds: Odds, asks: Sequence[Line]
) -> bool:
    """Whether the asks of a mail are favours.

    They are not when a desk is asked, a colleague about work, or one who came with the matter first.
    """
    if odds.favour_ask < favour_limit(asks) or all(map(is_desk, people)):
        return False
    spoken = [line for line in read_event(event).lines if line.ask >= LIKELY]
    seen = frozenset[str]().union(*(line.cues for line in (*asks, *spoken)))
    work = "about.work" in seen
    assert event.sender
    if all(same_house(event.sender.address, party.address) for party in people):
        return not work or (odds.favour_ask >= 0.9 and "about.family" in seen)
    approached = was_approached(event, context)
    if odds.favour_ask < 0.9 and approached:
        return False
    types = [named_ask(line) for line in asks]
    if odds.favour_ask < SURE and is_plain(event, asks, types):
        return False
    if is_in_hand(event, people, read_event(event).lines, asks, types):
        return False
    if not began_it(event, context):
        return True
    invited = approached and _ANSWERED.issuperset(types) and not asks_personally(asks, (), False)
    return not (invited or (work and _IN_HAND.issuperset(types)))


def is_plain(event: Event, asks: Sequence[Line], types: Sequence[str]) -> bool:
    """Whether small things are asked in plain words, with no word that pleads or owes."""
    small = _SMALL.issuperset(types) and all(line.favour_ask < PLAINLY for line in asks)
    return (
        small
        and all(_PLAIN_FORMS & line.cues for line in asks)
        and not any(_PLEADING & line.cues for line in read_event(event).lines)
        and not pleads(event)
    )


def favour_limit(asks: Sequence[Line]) -> float:
    """Return the odds from which the asks of a mail are favours; lower where one says so outright."""
    told = any(_TELLING & line.cues for line in asks)
    return load().thresholds["favour_ask"] * (TELLING_SHARE if told else 1.0)


def _strength(line: Line, favour: bool) -> float:
    return max(line.favour_ask, 0.01 * line.ask) if favour else line.ask
