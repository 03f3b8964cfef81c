"""Debian's Chromium, perhaps with the add-on in it, through npm's ``playwright-core``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PLAYWRIGHT, AXE = "1.65.1", "4.14.1"
MODULES = Path(__file__).resolve().parents[2] / ".tools" / "node_modules"
INSTALL = f"npm install --prefix .tools playwright-core@{PLAYWRIGHT} axe-core@{AXE}"
EXTENSION = "chrome-extension://hijiapnhgkpgbhokjbdffeamjhlcgpof"
"""The add-on's Origin, by the key in its manifest."""
QUIET = (
    "--headless=new", "--no-sandbox", "--no-first-run", "--no-proxy-server", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--ignore-certificate-errors",
)  # fmt: skip


def programs() -> tuple[str, str]:
    """Node.js and Chromium; skips where something is missing."""
    node, npm, chromium = map(shutil.which, ("node", "npm", "chromium"))
    if node is None or npm is None or chromium is None:
        pytest.skip("node, npm or chromium is not here: apt-get install nodejs npm chromium")
    if not all((MODULES / name / "package.json").exists() for name in ("playwright-core", "axe-core")):
        pytest.skip(f"npm's playwright-core and axe-core are not here: {INSTALL}")
    return node, chromium


def until(check: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until ``check`` returns something true; returns that."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)
    return found


@dataclass
class Chromium:
    """A running browser; ``run`` gets the body of an asynchronous function, see ``chromium.mjs``."""

    _process: subprocess.Popen[str]

    def run(self, code: str, *args: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"code": code, "args": args}) + "\n")
        self._process.stdin.flush()
        return self.read()

    def read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the browser has ended"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def page(self, code: str, *args: Any) -> Any:
        """Call an asynchronous function's body in the page of mail."""
        return self.run(f"return page.evaluate({SCRIPT});", code, args)

    def extension(self, code: str, *args: Any) -> Any:
        """Call an asynchronous function's body in a page of the add-on."""
        return self.run(EXTENDED, EXTENSION, code, args)


# As a string: it is the debugger's, so that no page's policy forbids it.
SCRIPT = "`(async (args) => { ${args.at(-2)} })(${JSON.stringify(args.at(-1))})`"
EXTENDED = f"""
const [origin] = args;
const other = context.pages().find((one) => one.url().startsWith(origin))
  ?? await context.newPage();
if (!other.url().startsWith(origin)) await other.goto(`${{origin}}/options.html`);
await page.bringToFront();
return other.evaluate({SCRIPT});
"""


@contextmanager
def chromium(folder: Path, addon: Path | None = None, port: int = 0) -> Iterator[Chromium]:
    """Run Chromium with ``addon`` until the block ends; Gmail is at ``port``, and all else nowhere."""
    node, program = programs()
    names = f"MAP mail.google.com 127.0.0.1:{port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    words = [node, str(Path(__file__).with_suffix(".mjs")), str(MODULES), str(folder / "profile"), *QUIET]
    words += [f"--host-resolver-rules={names}"]
    if addon is not None:
        words += [f"--load-extension={addon}", f"--disable-extensions-except={addon}"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (folder / "chromium.log").open("w") as log:
        variables = {**os.environ, "GOODWILL_CHROMIUM": program}
        with subprocess.Popen(words, stderr=log, env=variables, **pipes) as process:
            one = Chromium(process)
            try:
                one.read()
                yield one
            finally:
                process.stdin.close()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
