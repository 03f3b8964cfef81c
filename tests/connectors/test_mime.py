"""The parts of a message are where a boundary line stands, and nowhere else."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from goodwill_connectors.mime import _pieces

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
