"""A mail server that keeps the owner waiting: after which word it fell silent decides what is known."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from goodwill.errors import Uncertain, Unsent
from goodwill.mailing import Smtp
from goodwill.upstream import Upstream

ME = "me@home.example"


@contextmanager
def silent_after(word: bytes) -> Iterator[int]:
    """A server that says yes to all, but nothing any more once it has heard ``word``; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            line, _ = server.accept()
            with line, line.makefile("rb") as heard:
                line.sendall(b"220 here\r\n")
                in_mail = False
                for told in heard:
                    in_mail = in_mail and told != b".\r\n"
                    if told.upper().startswith(word):
                        heard.read()
                        return
                    if not in_mail:
                        line.sendall(b"354 go on\r\n" if told.startswith(b"data") else b"250 yes\r\n")
                    in_mail = in_mail or told.startswith(b"data")

        Thread(target=talk, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(("word", "kind"), [(b"MAIL", Unsent), (b"RCPT", Unsent), (b".", Uncertain)])
def test_a_server_that_falls_silent_is_not_waited_for_long(word: bytes, kind: type[Exception]):
    with silent_after(word) as port:
        begun = time.monotonic()
        with pytest.raises(kind, match="broke off"):
            Smtp(Upstream("127.0.0.1", port, "none"), ME, "", "", patience=0.5).send(
                b"Subject: x\n\nHello.\n"
            )
        assert time.monotonic() - begun < 5


def test_a_server_that_does_not_like_a_goodbye_has_the_mail_all_the_same():
    with silent_after(b"nothing") as port:
        Smtp(Upstream("127.0.0.1", port, "none"), ME, "", "").send(b"Subject: x\n\nHello.\n")
