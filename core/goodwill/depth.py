"""The thirteen points of a deep relationship, each with its evidence (pure).

The points are Ivan Misner's; what mail and calendar can show of each stands in the table of the
README. Unknown is not no: a point is "no" only where silence itself is evidence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice
from math import inf

from goodwill.model import Entry, EntryKind, Evidence, Flag, Point, Said, Standing

DAY = 86_400
YEAR_DAYS = 365
SHOWN = 3
"""How many pieces of evidence a point names at the most."""

TEXTS = (
    "You trust them to do great work and look after the people you refer",
    "You have known each other for at least a year",
    "You could explain at least three of their products or services",
    "You know their family by name and have met them",
    "You have both asked how you can help the other's business",
    "You know at least five of their goals for the year",
    "You could call them at nine at night",
    "You would not feel awkward asking them for help",
    "You enjoy the time you spend together",
    "You have regular appointments, business and personal",
    "You enjoy seeing them succeed",
    "They are top of mind regularly",
    "You talk openly about how you can help each other further",
)
NOTED = {3: ("product", 3), 4: ("family", 1), 6: ("goal", 5)}
"""Points that the owner's notes can answer: what they are about, and how many are enough."""
DEEP, GROWING, SURFACE = 9, 5, 1
"""How many yes make a depth: "yes to most or all" is deep."""


MEANINGS = {
    "none": "no exchange in both directions",
    "surface": f"fewer than {GROWING} yes",
    "growing": f"{GROWING} yes or more",
    "deep": f"{DEEP} yes or more",
    "dormant": "silent for four of its usual gaps and half a year, or without any rhythm for a year",
}
"""What each depth says, in words."""


_Judged = tuple[str, tuple[Evidence, ...]]


def points(standing: Standing) -> tuple[Point, ...]:
    """All thirteen points, in their order, as of the standing's moment."""
    judged: dict[int, _Judged] = {
        1: _referred(standing),
        2: _known_a_year(standing),
        5: _both_offered(standing),
        8: _asks_granted(standing),
        9: _enjoyed(standing),
        10: _regular(standing),
        11: _congratulated(standing),
        12: _top_of_mind(standing),
        13: _open_talk(standing),
    }
    judged |= _noted(standing.said) | _told(standing.said)
    unknown = ("unknown", ())
    return tuple(
        Point(number, text, *judged.get(number, unknown))  # type: ignore[arg-type]
        for number, text in enumerate(TEXTS, 1)
    )


def _noted(said: Said) -> dict[int, _Judged]:
    """What the owner's notes answer: whoever knows enough to write it down knows it."""
    found: dict[int, _Judged] = {}
    for number, (kind, enough) in NOTED.items():
        notes = list({note.value.casefold(): note for note in said.notes if note.kind == kind}.values())
        if len(notes) >= enough:
            found[number] = "yes", tuple(Evidence(n.at, f"you noted: “{n.value}”") for n in notes[-SHOWN:])
    return found


def _told(said: Said) -> dict[int, _Judged]:
    """What the owner has said outright; it outranks all inference."""
    return {
        number: (answer, (Evidence(at, f"you said {answer}"),))
        for number, (answer, at) in said.points.items()
    }


def depth(judged: Sequence[Point], standing: Standing) -> str:
    """``none``, ``surface``, ``growing`` or ``deep``; ``dormant`` when silence outgrew the pair's rhythm."""
    yes = sum(point.answer == "yes" for point in judged)
    if yes < SURFACE or not standing.two_way:
        return "none" if not standing.two_way else "surface"
    if is_dormant(standing):
        return "dormant"
    return "deep" if yes >= DEEP else "growing" if yes >= GROWING else "surface"


def is_dormant(standing: Standing) -> bool:
    """Whether silence has outgrown the pair's rhythm: four usual gaps, at least half a year.

    A pair too young in contacts to have a rhythm is measured against a year.
    """
    if standing.silence is None:
        return False
    if standing.rhythm is None:
        return standing.silence > YEAR_DAYS
    return standing.silence > max(4 * standing.rhythm, YEAR_DAYS / 2)


def _evidence(entries: Iterable[Entry]) -> tuple[Evidence, ...]:
    return tuple(Evidence(e.at, e.told) for e in islice(entries, SHOWN))


def _yes(entries: Sequence[Entry], enough: int = 1) -> _Judged:
    if len(entries) < enough:
        return "unknown", ()
    return "yes", _evidence(reversed(entries))


def _referred(standing: Standing) -> _Judged:
    doors = {"introduction", "referral", "endorsement"}
    return _yes([e for e in standing.entries.of("gave") if e.status != "offer" and e.type in doors])


def _known_a_year(standing: Standing) -> _Judged:
    if standing.said.since is not None:
        answer = "yes" if standing.age >= YEAR_DAYS else "no"
        return answer, (Evidence(standing.said.since, "since then, by your own word"),)
    if standing.first is None or not standing.two_way:
        return "unknown", ()
    wrote, heard, met = (_first(standing.entries.of(kind)) for kind in _EXCHANGES)
    since = max(min(wrote, met), min(heard, met))
    since = standing.first if since == inf else int(since)
    answer = "yes" if standing.now - since >= YEAR_DAYS * DAY else "no"
    return answer, (Evidence(since, "the first exchange in both directions"),)


_IMPERSONAL = Flag.BULK | Flag.AUTOMATIC | Flag.UNNAMED
_EXCHANGES: tuple[EntryKind, ...] = ("wrote", "heard", "meeting")
_BEGUN: tuple[EntryKind, ...] = ("wrote", "meeting")
_DEALINGS: tuple[EntryKind, ...] = ("gave", "got", "asked", "was asked")


def _first(entries: Iterable[Entry]) -> float:
    return next((float(e.at) for e in entries if not e.flags & _IMPERSONAL), inf)


def _both_offered(standing: Standing) -> _Judged:
    mine = [e for e in standing.entries.of("gave") if e.type != "recognition"]
    theirs = [e for e in standing.entries.of("got") if e.status == "offer"]
    if not mine or not theirs:
        return "unknown", ()
    return "yes", _evidence([mine[-1], theirs[-1]])


def _asks_granted(standing: Standing) -> _Judged:
    asked = {e.thread for e in standing.entries.of("asked") if not e.routine}
    granted = [e for e in standing.entries.of("got") if e.status == "given" and e.thread in asked]
    return _yes(granted)


def _enjoyed(standing: Standing) -> _Judged:
    kinds = {"meal", "social", "personal"}
    social = [e for e in standing.entries.of("meeting") if e.direct and e.type in kinds]
    return _yes(social, 2)


def _regular(standing: Standing) -> _Judged:
    year = standing.now - YEAR_DAYS * DAY
    recent = [e for e in _since(standing.entries.of("meeting"), year) if e.direct]
    return _yes(recent, 4)


def _congratulated(standing: Standing) -> _Judged:
    return _yes(
        [
            e
            for e in standing.entries.of("gave")
            if e.type == "recognition" and e.status == "given" and e.flags & Flag.OUT
        ]
    )


def _top_of_mind(standing: Standing) -> _Judged:
    year = standing.now - YEAR_DAYS * DAY
    recent = [e for kind in _BEGUN for e in _since(standing.entries.of(kind), year) if e.direct]
    started = {e.thread: e for e in sorted(recent, key=lambda e: e.at)}
    firsts = {e.thread for e in standing.entries.of("heard") if e.event_id == e.thread}
    mine = [e for thread, e in sorted(started.items()) if thread not in firsts]
    months = {(e.at // (30 * DAY)) for e in mine}
    if len(months) >= 4:
        return "yes", _evidence(sorted(mine, key=lambda e: -e.at))
    if not standing.two_way or mine:
        return "unknown", ()
    return "no", (Evidence(year, "since then you began nothing with them alone"),)


def _since(entries: Sequence[Entry], moment: int) -> Sequence[Entry]:
    return entries[bisect_left(entries, moment, key=lambda e: e.at) :]


def _open_talk(standing: Standing) -> _Judged:
    sides = {side: [e for e in standing.entries.of(side) if e.type != "recognition"] for side in _DEALINGS}
    if standing.direct_meetings < 2 or not all(sides.values()):
        return "unknown", ()
    return "yes", _evidence([sides["asked"][-1], sides["was asked"][-1]])
