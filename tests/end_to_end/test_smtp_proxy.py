"""``goodwill smtp-proxy`` between a mail program and a mail server that wants STARTTLS and a sign-in."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from conftest_e2e import Goodwill, environment
from letters import ME, mbox, message
from ports import free_port
from post_office import LOGIN, PASSWORD, PostOffice, post_office

STRANGER = "nia@far.example"
ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."
HARMLESS = "The boat is in."


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    home = tmp_path / "home"
    letters = [message(ME, "Ada Sample <ada@there.example>", f"{n}", "Hello.", n, f"m{n}") for n in range(3)]
    words = ["import", str(mbox(tmp_path / "mail.mbox", letters)), "--me", ME]
    command = [sys.executable, "-m", "goodwill", "--home", str(home), *words]
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    (home / "config.toml").write_text(f"[door]\nport = {free_port()}\n")
    return home


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path) as one:
        yield one


@contextmanager
def proxy(
    home: Path, office: PostOffice, trusted: bool = True, server: str = "", tls: str = "starttls"
) -> Iterator[int]:
    """Run it until the block ends; yields its port."""
    port = free_port()
    words = ["smtp-proxy", server or f"localhost:{office.port}", "--port", str(port), "--tls", tls]
    process = subprocess.Popen(
        [sys.executable, "-m", "goodwill", "--home", str(home), *words], stderr=subprocess.PIPE,
        env=environment() | ({"SSL_CERT_FILE": str(office.trusted)} if trusted else {}),
    )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while True:
            try:
                smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        office.proxy = process.pid
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert b"Traceback" not in err, err.decode()
    assert process.returncode == 0


def sign_in(program: smtplib.SMTP, password: str = PASSWORD) -> None:
    """With any letters: Python's own can say ASCII only."""
    program.ehlo()
    said = base64.b64encode(f"\0{LOGIN}\0{password}".encode()).decode()
    code, text = program.docmd("AUTH", f"PLAIN {said}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def send(port: int, text: str, to: tuple[str, ...] = (STRANGER,), login: bool = True) -> None:
    """As a mail program does."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
        if login:
            sign_in(program)
        program.sendmail(ME, list(to), message(ME, to[0], "a thing", text))


def test_harmless_mail_goes_to_whom_it_should(home: Path, office: PostOffice):
    with proxy(home, office) as port:
        send(port, HARMLESS, (STRANGER, "bo@far.example"))
    ((sender, to, raw),) = office.arrived
    assert (sender, to) == (ME, [STRANGER, "bo@far.example"])
    assert HARMLESS.encode() in raw
    assert office.logins == [(LOGIN, PASSWORD)]


def test_an_unearned_ask_is_refused_and_a_link_lets_it_go_once(home: Path, office: PostOffice):
    with proxy(home, office) as port:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(port, ASK)
        assert refused.value.smtp_code == 554
        said = refused.value.smtp_error.decode()
        assert said.startswith("5.7.1 Goodwill holds this back")
        assert "never been in touch" in said
        link = re.search(r"http://127\.0\.0\.1:\d+/once/\S+", said)
        assert link
        asked = requests.get(link[0], timeout=20)  # as a program that looks at links would
        assert asked.status_code == requests.head(link[0], timeout=20).status_code == 200
        # With no-referrer, a browser would send Origin: null with the form.
        assert asked.headers["Referrer-Policy"] == "same-origin"
        assert "default-src 'none'" in asked.headers["Content-Security-Policy"]
        with pytest.raises(smtplib.SMTPDataError):
            send(port, ASK)
        assert (
            requests.post(link[0], headers={"Origin": "https://evil.example"}, timeout=20).status_code == 403
        )
        assert requests.post(link[0], timeout=20).status_code == 200
        with pytest.raises(smtplib.SMTPDataError):
            send(port, ASK.replace("editor", "publisher"))  # another ask
        office.full = True
        with pytest.raises(smtplib.SMTPDataError) as later:
            send(port, ASK)
        assert later.value.smtp_code == 452
        office.full = False
        send(port, ASK)  # it has not gone until now
        with pytest.raises(smtplib.SMTPDataError):
            send(port, ASK)  # once
        assert requests.post(link[0], timeout=20).status_code == 404
    assert len(office.arrived) == 1


def test_the_header_lets_it_go_and_does_not(home: Path, office: PostOffice):
    with proxy(home, office) as port, smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
        sign_in(program)
        program.sendmail(ME, [STRANGER], b"X-Goodwill: send\r\n" + message(ME, STRANGER, "a thing", ASK))
    assert office.mails[0]["X-Goodwill"] is None


def test_what_the_server_says_is_passed_on(home: Path, office: PostOffice):
    office.refuses.add(STRANGER)
    with proxy(home, office) as port:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
            with pytest.raises(smtplib.SMTPAuthenticationError) as wrong:
                program.login(LOGIN, "wrong")
            assert wrong.value.smtp_code == 535
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(port, HARMLESS)
        assert refused.value.recipients[STRANGER] == (550, b"5.1.1 nobody is called so here")
        with pytest.raises(smtplib.SMTPRecipientsRefused) as unsigned:
            send(port, HARMLESS, login=False)
        assert unsigned.value.recipients[STRANGER][0] == 530


def test_every_recipient_has_the_servers_own_answer(home: Path, office: PostOffice):
    office.refuses.add("bo@far.example")
    with proxy(home, office) as port, smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
        sign_in(program)
        to = [STRANGER, "bo@far.example", "cy@far.example"]
        refused = program.sendmail(ME, to, message(ME, STRANGER, "a thing", HARMLESS))
        assert refused == {"bo@far.example": (550, b"5.1.1 nobody is called so here")}
        assert office.arrived[0][1] == [STRANGER, "cy@far.example"]
        program.sendmail(ME, [STRANGER], message(ME, STRANGER, "another", HARMLESS))  # nothing is out of step
        program.sendmail(ME, [STRANGER], message(ME, STRANGER, "long", "x" * 5_000))
    assert len(office.arrived) == 3


def test_without_a_place_for_the_link_it_is_held_all_the_same(home: Path, office: PostOffice):
    (home / "passes.json").write_text("[")
    with proxy(home, office) as port, pytest.raises(smtplib.SMTPDataError) as refused:
        send(port, ASK)
    assert b"X-Goodwill: send" in refused.value.smtp_error


def test_a_mail_in_hand_at_the_end_is_known_to_have_gone(home: Path, office: PostOffice):
    office.slow = 3.0
    with proxy(home, office) as port, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, port, HARMLESS)
        time.sleep(1.5)
        os.kill(office.proxy, signal.SIGTERM)
        sending.result(30)
    assert len(office.arrived) == 1


def test_a_slow_sign_in_holds_up_nobody_else(home: Path, office: PostOffice):
    office.slow_sign_in = 6.0
    with proxy(home, office) as port, ThreadPoolExecutor(1) as pool:
        begun = time.monotonic()
        slow = pool.submit(send, port, HARMLESS)
        time.sleep(1)
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
            assert program.noop()[0] == 250
            assert time.monotonic() - begun < 5
        slow.result(30)
    assert len(office.arrived) == 1


def test_who_hangs_up_while_signing_in_leaves_no_way_open(home: Path, office: PostOffice):
    office.slow_sign_in = 2.0
    with proxy(home, office) as port:
        with socket.create_connection(("127.0.0.1", port), 20) as program, program.makefile("rb") as answers:
            said = base64.b64encode(f"\0{LOGIN}\0{PASSWORD}".encode())
            assert answers.readline().startswith(b"220")
            program.sendall(b"EHLO me\r\n")
            while not answers.readline().startswith(b"250 "):
                pass
            program.sendall(b"AUTH PLAIN " + said + b"\r\n")
            time.sleep(1)
        time.sleep(2)
        office.slow_sign_in = 0.0
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(port, HARMLESS, login=False)
        assert refused.value.recipients[STRANGER][0] == 530


@pytest.mark.parametrize("slow", ["slow", "slow_sign_in"])
def test_who_hangs_up_while_the_server_is_slow_holds_up_nobody(home: Path, office: PostOffice, slow: str):
    setattr(office, slow, 8.0)
    with proxy(home, office) as port:
        program = socket.create_connection(("127.0.0.1", port), 20)
        said = base64.b64encode(f"\0{LOGIN}\0{PASSWORD}".encode()).decode()
        mail = f"MAIL FROM:<{ME}>\r\nRCPT TO:<{STRANGER}>\r\nDATA\r\nSubject: x\r\n\r\nThe boat.\r\n.\r\n"
        for line in ("EHLO me\r\n", f"AUTH PLAIN {said}\r\n", *mail.splitlines(keepends=True)):
            program.sendall(line.encode())
            time.sleep(0.3)
        time.sleep(1)
        program.close()
        time.sleep(0.5)
        begun = time.monotonic()
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as other:
            assert other.noop()[0] == 250
        assert time.monotonic() - begun < 3


def test_nobody_who_was_accepted_is_lost_when_the_server_breaks_off(home: Path, tmp_path: Path):
    (tmp_path / "open").mkdir()
    with post_office(tmp_path / "open", secure=False) as office, proxy(home, office, tls="none") as port:
        office.drops = "bo@far.example"
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
            raw = message(ME, STRANGER, "a thing", HARMLESS)
            with pytest.raises(smtplib.SMTPException, match="has broken off"):
                program.sendmail(ME, [STRANGER, office.drops, "cy@far.example"], raw)
        office.drops = ""
        assert office.arrived == []
        send(port, HARMLESS, (STRANGER, "cy@far.example"), login=False)
    assert office.arrived[0][1] == [STRANGER, "cy@far.example"]


def test_one_refusal_costs_nobody_else(home: Path, office: PostOffice):
    with proxy(home, office) as port, smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
        sign_in(program)
        raw = message(ME, STRANGER, "a thing", HARMLESS)
        office.full = True
        with pytest.raises(smtplib.SMTPDataError):
            program.sendmail(ME, [STRANGER], raw)
        office.full = False
        program.sendmail(ME, [STRANGER], raw)
        assert program.mail(ME, ["SMTPUTF8"])[0] == 250
        program.command_encoding = "utf-8"
        assert [program.rcpt(one)[0] for one in (STRANGER, "jürg@far.example", "cy@far.example")][::2] == [
            250
        ] * 2
        assert program.data(raw)[0] == 250
    assert {STRANGER, "cy@far.example"} <= set(office.arrived[-1][1])


def test_leave_holds_for_one_of_several_at_once(home: Path, office: PostOffice):
    with proxy(home, office) as port, ThreadPoolExecutor(3) as pool:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(port, ASK)
        link = re.search(r"http://127\.0\.0\.1:\d+/once/\S+", refused.value.smtp_error.decode())
        assert link
        assert requests.post(link[0], timeout=20).status_code == 200
        office.slow = 3.0
        sending = [pool.submit(send, port, ASK) for _ in range(3)]
        failed = [isinstance(one.exception(60), smtplib.SMTPDataError) for one in sending]
    assert sorted(failed) == [False, True, True]
    assert len(office.arrived) == 1


def test_it_ends_although_the_server_says_nothing(home: Path, office: PostOffice):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with proxy(home, office, server=f"127.0.0.1:{silent.getsockname()[1]}", tls="none") as port:
            program = socket.create_connection(("127.0.0.1", port), 20)
            program.sendall(f"EHLO me\r\nMAIL FROM:<{ME}>\r\nRCPT TO:<{STRANGER}>\r\n".encode())
            time.sleep(2)
            begun = time.monotonic()
        assert time.monotonic() - begun < 15
        program.close()


def test_where_nobody_signs_in_that_is_said(home: Path, tmp_path: Path):
    (tmp_path / "open").mkdir()
    with post_office(tmp_path / "open", secure=False) as office, proxy(home, office, tls="none") as port:
        with pytest.raises(smtplib.SMTPException, match="offers no sign-in"):
            send(port, HARMLESS)
        send(port, HARMLESS, login=False)
    assert len(office.arrived) == 1


def test_a_page_in_a_browser_is_sent_away(home: Path, office: PostOffice):
    with proxy(home, office) as port, socket.create_connection(("127.0.0.1", port), 20) as page:
        told = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nMAIL FROM:<me@home.example>\r\n"
        page.sendall(told)
        answers = b"".join(iter(lambda: page.recv(4096), b""))
    assert answers.splitlines()[1].startswith(b"421 ")
    assert len(answers.splitlines()) == 2


def test_the_link_leads_to_an_open_door_or_is_not_there(home: Path, office: PostOffice):
    port_of_door = int((home / "config.toml").read_text().rpartition("= ")[2])
    with (
        socket.create_server(("127.0.0.1", port_of_door)),
        proxy(home, office) as port,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        send(port, ASK)
    assert b"/once/" not in refused.value.smtp_error
    assert b"X-Goodwill: send" in refused.value.smtp_error


def test_a_password_may_have_any_letters(home: Path, office: PostOffice):
    office.password = "pä 密"
    with proxy(home, office) as port, smtplib.SMTP("127.0.0.1", port, timeout=60) as program:
        sign_in(program, office.password)
    assert office.logins == [(LOGIN, office.password)]


def test_a_password_stays_nowhere(home: Path, office: PostOffice):
    with proxy(home, office) as port:
        send(port, HARMLESS)
        for path in home.iterdir():
            assert path.is_socket() or PASSWORD.encode() not in path.read_bytes(), path


def test_a_foreign_certificate_is_not_trusted(home: Path, office: PostOffice):
    with proxy(home, office, trusted=False) as port, pytest.raises(smtplib.SMTPException) as failed:
        send(port, HARMLESS)
    assert "certificate" in str(failed.value)
    assert office.logins == []


def test_a_server_that_is_away_is_waited_for(home: Path, office: PostOffice):
    with proxy(home, office, server=f"localhost:{free_port()}") as port:
        with pytest.raises(smtplib.SMTPException) as failed:
            send(port, HARMLESS, login=False)
        assert "451" in str(failed.value)


@pytest.mark.parametrize(
    "server", ["", ":25", "smtp.example.com:x", "smtp.example.com:0", "::1", "smtp://smtp.example.com:587"]
)
def test_what_names_no_server(home: Path, goodwill: Goodwill, server: str):
    ran = goodwill("smtp-proxy", server)
    assert ran.status == 2
    assert ran.err.count("\n") == 1


def test_msmtp(home: Path, office: PostOffice, tmp_path: Path):
    msmtp = shutil.which("msmtp")
    if msmtp is None:
        pytest.skip("msmtp is not here: apt-get install msmtp")
    with proxy(home, office) as port:
        rc = tmp_path / "msmtprc"
        rc.write_text(
            f"account default\nhost 127.0.0.1\nport {port}\nfrom {ME}\nauth plain\nuser {LOGIN}\n"
            f"password {PASSWORD}\ntls off\n"
        )
        rc.chmod(0o600)

        def run(text: str) -> subprocess.CompletedProcess[bytes]:
            raw = message(ME, STRANGER, "a thing", text)
            return subprocess.run([msmtp, f"--file={rc}", "-t"], input=raw, capture_output=True, check=False)

        assert run(HARMLESS).returncode == 0
        held = run(ASK)
        assert held.returncode != 0
        assert b"5.7.1 Goodwill holds this back" in held.stderr
    assert len(office.arrived) == 1


def test_git_send_email(home: Path, office: PostOffice, tmp_path: Path):
    identity = {"GIT_AUTHOR_NAME": "Me", "GIT_AUTHOR_EMAIL": ME, "GIT_COMMITTER_NAME": "Me"}
    env = os.environ | identity | {"GIT_COMMITTER_EMAIL": ME, "HOME": str(tmp_path)}

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
        )

    if "send-email" not in git("help", "-a").stdout:
        pytest.skip("git send-email is not here: apt-get install git-email")
    git("init", "-q")
    (tmp_path / "file").write_text("boat")
    git("add", "file")
    assert git("commit", "-qm", f"Add a file\n\n{ASK}").returncode == 0
    made = git("format-patch", "-1", "-o", str(tmp_path / "patches")).stdout.strip()
    with proxy(home, office) as port:
        words = [
            "--smtp-server=127.0.0.1", f"--smtp-server-port={port}", f"--smtp-user={LOGIN}",
            f"--smtp-pass={PASSWORD}", "--smtp-auth=PLAIN", f"--to={STRANGER}", "--confirm=never",
        ]  # fmt: skip
        held = git("send-email", *words, made)
        assert held.returncode != 0
        assert "5.7.1" in held.stderr + held.stdout, held.stderr
    assert office.arrived == []
