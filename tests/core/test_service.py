"""What each platform is told, and that its own programs take it."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from goodwill import service, serving

ODD = ['/home/ada/my "mail" 100%/$HOME', "/home/ada/Ordner für Post", "/plain", "/back\\slash 'and' quote"]


@pytest.mark.parametrize("home", ODD)
def test_systemd_takes_the_unit(tmp_path: Path, home: str):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here: apt-get install systemd")
    one = service.systemd(service.words("/usr/bin/env", Path(home), Path(home) / "c.toml"), tmp_path)
    one.path.write_bytes(one.content)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(one.path)],
        capture_output=True, text=True, check=False, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    told = [line for line in done.stderr.splitlines() if "goodwill.service" in line]
    assert (done.returncode, told) == (0, [])


@pytest.mark.parametrize("home", ODD)
def test_systemd_would_start_just_these_words(tmp_path: Path, home: str):
    """By systemd's own rules: quotes as C has them, %% for a percent sign and $$ for a dollar."""
    words = service.words("/usr/bin/python3", Path(home), None)
    content = service.systemd(words, tmp_path).content.decode()
    (line,) = [line for line in content.splitlines() if line.startswith("ExecStart=")]
    assert _split(line.removeprefix("ExecStart=")) == words


def _split(line: str) -> list[str]:
    words, word, inside, signs = [], "", False, iter(line)
    for sign in signs:
        if sign == '"':
            inside = not inside
            if not inside:
                words.append(word.replace("%%", "%").replace("$$", "$"))
                word = ""
        elif sign == "\\":
            word += {"n": "\n", "t": "\t"}.get(following := next(signs), following)
        elif inside:
            word += sign
    return words


@pytest.mark.parametrize("home", ODD)
def test_launchd_is_told_the_same(tmp_path: Path, home: str):
    words = service.words("/usr/bin/python3", Path(home), None)
    told = plistlib.loads(service.launchd(words, tmp_path, tmp_path / "log").content)
    assert told["ProgramArguments"] == words
    assert told["RunAtLoad"] is True
    assert told["KeepAlive"] == {"SuccessfulExit": False}


@pytest.mark.parametrize("home", ODD)
def test_the_task_scheduler_is_told_the_same(tmp_path: Path, home: str):
    words = service.words(r"C:\Program Files\Python\pythonw.exe", Path(home), None)
    content = service.task_scheduler(words, tmp_path, r"HOUSE\ada").content.decode("utf-16")
    root = ET.fromstring(content.partition("?>")[2])
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert root.findtext(".//t:Command", namespaces=space) == words[0]
    assert root.findtext(".//t:Arguments", namespaces=space) == subprocess.list2cmdline(words[1:])
    assert {one.text for one in root.iterfind(".//t:UserId", space)} == {r"HOUSE\ada"}  # nobody else's login
    assert root.findtext(".//t:ExecutionTimeLimit", namespaces=space) == "PT0S"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_install_status_and_uninstall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str):
    """The platform's program is a script that writes down what it was told."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for name in ("systemctl", "launchctl", "schtasks"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/told\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (tmp_path / "home").mkdir()
    said: list[str] = []
    one = serving.of_platform(tmp_path / "home", None, platform)
    assert serving.status(one, lambda: True, said.append) == 1
    assert serving.install(one, lambda: True, said.append) == 0
    assert serving.install(one, lambda: True, said.append) == 0
    assert serving.status(one, lambda: True, said.append) == 0
    other = serving.of_platform(tmp_path / "elsewhere", None, platform)
    if platform == "linux":
        assert serving.status(other, lambda: True, said.append) == 1
        assert "for another home" in said[-2]
    assert serving.uninstall(one, said.append) == 0
    assert not one.path.exists()
    assert serving.uninstall(one, said.append) == 0
    told = (tmp_path / "told").read_text()
    for word in {
        "linux": ("enable", "restart", "disable"),
        "darwin": ("load", "unload"),
        "win32": ("/Create", "/Delete"),
    }[platform]:
        assert word in told


def test_where_nothing_can_be_started_the_owner_is_told_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    said: list[str] = []
    one = serving.of_platform(tmp_path / "home", None, "linux")
    assert serving.install(one, lambda: True, said.append) == 2
    assert "systemctl --user enable --now goodwill.service" in said[-1]
    assert one.path.exists()


def test_a_background_that_ends_at_once_is_not_called_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The platform is content with having started it."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    program = tmp_path / "bin" / "launchctl"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(serving, "BEGINS", 0.3)
    monkeypatch.setattr(serving, "LASTS", 0.1)
    one = serving.of_platform(tmp_path / "home", None, "darwin")
    said: list[str] = []
    assert serving.install(one, lambda: False, said.append) == 2
    assert "has ended again" in said[-1]
    alive = iter((True, False))
    assert serving.install(one, lambda: next(alive), said.append) == 2
    assert serving.status(one, lambda: False, said.append) == 1
    assert "It does not run" in said[-1]
