"""The doors of the house: hook specifications, the connector's protocol, and how both wings load.

A detector or a subscriber is any module or object registered under an entry point (groups
``goodwill.detectors`` and ``goodwill.subscribers``) that implements some of the hooks below with
``goodwill.plugin.hookimpl``. It may set ``NAME`` and ``VERSION`` (strings); without them the entry
point's name and the distribution's version are used. When the version changes, what it said of
earlier events counts as stale.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pluggy

from goodwill.errors import PluginError, SignInError
from goodwill.model import Context, Event, Problem, Signal

PROJECT = "goodwill"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class DetectorHooks:
    """What a detector may implement. Detectors are pure: no I/O, no clock, no memory between calls."""

    @hookspec
    def goodwill_detect(self, event: Event, context: Context) -> Iterable[Signal]:  # type: ignore[empty-body]
        """Return the meetings, favours and asks that the event shows."""

    @hookspec
    def goodwill_score(self, event: Event, context: Context) -> Mapping[str, float]:  # type: ignore[empty-body]
        """Return, by kind of signal, a calibrated probability that the event holds at least one.

        Unlike ``goodwill_detect`` this has no threshold; ``goodwill classify`` prints it.
        """


class SubscriberHooks:
    """What a subscriber may implement.

    Each subscriber has its own place in each stream: it gets everything after that place at least
    once, in order, and goes on from there after a crash. ``key`` is stable, so that a repetition can
    be recognised.
    """

    @hookspec
    def goodwill_on_event(self, key: str, event: Mapping[str, Any]) -> None:
        """Called for each event that entered the store, in the form that ``export`` prints."""

    @hookspec
    def goodwill_on_signal(self, key: str, signal: Mapping[str, Any]) -> None:
        """Called for each signal that a detector found in a stored event."""

    @hookspec
    def goodwill_on_verdict(self, key: str, verdict: Mapping[str, Any]) -> None:
        """Called for each verdict that warned, without the draft's words."""

    @hookspec
    def goodwill_on_digest(self, key: str, digest: Mapping[str, Any]) -> None:
        """Called for each digest that was made and was not empty."""

    @hookspec
    def goodwill_on_account(self, key: str, account: Mapping[str, Any]) -> None:
        """Called once when an account needs its owner: ``account`` is its name, ``trouble`` what to do."""

    @hookspec
    def goodwill_on_draft(self, key: str, draft: Mapping[str, Any]) -> None:
        """Called once for a draft that is being written and asks too early.

        ``draft`` is the verdict without the draft's words, with the name of the ``account`` it lies in.
        """


class Series(NamedTuple):
    """A calendar entry with all its occurrences: its ``key`` (``cal:UID``) and the edition they are of.

    ``holds`` are keys of occurrences that stand in items of their own. Only what starts from ``since`` on
    and before ``until`` is spoken of (None: no limit).
    """

    key: str
    edition: str
    holds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class Whole(NamedTuple):
    """All entries of a calendar that start from ``since`` on and before ``until``: their items' ``ids``."""

    since: datetime
    until: datetime
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a connector met: where (``stream``, ``id``, ``version``) and what it holds.

    ``events`` may be empty (nothing in it concerns a relationship) or several (a calendar file).
    ``problems`` says what could not be read; the item then counts as seen all the same. ``series`` names
    the calendar entries of which the item holds every occurrence: stored ones that it does not hold, and
    that are of no later edition, were called off. ``gone``: the item is not there any more, and what it
    held was called off, unless another item holds it too.
    """

    stream: str
    id: str
    version: str = ""
    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()
    series: tuple[Series, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A batch of items of one stream and the cursor after them.

    ``next_cursor`` may be stored once all ``items`` are; ``complete`` is true on the last page of a poll.
    ``done`` and ``total`` measure progress in units of the connector's choice (0 when unknown). With
    ``whole`` the items of the stream that it does not name are gone.
    """

    stream: str
    items: tuple[Item, ...]
    next_cursor: str | None
    complete: bool = False
    done: int = 0
    total: int = 0
    problems: tuple[Problem, ...] = field(default=())
    whole: Whole | None = None


class Connector(Protocol):
    """A source of events. ``poll`` yields pages; each is stored whole, with its cursor, before the next.

    ``cursors`` gives the stored cursor of a stream, ``known`` says whether an item (stream, id,
    version) was stored before and need not be read again.
    """

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]: ...


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is polled: which provider's, whose, and what the provider must know of it.

    ``settings`` can be written as JSON and hold no secret. ``addresses`` are the owner's own there, and
    ``connected`` is when the owner signed in last.
    """

    provider: str
    address: str
    settings: Mapping[str, Any]
    addresses: tuple[str, ...] = ()
    connected: datetime | None = None

    @property
    def name(self) -> str:
        """What the account is called: ``google:ada@example.com``."""
        return f"{self.provider}:{self.address}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a provider is given to work with: the home, the moment, and a way to talk with the owner.

    ``endpoints`` returns what the configuration says of the provider, for one of its accounts ("" for one
    that has no name yet); ``ask`` puts a question, and shows no answer to a secret one; ``accounts`` lists
    those of a provider that are connected.
    """

    home: Path
    now: datetime
    endpoints: Callable[[str], Mapping[str, Any]]
    say: Callable[[str], None]
    ask: Callable[[str, bool], str]
    accounts: Callable[[str], Sequence[Account]] = lambda provider: ()


class Provider(Protocol):
    """A kind of account (group ``goodwill.providers``): how to sign in, and what can be read then.

    ``OPTIONS`` names the options of ``goodwill connect`` that mean something to it, ``ENDPOINTS`` the keys
    of its table in the configuration. ``disconnect`` returns what became of the account, in a sentence.

    One that can tell of news as they come also says ``listen(account, desk, end, news)``: it calls ``news()``
    until the event ``end`` is set, and returns False where this account cannot be listened to.
    """

    OPTIONS: frozenset[str]
    ENDPOINTS: frozenset[str]

    def connect(self, desk: Desk, wishes: Mapping[str, Any]) -> Account: ...

    def disconnect(self, account: Account, desk: Desk) -> str: ...

    def sources(self, account: Account, desk: Desk) -> Sequence[tuple[str, Connector]]: ...

    def explain(self, account: Account, error: SignInError, now: datetime) -> SignInError: ...


class Drafts(Protocol):
    """The drafts of an account, which a provider may answer ``drafts(account, desk)`` with."""

    def listed(self) -> list[tuple[str, str]]:
        """The latest drafts: the identity of each, and of its edition."""
        ...

    def read(self, id_: str) -> Event | None:
        """What a draft says; None for one that is gone or cannot be read."""
        ...


class Markable(Drafts, Protocol):
    """Drafts that may be marked, which a provider answers only where the owner allowed it.

    Such a provider also says ``may_mark(account)``: whether the owner did, or None for an account that has no
    drafts; and takes the option ``mark_drafts`` of ``goodwill connect``.
    """

    def mark(self, id_: str, on: bool) -> str | None:
        """Put a mark on the edition of a draft that was read last, or take it off; returns the edition then.

        One that is as wished already is left alone. None: it is another edition by now, or gone. Raises
        Unavailable for what passes, and AccountError where no draft of the account will be marked.
        """
        ...


class Sender(Protocol):
    """What a provider answers ``sender(account, desk)`` with, where the owner allowed mail to themselves.

    Such a provider also says ``may_send(account)``: whether the owner did, or None for an account without
    mail; and takes the option ``send_digest`` of ``goodwill connect``.
    """

    def send(self, raw: bytes) -> None:
        """Send a mail (RFC 822), once.

        Raises Unsent where it has certainly not gone, and Uncertain where nobody knows.
        """
        ...


class Channel(Protocol):
    """Another way for a digest to its owner (group ``goodwill.channels``), by ``[digest] deliver``.

    ``SECRET`` is the question after what it must know (addresses with tokens in them): it is asked by
    ``goodwill digest --secret NAME``, and may also come from the variable ``GOODWILL_NAME``.
    """

    SECRET: str

    def send(self, title: str, text: str, secret: str) -> None:
        """Send it once; raises as ``Sender.send``."""
        ...


class Vault(Protocol):
    """Where secrets are kept (group ``goodwill.vaults``), by name."""

    def put(self, account: str, secret: Mapping[str, str]) -> None: ...

    def get(self, account: str) -> dict[str, str]: ...


class Known(Protocol):
    """Answers which items of a stream the store has met."""

    def __call__(self, stream: str, ids: Sequence[tuple[str, str]]) -> set[tuple[str, str]]: ...


class MailFormat(Protocol):
    """The reader of RFC 822 messages that a wing provides under ``goodwill.formats``: ``mail``."""

    def __call__(self, raw: bytes) -> Event: ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin as it was loaded: its name, version and origin, and the object that holds its hooks."""

    group: str
    name: str
    version: str
    distribution: str
    plugin: Any = None
    problem: Problem | None = None
    enabled: bool = True


def may_mark(account: Account) -> bool | None:
    """Whether drafts of an account may be marked; None where its provider knows nothing of that."""
    try:
        asked = getattr(load_named("providers", account.provider), "may_mark", None)
    except PluginError:
        return None
    found: bool | None = asked(account) if asked else None
    return found


def may_send(account: Account) -> bool | None:
    """Whether mail to oneself may be sent from an account; None where its provider knows nothing of that."""
    try:
        asked = getattr(load_named("providers", account.provider), "may_send", None)
    except PluginError:
        return None
    found: bool | None = asked(account) if asked else None
    return found


def load(
    group: str, disabled: frozenset[str] = frozenset(), only: Collection[str] | None = None
) -> list[Loaded]:
    """Load every entry point of ``goodwill.<group>``, or ``only`` those so called, sorted by name.

    One that fails names its problem.
    """
    found = [one for one in entry_points(group=f"goodwill.{group}") if only is None or one.name in only]
    return [_load_one(group, entry, disabled) for entry in sorted(found, key=lambda entry: entry.name)]


def load_named(group: str, name: str) -> Any:
    """Load the one entry point ``name`` of ``goodwill.<group>``, or say which is missing."""
    for entry in entry_points(group=f"goodwill.{group}", name=name):
        loaded = _load_one(group, entry, frozenset())
        if loaded.problem:
            raise PluginError(f"the {group} plugin '{name}' cannot be loaded: {loaded.problem.what}")
        return loaded.plugin
    raise PluginError(f"no plugin provides {group} '{name}'", "Install goodwill again")


def _load_one(group: str, entry: EntryPoint, disabled: frozenset[str]) -> Loaded:
    distribution = entry.dist.name if entry.dist else "unknown"
    version = entry.dist.version if entry.dist else "0"
    if entry.name in disabled:
        return Loaded(group, entry.name, version, distribution, enabled=False)
    try:
        plugin = entry.load()
    except (Exception, SystemExit) as error:  # a stranger's module may raise anything at import
        problem = Problem(
            f"plugin {entry.name}", f"cannot be loaded: {error!r}", f"Update or remove {distribution}"
        )
        return Loaded(group, entry.name, version, distribution, problem=problem)
    name = str(getattr(plugin, "NAME", entry.name))
    return Loaded(group, name, str(getattr(plugin, "VERSION", version)), distribution, plugin)


def hooks_of(plugin: Any, spec: type) -> dict[str, Any]:
    """The hook implementations of one plugin, checked against ``spec`` by pluggy.

    Each plugin gets a manager of its own: pluggy abandons a whole call at the first exception, and
    one plugin's crash must not silence the others.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(spec)
    manager.register(plugin)
    manager.check_pending()
    return {
        name: getattr(manager.hook, name)
        for name in vars(spec)
        if name.startswith("goodwill_") and getattr(manager.hook, name).get_hookimpls()
    }
