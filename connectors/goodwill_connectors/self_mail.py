"""Mail to oneself, sent once through Gmail or Graph."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import google.auth.exceptions
import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.exceptions import SSLError as CertificateError

from goodwill.errors import GoodwillError, Uncertain, Unsent
from goodwill_connectors.wire import TIMEOUT

_NEVER_BEGAN = (NewConnectionError, ConnectTimeoutError, CertificateError)


class GmailSender:
    """Sends through the Gmail API at ``api`` (empty: Google's own)."""

    def __init__(self, session: requests.Session, api: str, again: str) -> None:
        self._session = session
        self._url = f"{(api or 'https://gmail.googleapis.com').rstrip('/')}/gmail/v1/users/me/messages/send"
        self._again = again

    def send(self, raw: bytes) -> None:
        """As ``plugin.Sender.send``."""
        body = json.dumps({"raw": base64.urlsafe_b64encode(raw).decode()})
        post_once(self._session, self._url, body.encode(), "application/json", "Gmail", self._again)


class GraphSender:
    """Sends through Microsoft Graph; ``renew`` is called where a token was refused, before one more try."""

    def __init__(self, session: requests.Session, url: str, renew: Callable[[], None], again: str) -> None:
        self._session = session
        self._url = url
        self._renew = renew
        self._again = again

    def send(self, raw: bytes) -> None:
        """As ``plugin.Sender.send``."""
        body = base64.b64encode(raw)
        post_once(self._session, self._url, body, "text/plain", "Outlook", self._again, self._renew)


def post_once(
    session: requests.Session, url: str, body: bytes, kind: str, name: str, again: str,
    renew: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Hand in a mail, once: only what was refused outright, or never set out, may be tried again."""
    answer = _posted(session, url, body, kind, name)
    if answer.status_code == 401 and renew is not None:
        renew()
        answer = _posted(session, url, body, kind, name)
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status >= 500:
        raise Uncertain(f"{name} answers {status}")
    if status in (401, 403):
        raise Unsent(f"{name} does not allow to send ({status})", again)
    raise Unsent(f"{name} refuses the mail ({status})", "It is tried again")


def _posted(session: requests.Session, url: str, body: bytes, kind: str, name: str) -> requests.Response:
    headers = {"Content-Type": kind}
    try:
        return session.request(
            "POST", url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
    except GoodwillError as error:  # the sign-in was not renewed, and nothing set out
        raise Unsent(error.what, error.remedy) from None
    except google.auth.exceptions.GoogleAuthError as error:
        raise Unsent(
            f"{name}: the sign-in was not renewed ({type(error).__name__})", "It is tried again"
        ) from None
    except requests.ConnectTimeout:
        raise Unsent(f"{name} cannot be reached", "It is tried again") from None
    except requests.RequestException as error:
        if _never_began(error):
            raise Unsent(f"{name} cannot be reached", "It is tried again") from None
        raise Uncertain(f"the connection to {name} was lost while it took the mail") from None


def _never_began(error: requests.RequestException) -> bool:
    """Whether there never was a connection over which anything could have gone."""
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", inner), _NEVER_BEGAN)
