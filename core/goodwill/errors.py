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


class AccountError(GoodwillError):
    """A mail or calendar account that cannot be read as it is."""


class SignInError(AccountError):
    """An account that has to be signed in to again."""


class Unsent(GoodwillError):
    """A digest that has certainly not gone, so that it may be tried again."""


class Uncertain(GoodwillError):
    """A digest of which nobody knows whether it has gone: it is not sent again."""


class Unavailable(AccountError):
    """A provider that cannot be read for a while; ``until`` (seconds since 1970) a new try makes no sense."""

    def __init__(self, what: str, until: float) -> None:
        super().__init__(what, "Nothing is lost; the next `goodwill sync` goes on from here")
        self.until = until
