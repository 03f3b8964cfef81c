"""The command line: ``goodwill [--home DIR] [--config FILE] COMMAND``.

Data goes to stdout, talk to stderr. Exit status 0: done (``check``: clear), 1: ``check`` warned, 2: it
could not be done, 130: stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from goodwill.common import talk
from goodwill.errors import GoodwillError
from goodwill.options import COMMANDS, path


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. Nothing that the user can cause ends in a traceback."""
    os.umask(0o077)  # whatever is written is about people, and for the owner's eyes only
    _prepare_output()
    arguments = _parser().parse_args(argv)
    try:
        return _quietly(arguments)
    except GoodwillError as error:
        talk(f"goodwill: {error}")
        return 2
    except KeyboardInterrupt:
        talk("goodwill: stopped. What was read so far is kept; run the same command again to go on.")
        return 130
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        talk(f"goodwill: {place}{error.strerror or error}.")
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


def _quietly(arguments: argparse.Namespace) -> int:
    module, _, function = arguments.run.partition(":")
    try:
        status: int = getattr(import_module(f"goodwill.{module}"), function)(arguments)
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
    talk(f"goodwill: this should not have happened ({kind}: {error}). Set GOODWILL_DEBUG=1 and run it again.")
    return 2


class _Parser(argparse.ArgumentParser):
    """One whose complaints say what to do, like every other of Goodwill's."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. `{self.prog} --help` shows what it takes.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="goodwill", description="Keeps the ledger of your relationships.", allow_abbrev=False
    )
    parser.add_argument("--home", type=path, metavar="DIR", help="where everything is kept")
    parser.add_argument(
        "--config", type=path, metavar="FILE", help="the configuration (default: HOME/config.toml)"
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, help_, options in COMMANDS:
        one = commands.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        one.set_defaults(run=run)
        for flags, settings in options:
            one.add_argument(*flags, **settings)
    return parser


def _version() -> str:
    from goodwill.version import version

    return f"goodwill {version()}"


if __name__ == "__main__":
    sys.exit(main())
