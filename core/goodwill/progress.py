"""Shows on a terminal how far a long reading has come, and how long it will still take."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from goodwill.book import Tally
from goodwill.plugin import Page
from goodwill.sync import Progress
from goodwill.writer import clean


def quiet(page: Page, tally: Tally) -> None:
    """Progress that nobody watches."""


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield what shows the progress of a poll; nothing where no terminal is."""
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=300) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(page: Page, tally: Tally) -> None:
            name = clean(Path(page.stream).name)[:40]
            if page.stream not in tasks:
                for old in tasks.values():
                    bar.remove_task(old)
                tasks.clear()
                tasks[page.stream] = bar.add_task(name, total=None, count="")
            count = f"{tally.met:,} events, {tally.new:,} new"
            total = page.total or None
            bar.update(tasks[page.stream], completed=page.done, total=total, count=count)

        yield advance
