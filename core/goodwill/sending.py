"""The commands that look at mail before it is sent. Each returns the exit status."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goodwill.common import moment, open_app, print_json, read_bytes, talk
from goodwill.errors import InputError
from goodwill.home import default_home
from goodwill.writer import Writer

if TYPE_CHECKING:
    from goodwill.app import App


def check(arguments: argparse.Namespace) -> int:
    """Judge a draft: 0 clear, 1 warned."""
    now, raw = moment(arguments), _raw_draft(arguments)
    elsewhere = arguments.now or arguments.config or not sys.stdout.isatty()
    told = None if elsewhere else _from_the_door(arguments, raw)
    return _check_here(arguments, raw, now) if told is None else told


def _from_the_door(arguments: argparse.Namespace, raw: bytes) -> int | None:
    """What the open door says, in colours; ``asking.short_way`` did it already where nobody wants those."""
    from goodwill import asking

    home = (arguments.home or default_home()).expanduser()
    kind = asking.JSON if arguments.json_draft else asking.MAIL
    found = asking.ask(home, raw, kind, "json" if arguments.json else "lines")
    if found is None:
        return None
    verdict, note, body = found
    if note:
        talk(f"goodwill: {note}")
    if arguments.json:
        print(body.decode(), end="")
    else:
        writer = Writer()
        for text, style in json.loads(body):
            writer.line(text, style)
    return 0 if verdict == "clear" else 1


def _check_here(arguments: argparse.Namespace, raw: bytes, now: datetime) -> int:
    from goodwill import render, report
    from goodwill.errors import StoreError

    app = open_app(arguments)
    verdict = app.check(_draft(arguments, raw), now)
    try:
        verdict = app.announce(verdict, now)
    except StoreError as error:  # a busy or read-only store must not cost the user the verdict
        talk(f"goodwill: the warning was not logged: {error}")
    if arguments.json:
        print_json(report.verdict(verdict))
    else:
        render.verdict(verdict, Writer())
    return 0 if verdict.verdict == "clear" else 1


def _raw_draft(arguments: argparse.Namespace) -> bytes:
    raw = read_bytes(arguments.file)
    if not raw.strip():
        place = _place(arguments)
        raise InputError(f"{place}: the draft is empty", "Give a mail as RFC 822 text, or use --json-draft")
    return raw


def _place(arguments: argparse.Namespace) -> str:
    return "standard input" if arguments.file == "-" else str(arguments.file)


def _draft(arguments: argparse.Namespace, raw: bytes) -> Any:
    place = _place(arguments)
    if arguments.json_draft:
        from goodwill.drafts import parse_mail, parse_object

        return parse_mail(parse_object(raw.decode("utf-8", "replace"), place), place)
    from goodwill.plugin import load_named

    try:
        return load_named("formats", "mail")(raw)
    except InputError as error:
        raise InputError(f"{place}: {error.what}", error.remedy) from None


def serve(arguments: argparse.Namespace) -> int:
    """Answer pre-send clients, until stopped."""
    from goodwill.interrupts import leave_at_once

    leave_at_once()
    from goodwill import addin, running
    from goodwill.clock import Clock
    from goodwill.errors import StoreError

    app = open_app(arguments)
    places = f"http://127.0.0.1:{app.config.port}"
    if app.config.https:
        places += f" and https://localhost:{app.config.https_port}"
    if app.config.outlook and not addin.files(app.config.outlook):
        made = "Make it: connectors/addons/build.py outlook"
        talk(f"[door] outlook: {app.config.outlook} holds no add-in. {made}")
    opened = f"The door is open at {places}, for this machine only. Ctrl-C closes it."

    def say() -> None:
        talk(opened)
        try:
            _print_link(app, int(moment(arguments).timestamp()))
        except StoreError as error:  # those who ask before they send need no link
            talk(f"goodwill: no link to the page could be made: {error}")

    return running.serve(app, Clock(), say)


def page(arguments: argparse.Namespace) -> int:
    """Print a link to the page of the door that is open; 2 where none is."""
    app = open_app(arguments)
    app.owner()
    if not app.store.is_served():
        raise InputError("the door is shut", "Open it: goodwill serve, or goodwill run")
    if arguments.json:
        from goodwill.sessions import LINK_SECONDS

        link = _link(app, int(moment(arguments).timestamp()))
        print_json({"link": link, "seconds": LINK_SECONDS})
    else:
        _print_link(app, int(moment(arguments).timestamp()))
    return 0


def _print_link(app: App, now: int) -> None:
    from goodwill.sessions import LINK_SECONDS

    print(_link(app, now), flush=True)
    talk(
        f"Open it in your browser within {LINK_SECONDS // 60} minutes: it signs you in to the page, once."
        " `goodwill page` prints another."
    )


def _link(app: App, now: int) -> str:
    from goodwill.sessions import Sessions

    return f"http://127.0.0.1:{app.config.port}/sign-in/{Sessions(app.home).invite(now)}"


def certificate(arguments: argparse.Namespace) -> int:
    """Make or renew what the door shows over https, or remove it; say how a system comes to believe it."""
    from goodwill.certificate import NEAR, Certificate, distrusting, trusting

    app, now = open_app(arguments), moment(arguments)
    shown = Certificate(app.home)
    if arguments.remove:
        undo = distrusting(shown.thumb, sys.platform) if shown.root.is_file() else ""
        shown.remove()
        talk(
            f"Removed. If your system trusts it, take that back:\n  {undo}"
            if undo
            else "No certificate is here."
        )
        return 0
    if not shown.holds(now + NEAR):
        app.owner()
        shown.make(now)
        talk("It is new: the door shows it when it is opened the next time.")
    print(shown.root)
    talk(f"Until {shown.until:%Y-%m-%d} it vouches for this machine alone. Let your system trust it, once:")
    talk(f"  {trusting(shown.root, sys.platform)}")
    return 0


def sendmail(arguments: argparse.Namespace) -> int:
    """Look at a mail, and hand it on to the program that sends; 75 where it is held back."""
    from goodwill import sendmail

    return sendmail.run(open_app(arguments), arguments.words, moment(arguments))


def smtp_proxy(arguments: argparse.Namespace) -> int:
    """Look at every mail on its way to the mail server, until stopped."""
    from goodwill.interrupts import leave_at_once

    leave_at_once()
    from goodwill import proxying
    from goodwill.clock import Clock
    from goodwill.upstream import upstream_of

    app, upstream = open_app(arguments), upstream_of(arguments.server, arguments.tls)
    app.owner()
    ready = (
        f"Point your mail program at 127.0.0.1, port {arguments.port}, without encryption. Ctrl-C ends it."
    )
    proxying.run(app, Clock(), upstream, arguments.port, lambda: talk(ready))
    return 0


def pair(arguments: argparse.Namespace) -> int:
    """Show a one-time code, list the clients, or let one in no more."""
    from goodwill import trust

    app, writer = open_app(arguments), Writer()
    app.owner()
    known = trust.Trust(app.home)
    if arguments.remove:
        known.remove(arguments.remove)
        talk(f"'{arguments.remove}' is let in no more.")
    elif arguments.list:
        from goodwill.codec import iso

        for one in known.clients():
            shown = {"name": one.name, "origin": one.origin or None, "since": iso(one.since)}
            print_json(shown) if arguments.json else writer.line(f"{one.name}, since {iso(one.since)[:10]}")
    else:
        code = known.invite(int(moment(arguments).timestamp()))
        print_json({"code": code, "seconds": trust.VALID}) if arguments.json else writer.line(code)
        talk(f"Type this code into the client within {trust.VALID // 60} minutes. It holds once.")
        if not app.store.is_served():
            talk("The door is shut: start `goodwill run` or `goodwill serve`, else the client finds nobody.")
    return 0
