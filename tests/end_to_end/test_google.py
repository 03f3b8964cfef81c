"""``connect google``, ``sync``, ``status``, ``digest`` and ``disconnect``, as the README tells it."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from calendars import calendars
from conftest_e2e import Goodwill, Ran, environment
from emulate import Google, consent, google
from gmail import serve
from gmail_account import answers, connect, mailbox

ME, BO = "me@home.example", "Bo Sample <bo.sample@there.example>"
ENV = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def letter(number: int, text: str, sender: str = BO, to: str = ME, **more: object) -> dict[str, object]:
    date = f"2026-01-{number:02d}T10:00:00.000Z"
    told = {"id": f"m{number}", "user_email": ME, "from": sender, "to": to, "subject": f"letter {number}"}
    return told | {"body_text": text, "label_ids": ["INBOX"], "date": date} | more


SEED = {
    "users": [{"email": ME, "name": "Me Owner"}],
    "messages": [
        letter(1, "Thank you so much for introducing me to Noor, it made our month!"),
        letter(2, "It was a pleasure.", sender=ME, to=BO, label_ids=["SENT"]),
        letter(3, "Could you introduce me to your editor? I would be very grateful."),
        letter(4, "A draft that says nothing.", sender=ME, to=BO, label_ids=["DRAFT"]),
        letter(5, "You have won a prize, call now!", label_ids=["SPAM"]),
    ],
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Google]:
    with google(tmp_path, SEED) as one:
        yield one


def settle(home: Path, tmp_path: Path, api: str, auth: str, token: str, revoke: str) -> Path:
    """The configuration and the client file that point to a server of the test's."""
    home.mkdir()
    (home / "config.toml").write_text(f'[google]\napi = "{api}"\nrevoke = "{revoke}"\n')
    client = {"client_id": "invented.apps.googleusercontent.com", "client_secret": "invented"}
    path = tmp_path / "client.json"
    path.write_text(json.dumps({"installed": client | {"auth_uri": auth, "token_uri": token}}))
    return path


@pytest.fixture
def client(server: Google, home: Path, tmp_path: Path) -> Path:
    url = server.url
    auth, token = f"{url}/o/oauth2/v2/auth", f"{url}/oauth2/token"
    return settle(home, tmp_path, url, auth, token, f"{url}/oauth2/revoke")


def by_hand(home: Path, *words: object, ended: Callable[[str], str], stdin: str = "") -> Ran:
    """Run ``connect --no-browser``, and paste what ``ended`` makes of the address that it names."""
    command = [sys.executable, "-m", "goodwill", "--home", str(home), "connect", "google", *map(str, words)]
    process = subprocess.Popen(
        [*command, "--no-browser"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | ENV,
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(stdin)
    process.stdin.flush()
    told = ""
    for line in process.stderr:
        told += line
        if line.startswith("http"):
            process.stdin.write(f"{ended(line.strip())}\n")
            process.stdin.flush()
            break
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in told + err
    return Ran(process.returncode, out, told + err)


@pytest.fixture
def connected(home: Path, client: Path) -> Path:
    ran = by_hand(home, "--client", client, ended=lambda url: consent(url, ME))
    assert ran.status == 0, ran.err
    return home


def test_it_says_what_it_asks_for_and_where_the_secret_lies(home: Path, client: Path):
    ran = by_hand(home, "--client", client, ended=lambda url: consent(url, ME))
    assert ran.status == 0
    for told in ("gmail.readonly", "never to change", "'Testing'", "7 days", "secrets.json", f"Gmail: {ME}"):
        assert told in ran.err
    assert f"google:{ME} is connected" in ran.err
    assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600
    assert b"google_refresh_" not in (home / "goodwill.db").read_bytes()


def test_the_right_to_change_is_asked_for_where_it_is_wished_only(home: Path, client: Path):
    def asked(*words: str) -> tuple[str, str]:
        pages: list[str] = []
        ran = by_hand(home, "--client", client, *words, ended=lambda u: pages.append(u) or consent(u, ME))
        assert ran.status == 0, ran.err
        return ran.err, pages[0]

    words, page = asked()
    assert "gmail.readonly" in page
    assert "gmail.modify" not in page + words
    words, page = asked("--mark-drafts")
    assert "gmail.modify" in page
    assert "gmail.readonly" not in page
    assert "write, send and bin mail" in words
    assert "'Goodwill: look again'" in words
    assert "never to change" not in words
    words, _ = asked()  # and it is given back
    assert "never to change" in words


def test_a_mark_by_a_gmail_that_nobody_here_wrote(home: Path, client: Path, server: Google):
    ran = by_hand(home, "--client", client, "--mark-drafts", ended=lambda url: consent(url, ME))
    assert ran.status == 0, ran.err
    with (home / "config.toml").open("a") as config:
        config.write("[drafts]\nwatch = true\nseconds = 20\nmark = true\n")
    fast = Path(__file__).resolve().parents[1] / "servers" / "fast_run.py"
    command = [sys.executable, str(fast), str(home), "20", "1770000000"]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    root = f"{server.url}/gmail/v1/users/me"
    signed = server.signed(ME)

    def get(path: str) -> dict[str, Any]:
        return requests.get(f"{root}/{path}", headers=signed, timeout=20).json()

    try:
        time.sleep(6)  # some looks
        text = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."
        raw = f"From: {ME}\nTo: nia@far.example\nSubject: a thing\n\n{text}\n"
        body = {"message": {"raw": base64.urlsafe_b64encode(raw.encode()).decode()}}
        made = server.post("/gmail/v1/users/me/drafts", body, ME)
        message = f"messages/{made['message']['id']}"
        until = time.monotonic() + 60
        while len(get(message)["labelIds"]) < 2:
            assert process.poll() is None
            assert time.monotonic() < until, "no label came"
            time.sleep(0.2)
        names = {one["id"]: one["name"] for one in get("labels")["labels"]}
        assert "Goodwill: look again" in {names[id_] for id_ in get(message)["labelIds"]}
        kept = base64.urlsafe_b64decode(get(f"{message}?format=raw")["raw"] + "==")
        assert text in kept.decode()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_from_the_client_to_the_first_digest(connected: Path, goodwill: Goodwill, server: Google):
    first = goodwill("sync")
    assert (first.status, first.err) == (0, "")
    assert f"google:{ME}: 3 events met, 3 new." in first.out
    found = json.loads(goodwill("status", "--json").out)
    (account,) = found["accounts"]
    assert (account["account"], account["trouble"], account["pending"]) == (f"google:{ME}", None, 0)
    assert account["reaches"].startswith("2026-01-01")
    assert "up to date since" in goodwill("status").out
    shown = goodwill("show", "bo.sample", "--now", "2026-01-20").out
    assert "you gave an introduction" in shown
    assert "they asked for an introduction" in shown
    digest = goodwill("digest", "--now", "2026-01-20").out
    assert "Bo Sample" in digest
    again = goodwill("sync")
    assert f"google:{ME}: 0 events met, 0 new." in again.out


def test_what_is_new_comes_with_the_next_sync(connected: Path, goodwill: Goodwill, server: Google):
    goodwill("sync")
    raw = f"From: {BO}\nTo: {ME}\nSubject: news\nDate: Wed, 21 Jan 2026 10:00:00 +0000\n\nHello.\n"
    body = {"raw": base64.urlsafe_b64encode(raw.encode()).decode(), "labelIds": ["INBOX"]}
    server.post("/gmail/v1/users/me/messages", body, ME)
    assert "1 events met, 1 new" in goodwill("sync").out.replace("event met", "events met")


def test_by_loopback(home: Path, client: Path, tmp_path: Path):
    """The browser is a script that does what the owner does: consent, and follow to where it ends."""
    browser = tmp_path / "browser"
    servers = Path(__file__).resolve().parents[1] / "servers"
    browser.write_text(
        textwrap.dedent(f"""\
            #!{sys.executable}
            import sys
            sys.path.insert(0, {str(servers)!r})
            import requests
            from emulate import consent
            requests.get(consent(sys.argv[1], {ME!r}), timeout=20)
            """)
    )
    browser.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "goodwill", "--home", home, "connect", "google", "--client", client],
        env=environment() | ENV | {"BROWSER": f"{browser} %s &"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"google:{ME} is connected" in done.stderr


def test_pasted_values_instead_of_a_file(home: Path, client: Path, server: Google):
    config = home / "config.toml"
    more = f'auth = "{server.url}/o/oauth2/v2/auth"\ntoken = "{server.url}/oauth2/token"\n'
    config.write_text(config.read_text() + more)
    values = "invented.apps.googleusercontent.com\ninvented\n"
    ran = by_hand(home, "--only", "mail", stdin=values, ended=lambda url: consent(url, ME))
    assert ran.status == 0, ran.err
    assert "calendar.events.readonly" not in ran.err


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (lambda url: "http://127.0.0.1:1/?error=access_denied&state=x", "you did not allow it"),
        (lambda url: "http://127.0.0.1:1/?code=abc&state=forged", "not the address"),
        (lambda url: "nonsense", "not the address"),
        (lambda url: "", "not the address"),
        (lambda url: consent(url, ME).replace("code=", "code=wrong"), "Google refuses the sign-in"),
    ],
)
def test_a_sign_in_that_fails_is_one_sentence_and_keeps_nothing(home: Path, client: Path, ended, told: str):
    ran = by_hand(home, "--client", client, ended=ended)
    assert ran.status == 2
    assert told in ran.err
    assert not (home / "secrets.json").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no such file"),
        ("{", "is no OAuth client"),
        ('{"web": {}}', "Web application"),
        ('{"installed": {"client_id": "x"}}', "holds no client ID and secret"),
        ("[]", "holds no client ID and secret"),
    ],
)
def test_a_wrong_client_file_is_named(goodwill: Goodwill, tmp_path: Path, content: str | None, told: str):
    path = tmp_path / "client.json"
    if content is not None:
        path.write_text(content)
    ran = goodwill("connect", "google", "--client", path)
    assert (ran.status, told in ran.err) == (2, True)
    assert "Desktop app" in ran.err


def test_a_withdrawn_consent_says_so_and_keeps_everything(
    connected: Path, goodwill: Goodwill, server: Google
):
    goodwill("sync")
    secret = json.loads((connected / "secrets.json").read_text())[f"google:{ME}"]
    requests.post(f"{server.url}/oauth2/revoke", data={"token": secret["refresh_token"]}, timeout=20)
    ran = goodwill("sync")
    assert ran.status == 2
    assert "Sign in again: goodwill connect google" in ran.err
    assert "needs you" in goodwill("status").out
    assert goodwill("show", "bo.sample").status == 0
    assert (
        by_hand(
            connected, "--client", connected.parent / "client.json", ended=lambda u: consent(u, ME)
        ).status
        == 0
    )
    assert f"google:{ME}: 0 events met" in goodwill("sync").out  # it went on from its cursor


def test_after_a_week_the_trap_is_named(connected: Path, goodwill: Goodwill, server: Google):
    goodwill("sync")
    secret = json.loads((connected / "secrets.json").read_text())[f"google:{ME}"]
    requests.post(f"{server.url}/oauth2/revoke", data={"token": secret["refresh_token"]}, timeout=20)
    from datetime import UTC, datetime, timedelta

    later = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    ran = goodwill("sync", "--now", later)
    assert "7 days old" in ran.err
    assert "Publish app" in ran.err


def test_disconnect_withdraws_and_deletes(connected: Path, goodwill: Goodwill, server: Google):
    goodwill("sync")
    secret = json.loads((connected / "secrets.json").read_text())[f"google:{ME}"]
    ran = goodwill("disconnect", "google")
    assert (ran.status, "withdrawn" in ran.err) == (0, True)
    assert not (connected / "secrets.json").exists()
    assert json.loads(goodwill("status", "--json").out)["accounts"] == []
    assert goodwill("show", "bo.sample").status == 0
    form = {"grant_type": "refresh_token", "refresh_token": secret["refresh_token"]}
    assert requests.post(f"{server.url}/oauth2/token", data=form, timeout=20).status_code == 400


def test_without_the_network(connected: Path, goodwill: Goodwill, home: Path):
    goodwill("sync")
    config = home / "config.toml"
    config.write_text('[google]\napi = "http://127.0.0.1:9"\n')
    ran = goodwill("sync")
    assert ran.status == 2
    assert "no connection to 127.0.0.1:9" in ran.err
    assert "waiting until" in goodwill("status").out
    assert goodwill("people").status == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("connect", "gogle"), "no plugin provides providers 'gogle'"),
        (("connect", "google", "--only", "mail", "--calendar", "x"), "Leave one of them out"),
        (("sync",), "goodwill connect google"),
        (("disconnect", "google"), "None is connected"),
    ],
)
def test_wrong_words_are_one_sentence(goodwill: Goodwill, home: Path, words: tuple[str, ...], told: str):
    assert goodwill("import", "--me", ME).status in (0, 2)
    ran = goodwill(*words)
    assert ran.status == 2
    assert told in ran.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[google]\napi = "http://mail.example"\n', "must begin with https://"),
        ("[google]\nunits_per_minute = 3\n", "a whole number from 100"),
        ('[google]\nfoo = "x"\n', "unknown key 'google.foo'"),
        ('google = "x"\n', "must be a table"),
        ('[google."a@x.example"]\nfoo = "x"\n', "line 2"),
    ],
)
def test_a_wrong_configuration_is_named(goodwill: Goodwill, home: Path, text: str, told: str):
    home.mkdir()
    (home / "config.toml").write_text(text)
    ran = goodwill("status")
    assert ran.status == 2
    assert told in ran.err


def test_calendars_only(home: Path, tmp_path: Path, goodwill: Goodwill):
    seed = {"user": {"email": ME, "name": "Me Owner"}, "timeZone": "Europe/Berlin", "events": []}
    with calendars(seed) as world:
        token = f"{world.url}/gw/oauth2.googleapis.com/token"
        revoke = f"{world.url}/gw/oauth2.googleapis.com/revoke"
        client = settle(home, tmp_path, world.api, f"{world.url}/auth", token, revoke)
        lunch = {"dateTime": "2026-03-02T12:00:00+01:00"}, {"dateTime": "2026-03-02T13:00:00+01:00"}
        body = {"summary": "Lunch", "start": lunch[0], "end": lunch[1]}
        attendees = [{"email": "bo.sample@there.example", "displayName": "Bo Sample"}]
        world.call("POST", "", body | {"attendees": attendees})

        def ended(url: str) -> str:
            state = url.partition("state=")[2].partition("&")[0]
            return f"http://127.0.0.1:1/?code={world.token}&state={state}"

        ran = by_hand(home, "--client", client, "--only", "calendar", ended=ended)
        assert ran.status == 0, ran.err
        assert goodwill("sync").status == 0
        assert "1 h together, just the two of you" in goodwill("show", "bo.sample", "--now", "2026-04-01").out
        wrong = by_hand(home, "--client", client, "--only", "calendar", "--calendar", "nope", ended=ended)
        assert "there is no calendar 'nope'" in wrong.err
        world.fail({"tool": "*", "kind": "unavailable", "times": None})
        down = by_hand(home, "--client", client, "--only", "calendar", ended=ended)
        assert (down.status, "Nothing was connected" in down.err) == (2, True)


def test_known_lies_of_emulate(server: Google):
    """What it does otherwise than Google; when one fails the server has learnt it."""
    root = f"{server.url}/gmail/v1/users/me"
    anybody = {"Authorization": "Bearer nobody-gave-this"}
    assert requests.get(f"{root}/messages", headers=anybody, timeout=20).status_code == 200
    assert requests.get(f"{root}/profile", headers=anybody, timeout=20).status_code == 404
    old = requests.get(f"{root}/history?startHistoryId=1", headers=anybody, timeout=20)
    assert old.status_code == 200


def test_the_owner_may_write_and_check_while_a_long_read_goes_on(home: Path, goodwill: Goodwill):
    box = mailbox(400)
    with serve(answers(box)) as url:
        connect(home, url, units=6_000)  # a message every fifth of a second
        command = [sys.executable, "-m", "goodwill", "--home", str(home), "sync"]
        process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            while len(box.fetched) < 120:
                assert process.poll() is None
                time.sleep(0.05)
            assert goodwill("note", "kim399.sample@there.example", "keeps bees").status == 0
            assert "kim399.sample" in goodwill("people").out
            (account,) = json.loads(goodwill("status", "--json").out)["accounts"]
            assert 200 <= account["pending"] <= 350
            second = goodwill("sync")
            assert (second.status, "is reading for" in second.err) == (2, True)
            draft = (
                f"From: {ME}\nTo: new@there.example\nSubject: x\n\nCould you introduce me to your editor?\n"
            )
            checked = goodwill("check", "-", stdin=draft)
            assert (checked.status, "not read to its end" in checked.out) == (0, True)
        finally:
            process.kill()
            process.communicate()


def test_again_reads_everything_anew(connected: Path, goodwill: Goodwill):
    assert "3 events met, 3 new" in goodwill("sync").out
    assert "3 events met, 0 new" in goodwill("sync", "--again").out
    assert "0 events met" in goodwill("sync").out


def test_connecting_once_more_forgets_nothing(connected: Path, goodwill: Goodwill):
    goodwill("sync")
    ran = by_hand(connected, "--client", connected.parent / "client.json", ended=lambda u: consent(u, ME))
    assert ran.status == 0
    (account,) = json.loads(goodwill("status", "--json").out)["accounts"]
    assert account["read"] is not None


def test_nobody_unknown_is_judged_before_the_account_was_read(connected: Path, goodwill: Goodwill):
    draft = f"From: {ME}\nTo: new@there.example\nSubject: x\n\nCould you introduce me to your editor?\n"
    assert goodwill("check", "-", stdin=draft).status == 0
    goodwill("sync")
    assert goodwill("check", "-", stdin=draft).status == 1


def test_no_terminal_and_nonsense_pasted(home: Path, client: Path, goodwill: Goodwill):
    ran = goodwill("connect", "google", "--client", client, "--no-browser")
    assert (ran.status, "nobody answers" in ran.err) == (2, True)
    wrong = by_hand(home, "--client", client, ended=lambda url: "http://[bad?code=1")
    assert (wrong.status, "not the address" in wrong.err) == (2, True)


def test_a_secret_that_is_broken_is_one_sentence(connected: Path, goodwill: Goodwill):
    (connected / "secrets.json").write_text("[]")
    ran = goodwill("sync")
    assert (ran.status, "secrets.json" in ran.err) == (2, True)
