"""Errors meant for the user: one clear sentence that names the place, and the remedy."""

from __future__ import annotations


class GoodwillError(Exception):
    """What went wrong, where, and what to do about it; shown without a traceback, exit status 2."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}. {self.remedy}." if self.remedy else f"{self.what}."


class InputError(GoodwillError):
    """A file, flag, address or date that cannot be used."""


class ConfigError(GoodwillError):
    """A configuration file that cannot be read or means nothing."""


class StoreError(GoodwillError):
    """The store cannot be opened, read or written."""


class PluginError(GoodwillError):
    """A plugin that cannot be loaded."""
