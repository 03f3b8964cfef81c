"""Runs the program as a user would: a process of its own, its exit status, what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


Goodwill = Callable[..., Ran]


def environment() -> dict[str, str]:
    roots = [str(Path(__file__).resolve().parents[2] / name) for name in ("core", "connectors", "plugins")]
    return {
        **os.environ,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": os.pathsep.join(roots),
        "PYTHONUTF8": "1",
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def goodwill(home: Path) -> Goodwill:
    return runner(home)


def runner(home: Path) -> Goodwill:
    """The program on one home."""

    def run(*words: object, stdin: str | bytes = b"", timeout: float = 120) -> Ran:
        command = [sys.executable, "-m", "goodwill", "--home", str(home), *map(str, words)]
        done = subprocess.run(
            command,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=timeout,
            env=environment(),
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        return ran

    return run
