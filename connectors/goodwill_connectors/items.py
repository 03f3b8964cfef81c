"""Raw messages and calendars to the items and pages that a poll gives out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from goodwill.errors import InputError
from goodwill.model import Event, Problem
from goodwill.plugin import Item, Known, Page
from goodwill_connectors.headers import text_of
from goodwill_connectors.mail import parse_mail
from goodwill_connectors.mime import divide
from goodwill_connectors.own_digest import is_digest_mail

PAGE = 500
PAGE_BYTES = 16 << 20

_FLAGS = re.compile(
    rb"^(X-Gmail-Labels|X-Mozilla-Status|X-Status)[ \t]*:[ \t]*(.*(?:\r?\n[ \t].*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_FLAG_NAMES = (b"x-gmail-labels", b"x-mozilla-status", b"x-status")
_LABELS = frozenset(
    (
        "spam", "trash", "bin", "draft", "drafts", "papierkorb", "entwurf", "entwürfe", "corbeille",
        "brouillon",
        "brouillons", "papelera", "borrador", "borradores",
    )
)  # fmt: skip
_EXPUNGED = 0x0008


@dataclass(frozen=True, slots=True)
class Found:
    """A message met in a source: its identity there, how to name it to the user, and how to read it.

    ``inferred`` is the date to use when the mail itself has none; ``vouched`` when the source names it.
    ``done`` is the progress after this message.
    """

    id: str
    place: str
    load: Callable[[], bytes | None]
    version: str = ""
    inferred: datetime | None = None
    vouched: bool = False
    done: int = 0
    size: int = 0


def mail_pages(
    stream: str,
    found: Iterable[Found],
    known: Known,
    horizon: datetime,
    cursor_after: Callable[[Found | None], str | None],
    total: int = 0,
) -> Iterator[Page]:
    """Pages of the messages that the store has not met.

    ``cursor_after`` gives the cursor once a message and all before it are stored; with None, once the
    whole stream is (None when it must be looked at again). The last page is complete, and may be empty.
    """
    last: Found | None = None
    for batch in _batches(found):
        met = known(stream, [(one.id, one.version) for one in batch])
        items = [mail_item(stream, one, horizon) for one in batch if (one.id, one.version) not in met]
        last = batch[-1]
        kept = tuple(item for item in items if item is not None)
        if kept:
            yield Page(stream, kept, cursor_after(last), done=last.done, total=total)
    yield Page(stream, (), cursor_after(None), complete=True, done=last.done if last else total, total=total)


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for one in found:
        batch.append(one)
        size += one.size
        if len(batch) >= PAGE or size >= PAGE_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def mail_item(stream: str, found: Found, horizon: datetime) -> Item | None:
    """The item of one message; None when it is gone, or is a draft, spam or trash."""
    try:
        raw = found.load()
    except FileNotFoundError:
        return None
    if raw is None or is_discarded(raw):
        return None
    if is_digest_mail(raw):
        return Item(stream, found.id, found.version)
    try:
        event, calendars = parse_mail(raw)
    except InputError as error:
        return Item(
            stream,
            found.id,
            found.version,
            problems=(Problem(found.place, error.what, "Nothing else was lost"),),
        )
    except Exception as error:  # a mail that no parser should fall over must not stop the other thousands
        return Item(
            stream, found.id, found.version, problems=(Problem(found.place, f"cannot be read: {error!r}"),)
        )
    if not event.dated and found.inferred is not None:
        event = replace(event, at=found.inferred, dated=found.vouched)
    events, problems = _invitations(calendars, found.place, horizon)
    return Item(stream, found.id, found.version, (event, *events), tuple(problems))


def _invitations(
    calendars: Iterable[bytes], place: str, horizon: datetime
) -> tuple[list[Event], list[Problem]]:
    events: list[Event] = []
    problems: list[Problem] = []
    for calendar in calendars:
        if b"VCALENDAR" not in calendar.upper():
            continue
        from goodwill_connectors.ical import parse_calendar  # slow to import, and most mails need it not

        try:
            more, wrong = parse_calendar(calendar, horizon)
        except Exception as error:
            problems.append(Problem(place, f"its invitation cannot be read: {error}"))
            continue
        events += more
        problems += [Problem(f"{place}: {one.place}", one.what, one.remedy) for one in wrong]
    return events, problems


def is_discarded(raw: bytes) -> bool:
    """Whether its own headers mark a message as draft, spam, thrown away or expunged."""
    head, _ = divide(raw[:200_000])
    small = head.lower()
    if not any(name in small for name in _FLAG_NAMES):
        return False
    for name, value in _FLAGS.findall(head):
        text = text_of(re.sub(r"\r?\n[ \t]+", " ", value.decode("utf-8", "replace")))
        if name.lower() == b"x-gmail-labels":
            if any(label.strip(' "').lower() in _LABELS for label in text.split(",")):
                return True
        elif name.lower() == b"x-status":
            if set(text) & set("DT"):
                return True
        elif re.fullmatch(r"[0-9a-fA-F]{1,8}", text) and int(text, 16) & _EXPUNGED:
            return True
    return False


def calendar_pages(
    stream: str, raw: bytes, place: str, known: Known, horizon: datetime, cursor: str | None
) -> Iterator[Page]:
    """Pages of a calendar file: one item for each occurrence that the store has not met in this edition."""
    from goodwill_connectors.ical import parse_calendar

    try:
        events, wrong = parse_calendar(raw, horizon)
    except InputError as error:
        events, wrong = [], [Problem(place, error.what, error.remedy)]
    problems = tuple(
        Problem(place if one.place == place else f"{place}: {one.place}", one.what, one.remedy)
        for one in wrong
    )
    for start in range(0, len(events), PAGE):
        part = events[start : start + PAGE]
        met = known(stream, [(event.keys[0], event.version) for event in part])
        items = tuple(
            Item(stream, event.keys[0], event.version, (event,))
            for event in part
            if (event.keys[0], event.version) not in met
        )
        if items:
            yield Page(stream, items, None, done=start + len(part), total=len(events))
    yield Page(stream, (), cursor, complete=True, done=len(events), total=len(events), problems=problems)
