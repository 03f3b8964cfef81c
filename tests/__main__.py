"""Every check in one command: ``python tests``. Stops at nothing, and fails if any of them fails."""

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
    ("tests", ["coverage", "run", "-m", "pytest", *sys.argv[1:]]),
    ("coverage", ["coverage", "combine", "--quiet"]),
    ("coverage", ["coverage", "report"]),
)


def command(words: list[str]) -> list[str]:
    if words[0] == "importlinter.cli":
        code = "from importlinter.cli import lint_imports_command as run; run()"
        return [sys.executable, "-c", code]
    return [sys.executable, "-m", *words]


def main() -> int:
    failed = []
    for name, words in CHECKS:
        print(f"== {name}: {' '.join(words)}", flush=True)
        if subprocess.run(command(words), cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
