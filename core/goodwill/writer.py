"""Writes to a terminal or a pipe: lines, tables, and numbers in words."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TextIO

SHOWN = 120
"""Characters of a quoted sentence."""


class Writer:
    """Writes to one stream; ``fancy`` only when that is a terminal."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.fancy = self.out.isatty()

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        import shutil

        return shutil.get_terminal_size().columns

    def line(self, text: str = "", style: str = "") -> None:
        """One line, styled (a rich style) on a terminal."""
        if self.fancy and style:
            from rich.console import Console
            from rich.text import Text

            Console(file=self.out, highlight=False).print(Text(clean(text), style=style))
        else:
            print(clean(text), file=self.out)

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[Any]], right: frozenset[int]) -> None:
        """A table; the columns numbered in ``right`` are numbers."""
        cells = [[clean(str(cell)) for cell in row] for row in rows]
        if self.fancy:
            self._rich_table(headers, cells, right)
            return
        widths = [max(len(row[n]) for row in [list(headers), *cells]) for n in range(len(headers))]
        for row in [list(headers), *cells]:
            padded = [
                cell.rjust(width) if n in right else cell.ljust(width)
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            print("  ".join(padded).rstrip(), file=self.out)

    def _rich_table(self, headers: Sequence[str], cells: list[list[str]], right: frozenset[int]) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD)
        for n, header in enumerate(headers):
            table.add_column(header, justify="right" if n in right else "left")
        for row in cells:
            table.add_row(*(Text(cell, overflow="fold") for cell in row))
        Console(file=self.out, highlight=False).print(table)


def amount(points: float) -> str:
    """Points with one decimal; never a minus before zero."""
    return f"{round(points, 1) + 0.0:.1f}"


def number(count: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 mail, 2,000 mails."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def shorten(text: str) -> str:
    """``text``, or as much of it as a line of a table has room for."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def clean(text: str) -> str:
    """Text without control characters: mail must not be able to steer the terminal."""
    return "".join(c if c.isprintable() or c in "\t\n" else " " for c in text)
