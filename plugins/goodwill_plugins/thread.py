"""What went before a mail: what its thread shows of who wanted what.

The words that a mail quotes are not asked: what is seen in a mail does not depend on how its writer's
program quotes. Whoever has no thread but a quote may put the quote there as the mail before.
"""

from __future__ import annotations

from goodwill.model import Context, Event
from goodwill_plugins.parties import addressees
from goodwill_plugins.reading import Reading, read


def other_side(event: Event, context: Context) -> Reading | None:
    """Return the reading of the last words of the addressees in the thread."""
    addresses = {party.address for party in addressees(event)}
    for earlier in reversed(context.thread):
        if earlier.sender and earlier.sender.address in addresses:
            return read(earlier.text, earlier.subject)
    return None


def was_approached(event: Event, context: Context) -> bool:
    """Whether the other side came first with an ask or a proposal to which this mail is the answer."""
    before = other_side(event, context)
    if before is None:
        return False
    return any(line.ask >= 0.6 or line.meeting >= 0.6 for line in before.lines)


def began_it(event: Event, context: Context) -> bool:
    """Whether the addressees wrote the mail that began the thread: the matter in hand is theirs too."""
    first = next((mail for mail in context.thread if mail.sender), None)
    addresses = {party.address for party in addressees(event)}
    return (
        first is not None
        and first.sender is not None
        and first.sender.address in addresses
        and not first.parents
    )
