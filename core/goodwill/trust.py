"""Which clients may knock at the door: each is paired once by a code, and has a token of its own since.

Only hashes are kept, in ``clients.json`` of the home.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from goodwill.errors import InputError, StoreError
from goodwill.slate import Slate

FILE = "clients.json"
REMEDY = "Remove it, and pair your clients again"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What codes are made of: nothing that is read as something else."""
CODE_LENGTH = 8
"""40 bits, of which ``TRIES`` may be guessed."""
VALID = 600
"""Seconds for which a code holds."""
TRIES = 5
LONGEST_NAME = 60
EXTENSION = re.compile(r"(?:moz|chrome|safari-web)-extension://[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class Client:
    """A paired client: its ``name``, its ``origin`` ("" for a program that is no browser's), since when.

    ``key`` is the SHA-256 of its token, ``since`` in seconds.
    """

    name: str
    origin: str
    key: str
    since: int


class Trust:
    """The clients of one home."""

    def __init__(self, home: Path) -> None:
        self._slate = Slate(home / FILE, REMEDY)

    def invite(self, now: int) -> str:
        """A new one-time code; one that was shown before holds no longer."""
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        invitation = {"key": _key(code), "until": now + VALID, "tries": TRIES}
        self._slate.change(lambda told: {**told, "invitation": invitation})
        return f"{code[:4]}-{code[4:]}"

    def admit(self, code: str, name: str, origin: str, now: int) -> str | None:
        """The token of a client that knows the code; None if it does not. The code holds once."""
        said = _key("".join(code.upper().split()).replace("-", ""))
        token = secrets.token_urlsafe(32)

        def admitted(told: Mapping[str, Any]) -> dict[str, Any]:
            asked, clients = told.get("invitation"), _clients(told)
            if not isinstance(asked, dict) or now >= asked.get("until", 0):
                return _book(clients)
            if not hmac.compare_digest(asked["key"], said):
                left = asked["tries"] - 1
                return _book(clients, {**asked, "tries": left} if left else None)
            others = [one for one in clients if not origin or one.origin != origin]
            return _book([*others, Client(_free(name, clients), origin, _key(token), now)])

        admitted_now = _clients(self._slate.change(admitted))
        return token if any(one.key == _key(token) for one in admitted_now) else None

    def client(self, token: str) -> Client | None:
        """Who has this token; None where nobody has."""
        key = _key(token)
        return next((one for one in self.clients() if hmac.compare_digest(one.key, key)), None)

    def clients(self) -> list[Client]:
        """Everybody who is paired, the first first."""
        return _clients(self._slate.read())

    def remove(self, name: str) -> None:
        """Let a client in no more; raises InputError where there is none of that name."""
        names = [one.name for one in self.clients()]
        if name not in names:
            raise InputError(f"no client is called '{name}'", f"Known: {', '.join(names) or 'none'}")
        self._slate.change(
            lambda told: _book([one for one in _clients(told) if one.name != name], told.get("invitation"))
        )


def _book(clients: list[Client], invitation: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"clients": [asdict(one) for one in clients], "invitation": invitation}


def _clients(told: Mapping[str, Any]) -> list[Client]:
    try:
        found = [Client(**one) for one in told.get("clients", [])]
        if not all(isinstance(one.name, str) and isinstance(one.key, str) for one in found):
            raise TypeError
        return found
    except TypeError:
        raise StoreError(f"{FILE} of the home: holds something else than clients", REMEDY) from None


def _key(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _free(name: str, clients: list[Client]) -> str:
    """The name, told apart from those of other clients by a number."""
    name = " ".join("".join(c for c in name if c.isprintable()).split())[:LONGEST_NAME] or "client"
    taken = {one.name for one in clients}
    return next(one for one in (name, *(f"{name} {n}" for n in range(2, 1000))) if one not in taken)
