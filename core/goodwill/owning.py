"""The commands with which the owner has the last word. Each returns the exit status."""

from __future__ import annotations

import argparse
import sys

from goodwill.common import moment, open_app, print_json, talk
from goodwill.errors import InputError
from goodwill.options import ANSWERS
from goodwill.writer import Writer


def me(arguments: argparse.Namespace) -> int:
    """Show which addresses are the owner's, after taking one back."""
    app = open_app(arguments)
    if arguments.remove:
        app.remove_owner(arguments.remove.strip().lower())
    own = sorted(app.owner())
    if arguments.json:
        print_json({"me": own})
    else:
        for address in own:
            Writer().line(address)
    return 0


def confirm(arguments: argparse.Namespace) -> int:
    """Write down the owner's answer to one of the thirteen points."""
    from goodwill import teaching
    from goodwill.depth import TEXTS

    person = teaching.confirm(
        open_app(arguments).store,
        arguments.person,
        arguments.point,
        arguments.answer,
        arguments.since,
        moment(arguments),
    )
    answer = f"since {arguments.since}" if arguments.since else arguments.answer
    talk(f"{person.shown}, point {arguments.point} ({TEXTS[arguments.point - 1]}): {answer}.")
    return 0


def note(arguments: argparse.Namespace) -> int:
    """Write down what only the owner knows, or take it back."""
    from goodwill import teaching

    store, now = open_app(arguments).store, moment(arguments)
    if arguments.remove:
        if arguments.text:
            raise InputError("--remove takes a note back and writes none", "Leave the text out")
        person = teaching.remove_note(store, arguments.person, arguments.remove, now)
        talk(f"{person.shown}: note {arguments.remove} is taken back.")
    else:
        person = teaching.note(store, arguments.person, arguments.about, " ".join(arguments.text), now)
        talk(f"{person.shown}: noted.")
    return 0


def close(arguments: argparse.Namespace) -> int:
    """Write down that the two are close."""
    from goodwill import teaching

    store, now = open_app(arguments).store, moment(arguments)
    person = teaching.close(store, arguments.person, arguments.undo, now)
    talk(f"{person.shown}: " + ("judged like anybody again." if arguments.undo else "no more warnings."))
    return 0


def fine(arguments: argparse.Namespace) -> int:
    """Write down that one type of ask is fine for a person."""
    from goodwill import teaching

    store, now = open_app(arguments).store, moment(arguments)
    person = teaching.fine(store, arguments.person, arguments.type, arguments.undo, now)
    talk(
        f"{person.shown}: an ask for {arguments.type} is " + ("judged again." if arguments.undo else "fine.")
    )
    return 0


def mute(arguments: argparse.Namespace) -> int:
    """Write down that nothing is to be said of a person or a domain."""
    from goodwill import teaching

    store, now = open_app(arguments).store, moment(arguments)
    whom = teaching.mute(store, arguments.person, arguments.undo, now)
    talk(f"{whom}: " + ("heard again." if arguments.undo else "neither warnings nor advice any more."))
    return 0


def merge(arguments: argparse.Namespace) -> int:
    """Make one person of two."""
    from goodwill import teaching

    person = teaching.merge(open_app(arguments).store, arguments.person, arguments.other, moment(arguments))
    talk(f"One person: {person.shown}, {', '.join(person.addresses)}.")
    return 0


def split(arguments: argparse.Namespace) -> int:
    """Make a person of their own of one address."""
    from goodwill import teaching

    store, now = open_app(arguments).store, moment(arguments)
    one, other = teaching.split(store, arguments.person, arguments.address, now)
    talk(f"Two persons: {one.shown} ({', '.join(one.addresses)}) and {other.shown} ({other.addresses[0]}).")
    return 0


def ask_round(arguments: argparse.Namespace) -> int:
    """Ask the owner, one by one, about the points of a person that are unknown."""
    from goodwill import teaching
    from goodwill.depth import points

    app, now = open_app(arguments), moment(arguments)
    person, standing = app.show(arguments.person, now)
    unknown = [point for point in points(standing) if point.answer == "unknown"]
    talk(f"{person.shown}: {len(unknown)} points unknown. Answer y, n, or Enter to leave one out; q ends.")
    for point in unknown:
        print(f"{point.number:2} {point.text}? [y/n] ", end="", file=sys.stderr, flush=True)
        said = _answer()
        if said == "q":
            break
        if said:
            teaching.confirm(app.store, person.addresses[0], point.number, said, None, now)
    print(file=sys.stderr)
    return 0


def _answer() -> str:
    """Read ``yes``, ``no``, nothing, or ``q`` for the end; whatever else is said is asked again."""
    known = {"y": "yes", "yes": "yes", "n": "no", "no": "no", "": "", "q": "q", "quit": "q"}
    while said := sys.stdin.readline():
        if said.strip().lower() in known:
            return known[said.strip().lower()]
        print("y, n, Enter or q? ", end="", file=sys.stderr, flush=True)
    return "q"


def review(arguments: argparse.Namespace) -> int:
    """List the warnings with what came of them; or write down what the owner says of one."""
    from goodwill import render, report

    app, now = open_app(arguments), moment(arguments)
    if arguments.number:
        if arguments.reset:
            raise InputError("--reset is about all warnings", "Leave the number out, or --reset")
        if not arguments.answer:
            raise InputError(f"say what warning {arguments.number} was", f"One of {', '.join(ANSWERS)}")
        one = app.answer(arguments.number, ANSWERS[arguments.answer], now)
        talk(f"Warning {one.id} ({one.address}): {arguments.answer}.")
        return 0
    if arguments.reset:
        app.reset_threshold()
        talk("The threshold of the configuration holds again; your answers to single warnings stay.")
        return 0
    found = app.review(now)
    if arguments.json:
        for warned in found.warnings:
            print_json(report.warning(warned))
    else:
        render.review(found, Writer())
    return 0
