"""How the owner of a mailbox signs in to its server: by a password, or by an access token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from imapclient.exceptions import LoginError

from goodwill.errors import AccountError


class Login(Protocol):
    """How ``user`` signs in: the call does it, with a client; ``remedy`` helps where the server refuses."""

    @property
    def user(self) -> str: ...

    @property
    def remedy(self) -> str: ...

    def __call__(self, client: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Password:
    """Signs in with a password."""

    user: str
    password: str = field(repr=False)
    remedy: str = (
        "Check the password (most providers want an app password, made in their settings), and connect again"
    )

    def __call__(self, client: Any) -> None:
        """Sign in; raises LoginError."""
        client.login(self.user, self.password)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Signs in as ``user`` by an access token; ``token`` is told whether a new one is needed."""

    user: str
    remedy: str
    token: Callable[[bool], str] = field(repr=False)

    def __call__(self, client: Any) -> None:
        """Sign in, with a new token where the one at hand is refused; raises LoginError for a lasting no."""
        if not client.has_capability("AUTH=XOAUTH2"):
            raise AccountError(
                "this server lets nobody in by XOAUTH2", "Connect it without --sign-in, by a password"
            )
        try:
            client.oauth2_login(self.user, self.token(False))
        except LoginError:
            client.oauth2_login(self.user, self.token(True))
