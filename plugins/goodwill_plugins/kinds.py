"""Of which type an ask or a favour is, and what it costs, as its sentence and its mail tell."""

from __future__ import annotations

from collections.abc import Sequence

from goodwill.model import ASK_TYPES, FAVOUR_TYPES, Size
from goodwill_plugins.reading import Line

_COSTLY = ("introduction", "endorsement", "referral", "promotion", "money", "job")
_ASK_ORDER = (*_COSTLY, "advice", "time", "information")
_FAVOUR_ORDER = (
    "introduction", "endorsement", "referral", "promotion", "recognition", "advice", "resource", "gift",
    "information",
)  # fmt: skip
_SIZES: dict[str, Size] = {
    "introduction": "medium", "endorsement": "medium", "job": "medium", "help": "medium", "time": "medium",
    "money": "large",
}  # fmt: skip
# What the manner of giving tells, before the thing given is looked at.
_MANNERS = (
    ("praise.congrats", "recognition"), ("praise.good", "recognition"), ("praise.read", "recognition"),
    ("gift.person_you_want", "information"), ("gift.you_should", "advice"),
)  # fmt: skip


def ask_type(line: Line, lines: Sequence[Line] = ()) -> str:
    """Return the type out of ``ASK_TYPES`` that the sentence speaks of; else ``help``.

    A sentence that names nothing costly ("would you give it two lines?") borrows from its neighbours
    in ``lines`` what it is about.
    """
    own = _first(line, _ASK_ORDER)
    if own in _COSTLY or line not in lines:
        return own or "help"
    place = lines.index(line)
    around = [*lines[max(0, place - 1) : place], *lines[place + 1 : place + 2]]
    return next((kind for one in around if (kind := _first(one, _COSTLY))), own or "help")


def favour_type(line: Line) -> str:
    """Return the type out of ``FAVOUR_TYPES`` that the sentence speaks of; else ``help``."""
    plain = _first(line, _FAVOUR_ORDER[:4])
    return plain or next((kind for cue, kind in _MANNERS if cue in line.cues), "") or _rest(line)


def size_of(kind: str, routine: bool = False) -> Size:
    """Return what an ask or favour of this type commonly costs; what is owed by role costs little."""
    return "small" if routine else _SIZES.get(kind, "small")


def _rest(line: Line) -> str:
    return _first(line, _FAVOUR_ORDER[4:]) or "help"


def _first(line: Line, order: Sequence[str]) -> str:
    return next((kind for kind in order if f"about.{kind}" in line.cues), "")


assert set(_ASK_ORDER) < set(ASK_TYPES)
assert set(_FAVOUR_ORDER) < set(FAVOUR_TYPES)
