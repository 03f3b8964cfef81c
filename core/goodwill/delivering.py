"""Sends the digest of a day by the ways that its owner has chosen: to a file, as a mail, through Apprise."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from goodwill import accounts, delivery, leaflet, letter, polling, posting
from goodwill.app import App
from goodwill.codec import seconds
from goodwill.delivery import Claim, Way, claimed, in_words, pack, unpack
from goodwill.errors import GoodwillError, InputError, PluginError, StoreError, Uncertain, Unsent
from goodwill.links import Link, Links
from goodwill.mailing import Smtp
from goodwill.plugin import Account, Channel, Sender, Vault, load_named, may_send
from goodwill.sync import PATIENCE
from goodwill.upstream import upstream_of

LOOPBACK = "127.0.0.1"
SECRETS = {"smtp": "password", "apprise": "addresses"}
"""What is secret of a way, by the name under which it is kept."""
_log = logging.getLogger("goodwill.delivering")


def deliver(app: App, now: datetime, zone: tzinfo, asked: bool = False) -> list[tuple[Way, Claim]]:
    """Send today's digest by every way by which that may be; returns how all ways are then.

    Nothing is sent where nobody needs the owner. ``asked``: by the owner, just now. Raises StoreError where
    nothing can be written down: then nothing is sent either.
    """
    here, at = now.astimezone(zone), seconds(now)
    day = here.date().isoformat()
    due = [way for way in app.config.deliver if claimed(claim_of(app, way), day, at, asked)]
    advice = app.digest(now) if due else ()
    if advice:
        app.announce_digest(advice, now, day)
        digest = app.digest_report(advice, now)
        links = door_links(app, digest, now)
        for way in due:
            _deliver(app, way, day, at, asked, lambda way=way: _send(app, way, digest, here, links))  # type: ignore[misc]
    return [(way, claim) for way in app.config.deliver if (claim := claim_of(app, way)) is not None]


def next_try(app: App, day: str) -> int | None:
    """The moment (seconds) at which what has not gone is to be tried again; None where nothing is."""
    found = (claim_of(app, way) for way in app.config.deliver)
    return min((c.again for c in found if c and c.day == day and c.state == "unsent"), default=None)


def claim_of(app: App, way: str) -> Claim | None:
    """How far a way is."""
    with app.store.reading() as connection:
        return unpack(posting.get_meta(connection, delivery.name(way)))


def door_links(app: App, digest: Mapping[str, Any], now: datetime) -> dict[str, dict[str, str]]:
    """An address at the door for each answer to each line; none where the door does not open."""
    if not app.config.door_open and not app.store.is_served():
        return {}
    wanted = [Link(one["key"], word) for one in digest["people"] for word in leaflet.ANSWERS]
    try:
        tokens = Links(app.home).make(wanted, seconds(now))
    except StoreError as error:
        _log.warning("no links: %s", error)
        return {}
    found: dict[str, dict[str, str]] = {}
    for link, token in tokens.items():
        found.setdefault(link.key, {})[link.word] = f"http://{LOOPBACK}:{app.config.port}/advice/{token}"
    return found


def keep_secret(app: App, name: str, ask: Callable[[str], str], say: Callable[[str], None]) -> None:
    """Ask for what a way must know, and keep it in the keyring; raises InputError for an unknown way."""
    if name not in SECRETS:
        raise InputError(f"'{name}' has no secret", f"Known are {', '.join(sorted(SECRETS))}")
    question = f"The password of {app.config.smtp_user or app.config.smtp_address or 'your mail server'}: "
    if name != "smtp":
        question = _channel(name).SECRET
    app.create()
    _vault(app, say).put(f"digest {name}", {SECRETS[name]: ask(question)})


def _deliver(app: App, way: Way, day: str, at: int, asked: bool, send: Callable[[], None]) -> None:
    """Claim, send, and write down what came of it: in this order, and never without a claim."""
    with app.store.writing(PATIENCE), app.store.transaction() as connection:
        claim = claimed(unpack(posting.get_meta(connection, delivery.name(way))), day, at, asked)
        if claim is None:
            return
        posting.set_meta(connection, delivery.name(way), pack(claim))
    done = _attempted(claim, send)
    if done.state == "sent":
        _log.info("the digest has gone by %s", way)
    else:
        _log.warning("the digest of today by %s: %s", way, done.state)
    with app.store.writing(PATIENCE), app.store.transaction() as connection:
        posting.set_meta(connection, delivery.name(way), pack(done))


def _attempted(claim: Claim, send: Callable[[], None]) -> Claim:
    try:
        send()
    except Uncertain as error:
        return Claim(claim.day, "unknown", claim.at, claim.tries, str(error))
    except GoodwillError as error:  # of those that are raised before anything is sent
        return Claim(claim.day, "unsent", claim.at, claim.tries, str(error))
    except Exception as error:  # a stranger's channel may raise anything, at any moment
        told = f"This should not have happened ({type(error).__name__})."
        return Claim(claim.day, "unknown", claim.at, claim.tries, told)
    return Claim(claim.day, "sent", claim.at, claim.tries)


def _send(
    app: App, way: Way, digest: Mapping[str, Any], here: datetime, links: Mapping[str, Mapping[str, str]]
) -> None:
    """Send by one way; raises as ``plugin.Sender.send``, and GoodwillError where it cannot be begun."""
    if way == "file":
        _to_file(Path(app.config.digest_file).expanduser(), digest, here, links)
    elif way == "mail":
        sender, address = _sender(app, here)
        try:
            raw = letter.mail(digest, here, links, address)
        except ValueError as error:
            raise Unsent(str(error), "Check 'address' in [smtp], or connect another account") from None
        sender.send(raw)
    else:
        secret = _secret(app, way)
        if not secret:
            raise Unsent(f"nobody has told where {way} is to send", f"goodwill digest --secret {way}")
        _channel(way).send(letter.subject(digest), letter.words(digest, here), secret)


def _to_file(
    path: Path, digest: Mapping[str, Any], here: datetime, links: Mapping[str, Mapping[str, str]]
) -> None:
    """Put the digest in the place of the last one, as a whole; as HTML where the name says so."""
    path = path.resolve()  # a link stays one, and leads to the new digest
    if path.exists() and not path.is_file():
        raise Unsent(f"{path}: is no file", "Name a file in [digest] file, or one that does not exist yet")
    is_page = path.suffix.lower() in (".html", ".htm")
    text = letter.standalone(digest, here, links) if is_page else letter.words(digest, here)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unsent(f"{path}: cannot be written: {error.strerror}", "Check [digest] file") from None


def _sender(app: App, now: datetime) -> tuple[Sender, str]:
    """By whom a mail is sent, and the address that it is from and to."""
    config = app.config
    if config.digest_mail == "smtp" or (not config.digest_mail and config.smtp_server):
        return _smtp(app), config.smtp_address
    account = _account(app)
    opened = getattr(load_named("providers", account.provider), "sender", None)
    if opened is None:
        raise Unsent(f"{account.name} cannot send mail", "Choose another account in [digest] mail")
    sender = cast(Sender, opened(account, polling.desk(app, account.provider, now)))
    return sender, account.address


def _account(app: App) -> Account:
    """The account to send from: the one that is named, else the first that may."""
    with app.store.reading() as connection:
        if app.config.digest_mail:
            account = accounts.one(connection, app.config.digest_mail)
            if not may_send(account):
                again = f"goodwill connect {account.provider} --send-digest"
                raise Unsent(f"the sign-in of {account.name} does not allow to send", again)
            return account
        known = [state.account for state in accounts.states(connection)]
    found = next((one for one in known if may_send(one)), None)
    if found is None:
        one = known[0].provider if known else "google"
        remedy = f"goodwill connect {one} --send-digest, or write a server into [smtp]"
        raise Unsent("no account may send a mail to you", remedy)
    return found


def _smtp(app: App) -> Smtp:
    config = app.config
    if not config.smtp_server or not config.smtp_address:
        raise Unsent("[smtp] names no server", "Write 'server' and 'address' into [smtp]")
    if config.smtp_address not in app.owner():
        remedy = f"goodwill import --me {config.smtp_address}"
        raise Unsent(f"{config.smtp_address} in [smtp] is none of your addresses", remedy)
    upstream = upstream_of(config.smtp_server, cast(Any, config.smtp_tls or None))
    if upstream.tls == "none" and not _is_here(upstream.host):
        raise Unsent(
            f"{upstream.host} would see the mail unencrypted", "Leave out 'tls = \"none\"' in [smtp]"
        )
    user = config.smtp_user
    password = _secret(app, "smtp") if user else ""
    if user and not password:
        raise Unsent(f"nobody has told the password of {user}", "goodwill digest --secret smtp")
    return Smtp(upstream, config.smtp_address, user, password)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(app: App, name: str) -> str:
    """What a way must know: from the environment, else from the keyring; "" where nobody told it."""
    told = os.environ.get(f"GOODWILL_{name.upper()}", "")
    return told or _vault(app, lambda text: None).get(f"digest {name}").get(SECRETS.get(name, "secret"), "")


def _vault(app: App, say: Callable[[str], None]) -> Vault:
    return cast(Vault, load_named("vaults", "vault")(app.home, say))


def _channel(name: str) -> Channel:
    try:
        return cast(Channel, load_named("channels", name))
    except PluginError as error:
        raise Unsent(error.what, error.remedy or "Install it again") from None


def ways_in_words(found: Sequence[tuple[Way, Claim]], day: str) -> list[str]:
    """What has become of today's digest, a sentence for each way."""
    return [
        in_words(way, claim) or f"the digest of {claim.day} has gone by {way}"
        for way, claim in found
        if claim.day == day or claim.state != "sent"
    ]
