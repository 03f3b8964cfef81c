"""Many lives of ``goodwill run``, without the second that each takes to load.

``python nursery.py HOME SPEED``: every line on stdin is a moment (seconds since 1970) from which a process of
its own runs as ``fast_run.py`` does; its number is printed, and ``ended`` when it has. What is loaded is
loaded once, before there is a thread or a connection, and then forked.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import fast_run

from goodwill.app import App
from goodwill.config import Config
from goodwill_plugins.reading import read

LATER = ("goodwill.listening", "goodwill.server", "uvicorn", "alembic.command", "filelock", "tzlocal")


def load(home: Path) -> None:
    """Everything that a life will want."""
    for name in LATER:
        import_module(name)
    assert all(one.problem is None for one in App(home, Config()).plugins())
    read("The first reading compiles the cues.")


def main(home: Path, speed: float) -> None:
    load(home)
    print("ready", flush=True)
    for line in sys.stdin:
        number = os.fork()
        if not number:
            os._exit(fast_run.main(home, speed, float(line)))
        print(number, flush=True)
        os.waitpid(number, 0)
        print("ended", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
