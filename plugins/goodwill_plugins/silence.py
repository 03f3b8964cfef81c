"""Sentences that only look like asks: offers in question form, reported and rhetorical asks, refusals."""

from __future__ import annotations

from goodwill_plugins.reading import Line

_OFFERS = frozenset(("offer.could_you_use", "offer.would_help", "offer.let_me", "offer.anything"))
_DIRECT = frozenset(
    ("request.please", "request.verb_me", "request.favour", "request.mind", "request.grateful")
)
_TO_YOU = frozenset(("form.you", "request.please", "request.favour"))


def is_silent_line(line: Line) -> bool:
    """Whether the sentence asks its reader for nothing, whatever its words."""
    seen = line.cues
    if _OFFERS & seen and not _DIRECT & seen:
        return True
    if "offer.can_i" in seen and "form.question" in seen and line.favour >= line.favour_ask:
        return line.favour >= 0.3
    if {"reported.asked", "rhetorical.who"} & seen and not _TO_YOU & seen:
        return True
    if "courtesy.if_questions" in seen and "form.question" not in seen and line.favour_ask < 0.5:
        return True
    if "courtesy.find" in seen and line.ask < 0.8 and not {"form.question", "request.could_you"} & seen:
        return True
    refused = {"refusal.cannot", "refusal.no_ask"} & seen
    return bool(refused) and not {"form.question", "request.could_you", *_DIRECT} & seen and line.ask < 0.8
