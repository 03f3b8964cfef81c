"""Sees asks in mail, and tells those that draw on goodwill from the routine of a running exchange."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from goodwill.model import Context, Event, Party, Signal
from goodwill.plugin import hookimpl
from goodwill_plugins.kinds import ask_type, size_of
from goodwill_plugins.model import load
from goodwill_plugins.parties import addressees, is_desk, is_machine, is_silent
from goodwill_plugins.reading import Line, Odds, read, weigh
from goodwill_plugins.thread import was_approached

NAME = "ask"
VERSION = "1"
MAX_ASKS = 4


@hookimpl
def goodwill_detect(event: Event, context: Context) -> Iterable[Signal]:
    """Return one signal for each type of ask in a mail, the surest first."""
    people = tuple(party for party in addressees(event) if not is_machine(party))
    if event.kind != "mail" or is_silent(event) or not people or not event.sender:
        return []
    odds = weigh(event)
    if odds.ask < load().thresholds["ask"] and odds.favour_ask < load().thresholds["favour_ask"]:
        return []
    favour = draws_on_goodwill(event, context, people, odds)
    found: dict[str, Signal] = {}
    for line in asking(read(event.text).lines, favour):
        kind = ask_type(line)
        if kind not in found:
            found[kind] = Signal(
                kind="ask",
                type=kind,
                by=event.sender.address,
                to=tuple(party.address for party in people),
                size=size_of(kind),
                routine=not favour,
                confidence=round(max(odds.ask, odds.favour_ask if favour else 0.0), 4),
                quote=event.text[line.sentence.start : line.sentence.end],
            )
    return list(found.values())[:MAX_ASKS]


@hookimpl
def goodwill_score(event: Event, context: Context) -> Mapping[str, float]:
    """Return the calibrated probability that the mail asks its reader for anything."""
    silent = event.kind != "mail" or event.bulk or event.automatic or not read(event.text).lines
    return {"ask": 0.0 if silent else weigh(event).ask}


def draws_on_goodwill(event: Event, context: Context, people: tuple[Party, ...], odds: Odds) -> bool:
    """Whether the asks of a mail are favours: not of a desk, not of one who came with the matter first."""
    if odds.favour_ask < load().thresholds["favour_ask"] or all(map(is_desk, people)):
        return False
    return not (odds.favour_ask < 0.9 and was_approached(event, context))


def asking(lines: Iterable[Line], favour: bool) -> list[Line]:
    """Return the sentences that ask, the surest first: all that are likely, at least one."""
    ordered = sorted(lines, key=lambda line: -(line.favour_ask if favour else line.ask))
    likely = [line for line in ordered if (line.favour_ask if favour else line.ask) >= 0.4]
    return likely or ordered[:1]
