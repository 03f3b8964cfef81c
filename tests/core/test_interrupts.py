"""Ctrl-C at moments at which Python raises something else, or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from goodwill import asking
from goodwill.cli import main

INTERRUPTED = """
import os, signal, sys, weakref

class Thing:
    pass

def ring(gone):
    os.kill(os.getpid(), signal.SIGINT)

class Rings:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            thing = Thing()
            self.kept = weakref.ref(thing, ring)  # as the import system's locks, which end so
            del thing

sys.meta_path.insert(0, Rings())
from goodwill.cli import main
sys.exit(main(["--home", {home!r}, *{command!r}]))
"""


def test_an_interrupt_that_comes_out_as_another_error(monkeypatch: pytest.MonkeyPatch, capsys):
    def class_body(words: object) -> None:
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr(asking, "short_way", class_body)
    assert main(["status"]) == 130
    assert capsys.readouterr().err.startswith("goodwill: stopped. What was read so far is kept")


@pytest.mark.parametrize("command", [["run"], ["serve"], ["smtp-proxy", "mail.example.com"]])
@pytest.mark.parametrize("module", ["goodwill.clock", "goodwill.app", "sqlalchemy.sql.schema"])
def test_an_interrupt_while_a_program_loads(tmp_path: Path, command: list[str], module: str):
    code = INTERRUPTED.format(module=module, home=str(tmp_path), command=command)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stdout) == (130, "")
    assert told.stderr.startswith("goodwill: stopped.")
    assert told.stderr.count("\n") == 1
