"""Where MSAL's tokens are kept: encrypted by msal-extensions where the platform can, else in the vault.

They are too long for some keyrings (Windows takes 2,560 bytes), so msal-extensions uses DPAPI on Windows, the
Keychain on macOS, and libsecret on Linux where PyGObject is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msal_extensions import build_encrypted_persistence
from msal_extensions.persistence import PersistenceNotFound

from goodwill.errors import AccountError
from goodwill_connectors.vault import Vault

FIELD = "tokens"


class Tokens:
    """The tokens of one account of a home. ``say`` tells the owner of a poorer place."""

    def __init__(self, home: Path, account: str, say: Callable[[str], None] = lambda text: None) -> None:
        mark = hashlib.sha256(account.encode()).hexdigest()[:12]
        self._path = home.resolve() / f"tokens-{mark}.bin"
        self._account = account
        self._vault = Vault(home, say)
        self._safe = _encrypted(self._path)

    def save(self, text: str) -> None:
        """Keep ``text`` instead of what was kept before."""
        if self._safe is None:
            self._vault.put(self._account, {FIELD: text})
        else:
            self._safe.save(text)

    def load(self) -> str:
        """What is kept; empty for nothing. Raises AccountError where it can no longer be read."""
        if self._safe is None:
            return self._vault.get(self._account).get(FIELD, "")
        try:
            return str(self._safe.load())
        except PersistenceNotFound:
            return ""
        except Exception as error:  # each platform raises its own
            what = f"the sign-in of {self._account} cannot be read ({type(error).__name__})"
            raise AccountError(what, "Connect the account again") from None

    def drop(self) -> None:
        """Forget what is kept."""
        if self._safe is None:
            self._vault.drop(self._account)
        else:
            # Also where it can no longer be read: whoever leaves is not kept.
            with contextlib.suppress(Exception):
                self._safe.save(json.dumps({}))
            self._path.unlink(missing_ok=True)


def _encrypted(path: Path) -> Any:
    """The platform's own encryption; None where it has none that works."""
    try:
        return build_encrypted_persistence(str(path))
    except Exception:  # a missing module, a locked or absent secret service, an unknown platform
        return None
