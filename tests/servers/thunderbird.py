"""Starts Debian's Thunderbird on a screen of its own (Xvfb, jwm), and uses it and an add-on in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from marionette import Marionette
from ports import free_port

ID = "goodwill@goodwill.example"
# One account that is never fetched from; nothing that would open a window or the network.
PREFERENCES = """
user_pref("marionette.port", {marionette});
user_pref("mail.accountmanager.accounts", "account1,account2");
user_pref("mail.accountmanager.defaultaccount", "account1");
user_pref("mail.accountmanager.localfoldersserver", "server2");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.server.server1.type", "pop3");
user_pref("mail.server.server1.hostname", "127.0.0.1");
user_pref("mail.server.server1.userName", "{address}");
user_pref("mail.server.server1.name", "{address}");
user_pref("mail.server.server1.login_at_startup", false);
user_pref("mail.server.server1.check_new_mail", false);
user_pref("mail.server.server2.type", "none");
user_pref("mail.server.server2.hostname", "Local Folders");
user_pref("mail.server.server2.userName", "nobody");
user_pref("mail.identity.id1.fullName", "{name}");
user_pref("mail.identity.id1.useremail", "{address}");
user_pref("mail.identity.id1.valid", true);
user_pref("mail.identity.id1.fcc", false);
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.smtpservers", "smtp1");
user_pref("mail.smtp.defaultserver", "smtp1");
user_pref("mail.smtpserver.smtp1.hostname", "127.0.0.1");
user_pref("mail.smtpserver.smtp1.port", {smtp});
user_pref("mail.smtpserver.smtp1.authMethod", 1);
user_pref("mail.smtpserver.smtp1.try_ssl", 0);
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("mail.spotlight.firstRunDone", true);
user_pref("mail.rights.version", 1);
user_pref("mail.shell.checkDefaultClient", false);
user_pref("mail.collect_email_address_outgoing", false);
user_pref("mailnews.start_page.enabled", false);
user_pref("mailnews.start_page_override.mstone", "ignore");
user_pref("app.donation.eoy.version.viewed", 999);
user_pref("app.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("ui.systemUsesDarkTheme", {dark});
user_pref("xpinstall.signatures.required", false);
"""
# Runs where only the program itself may: finds windows, and the pages of the add-on in them.
FIND = """
const windows = (type) => [...Services.wm.getEnumerator(type)];
const compose = () => windows("msgcompose").filter((one) => !one.closed);
const mail = (subject) => compose().find((one) => one.gMsgCompose?.compFields.subject === subject
  || one.document.getElementById("msgSubject")?.value === subject);
const ready = (one) => one?.composeEditorReady && !one.gWindowLocked && !one.gSendOperationInProgress
  && !one.document.getElementById("button-send").disabled;
const page = (name) => windows(null).flatMap((one) => [...one.document.querySelectorAll("browser")])
  .find((one) => one.currentURI?.spec.match(/^moz-extension:.*[/]([a-z_]+[.]html)/)?.[1] === name);
const inside = (name) => page(name).browsingContext.currentWindowGlobal.getActor("MarionetteCommands");
const handle = (one) => one && ChromeUtils.importESModule("chrome://remote/content/shared/NavigableManager.sys.mjs")
  .NavigableManager.getIdForBrowsingContext(one.browsingContext);
"""


class Thunderbird:
    """A running Thunderbird."""

    def __init__(self, driver: Marionette) -> None:
        self._driver = driver

    def run(self, body: str, *arguments: Any) -> Any:
        return self._driver.run(FIND + body, *arguments)

    def install(self, package: Path) -> None:
        """Install an add-on from its file, as a user does, and wait until it has begun."""
        self.run(
            """
            const manager = "resource://gre/modules/AddonManager.sys.mjs";
            const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
            file.initWithPath(args[0]);
            const install = await ChromeUtils.importESModule(manager).AddonManager.getInstallForFile(file);
            await install.install();
            """,
            str(package),
        )  # fmt: skip
        self.until("return WebExtensionPolicy.getByID(args[0])?.extension.backgroundState === 'running';", ID)

    def make_list(self, name: str, *addresses: str) -> None:
        """Make a list in the address book."""
        self.run(
            """
            const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
            const make = (name) => Cc[`@mozilla.org/addressbook/${name};1`].createInstance();
            const asked = make("directoryproperty").QueryInterface(Ci.nsIAbDirectory);
            [asked.isMailList, asked.dirName] = [true, args[0]];
            const list = MailServices.ab.directories[0].addMailList(asked);
            for (const address of args.slice(1)) {
              const card = make("cardproperty").QueryInterface(Ci.nsIAbCard);
              card.primaryEmail = address;
              list.addCard(card);
            }
            """,
            name, *addresses,
        )  # fmt: skip

    def has_focus(self, name: str) -> bool:
        """Whether what is typed goes to the window of the page ``name``."""
        return bool(
            self.run("return Services.focus.activeWindow === page(args[0]).ownerDocument.defaultView;", name)
        )

    def write(self, to: str, subject: str, text: str, html: bool = False) -> None:
        """Open a window with a new mail in it, and wait until it may be sent."""
        self.run(
            """
            const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
            const make = (name) => Cc[`@mozilla.org/messengercompose/${name};1`].createInstance();
            const fields = make("composefields").QueryInterface(Ci.nsIMsgCompFields);
            const params = make("composeparams").QueryInterface(Ci.nsIMsgComposeParams);
            [fields.to, fields.subject, fields.body] = args;
            params.composeFields = fields;
            params.identity = MailServices.accounts.defaultAccount.defaultIdentity;
            params.format = args[3] ? Ci.nsIMsgCompFormat.HTML : Ci.nsIMsgCompFormat.PlainText;
            MailServices.compose.OpenComposeWindowWithParams(null, params);
            """,
            to, subject, text, html,
        )  # fmt: skip
        self.until("return ready(mail(args[0]));", subject)

    def retype(self, subject: str, text: str) -> None:
        """Let the owner replace the text of a mail."""
        self.run(
            "const editor = mail(args[0]).GetCurrentEditor();"
            "editor.selectAll(); editor.insertText(args[1]);",
            subject, text,
        )  # fmt: skip

    def add(self, subject: str, recipient: str) -> None:
        """Let the owner write to somebody more."""
        self.run(
            "const one = mail(args[0]);"
            "one.addressRowAddRecipientsArray(one.document.getElementById('addressRowTo'), [args[1]]);",
            subject, recipient,
        )  # fmt: skip

    def send(self, subject: str) -> None:
        """Press Send."""
        self.until("return ready(mail(args[0]));", subject)
        self.run("mail(args[0]).document.getElementById('button-send').click();", subject)

    def tidy(self) -> None:
        """Close whatever is open beside the main window."""
        self.run(
            "for (const one of windows(null).filter((one) => one !== windows('mail:3pane')[0])) {"
            " one.gContentChanged = false; one.close(); }"
        )

    def is_open(self, subject: str) -> bool:
        return bool(self.run("return Boolean(mail(args[0]));", subject))

    def close(self, subject: str) -> None:
        """Throw a mail away."""
        self.run("const one = mail(args[0]); one.gContentChanged = false; one.close();", subject)
        self.until("return !mail(args[0]);", subject)

    def page(self, name: str, body: str, *arguments: Any) -> Any:
        """Run a function's body in the page ``name`` of the add-on, to which ``arguments`` are ``args``."""
        self.until("const one = page(args[0]); return one && !one.webProgress.isLoadingDocument;", name)
        script = f"return (function (...args) {{ {body} }})(...arguments);"
        return self.run(
            "const how = { timeout: 20000, newSandbox: true, filename: 'test', line: 0, async: false };"
            "return await inside(args[0]).executeScript(args[1], args.slice(2), how);",
            name, script, *arguments,
        )  # fmt: skip

    def open_options(self) -> None:
        """Go to the add-on's page of options, as its button does while it is not paired."""
        self.run(
            "const at = windows('mail:3pane')[0];"
            "at.document.querySelector(`#unifiedToolbarContent [item-id='ext-${args[0]}'] button`).click();",
            ID,
        )

    def close_options(self) -> None:
        self.run(
            "const tabs = windows('mail:3pane')[0].document.getElementById('tabmail');"
            "tabs.closeTab(tabs.tabInfo.find((one) => one.browser === page('options.html')));"
        )

    def open_hints(self, subject: str) -> None:
        """Press the add-on's button beside a mail."""
        self.run(
            "mail(args[1]).document.querySelector(`[data-extensionid='${args[0]}']`).click();", ID, subject
        )

    def press(self, name: str, *keys: str) -> None:
        """Press keys, one by one, where the page ``name`` has the focus."""
        self.run(
            """
            const window = page(args[0]).ownerDocument.defaultView;
            const typing = Cc["@mozilla.org/text-input-processor;1"].createInstance(Ci.nsITextInputProcessor);
            typing.beginInputTransactionForTests(window);
            for (const key of args[1]) {
              typing.keydown(new window.KeyboardEvent("", { key, code: key }));
              typing.keyup(new window.KeyboardEvent("", { key, code: key }));
            }
            """,
            name, keys,
        )  # fmt: skip

    def accept_alert(self) -> None:
        """Wait until the program says that something went wrong, take note of it, and see it go."""
        alert = "const one = windows(null).find((one) => one.location.href.includes('commonDialog'));"
        pressed = "const ok = one?.document.querySelector('dialog'); ok?.acceptDialog(); return Boolean(ok);"
        self.until(alert + pressed)
        self.until(f"{alert} one?.document.querySelector('dialog')?.acceptDialog(); return !one;")

    def shows(self, name: str) -> bool:
        return bool(self.run("return Boolean(page(args[0]));", name))

    def button(self, subject: str | None = None) -> str:
        """What the add-on's button says, label and title: in the main window, or beside a mail."""
        return str(
            self.run(
                """
                const [owner, at] = args[1] === null
                  ? [windows("mail:3pane")[0], `#unifiedToolbarContent [item-id="ext-${args[0]}"] button`]
                  : [mail(args[1]), `[data-extensionid="${args[0]}"]`];
                const one = owner.document.querySelector(at);
                const label = one.getAttribute("label") ?? one.textContent.trim();
                return `${label}: ${one.title || one.getAttribute("tooltiptext")}`;
                """,
                ID, subject,
            )
        )  # fmt: skip

    def until(self, body: str, *arguments: Any, seconds: float = 30) -> Any:
        """Wait until the script returns something."""
        return until(lambda: self.run(body, *arguments), seconds)

    def picture(self, body: str, *arguments: Any) -> bytes:
        """A PNG of the window that the script returns."""
        return self._driver.picture(self.run(f"return handle((() => {{ {body} }})());", *arguments))


def until(happened: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
    return found


def program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: apt-get install {package}")
    return found


@contextmanager
def thunderbird(
    folder: Path, name: str, address: str, smtp: int, dark: bool = False, managed: bool = True
) -> Iterator[Thunderbird]:
    """Run Thunderbird until the block ends, for whoever has this ``name`` and ``address``.

    Without ``managed`` nobody gives its windows a frame, or the focus.
    """
    words = [program("thunderbird", "thunderbird"), "-no-remote"]
    words += ["-marionette", "-remote-allow-system-access"]
    port, profile = free_port(), folder / "profile"
    profile.mkdir(parents=True)
    (profile / "user.js").write_text(
        PREFERENCES.format(marionette=port, name=name, address=address, smtp=smtp, dark=int(dark))
    )
    with ExitStack() as stack:
        display = stack.enter_context(_screen(folder, managed))
        log = stack.enter_context((folder / "thunderbird.log").open("wb"))
        process = subprocess.Popen(
            [*words, "-profile", str(profile)],
            stdout=log, stderr=log,
            env=os.environ | {"DISPLAY": display, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
        )  # fmt: skip
        stack.callback(_end, process)
        driver = Marionette(port)
        stack.callback(driver.close)
        yield Thunderbird(driver)


@contextmanager
def _screen(folder: Path, managed: bool) -> Iterator[str]:
    """A screen that nobody sees; ``managed`` by a program that gives windows their frame and the focus."""
    words = [program("Xvfb", "xvfb"), "-screen", "0", "1280x1000x24", "-nolisten", "tcp", "-displayfd"]
    reading, writing = os.pipe()
    with (folder / "xvfb.log").open("wb") as log:
        process = subprocess.Popen([*words, str(writing)], pass_fds=[writing], stdout=log, stderr=log)
    os.close(writing)
    with ExitStack() as stack:
        stack.callback(_end, process)
        with os.fdopen(reading) as told:
            display = f":{told.readline().strip()}"
        if managed:
            seen = os.environ | {"DISPLAY": display}
            log = stack.enter_context((folder / "jwm.log").open("wb"))
            (folder / "jwm.xml").write_text("<JWM><FocusModel>click</FocusModel></JWM>")
            words = [program("jwm", "jwm"), "-f", str(folder / "jwm.xml")]
            manager = subprocess.Popen(words, stdout=log, stderr=log, env=seen)
            stack.callback(_end, manager)
        yield display


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
