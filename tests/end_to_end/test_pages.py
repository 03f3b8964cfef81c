"""The page over plain HTTP: who is let in, who is not, what each action does, and what is text."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import quote

import hostile
import pytest
import requests
from circle import ASK, ME, STRANGER, history
from conftest_e2e import Goodwill, environment, runner
from door import ORIGIN, Served, served
from letters import mbox

ADA, THEO = "ada@there.example", "theo@justmet.example"
PAGES = (
    "/", "/people", f"/person?of={ADA}", f"/person/forget?of={ADA}", "/check", "/warnings", "/accounts",
    "/network",
)  # fmt: skip
ACTS = ("/advice", "/person/confirm", "/person/note", "/person/merge", "/person/forget", "/warnings/reset")


@dataclass
class Browser:
    """One that keeps cookies, and presses buttons as a browser does."""

    root: str
    session: requests.Session

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(f"{self.root}{path}", headers=headers, timeout=30, allow_redirects=False)

    def token(self) -> str:
        return re.findall(r'name="token" value="([0-9a-f]{64})"', self.get("/check").text)[0]

    def post(self, path: str, **form: str) -> requests.Response:
        told = {"token": self.token(), **form}
        return self.session.post(
            f"{self.root}{path}", data=told, headers={"Origin": self.root}, timeout=30, allow_redirects=False
        )

    def says(self, path: str, **form: str) -> str:
        """What is said after an action, which leads back to a page."""
        answer = self.post(path, **form)
        assert answer.status_code == 303, words(answer.text)
        found = re.findall(r'id="told"[^>]*><p>(.*?)</p>', self.get(answer.headers["Location"]).text)
        return unescape(found[0])


def words(html: str) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def sign_in(door: Served) -> Browser:
    root = f"http://127.0.0.1:{door.port}"
    link = runner(door.home)("page").out.strip()
    browser = Browser(root, requests.Session())
    answer = browser.session.get(link, timeout=20)
    assert answer.status_code == 200
    assert link.startswith(f"{root}/sign-in/")
    return browser


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("pages") / "home"
    home.mkdir()
    box = mbox(home.parent / "mail.mbox", [*history(), *hostile.letters()])
    diary = hostile.calendar(home.parent / "diary.ics")
    assert runner(home)("import", box, diary, "--me", ME).status == 0
    with served(home) as one:
        yield one


@pytest.fixture
def home(door: Served) -> Path:
    return door.home


@pytest.fixture(scope="module")
def browser(door: Served) -> Browser:
    return sign_in(door)


def shown(goodwill: Goodwill, who: str) -> dict[str, object]:
    return dict(json.loads(goodwill("show", who, "--json").out))


def test_a_link_holds_once_and_what_it_opens_can_be_shut(door: Served, goodwill: Goodwill):
    told = json.loads(goodwill("page", "--json").out)
    one = requests.get(told["link"], timeout=20)
    assert one.status_code == 200
    cookie = one.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert requests.get(told["link"], timeout=20).status_code == 403
    out = sign_in(door)
    kept = dict(out.session.cookies)
    assert out.get("/").status_code == 200
    assert out.post("/sign-out").status_code == 200
    again = requests.get(f"{out.root}/", cookies=kept, timeout=20)
    assert again.status_code == 401


def test_who_is_signed_out_learns_how_to_sign_in_and_nothing_else(door: Served):
    root = f"http://127.0.0.1:{door.port}"
    for path in PAGES:
        answer = requests.get(f"{root}{path}", timeout=20)
        assert answer.status_code == 401
        assert "goodwill page" in answer.text
        assert ADA not in answer.text
    for path in ACTS:
        answer = requests.post(f"{root}{path}", data={"of": ADA}, headers={"Origin": root}, timeout=20)
        assert answer.status_code == 401
    for guess in ("x", "a" * 32, "%00", "..%2f"):
        assert requests.get(f"{root}/sign-in/{guess}", timeout=20).status_code in (403, 404)


def test_the_cookie_opens_no_door_and_a_token_no_page(door: Served, browser: Browser):
    cookies = dict(browser.session.cookies)
    draft = {"from": ME, "to": [STRANGER], "subject": "x", "text": ASK}
    assert requests.post(f"{door.url}/check", json=draft, cookies=cookies, timeout=20).status_code == 401
    assert requests.get(f"{door.url}/people/{ADA}", cookies=cookies, timeout=20).status_code == 401
    paired = {"Authorization": f"Bearer {door.pair('reader')}"}
    assert requests.get(f"{browser.root}/people", headers=paired, timeout=20).status_code == 401
    for cookie in (next(iter(cookies)), "goodwill", "session"):
        made = {cookie: paired["Authorization"][7:]}
        assert requests.get(f"{browser.root}/people", cookies=made, timeout=20).status_code == 401
    assert browser.get("/people", Origin=ORIGIN).status_code == 403


@pytest.mark.parametrize(
    ("origin", "token"),
    [
        (None, ""), ("own", ""), ("own", "0" * 64), ("own", "\u00e9"), ("null", "right"), (None, "right"),
        (ORIGIN, "right"), ("https://evil.example", "right"), ("http://127.0.0.1:1", "right"),
        ("localhost", "right"), ("own", "another's"),
    ],
)  # fmt: skip
def test_nobody_but_its_own_forms_changes_anything(
    door: Served, browser: Browser, goodwill: Goodwill, origin: str | None, token: str
):
    told = {"right": browser.token, "another's": lambda: sign_in(door).token()}.get(token, lambda: token)()
    headers = {}
    if origin is not None:
        made = {"own": browser.root, "localhost": f"http://localhost:{door.port}"}
        headers["Origin"] = made.get(origin, origin)
    form = {"token": told, "of": ADA, "text": "was here", "about": "note"}
    path = f"{browser.root}/person/note"
    answer = browser.session.post(path, data=form, headers=headers, timeout=20, allow_redirects=False)
    assert answer.status_code == 403
    assert "was here" not in browser.get(f"/person?of={ADA}").text


def test_what_is_no_form_is_not_read(browser: Browser):
    own = {"Origin": browser.root}

    def status(path: str, **more: object) -> int:
        kind = {"timeout": 20, "allow_redirects": False, "headers": {**own, **more.pop("headers", {})}}  # type: ignore[dict-item]
        return browser.session.post(f"{browser.root}{path}", **kind, **more).status_code  # type: ignore[arg-type]

    told = {"token": browser.token(), "of": ADA}
    assert status("/person/mute", json=told) == 415
    assert status("/person/mute", files={"of": ADA}) == 415
    assert status("/person/mute", data=b"x=%", headers={"Content-Type": "text/plain"}) == 415
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert status("/person/mute", data=b"&".join(b"a%d=1" % n for n in range(99)), headers=form) == 400
    assert status("/person/mute", data="é=ü".encode(), headers=form) == 400
    assert status("/check", data=b"text=" + b"a" * 3_000_000, headers=form) == 413
    assert status("/people", data=told) == 405
    assert browser.get("/person/mute").status_code == 405
    assert browser.session.put(f"{browser.root}/people", timeout=20).status_code == 405


def test_every_answer_keeps_the_browser_within_bounds(browser: Browser):
    for path in (*PAGES, "/person?of=nobody@x.example", "/static/page.css", "/static/none.css", "/sign-in/x"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert path.startswith("/static/page") or headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/person", 404), ("/person?of=", 404), ("/person?of=nobody@x.example", 404),
        (f"/person?of={ME}", 404), ("/people?from=-1&sort=x&band=y", 200), ("/?told=nonsense", 200),
        ("/person?of=ada", 404), ("/person?of=%00%ff%ed%a0%80", 404), (f"/person?of={'a' * 5000}", 404),
        ("/person/forget?of=ada", 404), (f"/person/forget?of={ME}", 404),
        ("/people?from=99999999999&q=%00", 200), ("/warnings?from=9999999999999", 200),
        (f"/person?of={ADA}&of=x&all=%F0%9F%98%80", 404), ("/check?to=%22%3E", 200),
    ],
)  # fmt: skip
def test_a_wrong_address_gets_a_sentence(browser: Browser, path: str, status: int):
    answer = browser.get(path)
    assert answer.status_code == status, words(answer.text)
    assert answer.text.startswith("<!doctype html>")
    assert "Traceback" not in answer.text


def test_a_page_that_is_not_there_says_so_to_a_browser(browser: Browser):
    answer = browser.get("/nothing", Accept="text/html,*/*;q=0.8")
    assert answer.status_code == 404
    assert answer.text.startswith("<!doctype html>")
    assert browser.get("/nothing").json()["error"] == "Not Found"


def test_today_is_the_digest_and_can_be_answered(browser: Browser, goodwill: Goodwill):
    told = json.loads(goodwill("digest", "--json").out)["people"]
    page = browser.get("/").text
    assert [one["key"] for one in told] == list(dict.fromkeys(re.findall(r'name="key" value="(\w+)"', page)))
    key = told[0]["key"]
    assert browser.says("/advice", key=key, word="done") == "Done. It is not brought up again."
    assert key not in browser.get("/").text
    assert browser.post("/advice", key=key[:2], word="done").status_code == 422
    assert browser.post("/advice", key=key, word="whatever").status_code == 422
    assert browser.post("/advice", word="done").status_code == 400


def test_everything_on_a_person_can_be_said(browser: Browser, goodwill: Goodwill):
    of = {"of": THEO}
    assert browser.says("/person/confirm", **of, point="7", answer="yes").startswith("Written down")
    assert browser.says("/person/since", **of, since="2019-05-31").startswith("Written down")
    assert browser.says("/person/note", **of, about="goal", text="A shop by the sea <b>") == "Noted."
    assert browser.says("/person/mute", **of).startswith("Neither")
    assert browser.says("/person/close", **of).startswith("You are close")
    assert browser.says("/person/fine", **of, type="advice").startswith("Such an ask is fine")
    told = shown(goodwill, THEO)
    points = {one["number"]: one["answer"] for one in told["points"]}  # type: ignore[attr-defined]
    assert (points[7], points[2]) == ("yes", "yes")
    said = told["said"]
    assert isinstance(said, dict)
    assert said["notes"][0]["text"] == "A shop by the sea <b>"
    assert said["muted"]
    assert said["close"]
    assert said["fine"] == ["advice"]
    assert "muted" in browser.get("/people").text
    number = re.findall(r'name="note" value="(\d+)"', browser.get(f"/person?of={THEO}").text)[0]
    assert browser.says("/person/note/remove", **of, note=number) == "The note is taken back."
    assert browser.post("/person/note/remove", **of, note=number).status_code == 422
    for act, more in (("mute", {}), ("close", {}), ("fine", {"type": "advice"})):
        assert browser.says(f"/person/{act}", **of, undo="1", **more)
    assert browser.says("/person/confirm", **of, point="7", answer="unknown")
    said = shown(goodwill, THEO)["said"]
    assert said == {
        "since": "2019-05-31T00:00:00+00:00",
        "close": None,
        "muted": None,
        "fine": [],
        "notes": [],
    }


@pytest.mark.parametrize(
    ("act", "form", "status"),
    [
        ("confirm", {"point": "14", "answer": "yes"}, 422), ("confirm", {"point": "x", "answer": "yes"}, 400),
        ("confirm", {"point": "1", "answer": "perhaps"}, 400), ("confirm", {"answer": "yes"}, 400),
        ("since", {"since": "tomorrow"}, 422), ("since", {"since": "2999-01-01"}, 422),
        ("note", {"about": "note", "text": " "}, 422), ("note", {"about": "point", "text": "x"}, 400),
        ("fine", {"type": "nonsense"}, 422), ("merge", {"other": "nobody at all"}, 422),
        ("merge", {"other": THEO}, 422), ("split", {"address": THEO}, 422), ("forget", {}, 422),
        ("mute", {"of": "nobody@x.example"}, 404), ("merge", {"other": ME}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_sentence(
    browser: Browser, act: str, form: dict[str, str], status: int
):
    answer = browser.post(f"/person/{act}", **{"of": THEO, **form})
    assert answer.status_code == status, words(answer.text)
    assert len(words(answer.text)) > 20
    assert "Traceback" not in answer.text


def test_two_are_made_one_and_two_again(browser: Browser, goodwill: Goodwill):
    assert browser.says("/person/merge", of=THEO, other="Ada Sample") == "They are one person now."
    assert set(shown(goodwill, THEO)["addresses"]) == {ADA, THEO}  # type: ignore[call-overload]
    assert browser.get("/people").text.count('scope="row"') == 6
    assert browser.says("/person/split", of=ADA, address=THEO) == "They are two persons now."
    assert shown(goodwill, THEO)["addresses"] == [THEO]


def test_a_draft_is_judged_and_not_stored(browser: Browser, goodwill: Goodwill, home: Path):
    secret = "zirconium"
    answer = browser.post("/check", to=STRANGER, subject=f"about {secret}", text=f"{ASK} {secret}")
    assert answer.status_code == 200
    assert "Premature" in answer.text
    assert "You ask for: introduction (medium)" in words(answer.text)
    name = re.findall(r'name="check" value="(\w+)"', answer.text)[0]
    assert browser.says("/check/answer", check=name, answer="send").startswith("Written down")
    end = time.monotonic() + 20
    while '"sent"' not in goodwill("review", "--json").out:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert not [path for path in home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    page = browser.get("/warnings").text
    number = re.findall(r'name="number" value="(\d+)"', page)[0]
    assert browser.says("/warnings/answer", number=number, answer="kept").startswith("Written down")
    assert "you kept it back" in browser.get("/warnings").text
    assert browser.post("/warnings/answer", number="999", answer="kept").status_code == 422
    assert browser.post("/warnings/answer", number="1", answer="x").status_code == 400
    assert browser.post("/check/answer", check="nonsense", answer="send").status_code == 422
    assert browser.says("/warnings/reset").startswith("The threshold")
    assert "Clear" in browser.post("/check", to=STRANGER, subject="", text="The boat is in.").text
    for wrong in ({"to": "", "text": ASK}, {"to": STRANGER, "text": " "}, {"to": "nonsense", "text": ASK}):
        assert browser.post("/check", **wrong).status_code == 422


def test_what_mail_says_is_text(browser: Browser):
    for path in (*PAGES, *(f"/person?all=1&of={quote(one, safe='')}" for one in hostile.NAMES)):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert hostile.BAD not in page.text
        assert "<img" not in page.text
        assert "<b>this" not in page.text
        assert not re.search(r"<(?!/?svg|/?script|svg)[^>]*\son\w+\s*=", page.text)
        assert page.text.count("<script") == 1
        assert "\u202e" not in page.text
    person = browser.get("/person?all=1&of=script@evil.example").text
    assert "<script>window.hacked=1</script>" in unescape(person)
    assert "Upcoming" in person
    bad = '"><script>window.hacked=9</script>'
    for answer in (
        browser.get(f"/people?q={quote(bad)}"), browser.get(f"/person?of={quote(bad)}"),
        browser.get(f"/check?to={quote(bad)}"), browser.get(f"/?told={quote(bad)}"),
        browser.post("/check", to=bad, subject=bad, text=bad),
        browser.get(f"/person?of={quote(bad)}", **{"HX-Request": "true"}),
    ):  # fmt: skip
        assert "<script>window" not in answer.text


def test_a_writer_at_work_is_told_of_and_pages_are_shown_meanwhile(door: Served, browser: Browser):
    from filelock import FileLock

    with FileLock(door.home / "goodwill.lock"):
        assert browser.get("/people").status_code == 200
        answer = browser.post("/person/note", of=THEO, about="note", text="keeps bees")
    assert answer.status_code == 503
    assert "another goodwill is writing" in answer.text.lower()


def test_somebody_is_forgotten_after_a_second_question(browser: Browser, goodwill: Goodwill, home: Path):
    question = browser.get(f"/person/forget?of={quote('code@evil.example')}")
    assert "cannot be undone" in question.text
    assert browser.post("/person/forget", of="code@evil.example").status_code == 422
    assert goodwill("show", "code@evil.example").status == 0
    answer = browser.post("/person/forget", of="code@evil.example", sure="yes")
    assert answer.status_code == 200
    assert "No byte of what was deleted is left in the store." in words(answer.text)
    assert "code@evil.example" not in browser.get("/people").text
    assert goodwill("show", "code@evil.example").status == 2
    assert not [one for one in home.glob("goodwill.db*") if b"code@evil.example" in one.read_bytes()]
    assert browser.post("/person/forget", of="code@evil.example", sure="yes").status_code == 404


def test_a_shut_door_has_no_page(home: Path, tmp_path: Path):
    alone = tmp_path / "alone"
    shutil.copytree(home, alone, ignore=shutil.ignore_patterns("door.*", "*.lock"))
    ran = runner(alone)("page")
    assert ran.status == 2
    assert "goodwill serve" in ran.err


def test_nothing_of_the_page_is_loaded_before_it_is_asked_for():
    code = (
        "import sys, goodwill.opening, goodwill.server;"
        "print([name for name in sys.modules if name.partition('.')[0] in ('jinja2', 'pygal', 'markupsafe')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_another_store_in_its_place_is_noticed(door: Served, browser: Browser):
    store = door.home / "goodwill.db"
    shutil.copy(store, door.home / "other.db")
    store.rename(door.home / "aside.db")
    assert browser.get("/people").status_code == 503
    (door.home / "other.db").rename(store)
    answer = browser.get("/people")
    assert answer.status_code == 503
    assert "anew" in answer.text
    store.unlink()
    (door.home / "aside.db").rename(store)
    assert browser.get("/people").status_code == 200


def test_whoever_forgets_on_the_page_keeps_one_store(tmp_path: Path):
    """The locks of a process on a file go with the first handle that it closes: only SQLite may touch it."""
    home = tmp_path / "home"
    goodwill = runner(home)
    goodwill("import", mbox(tmp_path / "mail.mbox", [*history(), *hostile.letters()]), "--me", ME)
    with served(home) as door:
        browser = sign_in(door)
        assert browser.post("/person/forget", of="script@evil.example", sure="yes").status_code == 200
        for number in range(3):
            goodwill("note", ADA, "goal", f"from the terminal {number}")
            assert (
                browser.says("/person/note", of=ADA, about="goal", text=f"on the page {number}") == "Noted."
            )
        assert browser.post("/person/forget", of="quote@evil.example", sure="yes").status_code == 200
        said = shown(goodwill, ADA)["said"]
        assert isinstance(said, dict)
        assert len(said["notes"]) == 6
    assert "is whole" in goodwill("status", "--check").out
    assert len(shown(goodwill, ADA)["said"]["notes"]) == 6  # type: ignore[index]
    left = goodwill("people", "--json").out
    assert not [gone for gone in ("script@evil.example", "quote@evil.example") if gone in left]


def test_a_browser_gets_no_error_for_the_picture_that_it_asks_for_by_itself(door: Served):
    assert requests.get(f"http://127.0.0.1:{door.port}/favicon.ico", timeout=20).status_code == 204
