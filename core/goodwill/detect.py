"""Asks the detectors, one at a time, and keeps what they say only where it makes sense."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodwill.budget import OverdueError, within
from goodwill.model import ASK_TYPES, FAVOUR_TYPES, NEWS_TYPES, Context, Event, Problem, Signal
from goodwill.plugin import DetectorHooks, Loaded, hooks_of

STATUSES = {
    "answer": {"granted", "declined"},
    "ask": {""},
    "favour": {"given", "offer"},
    "meeting": {"proposed", "agreed", "held", "cancelled"},
    "news": {""},
    "seeks": {""},
    "does": {"", "open"},
    "promise": {""},
}
SIZES = {"small", "medium", "large"}
TYPES = {"ask": ASK_TYPES, "favour": FAVOUR_TYPES, "news": NEWS_TYPES}
LONGEST_TYPE = 60
"""Letters of what is sought or done."""
OWN = "goodwill"
"""The distribution without whose detectors a draft is not checked."""
MAX_QUOTE = 2_000
MAX_SIGNALS = 50
"""From one detector for one event; more is nonsense."""
SECONDS = 5.0
"""What one detector may take for one event; ours take some thousandths of one."""
MAX_OVERDUE = 3
"""Events over which one detector may hang before it is asked no more in this run."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the detectors found in one event: signals with the detector's name, and what went wrong.

    ``failed`` names the detectors of Goodwill itself that gave no answer at all.
    """

    signals: tuple[tuple[str, Signal], ...]
    problems: tuple[tuple[str, Problem], ...]
    failed: tuple[str, ...] = ()


def quoted_mail(event: Event) -> tuple[Event, ...]:
    """Return what a mail quotes as the mail before it: from its addressee, to its writer.

    Among several addressees the first counts as its writer. What it answers in its turn is not known,
    so that it is not taken for the beginning of the thread.
    """
    if event.kind != "mail" or not event.quoted.strip() or not event.sender or not event.to:
        return ()
    before = Event(
        kind="mail",
        at=event.at,
        keys=(),
        sender=event.to[0],
        to=(event.sender,),
        subject=event.subject,
        text=event.quoted,
        parents=("unknown",),
    )
    return (before,)


_SURROGATE = re.compile("[\ud800-\udfff]")  # what no file and no database takes
_Answer = tuple[Loaded, list[Any], Problem | None]


class Detectors:
    """The loaded detectors. ``fingerprint`` names them with their versions."""

    def __init__(self, loaded: Iterable[Loaded], seconds: float = SECONDS) -> None:
        usable = [one for one in loaded if one.plugin is not None]
        self._hooks: list[tuple[Loaded, dict[str, Any]]] = [
            (one, hooks_of(one.plugin, DetectorHooks)) for one in usable
        ]
        self._seconds = seconds
        self._overdue: Counter[str] = Counter()
        self.fingerprint = ", ".join(f"{one.name} {one.version}" for one in usable)

    def detect(self, event: Event, context: Context) -> Finding:
        """Ask every detector about ``event``; one that fails becomes a problem and the rest goes on."""
        signals: list[tuple[str, Signal]] = []
        problems: list[tuple[str, Problem]] = []
        failed: list[str] = []
        for loaded, results, problem in self._ask("goodwill_detect", event, context):
            if problem:
                problems.append((loaded.name, problem))
                if loaded.distribution == OWN:
                    failed.append(loaded.name)
                continue
            sane = [signal for signal in results if _is_sane(signal, event)]
            signals.extend((loaded.name, signal) for signal in sane[:MAX_SIGNALS])
            lost = len(results) - len(sane[:MAX_SIGNALS])
            if lost:
                problems.append((loaded.name, _nonsense(loaded, lost)))
        return Finding(tuple(signals), tuple(problems), tuple(failed))

    def score(self, event: Event, context: Context) -> dict[str, float]:
        """The highest probability that any detector gives, by kind of signal; one that fails gives none."""
        scores: dict[str, float] = {}
        for _loaded, results, _problem in self._ask("goodwill_score", event, context):
            for kind, score in filter(_is_score, results):
                scores[kind] = max(scores.get(kind, 0.0), float(score))
        return scores

    def _ask(self, hook: str, event: Event, context: Context) -> Iterator[_Answer]:
        for loaded, hooks in self._hooks:
            if hook not in hooks:
                continue
            if self._overdue[loaded.name] >= MAX_OVERDUE:
                yield loaded, [], _problem(loaded, "was left out, since it hung before")
                continue
            try:
                with within(self._seconds):
                    results = _flatten(hooks[hook](event=event, context=context))
            except OverdueError:
                self._overdue[loaded.name] += 1
                yield loaded, [], _problem(loaded, f"hung for {self._seconds:g} seconds")
            except (Exception, SystemExit) as error:  # a stranger's detector may raise anything
                yield loaded, [], _problem(loaded, f"crashed: {type(error).__name__}")
            else:
                yield loaded, results, None


def _flatten(results: Sequence[Iterable[Any] | None]) -> list[Any]:
    # pluggy answers with a list that holds what each implementation returned.
    given = [one for one in results if one is not None]
    return [each for one in given for each in (one.items() if isinstance(one, Mapping) else one)]


def _is_sane(signal: Any, event: Event) -> bool:
    if not isinstance(signal, Signal) or not _is_well_typed(signal) or signal.kind not in STATUSES:
        return False
    parties = {party.address for party in event.parties}
    return (
        signal.status in STATUSES[signal.kind]
        and signal.size in SIZES
        and signal.by in parties
        and bool(signal.to)
        and signal.by not in signal.to
        and set(signal.to) <= parties
        and 0.0 <= signal.confidence <= 1.0
        and (signal.kind not in TYPES or signal.type in TYPES[signal.kind])
        and len(signal.type) <= LONGEST_TYPE
        and len(signal.quote) <= MAX_QUOTE
        and (signal.quote in event.text or signal.quote in event.subject)
    )


def _is_well_typed(signal: Signal) -> bool:
    """Whether every field is what its annotation says: a stranger's detector may put anything there."""
    texts = (signal.kind, signal.type, signal.by, signal.size, signal.status, signal.quote)
    return (
        all(isinstance(text, str) and not _SURROGATE.search(text) for text in texts)
        and isinstance(signal.to, tuple)
        and all(isinstance(address, str) for address in signal.to)
        and isinstance(signal.routine, bool)
        and isinstance(signal.confidence, int | float)
    )


def _is_score(pair: Any) -> bool:
    if not isinstance(pair, tuple) or len(pair) != 2:
        return False
    kind, score = pair
    return isinstance(kind, str) and isinstance(score, int | float) and 0.0 <= score <= 1.0


def _nonsense(loaded: Loaded, count: int) -> Problem:
    return _problem(loaded, f"said {count} things that make no sense here")


def _problem(loaded: Loaded, what: str) -> Problem:
    return Problem(
        f"detector {loaded.name} {loaded.version}",
        what,
        f"Update {loaded.distribution}, or switch it off under [plugins] in the config",
    )
