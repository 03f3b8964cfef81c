"""The command line: ``goodwill [--home DIR] [--config FILE] COMMAND``.

Data goes to stdout, talk to stderr. Exit status 0: done (``check``: clear), 1: ``check`` warned, 2: it
could not be done, 130: stopped by Ctrl-C.

Little is loaded here: whoever asks the open door shall not wait for the rest.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from goodwill import asking
from goodwill.errors import GoodwillError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. Nothing that the user can cause ends in a traceback."""
    os.umask(0o077)  # whatever is written is about people, and for the owner's eyes only
    _prepare_output()
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        return _quietly(words)
    except GoodwillError as error:
        _talk(f"goodwill: {error}")
        return 2
    except KeyboardInterrupt:
        return _stopped()
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _talk(f"goodwill: {place}{error.strerror or error}.")
        return 2
    except Exception as error:
        return _unexpected(error)


def _prepare_output() -> None:
    """Whatever the terminal's encoding, and even when stdout is closed, output is no reason to fail."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (lives as long as the process)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _quietly(words: Sequence[str]) -> int:
    """Run the command, by the door if it is one that the door can do; be silent where nobody reads on."""
    try:
        status = asking.short_way(words)
        if status is None:
            status = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has read enough; without this Python complains while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(words: Sequence[str]) -> int:
    from importlib import import_module

    from goodwill.grammar import parse

    arguments = parse(words)
    module, _, function = arguments.run.partition(":")
    status: int = getattr(import_module(f"goodwill.{module}"), function)(arguments)
    return status


def _stopped() -> int:
    from goodwill.interrupts import STATUS, STOPPED

    _talk(STOPPED)
    return STATUS


def _unexpected(error: Exception) -> int:
    import logging

    from goodwill.interrupts import is_interrupt

    if is_interrupt(error):
        return _stopped()
    if os.environ.get("GOODWILL_DEBUG"):
        raise error
    logging.getLogger("goodwill").error("unexpected", exc_info=error)
    kind = type(error).__name__
    _talk(
        f"goodwill: this should not have happened ({kind}: {error}). Set GOODWILL_DEBUG=1 and run it again."
    )
    return 2


def _talk(text: str) -> None:
    from goodwill.common import talk

    talk(text)


if __name__ == "__main__":
    sys.exit(main())
