"""Reads ``mails/*.txt``: mails written for this project, with what they ask, give and propose marked.

    ### 17 | subject | from@a.example > to@b.example
    ask: favour introduction medium
    favour: given gift
    meeting: proposed
    --
    The text, [[A|with marks around the words that show it]].

``A`` marks an ask for a favour, ``R`` a routine ask, ``F`` a favour given or offered, ``M`` a meeting;
several letters may stand before one bar. A subject of ``-`` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MAILS = Path(__file__).parent / "mails"
KINDS = {"A": "ask", "R": "ask", "F": "favour", "M": "meeting"}
_MARK = re.compile(r"\[\[([ARFM]+)\|(.*?)\]\]", re.DOTALL)


def written(folder: Path = MAILS) -> Iterator[dict[str, Any]]:
    """Yield every mail in the form of ``invented.jsonl``; its place makes the sender's address unique."""
    for path in sorted(folder.glob("*.txt")):
        for block in re.split(r"^### ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            yield _mail(block, path.stem)


def _mail(block: str, source: str) -> dict[str, Any]:
    head, _, rest = block.partition("\n")
    number, subject, addresses = (part.strip() for part in head.split(" | ", 2))
    sender, to = (part.strip().lower() for part in addresses.split(">"))
    top, _, marked = f"\n{rest}".partition("\n--\n")
    text = _MARK.sub(lambda mark: mark[2], marked).strip()
    if "[[" in text or "]]" in text:
        raise ValueError(f"{source}, mail {number}: a mark is not closed")
    sender = f"{source}.{number}.{sender}"
    return {
        "id": f"{source}-{number}",
        "input": {
            "from": sender,
            "to": to.split(", "),
            "cc": [],
            "subject": "" if subject == "-" else subject,
            "text": text,
        },
        "label": _label(top),
        "quotes": list(_quotes(marked)),
    }


def _label(top: str) -> dict[str, Any]:
    lines = (line.partition(":") for line in top.split("\n"))
    return label_of({kind: said for kind, _, said in lines if said.strip()})


def label_of(said: Mapping[str, str]) -> dict[str, Any]:
    """Return the label of head lines such as ``{"ask": "favour introduction,time medium"}``."""
    ask, favour, meeting = (said.get(kind, "none").split() for kind in ("ask", "favour", "meeting"))
    return {
        "ask": ask[0],
        "ask_types": ask[1].split(",") if len(ask) > 1 else [],
        "size": ask[2] if len(ask) > 2 else None,
        "favour": favour[0],
        "favour_types": favour[1].split(",") if len(favour) > 1 else [],
        "meeting": meeting[0],
    }


def _quotes(marked: str) -> Iterator[dict[str, Any]]:
    for mark in _MARK.finditer(marked):
        for letter in mark[1]:
            yield {"kind": KINDS[letter], "routine": letter == "R", "text": mark[2]}
