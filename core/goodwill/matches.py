"""An introduction that two people would want: one looks for what the other does and wants more of (pure).

Both are asked first, each alone: an introduction that one of them did not want costs the owner with both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from goodwill.gives import Give, closeness, in_touch_since
from goodwill.houses import same_house
from goodwill.ledger import DAY, with_article
from goodwill.model import Entry, Person, Standing

SEEKS_DAYS = 45
"""Who looked for something longer ago has found it, or does without."""
DOES_DAYS = 365
Strangers = Callable[[Person, Person], bool]


class _One(NamedTuple):
    person: Person
    standing: Standing
    entry: Entry


@dataclass(slots=True)
class Fair:
    """Collects who looks for what, and who does it; then pairs them."""

    seekers: list[_One]
    doers: list[_One]

    def note(self, person: Person, standing: Standing) -> None:
        """Remember what a person last told of either, where it is recent."""
        for e in reversed(standing.entries):
            age = (standing.now - e.at) / DAY
            if age > DOES_DAYS:
                return
            if e.kind != "told":
                continue
            if e.status == "seek" and standing.now - e.at >= DAY and age <= SEEKS_DAYS:
                if not in_touch_since(standing, e.at):
                    self.seekers.append(_One(person, standing, e))
            elif e.status == "open":
                self.doers.append(_One(person, standing, e))

    def introductions(self, strangers: Strangers) -> Iterable[tuple[Person, Standing, Give]]:
        """The introductions to think of, at most one for whoever looks for something."""
        done: set[int] = set()
        for seeker in sorted(self.seekers, key=lambda one: -one.entry.at):
            fitting = [
                doer
                for doer in self.doers
                if doer.person.id != seeker.person.id
                and does(doer.entry.type, seeker.entry.type)
                and not _colleagues(doer.person, seeker.person)
                and strangers(doer.person, seeker.person)
            ]
            if not fitting or seeker.person.id in done:
                continue
            done.add(seeker.person.id)
            best = max(fitting, key=lambda one: (closeness(one.standing), one.entry.at, one.person.shown))
            yield seeker.person, seeker.standing, _give(seeker, best)


def does(done: str, sought: str) -> bool:
    """Whether who does the one was looked for: the same trade, and the special kind if one was named."""
    return done == sought or done.endswith(f" {sought}")


def _colleagues(one: Person, other: Person) -> bool:
    return any(same_house(a, b) for a in one.addresses for b in other.addresses)


def _give(seeker: _One, doer: _One) -> Give:
    name, other = (
        one.person.name.split()[0] if one.person.name else one.person.shown for one in (seeker, doer)
    )
    thing = with_article(seeker.entry.type)
    why = f"{name} looks for {thing}, and {doer.person.shown} is one and wants more of that work"
    give = f"Ask {name}, and then {other}, whether they would like to meet; introduce them only if both do"
    return Give("invest", why, give, (seeker.entry, doer.entry), 1.8 + closeness(seeker.standing))
