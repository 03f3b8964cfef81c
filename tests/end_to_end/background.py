"""``goodwill run`` as a process of a test, on this machine's clock or on a faster one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest_e2e import environment

FAST = Path(__file__).resolve().parents[1] / "servers" / "fast_run.py"
START = 1_760_000_000  # 9 October 2025, 8:53 UTC


@contextmanager
def running(
    home: Path, speed: float = 0, start: float = START, more: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the program until the block ends; with ``speed`` on a clock that goes so much faster."""
    words = [sys.executable, "-m", "goodwill", "--home", str(home), "run"]
    if speed:
        words = [sys.executable, str(FAST), str(home), str(speed), str(start)]
    environs = environment() | (more or {})
    process = subprocess.Popen(words, env=environs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert b"Traceback" not in err, err.decode()


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to happen."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
