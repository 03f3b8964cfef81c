"""The composition root: what the faces can ask for, put together from the rooms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, cast

from sqlalchemy import Connection, delete, func, insert, select

from goodwill import (
    accounts,
    advising,
    care,
    delivery,
    gate,
    health,
    plugin,
    posting,
    ranking,
    report,
    schema,
    shelf,
    stream,
    sync,
    teaching,
    warned,
)
from goodwill import digest as digests
from goodwill.book import Book, Tally
from goodwill.codec import digest as hash_of
from goodwill.codec import iso, readable_event, readable_signal, seconds, unpack_signal
from goodwill.config import Config
from goodwill.detect import Detectors
from goodwill.digest import Advice, Owner, picked_up
from goodwill.errors import InputError
from goodwill.evaluation import OUTCOMES
from goodwill.inbound import Drawn, drawn
from goodwill.judging import FILES, Judge, Review, need_owner
from goodwill.model import Context, Event, Flag, Person, Standing, Verdict
from goodwill.outcomes import Answer, Warned
from goodwill.people import is_full_name, plain_name, propose_owner
from goodwill.plugin import may_mark
from goodwill.said import said_of
from goodwill.standing import fold
from goodwill.store import Store
from goodwill.trouble import DOOR, Trouble
from goodwill.verdict import Account
from goodwill.words import bare_subject
from goodwill.zones import zone

GROUPS = ("detectors", "subscribers", "connectors", "providers", "formats", "channels")
"""What plugins are registered as, each below ``goodwill.``."""
LOOK_AHEAD_DAYS = 14
"""Somebody with whom a meeting stands this near needs no reminder."""


class App:
    """One home, its configuration, and everything that can be done with them.

    ``now`` is an argument wherever something is judged; nothing here reads a clock.
    """

    def __init__(self, home: Path, config: Config) -> None:
        self.home = home
        self.config = config

    @cached_property
    def store(self) -> Store:
        """The store of this home; an error when there is none yet."""
        store = Store(self.home, self.config.store_url)
        store.open(create=bool(self.config.store_url))
        return store

    @cached_property
    def detectors(self) -> Detectors:
        """The detectors that are installed and not switched off."""
        return Detectors(plugin.load("detectors", self.config.disabled))

    def plugins(self) -> list[plugin.Loaded]:
        """Everything that is installed in either wing, loaded or not."""
        return [one for group in GROUPS for one in plugin.load(group, self.config.disabled)]

    # Taking in

    def import_files(
        self, paths: Sequence[Path], me: Sequence[str], now: datetime, progress: sync.Progress
    ) -> Tally:
        """Read mail and calendars from ``paths``; ``me`` adds to the owner's addresses."""
        self.create()
        tally = Tally()
        with self.store.writing():
            self.set_owner(me)
            if paths:
                horizon = datetime(now.year + 2, 1, 1, tzinfo=UTC)
                connector = plugin.load_named("connectors", "files")(paths, horizon)
                tally = sync.poll(self.store, connector, FILES, self.book(now), seconds(now), progress)
                self.judge.settle(now)
            self.deliver(now)
            self.retain(now)
        return tally

    def book(self, now: datetime) -> Book:
        """Who enters events into this store, and keeps as many of their words as the owner wishes."""
        full = self.config.keep_text == "full"
        return Book(self.detectors, full, seconds(now), care.oldest(self.config.text_months, now))

    def retain(self, now: datetime) -> None:
        """Empty words that are older than the owner wishes to keep them; the caller may write."""
        care.retain(self.store, self.config.text_months, now)

    def create(self) -> None:
        """Make the home and its store where there are none yet."""
        store = Store(self.home, self.config.store_url)
        store.open(create=True)
        self.__dict__["store"] = store

    def set_owner(self, me: Sequence[str]) -> None:
        """Add to the owner's addresses, and post all events anew if that changes anything."""
        wanted = {address.strip().lower() for address in me}
        with self.store.reading() as connection:
            if wanted <= posting.owner_of(connection):
                return
        with self.store.transaction() as connection:
            missing = sorted(wanted - posting.owner_of(connection))
            if missing:
                connection.execute(insert(schema.owner), [{"address": address} for address in missing])
                posting.repost(connection)

    def remove_owner(self, address: str) -> None:
        """Take back that ``address`` is the owner's; raises InputError where it is not, or the only one."""
        with self.store.writing(), self.store.transaction() as connection:
            own = posting.owner_of(connection)
            if address not in own:
                raise InputError(
                    f"'{address}' is none of your addresses", f"They are {', '.join(sorted(own))}"
                )
            if len(own) == 1:
                raise InputError(
                    f"{address} is your only address", "Add the right one first: goodwill import --me ADDRESS"
                )
            connection.execute(delete(schema.owner).where(schema.owner.c.address == address))
            posting.repost(connection)

    def owner(self) -> frozenset[str]:
        """The owner's addresses; empty while they are not known."""
        with self.store.reading() as connection:
            return posting.owner_of(connection)

    def propose_owner(self) -> str | None:
        """The address whose mail this seems to be, or None."""
        presence: Counter[str] = Counter()
        senders: Counter[str] = Counter()
        total = 0
        with self.store.reading() as connection:
            for _, event in posting.stored_events(connection):
                if event.kind == "mail" and event.sender:
                    total += 1
                    presence.update(party.address for party in event.parties)
                    senders[event.sender.address] += 1
        return propose_owner(presence, senders, total)

    def knows_anybody(self) -> bool:
        """Whether anything in the store is between the owner and somebody else."""
        with self.store.reading() as connection:
            table = schema.contacts.c
            query = select(table.address_id).where(table.flags.bitwise_and(Flag.UNNAMED) == 0)
            return connection.execute(query.limit(1)).first() is not None

    def namesakes(self) -> list[str]:
        """Addresses that are not the owner's but bear the owner's full name: perhaps forgotten ones."""
        with self.store.reading() as connection:
            owner = posting.owner_of(connection)
            own = {plain_name(name) for name in shelf.names_on_mail(connection, owner)}
            own = {name for name in own if is_full_name(name)}
            table = schema.addresses.c
            rows = connection.execute(select(table.address, table.name).order_by(table.address))
            return [row.address for row in rows if plain_name(row.name) in own and row.address not in owner]

    def rebuild(self, now: datetime) -> tuple[int, int]:
        """Derive everything anew from the events; returns how many were read again, how many could not."""
        with self.store.writing():
            with self.store.transaction() as connection:
                counts = self.book(now).reread(connection)
                posting.repost(connection)
            self.deliver(now)
        return counts

    def deliver(self, now: datetime) -> None:
        """Tell the subscribers what has come in."""
        stream.deliver(self.store, self._subscribers, seconds(now))

    @cached_property
    def _subscribers(self) -> list[plugin.Loaded]:
        return plugin.load("subscribers", self.config.disabled)

    # Judging

    @cached_property
    def judge(self) -> Judge:
        """Who judges drafts against this store."""
        return Judge(self.store, lambda: self.detectors, self.config.threshold)

    def check(self, draft: Event, now: datetime) -> Verdict:
        """The verdict on ``draft`` as of ``now``; raises InputError for one without recipients."""
        return self.judge.check(draft, now)

    def review(self, now: datetime) -> Review:
        """The warnings with what came of them, and the threshold as it has risen by them."""
        return self.judge.review(now)

    def account(self, address: str, now: datetime) -> tuple[Account, bool]:
        """How the owner stands with whoever has ``address``, and whether all of the history is known."""
        return self.judge.account(address, now)

    def answer(self, number: int, said: str, now: datetime, patience: float = 0) -> Warned:
        """Write down what the owner says of warning ``number``; raises InputError where there is none.

        ``patience`` is in seconds, as in ``Store.writing``.
        """
        with self.store.writing(patience), self.store.transaction() as connection:
            found = {one.id: one for one in warned.all_up_to(connection, seconds(now))}
            if number not in found:
                raise InputError(f"there is no warning {number}", "`goodwill review` lists them")
            one = found[number]
            if one.answer != said:
                teaching.unlearn(connection, one, now)
            teaching.learn(connection, one, said, now)
            warned.settle(connection, number, cast(Answer, said))
            return one

    def reset_threshold(self) -> None:
        """Forget what the warnings so far have taught."""
        with self.store.writing(), self.store.transaction() as connection:
            warned.reset(connection)

    def announce(self, verdict: Verdict, now: datetime, patience: float = 0) -> Verdict:
        """Keep the warnings of a verdict and tell the subscribers, without the draft's words.

        Returns the verdict with the numbers of its warnings. ``patience`` is in seconds, as in
        ``Store.writing``.
        """
        if verdict.verdict == "clear":
            return verdict
        judged = self.keep(verdict, patience)
        self.tell(now, patience)
        return judged

    def keep(self, verdict: Verdict, patience: float = 0) -> Verdict:
        """Keep the warnings of a verdict, and put it into the stream; otherwise as ``announce``."""
        with self.store.writing(patience), self.store.transaction() as connection:
            numbers = warned.keep(connection, verdict)
            key = f"{hash_of(repr(verdict)):016x}"
            stream.publish(connection, "verdict", key, report.verdict(verdict, quotes=False))
        recipients = tuple(replace(one, warning=numbers.get(one.address, 0)) for one in verdict.recipients)
        return replace(verdict, recipients=recipients)

    def announce_draft(self, verdict: Verdict, account: str, now: datetime) -> None:
        """Keep the warnings of a draft that lies in ``account``, and tell the subscribers."""
        judged = self.keep(verdict, sync.PATIENCE)
        payload = report.verdict(judged, quotes=False) | {"account": account}
        self._announce("draft", f"{hash_of(repr(verdict)):016x}", payload, now)

    def tell(self, now: datetime, patience: float = 0) -> None:
        """Tell the subscribers what they do not know yet."""
        with self.store.writing(patience):
            self.deliver(now)

    def _announce(self, topic: str, key: str, payload: Mapping[str, Any], now: datetime) -> None:
        with self.store.writing(sync.PATIENCE):
            with self.store.transaction() as connection:
                stream.publish(connection, topic, key, dict(payload))
            self.deliver(now)

    def standings(
        self, now: datetime, streams: bool = False
    ) -> Iterator[tuple[Person, tuple[int, ...], Standing]]:
        """Everybody who is a person, with the standing as of ``now``; ``streams`` as in ``shelf.persons``."""
        at = seconds(now)
        with self.store.reading() as connection:
            owner = need_owner(connection)
            sayings = posting.sayings(connection)
            for person, ids, _conduct, _last in shelf.persons(connection, at, streams):
                if owner.isdisjoint(person.addresses):
                    contacts = shelf.contacts(connection, ids, at)
                    said = said_of(sayings, person.addresses, at)
                    yield person, ids, fold(contacts, frozenset(person.addresses), owner, at, said)

    def people(self, now: datetime) -> list[tuple[Person, Standing]]:
        """Everybody, those with the most behind them first."""
        found = [(person, standing) for person, _, standing in self.standings(now)]
        return sorted(found, key=_standing_order)

    def rank(self, person: Person, now: datetime) -> tuple[int, int] | None:
        """The person's place among all by capital, from 1, and of how many; None for nobody."""
        return ranking.rank(self.store, person, seconds(now))

    def inbound(self, now: datetime) -> list[Drawn]:
        """Who asked favours of the owner within a year, those whom it took the most time first."""
        at = seconds(now)
        found = []
        with self.store.reading() as connection:
            owner = need_owner(connection)
            for person, ids, standing in self.standings(now, streams=True):
                asked = any(entry.kind == "was asked" and not entry.routine for entry in standing.entries)
                if asked and standing.said.muted is None:
                    contacts = shelf.contacts(connection, ids, at)
                    found.append(drawn(person, standing, contacts, owner))
        return sorted(filter(None, found), key=lambda one: (-one.minutes, one.person.shown.lower()))

    def show(self, wanted: str, now: datetime) -> tuple[Person, Standing]:
        """The one person whom ``wanted`` names; raises InputError for none or several."""
        at = seconds(now)
        with self.store.reading() as connection:
            owner = need_owner(connection)
            person, ids = shelf.one(connection, wanted)
            contacts = shelf.contacts(connection, ids, at)
            said = said_of(posting.sayings(connection), person.addresses, at)
            return person, fold(contacts, frozenset(person.addresses), owner, at, said)

    def digest(self, now: datetime) -> tuple[Advice, ...]:
        """Whom to invest in, as of ``now``."""
        return self.digest_of(self.standings(now), now)

    def digest_of(
        self,
        standings: Iterable[tuple[Person, tuple[int, ...], Standing]],
        now: datetime,
        among: Collection[int] | None = None,
    ) -> tuple[Advice, ...]:
        """As ``digest``, of these people only; ``among`` are the numbers of all their addresses, if known."""
        at, now = seconds(now), self.local(now)
        until = seconds(now + timedelta(days=LOOK_AHEAD_DAYS))
        numbers: dict[int, tuple[int, ...]] = {}
        with self.store.reading() as connection:
            addresses = need_owner(connection)
            ahead = shelf.ahead(connection, at, until, digests.CROWD, among)
            memory = advising.memory(connection, now)
            owner = Owner(addresses, shelf.names_on_mail(connection, addresses))

            def everybody() -> Iterator[tuple[Person, Standing, int | None]]:
                for person, ids, standing in standings:
                    numbers[person.id] = ids
                    yield person, standing, min((ahead[one] for one in ids if one in ahead), default=None)

            found = digests.digest(
                everybody(),
                self.config.digest_people,
                lambda advice: memory.rests(advice, at),
                owner,
                lambda one, other: not shelf.met_before(connection, numbers[one.id], numbers[other.id]),
            )
            return tuple(
                picked_up(one, bare_subject(shelf.last_subject(connection, numbers[one.person.id], at)))
                for one in found
            )

    def health(self, now: datetime) -> str:
        """How the accounts are read, in one line."""
        streams = schema.streams.c
        with self.store.reading() as connection:
            files = connection.scalar(select(func.max(streams.polled_at)).where(streams.account == FILES))
            return health.line(accounts.states(connection), files, seconds(now))

    def digest_report(self, advice: Sequence[Advice], now: datetime) -> dict[str, Any]:
        """A digest as ``digest --json`` prints it and subscribers get it."""
        return report.digest(advice, seconds(now), self.health(now))

    def announce_digest(self, advice: Sequence[Advice], now: datetime, day: str = "") -> None:
        """Tell the subscribers of a digest that is not empty; one a ``day`` (ISO 8601; else that of now).

        It is kept, so that nobody hears the same for ever.
        """
        if advice:
            payload = self.digest_report(advice, now)
            self._announce("digest", day or f"{self.local(now):%Y-%m-%d}", payload, now)

    def local(self, now: datetime) -> datetime:
        """The same moment where the owner is: what is said once a day, is said once a day of theirs."""
        return now.astimezone(zone(self.config))

    # Looking in

    def classify(self, event: Event, context: Context) -> dict[str, Any]:
        """What the detectors see in an event, with no store touched."""
        finding = self.detectors.detect(event, context)
        scores = self.detectors.score(event, context)
        shown: dict[str, Any] = {
            "signals": [readable_signal(signal) for _, signal in finding.signals],
            "scores": {kind: round(scores.get(kind, 0.0), 4) for kind in OUTCOMES},
        }
        if finding.problems:
            shown["problems"] = [f"{p.place} {p.what}" for _, p in finding.problems]
        return shown

    def export(self) -> Iterator[dict[str, Any]]:
        """Every event with its signals, oldest first, alike whatever the order of arrival was."""
        with self.store.reading() as connection:
            yield {"owner": sorted(posting.owner_of(connection))}
            said: dict[int, list[dict[str, Any]]] = {}
            table = schema.signals.c
            for event_id, detector, payload in connection.execute(
                select(table.event_id, table.detector, table.payload).order_by(table.id)
            ):
                line = {"detector": detector} | readable_signal(unpack_signal(payload))
                said.setdefault(event_id, []).append(line)
            # Sorted here: databases do not agree on the order of text.
            table = schema.events.c
            rows = sorted(connection.execute(select(table.at, table.rank, table.id)).all(), key=tuple)
            for batch in posting.batches([row.id for row in rows], posting.BATCH):
                events = dict(posting.stored_events(connection, batch))
                for id_ in batch:
                    yield readable_event(events[id_]) | {"signals": said.get(id_, [])}

    @cached_property
    def _plugin_problems(self) -> list[dict[str, str]]:
        """What is wrong with the plugins that this home uses: all providers together take long to load."""
        with self.store.reading() as connection:
            providers = {state.account.provider for state in accounts.states(connection)}
        loaded = [
            *(
                one
                for group in ("detectors", "subscribers")
                for one in plugin.load(group, self.config.disabled)
            ),
            *plugin.load("providers", self.config.disabled, providers),
        ]
        found = [one.problem for one in loaded if one.problem]
        return [{"place": p.place, "what": p.what, "remedy": p.remedy} for p in found]

    def counts(self) -> dict[str, int]:
        """How many mails, calendar entries, signals and problems there are."""
        with self.store.reading() as connection:
            return shelf.counts(connection)

    def status(self) -> Status:
        """What the store holds, where it came from, and what went wrong."""
        background, served = self.store.is_polled(), self.store.is_served()
        with self.store.reading() as connection:
            table, streams = schema.problems.c, schema.streams.c
            problems = connection.execute(
                select(table.place, table.what, table.remedy).order_by(table.id.desc()).limit(Status.SHOWN)
            ).all()
            sources = connection.execute(
                select(streams.account, streams.name, streams.polled_at, streams.complete).order_by(
                    streams.name
                )
            ).all()
            stale = _stale(connection, self.detectors.fingerprint)
            states = accounts.states(connection)
            return Status(
                accounts=states,
                background=background,
                trouble=Trouble(self.home).read() if background else "",
                door=served,
                door_trouble=Trouble(self.home, DOOR).read() if background and not served else "",
                home=str(self.home),
                owner=sorted(posting.owner_of(connection)),
                counts=shelf.counts(connection),
                span=shelf.span(connection),
                sources=[
                    {
                        "account": row.account,
                        "stream": row.name,
                        "polled": iso(row.polled_at) if row.polled_at else None,
                        "complete": bool(row.complete),
                    }
                    for row in sources
                ],
                problems=[*self._plugin_problems, *(dict(row._mapping) for row in problems)],
                stale=stale,
                unmarked=self._unmarked(states),
                undelivered=[
                    told
                    for way in self.config.deliver
                    if (claim := delivery.unpack(posting.get_meta(connection, delivery.name(way))))
                    and (told := delivery.in_words(way, claim))
                ],
            )

    def _unmarked(self, states: Sequence[accounts.State]) -> list[str]:
        """The accounts whose drafts are to be marked, and may not be."""
        if not self.config.mark_drafts:
            return []
        return [state.account.name for state in states if may_mark(state.account) is False]


@dataclass(frozen=True, slots=True)
class Status:
    """What ``goodwill status`` shows. ``stale`` counts mails read by other detectors than today's.

    ``background``: accounts are being read by somebody just now; ``trouble`` is what keeps that from being
    stored. ``door``: it is open to those who ask before they send; ``door_trouble`` is what keeps it shut.
    ``unmarked`` names the accounts whose drafts are to be marked, and may not be; ``undelivered`` says why
    the last digest has not gone by some way.
    """

    SHOWN: ClassVar[int] = 20

    accounts: list[accounts.State]
    background: bool
    trouble: str
    door: bool
    door_trouble: str
    home: str
    owner: list[str]
    counts: dict[str, int]
    span: tuple[str, str] | None
    sources: list[dict[str, Any]]
    problems: list[dict[str, str]]
    stale: int
    unmarked: list[str]
    undelivered: list[str]


def _stale(connection: Connection, fingerprint: str) -> int:
    table, readers = schema.events.c, schema.readers.c
    current = connection.scalar(select(readers.id).where(readers.detectors == fingerprint))
    # From what was forgotten no reading can tell more.
    query = select(table.id).where(table.readers != (current or 0), ~table.rank.endswith(gate.CLOSED))
    return len(connection.execute(query).all())


def _standing_order(pair: tuple[Person, Standing]) -> tuple[float, bool, str]:
    person, standing = pair
    return (-standing.capital, not standing.two_way, person.shown.lower())
