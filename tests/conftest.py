"""What all tests share: the folder of worked examples beside the project, and no silent skip in CI."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
LONGEST = ("first_read", "soak", "kill", "forget", "faults", "run", "microsoft", "google", "thunderbird")
"""The end-to-end tests that take longest: they begin first, so that none of several processes ends late."""
FIGURE = "figure"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--messages", type=int, default=40_000, help="how many the large mailboxes hold")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {f"test_{name}": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


def in_ci() -> bool:
    return os.environ.get("CI") == "true"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of scenarios and real mailboxes that developers have beside the project."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: it lies beside the project on the developers' machines only")
    return SHARED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.skipped and in_ci() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where everything must run: {report.longrepr}"
    return report


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tells a figure that was measured; all of them are shown in the end, whichever process measured them."""
    return lambda told: request.node.user_properties.append((FIGURE, told))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    told = [(one.nodeid, what) for one in reports for name, what in one.user_properties if name == FIGURE]
    if told:
        terminalreporter.section("figures")
    for where, what in told:
        terminalreporter.line(f"{where.rpartition('::')[2]}: {what}")
