"""Google's client library over the one HTTP stack, and Google's refusals in one sentence.

The library speaks httplib2, which is not safe among threads and which ``responses`` cannot see: ``Shim``
gives its ``request()`` over a requests session. Google tells a quota in many dresses (403 with one of
several reasons, 403 RESOURCE_EXHAUSTED, 429); its own library's retries miss some of them and ignore
Retry-After, so they stay off and ``wire`` does it.
"""

from __future__ import annotations

import json
from typing import Any

import google.auth.exceptions
import httplib2
import requests
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from goodwill.errors import AccountError, GoodwillError, SignInError, Unavailable
from goodwill_connectors.wire import REFUSED, Gone, Refused, Wire, passes

AGAIN = "Sign in again: goodwill connect google"
_QUOTA = frozenset(
    ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED", "backendError")
)
_DAILY = frozenset(("dailyLimitExceeded", "dailyLimitExceededUnreg"))
_SWITCHED_OFF = frozenset(("accessNotConfigured", "SERVICE_DISABLED"))
_FEW_RIGHTS = frozenset(("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"))


class Shim:
    """What the client library takes for httplib2, over a ``Wire``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        redirections: int = 5,
        connection_type: Any = None,
    ) -> tuple[httplib2.Response, bytes]:
        """Send one request as httplib2 would; returns the head and the body of the answer."""
        answer = self._wire.request(method, uri, data=body, headers=headers)
        head = httplib2.Response({name.lower(): value for name, value in answer.headers.items()})
        head.status, head.reason = answer.status_code, answer.reason
        head.pop("content-encoding", None)  # requests has unpacked it already
        return head, answer.content

    def close(self) -> None:
        """Nothing to close: the session outlives the service."""


def service(name: str, version: str, wire: Wire, api: str) -> Any:
    """The client of one Google API; ``api`` is another address of the API than Google's, or empty."""
    path = "calendar/v3/" if name == "calendar" else ""
    options = {"api_endpoint": f"{api.rstrip('/')}/{path}"} if api else None
    return build(
        name, version, http=Shim(wire), static_discovery=True, cache_discovery=False, client_options=options
    )


def passing(answer: requests.Response) -> bool:
    """Whether a refusal of Google's passes by itself: a quota a minute does, a quota a day does not."""
    if answer.status_code == 403:
        reasons = _reasons(answer.content)
        return bool(reasons & _QUOTA) and not reasons & _DAILY
    return passes(answer)


def _reasons(content: bytes) -> set[str]:
    """Every name that the body of a refusal gives to its reason."""
    try:
        error = json.loads(content)["error"]
    except (ValueError, KeyError, TypeError):
        return set()
    if not isinstance(error, dict):
        return {str(error)}
    details = [*(error.get("errors") or ()), *(error.get("details") or ())]
    found = {str(one.get("reason", "")) for one in details if isinstance(one, dict)}
    return found | {str(error.get("status", ""))}


def call(request: Any, what: str) -> dict[str, Any]:
    """Execute one request of the client library; ``what`` names the API to the user.

    Raises Gone for what is not there, SignInError when the owner must sign in again, Unavailable for what
    passes, and AccountError for every other refusal.
    """
    try:
        found = request.execute(num_retries=0)
    except HttpError as error:
        raise _refusal(error, what) from None
    except google.auth.exceptions.RefreshError as error:
        raise sign_in_again(error) from None
    except google.auth.exceptions.TransportError:
        raise Unavailable("Google cannot be reached to renew the sign-in", 0.0) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unavailable(f"{what} answers with something that is not JSON", 0.0)
    return found


def sign_in_again(error: Exception) -> AccountError:
    """What to say when the sign-in was not renewed: only Google's own word says that it is over."""
    if "invalid_grant" not in str(error) and "_client" not in str(error):
        return Unavailable("Google does not renew the sign-in now", 0.0)
    if "invalid_client" in str(error) or "unauthorized_client" in str(error):
        return SignInError("Google no longer knows the OAuth client of this account", AGAIN)
    return SignInError("Google no longer accepts the sign-in: it was withdrawn or has expired", AGAIN)


def _refusal(error: HttpError, what: str) -> GoodwillError:
    status = int(error.resp.status)
    reasons = _reasons(error.content)
    if status in (404, 410):
        return Gone(f"{what} has nothing at {error.uri.split('?')[0]}", "If 'api' is set, check it")
    if status == 401:
        return SignInError("Google does not accept the sign-in", AGAIN)
    if reasons & _SWITCHED_OFF:
        page = "gmail.googleapis.com" if "Gmail" in what else "calendar-json.googleapis.com"
        return AccountError(
            f"{what} is not switched on in your Google Cloud project",
            f"Open https://console.cloud.google.com/apis/library/{page} with that project, press Enable, "
            "and run this again in a minute",
        )
    if reasons & _FEW_RIGHTS:
        return SignInError(f"the sign-in does not allow to read {what}", f"{AGAIN}, and tick every box")
    if reasons & _DAILY:
        return AccountError(f"{what}: the project's quota of today is used up", "Run this again tomorrow")
    reason = error.reason or "no reason given"
    return Refused(f"{what} refuses ({status}): {reason.strip().rstrip('.')}", REFUSED, status)
