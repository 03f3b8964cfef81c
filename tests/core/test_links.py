"""A link is good for one answer and for a week; looking at it uses nothing up."""

from __future__ import annotations

from pathlib import Path

import pytest

from goodwill.links import REMEMBERED, VALID, Link, Links

NOW = 1_777_900_000
DONE = Link("4e2e0001aaaa", "done")


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Links(tmp_path)


def test_a_link_is_used_once(links: Links):
    token = links.make([DONE], NOW)[DONE]
    for _ in range(3):
        assert links.look(token, NOW + 5) == ("open", DONE)
    assert links.use(token, NOW + 5) == ("open", DONE)
    assert links.use(token, NOW + 6)[0] == "over"
    assert links.look(token, NOW + 7)[0] == "over"


def test_a_link_has_its_time(links: Links):
    token = links.make([DONE], NOW)[DONE]
    assert links.use(token, NOW + VALID)[0] == "over"
    assert links.look(token, NOW + VALID + REMEMBERED)[0] == "unknown"


def test_what_could_not_be_kept_holds_again(links: Links):
    token = links.make([DONE], NOW)[DONE]
    links.use(token, NOW)
    links.give_back(token, NOW)
    assert links.use(token, NOW) == ("open", DONE)


@pytest.mark.parametrize("token", ["", "x", "\u0000", "../links", "a" * 5000, "\udcff"])
def test_nobody_guesses_one(links: Links, token: str):
    links.make([DONE], NOW)
    assert links.look(token, NOW) == ("unknown", None)
    assert links.use(token, NOW) == ("unknown", None)


def test_a_file_that_somebody_has_damaged_opens_nothing(tmp_path: Path):
    (tmp_path / "links.json").write_text('{"a": 1, "b": {"until": "x"}, "c": {"until": 1}}')
    assert Links(tmp_path).look("a", NOW) == ("unknown", None)
