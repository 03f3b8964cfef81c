"""``connect microsoft``, ``sync``, ``status``, ``digest`` and ``disconnect``, as the README tells it."""

from __future__ import annotations

import json
import stat
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from graph import ME, Graph
from microsoft_world import CLIENT, World, microsoft

BO = ("bo.sample@there.example", "Bo Sample")
SIGN_IN = "Sign in again: goodwill connect microsoft"


def written(day: int) -> int:
    return int(datetime(2026, 1, day, 10, tzinfo=UTC).timestamp())


def mailbox() -> Graph:
    box = Graph()
    mine = {"sender": (ME, "Me Owner"), "to": [BO]}
    theirs = {"sender": BO, "to": [(ME, "Me Owner")]}
    thanks = "Thank you so much for introducing me to Noor, it made our month!"
    box.add("1", at=written(1), subject="letter 1", text=thanks, **theirs)
    box.add("2", "sentitems", at=written(2), subject="letter 2", text="It was a pleasure.", **mine)
    asked = "Could you introduce me to your editor? I would be very grateful."
    box.add("3", at=written(3), subject="letter 3", text=asked, **theirs)
    box.add("4", "drafts", at=written(4), subject="a draft", **mine)
    box.add("5", "junkemail", at=written(5), subject="You have won", **theirs)
    lunch = datetime(2026, 1, 10, 12, tzinfo=UTC)
    people = [(*BO, "accepted", "required")]
    box.add_event("lunch", lunch, lunch + timedelta(hours=1), subject="Lunch", attendees=people)
    return box


@pytest.fixture
def world(home: Path, tmp_path: Path) -> Iterator[World]:
    with microsoft(tmp_path, home, mailbox()) as one:
        yield one


@pytest.fixture
def connected(world: World) -> World:
    ran = world.by_hand()
    assert ran.status == 0, ran.err
    return world


def test_it_says_what_it_asks_for_and_where_the_sign_in_lies(world: World):
    ran = world.by_hand()
    assert ran.status == 0, ran.err
    for told in (
        "Mail.Read",
        "Calendars.Read",
        "User.Read",
        "never to change",
        "secrets.json",
        f"mail: {ME}",
    ):
        assert told in ran.err
    assert "Outlook calendar: Calendar" in ran.err
    assert f"microsoft:{ME} is connected" in ran.err
    assert stat.S_IMODE((world.home / "secrets.json").stat().st_mode) == 0o600
    assert "r_microsoft_" in (world.home / "secrets.json").read_text()
    assert b"r_microsoft_" not in (world.home / "goodwill.db").read_bytes()


def test_from_the_sign_in_to_the_first_digest(connected: World):
    first = connected.run("sync")
    assert (first.status, first.err) == (0, "")
    assert f"microsoft:{ME}: 4 events met, 4 new." in first.out
    (account,) = json.loads(connected.run("status", "--json").out)["accounts"]
    assert (account["account"], account["trouble"], account["pending"]) == (f"microsoft:{ME}", None, 0)
    assert account["reaches"].startswith("2026-01-01")
    shown = connected.run("show", "bo.sample", "--now", "2026-01-20").out
    assert "you gave an introduction" in shown
    assert "they asked for an introduction" in shown
    assert "1 h together, just the two of you" in shown
    digest = connected.run("digest", "--now", "2026-01-20").out
    assert "Nothing needs you today." in digest, "they had lunch since"
    assert "Everything is read up to" in digest
    again = connected.run("sync")
    assert f"microsoft:{ME}: 0 events met, 0 new." in again.out


def test_what_is_new_comes_with_the_next_sync(connected: World):
    lately = datetime.now(UTC) - timedelta(days=3)
    people = [(*BO, "accepted", "required")]
    connected.box.add_event("tea", lately, lately + timedelta(hours=2), subject="Tea", attendees=people)
    connected.run("sync")
    assert "2 h together" in connected.run("show", "bo.sample").out
    connected.box.add("6", subject="news", sender=BO, to=[(ME, "")])
    connected.box.delete_event("tea")
    assert "1 events met, 1 new" in connected.run("sync").out
    assert "2 h together" not in connected.run("show", "bo.sample").out


def test_by_loopback(world: World, tmp_path: Path):
    """The browser is a script that does what the owner does: consent, and follow to where it ends."""
    browser = tmp_path / "browser"
    servers = Path(__file__).resolve().parents[1] / "servers"
    browser.write_text(
        textwrap.dedent(f"""\
            #!{sys.executable}
            import sys
            sys.path.insert(0, {str(servers)!r})
            import requests
            from pathlib import Path
            from emulate import form
            end, fields = form(sys.argv[1], {ME!r}, Path({str(world.trusted)!r}))
            assert requests.get(end + "/favicon.ico", timeout=20).status_code == 404
            assert requests.post(end, data=fields | dict(state="forged"), timeout=20).status_code == 404
            requests.post(end, data=fields, timeout=20)
            """)
    )
    browser.chmod(0o755)
    ran = world.run("connect", "microsoft", "--client", CLIENT, BROWSER=f"{browser} %s &")
    assert ran.status == 0, ran.err
    assert f"microsoft:{ME} is connected" in ran.err


def test_the_sign_in_is_renewed_and_kept(connected: World):
    """A token of an hour ago is not used, and each renewal brings another refresh token."""
    path = connected.home / "secrets.json"
    before = path.read_text()
    secrets = json.loads(before)
    tokens = json.loads(secrets[f"microsoft:{ME}"]["tokens"])
    for one in tokens["AccessToken"].values():
        one["expires_on"] = one["cached_at"]
    secrets[f"microsoft:{ME}"]["tokens"] = json.dumps(tokens)
    path.write_text(json.dumps(secrets))
    assert connected.run("sync").status == 0
    assert path.read_text() != before
    assert connected.run("sync", "--again").status == 0


def test_a_sign_in_that_is_withdrawn_says_so_and_keeps_everything(connected: World):
    connected.run("sync")
    path = connected.home / "secrets.json"
    path.write_text(path.read_text().replace("r_microsoft_", "r_withdrawn_"))
    connected.box.token = "another"  # the token at hand is refused as well
    ran = connected.run("sync")
    assert (ran.status, SIGN_IN in ran.err) == (2, True)
    assert "needs you" in connected.run("status").out
    assert connected.run("show", "bo.sample").status == 0
    connected.box.token = ""
    assert connected.by_hand().status == 0
    assert f"microsoft:{ME}: 0 events met" in connected.run("sync").out  # it went on from its cursor


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (lambda url: "http://localhost:1/?code=abc&state=forged", "not the address"),
        (lambda url: "http://[bad?code=1", "not the address"),
        (lambda url: "", "not the address"),
    ],
)
def test_a_sign_in_that_fails_is_one_sentence_and_keeps_nothing(world: World, ended, told: str):
    ran = world.by_hand(ended=ended)
    assert ran.status == 2
    assert told in ran.err
    assert not (world.home / "secrets.json").exists()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("access_denied&error_description=AADSTS65004%3A+no", "you did not allow it"),
        ("access_denied&error_description=AADSTS53003%3A+blocked", "Conditional Access"),
        ("consent_required&error_description=AADSTS90094%3A+admin", "Ask an administrator"),
    ],
)
def test_what_microsoft_refuses_in_the_browser(world: World, error: str, told: str):
    def ended(url: str) -> str:
        return f"http://localhost:1/?error={error}&state={url.partition('state=')[2].partition('&')[0]}"

    ran = world.by_hand(ended=ended)
    assert (ran.status, told in ran.err) == (2, True), ran.err
    assert not (world.home / "secrets.json").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--client", "nonsense"), "no Application (client) ID"),
        (("--client", CLIENT, "--tenant", "a b"), "is no tenant"),
        (("--client", CLIENT, "--only", "mail", "--calendar", "x"), "Leave one of them out"),
        (("--client", CLIENT, "--device-code", "--no-browser"), "Leave one of them out"),
    ],
)
def test_wrong_words_are_one_sentence(world: World, words: tuple[str, ...], told: str):
    ran = world.run("connect", "microsoft", *words)
    assert (ran.status, told in ran.err) == (2, True), ran.err


def test_options_that_mean_nothing_to_a_provider(world: World):
    ran = world.run("connect", "google", "--tenant", "x")
    assert (ran.status, "--tenant means nothing to google" in ran.err) == (2, True)


def test_keys_that_mean_nothing_to_a_provider(world: World):
    config = world.home / "config.toml"
    config.write_text(config.read_text() + 'token = "https://x.example"\n')
    ran = world.run("connect", "microsoft", "--client", CLIENT)
    assert (ran.status, "'microsoft.token' means nothing" in ran.err) == (2, True), ran.err


def test_nobody_to_sign_in_to(world: World):
    config = world.home / "config.toml"
    config.write_text('[microsoft]\nauth = "https://localhost:9"\n')
    ran = world.run("connect", "microsoft", "--client", CLIENT, "--no-browser")
    assert (ran.status, "Nothing was connected" in ran.err) == (2, True), ran.err


def test_a_certificate_that_is_not_accepted(world: World):
    ran = world.run("connect", "microsoft", "--client", CLIENT, "--no-browser", REQUESTS_CA_BUNDLE="")
    assert (ran.status, "certificate" in ran.err) == (2, True), ran.err


def test_an_unknown_calendar_names_those_that_there_are(world: World):
    ran = world.by_hand("--calendar", "Nope")
    assert (ran.status, "there is no calendar 'Nope'" in ran.err, "'Calendar'" in ran.err) == (2, True, True)
    assert not (world.home / "secrets.json").exists()


def test_mail_only_asks_for_mail_only(world: World):
    asked = []
    ran = world.by_hand("--only", "mail", ended=lambda url: asked.append(url) or world.consent(url))
    assert ran.status == 0, ran.err
    assert "Mail.Read" in asked[0]
    assert "Calendars" not in asked[0]
    assert "3 events met" in world.run("sync").out


@pytest.mark.parametrize("tokens", ["{trunc", "[]", "null", "5", '{"Account": 5}'])
def test_a_sign_in_that_is_damaged_says_to_connect_again(connected: World, tokens: str):
    path = connected.home / "secrets.json"
    path.write_text(json.dumps({f"microsoft:{ME}": {"tokens": tokens}}))
    ran = connected.run("sync")
    assert (ran.status, "onnect" in ran.err, "should not have happened" in ran.err) == (2, True, False), (
        ran.err
    )
    assert "needs you" in connected.run("status").out


def test_an_address_without_a_code_is_not_microsofts_fault(world: World):
    ran = world.by_hand(ended=lambda url: f"http://localhost:1/?{url.partition('&')[2]}")
    assert (ran.status, "not the address" in ran.err) == (2, True), ran.err


def test_a_code_that_is_too_old(world: World):
    ran = world.by_hand(ended=lambda url: world.consent(url).replace("code=", "code=0"))
    assert (ran.status, "used before, or is too old" in ran.err) == (2, True), ran.err


def test_signing_in_is_by_https_only(world: World):
    (world.home / "config.toml").write_text('[microsoft]\nauth = "http://127.0.0.1:9"\n')
    ran = world.run("connect", "microsoft", "--client", CLIENT)
    assert (ran.status, "must begin with https://" in ran.err) == (2, True), ran.err


def test_calendars_of_others_are_not_offered(world: World):
    world.box.add_calendar("c-boss", "Boss", owner="boss@home.example")
    ran = world.by_hand("--calendar", "Boss")
    assert (ran.status, "there is no calendar 'Boss'" in ran.err) == (2, True), ran.err


def test_again_finds_what_was_deleted_meanwhile(connected: World):
    lately = datetime.now(UTC) - timedelta(days=3)
    people = [(*BO, "accepted", "required")]
    connected.box.add_event("tea", lately, lately + timedelta(hours=2), subject="Tea", attendees=people)
    connected.run("sync")
    connected.box.delete_event("tea")
    connected.box.delete_event("lunch")
    assert connected.run("sync", "--again").status == 0
    assert "together, just" not in connected.run("show", "bo.sample").out


def test_disconnect_deletes_the_sign_in(connected: World):
    connected.run("sync")
    ran = connected.run("disconnect", "microsoft")
    assert (ran.status, "To withdraw it at Microsoft too" in ran.err) == (0, True)
    assert not (connected.home / "secrets.json").exists()
    assert connected.run("show", "bo.sample").status == 0


def test_many_folders_with_endless_names_are_one_line(connected: World):
    for number in range(9):
        connected.box.add_folder("AAMkAGI2" * 18 + f"end{number}", f"Folder {number}")
    connected.run("sync")
    shown = connected.run("status").out
    assert "13 others" in shown
    assert "AAMkAGI2" not in shown


def test_an_account_that_there_is_not(connected: World):
    ran = connected.run("sync", "google")
    assert (ran.status, f"There are microsoft:{ME}" in ran.err) == (2, True)
