"""The commands that read mail and show what follows from it. Each returns the exit status."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from goodwill.common import moment, open_app, print_json, read_lines, talk
from goodwill.errors import InputError
from goodwill.home import default_home
from goodwill.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from goodwill.app import App
    from goodwill.digest import Advice

WISHES = (
    *("client", "no_browser", "device_code", "tenant", "only", "calendar", "mark_drafts", "send_digest"),
    *("address", "server", "user", "tls", "certificate", "sign_in"),
)
"""The options of ``connect`` that a provider is told of."""


def demo(arguments: argparse.Namespace) -> int:
    """Show the whole of it on an invented mailbox."""
    from goodwill.demo import run

    run(moment(arguments))
    return 0


def import_(arguments: argparse.Namespace) -> int:
    """Read mail and calendars."""
    from goodwill import importing

    return importing.run(
        open_app(arguments), arguments.paths, arguments.me or [], moment(arguments), arguments.json
    )


def connect(arguments: argparse.Namespace) -> int:
    """Sign in to an account."""
    from goodwill import polling

    wishes = {name: value for name in WISHES if (value := getattr(arguments, name))}
    account = polling.connect(open_app(arguments), arguments.provider, wishes, moment(arguments))
    talk(f"{account.name} is connected. `goodwill sync` reads it.")
    return 0


def disconnect(arguments: argparse.Namespace) -> int:
    """Sign out of an account."""
    from goodwill import polling

    account, told = polling.disconnect(open_app(arguments), arguments.account, moment(arguments))
    talk(f"{account.name} is disconnected. {told} What was read of it stays in the ledger.")
    return 0


def sync(arguments: argparse.Namespace) -> int:
    """Read what is new; 2 where an account could not be read."""
    from goodwill import polling
    from goodwill.progress import progress

    app, now = open_app(arguments), moment(arguments)
    with progress() as show:
        found = polling.poll(app, arguments.accounts, now, arguments.again, show)
    for one in found:
        if arguments.json:
            told = {"account": one.account.name, "events": one.tally.met, "new": one.tally.new}
            print_json(told | {"problems": one.tally.problems, "trouble": one.trouble or None})
        else:
            Writer().line(f"{one.account.name}: {one.tally.met:,} events met, {one.tally.new:,} new.")
            if one.tally.problems:
                Writer().line(f"  Could not be read: {one.tally.problems:,}; `goodwill status` names them.")
        if one.trouble:
            talk(f"goodwill: {one.account.name}: {one.trouble}")
    return 2 if any(one.trouble for one in found) else 0


def run(arguments: argparse.Namespace) -> int:
    """Read every account in its rhythm, until stopped; 78 where only the owner can mend what is wrong."""
    from goodwill.interrupts import leave_at_once

    leave_at_once()
    from goodwill import running
    from goodwill.clock import Clock
    from goodwill.errors import ConfigError
    from goodwill.service import REFUSED

    try:
        return running.run(open_app(arguments), Clock())
    except (InputError, ConfigError) as error:
        talk(f"goodwill: {error}")
        return REFUSED


def service(arguments: argparse.Namespace) -> int:
    """Let the platform run it from login on."""
    from goodwill import serving
    from goodwill.store import Store

    home = (arguments.home or default_home()).expanduser()
    one = serving.of_platform(home, arguments.config)
    if arguments.action == "uninstall":
        return serving.uninstall(one, talk)
    if arguments.action == "status":
        return serving.status(one, Store(home).is_polled, talk)
    return serving.install(one, open_app(arguments).store.is_polled, talk)


def people(arguments: argparse.Namespace) -> int:
    """List everybody."""
    from goodwill import render, report

    found = open_app(arguments).people(moment(arguments))
    if arguments.limit:
        found = found[: arguments.limit]
    if arguments.json:
        for person, standing in found:
            print_json(report.person_line(person, standing))
    else:
        render.people(found, Writer())
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Show one person, after asking what mail cannot show if that is wished."""
    from goodwill import page, report

    if arguments.ask:
        from goodwill.owning import ask_round

        ask_round(arguments)
    app, now = open_app(arguments), moment(arguments)
    person, standing = app.show(arguments.person, now)
    rank = app.rank(person, now)
    if arguments.json:
        print_json(report.person_page(person, standing, rank))
    else:
        page.show(person, standing, rank, Writer(), arguments.all)
    return 0


def inbound(arguments: argparse.Namespace) -> int:
    """Say who draws on the owner, and what that takes."""
    from goodwill import render, report

    found = open_app(arguments).inbound(moment(arguments))
    if arguments.json:
        for one in found:
            print_json(report.drawn(one))
    else:
        render.inbound(found, Writer())
    return 0


def digest(arguments: argparse.Namespace) -> int:
    """Say whom to invest in today, or send that; 2 where it could not be sent."""
    from goodwill import render
    from goodwill.errors import StoreError

    app, now = open_app(arguments), moment(arguments)
    if arguments.secret is not None:
        return _keep_secret(app, arguments.secret)
    if arguments.send:
        return _send_digest(app, now)
    advice = app.digest(now)
    if arguments.json:
        print_json(app.digest_report(advice, now))
    elif arguments.html:
        _print_page(app, advice, now)
    else:
        render.digest(advice, Writer(), app.health(now))
    try:
        app.announce_digest(advice, now)
    except StoreError as error:
        talk(f"goodwill: the digest was not logged: {error}")
    return 0


def _print_page(app: App, advice: Sequence[Advice], now: datetime) -> None:
    from goodwill import delivering, letter
    from goodwill.zones import zone

    told = app.digest_report(advice, now)
    links = delivering.door_links(app, told, now)
    print(letter.standalone(told, now.astimezone(zone(app.config)), links))


def _send_digest(app: App, now: datetime) -> int:
    from goodwill import delivering
    from goodwill.zones import zone

    if not app.config.deliver:
        remedy = 'Write into the configuration: [digest] deliver = ["mail"]'
        raise InputError("no way is chosen by which to send it", remedy)
    here = zone(app.config)
    found = delivering.deliver(app, now, here, asked=True)
    told = delivering.ways_in_words(found, now.astimezone(here).date().isoformat())
    for one in told or ["nothing needs you today, so nothing is sent"]:
        talk(f"{one[:1].upper()}{one[1:].rstrip('.')}.")
    return 2 if any(claim.state != "sent" for _, claim in found) else 0


def _keep_secret(app: App, name: str) -> int:
    from goodwill import delivering, polling

    delivering.keep_secret(app, name, lambda question: polling.ask(question, True).strip(), talk)
    talk("It is kept. `goodwill digest --send` tries it.")
    return 0


def advice(arguments: argparse.Namespace) -> int:
    """Take the owner's answer to a line of a digest."""
    from goodwill import advising

    app, now, word = open_app(arguments), moment(arguments), advising.word_of(arguments.answer)
    whom = advising.answer(app.store, arguments.code, word, app.digest(now), now)
    talk(f"{whom}: {word}. {advising.FOLLOWS[word]}.")
    return 0


def classify(arguments: argparse.Namespace) -> int:
    """Print what the detectors see in each line."""
    from goodwill.drafts import parse_line, parse_object

    app = open_app(arguments)
    status = 0
    for number, line in enumerate(read_lines(arguments.file), 1):
        if not line.strip():
            continue
        place = f"{arguments.file}, line {number}"
        try:
            row = parse_object(line, place)
            event, context = parse_line(row, place)
        except InputError as error:
            talk(f"goodwill: {error}")
            status = 2
            continue
        print_json({"id": row.get("id")} | app.classify(event, context))
    return status


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure the detectors on labelled lines."""
    from goodwill import evaluating
    from goodwill.evaluation import Case

    app = open_app(arguments)
    found: list[Case] = []
    status = 0
    for one in evaluating.cases(read_lines(arguments.file), arguments.file, app.classify):
        if isinstance(one, Case):
            found.append(one)
        else:
            talk(f"goodwill: {one}")
            status = 2
    if not found:
        raise InputError(
            f"{arguments.file}: holds no labelled line", "The README shows what a line looks like"
        )
    if arguments.json:
        print_json(evaluating.as_json(found, arguments.worst))
    else:
        evaluating.show(found, arguments.worst, Writer())
    return status


def status(arguments: argparse.Namespace) -> int:
    """Say what was read, and what went wrong (1: an account needs its owner); or if the store is whole."""
    from dataclasses import asdict

    from goodwill import statusing

    if arguments.check:
        from goodwill.caring import check

        return check(arguments)
    status = open_app(arguments).status()
    if arguments.json:
        print_json(asdict(status) | {"accounts": [statusing.account_line(one) for one in status.accounts]})
    else:
        statusing.show(status)
    return int(
        bool(status.trouble or status.door_trouble)
        or any(state.kind == "needs you" for state in status.accounts)
    )


def doctor(arguments: argparse.Namespace) -> int:
    """Print what a bug report needs."""
    from goodwill import doctor

    home = (arguments.home or default_home()).expanduser()
    for heading, told in doctor.report(home, arguments.config):
        print_json({heading: told}) if arguments.json else print(f"{heading}: {told}")
    return 0


def rebuild(arguments: argparse.Namespace) -> int:
    """Derive everything anew."""
    from goodwill.writer import number

    read, left = open_app(arguments).rebuild(moment(arguments))
    talk(f"{number(read, 'event')} read again; the ledger was made anew.")
    if left:
        mails = number(left, "mail")
        talk(f"{mails} kept the signals of before: only evidence was stored. Import the same files again.")
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Print every event with its signals."""
    for row in open_app(arguments).export():
        print_json(row)
    return 0


def plugins(arguments: argparse.Namespace) -> int:
    """List what is installed."""
    from goodwill import statusing

    loaded = open_app(arguments).plugins()
    if arguments.json:
        for one in loaded:
            print_json(statusing.plugin_line(one))
    else:
        statusing.plugins(loaded)
    return 0
