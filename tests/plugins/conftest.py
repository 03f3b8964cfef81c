"""Lets the tests of this room import their invented mails and the public contract."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in (Path(__file__).parent, Path(__file__).parents[1] / "contract"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
