"""For authors of detectors: the contract that every detector keeps, as a test class.

Needs pytest and hypothesis (``pip install 'goodwill[testing]'``)::

    from goodwill.testing import DetectorContract
    import my_detector

    class TestMyDetector(DetectorContract):
        plugin = my_detector
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodwill.budget import within
from goodwill.detect import SECONDS, SIZES, STATUSES
from goodwill.model import ASK_TYPES, FAVOUR_TYPES, Appointment, Context, Event, Party, Signal
from goodwill.plugin import DetectorHooks, hooks_of

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
