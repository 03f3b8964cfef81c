"""Sees what people tell of themselves: good news, what they look for, what they do; and what one promises.

None of it is worth a point. It is what a friend would remember, and the digest finds what to give in it.
Silence is the default: a sentence counts only where it says so outright, in the first person, to few.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import cast

import re2

from goodwill.model import Context, Event, Signal, SignalKind
from goodwill.plugin import hookimpl
from goodwill_plugins.parties import addressees, is_desk, is_machine, is_silent
from goodwill_plugins.reading import Line, read_event
from goodwill_plugins.told_patterns import (
    DOES,
    NEWS,
    NOT_SOUGHT,
    OPEN,
    PROMISE,
    SEEKS,
    UNBINDING,
    UNSURE,
)

NAME = "told"
VERSION = "1"
AUDIENCE = 12
"""People to whom one may write at once and still tell each of them."""
LONGEST = 300
"""Letters of a sentence that can be quoted to its reader: what is longer is seldom news."""
SURE = 0.9
_ASKS = re.compile(r"\bdo you\b|\b(?:know|recommend) (?:any|some)")


@hookimpl
def goodwill_detect(event: Event, context: Context) -> Iterable[Signal]:
    """Return at most one piece of news, one thing looked for, one thing done and one promise."""
    sender = event.sender
    people = tuple(party.address for party in addressees(event) if not is_machine(party))
    if event.kind != "mail" or not sender or not people or is_desk(sender) or is_silent(event):
        return []
    if len(event.to) + len(event.cc) > AUDIENCE:
        return []
    lines = [line for line in read_event(event).lines if line.sentence.end - line.sentence.start <= LONGEST]
    return [
        Signal(
            kind, type_, sender.address, people, status=status, confidence=SURE,
            quote=event.text[line.sentence.start : line.sentence.end],
        )
        for kind, type_, status, line in _found(lines)
    ]  # fmt: skip


def _found(lines: Iterable[Line]) -> Iterator[tuple[SignalKind, str, str, Line]]:
    """The kind, type and status of each signal, with the sentence that shows it: the first of each kind."""
    told = [(line.sentence.text.lower(), line) for line in lines]
    if not _pattern("any").search(" ".join(text for text, _ in told)):
        return
    news = (("news", type_, "", line) for text, line in told if (type_ := _news(text)))
    sought = (("seeks", role, "", line) for text, line in told if (role := _role("seeks", text)))
    is_open = "open" if any(_pattern("open").search(text) for text, _ in told) else ""
    done = (("does", role, is_open, line) for text, line in told if (role := _role("does", text)))
    promised = (("promise", "", "", line) for text, line in told if _promises(text))
    for found in (news, sought, done, promised):
        yield from islice(cast("Iterator[tuple[SignalKind, str, str, Line]]", found), 1)


def _news(text: str) -> str:
    if not _pattern("news").search(text) or _pattern("unsure").search(text):
        return ""
    return next(type_ for type_ in NEWS if _pattern(type_).search(text))


def _role(kind: str, text: str) -> str:
    """What is sought or done, in small letters and as one; "" for nothing."""
    match = _pattern(kind).search(text)
    if match is None or _pattern("not sought").search(text):
        return ""
    if text.endswith("?") and not _ASKS.search(text):
        return ""
    return str(next(group for group in match.groups() if group))


def _promises(text: str) -> bool:
    return bool(_pattern("promise").search(text)) and not _pattern("unbinding").search(text)


@functools.cache
def _pattern(name: str) -> re2._Regexp:
    others = {
        "news": "|".join(NEWS.values()), "unsure": UNSURE, "seeks": SEEKS, "does": DOES, "open": OPEN,
        "not sought": NOT_SOUGHT, "promise": PROMISE, "unbinding": UNBINDING,
        "any": "|".join((*NEWS.values(), SEEKS, DOES, PROMISE)),
    }  # fmt: skip
    return re2.compile(others.get(name) or NEWS[name])
