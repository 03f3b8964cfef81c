"""A picture of how capital went: a small PNG that can be read on a white page and on a black one.

Pillow is imported where a picture is made, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

WIDTH, HEIGHT = 520, 96
"""Pixels: twice what is shown, for dense screens."""
_FINER = 3
_LINE, _FILL, _ZERO = (46, 139, 116, 255), (46, 139, 116, 46), (140, 150, 146, 150)
"""One green and one grey, in the middle between black and white."""
_MARGIN = 8
FLAT = 1.0
"""Points that the picture spans at least: what hardly moves is to look so."""


def png(points: Sequence[float]) -> bytes:
    """The picture of a balance in points, a value for each month; needs two values at least."""
    from PIL import Image, ImageDraw

    width, height, margin = WIDTH * _FINER, HEIGHT * _FINER, _MARGIN * _FINER
    low, high = min(0.0, *points), max(0.0, *points)
    spread = max(high - low, FLAT)

    def place(number: int, value: float) -> tuple[float, float]:
        across = margin + number * (width - 2 * margin) / (len(points) - 1)
        return across, height - margin - (value - low) / spread * (height - 2 * margin)

    line = [place(number, value) for number, value in enumerate(points)]
    ground = place(0, 0.0)[1]
    image = Image.new("RGBA", (width, height), (*_LINE[:3], 0))
    draw = ImageDraw.Draw(image)
    draw.polygon([(line[0][0], ground), *line, (line[-1][0], ground)], fill=_FILL)
    draw.line([(margin, ground), (width - margin, ground)], fill=_ZERO, width=2 * _FINER)
    draw.line(line, fill=_LINE, width=5 * _FINER, joint="curve")
    across, up = line[-1]
    dot = 6 * _FINER
    draw.ellipse([across - dot, up - dot, across + dot, up + dot], fill=_LINE)
    made = BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(made, "PNG", optimize=True)
    return made.getvalue()


def in_words(points: Sequence[float]) -> str:
    """What the picture shows, for whoever does not see it."""
    first, last = points[0], points[-1]
    told = f"Balance over {len(points)} months: {_amount(first)} points at first, {_amount(last)} now"
    return f"{told}; lowest {_amount(min(points))}, highest {_amount(max(points))}"


def _amount(points: float) -> str:
    return f"{round(points, 1) + 0.0:.1f}"
