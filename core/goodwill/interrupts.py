"""What Ctrl-C does at moments at which Python cannot raise it as it should."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

STOPPED = "goodwill: stopped. What was read so far is kept; run the same command again to go on."
STATUS = 130


def leave_at_once() -> None:
    """Let Ctrl-C end this process without more ado, until a program that lives on has handlers of its own.

    While modules are loaded nothing is half-done, but KeyboardInterrupt may come out as another error, or
    be lost in a callback of the import system.
    """
    signal.signal(signal.SIGINT, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.stderr.write(f"{STOPPED}\n")
    sys.stderr.flush()
    os._exit(STATUS)


def is_interrupt(error: BaseException | None) -> bool:
    """Whether an error stands for Ctrl-C: Python 3.11 wraps whatever a class is told of itself raises."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__
    return False
