"""What the owner does on a page: the same as on the command line, by the same functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from goodwill import advising, forgetting, parting, teaching
from goodwill.counter import ANSWERS as OF_CHECK
from goodwill.drafts import parse_mail
from goodwill.errors import InputError, StoreError
from goodwill.intake import Failed
from goodwill.model import SayingKind
from goodwill.options import ANSWERS
from goodwill.said import NOTES
from goodwill.web.asked import Asked, Go, Shown
from goodwill.web.desk import Desk, is_number
from goodwill.web.pages import advice_of
from goodwill.writer import number

PATIENCE = 10
"""Seconds to wait for another writer."""


def advice(desk: Desk, asked: Asked) -> Go:
    """The answer to a line of the digest."""
    word = advising.word_of(asked.said("word"))
    roll = desk.roll(asked)
    current = advice_of(desk, asked, roll) if roll else desk.app.digest(asked.now)
    advising.answer(desk.app.store, asked.said("key"), word, current, asked.now)
    return Go("/", told=word.replace(" ", "-"))


def confirm(desk: Desk, asked: Asked) -> Go:
    """The owner's word on one of the thirteen points."""
    point, answer = asked.said("point"), asked.said("answer")
    if not is_number(point) or answer not in ("yes", "no", "unknown"):
        raise Failed(400, "a point has a number, and is yes, no or unknown")
    teaching.confirm(desk.app.store, _of(desk, asked), int(point), answer, None, asked.now)
    return _back(desk, asked, "confirmed")


def since(desk: Desk, asked: Asked) -> Go:
    """Since when the two have known each other."""
    day = asked.said("since").strip()
    teaching.confirm(desk.app.store, _of(desk, asked), 2, "yes", day, asked.now)
    return _back(desk, asked, "confirmed")


def note(desk: Desk, asked: Asked) -> Go:
    """What only the owner knows."""
    about = asked.said("about")
    if about not in NOTES:
        raise Failed(400, "a note is about a product, a goal, the family, or anything else")
    teaching.note(desk.app.store, _of(desk, asked), cast("SayingKind", about), asked.said("text"), asked.now)
    return _back(desk, asked, "noted")


def remove_note(desk: Desk, asked: Asked) -> Go:
    """Take a note back. It is named by its own number, so that two windows remove no other one."""
    of, wanted = _of(desk, asked), asked.said("note")
    _, standing = desk.person(of, asked)
    numbers = [str(one.id) for one in standing.said.notes]
    if wanted not in numbers:
        raise InputError("this note is taken back already")
    teaching.remove_note(desk.app.store, of, numbers.index(wanted) + 1, asked.now)
    return _back(desk, asked, "removed")


def mute(desk: Desk, asked: Asked) -> Go:
    """Say nothing about somebody, or again something."""
    undo = asked.form.get("undo") == "1"
    for address in _all(desk, asked):
        teaching.mute(desk.app.store, address, undo, asked.now)
    return _back(desk, asked, "heard" if undo else "muted")


def close(desk: Desk, asked: Asked) -> Go:
    """The two are close, or no longer."""
    undo = asked.form.get("undo") == "1"
    for address in _all(desk, asked):
        teaching.close(desk.app.store, address, undo, asked.now)
    return _back(desk, asked, "judged" if undo else "close")


def fine(desk: Desk, asked: Asked) -> Go:
    """Asks of one type are fine for them, or no longer."""
    undo = asked.form.get("undo") == "1"
    for address in _all(desk, asked):
        teaching.fine(desk.app.store, address, asked.said("type"), undo, asked.now)
    return _back(desk, asked, "fine-no-more" if undo else "fine")


def merge(desk: Desk, asked: Asked) -> Go:
    """Two are one person."""
    person = teaching.merge(desk.app.store, _of(desk, asked), asked.said("other").strip(), asked.now)
    desk.roster.expect()
    return Go("/person", {"of": person.addresses[0]}, "merged")


def split(desk: Desk, asked: Asked) -> Go:
    """An address is somebody else's."""
    one, _ = teaching.split(desk.app.store, _of(desk, asked), asked.said("address"), asked.now)
    desk.roster.expect()
    return Go("/person", {"of": one.addresses[0]}, "split")


def forget(desk: Desk, asked: Asked) -> Shown:
    """Take somebody out of the store, after the second question, and say what was done."""
    address = asked.said("of").strip().lower()
    if asked.form.get("sure") != "yes":
        raise InputError("nobody was forgotten", "Tick that you are sure")
    who, count = forgetting.find(desk.app.store, address)
    if not count or address not in who.addresses:
        raise Failed(404, f"nobody is known by '{address[:80]}'")
    lines: list[str] = []
    with desk.app.store.writing(PATIENCE):
        done = forgetting.forget(desk.app.store, who, asked.form.get("for_good") == "yes")
    desk.roster.forget()
    gone = number(done.gone, "mail or entry", "mails and entries")
    lines.append(f"{gone} went; {done.changed:,} stay for others, without them.")
    try:
        parting.sweep(desk.app.store, lines.append)
    except StoreError as error:  # they are gone all the same; only their bytes are not yet
        lines.append(str(error))
    parting.beside(desk.app, done.whom, asked.form.get("backups") == "yes", lines.append)
    namesakes = sorted(done.namesakes)[: parting.SHOWN]
    return Shown("forget.html", {"who": None, "of": "", "count": 0, "done": lines, "namesakes": namesakes})


def check(desk: Desk, asked: Asked) -> Shown:
    """The verdict on a draft, which is not stored."""
    draft = {name: asked.form.get(name, "") for name in ("to", "subject", "text")}
    try:
        if not draft["text"].strip():
            raise InputError("the draft is empty", "Paste what you are about to send")
        told = {"to": [draft["to"]], "subject": " ".join(draft["subject"].split()), "text": draft["text"]}
        verdict = desk.counter.check(parse_mail(told, "the draft"), asked.now)
    except InputError as error:
        wrong = f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}."
        return Shown("check.html", {"draft": draft, "verdict": None, "wrong": wrong}, 422)
    return Shown("check.html", {"draft": draft, "verdict": verdict, "wrong": ""})


def answer_check(desk: Desk, asked: Asked) -> Go:
    """The owner's answer to a verdict."""
    answer = asked.said("answer")
    if answer not in OF_CHECK:
        raise Failed(400, f"'{answer[:40]}' is no answer")
    if not desk.counter.answer(asked.said("check"), answer, asked.now):
        raise InputError("this check is not known any more", "Check the draft again")
    return Go("/check", told="answered")


def answer_warning(desk: Desk, asked: Asked) -> Go:
    """The owner's answer to a warning."""
    wanted, answer = asked.said("number"), asked.said("answer")
    if answer not in ANSWERS or not is_number(wanted):
        raise Failed(400, f"'{answer[:40]}' is no answer")
    desk.app.answer(int(wanted), ANSWERS[answer], asked.now, PATIENCE)
    return Go("/warnings", told="answered")


def reset(desk: Desk, asked: Asked) -> Go:
    """Forget what past warnings taught."""
    desk.app.reset_threshold()
    return Go("/warnings", told="reset")


def _of(desk: Desk, asked: Asked) -> str:
    """The address that the form names, which has to be somebody's: a page may be older than the book."""
    address = asked.said("of").strip().lower()
    desk.person(address, asked)
    return address


def _all(desk: Desk, asked: Asked) -> tuple[str, ...]:
    person, _ = desk.person(asked.said("of"), asked)
    return person.addresses


def _back(desk: Desk, asked: Asked, told: str) -> Go:
    desk.roster.expect()
    return Go("/person", {"of": asked.said("of").strip().lower()}, told)


HANDLERS: dict[str, Callable[[Desk, Asked], Shown | Go]] = {
    "/advice": advice, "/person/confirm": confirm, "/person/since": since, "/person/note": note,
    "/person/note/remove": remove_note, "/person/mute": mute, "/person/close": close, "/person/fine": fine,
    "/person/merge": merge, "/person/split": split, "/person/forget": forget, "/check": check,
    "/check/answer": answer_check, "/warnings/answer": answer_warning, "/warnings/reset": reset,
}  # fmt: skip
