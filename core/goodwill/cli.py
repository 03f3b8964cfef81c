"""The command line: ``goodwill [--home DIR] [--config FILE] COMMAND``.

Data goes to stdout, talk to stderr. Exit status 0: done (``check``: clear), 1: ``check`` warned, 2: it
could not be done, 130: stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodwill.errors import GoodwillError, InputError

if TYPE_CHECKING:
    from goodwill.app import App

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. Nothing that the user can cause ends in a traceback."""
    os.umask(0o077)  # whatever is written is about people, and for the owner's eyes only
    _prepare_output()
    arguments = _parser().parse_args(argv)
    command: Command = arguments.run
    try:
        return _quietly(command, arguments)
    except GoodwillError as error:
        _talk(f"goodwill: {error}")
        return 2
    except KeyboardInterrupt:
        _talk("goodwill: stopped. What was read so far is kept; run the same command again to go on.")
        return 130
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _talk(f"goodwill: {place}{error.strerror or error}.")
        return 2
    except Exception as error:
        return _unexpected(error, arguments)


def _prepare_output() -> None:
    """Whatever the terminal's encoding, and even when stdout is closed, output is no reason to fail."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (lives as long as the process)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _quietly(command: Command, arguments: argparse.Namespace) -> int:
    try:
        status = command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has read enough; without this Python complains while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _unexpected(error: Exception, arguments: argparse.Namespace) -> int:
    import logging

    if os.environ.get("GOODWILL_DEBUG"):
        raise error
    logging.getLogger("goodwill").error("unexpected", exc_info=error)
    kind = type(error).__name__
    _talk(
        f"goodwill: this should not have happened ({kind}: {error}). Set GOODWILL_DEBUG=1 and run it again."
    )
    return 2


def _talk(text: str) -> None:
    from goodwill.render import clean

    print(clean(text), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="goodwill", description="Keeps the ledger of your relationships.", allow_abbrev=False
    )
    parser.add_argument("--home", type=_path, metavar="DIR", help="where everything is kept")
    parser.add_argument(
        "--config", type=_path, metavar="FILE", help="the configuration (default: HOME/config.toml)"
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, help_, options in _COMMANDS:
        one = commands.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        one.set_defaults(run=run)
        for flags, settings in options:
            one.add_argument(*flags, **settings)
    return parser


def _version() -> str:
    from goodwill.version import version

    return f"goodwill {version()}"


def _app(arguments: argparse.Namespace) -> App:
    from goodwill import config
    from goodwill.app import App

    home = (arguments.home or _default_home()).expanduser()
    path = arguments.config or home / "config.toml"
    settings = config.load(path, required=arguments.config is not None)
    if home.is_dir():
        from goodwill.logs import log_to

        log_to(home, settings.log_level)
    return App(home, settings)


def _default_home() -> Path:
    import platformdirs

    return platformdirs.user_data_path("goodwill", appauthor=False)


def _now(arguments: argparse.Namespace) -> datetime:
    if getattr(arguments, "now", None) is None:
        return datetime.now(UTC).replace(microsecond=0)
    from goodwill.drafts import parse_moment

    return parse_moment(arguments.now, "--now")


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _demo(arguments: argparse.Namespace) -> int:
    from goodwill.demo import run

    run(_now(arguments))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from goodwill import importing

    return importing.run(
        _app(arguments), arguments.paths, arguments.me or [], _now(arguments), arguments.json
    )


def _check(arguments: argparse.Namespace) -> int:
    from goodwill import render, report
    from goodwill.errors import StoreError

    app, now = _app(arguments), _now(arguments)
    verdict = app.check(_draft(arguments), now)
    if arguments.json:
        _print_json(report.verdict(verdict))
    else:
        render.verdict(verdict, render.Writer())
    try:
        app.announce(verdict, now)
    except StoreError as error:  # a busy or read-only store must not cost the user the verdict
        _talk(f"goodwill: the warning was not logged: {error}")
    return 0 if verdict.verdict == "clear" else 1


def _draft(arguments: argparse.Namespace) -> Any:
    place = "standard input" if arguments.file == "-" else arguments.file
    raw = _read(arguments.file)
    if not raw.strip():
        raise InputError(f"{place}: the draft is empty", "Give a mail as RFC 822 text, or use --json-draft")
    if arguments.json_draft:
        from goodwill.drafts import parse_mail, parse_object

        return parse_mail(parse_object(raw.decode("utf-8", "replace"), place), place)
    from goodwill.plugin import load_named

    try:
        return load_named("formats", "mail")(raw)
    except InputError as error:
        raise InputError(f"{place}: {error.what}", error.remedy) from None


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None


def _people(arguments: argparse.Namespace) -> int:
    from goodwill import render, report

    found = _app(arguments).people(_now(arguments))
    if arguments.limit:
        found = found[: arguments.limit]
    if arguments.json:
        for person, standing in found:
            _print_json(report.person_line(person, standing))
    else:
        render.people(found, render.Writer())
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from goodwill import render, report

    person, standing = _app(arguments).show(arguments.person, _now(arguments))
    if arguments.json:
        _print_json(report.person_page(person, standing))
    else:
        render.person(person, standing, render.Writer(), arguments.all)
    return 0


def _digest(arguments: argparse.Namespace) -> int:
    from goodwill import render, report
    from goodwill.codec import seconds
    from goodwill.errors import StoreError

    app, now = _app(arguments), _now(arguments)
    advice = app.digest(now)
    if arguments.json:
        _print_json(report.digest(advice, seconds(now)))
    else:
        render.digest(advice, render.Writer())
    try:
        app.announce_digest(advice, now)
    except StoreError as error:
        _talk(f"goodwill: the digest was not logged: {error}")
    return 0


def _classify(arguments: argparse.Namespace) -> int:
    from goodwill.drafts import parse_line, parse_object

    app = _app(arguments)
    status = 0
    for number, line in enumerate(_lines(arguments.file), 1):
        if not line.strip():
            continue
        place = f"{arguments.file}, line {number}"
        try:
            row = parse_object(line, place)
            event, context = parse_line(row, place)
        except InputError as error:
            _talk(f"goodwill: {error}")
            status = 2
            continue
        _print_json({"id": row.get("id")} | app.classify(event, context))
    return status


def _evaluate(arguments: argparse.Namespace) -> int:
    from goodwill import evaluating
    from goodwill.evaluation import Case
    from goodwill.render import Writer

    app = _app(arguments)
    found: list[Case] = []
    status = 0
    for one in evaluating.cases(_lines(arguments.file), arguments.file, app.classify):
        if isinstance(one, Case):
            found.append(one)
        else:
            _talk(f"goodwill: {one}")
            status = 2
    if not found:
        raise InputError(
            f"{arguments.file}: holds no labelled line", "The README shows what a line looks like"
        )
    if arguments.json:
        _print_json(evaluating.as_json(found, arguments.worst))
    else:
        evaluating.show(found, arguments.worst, Writer())
    return status


def _lines(name: str) -> Iterable[str]:
    if name == "-":
        yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
    else:
        yield from _read(name).decode("utf-8", "replace").splitlines()


def _status(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from goodwill import statusing

    status = _app(arguments).status()
    if arguments.json:
        _print_json(asdict(status))
    else:
        statusing.show(status)
    return 0


def _rebuild(arguments: argparse.Namespace) -> int:
    from goodwill.render import number

    read, left = _app(arguments).rebuild(_now(arguments))
    _talk(f"{number(read, 'event')} read again; the ledger was made anew.")
    if left:
        mails = number(left, "mail")
        _talk(f"{mails} kept the signals of before: only evidence was stored. Import the same files again.")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    for row in _app(arguments).export():
        _print_json(row)
    return 0


def _plugins(arguments: argparse.Namespace) -> int:
    from goodwill import statusing

    loaded = _app(arguments).plugins()
    if arguments.json:
        for one in loaded:
            _print_json(statusing.plugin_line(one))
    else:
        statusing.plugins(loaded)
    return 0


_Option = tuple[tuple[str, ...], dict[str, Any]]
_JSON: _Option = (("--json",), {"action": "store_true", "help": "print JSON"})
_NOW: _Option = (("--now",), {"metavar": "ISO8601", "help": "judge as of this moment"})


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' must be a whole number from 1")
    return int(text)


def _name(text: str) -> str:
    return str(_path(text))


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("a path may not be empty")
    return Path(text)


_COMMANDS: tuple[tuple[str, Command, str, tuple[_Option, ...]], ...] = (
    ("demo", _demo, "see the whole of it on an invented mailbox; needs no account", (_NOW,)),
    (
        "import",
        _import,
        "read mail and calendars: mbox, Maildir, .eml, .ics, folders and zips of them",
        (
            (("paths",), {"nargs": "*", "type": _path, "metavar": "PATH"}),
            (
                ("--me",),
                {"action": "append", "metavar": "ADDRESS", "help": "an address of yours (repeatable)"},
            ),
            _JSON,
            _NOW,
        ),
    ),
    (
        "check",
        _check,
        "judge a draft; exit status 0 clear, 1 warned, 2 could not check",
        (
            (
                ("file",),
                {"nargs": "?", "default": "-", "type": _name, "metavar": "FILE", "help": "- for stdin"},
            ),
            (("--json-draft",), {"action": "store_true", "help": "the draft is one JSON object"}),
            _JSON,
            _NOW,
        ),
    ),
    (
        "people",
        _people,
        "list everybody, those with the most behind them first",
        ((("--limit",), {"type": _count, "metavar": "N", "help": "list the first N"}), _JSON, _NOW),
    ),
    (
        "show",
        _show,
        "one person: standing, the thirteen points, the dated ledger",
        (
            (("person",), {"metavar": "PERSON", "help": "a name or an address"}),
            (("--all",), {"action": "store_true", "help": "every entry of the ledger"}),
            _JSON,
            _NOW,
        ),
    ),
    ("digest", _digest, "whom to invest in today", (_JSON, _NOW)),
    (
        "classify",
        _classify,
        "JSON lines in, what the detectors see out; no store is touched",
        ((("file",), {"nargs": "?", "default": "-", "metavar": "FILE"}),),
    ),
    (
        "evaluate",
        _evaluate,
        "how well the detectors do on labelled lines, and where they are wrong; no store is touched",
        (
            (("file",), {"metavar": "FILE", "help": "- for stdin"}),
            (
                ("--worst",),
                {"type": _count, "default": 3, "metavar": "N", "help": "show N mistakes of each outcome"},
            ),
            _JSON,
        ),
    ),
    ("status", _status, "what was read, from where, and what went wrong", (_JSON,)),
    ("rebuild", _rebuild, "derive everything anew from the stored events", (_NOW,)),
    ("export", _export, "every event and signal as JSON lines", ()),
    ("plugins", _plugins, "the detectors, subscribers and connectors that are installed", (_JSON,)),
)


if __name__ == "__main__":
    sys.exit(main())
