"""Accounts from end to end: ``goodwill connect``, ``disconnect`` and ``sync``."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any, cast

from goodwill import accounts, plugin, stream, sync
from goodwill.accounts import State, Trouble
from goodwill.app import App
from goodwill.book import Tally
from goodwill.codec import digest, seconds
from goodwill.errors import (
    AccountError,
    ConfigError,
    GoodwillError,
    InputError,
    SignInError,
    StoreError,
    Unavailable,
)
from goodwill.plugin import Account, Connector, Desk, Drafts, Provider
from goodwill.progress import quiet
from goodwill.sync import PATIENCE
from goodwill.writer import clean

SOON = 60
"""Seconds to leave a provider alone that names no time itself."""


@dataclass(frozen=True, slots=True)
class Polled:
    """How the poll of one account went: what came in, and why it ended early (empty if it did not)."""

    account: Account
    tally: Tally
    trouble: str


def connect(app: App, name: str, wishes: Mapping[str, Any], now: datetime) -> Account:
    """Sign in to an account of the provider ``name`` and keep it; returns it.

    ``wishes`` are the options that the owner gave. Raises InputError for one that the provider does not
    know, and AccountError where the sign-in fails: nothing is kept then.
    """
    provider = _provider(name)
    strange = sorted(option for option in wishes if option not in provider.OPTIONS)
    if strange:
        flag = "--" + strange[0].replace("_", "-") if strange[0] != "address" else f"'{wishes['address']}'"
        raise InputError(f"{flag} means nothing to {name}", f"Leave it out: goodwill connect {name}")
    app.create()
    try:
        account = provider.connect(desk(app, name, now), wishes)
    except Unavailable as error:
        remedy = f"Nothing was connected: run `goodwill connect {name}` later"
        raise AccountError(error.what, remedy) from None
    with app.store.writing(PATIENCE):
        with app.store.transaction() as connection:
            accounts.keep(connection, account, seconds(now))
        app.set_owner(account.addresses)
    return account


def disconnect(app: App, wanted: str, now: datetime) -> tuple[Account, str]:
    """Sign out of an account and forget its secret and cursors; returns it, and what the provider says."""
    with app.store.writing():
        with app.store.reading() as connection:
            account = accounts.one(connection, wanted)
        told = _provider(account.provider).disconnect(account, desk(app, account.provider, now))
        with app.store.transaction() as connection:
            accounts.drop(connection, account)
    return account, told


def poll(
    app: App, wanted: Sequence[str], now: datetime, again: bool, progress: sync.Progress
) -> list[Polled]:
    """Read what is new in the accounts called ``wanted`` (all of them if empty).

    One account in trouble does not stop the others. With ``again`` everything is read anew.
    """
    with app.store.reading() as connection:
        states = accounts.states(connection)
        names = {accounts.one(connection, one).name for one in wanted}
    if not states:
        raise InputError(
            "no account is connected yet",
            "Begin with: goodwill connect google (or microsoft, icloud, fastmail, imap, caldav)",
        )
    with app.store.polling():
        found = [
            poll_one(app, state, now, again, progress)
            for state in states
            if not names or state.account.name in names
        ]
        settle(app, now)
    return found


def settle(app: App, now: datetime) -> None:
    """Draw the conclusions from what came in, and tell the subscribers."""
    with app.store.writing(PATIENCE):
        app.judge.settle(now)
        app.deliver(now)
        app.retain(now)


def poll_one(
    app: App, state: State, now: datetime, again: bool = False, progress: sync.Progress = quiet
) -> Polled:
    """Read what is new in one account; what goes wrong is written down with it, and raised by the store only.

    The caller has the right to read accounts (``Store.polling``).
    """
    account, at = state.account, seconds(now)
    if state.waits(at):
        return Polled(account, Tally(), state.trouble)
    provider = _provider(account.provider)
    table = desk(app, account.provider, now)
    tally = Tally()
    if again:
        with app.store.writing(PATIENCE), app.store.transaction() as connection:
            accounts.begin_anew(connection, account)
    troubles: list[GoodwillError] = []
    sources: Sequence[tuple[str, Connector]] = ()
    try:
        sources = provider.sources(account, table)
    except GoodwillError as error:
        troubles.append(error)
    except Exception as error:  # a provider's crash is a problem, not a stop
        what = f"{account.name}: this should not have happened ({type(error).__name__})"
        troubles.append(AccountError(what, "Connect it again; if that does not help, please report this"))
    for name, connector in sources:
        try:
            _read(app, account, connector, now, progress, tally)
        except SignInError as error:
            troubles.append(provider.explain(account, error, now))
            break
        except StoreError:  # no account's fault: nothing can be written down with it
            raise
        except GoodwillError as error:
            troubles.append(error)
        except Exception as error:  # a connector's crash is a problem, not a stop
            what = f"{name}: this should not have happened ({type(error).__name__})"
            troubles.append(GoodwillError(what, "It is tried again; please report it"))
    trouble = " ".join(dict.fromkeys(str(error) for error in troubles))
    waits = [max(seconds_of(error, at), at + SOON) for error in troubles if isinstance(error, Unavailable)]
    lasting = any(
        isinstance(error, AccountError) and not isinstance(error, Unavailable) for error in troubles
    )
    kind: Trouble = "" if not troubles else "needs you" if lasting else "waiting"
    with app.store.writing(PATIENCE), app.store.transaction() as connection:
        accounts.tried(connection, account, at, trouble, kind, max(waits, default=None))
        if kind == "needs you":
            told = {"account": account.name, "trouble": trouble}
            stream.publish(
                connection,
                "account",
                f"{digest(f'{account.name} {trouble}'):016x} {_signed_in(account)}",
                told,
            )
    return Polled(account, tally, trouble)


def drafts(app: App, state: State, now: datetime) -> Drafts | None:
    """The drafts of an account; None where its provider has none to show."""
    account = state.account
    opened = getattr(_provider(account.provider), "drafts", None)
    found: Drafts | None = opened(account, desk(app, account.provider, now)) if opened else None
    return found


def listen(app: App, account: Account, now: datetime, end: Event, news: Callable[[], None]) -> bool:
    """Call ``news`` whenever something may have come in, until ``end`` is set; False where nobody tells.

    Raises GoodwillError where the provider cannot be heard any more.
    """
    told = getattr(_provider(account.provider), "listen", None)
    return told is not None and bool(told(account, desk(app, account.provider, now), end, news))


def _signed_in(account: Account) -> int:
    """When the owner signed in: the same trouble after another sign-in is told once more."""
    return seconds(account.connected) if account.connected else 0


def seconds_of(error: Unavailable, now: int) -> int:
    """Until when a provider wants to be left alone; a time long past means that it names none."""
    return int(error.until) if error.until > now else now


def _read(
    app: App,
    account: Account,
    connector: Connector,
    now: datetime,
    progress: sync.Progress,
    tally: Tally,
) -> None:
    addresses = getattr(connector, "addresses", None)
    if addresses is not None:
        own = addresses()
        with app.store.writing(PATIENCE):
            app.set_owner(own)
    book, at = app.book(now), seconds(now)
    sync.poll(app.store, connector, account.name, book, at, progress, lasting=True, renew=False, tally=tally)


def _provider(name: str) -> Provider:
    return cast(Provider, plugin.load_named("providers", name))


def desk(app: App, provider: str, now: datetime) -> Desk:
    """What a provider is given to work with."""
    table = app.config.providers.get(provider, {})
    for key in {key for one in (table, *table.values()) if isinstance(one, Mapping) for key in one}:
        if "@" not in key and key not in _provider(provider).ENDPOINTS:
            known = ", ".join(sorted(_provider(provider).ENDPOINTS))
            raise ConfigError(f"'{provider}.{key}' means nothing to {provider}", f"It knows {known}")

    def endpoints(address: str) -> Mapping[str, Any]:
        common = {key: value for key, value in table.items() if not isinstance(value, dict)}
        own = table.get(address, {})
        return common | own if isinstance(own, dict) else common

    def connected(wanted: str) -> Sequence[Account]:
        with app.store.reading() as connection:
            known = [state.account for state in accounts.states(connection)]
        return [account for account in known if account.provider == wanted]

    return Desk(app.home, now, endpoints, _say, ask, connected)


def _say(text: str) -> None:
    print(clean(text), file=sys.stderr)


def ask(question: str, secret: bool) -> str:
    """Put a question on the terminal; raises InputError where nobody answers."""
    try:
        if sys.stdin is not None and secret and sys.stdin.isatty():
            return getpass.getpass(question)
        print(question, end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline() if sys.stdin is not None else ""
    except (EOFError, OSError):
        answer = ""
    if not answer:
        raise InputError(f"nobody answers '{question.strip(' :')}'", "Run this on a terminal")
    return answer
