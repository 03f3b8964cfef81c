"""Is this ask too early, and what would make it fine? (pure)

An ask costs the one who is asked; capital is what the owner has put in before. The verdict compares
the two, and then looks at what the balance cannot show: whether there is a relationship at all, how
young it is, whether it has gone quiet, and whether the moment makes a gift look like a trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from goodwill.depth import depth, points
from goodwill.ledger import DAY, SIZE_POINTS
from goodwill.model import (
    Answer,
    Entry,
    Evidence,
    Ledger,
    Person,
    Reason,
    RecipientVerdict,
    Signal,
    Standing,
    Verdict,
)

YOUNG_DAYS = 180
"""Half of the year that the doctrine asks for."""
JUST_MET_DAYS = 30
TRADE_DAYS = 3
INVITED_SHARE = 0.4
"""An invitation lowers what must stand behind an ask."""
LITTLE_LEFT = 0.25
ALIVE_DAYS = 400
"""Contact within this time keeps an old tie from being a stranger's: a card every Christmas does."""
OFFER_VALID_DAYS = 45
WORK = frozenset({"help", "information", "time", "advice"})
"""What colleagues of one organisation owe each other by role."""
MAX_REASONS, MAX_INSTEAD = 3, 2

RANK = {"clear": 0, "caution": 1, "premature": 2}


@dataclass(frozen=True, slots=True)
class Account:
    """One recipient of a draft: the address written to, who that is, and how the owner stands with them."""

    address: str
    person: Person | None
    standing: Standing
    personal: bool = True
    colleague: bool = False


def judge(asks: Sequence[Signal], accounts: Iterable[Account], now: int, threshold: float) -> Verdict:
    """The verdict on a draft with these ``asks`` to these ``accounts``; the worst account decides.

    An ask below ``threshold`` (a confidence in [0, 1]) or a routine one is not judged.
    """
    sure = [ask for ask in asks if ask.confidence >= threshold]
    recipients = tuple(
        _judge_account(account, [ask for ask in sure if account.address in ask.to], now)
        for account in accounts
    )
    answers: list[Answer] = [recipient.verdict for recipient in recipients]
    worst: Answer = max(answers, key=lambda answer: RANK[answer], default="clear")
    return Verdict(worst, now, tuple(asks), recipients)


def _judge_account(account: Account, asks: Sequence[Signal], now: int) -> RecipientVerdict:
    standing = account.standing
    judged = points(standing)
    said = standing.said
    drawing = [
        ask
        for ask in asks
        if not ask.routine and not (account.colleague and ask.type in WORK) and ask.type not in said.fine
    ]
    why = _unjudged(asks, drawing, account)
    answer: Answer = "clear"
    reasons = why
    if drawing and not why:
        answer, reasons = _weigh(drawing, account, now)
    return RecipientVerdict(
        address=account.address,
        person=account.person.shown if account.person else account.address,
        verdict=answer,
        capital=standing.capital,
        depth=depth(judged, standing),
        yes=sum(point.answer == "yes" for point in judged),
        unknown=sum(point.answer == "unknown" for point in judged),
        reasons=tuple(reasons[:MAX_REASONS]),
        instead=tuple(_instead(answer, reasons, account)[:MAX_INSTEAD]),
    )


def _unjudged(asks: Sequence[Signal], drawing: Sequence[Signal], account: Account) -> list[Reason]:
    """Why an account is not judged though favours are asked of it; empty when it is."""
    said = account.standing.said
    if not drawing:
        asked = [ask for ask in asks if not ask.routine]
        fine = [said.fine[ask.type] for ask in asked if ask.type in said.fine]
        if fine:
            evidence = tuple(Evidence(at, "your word") for at in fine[:1])
            return [Reason("your_word", "You said that such asks are fine for them", evidence)]
        if asked and account.colleague:
            return [Reason("colleague", "You work in one house, and colleagues owe each other such help")]
        return []
    for at, what in ((said.close, "You said that you are close"), (said.muted, "You muted them")):
        if at is not None:
            return [Reason("your_word", what, (Evidence(at, "your word"),))]
    if not account.personal:
        return [Reason("no_person", "A list, a desk or a program answers there, and has no account")]
    return []


def _weigh(asks: Sequence[Signal], account: Account, now: int) -> tuple[Answer, list[Reason]]:
    """The answer for one account and, unless it is clear, the reasons, the weightiest first.

    A gift of the last days may not pay for the ask: where the account does not carry it without that
    gift, the two look like a trade. So a gift never makes a verdict worse than it was without.
    """
    standing = account.standing
    need = max(SIZE_POINTS[ask.size] for ask in asks)
    answer, reasons = carried(standing, need)
    fresh = _fresh_gifts(standing, now)
    if not fresh or answer == "premature" or carried(_without(standing, fresh), need)[0] == "clear":
        return answer, reasons
    return "caution", [_trade(fresh), *reasons]


def carried(standing: Standing, need: float) -> tuple[Answer, list[Reason]]:
    """Whether the account carries an ask that costs ``need`` points, apart from the moment; else why not."""
    invitation = _invitation(standing)
    if invitation:
        need *= INVITED_SHARE
    if not standing.two_way:
        return "premature", [_never_met(standing), *_waiting(standing)]
    reasons = [*_waiting(standing), *_too_little(standing, need), *_pattern(standing)]
    if not invitation and _just_met(standing, need):
        return "premature", [*_young(standing, need), *reasons]
    if standing.capital < LITTLE_LEFT * need and not invitation and not _old_and_alive(standing, need):
        return "premature", [*reasons, *_dormant(standing)]
    late = [*_dormant(standing), *_young(standing, need)]
    if late or standing.capital < need:
        return "caution", late + reasons
    return "clear", []


def _without(standing: Standing, gifts: Sequence[Entry]) -> Standing:
    worth = sum(gift.value(standing.now) for gift in gifts)
    rest = Ledger(entry for entry in standing.entries if entry not in gifts)
    return replace(standing, entries=rest, capital=standing.capital - worth, given=standing.given - worth)


def _just_met(standing: Standing, need: float) -> bool:
    """Somebody just met, who has been given nothing of weight: the rookie's mistake."""
    gave = any(e.points >= 1 for e in _invested(standing))
    return standing.age < JUST_MET_DAYS and need >= SIZE_POINTS["medium"] and not gave


def _never_met(standing: Standing) -> Reason:
    seen = [e for e in standing.entries if e.kind in {"wrote", "heard", "meeting"}]
    if not seen:
        return Reason("never_met", "You have never been in touch with them")
    last = seen[-1]
    if standing.meetings:
        return Reason(
            "never_alone",
            "You have only been in company together, never one to one",
            (Evidence(last.at, last.what),),
        )
    said = "they never wrote to you in person" if standing.written else "you never wrote to them"
    return Reason("one_way", f"There has been no exchange: {said}", (Evidence(last.at, last.what),))


def _too_little(standing: Standing, need: float) -> list[Reason]:
    if standing.capital >= need:
        return []
    gave = [e for e in _invested(standing) if e.points > 0]
    evidence = tuple(_shown(e) for e in reversed(gave[-2:]))
    asked = [e for e in standing.entries.of("asked") if e.points < 0]
    if standing.capital < 0 and asked:
        evidence = (_shown(asked[-1]), *evidence[:1])
    if not evidence:
        evidence = tuple(_shown(e) for e in standing.entries[-1:])
    what = "too little" if standing.capital >= 0.05 else "nothing"
    text = f"There is {what} behind an ask of this size: {standing.capital:.1f} of {need:.1f} points"
    if _invitation(standing):
        text += ", as few as their offer of help makes it"
    return [Reason("too_little", text, evidence)]


def _pattern(standing: Standing) -> list[Reason]:
    last_gave = max((e.at for e in _invested(standing)), default=0)
    asked = [e for e in standing.entries.of("asked") if not e.routine and e.at > last_gave]
    if len(asked) < 2:
        return []
    text = f"This would be your ask number {len(asked) + 1} since you last gave them anything"
    return [Reason("only_asking", text, tuple(_shown(e) for e in reversed(asked[-2:])))]


def _invested(standing: Standing) -> list[Entry]:
    """What the owner has put in, gifts and hours, in order of time."""
    return sorted([*standing.entries.of("gave"), *standing.entries.of("meeting")], key=lambda e: e.at)


def _waiting(standing: Standing) -> list[Reason]:
    recent = [e for e in standing.unanswered if standing.now - e.at <= 365 * DAY and e.confidence >= 0.5]
    if not recent:
        return []
    return [
        Reason(
            "their_ask_waits", "They asked you for something and have no answer yet", (_shown(recent[-1]),)
        )
    ]


def _dormant(standing: Standing) -> list[Reason]:
    """Silence that not even a card at the end of each year has broken.

    The pair's own rhythm tells of the depth. Here it may not: with more contacts the usual gap shrinks, and
    more investment must never make a verdict worse.
    """
    if standing.silence is None or standing.silence <= ALIVE_DAYS or standing.last_direct is None:
        return []
    months = (standing.silence or 0) / 30.4
    return [
        Reason(
            "dormant",
            f"You have not been in touch for {months:.0f} months",
            (Evidence(standing.last_direct, "your last contact"),),
        )
    ]


def _young(standing: Standing, need: float) -> list[Reason]:
    if standing.age >= YOUNG_DAYS or need < SIZE_POINTS["medium"] or standing.first is None:
        return []
    return [
        Reason(
            "young",
            f"You have known each other for {_span(standing.age)} only",
            (Evidence(standing.first, "your first contact"),),
        )
    ]


def _fresh_gifts(standing: Standing, now: int) -> list[Entry]:
    return [
        e
        for e in standing.entries.of("gave")
        if e.status != "offer" and e.type != "recognition" and now - e.at <= TRADE_DAYS * DAY
    ]


def _trade(fresh: Sequence[Entry]) -> Reason:
    text = "So soon after your favour the ask looks like its price"
    return Reason("looks_like_trade", text, (_shown(fresh[-1]),))


def _invitation(standing: Standing) -> Entry | None:
    """Their latest offer of help, if it is recent and from more than a passing acquaintance."""
    offers = [e for e in standing.offers_theirs if standing.now - e.at <= OFFER_VALID_DAYS * DAY]
    return offers[-1] if offers and standing.written else None


def _old_and_alive(standing: Standing, need: float) -> bool:
    """A tie of years that both keep warm, and that is not overdrawn, is no stranger's account."""
    return (
        min(standing.written, standing.heard) >= 2
        and need < SIZE_POINTS["large"]
        and standing.age >= 2 * 365
        and standing.silence is not None
        and standing.silence <= ALIVE_DAYS
        and standing.given >= standing.drawn
    )


def _instead(answer: str, reasons: Sequence[Reason], account: Account) -> list[str]:
    """What would make the ask fine: the unpaid first, then the smallest next investment."""
    if answer == "clear":
        return []
    standing = account.standing
    name = (account.person.name.split() or [account.address])[0] if account.person else account.address
    codes = {reason.code for reason in reasons}
    ideas: list[str] = []
    if standing.unanswered and "their_ask_waits" in codes:
        ideas.append(f"Answer what {name} asked you on {day(standing.unanswered[-1].at)} first")
    if standing.offers_mine:
        ideas.append(f"Keep the promise you made on {day(standing.offers_mine[-1].at)} first")
    if "looks_like_trade" in codes:
        ideas.append("Let your favour stand for some weeks, then ask")
    if "dormant" in codes:
        ideas.append(f"Write to {name} without asking for anything, and meet, before you ask")
    if codes & {"never_met", "one_way", "never_alone"}:
        ideas.append(
            "Begin with something useful to them, or ask somebody who knows you both to introduce you"
        )
    if codes == {"young"}:
        ideas.append(f"Give it some months, and stay in touch with {name}, or ask for something small")
    elif codes & {"too_little", "only_asking", "young"}:
        ideas.append(f"Do something for {name} first, or make the ask small enough to say yes to in a minute")
    return ideas


def day(at: int) -> str:
    """A date in words, in UTC: 3 May 2025."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%B %Y}"


def _span(days: float) -> str:
    if days < 2:
        return "a day" if days >= 1 else "some hours"
    return f"{days:.0f} days" if days < 60 else f"{days / 30.4:.0f} months"


def _shown(entry: Entry) -> Evidence:
    return Evidence(entry.at, entry.told)
