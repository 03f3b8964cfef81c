"""Asks the detectors, one at a time, and keeps what they say only where it makes sense."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from goodwill.model import ASK_TYPES, Context, Event, Problem, Signal
from goodwill.plugin import DetectorHooks, Loaded, hooks_of

_STATUSES = {
    "ask": {""},
    "favour": {"given", "offer"},
    "meeting": {"proposed", "agreed", "held", "cancelled"},
}
_SIZES = {"small", "medium", "large"}
MAX_SIGNALS = 50
"""From one detector for one event; more is nonsense."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the detectors found in one event: signals with the detector's name, and what went wrong."""

    signals: tuple[tuple[str, Signal], ...]
    problems: tuple[tuple[str, Problem], ...]


class Detectors:
    """The loaded detectors. ``fingerprint`` names them with their versions."""

    def __init__(self, loaded: Iterable[Loaded]) -> None:
        usable = [one for one in loaded if one.plugin is not None]
        self._hooks: list[tuple[Loaded, dict[str, Any]]] = [
            (one, hooks_of(one.plugin, DetectorHooks)) for one in usable
        ]
        self.fingerprint = ", ".join(f"{one.name} {one.version}" for one in usable)

    def detect(self, event: Event, context: Context) -> Finding:
        """Ask every detector about ``event``; one that fails becomes a problem and the rest goes on."""
        signals: list[tuple[str, Signal]] = []
        problems: list[tuple[str, Problem]] = []
        for loaded, hooks in self._hooks:
            if "goodwill_detect" not in hooks:
                continue
            try:
                found = _flatten(hooks["goodwill_detect"](event=event, context=context))
            except (Exception, SystemExit) as error:  # a stranger's detector may raise anything
                problems.append((loaded.name, _crashed(loaded, error)))
                continue
            sane = [signal for signal in found if _is_sane(signal, event)]
            if len(sane) < len(found):
                problems.append((loaded.name, _nonsense(loaded, len(found) - len(sane))))
            signals.extend((loaded.name, signal) for signal in sane[:MAX_SIGNALS])
        return Finding(tuple(signals), tuple(problems))

    def score(self, event: Event, context: Context) -> dict[str, float]:
        """The highest probability that any detector gives, by kind of signal."""
        scores: dict[str, float] = {}
        for _loaded, hooks in self._hooks:
            if "goodwill_score" not in hooks:
                continue
            for found in hooks["goodwill_score"](event=event, context=context):
                for kind, score in found.items():
                    scores[kind] = max(scores.get(kind, 0.0), float(score))
        return scores


def _flatten(results: Sequence[Iterable[Signal] | None]) -> list[Any]:
    # pluggy answers with a list that holds what each implementation returned.
    return [signal for result in results if result is not None for signal in result]


def _is_sane(signal: Any, event: Event) -> bool:
    if not isinstance(signal, Signal) or signal.kind not in _STATUSES:
        return False
    parties = {party.address for party in event.parties}
    return (
        signal.status in _STATUSES[signal.kind]
        and signal.size in _SIZES
        and signal.by in parties
        and set(signal.to) <= parties
        and 0.0 <= signal.confidence <= 1.0
        and (signal.kind != "ask" or signal.type in ASK_TYPES)
    )


def _crashed(loaded: Loaded, error: BaseException) -> Problem:
    return Problem(
        f"detector {loaded.name} {loaded.version}",
        f"crashed: {type(error).__name__}",
        f"Update {loaded.distribution}, or switch it off under [plugins] in the config",
    )


def _nonsense(loaded: Loaded, count: int) -> Problem:
    return Problem(
        f"detector {loaded.name} {loaded.version}",
        f"said {count} things that make no sense here",
        f"Update {loaded.distribution}, or switch it off under [plugins] in the config",
    )
