"""The desktop notice, on a real message bus with a small desktop at its end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DESKTOP = Path(__file__).resolve().parents[1] / "servers" / "desktop.py"
NOTICE = """
from goodwill_plugins import notices
notices.goodwill_on_account(key="k", account={"account": "google:a@x.example", "trouble": "Sign in again."})
"""


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def test_it_is_shown_on_the_desktop():
    if shutil.which("dbus-run-session") is None:
        pytest.skip("dbus-run-session is not here: apt-get install dbus")
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, str(DESKTOP), sys.executable, "-c", NOTICE],
        capture_output=True, text=True, timeout=60, check=False, env=environment(),
    )  # fmt: skip
    assert "Goodwill|Goodwill needs you|google:a@x.example: Sign in again." in done.stdout, done.stderr


def test_a_machine_without_a_desktop_shows_nothing(tmp_path: Path):
    bare = {n: v for n, v in environment().items() if n not in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-c", NOTICE], capture_output=True, text=True, timeout=60, check=False,
        env=bare | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
