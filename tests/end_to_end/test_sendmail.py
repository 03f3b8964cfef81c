"""``goodwill sendmail`` behind mutt and git send-email, and before msmtp; all of them the real ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from conftest_e2e import environment
from door import served
from letters import ME, mbox, message
from post_office import PostOffice, post_office

STRANGER = "nia@far.example"
ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."


def needs(program: str, package: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not here: apt-get install {package}")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    letters = [message(ME, "Ada Sample <ada@there.example>", f"{n}", "Hello.", n, f"m{n}") for n in range(3)]
    words = ["import", str(mbox(tmp_path / "mail.mbox", letters)), "--me", ME]
    command = [sys.executable, "-m", "goodwill", "--home", str(home), *words]
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    return home


@pytest.fixture
def office(tmp_path: Path, home: Path) -> Iterator[PostOffice]:
    msmtp = needs("msmtp", "msmtp")
    with post_office(tmp_path, secure=False) as one:
        rc = tmp_path / "msmtprc"
        rc.write_text(f"account default\nhost 127.0.0.1\nport {one.port}\nfrom {ME}\n")
        rc.chmod(0o600)
        (home / "config.toml").write_text(f'[send]\nsendmail = ["{msmtp}", "--file={rc}"]\n')
        yield one


def wrapper(tmp_path: Path, home: Path) -> Path:
    """What a user would have on the PATH."""
    script = tmp_path / "goodwill-sendmail"
    roots = environment()["PYTHONPATH"]
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{roots}" exec "{sys.executable}" -m goodwill --home "{home}" sendmail "$@"\n'
    )
    script.chmod(0o755)
    return script


def send(home: Path, raw: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "goodwill", "--home", str(home), "sendmail", *words]
    done = subprocess.run(command, env=environment(), input=raw, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def asking(to: str = STRANGER) -> bytes:
    return message(ME, to, "a thing", ASK)


def test_harmless_mail_goes_as_it_is(home: Path, office: PostOffice):
    raw = message(ME, STRANGER, "boat", "The boat is in.")
    done = send(home, raw, "-oi", "-f", ME, "--", STRANGER)
    assert (done.returncode, done.stderr) == (0, b"")
    ((sender, to, arrived),) = office.arrived
    assert (sender, to) == (ME, [STRANGER])
    assert arrived.replace(b"\r\n", b"\n").endswith(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2])


def test_an_unearned_ask_is_held_back_with_its_reason(home: Path, office: PostOffice):
    done = send(home, asking(), "-t", "-oi")
    assert done.returncode == 75
    assert b"never been in touch" in done.stderr
    assert b"--anyway" in done.stderr
    assert office.arrived == []


@pytest.mark.parametrize("how", ["flag", "header"])
def test_one_word_lets_it_go(home: Path, office: PostOffice, how: str):
    raw = asking() if how == "flag" else b"X-Goodwill: send\n" + asking()
    done = send(home, raw, *(["--anyway"] if how == "flag" else []), "-t")
    assert done.returncode == 0, done.stderr
    (mail,) = office.mails
    assert mail["X-Goodwill"] is None
    assert "introduce me" in str(mail.get_payload())


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_folded_header_leaves_no_trace(home: Path, office: PostOffice, place: str):
    head, _, body = asking().partition(b"\n\n")
    leave = b"X-Goodwill:\n send"
    raw = b"\n".join([leave, head] if place == "first" else [head, leave]) + b"\n\n" + body
    assert send(home, raw, "-t").returncode == 0
    (mail,) = office.mails
    assert mail["Subject"] == "a thing"
    assert mail["X-Goodwill"] is None


def test_who_writes_to_the_store_lets_no_ask_through(home: Path, office: PostOffice):
    from filelock import FileLock

    with FileLock(home / "goodwill.lock"):
        done = send(home, asking(), "-t")
    assert done.returncode == 75
    assert b"could not be written down" in done.stderr


def test_it_does_not_call_itself_for_ever(home: Path, tmp_path: Path):
    (home / "config.toml").write_text(f'[send]\nsendmail = ["{wrapper(tmp_path, home)}"]\n')
    done = send(home, message(ME, STRANGER, "boat", "The boat is in."), "-t")
    assert done.returncode == 2
    assert b"Goodwill again" in done.stderr


def test_what_is_no_mail_goes_straight_to_the_real_program(home: Path, office: PostOffice):
    done = send(home, b"", "-bp")
    assert b"Traceback" not in done.stderr
    assert done.returncode != 75


def test_whom_only_the_envelope_names_counts(home: Path, office: PostOffice):
    done = send(home, asking("undisclosed-recipients:;"), "-f", ME, STRANGER)
    assert b"nia@far.example: premature" in done.stderr
    assert done.returncode == 75


def test_the_senders_own_failure_is_told_as_it_is(home: Path, office: PostOffice):
    office.refuses.add(STRANGER)
    done = send(home, message(ME, STRANGER, "boat", "The boat is in."), "--", STRANGER)
    assert done.returncode not in (0, 75)
    assert b"550" in done.stderr


def test_it_fails_open(home: Path, office: PostOffice):
    (home / "goodwill.db").write_bytes(b"this is no database" * 100)
    done = send(home, asking(), "-t")
    assert done.returncode == 0
    assert b"the mail goes unchecked" in done.stderr
    assert len(office.arrived) == 1


def test_nobody_who_sends(home: Path, tmp_path: Path):
    (home / "config.toml").write_text('[send]\nsendmail = ["/nowhere/msmtp"]\n')
    done = send(home, asking(), "--anyway", "-t")
    assert done.returncode == 2
    assert b"[send] sendmail" in done.stderr


def test_it_asks_the_open_door(home: Path, office: PostOffice):
    with served(home):
        assert send(home, asking(), "-t").returncode == 75
        assert send(home, message(ME, STRANGER, "boat", "The boat is in."), "-t").returncode == 0
    assert len(office.arrived) == 1


def test_mutt(home: Path, office: PostOffice, tmp_path: Path):
    """It keeps what was held back, and says why."""
    mutt = needs("mutt", "mutt")
    rc = tmp_path / "muttrc"
    rc.write_text(
        f'set sendmail="{wrapper(tmp_path, home)}"\nset from="{ME}"\nset use_envelope_from=yes\n'
        f'set record=""\nset sendmail_wait=0\nset folder="{tmp_path}"\n'
    )

    def write(to: str, text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [mutt, "-n", "-F", str(rc), "-s", "a thing", "--", to], input=text, text=True,
            capture_output=True, timeout=60, check=False, env=os.environ | {"HOME": str(tmp_path)},
        )  # fmt: skip

    assert write(STRANGER, "The boat is in.").returncode == 0
    assert len(office.arrived) == 1
    held = write(STRANGER, ASK)
    assert held.returncode != 0
    assert "never been in touch" in held.stdout + held.stderr
    assert len(office.arrived) == 1


def git(tmp_path: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    identity = {"GIT_AUTHOR_NAME": "Me", "GIT_AUTHOR_EMAIL": ME, "GIT_COMMITTER_NAME": "Me"}
    env = os.environ | identity | {"GIT_COMMITTER_EMAIL": ME, "HOME": str(tmp_path), "PYTHONPATH": ""} | more
    return subprocess.run(
        ["git", *words], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def patch(tmp_path: Path, text: str) -> Path:
    """A patch whose message asks for something."""
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text(text)
    git(tmp_path, "add", "file")
    assert git(tmp_path, "commit", "-qm", f"Add a file\n\n{text}").returncode == 0
    made = git(tmp_path, "format-patch", "-1", "-o", str(tmp_path / "patches"))
    return Path(made.stdout.strip())


def mail(office: PostOffice) -> Message:
    return office.mails[-1]


def test_git_send_email(home: Path, office: PostOffice, tmp_path: Path):
    if not re.search(r"send-email", git(tmp_path, "help", "-a").stdout):
        pytest.skip("git send-email is not here: apt-get install git-email")
    script = wrapper(tmp_path, home)

    def send_email(text: str) -> subprocess.CompletedProcess[str]:
        words = [f"--sendmail-cmd={script}", f"--to={STRANGER}", "--confirm=never", "--quiet"]
        return git(tmp_path, "send-email", *words, str(patch(tmp_path, text)))

    sent = send_email("The boat is in.")
    assert sent.returncode == 0, sent.stderr
    assert mail(office)["Subject"] == "[PATCH] Add a file"
    held = send_email(ASK)
    assert held.returncode != 0
    assert "never been in touch" in held.stderr
    assert len(office.arrived) == 1
