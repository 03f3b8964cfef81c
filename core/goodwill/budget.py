"""Ends a call of foreign code that takes longer than it may."""

from __future__ import annotations

import ctypes
import signal
import threading
from types import FrameType
from typing import Any


class OverdueError(BaseException):
    """Raised inside a call that is over its time.

    No ``Exception``: code that catches those in a loop would go on for ever.
    """


def within(seconds: float) -> Alarm | Watchdog:
    """Return a context that raises OverdueError in its block after ``seconds`` of wall time.

    In the main thread of a system with SIGALRM the alarm also ends a sleep or a wait; elsewhere the
    exception arrives as soon as Python code runs again. A call that never comes back from a C library
    is not ended by either.
    """
    main = threading.current_thread() is threading.main_thread()
    return Alarm(seconds) if main and hasattr(signal, "setitimer") else Watchdog(seconds)


class Alarm:
    """By the system's alarm; one that somebody else has set is put back with its time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._handler: Any = signal.signal(signal.SIGALRM, _ring)
        self._timer = signal.setitimer(signal.ITIMER_REAL, self._seconds, self._seconds)

    def __exit__(self, *_error: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, *self._timer)
        signal.signal(signal.SIGALRM, self._handler)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OverdueError


class Watchdog:
    """By a thread that waits beside the caller's."""

    def __init__(self, seconds: float) -> None:
        self._done = threading.Lock()
        self._timer = threading.Timer(seconds, self._interrupt, (threading.get_ident(),))
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_error: object) -> None:
        self._done.acquire()  # from here on the timer interrupts nobody
        self._timer.cancel()

    def _interrupt(self, thread: int) -> None:
        if self._done.acquire(blocking=False):
            error = ctypes.py_object(OverdueError)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)
            self._done.release()
