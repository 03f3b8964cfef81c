"""Plugins of strangers: the README's detector as a distribution of its own, and some that misbehave."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest_e2e import Ran, environment
from letters import ME, mbox, message

README = Path(__file__).resolve().parents[2] / "README.md"
Run = Callable[..., Ran]


def example() -> str:
    """The detector that the README shows."""
    return blocks("python")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def build_wheel(folder: Path) -> Path:
    """The README's detector as its author would publish it, entry point and all."""
    points = tomllib.loads(blocks("toml")[0])["project"]["entry-points"]["goodwill.detectors"]
    info = "applause-1.0.dist-info"
    files = {
        "applause.py": example(),
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: applause\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[goodwill.detectors]\n"
        + "".join(f"{name} = {module}\n" for name, module in points.items()),
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    wheel = folder / "applause-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, content)
    return wheel


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


def test_the_readmes_detector_reaches_the_ledger_from_its_own_wheel(
    run: Run, site: Path, mail: Path, tmp_path: Path
):
    assert len(example().splitlines()) < 30
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-input"]
    wheel = build_wheel(tmp_path)
    subprocess.run([*pip, "--target", site, wheel], check=True, capture_output=True)
    assert "applause" in run("plugins").out
    assert run("import", mail, "--me", ME).status == 0
    page = json.loads(run("show", "ada", "--json", "--now", "2025-02-01").out)
    (entry,) = [entry for entry in page["ledger"] if entry["quote"] == "BRAVO"]
    assert (entry["kind"], entry["type"]) == ("gave", "recognition")
    assert entry["points"] > 0


def test_the_readmes_contract_holds_the_readmes_detector(site: Path):
    install(site, "applause", example())
    (site / "test_applause.py").write_text(blocks("python")[1], "utf-8")
    settings = environment()
    settings["PYTHONPATH"] = os.pathsep.join([str(site), settings["PYTHONPATH"]])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", site, site]
    ran = subprocess.run(command, capture_output=True, env=settings, cwd=site, check=False, text=True)
    assert ran.returncode == 0, ran.stdout
    assert "5 passed" in ran.stdout


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
HANG = example().replace(SIGNAL, "    while True:\n        pass\n")
NOISE = example().replace(SIGNAL, "    return [42]\n")


@pytest.mark.parametrize(
    ("code", "problem"),
    [(CRASH, "crashed"), (HANG, "hung for"), (LIE, "make no sense"), (NOISE, "make no sense")],
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
