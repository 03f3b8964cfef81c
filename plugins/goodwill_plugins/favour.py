"""Sees favours in mail: given, offered, and those that the reader's thanks bear witness to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from goodwill.houses import same_house
from goodwill.model import Context, Event, Party, Signal
from goodwill.plugin import hookimpl
from goodwill_plugins.gratitude import gratitude
from goodwill_plugins.introductions import introduced
from goodwill_plugins.kinds import favour_type, is_offer
from goodwill_plugins.model import load
from goodwill_plugins.naming import names_offer, usual_size
from goodwill_plugins.parties import addressees, is_machine, is_silent
from goodwill_plugins.reading import Line, Odds, read_event, weigh
from goodwill_plugins.silence import is_outright_offer

NAME = "favour"
VERSION = "2"
MAX_FAVOURS = 4
LIKELY = 0.4  # a sentence's own probability from which it counts as one of those that give
TELLING_SHARE = 0.7  # of the threshold, when a sentence says that the writer has vouched for the reader
OFFERING_SHARE = 0.4  # when one plainly offers
FAINT = 0.12  # below this no sentence is evidence, whatever the mail as a whole suggests


@hookimpl
def goodwill_detect(event: Event, context: Context) -> Iterable[Signal]:
    """Return an introduction, the favours given or offered, and the favour that thanks show."""
    people = tuple(party for party in addressees(event) if not is_machine(party))
    if event.kind != "mail" or is_silent(event) or not people or not event.sender:
        return []
    presented = introduced(event, context)
    odds = weigh(event)
    found = list(presented)
    if not presented and odds.favour >= _limit(event):
        found += _given(event, people, odds)
    found += gratitude(event, people)
    return found[:MAX_FAVOURS]


@hookimpl
def goodwill_score(event: Event, context: Context) -> Mapping[str, float]:
    """Return the calibrated probability that the mail gives or offers its reader anything of value."""
    silent = event.kind != "mail" or is_silent(event) or not read_event(event).lines
    if silent:
        return {"favour": 0.0}
    sure = max((signal.confidence for signal in introduced(event, context)), default=0.0)
    return {"favour": max(sure, weigh(event).favour)}


def _limit(event: Event) -> float:
    """Return the odds from which a mail gives or offers; lower where it says so outright."""
    lines = read_event(event).lines
    if any(map(is_outright_offer, lines)):
        return load().thresholds["favour"] * OFFERING_SHARE
    told = any("gift.vouched" in line.cues for line in lines)
    return load().thresholds["favour"] * (TELLING_SHARE if told else 1.0)


def _given(event: Event, people: tuple[Party, ...], odds: Odds) -> list[Signal]:
    assert event.sender
    found: dict[tuple[str, str], Signal] = {}
    lines = read_event(event).lines
    for line in _giving(lines):
        kind, status = favour_type(line, lines), _status(line, lines)
        signal = Signal(
            kind="favour",
            type=kind,
            by=event.sender.address,
            to=_receivers(kind, event.sender, people),
            size=usual_size(kind) if status == "given" else "small",
            status=status,
            confidence=round(odds.favour, 4),
            quote=event.text[line.sentence.start : line.sentence.end],
        )
        found.setdefault((kind, status), signal)
    return list(found.values())[:3]


def _receivers(kind: str, sender: Party, people: Sequence[Party]) -> tuple[str, ...]:
    """Return who is given to: one's own colleagues are not introduced to those outside."""
    everybody = tuple(party.address for party in people)
    outside = tuple(address for address in everybody if not same_house(sender.address, address))
    return outside if kind == "introduction" and outside else everybody


def _status(line: Line, lines: Sequence[Line]) -> Literal["offer", "given"]:
    return "offer" if is_outright_offer(line) or is_offer(line, lines) else "given"


def _giving(lines: Sequence[Line]) -> list[Line]:
    outright = [line for line in lines if is_outright_offer(line)]
    if outright:
        return outright
    ordered = sorted((line for line in lines if _may_give(line)), key=lambda line: -line.favour)
    return [line for line in ordered if line.favour >= LIKELY] or ordered[:1]


def _may_give(line: Line) -> bool:
    """Whether the sentence can give at all: not one that rather asks, refuses, or shows next to nothing."""
    if "refusal.cannot" in line.cues and not names_offer(line):
        return False
    asks = max(line.ask, line.favour_ask)
    return line.favour >= FAINT and (asks < 0.5 or line.favour >= asks or names_offer(line))
