"""The table of commands: the name of each, the function that runs it, what it does, and its options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

Option = tuple[tuple[str, ...], dict[str, Any]]
_JSON: Option = (("--json",), {"action": "store_true", "help": "print JSON"})
_NOW: Option = (("--now",), {"metavar": "ISO8601", "help": "judge as of this moment"})
_PERSON: Option = (("person",), {"metavar": "PERSON", "help": "a name or an address"})
ANSWERS = {"not-an-ask": "no ask", "close": "close", "fine": "fine", "sent": "sent", "kept": "kept"}
"""What the owner can say of a warning, and by what name that is kept."""
_UNDO: Option = (("--undo",), {"action": "store_true", "help": "take it back"})


def count(text: str) -> int:
    """Return a whole number from 1; argparse says what is wrong."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' must be a whole number from 1")
    return int(text)


def name_of_file(text: str) -> str:
    """Return the name of a file, which may be ``-``."""
    return str(path(text))


def path(text: str) -> Path:
    """Return a path that is not empty."""
    if not text:
        raise argparse.ArgumentTypeError("a path may not be empty")
    return Path(text)


COMMANDS: tuple[tuple[str, str, str, tuple[Option, ...]], ...] = (
    ("demo", "commands:demo", "see the whole of it on an invented mailbox; needs no account", (_NOW,)),
    (
        "import",
        "commands:import_",
        "read mail and calendars: mbox, Maildir, .eml, .ics, folders and zips of them",
        (
            (("paths",), {"nargs": "*", "type": path, "metavar": "PATH"}),
            (
                ("--me",),
                {"action": "append", "metavar": "ADDRESS", "help": "an address of yours (repeatable)"},
            ),
            _JSON,
            _NOW,
        ),
    ),
    (
        "connect",
        "commands:connect",
        "sign in to an account, to be read from then on by `goodwill sync`",
        (
            (
                ("provider",),
                {"metavar": "PROVIDER", "help": "google, microsoft, icloud, fastmail, imap or caldav"},
            ),
            (
                ("address",),
                {
                    "nargs": "?",
                    "metavar": "ADDRESS",
                    "help": "your mail address (where a password is asked for)",
                },
            ),
            (
                ("--client",),
                {
                    "type": name_of_file,
                    "metavar": "FILE|ID",
                    "help": "your OAuth client: the file that Google gave, the ID of your app at Microsoft",
                },
            ),
            (("--no-browser",), {"action": "store_true", "help": "sign in on another machine"}),
            (
                ("--device-code",),
                {"action": "store_true", "help": "sign in with a code (microsoft; often forbidden)"},
            ),
            (
                ("--tenant",),
                {
                    "metavar": "NAME",
                    "help": "your organisation's domain, 'organizations' or 'consumers' (microsoft)",
                },
            ),
            (("--only",), {"choices": ("mail", "calendar"), "help": "read nothing else"}),
            (
                ("--calendar",),
                {
                    "action": "append",
                    "metavar": "NAME",
                    "help": "a calendar to read (repeatable; default: your own)",
                },
            ),
            (
                ("--mark-drafts",),
                {"action": "store_true", "help": "ask for the right to mark drafts too ([drafts] mark)"},
            ),
            (
                ("--send-digest",),
                {
                    "action": "store_true",
                    "help": "ask for the right to send you the digest ([digest] deliver)",
                },
            ),
            (
                ("--server",),
                {
                    "metavar": "HOST|URL",
                    "help": "where your mail or your calendars lie (imap, caldav; default: found)",
                },
            ),
            (
                ("--user",),
                {"metavar": "NAME", "help": "your name there (imap, caldav, icloud; default: the address)"},
            ),
            (
                ("--tls",),
                {
                    "choices": ("implicit", "starttls", "none"),
                    "help": "how it encrypts (imap; default: by its port)",
                },
            ),
            (
                ("--certificate",),
                {
                    "metavar": "FILE",
                    "help": "trust this certificate (PEM) beside the system's (imap, caldav)",
                },
            ),
            (
                ("--sign-in",),
                {
                    "choices": ("google", "microsoft"),
                    "help": "by the OAuth client of such an account instead of a password (imap)",
                },
            ),
        ),
    ),
    (
        "disconnect",
        "commands:disconnect",
        "sign out of an account and delete its secret; what was read stays",
        ((("account",), {"metavar": "ACCOUNT", "help": "as `goodwill status` calls it"}),),
    ),
    ("doctor", "commands:doctor", "what a bug report needs, without names and secrets", (_JSON,)),
    ("run", "commands:run", "read every account in its rhythm, and make the digest, until stopped", ()),
    (
        "service",
        "commands:service",
        "let this system run it in the background from login on",
        ((("action",), {"choices": ("install", "uninstall", "status")}),),
    ),
    (
        "sync",
        "commands:sync",
        "read what is new in every account",
        (
            (("accounts",), {"nargs": "*", "metavar": "ACCOUNT", "help": "only these"}),
            (("--again",), {"action": "store_true", "help": "read everything anew, for better detectors"}),
            _JSON,
            _NOW,
        ),
    ),
    (
        "me",
        "owning:me",
        "which addresses are yours",
        (
            (("--remove",), {"metavar": "ADDRESS", "help": "this one is not mine"}),
            _JSON,
        ),
    ),
    ("serve", "sending:serve", "keep the page and the door open, until stopped", ()),
    ("page", "sending:page", "print a link to the page of an open door; it holds once", (_JSON,)),
    (
        "certificate",
        "sending:certificate",
        "make, renew or remove what the door shows over https, and say how your system comes to trust it",
        ((("--remove",), {"action": "store_true", "help": "delete it, and say how to trust it no more"}),),
    ),
    (
        "sendmail",
        "sending:sendmail",
        "take what sendmail takes, look at the mail, and hand it on; exit status 75 holds it back",
        (),
    ),
    (
        "smtp-proxy",
        "sending:smtp_proxy",
        "look at every mail on its way to your mail server",
        (
            (
                ("server",),
                {"metavar": "HOST[:PORT]", "help": "your mail server, such as smtp.example.com:587"},
            ),
            (
                ("--tls",),
                {
                    "choices": ("starttls", "implicit", "none"),
                    "help": "how it encrypts (default: by its port)",
                },
            ),
            (
                ("--port",),
                {"type": count, "default": 8426, "metavar": "N", "help": "where to listen on 127.0.0.1"},
            ),
        ),
    ),
    (
        "pair",
        "sending:pair",
        "show a one-time code that lets a mail program's add-on ask at the door",
        (
            (("--list",), {"action": "store_true", "help": "list who is paired"}),
            (("--remove",), {"metavar": "NAME", "help": "let this one in no more"}),
            _JSON,
        ),
    ),
    (
        "check",
        "sending:check",
        "judge a draft; exit status 0 clear, 1 warned, 2 could not check",
        (
            (
                ("file",),
                {
                    "nargs": "?",
                    "default": "-",
                    "type": name_of_file,
                    "metavar": "FILE",
                    "help": "- for stdin",
                },
            ),
            (("--json-draft",), {"action": "store_true", "help": "the draft is one JSON object"}),
            _JSON,
            _NOW,
        ),
    ),
    (
        "people",
        "commands:people",
        "list everybody, those with the most behind them first",
        ((("--limit",), {"type": count, "metavar": "N", "help": "list the first N"}), _JSON, _NOW),
    ),
    (
        "show",
        "commands:show",
        "one person: standing, the thirteen points, the dated ledger",
        (
            _PERSON,
            (("--all",), {"action": "store_true", "help": "every entry of the ledger"}),
            (("--ask",), {"action": "store_true", "help": "ask me about the points that mail cannot show"}),
            _JSON,
            _NOW,
        ),
    ),
    (
        "confirm",
        "owning:confirm",
        "your own word on one of the thirteen points; it outranks what mail shows",
        (
            _PERSON,
            (("point",), {"type": count, "metavar": "POINT", "help": "1 to 13, as `show` numbers them"}),
            (
                ("answer",),
                {
                    "nargs": "?",
                    "default": "yes",
                    "choices": ("yes", "no", "unknown"),
                    "help": "unknown takes your word back",
                },
            ),
            (("--since",), {"metavar": "DATE", "help": "for point 2: since when you have known each other"}),
            _NOW,
        ),
    ),
    (
        "note",
        "owning:note",
        "write down what only you know of a person",
        (
            _PERSON,
            (("text",), {"nargs": "*", "metavar": "TEXT"}),
            (
                ("--about",),
                {
                    "default": "note",
                    "choices": ("product", "goal", "family", "note"),
                    "help": "which of the thirteen points it speaks for",
                },
            ),
            (("--remove",), {"type": count, "metavar": "N", "help": "take note number N back"}),
            _NOW,
        ),
    ),
    ("close", "owning:close", "you are close: never warn about this person", (_PERSON, _UNDO, _NOW)),
    (
        "fine",
        "owning:fine",
        "asks of one type are fine for this person",
        (_PERSON, (("type",), {"metavar": "TYPE"}), _UNDO, _NOW),
    ),
    (
        "mute",
        "owning:mute",
        "say nothing about a person or a whole domain, in warnings and digests",
        ((("person",), {"metavar": "PERSON|@DOMAIN"}), _UNDO, _NOW),
    ),
    (
        "review",
        "owning:review",
        "past warnings and what came of them; or your answer to one",
        (
            (("number",), {"nargs": "?", "type": count, "metavar": "N", "help": "the number of a warning"}),
            (
                ("answer",),
                {
                    "nargs": "?",
                    "choices": tuple(ANSWERS),
                    "help": "not-an-ask, close (we are), fine (for them), sent (all the same), kept (back)",
                },
            ),
            (("--reset",), {"action": "store_true", "help": "forget what past warnings taught"}),
            _JSON,
            _NOW,
        ),
    ),
    (
        "merge",
        "owning:merge",
        "two addresses, or two persons, are one",
        (_PERSON, (("other",), {"metavar": "OTHER"}), _NOW),
    ),
    (
        "split",
        "owning:split",
        "an address is somebody else's",
        (_PERSON, (("address",), {"metavar": "ADDRESS"}), _NOW),
    ),
    (
        "forget",
        "caring:forget",
        "take somebody out of the store: no byte of their addresses, name and words stays",
        (
            _PERSON,
            (
                ("--yes",),
                {"action": "store_true", "help": "do not ask; PERSON is a whole address or full name"},
            ),
            (("--for-good",), {"action": "store_true", "help": "take no new mail with them in either"}),
            (("--undo",), {"action": "store_true", "help": "take new mail with ADDRESS in again"}),
            (("--backups",), {"action": "store_true", "help": "delete the backups that hold them, too"}),
        ),
    ),
    (
        "inbound",
        "commands:inbound",
        "who asks favours of you, what they put in before, and how much time it takes",
        (_JSON, _NOW),
    ),
    (
        "digest",
        "commands:digest",
        "whom to invest in today",
        (
            (("--html",), {"action": "store_true", "help": "print it as a page of HTML"}),
            (
                ("--send",),
                {"action": "store_true", "help": "send it by the ways of [digest] deliver, once a day"},
            ),
            (
                ("--secret",),
                {"metavar": "NAME", "help": "keep the password of smtp, or the addresses of apprise"},
            ),
            _JSON,
            _NOW,
        ),
    ),
    (
        "advice",
        "commands:advice",
        "answer a line of the digest by its code: done, snooze, not-important or wrong",
        (
            (("code",), {"metavar": "CODE", "help": "as the digest shows it in brackets"}),
            (("answer",), {"metavar": "ANSWER", "help": "done, snooze, not-important or wrong"}),
            _NOW,
        ),
    ),
    (
        "classify",
        "commands:classify",
        "JSON lines in, what the detectors see out; no store is touched",
        ((("file",), {"nargs": "?", "default": "-", "metavar": "FILE"}),),
    ),
    (
        "evaluate",
        "commands:evaluate",
        "how well the detectors do on labelled lines, and where they are wrong; no store is touched",
        (
            (("file",), {"metavar": "FILE", "help": "- for stdin"}),
            (
                ("--worst",),
                {"type": count, "default": 3, "metavar": "N", "help": "show N mistakes of each outcome"},
            ),
            _JSON,
        ),
    ),
    (
        "status",
        "commands:status",
        "what was read, from where, and what went wrong",
        (
            (
                ("--check",),
                {
                    "action": "store_true",
                    "help": "instead: is the store whole? (1: it is not, 2: could not check)",
                },
            ),
            _JSON,
        ),
    ),
    (
        "backup",
        "caring:backup",
        "copy the store to a file of its own, while others may use it",
        (
            (
                ("file",),
                {
                    "nargs": "?",
                    "type": path,
                    "metavar": "FILE",
                    "help": "a new file, or a folder (default: backups in the home folder; five are kept)",
                },
            ),
            _NOW,
        ),
    ),
    ("rebuild", "commands:rebuild", "derive everything anew from the stored events", (_NOW,)),
    ("export", "commands:export", "every event and signal as JSON lines", ()),
    ("plugins", "commands:plugins", "the detectors, subscribers and connectors that are installed", (_JSON,)),
)
