"""Every service that the library Apprise reaches, for a digest to its owner; it is installed on its own."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence

from goodwill.errors import Uncertain, Unsent

SECRET = "Apprise's addresses, with spaces between them (such as ntfys://ntfy.example/topic): "
INSTALL = "pip install 'goodwill[apprise]'"


def send(title: str, text: str, secret: str) -> None:
    """Send to every address in ``secret``, once; they hold passwords, and stand in no message."""
    with warnings.catch_warnings():  # of its modules, which are none of the owner's business
        warnings.simplefilter("ignore")
        _send(title, text, secret.split())


def _send(title: str, text: str, addresses: Sequence[str]) -> None:
    try:
        import apprise
    except ImportError:
        raise Unsent("the library Apprise is not installed", INSTALL) from None
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would write addresses with tokens in them
    service = apprise.Apprise()
    for number, address in enumerate(addresses, 1):
        if not service.add(address):
            raise Unsent(
                f"address number {number} of Apprise means nothing to it", "goodwill digest --secret apprise"
            )
    if not len(service):
        raise Unsent("Apprise has no address", "goodwill digest --secret apprise")
    if not service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
        raise Uncertain("not every service that Apprise was to reach has taken it")
