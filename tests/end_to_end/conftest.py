"""Fixtures of the end-to-end tests."""

from conftest_e2e import goodwill, home

__all__ = ["goodwill", "home"]
