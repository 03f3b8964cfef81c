"""The page in Debian's Chromium, against a real door: every action by its button, seen, heard and clean."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hostile
import pytest
from chromium import MODULES, Chromium, chromium, programs, until
from circle import ASK, ME, STRANGER, history
from conftest_e2e import Goodwill, runner
from door import Served, served
from letters import mbox

ADA, THEO, HOSTILE = "ada@there.example", "theo@justmet.example", "script@evil.example"
PICTURES = os.environ.get("GOODWILL_PICTURES")
"""A folder for pictures of what the owner sees, where somebody wants to look at them."""
PAGES = {
    "today": "/", "people": "/people", "person": f"/person?of={ADA}", "check": "/check",
    "network": "/network", "warnings": "/warnings", "accounts": "/accounts",
    "forget": f"/person/forget?of={ADA}", "hostile": f"/person?of={HOSTILE}&all=1",
}  # fmt: skip
LOOK = """
const [address, width, scheme, axe, picture] = args;
await page.setViewportSize({ width, height: 800 });
await page.emulateMedia({ colorScheme: scheme });
await page.goto(address);
if (picture) await page.screenshot({ path: picture, fullPage: true });
const found = await page.evaluate(axe + `; axe.run(document, { runOnly: [
  "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice" ] })
  .then((all) => all.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html).join(" ")))`);
const wide = await page.evaluate("document.documentElement.scrollWidth");
return wide > width ? [...found, `it is ${wide} wide`] : found;
"""
PRESS = """
const [selector, told] = args;
const heard = page.waitForFunction(
  (words) => document.querySelector("#told").textContent.includes(words), told, { timeout: 8000 });
await page.locator(selector).first().click();
await heard;
return page.locator("#told").innerText();
"""


@dataclass
class Page:
    """What the owner sees, and the book behind it."""

    browser: Chromium
    goodwill: Goodwill
    root: str

    def go(self, path: str) -> None:
        self.browser.run("await page.goto(args[0]);", f"{self.root}{path}")

    def press(self, selector: str, said: str) -> None:
        """Press a button and wait for what is said; the page is not loaded anew for it."""
        self.browser.run("await page.evaluate(args[0]);", "window.here = true; told.textContent = ''")
        assert said in self.browser.run(PRESS, selector, said)
        assert self.browser.run("return page.evaluate('window.here');"), "the page was loaded anew"

    def fill(self, selector: str, text: str) -> None:
        self.browser.run("await page.locator(args[0]).first().fill(args[1]);", selector, text)

    def text(self, selector: str = "main") -> str:
        return str(self.browser.run("return page.locator(args[0]).first().innerText();", selector))

    def count(self, selector: str) -> int:
        return int(self.browser.run("return page.locator(args[0]).count();", selector))

    def wait(self, script: str) -> None:
        until(lambda: self.browser.run("return page.evaluate(args[0]).catch(() => false);", script))

    def shown(self, who: str) -> dict[str, Any]:
        return dict(json.loads(self.goodwill("show", who, "--json").out))


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    programs()
    home = tmp_path_factory.mktemp("browser") / "home"
    home.mkdir()
    box = mbox(home.parent / "mail.mbox", [*history(), *hostile.letters()])
    assert runner(home)("import", box, hostile.calendar(home.parent / "d.ics"), "--me", ME).status == 0
    with served(home) as one:
        yield one


@pytest.fixture(scope="module")
def page(door: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    goodwill = runner(door.home)
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        one = Page(browser, goodwill, f"http://127.0.0.1:{door.port}")
        browser.run("await page.goto(args[0]);", goodwill("page").out.strip())
        one.wait("location.pathname === '/'")
        yield one


def complaints(page: Page) -> list[dict[str, str]]:
    """What was complained of on the console since the last look."""
    return [one for one in page.browser.run("return said.splice(0);") if one["kind"] in ("error", "warning")]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_every_page_can_be_used_by_everybody(page: Page, width: int, scheme: str):
    axe = (MODULES / "axe-core" / "axe.min.js").read_text()
    page.goodwill("check", "-", stdin=f"From: {ME}\nTo: {STRANGER}\nSubject: x\n\n{ASK}\n")
    for name, path in PAGES.items():
        picture = str(Path(PICTURES, f"{name}-{width}-{scheme}.png")) if PICTURES else ""
        address = f"{page.root}{path}"
        assert page.browser.run(LOOK, address, width, scheme, axe, picture) == [], name
    assert complaints(page) == []


def test_nothing_is_asked_of_any_other_machine(page: Page):
    for path in PAGES.values():
        page.go(path)
    asked = page.browser.run("return asked;")
    assert asked
    assert all(one.startswith((f"{page.root}/", "data:", "chrome")) for one in asked)


def test_what_mail_says_does_nothing(page: Page):
    for path in (*PAGES.values(), *(f"/person?all=1&of={quote(one, safe='')}" for one in hostile.NAMES)):
        page.go(path)
        assert page.browser.run("return page.evaluate('window.hacked ?? null');") is None, path
        assert page.count("main script, main img, main b:not(.notes b), main [onload], main [onerror]") == 0
    page.go(f"/person?of={HOSTILE}")
    page.fill("input[name=text]", hostile.BAD)
    page.press("text=Note it", "Noted.")
    assert hostile.BAD in page.text(".notes")
    assert page.browser.run("return page.evaluate('window.hacked ?? null');") is None
    assert complaints(page) == []


def test_the_thirteen_points_take_a_click_each(page: Page):
    page.go(f"/person?of={THEO}")
    for number in (4, 7, 11):
        page.press(f"#p{number}yes", "Written down")
        assert page.count(f"#p{number}yes[aria-pressed=true]") == 1
    focused = page.browser.run("return page.evaluate('document.activeElement.id');")
    assert focused == "p11yes"
    page.browser.run("await page.keyboard.press('Tab'); await page.keyboard.press('Enter');")
    page.wait("document.querySelector('#p11no').getAttribute('aria-pressed') === 'true'")
    answers = {one["number"]: one["answer"] for one in page.shown(THEO)["points"]}
    assert (answers[4], answers[7], answers[11]) == ("yes", "yes", "no")


def test_everything_else_on_a_person_is_a_button_too(page: Page):
    page.go(f"/person?of={THEO}")
    page.fill("input[name=since]", "2024-05-31")
    page.press("text=Keep", "Written down")
    page.fill("input[name=text]", "keeps bees")
    page.press("text=Note it", "Noted.")
    page.press("text=Take back", "taken back")
    for there, back in (("never warn", "Judge asks of them"), ("Mute", "Hear of them")):
        page.press(f"button:has-text('{there}')", "more")
        page.press(f"button:has-text('{back}')", "again")
    page.press("text=It is fine", "fine for them")
    page.press("button:has-text('Judge an ask for')", "judged again")
    page.fill("input[name=other]", "Ada Sample")
    page.press("button:text-is('Merge')", "one person now")
    assert sorted(page.shown(THEO)["addresses"]) == [ADA, THEO]
    page.press(f"button:has-text('{THEO} is somebody else')", "two persons now")
    page.fill("input[name=other]", "nobody of that name")
    page.press("button:text-is('Merge')", "nobody of that name")
    assert page.count(".wrong") == 1
    failed = [one["text"] for one in complaints(page)]
    assert all("422" in one for one in failed), failed


def test_today_is_answered(page: Page):
    page.go("/")
    cards = page.count("article")
    assert cards > 1
    page.press("button[value=done]", "Done.")
    page.press("button[value=snooze]", "rests for a week")
    page.press("button[value=wrong]", "not brought up again")
    assert page.count("article") < cards


def test_people_are_found_while_one_types(page: Page):
    page.go("/people")
    assert page.count("#rows tr") == 7
    page.browser.run("await page.locator('#q').pressSequentially('sample');")
    page.wait("document.querySelectorAll('#rows tr').length === 1")
    assert "Ada Sample" in page.text("#rows")
    assert "q=sample" in page.browser.run("return page.url();")
    page.browser.run("await page.reload();")
    assert page.count("#rows tr") == 1
    page.fill("#q", "")
    page.wait("location.search.startsWith('?q=&') && document.querySelectorAll('#rows tr').length === 7")
    page.browser.run("await page.locator('select[name=sort]').selectOption('name');")
    page.wait("location.search.includes('sort=name') && document.querySelector('#rows a').text < 'B'")
    page.browser.run("await page.locator('#rows a').first().click();")
    page.wait("location.pathname === '/person'")


def test_a_draft_is_checked(page: Page):
    page.go("/check")
    page.fill("input[name=to]", STRANGER)
    page.fill("textarea", ASK)
    page.browser.run("await page.locator('.draft button').click();")
    page.wait("document.querySelector('.verdict.premature')")
    assert "You ask for: introduction" in page.text(".verdict")
    page.press("text=I send it all the same", "Written down")
    page.go("/warnings")
    page.press("button[value=kept]", "Written down")
    assert "you kept it back" in page.text(".warnings")
    assert complaints(page) == []


def test_without_scripts_forms_are_forms(page: Page):
    told = page.browser.run(WITHOUT, f"{page.root}/person?of={THEO}", f"{page.root}/people?q=ada")
    assert told == ["Written down: your word outranks what mail shows.", 1]


WITHOUT = """
const plain = await context.browser().newContext({ javaScriptEnabled: false,
  storageState: await context.storageState() });
const other = await plain.newPage();
await other.goto(args[0]);
await other.locator("#p12yes").click();
const heard = await other.locator("#told").innerText();
await other.goto(args[1]);
const found = await other.locator("#rows tr").count();
await plain.close();
return [heard, found];
"""


def test_somebody_is_forgotten_and_the_owner_goes(page: Page):
    address = "quote@evil.example"
    page.go(f"/person?of={address}")
    page.browser.run("await page.locator('text=Forget them').click();")
    page.wait("location.pathname === '/person/forget'")
    page.browser.run("await page.locator('[name=sure]').check();")
    page.browser.run("await page.locator('button.danger').click();")
    page.wait("document.querySelector('h1').textContent === 'Forgotten'")
    assert "No byte of what was deleted is left" in page.text()
    assert page.goodwill("show", address).status == 2
    page.browser.run("await page.locator('text=Sign out').click();")
    page.wait("document.querySelector('h1').textContent === 'Signed out'")
    page.go("/people")
    assert "You are not signed in" in page.text("body")
