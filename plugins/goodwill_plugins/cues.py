"""Named cues: what the wording of one sentence shows, found for all patterns in a single pass.

The patterns live in ``patterns.py``; here they become one ``re2.Set``, which costs a few
microseconds a sentence however many there are.
"""

from __future__ import annotations

import functools

import re2

from goodwill_plugins.patterns import CUES


@functools.cache
def _machine() -> tuple[re2.Set, tuple[str, ...]]:
    options = re2.Options()
    options.max_mem = 64 << 20
    options.log_errors = False
    machine = re2.Set.SearchSet(options)
    for pattern in CUES.values():
        machine.Add(pattern)
    machine.Compile()
    return machine, tuple(CUES)


def cues(sentence: str) -> frozenset[str]:
    """Return the names of all cues in ``sentence`` (in normal form; case does not matter)."""
    machine, names = _machine()
    return frozenset([names[index] for index in machine.Match(sentence.lower().encode()) or ()])
