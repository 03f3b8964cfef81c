"""The worked examples, through ``import`` and ``check`` as a user would run them, with the score."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path

from conftest_e2e import environment

ENOUGH = 26


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "goodwill", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)


def verdict_of(scenario: Path, folder: Path) -> tuple[str, list[str]]:
    """The verdict given, and those accepted."""
    maker = scenario.parent / "scenario.py"
    subprocess.run([sys.executable, str(maker), str(scenario), str(folder)], check=True, capture_output=True)
    expect = json.loads((folder / "expect.json").read_text("utf-8"))
    me = [word for one in (expect["me"], *expect["aliases"]) for word in ("--me", parseaddr(one)[1])]
    home = folder / "home"
    imported = run(home, "import", str(folder / "mail.mbox"), str(folder / "calendar.ics"), *me)
    assert imported.returncode == 0, imported.stderr
    checked = run(home, "check", str(folder / "draft.eml"), "--now", expect["now"], "--json")
    assert checked.returncode in (0, 1), checked.stderr
    assert "Traceback" not in imported.stderr + checked.stderr
    found = json.loads(checked.stdout)
    assert (found["verdict"] == "clear") == (checked.returncode == 0)
    return found["verdict"], expect["expect"]["verdict"]


def test_the_scenarios(shared: Path, tmp_path: Path, record_property, figure: Callable[[str], None]):
    lines, right, false_warnings = [], 0, 0
    scenarios = sorted((shared / "scenarios").glob("*.toml"))
    for scenario in scenarios:
        given, accepted = verdict_of(scenario, tmp_path / scenario.stem)
        right += given in accepted
        false_warnings += accepted == ["clear"] and given != "clear"
        lines.append(f"{'  ' if given in accepted else '✗ '}{scenario.stem:36} {given:10} {accepted}")
    for line in (*lines, f"{right} of {len(scenarios)} right, {false_warnings} false warnings"):
        figure(line)
    assert right >= ENOUGH
