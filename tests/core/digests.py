# ruff: noqa: E501 - an invented digest is easier to read on long lines
"""An invented digest as subscribers get it, with names and quotes that would like to be more than text."""

from __future__ import annotations

from datetime import UTC, datetime
from math import sin
from typing import Any

WHEN = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script><img src="http://evil.example/x.png" onerror="alert(2)">"\'&amp;'
BENT = "Bcc: all@there.example\r\nX-Evil: yes\u202e\x00\x1b[31m"


def line(key: str, section: str, person: str = "Ada Sample", **more: Any) -> dict[str, Any]:
    address = more.pop("address", "ada@there.example")
    balance = [
        {
            "at": f"{2024 + (5 + n) // 12}-{(5 + n) % 12 + 1:02d}-01T07:00:00Z",
            "capital": round(2 * sin(n / 3) + n / 9, 2),
        }
        for n in range(24)
    ]
    told = {
        "person": person,
        "address": address,
        "key": key,
        "section": section,
        "why": f"{person.split()[0]} asked you something and has no answer",
        "give": f"Answer {person.split()[0]}",
        "evidence": [{"at": "2026-04-20T09:00:00Z", "what": "they asked for advice: “Which boat would you take?”"}],
        "last": "2026-04-20T09:00:00Z",
        "about": "The boats",
        "capital": 3.4,
        "trend": "rising",
        "balance": balance,
    }  # fmt: skip
    return told | more


def digest(
    *people: dict[str, Any], health: str = "Everything is read up to 4 May 2026, 06:58 UTC."
) -> dict[str, Any]:
    return {"now": "2026-05-04T07:00:00Z", "people": list(people), "health": health}


FRIENDLY = digest(
    line("4e2e0001aaaa", "you owe"),
    line(
        "5f3f0002bbbb", "invest", "Bo Seeker", address="bo@one.example", trend="steady", capital=1.2, about=None,
        why="Bo wrote you good news on 28 April 2026, and you have not answered", give="Congratulate Bo on the new post",
        evidence=[{"at": "2026-04-28T09:00:00Z", "what": "they had good news: “Guess what, I got the job!”"}],
    ),
    line(
        "6a4a0003cccc", "invest", "Cleo Doer", address="cleo@two.example", trend="falling", capital=0.4,
        why="Cleo looks for a designer, and Dora Sample is one and wants more of that work",
        give="Ask Cleo, and then Dora, whether they would like to meet; introduce them only if both do",
        evidence=[
            {"at": "2026-04-24T09:00:00Z", "what": "they look for a designer: “We are looking for a designer for the shop.”"},
            {"at": "2026-03-02T09:00:00Z", "what": "they work as a graphic designer: “I am a graphic designer and have room for new clients.”"},
        ],
    ),
    line(
        "7b5b0004dddd", "thank", "Emil Giver", address="emil@three.example", trend="rising", capital=6.1,
        why="Emil gave you an introduction on 29 April 2026, and you have not written since",
        give="Thank Emil, and say what came of it",
        evidence=[{"at": "2026-04-29T09:00:00Z", "what": "they gave an introduction: “Noor, this is Robin.”"}],
    ),
)  # fmt: skip
UNFRIENDLY = digest(
    line(
        "4e2e0001aaaa", "you owe", f"{HOSTILE} {BENT}", address="x" * 90 + "@there.example",
        why=HOSTILE + BENT, give=HOSTILE + "A" * 300, about=HOSTILE + BENT,
        evidence=[{"at": "2026-04-20T09:00:00Z", "what": HOSTILE + BENT}],
    ),
    health=HOSTILE + BENT,
)  # fmt: skip
LINKS = {
    one["key"]: {
        word: f"http://127.0.0.1:8425/advice/{n}{word.replace(' ', '')}TOKENTOKENTOKENTOKEN"
        for word in ("done", "snooze", "not important", "wrong")
    }
    for n, one in enumerate(FRIENDLY["people"])
}
