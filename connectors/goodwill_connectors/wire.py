"""One HTTP stack for every provider: one session, one retry policy, and errors in one sentence.

What passes by itself (a lost connection, a time-out in the middle of an answer, 429, 5xx, and what a
provider says is a quota) is tried again, after the time that the provider names (Retry-After, RFC 9110
section 10.2.3) or after 1, 2, 4 … seconds with some chance in it. What lasts longer than a person
waits ends in ``Unavailable``, with the moment from which a new try makes sense.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from goodwill.errors import AccountError, GoodwillError, Unavailable
from goodwill_connectors.certificates import distrusted, verification

TRIES, LOST_TRIES = 6, 3
"""How often a request is sent when it is refused, and when nobody answers at all."""
LONGEST_WAIT = 90.0
"""Seconds that a single wait may take; a provider that asks for more is left alone until then."""
LONGEST_PAUSE = 86_400.0
"""Seconds for which a provider is left alone at the most, whatever it asks for."""
TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next piece of an answer."""
LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
PASSING = frozenset((408, 429, 500, 502, 503, 504))
_LOST = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)

Passing = Callable[[requests.Response], bool]

REFUSED = "Nothing is lost; if it stays so, connect the account again, or ask whoever runs it for you"
"""What helps where a provider refuses for a reason of its own."""
UNTRUSTED = "Check this machine's clock; behind a company's proxy set REQUESTS_CA_BUNDLE"
"""What helps where a certificate is not accepted."""


class Gone(GoodwillError):
    """What was asked for is not there (any more): HTTP ``status`` 404 or 410."""

    def __init__(self, what: str, remedy: str = "", status: int = 404) -> None:
        super().__init__(what, remedy)
        self.status = status


class Refused(AccountError):
    """An answer that no new try will change, by its HTTP ``status``."""

    def __init__(self, what: str, remedy: str, status: int) -> None:
        super().__init__(what, remedy)
        self.status = status


def passes(answer: requests.Response) -> bool:
    """Whether an answer that is no success may be another one in a while."""
    return answer.status_code in PASSING


class Wire:
    """Sends requests to one provider, called ``name`` to the user.

    ``passing`` tells which refusals pass by themselves; ``before`` is told the address of every request
    that is about to be sent. ``sleep`` is in seconds; ``chance`` answers numbers in [0, 1).
    """

    def __init__(
        self,
        session: requests.Session,
        name: str,
        passing: Passing = passes,
        before: Callable[[str], None] = lambda url: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        untrusted: str = UNTRUSTED,
    ) -> None:
        self._session = session
        self._name = name
        self._passing = passing
        self._before = before
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        self._untrusted = untrusted

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        """Send one request, again where that may help; returns the answer, read to its end.

        Raises Unavailable when no answer came, or only refusals that pass by themselves.
        """
        last, lost = "", 0
        for attempt in range(TRIES):
            self._before(url)
            try:
                answer = self._session.request(method, url, timeout=TIMEOUT, **more)
            except requests.exceptions.SSLError as error:
                raise self._distrusted(urlsplit(url).netloc, error) from None
            except _LOST as error:
                last = _reason(error, url)
                lost += 1
                wait = self._backoff(attempt)
            except requests.RequestException as error:
                raise AccountError(f"{self._name} cannot be read: {error}", "Check the endpoints") from None
            else:
                if not self._passing(answer):
                    return answer
                last = f"it answers {answer.status_code} {answer.reason or ''}".rstrip()
                asked = retry_after(answer, self._clock())
                wait = self._backoff(attempt) if asked is None else asked + self._chance()
            if wait > LONGEST_WAIT:
                break
            if attempt == TRIES - 1 or lost == LOST_TRIES:
                wait = LONGEST_WAIT
                break
            self._sleep(wait)
        raise Unavailable(f"{self._name} cannot be read now: {last}", self._clock() + wait)

    def _distrusted(self, host: str, error: requests.exceptions.SSLError) -> AccountError:
        found = verification(error)
        if found is not None:
            what, remedy = distrusted(host, found, self._untrusted)
        elif "certificate" in str(error).lower():
            what, remedy = f"the certificate of {host} is not accepted", self._untrusted
        else:
            what, remedy = f"{host} does not speak TLS as it should", self._untrusted
        return AccountError(f"{self._name} cannot be read: {what}", remedy)

    def _backoff(self, attempt: int) -> float:
        return float(2**attempt) * (0.5 + self._chance())


def as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep requests from signing with what a .netrc file says of the host, or of any."""
    return request


def retry_after(answer: requests.Response, now: float) -> float | None:
    """The seconds after which the server wants to be asked again, from its header; None if it names none."""
    text = answer.headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
        return LONGEST_PAUSE if not seconds < LONGEST_PAUSE else max(0.0, seconds)
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(LONGEST_PAUSE, max(0.0, (when - datetime.fromtimestamp(now, UTC)).total_seconds()))


def _reason(error: requests.RequestException, url: str) -> str:
    host = urlsplit(url).netloc
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not answer"
    if isinstance(error, requests.Timeout):
        return f"{host} takes too long to answer"
    if isinstance(error, requests.ConnectionError):
        return f"no connection to {host}"
    return f"the answer of {host} breaks off"
