"""Thanks as evidence: who thanks warmly, or tells what came of it, was given something."""

from __future__ import annotations

from collections.abc import Sequence

from goodwill.model import Event, Party, Signal
from goodwill_plugins.kinds import favour_type
from goodwill_plugins.reading import Line, read_event

WARM = 0.55  # how sure one sentence must be: below it, thanks are manners


def gratitude(event: Event, people: tuple[Party, ...]) -> list[Signal]:
    """Return the favour by the addressees that the mail's thanks show: none or one."""
    if not event.sender:
        return []
    lines = read_event(event).lines
    best, line = max(((_warmth(one), one) for one in lines), default=(0.0, None), key=lambda pair: pair[0])
    if line is None or best < WARM:
        return []
    total = 1.0
    for one in lines:
        total *= 1.0 - _warmth(one)
    return [
        Signal(
            kind="favour",
            type=_type(line, lines),
            by=party.address,
            to=(event.sender.address,),
            status="given",
            confidence=round(min(0.95, 1.0 - total), 4),
            quote=event.text[line.sentence.start : line.sentence.end],
        )
        for party in people[:3]
    ]


def _type(line: Line, lines: Sequence[Line]) -> str:
    kind = favour_type(line, lines)
    return "help" if kind == "recognition" else kind


def _warmth(line: Line) -> float:
    seen = line.cues
    if "courtesy.advance" in seen or "reported.asked" in seen:
        return 0.0
    if "thanks.strong" in seen:
        return 0.8
    if "thanks.effect" in seen:
        return 0.75 if {"thanks.word", "form.exclaimed", "form.me"} & seen else 0.55
    if "thanks.for_help" in seen:
        return 0.6 if "form.exclaimed" in seen or "thanks.result" in seen or len(line.words) > 9 else 0.5
    return 0.0
