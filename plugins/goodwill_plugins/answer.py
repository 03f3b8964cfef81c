# ruff: noqa: E501 - a pattern is easier to read and to compare on one line
"""Sees how a reply answers what was asked: granted or declined."""

from __future__ import annotations

import re
from collections.abc import Iterable

from goodwill.model import Context, Event, Signal
from goodwill.plugin import hookimpl
from goodwill_plugins.parties import addressees, is_machine, is_silent
from goodwill_plugins.reading import Line, read_event

NAME = "answer"
VERSION = "1"
LINES = 6  # an answer stands at the beginning
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw)\s*:", re.IGNORECASE)
_GRANTS = re.compile(
    r"^\W*(?:hi|hello|dear|hey)?\W*(?:\w+\W+)?(?:yes|of course|sure|certainly|absolutely|gladly|with pleasure|consider it done|done|no problem"
    r"|happy to|glad to|will do|my pleasure|delighted to)\b"
    r"|\bi(?:'ve| have)? (?:just |already )?(?:introduced|forwarded|passed (?:it|your|this) on|recommended|put in a word|spoken to|signed|sent (?:it|them|her|him))\b"
    r"|\bi(?:'d| would) be (?:very |more than )?(?:happy|glad|delighted|pleased) to\b|\bi(?:'ll| will) (?:gladly|happily|introduce|put you in touch|pass (?:it|this) on|send (?:it|them)|ask (?:her|him|them))\b",
    re.IGNORECASE,
)  # fmt: skip
_DECLINES = re.compile(
    r"\b(?:i|we)(?:'m| am|'re| are)? (?:really |so |very )?(?:afraid|sorry,? but|unable|not able|not in a position|not comfortable)\b"
    r"|\b(?:i|we) (?:really )?(?:can't|cannot|can not|won't|will not|couldn't|must decline|have to (?:decline|pass|say no)|would rather not|don't feel)\b"
    r"|\b(?:unfortunately|regret)\b|\b(?:have|going) to (?:say no|pass|decline)\b|\b(?:answer|it) is no\b|^\W*(?:no|sorry)\b",
    re.IGNORECASE,
)  # fmt: skip
_HEDGED = re.compile(
    r"\b(?:can't|cannot|couldn't) (?:wait|thank|believe|tell you how|imagine|recommend)|\bno (?:problem|worries|need|trouble|rush|doubt)\b|\bsorry (?:for|about|to hear|that|it took|i missed|i'm late)\b|\bnot sorry\b",
    re.IGNORECASE,
)


@hookimpl
def goodwill_detect(event: Event, context: Context) -> Iterable[Signal]:
    """Return one signal when a reply says yes or no; the first sentence that says either tells."""
    people = tuple(party.address for party in addressees(event) if not is_machine(party))
    is_reply = event.kind == "mail" and bool(event.parents or _REPLY.match(event.subject))
    if not is_reply or not people or not event.sender or is_silent(event):
        return []
    for line in read_event(event).lines[:LINES]:
        status = _says(line)
        if status:
            quote = event.text[line.sentence.start : line.sentence.end]
            return [
                Signal("answer", "", event.sender.address, people, status=status, confidence=0.8, quote=quote)
            ]
    return []


def _says(line: Line) -> str:
    said = line.sentence.text
    if "form.question" in line.cues:
        return ""
    if _DECLINES.search(said) and not _HEDGED.search(said):
        return "declined"
    return "granted" if _GRANTS.search(said) else ""
