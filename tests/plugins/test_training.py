"""The training script: the same mails give the same files, and the card belongs to the files that ship."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

finer = pytest.importorskip("finer", reason="needs scikit-learn: pip install -e '.[test]'")

from data import Mail, load_corpus, shows, to_event  # noqa: E402
from fit import fit, make_space, predict  # noqa: E402
from measure import best_threshold, calibration_error, f1  # noqa: E402
from train import thresholds, write  # noqa: E402
from written import written  # noqa: E402

PACKAGE = Path(__file__).parents[2] / "plugins" / "goodwill_plugins"
WORLDS = ("messages", "invented", "written")


def mails(count: int) -> list[Mail]:
    """Some of the written mails, as if they were of the worlds that the stacks learn from."""
    rows = [row for place, row in enumerate(written()) if place % 7 == 0][:count]
    return [
        Mail(row["id"], WORLDS[place % 3], to_event({"cc": [], **row["input"]}), row["label"], row["quotes"])
        for place, row in enumerate(rows)
    ]


def train(folder: Path) -> list[bytes]:
    some = mails(300)
    space = make_space(load_corpus(some))
    every = np.arange(len(some))
    fitted = fit(space, every)
    assert predict(space, fitted, every).shape == (len(some), 4)
    write(folder / "weights.json", space, fitted, thresholds(space.corpus, fitted.inner, every))
    samples = [sample for number, mail in enumerate(some) for sample in finer.of_mail("ask", number, mail)]
    finer.write(folder / "kinds.json", {"ask": finer.fit_table("ask", samples)})
    return [(folder / name).read_bytes() for name in ("weights.json", "kinds.json")]


def test_the_same_mails_give_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert train(tmp_path) == train(tmp_path / "again")


@pytest.mark.parametrize("name", ["weights.json", "kinds.json"])
def test_the_card_is_of_the_files_that_ship(name: str) -> None:
    data = (PACKAGE / name).read_bytes()
    card = (PACKAGE / "CARD.md").read_text("utf-8")
    assert f"| `{name}` | {len(data):,} | `{hashlib.sha256(data).hexdigest()}` |" in card


def test_what_ships_is_small_and_the_card_has_all_figures() -> None:
    assert sum(path.stat().st_size for path in PACKAGE.glob("*.json")) < 5_000_000
    card = (PACKAGE / "CARD.md").read_text("utf-8")
    for what in ("any ask", "favour ask", "favour", "meeting"):
        for world in ("messages", "invented"):
            assert re.search(rf"\| {what} \| {world} \| [\d,]+ \|(?: 0\.\d\d\d \|){{5}}", card)


def test_a_quote_shows_its_sentence() -> None:
    assert shows("Could you introduce me to Ida?", "could you introduce me to ida")
    assert not shows("We met on Friday at the harbour.", "Could you introduce me to Ida?")


def test_figures() -> None:
    truth, world = np.array([1, 1, 0, 0] * 3), np.repeat([0, 1, 2], 4)
    odds = np.array([0.9, 0.42, 0.25, 0.1] * 3)
    assert f1(odds >= 0.35, truth) == (1.0, 1.0, 1.0)
    assert 0.25 < best_threshold(odds, truth, world) <= 0.42
    assert calibration_error(odds, truth) == pytest.approx((0.1 + 0.58 + 0.25 + 0.1) / 4)
