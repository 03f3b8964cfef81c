"""The add-on for Chromium in Debian's Chromium, paired with a real door; on a page of ours, and InboxSDK."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chromium import EXTENSION, MODULES, Chromium, chromium, programs, until
from circle import ASK, FRIEND, ME, OTHER, STRANGER, history
from compose_page import ComposePage, compose_page
from conftest_e2e import Goodwill, runner
from door import Swinging
from letters import mbox
from ports import free_port

ROOT = Path(__file__).resolve().parents[2]
MAIL = "https://mail.google.com/mail/u/0/"
DIALOG = "document.querySelector('goodwill-dialog')?.shadowRoot.querySelector('.goodwill-warning')"
PICTURES = os.environ.get("GOODWILL_PICTURES")
"""A folder for pictures of what the owner sees, where somebody wants to look at them."""


def build(into: Path, *more: str) -> Path:
    """The add-on, made by the documented command; returns what it names."""
    programs()
    words = [
        sys.executable,
        str(ROOT / "connectors" / "addons" / "build.py"),
        "chromium",
        "--into",
        str(into),
    ]
    ran = subprocess.run([*words, *more], check=True, capture_output=True, text=True, timeout=180)
    return Path(ran.stdout.strip())


def party(shown: str) -> list[str]:
    name, _, address = shown.rstrip(">").partition(" <")
    return [name, address]


@dataclass
class World:
    """One owner at work: the program, its door, the browser, and the page from which mail is sent."""

    goodwill: Goodwill
    door: Swinging
    browser: Chromium
    gmail: ComposePage

    def pair(self) -> None:
        """Type the code of `goodwill pair` into the add-on's page, wrong at first."""
        assert self._type("ABCD-EFGH").startswith("this code is wrong or holds no longer.")
        assert self._type(self.goodwill("pair").out.strip()).startswith("Paired.")

    def _type(self, code: str) -> str:
        return str(self.browser.run(PAIRING, f"{EXTENSION}/options.html", code, str(self.door.port)))

    def write(self, to: str, draft: str, text: str, **more: Any) -> None:
        told = {"draft": draft, "subject": draft, "to": [party(to)], "lines": text.splitlines(), **more}
        self.browser.page("compose(args[0]);", told)

    def send(self, draft: str) -> None:
        self.browser.run('await page.locator(`[data-draft="${args[0]}"] .send`).click();', draft)

    def held(self) -> str:
        """Wait for the dialog; returns what it says."""
        return str(until(lambda: self.browser.page(f"return {DIALOG}?.innerText;")))

    def gone(self) -> None:
        until(lambda: self.browser.page("return !document.querySelector('goodwill-dialog');"))

    def say(self, answer: str) -> None:
        self.browser.run("await page.locator(`[data-answer=${args[0]}]`).click();", answer)
        self.gone()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.browser.run("await page.keyboard.press(args[0]);", key)

    def focused(self) -> str:
        script = (
            "return document.querySelector('goodwill-dialog').shadowRoot.activeElement?.textContent ?? '';"
        )
        return str(self.browser.page(script))

    def arrives(self, draft: str) -> None:
        until(lambda: self.gmail.has(draft))

    def passes(self, to: str, draft: str, text: str, **more: Any) -> None:
        """Write and send a mail about which nobody is asked: it arrives while nobody answers."""
        self.write(to, draft, text, **more)
        self.send(draft)
        self.arrives(draft)

    def warned(self, to: str, draft: str, text: str, **more: Any) -> str:
        """Write and send a mail that is held; returns what the dialog says."""
        self.write(to, draft, text, **more)
        self.send(draft)
        said = self.held()
        assert not self.gmail.has(draft)
        return said

    def stays(self, draft: str) -> None:
        """The mail is still there to be written, and has not been sent."""
        self.gone()
        assert self.browser.page("return Boolean(find(args[0]));", draft)
        assert not self.gmail.has(draft)

    def button(self) -> str:
        """What the button in the browser's bar says: its badge, and its title."""
        script = "return [await chrome.action.getBadgeText({}), await chrome.action.getTitle({})].join(': ');"
        return str(self.browser.extension(script))

    def kill_worker(self) -> None:
        """End the service worker, as the browser does whenever it likes."""
        assert self.browser.run(KILL, f"{EXTENSION}/options.html")

    def outcomes(self) -> list[str | None]:
        """What came of each warning for the owner's answer."""
        lines = self.goodwill("review", "--json").out.splitlines()
        return [json.loads(line)["outcome"] for line in lines if "warning" in json.loads(line)]

    def picture(self, name: str) -> None:
        if PICTURES:
            self.browser.run("await page.screenshot({ path: args[0] });", str(Path(PICTURES, f"{name}.png")))

    def tidy(self) -> None:
        """Throw away what a test has left open."""
        self.browser.run(AFRESH, MAIL)


def complaints(browser: Chromium) -> list[dict[str, str]]:
    """What was complained of on the console."""
    return [one for one in browser.run("return said;") if one["kind"] in ("error", "warning")]


AFRESH = """
if (page.url() === args[0]) await page.evaluate("sessionStorage.clear()");
await page.goto(args[0]);
await page.bringToFront();
"""
PAIRING = """
const [address, code, port] = args;
const options = context.pages().find((one) => one.url() === address) ?? await context.newPage();
if (options.url() !== address) await options.goto(address);
await options.bringToFront();
await options.fill("#code", code);
await options.fill("#port", port);
await options.click("button[type=submit]");
await options.locator("#told:not(:empty)").waitFor();
const told = await options.textContent("#told");
await page.bringToFront();
return told;
"""
AXE = """
const { readFile } = await import("node:fs/promises");
const [source, address, where] = args;
const one = context.pages().find((one) => one.url() === address);
await one.evaluate(await readFile(source, "utf8"));
const found = await one.evaluate(`axe.run(${JSON.stringify(where)})`);
const violations = found.violations.map(({ id, nodes }) => [id, nodes[0].html]);
return { passes: found.passes.length, violations };
"""

KILL = """
const one = context.pages().find((one) => one.url() === args[0]);
const session = await context.newCDPSession(one);
let stopped = false;
session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
  stopped ||= versions.some((worker) => worker.runningStatus === "stopped"); // it may run again at once
});
await session.send("ServiceWorker.enable");
await session.send("ServiceWorker.stopAllWorkers");
for (let tries = 0; !stopped && tries < 100; tries++) await page.waitForTimeout(50);
await session.detach();
return stopped;
"""
RENEW = """
const one = context.pages().find((one) => one.url() === args[0]);
await Promise.all([one.waitForEvent("close"), one.evaluate("chrome.runtime.reload()").catch(() => {})]);
await page.bringToFront();
"""
SCHEME = "for (const one of context.pages()) await one.emulateMedia({ colorScheme: args[0] });"
OPTIONS = """
const one = context.pages().find((one) => one.url() === args[0]);
await one.bringToFront();
await one.screenshot({ path: args[1] });
await page.bringToFront();
"""
LOOKS = f"""
const one = {DIALOG};
const kept = ["color", "backgroundColor", "font", "textAlign", "textTransform", "letterSpacing", "direction",
  "display", "margin", "padding", "width", "height", "opacity", "position"];
return [one, ...one.querySelectorAll("*")].map((inside) => {{
  const style = getComputedStyle(inside);
  const {{ x, y, width, height }} = inside.getBoundingClientRect();
  return Object.fromEntries([...kept.map((name) => [name, style[name]]), ["place", [x, y, width, height]]]);
}});
"""
ISOLATED = """
const session = await context.newCDPSession(page);
const worlds = [];
session.on("Runtime.executionContextCreated", ({ context }) => worlds.push(context));
await session.send("Runtime.enable");
const contextId = worlds.find(({ origin }) => origin === args[0]).id;
const expression = "chrome.storage.local.get('token').then(JSON.stringify, (error) => error.message)";
const told = await session.send("Runtime.evaluate", { expression, contextId, awaitPromise: true });
await session.detach();
return told.result.value;
"""


@contextmanager
def world(folder: Path, addon: Path, page: str) -> Iterator[World]:
    home, port = folder / "home", free_port()
    goodwill = runner(home)
    assert goodwill("import", mbox(folder / "mail", history()), "--me", ME).status == 0
    (home / "config.toml").write_text(f"[door]\nport = {port}\n")
    door = Swinging(home, port)
    with compose_page(folder, page) as gmail, chromium(folder, addon, gmail.port) as browser:
        browser.run(AFRESH, MAIL)
        try:
            yield World(goodwill, door, browser, gmail)
        finally:
            door.shut()


@pytest.fixture(scope="module")
def unpaired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("owner")
    with world(folder, build(folder, "--for-tests"), "index.html") as one:
        yield one


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-on as it is handed on, with InboxSDK in it."""
    return build(tmp_path_factory.mktemp("addon")).with_suffix("")


@pytest.fixture(scope="module")
def with_sdk(tmp_path_factory: pytest.TempPathFactory, real: Path) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("sdk"), real, "gmail.html") as one:
        one.door.open()
        one.pair()
        yield one


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory, real: Path) -> Iterator[World]:
    """On a page under Gmail's name that has nothing of Gmail: the other tests go on meanwhile."""
    with world(tmp_path_factory.mktemp("lost"), real, "bare.html") as one:
        yield one


@pytest.fixture(scope="module")
def paired(unpaired: World) -> World:
    unpaired.door.open()
    unpaired.pair()
    return unpaired


@pytest.fixture(autouse=True)
def tidy(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails leaves nothing open for the next."""
    yield
    for name in {"unpaired", "with_sdk"} & set(request.fixturenames):
        request.getfixturevalue(name).tidy()


def test_unpaired_it_lets_mail_pass_and_says_so(unpaired: World):
    until(lambda: "not paired" in unpaired.button())
    unpaired.passes(STRANGER, "unpaired", ASK)
    assert unpaired.button() == "!: Goodwill could not check: This add-on is not paired with Goodwill yet."


@pytest.mark.usefixtures("lost")
def test_harmless_mail_passes_at_once(paired: World):
    begun = time.monotonic()
    paired.passes(STRANGER, "harmless", "It was nice to meet you too. See you at the next fair!")
    assert time.monotonic() - begun < 2.5
    assert paired.button() == ": Goodwill"


def test_an_ask_of_a_friend_passes_at_once(paired: World):
    paired.passes(FRIEND, "friendly", ASK)


def test_what_a_mail_quotes_is_nobodys_ask(paired: World):
    paired.passes(STRANGER, "quoted", "Thank you for your letter.", quoted=ASK)


def test_a_flagged_mail_is_held_until_it_is_sent_anyway(paired: World):
    said = paired.warned(STRANGER, "flagged", ASK)
    assert "Too early to ask Theo Justmet" in said
    assert "What would make it fine" in said
    paired.picture("dialog")
    paired.say("send")
    paired.arrives("flagged")
    until(lambda: paired.outcomes() == ["sent"])


def test_mail_that_is_kept_can_be_made_harmless(paired: World):
    paired.warned(STRANGER, "kept", ASK)
    paired.say("edit")
    paired.stays("kept")
    paired.browser.page("rewrite(...args);", "kept", "It was nice to meet you too.")
    paired.send("kept")
    paired.arrives("kept")


def test_a_draft_is_asked_about_once_and_again_for_other_people_or_another_ask(paired: World):
    paired.warned(STRANGER, "once", ASK)
    paired.say("edit")
    paired.stays("once")
    paired.browser.page("invite(...args);", "once", *party(OTHER))
    paired.send("once")
    assert "Kim Other" in paired.held()
    paired.picture("dialog_two")
    paired.say("edit")
    paired.stays("once")
    another = "Would you write a reference for me, and send it to my landlord by Monday?"
    paired.browser.page("rewrite(...args);", "once", another)
    paired.send("once")
    assert "reference" in paired.held()
    paired.say("edit")
    paired.stays("once")
    paired.send("once")  # nothing of it has changed
    paired.arrives("once")


def test_the_same_draft_is_not_asked_about_again_after_a_reload(paired: World):
    paired.warned(STRANGER, "reloaded", ASK)
    paired.say("edit")
    paired.browser.run("await page.reload();")
    paired.send("reloaded")
    paired.arrives("reloaded")


def test_a_killed_worker_forgets_nothing(paired: World):
    paired.warned(STRANGER, "killed", ASK)
    paired.kill_worker()
    paired.say("edit")  # wakes it: it tells the door, and remembers
    paired.stays("killed")
    paired.kill_worker()
    paired.send("killed")
    paired.arrives("killed")
    paired.kill_worker()
    paired.warned(STRANGER, "woken", ASK)
    paired.say("edit")


def test_the_keyboard_is_enough(paired: World):
    paired.write(STRANGER, "keys", ASK)
    paired.press("Control+Enter")
    paired.held()
    assert paired.focused() == "Keep editing"
    for label in ("Send anyway", "Not an ask", "We are close", "Keep editing", "Send anyway"):
        paired.press("Tab")
        assert paired.focused() == label
    paired.picture("dialog_keys")
    paired.press("Shift+Tab", "x")
    assert paired.focused() == "Keep editing"
    paired.press("Escape")
    paired.stays("keys")
    assert paired.browser.page("return document.activeElement.className;") == "body"
    assert paired.browser.page("return commands;") == []  # the page has its own ideas of keys
    paired.write(STRANGER, "more keys", ASK)
    paired.press("Control+Enter")
    paired.held()
    paired.press("Tab", "Enter")
    paired.arrives("more keys")


def test_the_focus_stays_inside(paired: World):
    paired.warned(STRANGER, "focus", ASK)
    for place in (
        "40, 40",
        "page.viewportSize().width / 2 + 250, 240",
    ):  # beside the dialog, and on its words
        paired.browser.run(f"await page.mouse.click({place});")
        until(lambda: paired.focused() == "Keep editing")
    paired.browser.page("document.querySelector('.subject').focus();")
    assert paired.focused() == "Keep editing"
    paired.press("Escape")
    paired.stays("focus")


def test_a_screen_reader_is_told_what_it_is_about(paired: World):
    paired.warned(STRANGER, "read", ASK)
    role, label, reasons, behind = paired.browser.page(
        f"const one = {DIALOG};"
        "const said = (name) => one.getAttribute(name);"
        "const named = (name) => one.getRootNode().getElementById(said(name)).innerText;"
        "return [said('role'), named('aria-labelledby'), named('aria-describedby'), document.body.inert];"
    )
    assert role == "alertdialog"
    assert label.startswith("Too early to ask")
    assert ASK in " ".join(reasons.split())
    assert behind
    paired.say("edit")
    assert not paired.browser.page("return document.body.inert;")


def test_a_mail_that_cannot_be_let_go_is_not_held_again(paired: World):
    paired.write(STRANGER, "stuck", ASK)
    paired.browser.page("find(args[0]).dataset.stuck = 'yes';", "stuck")
    paired.send("stuck")
    paired.held()
    paired.say("send")
    until(lambda: "press Send again" in paired.button())
    paired.stays("stuck")
    paired.send("stuck")
    paired.arrives("stuck")
    paired.passes(STRANGER, "not stuck", "It was nice to meet you too.")
    assert paired.button() == ": Goodwill"


def test_two_mails_at_once_are_asked_about_one_after_the_other(paired: World):
    press = "for (const one of args) find(one).querySelector('.send').click();"
    paired.write(STRANGER, "twin one", ASK)
    paired.write(OTHER, "twin two", ASK)
    paired.browser.page(press, "twin one", "twin two")
    names = ["Theo Justmet", "Kim Other"]
    if names[0] not in paired.held():  # the door answers them in whatever order
        names.reverse()
    for name in names:
        until(lambda name=name: name in paired.held())
        assert paired.browser.page("return document.querySelectorAll('goodwill-dialog').length;") == 1
        paired.browser.run("await page.locator('[data-answer=edit]').click();")
    paired.gone()
    assert not paired.browser.page("return document.body.inert;")
    for draft in ("twin one", "twin two"):
        paired.stays(draft)
        paired.browser.page(press, draft)
        paired.arrives(draft)


def test_to_close_the_mail_is_to_close_the_dialog(paired: World):
    paired.warned(STRANGER, "thrown away", ASK)
    paired.browser.page("discard(...args);", "thrown away")
    paired.gone()
    assert not paired.gmail.has("thrown away")


def test_not_an_ask_is_learnt(paired: World):
    text = "Would you recommend us to the editor of your magazine, with a few kind words?"
    paired.warned(STRANGER, "wrong", text)
    paired.say("not-an-ask")
    paired.arrives("wrong")
    until(lambda: "no ask" in paired.outcomes())
    paired.passes(STRANGER, "right", text)


def test_we_are_close_is_learnt(paired: World):
    paired.warned(OTHER, "close", ASK)
    paired.say("close")
    paired.arrives("close")
    until(lambda: "close" in paired.outcomes())
    paired.passes(OTHER, "closer", ASK)


def test_hints_follow_the_recipients(paired: World):
    hints = "return document.querySelector('goodwill-hints')?.shadowRoot.textContent ?? '';"
    paired.write("Nobody Known <nobody@else.example>", "hints", "Hello.")
    paired.browser.page("invite(...args);", "hints", *party(FRIEND))
    until(lambda: "Ada Sample 20 letters, last on" in paired.browser.page(hints))
    paired.browser.page("invite(...args);", "hints", *party(STRANGER))
    until(lambda: "Theo Justmet" in paired.browser.page(hints))
    paired.picture("hints")


HOSTILE = '"><img src=x onerror=document.title="in"> <script>document.title="in"</script> ${7*7} &lt;b&gt;'


def test_hostile_words_are_only_words(paired: World):
    ask = f"Could you introduce me to the buyers you work with, {HOSTILE} and recommend us to your readers?"
    title = paired.browser.page("return document.title;")
    paired.write(f"{HOSTILE.replace('<', '(').replace('>', ')')} <evil@justmet.example>", "hostile", ask)
    paired.browser.page("invite(...args);", "hostile", HOSTILE, "other-evil@justmet.example")
    paired.send("hostile")
    said = paired.held()
    assert '<script>document.title="in"</script>' in said
    inside = f"return [...{DIALOG}.querySelectorAll('*')].map((one) => one.localName);"
    assert not {"img", "script", "b"} & set(paired.browser.page(inside))
    assert paired.browser.page("return document.title;") == title
    paired.picture("hostile")
    paired.say("edit")


def test_the_page_changes_nothing_about_the_dialog(paired: World):
    paired.warned(STRANGER, "styled", ASK)
    with_page = paired.browser.page(LOOKS)
    paired.browser.page("for (const sheet of document.styleSheets) sheet.disabled = true;")
    assert paired.browser.page(LOOKS) == with_page
    assert with_page[0]["color"] == "rgb(28, 36, 48)"
    paired.say("edit")


def test_nobody_who_reads_with_a_program_is_shut_out(paired: World):
    axe = str(MODULES / "axe-core" / "axe.js")
    for scheme in ("light", "dark"):
        paired.browser.run(SCHEME, scheme)
        paired.warned(STRANGER, f"axe {scheme}", ASK)
        found = paired.browser.run(AXE, axe, MAIL, {"include": [["goodwill-dialog"]]})
        assert found["violations"] == []
        assert found["passes"] > 5
        paired.picture(f"dialog_{scheme}")
        paired.say("edit")
        found = paired.browser.run(AXE, axe, f"{EXTENSION}/options.html", "html")
        assert found["violations"] == []
        assert found["passes"] > 5
        if PICTURES:
            paired.browser.run(OPTIONS, f"{EXTENSION}/options.html", f"{PICTURES}/options_{scheme}.png")
    paired.browser.run(SCHEME, "light")


def test_nothing_was_said_on_the_console_and_nobody_else_was_asked(paired: World):
    expected = ("/favicon.ico", "/v1/pair")  # the page has no icon, and the first code was wrong
    assert [one for one in complaints(paired.browser) if not one["at"].endswith(expected)] == []
    places = ("https://mail.google.com/", EXTENSION, f"http://127.0.0.1:{paired.door.port}/v1/")
    assert [one for one in paired.browser.run("return asked;") if not one.startswith(places)] == []


def test_what_runs_beside_the_page_cannot_read_the_token(paired: World):
    levels = paired.browser.extension("return chrome.storage.local.get('token');")
    assert levels["token"]
    assert paired.browser.run(ISOLATED, EXTENSION) == "Access to storage is not allowed from this context."


def test_where_the_door_is_shut_mail_passes_and_the_button_says_so(paired: World):
    paired.door.shut()
    paired.passes(STRANGER, "shut", ASK)
    assert paired.button().startswith("!: Goodwill could not check: Goodwill is not running")
    paired.door.open()
    paired.passes(STRANGER, "open", "See you at the fair!")
    assert paired.button() == ": Goodwill"


def test_a_door_that_says_nothing_is_waited_for_three_seconds(paired: World):
    paired.door.shut()
    with socket.create_server(("127.0.0.1", paired.door.port)):
        begun = time.monotonic()
        paired.passes(STRANGER, "silence", ASK)
        assert 2.5 < time.monotonic() - begun < 8
    assert "did not answer in time" in paired.button()
    paired.door.open()


def test_a_worker_that_is_killed_while_it_asks_holds_no_mail_up(paired: World):
    paired.door.shut()
    with socket.create_server(("127.0.0.1", paired.door.port)) as silent:
        paired.write(STRANGER, "interrupted", ASK)
        silent.accept()[0].close()  # it asked about the recipients
        paired.send("interrupted")
        with silent.accept()[0]:
            begun = time.monotonic()
            paired.kill_worker()
            paired.arrives("interrupted")
            assert time.monotonic() - begun < 2.5
    until(lambda: "Something went wrong in this add-on" in paired.button())
    paired.door.open()


def test_a_client_that_is_let_in_no_more_lets_mail_pass_and_says_so(paired: World):
    paired.goodwill("pair", "--remove", "Chromium")
    paired.passes(STRANGER, "removed", ASK)
    assert "pair this client" in paired.button()


def test_an_add_on_that_was_renewed_under_the_page_holds_no_mail_up(paired: World):
    paired.write(STRANGER, "orphan", ASK)
    paired.browser.run(RENEW, f"{EXTENSION}/options.html")
    paired.send("orphan")
    paired.arrives("orphan")


def by_sdk(one: World, draft: str, text: str, press: str = ".send", **more: Any) -> None:
    """Write a mail to a stranger and press a button, as soon as InboxSDK has found the window."""
    one.write(STRANGER, draft, text, **more)
    found = (
        f"return document.querySelector('[data-draft=\"{draft}\"] goodwill-hints')?.shadowRoot.textContent;"
    )
    assert "Theo Justmet 1 letter" in until(lambda: one.browser.page(found))
    one.browser.run(f'await page.locator(`[data-draft="{draft}"] {press}`).click();')


def how(one: World, draft: str) -> str:
    until(lambda: one.gmail.has(draft))
    return str(next(mail["how"] for mail in one.gmail.sent if mail["draft"] == draft))


def test_with_inboxsdk_harmless_mail_passes(with_sdk: World):
    by_sdk(with_sdk, "sdk-harmless", "It was nice to meet you too. See you at the next fair!")
    assert how(with_sdk, "sdk-harmless") == "sent"
    assert with_sdk.button() == ": Goodwill"


def test_with_inboxsdk_a_flagged_mail_is_held_and_asked_about_once(with_sdk: World):
    by_sdk(with_sdk, "sdk-flagged", ASK)
    assert "Too early to ask Theo Justmet" in with_sdk.held()
    with_sdk.picture("with_sdk")
    with_sdk.say("edit")
    with_sdk.stays("sdk-flagged")
    with_sdk.send("sdk-flagged")
    assert how(with_sdk, "sdk-flagged") == "sent"


@pytest.mark.parametrize(
    ("press", "goes"), [(".send", "sent"), (".Uo", "archived"), ("[selector]", "scheduled")]
)
def test_with_inboxsdk_what_was_held_goes_the_way_that_was_meant(with_sdk: World, press: str, goes: str):
    by_sdk(with_sdk, f"sdk-{goes}", f"{ASK} I mean it.", press, reply=True)
    with_sdk.held()
    assert not with_sdk.gmail.has(f"sdk-{goes}")
    with_sdk.say("send")
    assert how(with_sdk, f"sdk-{goes}") == goes


def test_with_inboxsdk_what_it_cannot_send_is_not_held_again(with_sdk: World):
    by_sdk(with_sdk, "sdk-stuck", f"{ASK} By Monday.")
    with_sdk.held()
    with_sdk.browser.page(
        "const swallow = (event) => event.composedPath().some((one) => one.matches?.('.send')) &&"
        " (event.stopImmediatePropagation(), event.preventDefault());"
        "window.addEventListener('click', swallow, true);"
        "window.free = () => window.removeEventListener('click', swallow, true);"
    )
    with_sdk.say("send")
    until(lambda: "press Send again" in with_sdk.button())
    with_sdk.browser.page("window.free();")
    assert not with_sdk.gmail.has("sdk-stuck")
    with_sdk.send("sdk-stuck")
    assert how(with_sdk, "sdk-stuck") == "sent"


def test_inboxsdk_tells_its_makers_nothing(with_sdk: World):
    asked = with_sdk.browser.run("return asked;")
    places = ("https://mail.google.com/", EXTENSION, f"http://127.0.0.1:{with_sdk.door.port}/v1/")
    assert [one for one in asked if not one.startswith(places)] == []
    assert with_sdk.browser.page("return Object.keys(localStorage);") == []
    told = [one["text"] for one in complaints(with_sdk.browser)]
    expected = "Failed to load resource", "InboxSDK: You have loaded InboxSDK with an invalid appId"
    assert [text for text in told if not text.strip("=\n ").startswith(expected)] == []


def test_where_gmail_cannot_be_found_the_button_says_so(lost: World):
    until(lambda: "cannot see Gmail's windows" in lost.button(), 45)
    expected = "Failed to load resource", "Error: waitFor timeout"  # of the page's icon, and InboxSDK's own
    told = [one["text"] for one in complaints(lost.browser)]
    assert [text for text in told if not text.startswith(expected)] == []
