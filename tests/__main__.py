"""Every check in one command: ``python tests``. Stops at nothing, and fails if any of them fails.

The tests run in two processes side by side, since most of them wait for a program of their own; words after
the command go to pytest, in a single one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEFORE = (
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("architecture", ["importlinter.cli", "lint_imports_command"]),
)
AFTER = (
    ("coverage", ["coverage", "combine", "--quiet"]),
    ("coverage", ["coverage", "report"]),
)
SLOW = [f"tests/end_to_end/test_{name}.py" for name in ("first_read", "kill", "google", "microsoft", "soak")]
PARTS = (SLOW, ["tests", *(f"--ignore={path}" for path in SLOW)])


def command(words: list[str]) -> list[str]:
    if words[0] == "importlinter.cli":
        code = "from importlinter.cli import lint_imports_command as run; run()"
        return [sys.executable, "-c", code]
    return [sys.executable, "-m", *words]


def passes(name: str, words: list[str]) -> bool:
    print(f"== {name}: {' '.join(words)}", flush=True)
    return not subprocess.run(command(words), cwd=ROOT, check=False).returncode


def tests_pass(words: list[str]) -> bool:
    """Run pytest with ``words``; without any all of it, one part shown when the other is through."""
    run = ["coverage", "run", "-m", "pytest"]
    if words:
        return passes("tests", [*run, *words])
    with tempfile.TemporaryFile() as shown:
        slow = [*run, *PARTS[0], "-o", "cache_dir=.pytest_cache/slow"]
        beside = subprocess.Popen(command(slow), cwd=ROOT, stdout=shown, stderr=subprocess.STDOUT)
        try:
            good = passes("tests", [*run, *PARTS[1]])
        finally:
            failed = beside.wait()
        print(f"== tests beside: {' '.join(slow)}", flush=True)
        shown.seek(0)
        print(shown.read().decode(errors="replace"), flush=True)
    return good and not failed


def main() -> int:
    failed = [name for name, words in BEFORE if not passes(name, words)]
    if not tests_pass(sys.argv[1:]):
        failed.append("tests")
    failed += [name for name, words in AFTER if not passes(name, words)]
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
