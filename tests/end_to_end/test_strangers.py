"""Plugins of strangers: the README's detector as a distribution of its own, and some that misbehave."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest_e2e import Ran, environment
from letters import ME, mbox, message

README = Path(__file__).resolve().parents[2] / "README.md"
Run = Callable[..., Ran]


def example() -> str:
    """The detector that the README shows."""
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    return code


def install(folder: Path, name: str, code: str, group: str = "goodwill.detectors") -> None:
    """What pip leaves behind of a wheel with one module and one entry point."""
    (folder / f"{name}.py").write_text(code, "utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {name}\n")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def run(home: Path, site: Path) -> Run:
    settings = environment()
    settings["PYTHONPATH"] = os.pathsep.join([str(site), settings["PYTHONPATH"]])

    def run(*words: object, stdin: bytes = b"") -> Ran:
        command = [sys.executable, "-m", "goodwill", "--home", str(home), *map(str, words)]
        done = subprocess.run(command, input=stdin, capture_output=True, env=settings, check=False)
        assert b"Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    letters = [
        message(ME, "Ada Sample <ada@there.example>", "last night", "BRAVO! What a concert.", 3, "a"),
        message(
            "Ada Sample <ada@there.example>", ME, "Re: last night", "Could you send me the photos?", 4, "b"
        ),
    ]
    return mbox(tmp_path / "mail", letters)


def test_the_readmes_detector_reaches_the_ledger(run: Run, site: Path, mail: Path):
    assert len(example().splitlines()) < 30
    install(site, "applause", example())
    assert "applause" in run("plugins").out
    assert run("import", mail, "--me", ME).status == 0
    page = json.loads(run("show", "ada", "--json", "--now", "2025-02-01").out)
    (entry,) = [entry for entry in page["ledger"] if entry["quote"] == "BRAVO"]
    assert (entry["kind"], entry["type"]) == ("gave", "recognition")
    assert entry["points"] > 0


def test_a_detector_that_comes_later_reads_the_past_as_far_as_text_was_kept(
    run: Run, site: Path, mail: Path, home: Path
):
    home.mkdir()
    (home / "config.toml").write_text("[store]\nkeep_text = 'full'\n")
    run("import", mail, "--me", ME)
    install(site, "applause", example())
    assert json.loads(run("status", "--json").out)["stale"] == 2
    assert '"quote": "BRAVO"' not in run("show", "ada", "--json").out
    assert run("rebuild").status == 0
    assert '"quote": "BRAVO"' in run("show", "ada", "--json").out


def test_in_evidence_mode_importing_again_reads_with_the_new_detector(run: Run, site: Path, mail: Path):
    run("import", mail, "--me", ME)
    install(site, "applause", example())
    run("rebuild")
    assert '"quote": "BRAVO"' not in run("show", "ada", "--json").out
    run("import", mail)
    assert '"quote": "BRAVO"' in run("show", "ada", "--json").out
    assert json.loads(run("status", "--json").out)["stale"] == 0


SIGNAL = example()[example().index("    return [Signal") :]
CRASH = example().replace(SIGNAL, "    raise RuntimeError('no')\n")
LIE = example().replace("event.sender.address, readers", "'nobody@nowhere.example', readers")
NOISE = example().replace(SIGNAL, "    return [42]\n")


@pytest.mark.parametrize(
    ("code", "problem"), [(CRASH, "crashed"), (LIE, "make no sense"), (NOISE, "make no sense")]
)
def test_one_that_misbehaves_is_a_problem_and_the_rest_goes_on(
    run: Run, site: Path, mail: Path, code: str, problem: str
):
    install(site, "applause", code)
    assert run("import", mail, "--me", ME).status == 0
    status = json.loads(run("status", "--json").out)
    assert status["counts"]["mail"] == 2
    assert any(problem in one["what"] for one in status["problems"])
    assert "Could you send me the photos?" in run("show", "ada", "--json").out


def test_one_that_cannot_be_imported_is_named(run: Run, site: Path, mail: Path):
    install(site, "broken", "import there_is_no_such_module")
    assert run("import", mail, "--me", ME).status == 0
    assert "cannot be loaded" in run("plugins").out


def test_a_subscriber_that_raises_stops_nobody_else(run: Run, site: Path, mail: Path, home: Path):
    code = (
        "from goodwill.plugin import hookimpl\n\n@hookimpl\ndef goodwill_on_event(key, event):\n"
        "    raise ValueError('no')\n"
    )
    install(site, "grumpy", code, "goodwill.subscribers")
    assert run("import", mail, "--me", ME).status == 0
    problems = json.loads(run("status", "--json").out)["problems"]
    assert any("grumpy" in one["place"] for one in problems)
    draft = message(ME, "new@far.example", "?", "Could you recommend us to all of your readers?")
    assert run("check", "-", "--now", "2025-02-01", stdin=draft).status == 1
    assert "premature" in (home / "goodwill.log").read_text()
