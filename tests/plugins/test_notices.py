"""The desktop notice, on a real message bus with a small desktop at its end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

DESKTOP = """
    import asyncio, sys
    from dbus_fast.aio import MessageBus
    from dbus_fast.service import ServiceInterface, dbus_method

    class Desktop(ServiceInterface):
        def __init__(self):
            super().__init__("org.freedesktop.Notifications")

        @dbus_method()
        def Notify(
            self, app: "s", old: "u", icon: "s", title: "s", body: "s", actions: "as", hints: "a{sv}", ms: "i"
        ) -> "u":
            print(f"{app}|{title}|{body}", flush=True)
            return 1

        @dbus_method()
        def GetServerInformation(self) -> "ssss":
            return ["small desktop", "tests", "1", "1.2"]

        @dbus_method()
        def GetCapabilities(self) -> "as":
            return ["body"]

        @dbus_method()
        def CloseNotification(self, number: "u"):
            pass

    async def main():
        bus = await MessageBus().connect()
        bus.export("/org/freedesktop/Notifications", Desktop())
        await bus.request_name("org.freedesktop.Notifications")
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", sys.argv[1])
        await asyncio.wait_for(child.wait(), 30)

    asyncio.run(main())
"""
NOTICE = """
from goodwill_plugins import notices
notices.goodwill_on_account(key="k", account={"account": "google:a@x.example", "trouble": "Sign in again."})
"""


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def test_it_is_shown_on_the_desktop(tmp_path: Path):
    if shutil.which("dbus-run-session") is None:
        pytest.skip("dbus-run-session is not here: apt-get install dbus")
    script = tmp_path / "desktop.py"
    script.write_text(textwrap.dedent(DESKTOP))
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, str(script), NOTICE],
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
