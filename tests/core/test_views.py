"""What the page shows, before it is made into HTML; and what HTML becomes of it."""

from __future__ import annotations

import re
from array import array
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from build import NOW, OWNER, THEIRS, ask, at, favour, letter, meeting
from hypothesis import given
from hypothesis import strategies as st
from test_ledger import histories

from goodwill.model import Entry, Person
from goodwill.roll import Line, Roll
from goodwill.standing import balance, fold
from goodwill.web import pictures, views
from goodwill.web.asked import Asked, Go, Shown
from goodwill.web.making import Templates

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}\u202eevil\x00"


def line(number: int, capital: float, name: str = "", **more: object) -> Line:
    address = f"p{number}@there.example"
    told = {
        "person": Person(number, name, (address,)), "capital": capital, "given": max(capital, 0.0),
        "drawn": max(-capital, 0.0), "received": 0.0, "depth": "surface", "yes": 2, "trend": 0.0,
        "direction": "steady", "first": at(9), "last": at(number), "two_way": True, "muted": False,
        "balance": array("f", [0.0, capital]), "words": f"{name.casefold()} {address}",
    }  # fmt: skip
    return Line(**{**told, **more})  # type: ignore[arg-type]


def roll(*lines: Line) -> Roll:
    ordered = tuple(sorted(lines, key=lambda one: -one.capital))
    return Roll(at(0), ordered, {one.person.id: n for n, one in enumerate(ordered, 1)}, ())


def names(found: dict[str, object]) -> list[str]:
    rows = found["rows"]
    assert isinstance(rows, list)
    return [row["name"] for row in rows]


def test_people_are_found_by_any_words_and_stand_in_any_order():
    everybody = roll(line(1, 9.0, "Ada Sample"), line(2, 3.0, "Bo Sample"), line(3, -1.0, "Ada Other"))
    assert names(views.people(everybody, views.wish({}))) == ["Ada Sample", "Bo Sample", "Ada Other"]
    assert names(views.people(everybody, views.wish({"q": "sample  ADA"}))) == ["Ada Sample"]
    assert names(views.people(everybody, views.wish({"q": "P3@there"}))) == ["Ada Other"]
    assert names(views.people(everybody, views.wish({"q": "***"}))) == []
    by_name = views.people(everybody, views.wish({"sort": "name"}))
    assert names(by_name) == ["Ada Other", "Ada Sample", "Bo Sample"]
    assert names(views.people(everybody, views.wish({"band": "inner 5"}))) == ["Ada Sample", "Bo Sample"]
    assert names(views.people(everybody, views.wish({"depth": "deep"}))) == []


def test_many_people_come_in_pieces():
    everybody = roll(*(line(n, float(n), f"Number {n}") for n in range(120)))
    pieces = [views.people(everybody, views.wish({"from": str(n)})) for n in (0, 50, 100)]
    assert [len(names(piece)) for piece in pieces] == [50, 50, 20]
    assert [piece["next"] for piece in pieces] == [50, 100, None]
    assert names(views.people(everybody, views.wish({"from": "9999999"}))) == []


@given(st.dictionaries(st.sampled_from(("q", "sort", "band", "depth", "from")), st.text()))
def test_an_address_may_wish_what_it_likes(query):
    everybody = roll(line(1, 9.0, "Ada Sample"))
    assert isinstance(views.people(everybody, views.wish(query))["count"], int)


@given(histories)
def test_the_ledger_of_the_page_adds_up(history):
    standing = fold(history, THEIRS, OWNER, at(0))
    for everything in (False, True):
        shown = views.ledger(standing, everything)
        parts = [float(e["now"]) for e in shown["entries"] if e["now"]]
        parts += [float(shown["letters"][1]), float(shown["earlier"][1])]
        assert sum(parts) == pytest.approx(standing.capital, abs=0.01 * (len(parts) + 1))


def test_a_chart_is_a_drawing_and_nothing_else():
    standing = fold(
        [meeting(300), letter(200, True, favour()), letter(20, True, ask())], THEIRS, OWNER, at(0)
    )
    drawn = pictures.balance_chart(balance(standing))
    root = ElementTree.fromstring(drawn)
    tags = {re.sub(r"\{.*\}", "", element.tag) for element in root.iter()}
    assert tags <= {"svg", "defs", "g", "rect", "path", "text", "line", "circle", "clipPath"}
    assert not any("style" in element.attrib for element in root.iter())
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "").replace(
        "http://www.w3.org/1999/xlink", ""
    )
    assert pictures.balance_chart(balance(fold([], THEIRS, OWNER, at(0)))) == ""


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_a_small_line_stays_in_its_box(values):
    for point in pictures.spark(values).split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= pictures.SPARK_WIDTH
        assert 0 <= y <= pictures.SPARK_HEIGHT


def test_names_in_the_picture_cover_nobody():
    people = [(f"Somebody Number {n}", f"p{n}@x.example", 40.0 - n, n + 1, "ahead") for n in range(60)]
    picture = pictures.network(people)
    assert len(picture.nodes) == 60
    assert sum(bool(node.label) for node in picture.nodes) >= 15
    assert all(abs(node.x) + node.r <= picture.reach for node in picture.nodes)
    assert pictures.network([]).nodes == ()


def test_who_has_capital_with_whom():
    kinds = [views.kind_of(one) for one in (line(1, 5.0), line(2, 1.0, received=9.0), line(3, -2.0))]
    assert kinds == ["ahead", "behind", "drawn"]
    shown = views.network_of(roll(line(1, 5.0), line(2, 1.0, received=9.0), line(3, -2.0), line(4, 0.0)))
    assert shown["counts"] == {"ahead": 1, "behind": 1, "drawn": 1}
    assert shown["people"] == 4


def test_whatever_comes_from_mail_is_text():
    entry = Entry(at(3), 1, "gave", HOSTILE, 3.0, quote=HOSTILE)
    standing = fold([], THEIRS, OWNER, at(0))
    person = Person(1, HOSTILE, (f'"{HOSTILE}"@x.example', "b@x.example"))
    standing = replace(
        standing,
        entries=type(standing.entries)((entry,)),
        offers_mine=(entry,),
        capital=entry.value(standing.now),
    )
    more = {"types": ("help",), "abouts": ("note",)}
    shown = Shown("person.html", views.person(person, standing, (1, 2), [(at(-3), HOSTILE)], True) | more)
    html = Templates().render(shown, Asked(NOW, "/person", {"told": HOSTILE}, token='"><b>'))
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'value=""><b>' not in html
    assert "{{7*7}}" in html
    assert "\u202e" not in re.sub(r'value="[^"]*"', "", html)
    assert "&lt;script&gt;alert(1)" in html


def test_where_an_act_leads():
    assert Go("/person", {"of": "a+b@x.example&x=1"}, "noted").address == (
        "/person?of=a%2Bb%40x.example%26x%3D1&told=noted"
    )
