"""One line on how the accounts are read."""

from __future__ import annotations

from typing import Any

import pytest

from goodwill.accounts import State
from goodwill.health import line
from goodwill.plugin import Account

NOW = 1_777_878_000  # 4 May 2026, 07:00 UTC


def state(name: str = "a", **more: Any) -> State:
    told: dict[str, Any] = {"tried_at": NOW - 60, "read_at": NOW - 60, "wait_until": None, "trouble": ""}
    told |= {"reaches": NOW - 10**7, "pending": 0}
    return State(Account("google", f"{name}@x.example", {}), **(told | more))


OUT = {"kind": "needs you", "trouble": "Sign in again: goodwill connect google."}


@pytest.mark.parametrize(
    ("states", "files", "told"),
    [
        ([], None, "Nothing is read yet."),
        ([], NOW, "Files only, last imported on 4 May 2026, 07:00 UTC."),
        ([state()], None, "Everything is read up to 4 May 2026, 06:59 UTC."),
        ([state(), state("b", read_at=NOW - 3_660)], NOW,
         "Everything of all 2 accounts is read up to 4 May 2026, 05:59 UTC."),
        ([state(**OUT), state("b")], None,
         "Google:a@x.example needs you: Sign in again: goodwill connect google; everything of the account is "
         "read up to 4 May 2026, 06:59 UTC."),
        ([state(read_at=None, pending=3400)], None,
         "Google:a@x.example is still reading history, about 3,400 still to come."),
        ([state(read_at=NOW - 200_000, kind="waiting", trouble="Gmail cannot be read now.")], None,
         "Google:a@x.example was last read on 1 May 2026, 23:26 UTC: Gmail cannot be read now."),
        ([state(read_at=None, tried_at=None, reaches=None)], None, "Google:a@x.example is not read yet."),
    ],
)  # fmt: skip
def test_one_line(states: list[State], files: int | None, told: str):
    assert line(states, files, NOW) == told
