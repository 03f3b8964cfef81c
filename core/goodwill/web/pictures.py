"""Charts and pictures as SVG that the page's own style sheet colours (pure)."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from goodwill.standing import BANDS

SPARK_WIDTH, SPARK_HEIGHT = 96, 24
FLAT = 0.05
"""Points by which a balance has to move to be drawn as a line that moves."""
RINGS = (84.0, 152.0, 212.0, 262.0)
"""How far from the middle each circle of people stands, the closest first."""
MARGIN = 44
LETTER, LINE = 5.6, 14
"""How wide a letter of a name is, about, and how tall a line."""
LONGEST = 20
"""Letters of a name in the picture."""


def spark(values: Sequence[float]) -> str:
    """The points of a small line, for a ``polyline`` of ``SPARK_WIDTH`` by ``SPARK_HEIGHT``."""
    low, high = min(0.0, *values), max(0.0, *values)
    span = high - low if high - low >= FLAT else 1.0
    step = (SPARK_WIDTH - 4) / max(1, len(values) - 1)
    tall = SPARK_HEIGHT - 4
    return " ".join(
        f"{2 + step * n:.1f},{SPARK_HEIGHT - 2 - (value - low) / span * tall:.1f}"
        for n, value in enumerate(values)
    )


def balance_chart(points: Sequence[tuple[int, float]]) -> str:
    """Capital over time as SVG markup; empty where it never moved."""
    values = [value for _, value in points]
    if max(values) - min(0.0, *values) < FLAT:
        return ""
    chart = _pygal().DateLine(
        js=[], css=[], width=760, height=250, margin=8, show_dots=False, show_legend=False,
        no_prefix=True, disable_xml_declaration=True, x_label_rotation=0.01, truncate_label=-1,
        x_value_formatter=lambda when: f"{when:%b %Y}", range=(min(0.0, *values), max(values)),
        include_x_axis=True, y_labels_major_count=4, show_minor_y_labels=False,
    )  # fmt: skip
    days = [datetime.fromtimestamp(at, UTC).date() for at, _ in points]
    chart.x_labels = days[:: max(1, len(days) // 5)]
    for fill in (True, False):  # a line alone would have an edge at its end, a surface no line
        chart.add("capital", list(zip(days, values, strict=True)), fill=fill, stroke=True)
    chart.add_xml_filter(_plain)
    return str(chart.render(is_unicode=True))


def _pygal() -> Any:
    import pygal

    # It enters a finder for packages of maps, of a kind that Python 3.11 warns of at every import after it.
    sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]
    return pygal


def _plain(root: Any) -> Any:
    """The drawing alone: no script, no style of its own, nothing but what stands in it."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("script", "style", "title", "desc") or not isinstance(child.tag, str):
                parent.remove(child)
        for name in ("style", "id"):
            parent.attrib.pop(name, None)
    root.attrib.update({"aria-hidden": "true", "focusable": "false"})
    return root


@dataclass(frozen=True, slots=True)
class Node:
    """One person in the picture of the network, ``r`` wide; ``kind`` is the colour's class.

    ``label`` is empty where there is no room for it.
    """

    x: float
    y: float
    r: float
    kind: str
    name: str
    address: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """People around the owner in the middle, on ``rings``; it reaches so far in each direction."""

    nodes: tuple[Node, ...]
    rings: tuple[float, ...]
    reach: float


def network(people: Sequence[tuple[str, str, float, int, str]]) -> Picture:
    """A picture of (name, address, capital, rank, kind); the higher the rank, the closer."""
    circles: list[list[tuple[str, str, float, int, str]]] = [[] for _ in RINGS]
    for one in people:
        place = next((n for n, size in enumerate(BANDS) if one[3] <= size), len(RINGS) - 1)
        circles[min(place, len(RINGS) - 1)].append(one)
    nodes = []
    for place, circle in enumerate(circles):
        for number, (name, address, capital, _rank, kind) in enumerate(circle):
            angle = 2 * math.pi * (number / len(circle) + place / 7) - math.pi / 2
            x, y = (round(RINGS[place] * turn(angle), 1) for turn in (math.cos, math.sin))
            wide = round(5 + min(12.0, math.sqrt(abs(capital)) * 2.2), 1)
            nodes.append(Node(x, y, wide, kind, name, address))
    used = tuple(ring for ring, circle in zip(RINGS, circles, strict=True) if circle)
    return Picture(_labelled(nodes), used, max(used, default=RINGS[0]) + MARGIN)


def _labelled(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The nodes with names where these cover nobody; whoever is closer comes first."""
    taken = [(node.x - node.r, node.y - node.r, node.x + node.r, node.y + node.r) for node in nodes]
    taken.append((-18.0, -18.0, 18.0, 18.0))
    found = []
    for node in nodes:
        name = node.name.partition("@")[0] if node.name == node.address else node.name
        name = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
        half, top = len(name) * LETTER / 2, node.y + node.r + 2
        box = (node.x - half, top, node.x + half, top + LINE)
        if any(a < box[2] and box[0] < c and b < box[3] and box[1] < d for a, b, c, d in taken):
            found.append(node)
        else:
            taken.append(box)
            found.append(replace(node, label=name))
    return tuple(found)
