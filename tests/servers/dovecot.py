"""Dovecot, as Debian has it, for one mailbox of a test: on this machine only, in a folder of its own."""

from __future__ import annotations

import getpass
import grp
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from imapclient import IMAPClient
from ports import free_port

USER, PASSWORD = "me@home.example", "correct-horse"
PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_location = maildir:{folder}/home/mail:LAYOUT=fs
mail_max_userip_connections = 50
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure}
    ssl = {implicit}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Dovecot:
    """A running server: ``port`` speaks plainly (or STARTTLS), ``secure`` TLS from the first byte."""

    folder: Path
    port: int
    secure: int
    process: subprocess.Popen[bytes] | None = None
    certificate: tuple[Path, Path] | None = None
    more: str = ""
    clients: list[IMAPClient] = field(default_factory=list)

    def start(self) -> None:
        """Start the server, and wait until it listens."""
        user, login, internal, group = _whom()
        shown = ""
        if self.certificate:
            shown = f"ssl_cert = <{self.certificate[0]}\nssl_key = <{self.certificate[1]}"
        text = _CONFIG.format(
            folder=self.folder, user=user, login=login, internal=internal, group=group, password=PASSWORD,
            port=self.port, secure=self.secure if self.certificate else 0, certificate=shown,
            ssl="yes" if self.certificate else "no", implicit="yes" if self.certificate else "no",
        )  # fmt: skip
        (self.folder / "run").mkdir(exist_ok=True)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        shutil.chown(home, user, group)
        for left in (self.folder / "run").glob("*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        path = self.folder / "dovecot.conf"
        path.write_text(text + self.more)
        self.process = subprocess.Popen(
            [str(PROGRAM), "-F", "-c", str(path)], stderr=subprocess.PIPE, start_new_session=True
        )
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                log = self.folder / "dovecot.log"
                told = log.read_text() if log.exists() else ""
                if self.process.poll() is not None:
                    told += self.process.stderr.read().decode() if self.process.stderr else ""
                    raise AssertionError(told) from None
                assert time.monotonic() < end, told
                time.sleep(0.05)

    def stop(self) -> None:
        """End the server with all its connections, as when the machine is switched off."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate(timeout=20)
            self.process = None

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """The owner's own mail program."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30) as client:
            client.login(USER, PASSWORD)
            yield client

    def add(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Deliver a mail."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, (), at)

    def everything(self) -> dict[str, object]:
        """All that the server holds: names, flags, UIDs and bytes."""
        found: dict[str, object] = {}
        with self.client() as client:
            for flags, _, name in client.list_folders():
                if {rb"\NonExistent", rb"\Noselect"}.intersection(flags):
                    continue
                told = client.select_folder(name, readonly=True)
                uids = client.search("ALL")
                mails = client.fetch(uids, ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"]) if uids else {}
                found[name] = (told[b"UIDVALIDITY"], told[b"UIDNEXT"], told[b"RECENT"], dict(mails))
        return found

    def files(self) -> dict[str, bytes]:
        """The mails as they lie on the disk: what is marked stands in their names."""
        mails = (self.folder / "home").rglob("*/*")
        return {
            str(path): path.read_bytes()
            for path in mails
            if path.parent.name in ("cur", "new") and path.is_file()
        }


def _whom() -> tuple[str, str, str, str]:
    """Whose the mail is, who takes logins, who does the rest, and their group: for root never root itself."""
    if os.getuid():
        user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
        return user, user, user, group
    return "dovecot", "dovenull", "dovecot", "dovecot"


@contextmanager
def dovecot(certificate: tuple[Path, Path] | None = None, more: str = "") -> Iterator[Dovecot]:
    """A running Dovecot; skips the test where the program is missing."""
    if PROGRAM is None:
        pytest.skip("dovecot is not installed: apt-get install dovecot-imapd")
    with TemporaryDirectory(prefix="dovecot") as name:  # pytest's folders let no other user in
        Path(name).chmod(0o755)
        one = Dovecot(Path(name), free_port(), free_port(), certificate=certificate, more=more)
        one.start()
        try:
            yield one
        finally:
            one.stop()
