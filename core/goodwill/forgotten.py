"""Takes a person out of what is kept, so that nobody else's numbers change (pure).

Where others took part, a stand-in takes the person's place: how many were there counts for the others.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, cast

from goodwill.codec import digest
from goodwill.model import FORGOTTEN, Event, Party, Signal
from goodwill.people import is_full_name, plain_name

HIDDEN = "…"
MAX_GAP = 4
"""Characters between the words of one name: ``Sample, Ada`` and a line's end are within it."""
SHORT = 3
"""A word of a name with fewer letters names nobody."""
_PARTICLES = frozenset(
    ("and", "bin", "das", "del", "den", "der", "dos", "ibn", "las", "los", "the", "und", "van", "von")
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Whom:
    """Somebody to be forgotten: all their lower-case addresses, and their names as they were written."""

    addresses: frozenset[str]
    names: frozenset[str] = frozenset()

    @cached_property
    def _address(self) -> re.Pattern[str]:
        any_of = "|".join(re.escape(one) for one in sorted(self.addresses)) or "(?!)"
        # Also within an identifier, ``<ada@there.example.99>``; what ends like it is another's address.
        return re.compile(rf"(?<![^\W_])(?:{any_of})(?![^\W_])", re.IGNORECASE)

    @cached_property
    def _full(self) -> frozenset[tuple[str, ...]]:
        """The words of their full names, in the orders in which names are written."""
        found: set[tuple[str, ...]] = set()
        for plain in self._plain:
            words = plain.split()
            if is_full_name(plain):
                orders = (words, [words[-1], *words[:-1]], [*words[1:], words[0]])
                found.update(tuple(_WORD.findall(" ".join(order))) for order in orders)
        return frozenset(found)

    @cached_property
    def _single(self) -> frozenset[tuple[str, ...]]:
        """Each word of their names: enough to name them where they take part."""
        words = {word for plain in self._plain for word in _WORD.findall(plain)}
        return frozenset((word,) for word in words - _PARTICLES if len(word) >= SHORT)

    @cached_property
    def _plain(self) -> frozenset[str]:
        return frozenset(plain_name(name) for name in self.names if "@" not in name)

    def is_named_in(self, text: str, near: bool = False) -> bool:
        """Whether ``text`` holds an address or a full name of theirs; ``near`` them a word of it will do."""
        return bool(text) and next(self._spans(text, near), None) is not None

    def cut_from(self, text: str, near: bool = False) -> str:
        """``text`` with ``HIDDEN`` wherever it names them."""
        while text and (span := next(self._spans(text, near), None)) is not None:
            text = unicodedata.normalize("NFC", text)
            text = text[: span[0]] + HIDDEN + text[span[1] :]
        return text

    def is_namesake(self, name: str) -> bool:
        """Whether ``name`` is one of their full names: two people may share one."""
        return tuple(_WORD.findall(plain_name(name))) in self._full

    def _spans(self, text: str, near: bool) -> Iterator[tuple[int, int]]:
        text = unicodedata.normalize("NFC", text)
        yield from (match.span() for match in self._address.finditer(text))
        names = self._full | self._single if near else self._full
        folded = _folded(text)
        names = frozenset(name for name in names if all(word in folded for word in name))
        if not names:
            return
        words = [(*match.span(), _folded(match[0])) for match in _WORD.finditer(text)]
        for n in range(len(words)):
            for name in names:
                part = words[n : n + len(name)]
                if tuple(word for _, _, word in part) == name and _is_close(part):
                    yield part[0][0], part[-1][1]


def _is_close(words: list[tuple[int, int, str]]) -> bool:
    return all(b[0] - a[1] <= MAX_GAP for a, b in pairwise(words))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(letters).casefold()


def takes_part(event: Event, whom: Whom) -> bool:
    """Whether the event names one of their addresses."""
    answers = event.appointment.answers if event.appointment else {}
    return any(p.address in whom.addresses for p in event.parties) or not whom.addresses.isdisjoint(answers)


def concerns_others(event: Event, whom: Whom, owner: Collection[str]) -> bool:
    """Whether somebody takes part beside them, the owner and those who are forgotten already."""
    return any(
        p.address not in whom.addresses and p.address not in owner and not p.address.endswith(FORGOTTEN)
        for p in event.parties
    )


def stand_ins(event: Event, whom: Whom) -> dict[str, str]:
    """Another address for each of theirs on ``event``, which leads nowhere and stands on no other event."""
    answers = event.appointment.answers if event.appointment else {}
    named = {party.address for party in event.parties} | set(answers)
    before = sum(address.endswith(FORGOTTEN) for address in named)
    mark = f"{digest(min(event.keys, default='')):016x}"
    theirs = enumerate(sorted(named & whom.addresses), before)
    return {address: f"{mark}.{number}{FORGOTTEN}" for number, address in theirs}


def event_without(event: Event, whom: Whom, words: bool = False) -> Event:
    """The event without them; its text stays only with ``words`` and where it does not name them.

    Of a mail that they wrote no word stays.
    """
    others = stand_ins(event, whom)
    by_them = event.sender is not None and event.sender.address in whom.addresses
    written = by_them and event.kind == "mail"
    kept = words and not written and not any(whom.is_named_in(t, True) for t in (event.text, event.quoted))
    return replace(
        event,
        sender=_party(event.sender, whom, others) if event.sender else None,
        to=tuple(_party(one, whom, others) for one in event.to),
        cc=tuple(_party(one, whom, others) for one in event.cc),
        subject="" if written else whom.cut_from(event.subject, near=bool(others)),
        text=event.text if kept else "",
        quoted=event.quoted if kept else "",
        keys=tuple(_opaque(key, whom) for key in event.keys),
        message_id=_opaque(event.message_id, whom),
        parents=tuple(_opaque(parent, whom) for parent in event.parents),
        attachments=() if written else tuple(whom.cut_from(one, bool(others)) for one in event.attachments),
        appointment=event.appointment
        and replace(
            event.appointment,
            location=whom.cut_from(event.appointment.location, bool(others)),
            answers={others.get(one, one): answer for one, answer in event.appointment.answers.items()},
        ),
    )


def _party(party: Party, whom: Whom, others: Mapping[str, str]) -> Party:
    if party.address in others:
        return Party(others[party.address])
    named = whom.is_named_in(party.name) and not whom.is_namesake(party.name)
    return Party(party.address, "") if named else party


def _opaque(id_: str, whom: Whom) -> str:
    return f"{digest(id_):016x}{FORGOTTEN}" if whom.is_named_in(id_) else id_


def signal_without(signal: Signal, whom: Whom, others: Mapping[str, str], mail: bool) -> Signal | None:
    """The signal of an event without them, whose ``others`` stand in for them; None where it is theirs.

    What the owner did for them and for others stays; so does every meeting, which tells the others' too.
    """
    theirs = signal.by in others
    if theirs and signal.kind != "meeting":
        return None
    private = (theirs or all(one in others for one in signal.to)) and mail
    return replace(
        signal,
        by=others.get(signal.by, signal.by),
        to=tuple(others.get(one, one) for one in signal.to),
        quote="" if private else _sentence_without(signal.quote, whom, bool(others), mail),
    )


def _sentence_without(quote: str, whom: Whom, near: bool, mail: bool) -> str:
    """A sentence that names them goes as a whole; of the title of a meeting only their name."""
    if not mail:
        return whom.cut_from(quote, near)
    return "" if whom.is_named_in(quote, near) else quote


def json_without(text: str, whom: Whom) -> str:
    """A JSON text without whatever speaks of them: an element of a list goes as a whole."""
    return json.dumps(_pruned(json.loads(text), whom), ensure_ascii=False, sort_keys=True)


def _pruned(value: Any, whom: Whom) -> Any:
    if isinstance(value, list):
        kept = [one for one in value if not whom.is_named_in(json.dumps(one, ensure_ascii=False))]
        return [_pruned(one, whom) for one in kept]
    if isinstance(value, dict):
        return {key: _pruned(one, whom) for key, one in cast("dict[str, Any]", value).items()}
    return whom.cut_from(value) if isinstance(value, str) else value
