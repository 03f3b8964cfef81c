"""For authors of plugins: the contracts that every detector and every connector keep, as test classes.

Needs pytest and hypothesis (``pip install 'goodwill[testing]'``)::

    from goodwill.testing import DetectorContract
    import my_detector

    class TestMyDetector(DetectorContract):
        plugin = my_detector
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodwill.app import App
from goodwill.book import Book, Tally
from goodwill.budget import within
from goodwill.config import Config
from goodwill.detect import SECONDS, SIZES, STATUSES, Detectors
from goodwill.model import ASK_TYPES, FAVOUR_TYPES, Appointment, Context, Event, Party, Signal
from goodwill.plugin import Connector, DetectorHooks, Page, hooks_of
from goodwill.sync import poll, settle

PHRASES = (
    "Could you introduce me to the editor?",
    "Thank you so much, you saved our Saturday!",
    "Shall we have lunch on Thursday at noon?",
    "Priya, meet Jonas; you two should know each other.",
    "Let me know if you have any questions.",
    "I owe you one.",
    "Could you lend me 500 until Friday?",
    "\u4f60\u597d\uff0c\u80fd\u5e2e\u6211\u5417\uff1f",
    "\u05ea\u05d5\u05d3\u05d4 \u05e8\u05d1\u05d4",
    "\n\n- one\n- two",
)

_names = st.sampled_from(["", "Priya Example", "Jonas Muster", "Reception", "\u00c9lodie"])
_addresses = st.sampled_from(
    ["priya@one.example", "jonas@two.example", "info@three.example", "no-reply@four.test", "x@gmail.com", ""]
)
_parties = st.builds(Party, _addresses, _names)
_texts = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PHRASES), max_size=6).map(" ".join),
)
_moments = st.integers(0, 10_000).map(lambda days: datetime(2000, 1, 1, 12, tzinfo=UTC) + timedelta(days))
_appointments = st.builds(
    lambda at, minutes, status, whole, busy, answers: Appointment(
        end=at + timedelta(minutes=minutes), status=status, all_day=whole, busy=busy, answers=answers
    ),
    _moments,
    st.integers(0, 10_000),
    st.sampled_from(["confirmed", "tentative", "cancelled"]),
    st.booleans(),
    st.booleans(),
    st.dictionaries(
        _addresses, st.sampled_from(["accepted", "declined", "tentative", "needs-action"]), max_size=3
    ),
)
events = st.builds(
    Event,
    kind=st.sampled_from(["mail", "calendar"]),
    at=_moments,
    keys=st.just(("key",)),
    sender=st.none() | _parties,
    to=st.lists(_parties, max_size=3).map(tuple),
    cc=st.lists(_parties, max_size=2).map(tuple),
    subject=_texts,
    text=_texts,
    quoted=_texts,
    bulk=st.booleans(),
    automatic=st.booleans(),
    appointment=st.none() | _appointments,
)
contexts = st.builds(Context, st.frozensets(_addresses, max_size=2), st.lists(events, max_size=2).map(tuple))
_settings = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


class DetectorContract:
    """Subclass it with ``plugin`` set to the detector: a module or an object with the hooks."""

    plugin: ClassVar[Any]

    def detect(self, event: Event, context: Context) -> list[Signal]:
        """Return what the plugin sees; a plugin may leave the hook out."""
        hook = getattr(self.plugin, "goodwill_detect", None)
        before = dataclasses.astuple(event)
        with within(SECONDS):
            found: list[Signal] = list(hook(event=event, context=context)) if hook else []
        assert dataclasses.astuple(event) == before, "the detector changed the event"
        return found

    @_settings
    @given(events, contexts)
    def test_signals_are_well_formed(self, event: Event, context: Context) -> None:
        parties = {party.address for party in event.parties}
        for signal in self.detect(event, context):
            assert {signal.by, *signal.to} <= parties
            assert signal.to
            assert signal.by not in signal.to
            assert 0.0 <= signal.confidence <= 1.0
            assert signal.quote in event.subject or signal.quote in event.text
            assert signal.status in STATUSES[signal.kind]
            assert signal.size in SIZES
            assert signal.kind != "ask" or signal.type in ASK_TYPES
            assert signal.kind != "favour" or signal.type in FAVOUR_TYPES

    @_settings
    @given(events, contexts)
    def test_it_is_pure(self, event: Event, context: Context) -> None:
        first = self.detect(event, context)
        assert self.detect(event, context) == first

    @_settings
    @given(events, contexts)
    def test_scores_are_probabilities(self, event: Event, context: Context) -> None:
        hook = getattr(self.plugin, "goodwill_score", None)
        scores = hook(event=event, context=context) if hook else {}
        assert all(0.0 <= value <= 1.0 for value in scores.values())

    def test_it_has_a_hook(self) -> None:
        assert hooks_of(self.plugin, DetectorHooks), "there is no goodwill_detect marked with @hookimpl"

    def test_it_names_itself(self) -> None:
        for name in ("NAME", "VERSION"):
            assert isinstance(getattr(self.plugin, name, ""), str)


class ConnectorContract:
    """Subclass it with ``connector`` making a new connector over one source that does not change.

    What a connector gives must end in the same store however often it is interrupted, and asking again
    must bring nothing new.
    """

    def connector(self, folder: Path) -> Connector:
        """Return a new connector; ``folder`` is the test's own, and the same within one test."""
        raise NotImplementedError

    def read(self, home: Path, folder: Path, pages: int | None = None) -> tuple[list[Page], str]:
        """Poll into the store in ``home``, at most so many ``pages``; return them, and all that is stored."""
        app = App(home, Config())
        app.create()
        met: list[Page] = []

        def watch(page: Page, tally: Tally) -> None:
            met.append(page)
            if len(met) == pages:
                raise _Stopped

        book = Book(Detectors([]), keep_full=True, now=0)
        with app.store.writing():
            app.set_owner(["me@home.example"])
            try:
                poll(app.store, self.connector(folder), "contract", book, 0, watch)
            except _Stopped:
                settle(app.store)
        stored = sorted(json.dumps(row, sort_keys=True) for row in app.export())
        app.store.close()
        return met, "\n".join(stored)

    def test_its_pages_are_well_formed(self, tmp_path: Path) -> None:
        pages, _ = self.read(tmp_path / "home", tmp_path)
        assert pages, "it gave no page at all"
        for page in pages:
            assert page.stream
            assert page.next_cursor is None or isinstance(page.next_cursor, str)
            assert all(item.stream == page.stream for item in page.items)
            assert all(event.keys for item in page.items for event in item.events)
        last = {page.stream: page for page in pages}
        assert all(page.complete for page in last.values()), (
            "a stream does not say that it is read to its end"
        )

    def test_asking_again_brings_nothing_new(self, tmp_path: Path) -> None:
        _, first = self.read(tmp_path / "home", tmp_path)
        again, second = self.read(tmp_path / "home", tmp_path)
        assert first == second
        assert not [event for page in again for item in page.items for event in item.events]

    def test_every_interruption_ends_in_the_same_store(self, tmp_path: Path) -> None:
        pages, whole = self.read(tmp_path / "whole", tmp_path)
        for stop in range(1, len(pages)):
            home = tmp_path / f"stopped-{stop}"
            self.read(home, tmp_path, pages=stop)
            assert self.read(home, tmp_path)[1] == whole, f"stopped after page {stop}"

    def test_stopped_at_every_page_it_reads_nothing_twice(self, tmp_path: Path) -> None:
        _, whole = self.read(tmp_path / "whole", tmp_path)
        met: Counter[tuple[str, str, str]] = Counter()
        stored = ""
        for _ in range(500):
            pages, stored = self.read(tmp_path / "slow", tmp_path, pages=1)
            met.update((item.stream, item.id, item.version) for page in pages for item in page.items)
            if not pages or stored == whole:
                break
        assert stored == whole
        assert not [item for item, times in met.items() if times > 1]


class _Stopped(Exception):
    """An interruption."""
