"""Which folders of an IMAP mailbox are read, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from goodwill_connectors.sniff import is_unwanted

ALL = b"\\all"
UNWANTED = frozenset((b"\\drafts", b"\\junk", b"\\trash"))
VIRTUAL = frozenset((ALL, b"\\flagged", b"\\important"))
"""Special uses (RFC 6154): what is no event, and what shows mails of other folders again."""
CLOSED = frozenset((b"\\noselect", b"\\nonexistent"))
GOOGLE = b"X-GM-EXT-1"
"""A server where the folder of all mail holds what lies in no other."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and whether it holds what the owner sent."""

    name: str
    sent: bool = False


def readable(client: Any) -> list[Folder]:
    """The folders to read: those of the owner's own that hold mail which was sent or delivered."""
    listed = [(_lowered(flags), delimiter, name) for flags, delimiter, name in client.list_folders()]
    others = _others(client)
    own = [one for one in listed if not any(one[2].startswith(prefix) for prefix in others)]
    return chosen(own, client.has_capability(GOOGLE))


def chosen(listed: Sequence[tuple[frozenset[bytes], bytes, str]], google: bool = False) -> list[Folder]:
    """The folders to read of those ``listed`` (flags in lower case, delimiter, name): sent mail first (pure).

    Where no folder says what it is for, its name must tell.
    """
    special = any(flags & (UNWANTED | VIRTUAL) for flags, _, _ in listed)
    if google:
        whole = [Folder(name) for flags, _, name in listed if ALL in flags]
        if whole:
            return whole
    found = [
        Folder(name, b"\\sent" in flags or _last(name, delimiter).casefold().startswith("sent"))
        for flags, delimiter, name in listed
        if not flags & (UNWANTED | VIRTUAL | CLOSED)
        and not (not special and is_unwanted(_last(name, delimiter)))
    ]
    return sorted(found, key=lambda one: (not one.sent, one.name.upper() != "INBOX", one.name))


def _last(name: str, delimiter: bytes | None) -> str:
    return name.rpartition(delimiter.decode("ascii", "replace"))[2] if delimiter else name


def _lowered(flags: Iterable[bytes]) -> frozenset[bytes]:
    return frozenset(flag.lower() for flag in flags)


def _others(client: Any) -> list[str]:
    """How the names of folders begin that are other people's, or everybody's (RFC 2342)."""
    if not client.has_capability("NAMESPACE"):
        return []
    told = client.namespace()
    return [prefix for kind in (told.other, told.shared) for prefix, _ in kind or () if prefix]
