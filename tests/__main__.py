"""Every check in one command: ``python tests``. Stops at nothing, and fails if any of them fails.

The tests run in several processes side by side, a file in one of them, since most of them wait for a program
of their own. Words after the command go to pytest instead: ``-n 3 --dist loadfile --cov`` counts the lines
that are run, in more than twice the time.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("architecture", ["importlinter.cli", "lint_imports_command"]),
)
SIDE_BY_SIDE = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def command(words: list[str]) -> list[str]:
    if words[0] == "importlinter.cli":
        code = "from importlinter.cli import lint_imports_command as run; run()"
        return [sys.executable, "-c", code]
    return [sys.executable, "-m", *words]


def passes(name: str, words: list[str]) -> bool:
    print(f"== {name}: {' '.join(words)}", flush=True)
    return not subprocess.run(command(words), cwd=ROOT, check=False).returncode


def main() -> int:
    tests = ("tests", ["pytest", *(sys.argv[1:] or SIDE_BY_SIDE)])
    failed = [name for name, words in (*CHECKS, tests) if not passes(name, words)]
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
