"""The parser of the command line, made of the table of commands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from goodwill.options import COMMANDS, path

HANDED_ON = "sendmail"
WITH_VALUE = ("--home", "--config")
LATE = "address"
"""What may be left out, and may stand behind options."""


def parse(words: Sequence[str]) -> argparse.Namespace:
    """What the words of the command line mean; ends the program with one sentence where they mean nothing.

    What stands behind ``sendmail`` is another program's business.
    """
    place = _command(words)
    ours = place + 1 if words[place : place + 1] == [HANDED_ON] else len(words)
    if list(words[ours:]) == ["--help"]:
        ours += 1
    parser = _parser(words)
    arguments, rest = parser.parse_known_args(words[:ours])
    if len(rest) == 1 and not rest[0].startswith("-") and getattr(arguments, LATE, "") is None:
        setattr(arguments, LATE, rest.pop())  # argparse has forgotten it where options stand before it
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.words = list(words[ours:])
    return arguments


def _command(words: Sequence[str]) -> int:
    """Where among the words the command stands."""
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in WITH_VALUE else 1
    return place


class _Parser(argparse.ArgumentParser):
    """One whose complaints say what to do, like every other of Goodwill's."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. `{self.prog} --help` shows what it takes.\n")


class _Version(argparse.Action):
    """Looks the version up only where it is asked for: that takes its time."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *rest: object) -> NoReturn:
        from goodwill.version import version

        print(f"goodwill {version()}")
        parser.exit()


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command that ``words`` hold; of every command where it is not clear which."""
    parser = _Parser(
        prog="goodwill", description="Keeps the ledger of your relationships.", allow_abbrev=False
    )
    parser.add_argument("--home", type=path, metavar="DIR", help="where everything is kept")
    parser.add_argument(
        "--config", type=path, metavar="FILE", help="the configuration (default: HOME/config.toml)"
    )
    parser.add_argument("--version", action=_Version, help="show the version and end")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    meant = [command for command in COMMANDS if command[0] in words]
    for name, run, help_, options in meant or COMMANDS:
        one = commands.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        one.set_defaults(run=run)
        for flags, settings in options:
            one.add_argument(*flags, **settings)
    return parser
