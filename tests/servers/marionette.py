"""Drives a Mozilla program through Marionette: JSON arrays over TCP, each behind its length in bytes."""

from __future__ import annotations

import base64
import json
import socket
import time
from typing import Any

PATIENCE = 60.0
"""Seconds that one command may take."""


class RefusedError(Exception):
    """What the program says of a command that it could not do."""


class Marionette:
    """One session with the program that listens at ``port``, in its own (chrome) context."""

    def __init__(self, port: int, patience: float = PATIENCE) -> None:
        self._socket = _connected(port, patience)
        self._reader = self._socket.makefile("rb")
        self._number = 0
        self._receive()  # it says hello
        self.tell("WebDriver:NewSession", {})
        self.tell("Marionette:SetContext", {"value": "chrome"})
        self.tell("WebDriver:SetTimeouts", {"script": int(PATIENCE * 1000)})
        self._home = self.tell("WebDriver:GetWindowHandle", {})

    def tell(self, command: str, parameters: dict[str, Any]) -> Any:
        """Send one command; returns its result, raises RefusedError."""
        self._number += 1
        sent = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(sent), sent))
        _, number, error, result = self._receive()
        assert number == self._number
        if error:
            raise RefusedError(f"{error['error']}: {error['message']}\n{error.get('stacktrace', '')}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def run(self, body: str, *arguments: Any) -> Any:
        """Run the body of an async function, to which ``arguments`` are known as ``args``."""
        script = (
            "const [args, done] = [[...arguments].slice(0, -1), arguments[arguments.length - 1]];"
            f"(async () => {{ {body} }})().then((value) => done([true, value ?? null]),"
            " (error) => done([false, `${error} ${error?.stack ?? ''}`]));"
        )
        good, value = self.tell("WebDriver:ExecuteAsyncScript", {"script": script, "args": list(arguments)})
        if not good:
            raise RefusedError(value)
        return value

    def picture(self, window: str) -> bytes:
        """A PNG of the window that has this handle."""
        self.tell("WebDriver:SwitchToWindow", {"handle": window, "focus": False})
        try:
            return base64.b64decode(self.tell("WebDriver:TakeScreenshot", {"full": False, "hash": False}))
        finally:
            self.tell("WebDriver:SwitchToWindow", {"handle": self._home, "focus": False})

    def close(self) -> None:
        self._reader.close()
        self._socket.close()

    def _receive(self) -> Any:
        length = b""
        while (one := self._reader.read(1)) != b":":
            if not one:
                raise RefusedError("the program has ended")
            length += one
        return json.loads(self._reader.read(int(length)))


def _connected(port: int, patience: float) -> socket.socket:
    end = time.monotonic() + patience
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=patience * 2)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
