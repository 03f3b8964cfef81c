"""Our own detectors keep the public contract."""

from __future__ import annotations

from goodwill.testing import DetectorContract
from goodwill_plugins import ask, favour, meeting, told


class TestAsk(DetectorContract):
    plugin = ask


class TestFavour(DetectorContract):
    plugin = favour


class TestMeeting(DetectorContract):
    plugin = meeting


class TestTold(DetectorContract):
    plugin = told
