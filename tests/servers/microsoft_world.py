"""Microsoft as the tests have it: Entra by ``emulate`` behind HTTPS, and a mailbox in the small Graph."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest_e2e import Ran, environment
from emulate import consent, entra
from graph import ME, Graph, serve

CLIENT = "11111111-2222-3333-4444-555555555555"
# Whoever brings a token that nobody gave is taken for the first of them.
SEED = {"users": [{"email": "stranger@far.example", "name": "A Stranger"}, {"email": ME, "name": "Me Owner"}]}


@dataclass
class World:
    """Where it is signed in, whom to trust, the mailbox, and the home that is configured for it."""

    auth: str
    trusted: Path
    box: Graph
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return environment() | {"REQUESTS_CA_BUNDLE": str(self.trusted)}

    def run(self, *words: object, **more: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "goodwill", "--home", str(self.home), *map(str, words)],
            env=self.environment | more, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def by_hand(self, *words: object, ended: Callable[[str], str] | None = None) -> Ran:
        """Run ``connect --no-browser``, and paste what ``ended`` makes of the address that it names."""
        command = [sys.executable, "-m", "goodwill", "--home", str(self.home), "connect", "microsoft"]
        process = subprocess.Popen(
            [*command, "--client", CLIENT, "--no-browser", *map(str, words)], env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            if line.startswith("http"):
                process.stdin.write((ended or self.consent)(line.strip()) + "\n")
                process.stdin.flush()
                break
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in told + err
        return Ran(process.returncode, out, told + err)

    def consent(self, url: str) -> str:
        return consent(url, ME, self.trusted)


@contextmanager
def microsoft(folder: Path, home: Path, box: Graph, more: str = "") -> Iterator[World]:
    """Run it until the block ends, with a ``home`` that knows it; ``more`` goes to the configuration."""
    with entra(folder, SEED) as (auth, trusted), serve(box) as api:
        home.mkdir(exist_ok=True)
        with (home / "config.toml").open("a") as config:
            config.write(f'[microsoft]\napi = "{api}"\nauth = "{auth}"\n{more}')
        yield World(auth, trusted, box, home)
