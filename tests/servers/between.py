"""Stands between a mail program and its server: cuts the line, drips, or changes what is said."""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread

Change = Callable[[bytes], bytes]
DRIP = 0.2
"""Seconds between two bytes that drip."""


class Drip(bytes):
    """What is sent one byte at a time."""


@dataclass
class Between:
    """``says`` changes each line of the server's, ``asks`` each of the client's; empty ones are kept back.

    With ``often`` each line is cut after ``least`` to so many bytes of the server's.
    """

    behind: int
    says: Change | None = None
    asks: Change | None = None
    least: int = 0
    often: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    cuts: int = 0
    port: int = 0
    lock: Lock = field(default_factory=Lock)
    sockets: list[socket.socket] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """Pass on each connection until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.sockets.append(client)
            try:
                server = socket.create_connection(("127.0.0.1", self.behind), 10)
            except OSError:
                client.close()
                continue
            self.sockets.append(server)
            left = self.chance.randint(self.least, self.often) if self.often else -1
            for words in ((client, server, self.asks, -1), (server, client, self.says, left)):
                thread = Thread(target=self._pass, args=words, daemon=True)
                self.threads.append(thread)
                thread.start()

    def close(self) -> None:
        """Cut all lines, and wait for those who served them."""
        for one in self.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(10)

    def _pass(self, there: socket.socket, here: socket.socket, change: Change | None, left: int) -> None:
        with suppress(OSError, ValueError), there.makefile("rb") as file:
            there.settimeout(60)
            for piece in iter(file.readline if change else lambda: there.recv(1 << 16), b""):
                told = change(piece) if change else piece
                if 0 <= left < len(told):
                    here.sendall(told[:left])
                    self._cut(here)
                    break
                left -= len(told) if left >= 0 else 0
                if isinstance(told, Drip):
                    for byte in told:
                        here.sendall(bytes([byte]))
                        time.sleep(DRIP)
                else:
                    here.sendall(told)
        for one in (there, here):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _cut(self, here: socket.socket) -> None:
        """Now and then with a reset, which takes with it what was not read yet."""
        with self.lock:
            self.cuts += 1
            if self.chance.random() < 0.5:
                here.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def between(behind: int, **how: object) -> Iterator[Between]:
    """Such a one before the port ``behind``, on 127.0.0.1, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=50)
    one = Between(behind, port=listener.getsockname()[1], **how)  # type: ignore[arg-type]
    thread = Thread(target=one.serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield one
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        one.close()
