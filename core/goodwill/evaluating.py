"""``goodwill evaluate``: reads labelled lines, asks the detectors, and shows the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from goodwill.drafts import parse_line, parse_object
from goodwill.errors import InputError
from goodwill.evaluation import Case, Figures, case, finer, label_of, measure
from goodwill.model import Context, Event
from goodwill.writer import Writer

Classify = Callable[[Event, Context], Mapping[str, Any]]
COLUMNS = ("", "lines", "true", "precision", "recall", "F1", "average precision", "calibration error")
OPENING = 90  # characters of a mail's beginning that are shown with a miss


def cases(lines: Iterable[str], name: str, classify: Classify) -> Iterator[Case | InputError]:
    """Yield each labelled line with what ``classify`` says of it, or what is wrong with the line."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _case(line, f"{name}, line {number}", number, classify)
            except InputError as error:
                yield error


def _case(line: str, place: str, number: int, classify: Classify) -> Case:
    row = parse_object(line, place)
    given = row.get("input")
    if not isinstance(given, dict):
        raise InputError(f"{place}: has no 'input'", 'Write what `goodwill classify` reads under "input"')
    label = label_of(row, place)
    event, context = parse_line(given, place)
    opening = " ".join(event.text.split())[:OPENING]
    seen = classify(event, context)
    if seen.get("problems"):
        raise InputError(f"{place}: is not measured: {seen['problems'][0]}")
    return case(str(row.get("id", number)), label, seen, opening)


def as_json(found: Sequence[Case], worst: int) -> dict[str, Any]:
    """Return the figures as ``evaluate --json`` prints them."""
    return {
        "lines": len(found),
        "outcomes": [_plain(one) for one in measure(found, worst)],
        "finer": {name: {"right": right, "of": of} for name, (right, of) in finer(found).items()},
    }


def _plain(one: Figures) -> dict[str, Any]:
    return {
        "outcome": one.outcome,
        "lines": one.lines,
        "positives": one.positives,
        "precision": round(one.precision, 4),
        "recall": _rounded(one.recall),
        "f1": _rounded(one.f1),
        "average_precision": _rounded(one.average_precision),
        "calibration_error": round(one.calibration_error, 4),
        "mistakes": [
            {
                "id": mistake.id,
                "true": mistake.truth[one.outcome],
                "score": mistake.scores[one.outcome],
                "words": mistake.words[one.outcome],
            }
            for mistake in one.mistakes
        ],
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def show(found: Sequence[Case], worst: int, writer: Writer) -> None:
    """Print the figures as a table, and below it the worst mistakes of each outcome."""
    figures = measure(found, worst)
    writer.table(COLUMNS, [_row(one) for one in figures], frozenset(range(1, len(COLUMNS))))
    writer.line()
    for name, (right, of) in finer(found).items():
        writer.line(f"{name} named right in {right:,} of {of:,}")
    for one in figures:
        if one.mistakes:
            writer.line()
            writer.line(f"{_name(one)}: the worst mistakes", "bold")
        for mistake in one.mistakes:
            kind = "missed" if mistake.truth[one.outcome] else "false alarm"
            score = mistake.scores[one.outcome]
            writer.line(f"  {mistake.id} {kind} ({score:.2f}): “{mistake.words[one.outcome]}”")


def _row(one: Figures) -> list[str]:
    shares = (one.precision, one.recall, one.f1, one.average_precision, one.calibration_error)
    return [
        _name(one),
        f"{one.lines:,}",
        f"{one.positives:,}",
        *("-" if share is None else f"{share:.3f}" for share in shares),
    ]


def _name(one: Figures) -> str:
    return one.outcome.replace("_", " ")
