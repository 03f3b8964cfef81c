"""``goodwill serve`` as a process, at a port of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from conftest_e2e import environment
from ports import free_port

ORIGIN = "moz-extension://11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True)
class Served:
    """An open door: its home, its port, and the process behind it."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def pair(self, name: str = "a client", origin: str | None = ORIGIN) -> str:
        """Pair a client; returns its token."""
        command = [sys.executable, "-m", "goodwill", "--home", str(self.home), "pair"]
        code = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stdout
        headers = {"Origin": origin} if origin else {}
        told = {"code": code.strip(), "name": name}
        answer = requests.post(f"{self.url}/pair", json=told, headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])


@contextmanager
def served(home: Path, more: str = "") -> Iterator[Served]:
    """Keep the door of ``home`` open until the block ends, and end it as a system does.

    ``more`` is said of it in the configuration.
    """
    port = free_port()
    with (home / "config.toml").open("a") as config:
        config.write(f"\n[door]\nport = {port}\n{more}")
    command = [sys.executable, "-m", "goodwill", "--home", str(home), "serve"]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_for(port, process)
        yield Served(home, port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert b"Traceback" not in err, err.decode()
    assert process.returncode == 0
    assert not os.path.exists(home / "door.sock")


@dataclass
class Swinging:
    """The door of a home, at a port that stays the same while it is shut and opened."""

    home: Path
    port: int
    _process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        command = [sys.executable, "-m", "goodwill", "--home", str(self.home), "serve"]
        self._process = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
        wait_for(self.port, self._process)

    def shut(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/v1/hello", timeout=5).raise_for_status()
            return
        except requests.ConnectionError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "the door does not open"
            time.sleep(0.1)
