"""Every number of a person's page can be worked out from what stands beside it."""

from __future__ import annotations

import io
import re

from build import ME, NOW, OWNER, THEIRS, YOU, ask, at, favour, letter, meeting
from hypothesis import given
from test_ledger import histories

from goodwill import page
from goodwill.ledger import SIZE_POINTS
from goodwill.model import Person
from goodwill.standing import fold
from goodwill.writer import Writer


def worked_out(formula: str) -> float:
    for size, points in SIZE_POINTS.items():
        formula = formula.replace(size, str(points))
    formula = re.sub(r"√([\d.]+) h", r"(\1)**0.5", formula)
    return float(eval(formula.replace("×", "*").replace("÷", "/").replace("^", "**")))


@given(histories)
def test_the_formula_gives_the_points(history):
    for entry in fold(history, THEIRS, OWNER, at(0)).entries:
        formula = page.reckoning(entry)
        if entry.kind in {"wrote", "heard"} or not entry.points:
            assert formula == ""
        else:
            assert abs(worked_out(formula) - abs(entry.points)) <= 0.05 * abs(entry.points) + 0.005


def test_the_page_shows_how_its_ledger_adds_up():
    history = [
        letter(400, False),
        letter(390, True, favour(size="small")),
        letter(380, True, favour(status="offer")),
        letter(300, False, favour(YOU, ME)),
        letter(200, True, ask(size="large")),
        meeting(100, 120, others=1),
    ]
    out = io.StringIO()
    page.show(Person(1, "You There", (YOU,)), fold(history, THEIRS, OWNER, at(0)), (1, 2), Writer(out), False)
    ledger = out.getvalue().partition("Ledger\n")[2].splitlines()[1:]
    rows = [line for line in ledger if re.search(r"[+-]\d+\.\d\d$", line)]
    values = [float(line.split()[-1]) for line in rows]
    assert abs(sum(values[:-1]) - values[-1]) <= 0.005 * len(values)
    assert [worked_out(re.split(r"  +", line)[2]) for line in rows[:4]] == [0.9, 0.675, 1.35, 4.05]
    assert "1.5 × √2 h ÷ 2^1.5" in out.getvalue()
    assert "2 × 0.15" in out.getvalue()
    assert f"{NOW:%Y}" in out.getvalue()
