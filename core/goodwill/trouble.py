"""What is wrong in the background, told beside the store: a full disk takes only what has its room already.

The background keeps files of fixed size for one sentence each, and overwrites them in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STORE, DOOR = "run.trouble", "door.trouble"
"""The files: why nothing can be stored, and why the door stays shut."""
SIZE = 1_024
"""Bytes that the file has from its beginning to its end."""


class Trouble:
    """The sentence that the background of a ``home`` has to say in a ``file``; "" while all is well."""

    def __init__(self, home: Path, file: str = STORE) -> None:
        self._path = home / file

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Make the room for the sentence, and clear it away in the end."""
        self.write("", new=True)
        try:
            yield
        finally:
            self._path.unlink(missing_ok=True)

    def write(self, sentence: str, new: bool = False) -> None:
        """Say this from now on; what cannot be said is not."""
        cut = sentence.encode()[:SIZE].decode("utf-8", "ignore").encode()
        try:
            with self._path.open("wb" if new else "rb+") as file:
                file.write(cut.ljust(SIZE))
        except OSError:
            return

    def read(self) -> str:
        """The sentence; "" where nobody says any."""
        try:
            return self._path.read_bytes().decode("utf-8", "replace").strip()
        except OSError:
            return ""
