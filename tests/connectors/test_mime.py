"""The parts of a message are where a boundary line stands, and nowhere else."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from goodwill_connectors.mime import _pieces, divide

_BITS = st.sampled_from([b"--b", b"--b--", b"--", b"b", b"-", b" ", b"\t", b"\r", b"\n", b"\r\n", b"x"])


@given(st.lists(_BITS, max_size=30))
def test_boundary_lines_are_those_of_the_standard(bits: list[bytes]) -> None:
    content = b"".join(bits)
    lines = list(re.finditer(rb"(?:\A|\r?\n)--b(--)?[ \t]*(?=\r?\n|\Z)", content))
    last = next((place for place, line in enumerate(lines) if line[1]), len(lines))
    ends = [line.start() for line in lines[1 : last + 1]]
    ends += [len(content)] * (last == len(lines) and bool(lines))
    parts = [content[line.end() : end] for line, end in zip(lines[:last], ends, strict=True)]
    assert _pieces(content, b"b") == [re.sub(rb"\A\r?\n", b"", part) for part in parts]


@given(st.lists(st.sampled_from([b"a: b", b"\r", b"\n", b"\r\n", b" ", b"\t"]), max_size=12))
def test_a_blank_line_parts_head_and_body(bits: list[bytes]) -> None:
    raw = b"".join(bits)
    blank = re.search(rb"\r?\n[ \t]*\r?\n|\A\r?\n", raw)
    assert divide(raw) == ((raw[: blank.start() + 1], raw[blank.end() :]) if blank else (raw, b""))
