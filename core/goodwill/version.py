"""The version of the installed package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as _installed


def version() -> str:
    """The version as packaged; "0" when Goodwill runs without being installed."""
    try:
        return _installed("goodwill")
    except PackageNotFoundError:
        return "0"
