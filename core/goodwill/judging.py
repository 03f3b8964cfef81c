"""Judges drafts against the store, and finds out what came of the warnings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from goodwill import posting, shelf, warned
from goodwill.accounts import never_whole
from goodwill.codec import digest as hash_of
from goodwill.codec import message_hash, seconds
from goodwill.detect import Detectors, quoted_mail
from goodwill.errors import InputError
from goodwill.houses import colleagues
from goodwill.model import Context, Event, Party, Person, Saying, Verdict
from goodwill.outcomes import RECENT, SETTLED, Answer, Warned, outcome, raised
from goodwill.people import is_desk, is_robot
from goodwill.said import no_asks, said_of, sentence_key
from goodwill.standing import Settled, fold, settled, standing
from goodwill.store import Store
from goodwill.verdict import RANK, Account, judge
from goodwill.words import normalize_subject

FILES = "files"
"""The account that imported files belong to."""
KEPT_LEDGERS = 500
"""Ledgers kept in memory between checks, by a process that lives on."""


@dataclass(frozen=True, slots=True)
class Review:
    """The warnings that were given; ``needless`` of the last ``settled`` ones did no harm when overridden.

    ``threshold`` is the confidence from which an ask is judged by the configuration, ``raised`` the one
    that holds now.
    """

    warnings: tuple[Warned, ...]
    threshold: float
    raised: float
    needless: int
    settled: int


class Judge:
    """Judges what is about to be sent. ``threshold`` is the confidence from which an ask counts."""

    def __init__(self, store: Store, detectors: Callable[[], Detectors], threshold: float) -> None:
        self._store = store
        self._detectors = detectors
        self._threshold = threshold
        self._ledgers: dict[tuple[int, ...], tuple[object, Settled]] = {}

    def check(self, draft: Event, now: datetime) -> Verdict:
        """The verdict on ``draft`` as of ``now``; raises InputError for one without recipients."""
        at = seconds(now)
        with self._store.reading() as connection:
            owner = need_owner(connection)
            sender = draft.sender or Party(min(owner))
            owner = owner | {sender.address}
            draft = replace(draft, at=now, sender=sender)
            recipients = [party for party in draft.to + draft.cc if party.address not in owner]
            if not recipients and draft.to:
                return Verdict("clear", at, (), ())
            if not recipients:
                raise InputError("the draft names nobody to send it to", "Add a To line")
            thread = tuple(e for e in self._thread(connection, draft, recipients) if e.at <= now)
            thread = thread or quoted_mail(draft)
            finding = self._detectors().detect(draft, Context(owner, thread))
            if finding.failed:
                what = f"the detector '{finding.failed[0]}' {finding.problems[0][1].what}"
                raise InputError(f"the draft could not be checked: {what}", "Please report this")
            sayings = posting.sayings(connection)
            known = no_asks(sayings, at)
            asks = [s for _, s in finding.signals if s.kind == "ask" and s.by == sender.address]
            asks = [ask for ask in asks if not known or sentence_key(ask.quote) not in known]
            accounts = [
                self._account(connection, party, owner, at, sayings) for party in dict.fromkeys(recipients)
            ]
            strangers = {one.address for one in accounts if not one.standing.entries}
            if strangers and not _is_partial(connection):
                strangers = set()
            learnt = warned.lately_settled(connection, at, RECENT) if asks else []
        verdict = judge(asks, accounts, at, raised(self._threshold, learnt)[0])
        verdict = _abstain(verdict, strangers)
        notes = tuple(f"{problem.place} {problem.what}" for _, problem in finding.problems)
        return replace(verdict, notes=verdict.notes + notes)

    def account(self, address: str, now: datetime) -> tuple[Account, bool]:
        """How the owner stands with whoever has ``address``, and whether all of the history is known."""
        at = seconds(now)
        with self._store.reading() as connection:
            owner = need_owner(connection)
            sayings = posting.sayings(connection)
            account = self._account(connection, Party(address.strip().lower()), owner, at, sayings)
            return account, not _is_partial(connection)

    def _thread(self, connection: Connection, draft: Event, recipients: Sequence[Party]) -> tuple[Event, ...]:
        """The mails before the draft: by its Message-IDs, else by its subject and people."""
        found = shelf.thread_before(connection, [message_hash(parent) for parent in draft.parents])
        topic = normalize_subject(draft.subject)
        if found or not topic or topic == draft.subject.strip().casefold():
            return found
        addresses = [party.address for party in recipients]
        return shelf.thread_about(connection, hash_of(topic), addresses, seconds(draft.at))

    def review(self, now: datetime) -> Review:
        """The warnings up to ``now`` with what came of each, and the threshold as it has risen by them."""
        at = seconds(now)
        with self._store.reading() as connection:
            owner = need_owner(connection)
            found = [
                replace(one, answer=self._outcome(connection, one, owner, at))
                for one in warned.all_up_to(connection, at)
            ]
            learnt = raised(self._threshold, warned.since_reset(connection, found))
        return Review(tuple(found), self._threshold, *learnt)

    def _outcome(self, connection: Connection, one: Warned, owner: frozenset[str], at: int) -> Answer:
        if one.answer in SETTLED:
            return one.answer
        known = shelf.person_at(connection, one.address)
        entries = self._posted(connection, *known, owner, at).entries if known else ()
        return outcome(one, entries, at)

    def settle(self, now: datetime) -> None:
        """Write down what has become of open warnings, so that a check need not find out."""
        at = seconds(now)
        with self._store.transaction() as connection:
            owner = posting.owner_of(connection)
            for one in warned.all_up_to(connection, at):
                if one.answer not in SETTLED:
                    warned.settle(connection, one.id, self._outcome(connection, one, owner, at))

    def _account(
        self,
        connection: Connection,
        party: Party,
        owner: frozenset[str],
        at: int,
        sayings: Sequence[Saying],
    ) -> Account:
        found = shelf.person_at(connection, party.address)
        if found is None:
            person = Person(0, party.name, (party.address,))
            personal = not (is_robot(party.address) or is_desk(party.address, party.name))
            nothing = fold((), frozenset(), owner, at, said_of(sayings, person.addresses, at))
            return Account(party.address, person, nothing, personal, colleagues(party.address, owner))
        person, ids = found
        posted = self._posted(connection, person, ids, owner, at)
        personal = not (is_robot(party.address) or is_desk(party.address, party.name or person.name))
        colleague = colleagues(party.address, owner)
        said = said_of(sayings, person.addresses, at)
        return Account(party.address, person, standing(posted, at, said), personal, colleague)

    def _posted(
        self, connection: Connection, person: Person, ids: tuple[int, ...], owner: frozenset[str], at: int
    ) -> Settled:
        """The person's ledger, from memory while nothing has come in since."""
        stamp = (shelf.stamp(connection, ids, at), owner)
        kept = self._ledgers.get(ids)
        if kept is None or kept[0] != stamp:
            contacts = shelf.contacts(connection, ids, at)
            kept = stamp, settled(contacts, frozenset(person.addresses), owner, at)
            if len(self._ledgers) >= KEPT_LEDGERS:
                self._ledgers.clear()
            self._ledgers[ids] = kept
        return kept[1]


def _is_partial(connection: Connection) -> bool:
    return shelf.is_partial(connection, FILES) or never_whole(connection)


def _abstain(verdict: Verdict, strangers: Collection[str]) -> Verdict:
    """Judge nobody of whom the part of the history that is read so far says nothing."""
    silent = [one for one in verdict.recipients if one.address in strangers and one.verdict != "clear"]
    if not silent:
        return verdict
    recipients = tuple(
        replace(one, verdict="clear", reasons=(), instead=()) if one in silent else one
        for one in verdict.recipients
    )
    names = ", ".join(one.person for one in silent[:3])
    note = f"Your history is not read to its end yet, and what is read says nothing of {names}"
    worst = max((one.verdict for one in recipients), key=RANK.__getitem__)
    return replace(verdict, verdict=worst, recipients=recipients, notes=(note,))


def need_owner(connection: Connection) -> frozenset[str]:
    """Return the owner's addresses; raises InputError while they are not known."""
    owner = posting.owner_of(connection)
    if not owner:
        raise InputError("I do not know yet which address is yours", "Tell me: goodwill import --me ADDRESS")
    return owner
