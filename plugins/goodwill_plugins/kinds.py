"""Of which type an ask or a favour is, and what it costs, as its sentence and its mail tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from goodwill.model import ASK_TYPES, FAVOUR_TYPES, Size
from goodwill_plugins.reading import Line

_ASK_ORDER = (
    "introduction", "endorsement", "referral", "promotion", "money", "job", "advice", "time", "information",
)  # fmt: skip
_FAVOUR_ORDER = (
    "introduction", "endorsement", "referral", "promotion", "recognition", "gift", "advice", "information",
    "resource", "time",
)  # fmt: skip
_SIZES: dict[str, Size] = {
    "introduction": "medium", "endorsement": "medium", "referral": "medium", "promotion": "medium",
    "money": "large", "job": "medium",
}  # fmt: skip


def ask_type(line: Line, lines: Sequence[Line] = ()) -> str:
    """Return the type out of ``ASK_TYPES`` that the sentence, else its mail, speaks of; else ``help``."""
    return _type(line, lines, _ASK_ORDER)


def favour_type(line: Line, lines: Sequence[Line] = ()) -> str:
    """Return the type out of ``FAVOUR_TYPES`` that the sentence, else its mail, speaks of; else ``help``."""
    return _type(line, lines, _FAVOUR_ORDER)


def size_of(kind: str) -> Size:
    """Return what an ask or favour of this type commonly costs."""
    return _SIZES.get(kind, "small")


def _type(line: Line, lines: Iterable[Line], order: Sequence[str]) -> str:
    for kind in order:
        if f"about.{kind}" in line.cues:
            return kind
    return "help"


assert set(_ASK_ORDER) < set(ASK_TYPES)
assert set(_FAVOUR_ORDER) < set(FAVOUR_TYPES)
