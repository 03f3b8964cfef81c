"""An iCalendar file cut into its entries, so that one broken entry spoils no other (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from goodwill.errors import InputError
from goodwill_connectors.headers import decode_bytes

LONGEST_LINE = 200_000

_EDGE = re.compile(r"(BEGIN|END)\s*:\s*([A-Za-z0-9-]+)\s*$", re.IGNORECASE)


@dataclass(slots=True)
class Entry:
    """The unfolded lines of one VEVENT, and the line of the file on which it begins."""

    line: int
    lines: list[str] = field(default_factory=list)
    closed: bool = False

    def value(self, name: str) -> str:
        """The raw value of the first property called ``name``, "" when there is none."""
        for line in self.lines:
            head, colon, value = line.partition(":")
            if colon and head.partition(";")[0].strip().upper() == name:
                return value.strip()
        return ""


@dataclass(slots=True)
class Sheet:
    """One VCALENDAR: its own properties, its time zones (as text) and its entries."""

    properties: dict[str, str] = field(default_factory=dict)
    zones: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def sheets(raw: bytes) -> list[Sheet]:
    """The calendars of a file. Raises InputError when it holds none."""
    found: list[Sheet] = []
    stack: list[str] = []
    zone: list[str] = []
    for number, line in _unfold(raw):
        edge = _EDGE.match(line) if line[:1] in "BEbe" else None
        kind = edge[2].upper() if edge else ""
        if edge and edge[1].upper() == "BEGIN":
            if kind == "VCALENDAR":
                found.append(Sheet())
                stack = []
            elif kind == "VEVENT" and found:  # also when the one before was never closed
                stack = ["VCALENDAR"]
                found[-1].entries.append(Entry(number))
            elif kind == "VTIMEZONE":
                zone = []
            stack.append(kind)
        if not found or not stack:
            continue
        if "VTIMEZONE" in stack:
            zone.append(line)
        elif stack[-1] == "VEVENT":
            found[-1].entries[-1].lines.append(line)
        elif stack[-1] == "VCALENDAR" and not edge:
            name, _, value = line.partition(":")
            found[-1].properties[name.partition(";")[0].strip().upper()] = value.strip()
        if edge and edge[1].upper() == "END" and kind in stack:
            del stack[len(stack) - 1 - stack[::-1].index(kind) :]
            if kind == "VEVENT":
                found[-1].entries[-1].closed = True
            elif kind == "VTIMEZONE":
                found[-1].zones.append("\r\n".join(zone) + "\r\n")
    if not found:
        raise InputError(
            "this is no calendar: it has no BEGIN:VCALENDAR", "Give a file in iCalendar form (.ics)"
        )
    return found


def _unfold(raw: bytes) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first physical line; folds may cut a character in two."""
    held = b""
    start = 1
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line[:1] in (b" ", b"\t") and held:
            if len(held) < LONGEST_LINE:
                held += line[1:]
            continue
        if held:
            yield start, decode_bytes(held, "utf-8").replace("\0", "")
        held, start = line, number
    if held:
        yield start, decode_bytes(held, "utf-8").replace("\0", "")
