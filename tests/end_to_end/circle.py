"""The owner whom the add-ons ask for: a friend of ten months, a stranger of last week, and an ask."""

from __future__ import annotations

from datetime import UTC, datetime

from letters import START, message

NAME, ME = "Robin Writer", "robin@home.example"
STRANGER, FRIEND = "Theo Justmet <theo@justmet.example>", "Ada Sample <ada@there.example>"
OTHER = "Kim Other <kim@other.example>"
ASK = "Could you introduce me to the buyers you work with, and recommend us to your newsletter's readers?"


def history() -> list[bytes]:
    """A friend of ten months, and somebody of last week."""
    today = (datetime.now(UTC) - START).days
    found = [message(STRANGER, ME, "print fair", "It was nice to meet you.", today - 6, "t")]
    for month in range(10):
        done = "I fixed the page for you, no charge."
        thanks = "You saved us again, thank you so much! I owe you one."
        found.append(message(ME, FRIEND, f"page {month}", done, today - 300 + 30 * month, f"a{month}"))
        found.append(message(FRIEND, ME, f"Re: page {month}", thanks, today - 299 + 30 * month, f"b{month}"))
    return found
