"""Sees favours in mail: given, offered, and those that the reader's thanks bear witness to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from goodwill.model import Context, Event, Party, Signal
from goodwill.plugin import hookimpl
from goodwill_plugins.gratitude import gratitude
from goodwill_plugins.introductions import introduced
from goodwill_plugins.kinds import favour_type, size_of
from goodwill_plugins.model import load
from goodwill_plugins.parties import addressees, is_machine, is_silent
from goodwill_plugins.reading import Line, Odds, read_event, weigh

NAME = "favour"
VERSION = "1"
MAX_FAVOURS = 4
LIKELY = 0.4  # a sentence's own probability from which it counts as one of those that give
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
    if not presented and odds.favour >= load().thresholds["favour"]:
        found += _given(event, people, odds)
    found += gratitude(event, people)
    return found[:MAX_FAVOURS]


@hookimpl
def goodwill_score(event: Event, context: Context) -> Mapping[str, float]:
    """Return the calibrated probability that the mail gives or offers its reader anything of value."""
    silent = event.kind != "mail" or event.bulk or event.automatic or not read_event(event).lines
    if silent:
        return {"favour": 0.0}
    sure = max((signal.confidence for signal in introduced(event, context)), default=0.0)
    return {"favour": max(sure, weigh(event).favour)}


def _given(event: Event, people: tuple[Party, ...], odds: Odds) -> list[Signal]:
    assert event.sender
    found: dict[tuple[str, str], Signal] = {}
    for line in _giving(read_event(event).lines):
        kind, status = favour_type(line), "offer" if is_offer(line) else "given"
        signal = Signal(
            kind="favour",
            type=kind,
            by=event.sender.address,
            to=tuple(party.address for party in people),
            size=size_of(kind) if status == "given" else "small",
            status=status,
            confidence=round(odds.favour, 4),
            quote=event.text[line.sentence.start : line.sentence.end],
        )
        found.setdefault((kind, status), signal)
    return list(found.values())[:3]


def is_offer(line: Line) -> bool:
    """Whether the sentence offers rather than hands over."""
    offers = sum(cue.startswith("offer.") for cue in line.cues)
    done = "form.past" in line.cues or "gift.found" in line.cues or "praise.congrats" in line.cues
    return offers > 0 and not (done and offers < 2 and "form.question" not in line.cues)


def _giving(lines: Iterable[Line]) -> list[Line]:
    ordered = sorted((line for line in lines if _may_give(line)), key=lambda line: -line.favour)
    return [line for line in ordered if line.favour >= LIKELY] or ordered[:1]


def _may_give(line: Line) -> bool:
    """Whether the sentence can give at all: not one that rather asks, refuses, or shows next to nothing."""
    if "refusal.cannot" in line.cues and not is_offer(line):
        return False
    asks = max(line.ask, line.favour_ask)
    return line.favour >= FAINT and (asks < 0.5 or line.favour >= asks or is_offer(line))
