"""Verdicts, standings and digests as plain JSON values: what ``--json`` prints and subscribers get (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from goodwill.codec import digest as hash_of
from goodwill.codec import iso
from goodwill.depth import depth, points
from goodwill.digest import Advice
from goodwill.inbound import Drawn
from goodwill.model import Entry, Evidence, Person, Said, Standing, Verdict
from goodwill.outcomes import Warned
from goodwill.said import sentence_key
from goodwill.standing import balance, band


def verdict(judged: Verdict, quotes: bool = True) -> dict[str, Any]:
    """The verdict as ``check --json`` prints it; without ``quotes`` the draft's own words are left out."""
    return {
        "verdict": judged.verdict,
        "now": iso(judged.now),
        "asks": [
            {
                "type": ask.type,
                "size": ask.size,
                "routine": ask.routine,
                "to": ask.to[0] if len(ask.to) == 1 else list(ask.to),
                "quote": ask.quote if quotes else "",
                "confidence": round(ask.confidence, 2),
            }
            for ask in judged.asks
        ],
        "recipients": [
            {
                "address": one.address,
                "person": one.person,
                "verdict": one.verdict,
                "capital": round(one.capital, 2),
                "depth": one.depth,
                "yes": one.yes,
                "unknown": one.unknown,
                "reasons": [
                    {"code": reason.code, "text": reason.text, "evidence": evidence(reason.evidence)}
                    for reason in one.reasons
                ],
                "instead": list(one.instead),
                "warning": one.warning or None,
            }
            for one in judged.recipients
        ],
        "notes": list(judged.notes),
    }


def check_name(verdict: Verdict) -> str:
    """Alike for the same asks to the same people, whatever else changes in a draft."""
    warned = sorted(one.address for one in verdict.recipients if one.verdict != "clear")
    asks = sorted(sentence_key(ask.quote) for ask in verdict.asks if not ask.routine)
    return f"{hash_of(f'{warned} {asks}'):016x}"


def evidence(shown: Sequence[Evidence]) -> list[dict[str, str]]:
    """Dated evidence as JSON values."""
    return [{"at": iso(one.at), "what": one.what} for one in shown]


def warning(one: Warned) -> dict[str, Any]:
    """One line of ``review``."""
    return {
        "warning": one.id,
        "at": iso(one.at),
        "address": one.address,
        "verdict": one.verdict,
        "reasons": list(one.codes),
        "asks": list(one.types),
        "outcome": one.answer or None,
    }


def person_line(person: Person, standing: Standing) -> dict[str, Any]:
    """One line of ``people``."""
    judged = points(standing)
    return {
        "person": person.shown,
        "addresses": list(person.addresses),
        "capital": round(standing.capital, 2),
        "given": round(standing.given, 2),
        "drawn": round(standing.drawn, 2),
        "received": round(standing.received, 2),
        "depth": depth(judged, standing),
        "yes": sum(point.answer == "yes" for point in judged),
        "trend": round(standing.trend, 2),
        "reciprocity": round(standing.reciprocity, 2) if standing.reciprocity is not None else None,
        "first": iso(standing.first) if standing.first is not None else None,
        "last": iso(standing.last) if standing.last is not None else None,
        "written": standing.written,
        "heard": standing.heard,
        "meetings": standing.meetings,
    }


def person_page(person: Person, standing: Standing, rank: tuple[int, int] | None) -> dict[str, Any]:
    """What ``show`` prints: the line, the thirteen points, and the ledger whose values add up to capital."""
    return person_line(person, standing) | {
        "rank": rank[0] if rank else None,
        "of": rank[1] if rank else None,
        "band": band(rank[0]) if rank else None,
        "balance": [{"at": iso(at), "capital": round(points, 2)} for at, points in balance(standing)],
        "now": iso(standing.now),
        "rhythm_days": standing.rhythm,
        "silence_days": round(standing.silence, 1) if standing.silence is not None else None,
        "points": [
            {"number": p.number, "text": p.text, "answer": p.answer, "evidence": evidence(p.evidence)}
            for p in points(standing)
        ],
        "promises": [entry(e, standing.now) for e in standing.offers_mine],
        "their_offers": [entry(e, standing.now) for e in standing.offers_theirs],
        "asks_open": [entry(e, standing.now) for e in standing.asks_open],
        "unanswered": [entry(e, standing.now) for e in standing.unanswered],
        "ledger": [entry(e, standing.now) for e in standing.entries],
        "exact_capital": standing.capital,
        "said": said(standing.said),
    }


def said(word: Said) -> dict[str, Any]:
    """The owner's word on a person; moments are ISO 8601, None where nothing was said."""
    return {
        "since": iso(word.since) if word.since is not None else None,
        "close": iso(word.close) if word.close is not None else None,
        "muted": iso(word.muted) if word.muted is not None else None,
        "fine": sorted(word.fine),
        "notes": [{"at": iso(note.at), "about": note.kind, "text": note.value} for note in word.notes],
    }


def entry(line: Entry, now: int) -> dict[str, Any]:
    """One line of the ledger; ``value`` is what is left of its ``points`` now."""
    return {
        "at": iso(line.at),
        "kind": line.kind,
        "what": line.what,
        "type": line.type,
        "size": line.size,
        "status": line.status,
        "routine": line.routine,
        "outcome": line.outcome or None,
        "confidence": round(line.confidence, 2),
        "points": line.points,
        "half_life_days": line.half_life,
        "value": line.value(now),
        "quote": line.quote,
    }


def drawn(one: Drawn) -> dict[str, Any]:
    """One line of ``inbound``."""
    return {
        "person": one.person.shown,
        "address": one.person.addresses[0],
        "asks": [entry(ask, ask.at) for ask in one.asks],
        "minutes_a_month": round(one.minutes, 1),
        "given": round(one.given, 2),
        "capital": round(one.capital, 2),
        "verdict": one.verdict,
    }


def digest(advice: Iterable[Advice], now: int, health: str) -> dict[str, Any]:
    """A digest as ``digest --json`` prints it; ``health`` is its line on how the accounts are read."""
    return {
        "now": iso(now),
        "people": [
            {
                "person": one.person.shown,
                "address": one.person.addresses[0],
                "key": one.key,
                "section": one.section,
                "why": one.why,
                "give": one.give,
                "evidence": evidence(one.evidence),
                "last": iso(one.last) if one.last is not None else None,
                "about": one.about or None,
                "capital": round(one.capital, 2),
                "trend": one.direction,
                "balance": [{"at": iso(at), "capital": round(points, 2)} for at, points in one.balance],
            }
            for one in advice
        ],
        "health": health,
    }
