"""The calendars that an account can read, and which of them are (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from goodwill.errors import InputError


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar: its identity, its name, whether it is the owner's own, and whether it is the first."""

    id: str
    name: str
    own: bool
    primary: bool


def in_order(found: Sequence[Listed]) -> list[Listed]:
    """The primary calendar first, then the others by name."""
    return sorted(found, key=lambda one: (not one.primary, one.name))


def chosen(listed: Sequence[Listed], names: Sequence[str]) -> list[Listed]:
    """The calendars called ``names``, by name or identity; without names the owner's own.

    Raises InputError for a name that none has.
    """
    if not names:
        return [one for one in listed if one.own]
    found = []
    for name in names:
        wanted = [one for one in listed if name.casefold() in (one.id.casefold(), one.name.casefold())]
        if not wanted:
            known = ", ".join(f"'{one.name}'" for one in listed)
            raise InputError(f"there is no calendar '{name}'", f"There are {known}")
        found += wanted
    return list(dict.fromkeys(found))
