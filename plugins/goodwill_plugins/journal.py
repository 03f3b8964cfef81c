"""The built-in subscriber: one line in the log for each warning and each digest.

Neither addresses nor words of a mail enter the log, so that it may be shown to anybody who helps.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from goodwill.plugin import hookimpl

NAME = "journal"
VERSION = "1"

_log = logging.getLogger("goodwill.journal")


@hookimpl
def goodwill_on_verdict(key: str, verdict: Mapping[str, Any]) -> None:
    """Log a warning: its key, the verdict, how many asks, and the codes of the reasons."""
    codes = sorted(_codes(verdict))
    _log.info(
        "verdict %s: %s, asks %d, reasons %s",
        key,
        verdict.get("verdict", "unknown"),
        len(verdict.get("asks") or ()),
        ",".join(codes) or "none",
    )


@hookimpl
def goodwill_on_digest(key: str, digest: Mapping[str, Any]) -> None:
    """Log a digest: its key and how many people it names."""
    _log.info("digest %s: people %d", key, len(digest.get("people") or ()))


def _codes(verdict: Mapping[str, Any]) -> set[str]:
    recipients: Iterable[Mapping[str, Any]] = verdict.get("recipients") or ()
    reasons = (reason for one in recipients for reason in one.get("reasons") or ())
    return {str(reason["code"]) for reason in reasons if "code" in reason}
