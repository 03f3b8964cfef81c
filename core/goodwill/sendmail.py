"""``goodwill sendmail``: stands before the program that sends (mutt, aerc, git send-email), and looks first.

It takes what sendmail takes, and hands it on unchanged. A mail that is held back ends with EX_TEMPFAIL of
BSD's sysexits.h, and the reasons on stderr.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from goodwill.app import App
from goodwill.common import read_bytes, talk
from goodwill.errors import InputError
from goodwill.outgoing import look, without_leave

HELD = 75
ANYWAY = "--anyway"
MARK = "GOODWILL_SENDMAIL"
"""In the environment of the real program: so that two of these do not call each other for ever."""
NO_MAIL = ("-b", "-q", "-I")
"""What asks sendmail for something else than to take one mail (``-bm`` does ask for that)."""
CONVERSATIONS = ("-bs", "-bS")
"""What asks sendmail to speak SMTP on its standard input and output."""
PLACES = ("/usr/sbin/sendmail", "/usr/lib/sendmail")
_WITH_VALUE = "BCFNORVXfhopr"
"""The options of sendmail(8) whose value may be the next word; -b, -d, -e, -m and -i have theirs attached."""


def run(app: App, words: Sequence[str], now: datetime) -> int:
    """Look at the mail on standard input, and send it by the real program; returns the exit status."""
    anyway = ANYWAY in words
    words = [word for word in words if word != ANYWAY]
    if os.environ.get(MARK):
        raise InputError(
            "the program that is to send is Goodwill again", "Name the real one: [send] sendmail"
        )
    program, environment = real(app.config.sendmail), os.environ | {MARK: "1"}
    other = next((word for word in options(words) if word.startswith(NO_MAIL) and word != "-bm"), None)
    if other is not None:
        if other in CONVERSATIONS:
            talk(f"goodwill: {other}: what is said in there goes unchecked; `goodwill smtp-proxy` checks it")
        return subprocess.run([*program, *words], env=environment, check=False).returncode
    raw, allowed = without_leave(read_bytes("-"))
    if not (anyway or allowed):
        seen = look(app, raw, recipients(words), now)
        if seen.warning:
            talk(seen.warning)
            talk(f"goodwill: held back. To send it all the same: {ANYWAY}, or a header 'X-Goodwill: send'.")
            return HELD
        if seen.trouble:
            talk(f"goodwill: the mail goes unchecked: {seen.trouble}")
    try:
        return subprocess.run([*program, *words], input=raw, env=environment, check=False).returncode
    except OSError as error:
        raise InputError(f"{program[0]}: cannot be run: {error.strerror}", "Check [send] sendmail") from None


def real(configured: Sequence[str]) -> list[str]:
    """The command that sends: the configured one, else the system's; never this one again."""
    if configured:
        return [os.path.expanduser(configured[0]), *configured[1:]]
    own = Path(sys.argv[0]).resolve()
    for name in (*PLACES, shutil.which("sendmail"), shutil.which("msmtp")):
        if name and os.access(name, os.X_OK) and Path(name).resolve() != own:
            return [name]
    raise InputError("no program is here that sends mail", 'Name one: [send] sendmail = ["msmtp"]')


def recipients(words: Sequence[str]) -> list[str]:
    """The addresses among sendmail's words."""
    return _sorted(words)[1]


def options(words: Sequence[str]) -> list[str]:
    """The options among sendmail's words, without the values that are words of their own."""
    return _sorted(words)[0]


def _sorted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    options: list[str] = []
    addresses: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            return options, addresses + list(rest)
        if not word.startswith("-"):
            addresses.append(word)
            continue
        options.append(word)
        if len(word) == 2 and word[1] in _WITH_VALUE:
            next(rest, None)
    return options, addresses
