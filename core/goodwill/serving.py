"""``goodwill service install|uninstall|status``: the background from login on, by the platform's means."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from goodwill import service
from goodwill.errors import GoodwillError, InputError
from goodwill.service import Command, Service

SECONDS = 30
BEGINS, LASTS = 20.0, 1.0
"""Seconds in which the background has to begin, and which it has to last."""


def of_platform(home: Path, config: Path | None, platform: str = sys.platform) -> Service:
    """The service of this user for ``home``; raises InputError on a platform that has none."""
    command = service.words(_python(platform), home.absolute(), config.absolute() if config else None)
    user = Path.home()
    if platform.startswith("linux"):
        base = Path(os.environ.get("XDG_CONFIG_HOME") or user / ".config")
        return service.systemd(command, base / "systemd" / "user")
    if platform == "darwin":
        return service.launchd(command, user / "Library" / "LaunchAgents", home.absolute() / "service.log")
    if platform == "win32":
        domain = os.environ.get("USERDOMAIN", "")
        owner = f"{domain}\\{getpass.getuser()}" if domain else getpass.getuser()
        return service.task_scheduler(command, home.absolute(), owner)
    raise InputError(f"there is no service for {platform}", "Let your system start `goodwill run` at login")


def _python(platform: str) -> str:
    """The interpreter; on Windows the one that opens no window."""
    quiet = Path(sys.executable).with_name("pythonw.exe")
    return str(quiet) if platform == "win32" and quiet.exists() else sys.executable


def install(one: Service, reads: Callable[[], bool], say: Callable[[str], None]) -> int:
    """Write the service's file and start it anew; returns the exit status.

    ``reads`` tells whether anybody reads the accounts of its home. Where the platform does not start it, the
    file stays, and the owner is told how to.
    """
    try:
        one.path.parent.mkdir(parents=True, exist_ok=True)
        new = one.path.with_suffix(".new")
        new.write_bytes(one.content)
        new.replace(one.path)
    except OSError as error:
        raise GoodwillError(f"{one.path}: cannot be written: {error.strerror}") from None
    say(f"Written: {one.path}")
    for command in one.before:
        _run(command)
    trouble = _all(one.start)
    if trouble:
        say(f"It could not be started: {trouble}. When you can, run: {one.later}")
        return 2
    if not _begins(one, reads):
        say("It was started and has ended again. `goodwill run` tells why; goodwill.log in the home too.")
        return 2
    say("It runs now, and from your next login on. `goodwill status` tells how it does.")
    return 0


def uninstall(one: Service, say: Callable[[str], None]) -> int:
    """Stop the service and remove its file; returns the exit status."""
    if not one.path.exists():
        say(f"No service is installed ({one.path}).")
        return 0
    trouble = _all(one.stop)
    try:
        one.path.unlink()
    except OSError as error:
        raise GoodwillError(f"{one.path}: cannot be removed: {error.strerror}") from None
    say(f"Removed: {one.path}")
    if trouble:
        say(f"It may still run until you log out: {trouble}.")
    return 0


def _begins(one: Service, reads: Callable[[], bool]) -> bool:
    """Whether it runs, and still does a moment later."""
    end = time.monotonic() + BEGINS
    while not reads():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    time.sleep(LASTS)
    return reads()


def status(one: Service, reads: Callable[[], bool], say: Callable[[str], None]) -> int:
    """Say whether the service is installed and runs; 1 where it does not. ``reads`` is as in ``install``."""
    if not one.path.exists():
        say("No service is installed: goodwill service install")
        return 1
    told = one.path.read_bytes() == one.content
    running = _run(one.running) == "" if one.running else reads()
    say(f"Installed: {one.path}{'' if told else ' (for another home or program: install it again)'}")
    say("It runs." if running else f"It does not run. To start it: {one.later}")
    return 0 if running and told else 1


def _all(commands: Sequence[Command]) -> str:
    """Run commands one by one; returns what went wrong, empty for nothing."""
    return next((trouble for command in commands if (trouble := _run(command))), "")


def _run(command: Command) -> str:
    if shutil.which(command[0]) is None:
        return f"this system has no {command[0]}"
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"{command[0]} does not answer"
    said = (done.stderr or done.stdout).strip().splitlines()
    return "" if done.returncode == 0 else (said[-1] if said else f"{command[0]} ends with {done.returncode}")
