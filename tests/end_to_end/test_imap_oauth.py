"""``connect imap --sign-in``: tokens of the fakes of Google and Microsoft, checked by a real Dovecot."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from background import running, until
from conftest_e2e import Goodwill, Ran, environment
from dovecot import USER, Dovecot, dovecot
from emulate import consent, google
from graph import Graph
from microsoft_world import SEED, World, microsoft
from test_google import by_hand
from test_imap import TICK, letter, stored
from token_check import TokenCheck, token_check

ME = USER
SHARED = "office@home.example"
BACK = {"google": "http://127.0.0.1:1/", "microsoft": "http://localhost:1/"}
AGAIN = f"ign in again: goodwill connect imap {ME} --sign-in"


@dataclass
class Signing:
    """A provider to sign in with, a mail server that takes its tokens, and a home."""

    provider: str
    home: Path
    server: Dovecot
    check: TokenCheck
    consent: Callable[[str], str]
    withdraw: Callable[[str], None]
    environment: dict[str, str]
    connect_api: Callable[[], Ran]
    pages: list[str] = field(default_factory=list)

    @property
    def account(self) -> str:
        return f"imap:{ME}"

    @property
    def secret(self) -> dict[str, Any]:
        return json.loads((self.home / "secrets.json").read_text())[self.account]

    @property
    def refresh_token(self) -> str:
        if self.provider == "google":
            return str(self.secret["refresh_token"])
        (token,) = json.loads(self.secret["tokens"])["RefreshToken"].values()
        return str(token["secret"])

    def run(self, *words: object, stdin: str = "") -> Ran:
        done = subprocess.run(
            self._command(*words), env=self.environment, input=stdin, capture_output=True, text=True,
            timeout=90, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def connect(self, *words: object, address: str = ME) -> Ran:
        """Run ``connect imap --sign-in --no-browser``, and paste where consent ends."""
        where = ("--server", f"127.0.0.1:{self.server.port}", "--tls", "none", "--no-browser")
        command = self._command("connect", "imap", address, "--sign-in", self.provider, *where, *words)
        process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            if line.startswith("http"):
                self.pages.append(line.strip())
                process.stdin.write(self.consent(line.strip()) + "\n")
                process.stdin.flush()
                break
        out, err = process.communicate(timeout=90)
        assert "Traceback" not in told + err
        return Ran(process.returncode, out, told + err)

    def _command(self, *words: object) -> list[str]:
        return [sys.executable, "-m", "goodwill", "--home", str(self.home), *map(str, words)]


@contextmanager
def by_google(folder: Path, home: Path) -> Iterator[Signing]:
    with (
        google(folder, SEED) as one,
        token_check(f"{one.url}/oauth2/v2/userinfo") as check,
        dovecot(more=check.more) as server,
    ):
        home.mkdir()
        revoke = f"{one.url}/oauth2/revoke"
        (home / "config.toml").write_text(
            f'[google]\napi = "{one.url}"\nrevoke = "{revoke}"\n\n[imap]\nrevoke = "{revoke}"\n'
        )
        client = {"client_id": "invented.apps.googleusercontent.com", "client_secret": "invented-secret"}
        client |= {"auth_uri": f"{one.url}/o/oauth2/v2/auth", "token_uri": f"{one.url}/oauth2/token"}
        path = folder / "client.json"
        path.write_text(json.dumps({"installed": client}))

        def connect_api() -> Ran:
            return by_hand(home, "--client", path, ended=lambda url: consent(url, ME))

        def withdraw(token: str) -> None:
            requests.post(revoke, data={"token": token}, timeout=20)

        yield Signing(
            "google", home, server, check, lambda url: consent(url, ME), withdraw, environment(), connect_api
        )


@contextmanager
def by_microsoft(folder: Path, home: Path) -> Iterator[Signing]:
    with microsoft(folder, home, Graph()) as world:
        yield from _microsoft(world)


def _microsoft(world: World) -> Iterator[Signing]:
    with (
        token_check(f"{world.auth}/oidc/userinfo", world.trusted) as check,
        dovecot(more=check.more) as server,
    ):

        def withdraw(token: str) -> None:
            url = f"{world.auth}/oauth2/v2.0/revoke"
            requests.post(url, data={"token": token}, timeout=20, verify=str(world.trusted))

        yield Signing(
            "microsoft", world.home, server, check, world.consent, withdraw, world.environment, world.by_hand
        )


@pytest.fixture(params=["google", "microsoft"])
def signing(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Iterator[Signing]:
    with (by_google if request.param == "google" else by_microsoft)(tmp_path, home) as one:
        ran = one.connect_api()
        assert ran.status == 0, ran.err
        for number in range(3):
            one.server.add(letter(number, "Bo Sample <bo.sample@there.example>", ME, "Thank you!"))
        yield one


def test_from_the_consent_to_the_ledger(signing: Signing):
    before = signing.server.everything()
    ran = signing.connect()
    assert ran.status == 0, ran.err
    right = {"google": "https://mail.google.com/", "microsoft": "IMAP.AccessAsUser.All"}[signing.provider]
    for told in (right, "delete", "no smaller right", "for reading only", f"{ME}: 3 mails", "secrets.json"):
        assert told in ran.err
    assert f"client of {signing.provider}:{ME} is used" in ran.err
    (page,) = signing.pages
    assert right.rpartition("/")[2] in page
    assert "User.Read" not in page
    assert "readonly" not in page
    assert signing.run("sync", signing.account).out == f"{signing.account}: 3 events met, 3 new.\n"
    assert json.loads(signing.run("show", "bo.sample", "--json").out)["heard"] == 3
    assert "XOAUTH2" in (signing.server.folder / "dovecot.log").read_text()
    assert signing.server.everything() == before


def test_no_secret_lies_anywhere_but_with_the_secrets(signing: Signing):
    ran = signing.connect()
    told = [ran.out, ran.err]
    told += [text for words in (("sync",), ("status",), ("doctor",)) for text in outputs(signing.run(*words))]
    told += [
        path.read_bytes().decode("utf-8", "replace")
        for path in signing.home.rglob("*")
        if path.is_file() and path.name != "secrets.json"
    ]
    known = (signing.refresh_token, *signing.check.asked, "invented-secret")
    assert len(signing.check.asked) >= 2
    assert not [secret for secret in known for text in told if secret in text]
    assert (signing.home / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_token_that_is_refused_is_renewed_once(signing: Signing):
    assert signing.connect().status == 0
    signing.check.asked.clear()
    signing.check.refuse = 1
    assert signing.run("sync", signing.account).out == f"{signing.account}: 3 events met, 3 new.\n"
    first, second = signing.check.asked
    assert first != second
    signing.check.refuse = 2
    ran = signing.run("sync", signing.account)
    assert (ran.status, f"does not let {ME} in" in ran.err, AGAIN in ran.err) == (2, True, True), ran.err
    assert signing.check.refuse == 0
    assert signing.run("sync", signing.account).status == 0


def test_a_token_of_an_hour_ago_is_not_shown_to_the_server(signing: Signing):
    assert signing.connect().status == 0
    old = list(signing.check.asked)
    if signing.provider == "microsoft":  # Google's is in no file
        age(signing)
    assert signing.run("sync", signing.account).status == 0
    assert set(signing.check.asked[len(old) :]).isdisjoint(old)
    assert signing.run("sync", signing.account).status == 0, "what was renewed is kept"


def outputs(ran: Ran) -> tuple[str, str]:
    return ran.out, ran.err


def age(signing: Signing) -> None:
    path = signing.home / "secrets.json"
    secrets = json.loads(path.read_text())
    tokens = json.loads(secrets[signing.account]["tokens"])
    for one in tokens["AccessToken"].values():
        one["expires_on"] = one["cached_at"]
    secrets[signing.account]["tokens"] = json.dumps(tokens)
    path.write_text(json.dumps(secrets))


def test_a_sign_in_that_is_withdrawn_needs_the_owner_and_goes_on_after(signing: Signing):
    assert signing.connect().status == 0
    assert signing.run("sync", signing.account).status == 0
    for token in (signing.refresh_token, *signing.check.asked):
        signing.withdraw(token)
    ran = signing.run("sync", signing.account)
    assert (ran.status, f"{AGAIN} {signing.provider}" in ran.err) == (2, True), ran.err
    assert "needs you" in signing.run("status").out
    assert signing.run("show", "bo.sample").status == 0
    assert signing.connect().status == 0
    assert signing.run("sync", signing.account).out == f"{signing.account}: 0 events met, 0 new.\n"


def test_a_shared_mailbox_by_ones_own_sign_in(signing: Signing):
    refused = signing.connect(address=SHARED)
    assert (refused.status, f"does not let {SHARED} in" in refused.err) == (2, True)
    assert f"imap:{SHARED}" not in (signing.home / "secrets.json").read_text()
    signing.check.opens = {ME: SHARED}
    assert signing.connect(address=SHARED).status == 0
    assert f"imap:{SHARED}: 3 events met" in signing.run("sync", f"imap:{SHARED}").out
    named = signing.connect("--user", SHARED)
    assert named.status == 0, named.err
    assert "3 events met" in signing.run("sync", signing.account).out


@pytest.mark.parametrize("signing", ["google"], indirect=True)  # the line does not know who signed it
def test_new_mail_is_heard_as_it_comes_in(signing: Signing, monkeypatch: pytest.MonkeyPatch):
    assert signing.connect().status == 0
    for name, value in signing.environment.items():
        monkeypatch.setenv(name, value)
    with (signing.home / "config.toml").open("a") as config:
        config.write("\n[run]\nminutes = 600\n[door]\nopen = false\n")
    with running(signing.home):
        until(lambda: all(one["read"] for one in json.loads(signing.run("status", "--json").out)["accounts"]))
        time.sleep(TICK)
        mails = stored(signing.home)
        signing.server.add(letter(9, "bo.sample@there.example", ME, "The boat is in."))
        until(lambda: stored(signing.home) == mails + 1, 20)


def test_disconnect_withdraws_what_it_can(signing: Signing):
    assert signing.connect().status == 0
    token = signing.refresh_token
    ran = signing.run("disconnect", signing.account)
    assert ran.status == 0
    if signing.provider == "google":
        assert f"it would end google:{ME} too" in ran.err
        assert signing.run("sync", f"google:{ME}").status == 0
        assert signing.connect().status == 0
        assert f"it would end {signing.account} too" in signing.run("disconnect", f"google:{ME}").err
        token = signing.refresh_token
        assert "has withdrawn the sign-in" in signing.run("disconnect", signing.account).err
        form = {"grant_type": "refresh_token", "refresh_token": token}
        url = signing.check.whose.replace("/v2/userinfo", "/token")
        assert requests.post(url, data=form, timeout=20).status_code == 400
    else:
        assert "remove Goodwill at" in ran.err
        assert token not in (signing.home / "secrets.json").read_text()


def test_what_is_connected_by_imap_lends_its_client_too(signing: Signing):
    assert signing.connect().status == 0
    assert signing.run("disconnect", f"{signing.provider}:{ME}").status == 0
    ran = signing.connect()
    assert ran.status == 0, ran.err
    assert f"client of {signing.account} is used" in ran.err


def test_a_consent_that_is_refused_keeps_nothing(signing: Signing):
    def refuse(url: str) -> str:
        state = url.partition("state=")[2].partition("&")[0]
        return f"{BACK[signing.provider]}?error=access_denied&state={state}"

    signing.consent = refuse
    ran = signing.connect()
    assert (ran.status, "you did not allow it" in ran.err, AGAIN in ran.err) == (2, True, True), ran.err
    assert signing.account not in (signing.home / "secrets.json").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("imap", ME, "--sign-in", "google"),
            "Connect one first, any address will do: goodwill connect google",
        ),
        (("imap", ME, "--sign-in", "microsoft"), "no account of Microsoft is connected"),
        (("imap", ME, "--sign-in", "yahoo"), "invalid choice: 'yahoo'"),
        (("imap", ME, "--no-browser"), "--no-browser is about a sign-in"),
        (("imap", ME, "--sign-in", "google", "--device-code"), "--device-code is Microsoft's"),
        (("imap", ME, "--sign-in", "microsoft", "--device-code", "--no-browser"), "Leave one of them out"),
        (("imap", ME, "--sign-in", "google", "--server", "far.example", "--tls", "none"), "encryption"),
        (("google", "--sign-in", "google"), "--sign-in means nothing to google"),
    ],
)
def test_wrong_words_are_one_sentence(goodwill: Goodwill, words: tuple[str, ...], told: str):
    ran = goodwill("connect", *words)
    assert (ran.status, told in ran.err) == (2, True), ran.err
    assert "Traceback" not in ran.err


def test_a_server_that_takes_no_tokens_says_so(signing: Signing):
    with dovecot() as plain:
        signing.server = plain
        ran = signing.connect()
    assert (ran.status, "by XOAUTH2" in ran.err) == (2, True), ran.err
