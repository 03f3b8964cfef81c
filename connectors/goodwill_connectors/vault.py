"""Where secrets are kept: in the system's keyring, else in a file that only the owner may read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import keyring
from keyring.errors import KeyringError

from goodwill.errors import AccountError

SERVICE = "goodwill"
FILE = "secrets.json"


class Vault:
    """The secrets of one home, by the name of the account. ``say`` tells the owner of a poorer place."""

    def __init__(self, home: Path, say: Callable[[str], None] = lambda text: None) -> None:
        self._path = home / FILE
        self._mark = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
        self._say = say

    def put(self, account: str, secret: Mapping[str, str]) -> None:
        """Keep ``secret``, instead of what was kept before."""
        try:
            keyring.set_password(SERVICE, self._name(account), json.dumps(dict(secret)))
        except (KeyringError, RuntimeError, OSError):
            self._write(self._read() | {account: dict(secret)})
            self._say(f"This system has no keyring that can be used: the sign-in is kept in {self._path},")
            self._say("readable by you only, but not encrypted.")
        else:
            self._write({name: kept for name, kept in self._read().items() if name != account})

    def get(self, account: str) -> dict[str, str]:
        """The secret of ``account``; empty if there is none."""
        kept = self._read().get(account)
        if kept is not None:
            return kept
        try:
            text = keyring.get_password(SERVICE, self._name(account))
        except (KeyringError, RuntimeError, OSError):
            return {}
        try:
            return dict(json.loads(text)) if text else {}
        except (ValueError, TypeError):
            return {}  # damaged: as good as none

    def drop(self, account: str) -> None:
        """Forget the secret of ``account``."""
        kept = self._read()
        if kept.pop(account, None) is not None:
            self._write(kept)
        try:
            keyring.delete_password(SERVICE, self._name(account))
        except (KeyringError, RuntimeError, OSError):
            return  # it was not there

    def _name(self, account: str) -> str:
        return f"{self._mark} {account}"

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads(self._path.read_text("utf-8"))
            if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
                raise ValueError("it holds no secrets by account")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise AccountError(
                f"{self._path}: cannot be read: {error}", "Remove it, and connect again"
            ) from None
        return {str(name): dict(secret) for name, secret in found.items()}

    def _write(self, secrets: Mapping[str, Mapping[str, str]]) -> None:
        """Replace the file as a whole; without secrets there is none."""
        if not secrets:
            self._path.unlink(missing_ok=True)
            return
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(secrets, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
