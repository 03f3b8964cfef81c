"""A mailbox of 50,000 mails, read through the connector: all of them, in time, and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dovecot import dovecot
from imap_box import letter, on_disk

READER = Path(__file__).resolve().parents[1] / "servers" / "read_all.py"
MAILS, MEMORY = 50_000, 120
"""Megabytes, of which an interpreter with Goodwill in it takes about 35."""


def test_fifty_thousand_mails(figure: Callable[[str], None]):
    roots = [str(Path(one)) for one in sys.path if one]
    with dovecot() as server:
        on_disk(server, (letter(number, "A few words on the boat. " * 40) for number in range(MAILS)))
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, str(READER), str(server.port)],
            capture_output=True,
            timeout=400,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
            check=True,
        )
        took = time.monotonic() - begun
    told = json.loads(done.stdout)
    figure(f"{MAILS:,} mails in {took:.1f} s, {told['peak']} MiB at the most")
    assert (told["items"], told["ids"], told["events"]) == (MAILS, MAILS, MAILS)
    assert 0 < told["peak"] < MEMORY
