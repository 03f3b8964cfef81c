"""``goodwill demo``: an invented mailbox, made here, read from files and judged by the real river.

Nobody in it exists; everything is written to a temporary folder and removed again.
"""

from __future__ import annotations

import mailbox
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from goodwill import plugin, render
from goodwill.app import App
from goodwill.config import Config
from goodwill.progress import quiet
from goodwill.writer import Writer

ME = "Robin Demo <robin@demo-studio.example>"
DANA = "Dana Oldfriend <dana@oldfriend.example>"
MAREK = "Marek Lunchmate <marek@lunchmate.example>"
PRIYA = "Priya Waiting <priya@waiting.example>"
LENA = "Lena Doorway <lena@doorway.example>"
JOAN = "Joan Promised <joan@promised.example>"
SAM = "Sam Generous <sam@generous.example>"
THEO = "Theo Justmet <theo@justmet.example>"
NOOR = "Noor Neighbour <noor@neighbour.example>"
OTTO = "Otto Supplier <otto@papersupply.example>"
KIM = "Kim Colleague <kim@demo-studio.example>"
VERA = "Vera Client <vera@client.example>"
HUGO = "Hugo Standup <hugo@standup.example>"
LETTER = "Weekly Fold <hello@weeklyfold.example>"


@dataclass(frozen=True, slots=True)
class Mail:
    """One invented mail, ``days`` before now."""

    days: float
    sender: str
    to: str
    subject: str
    body: str
    bulk: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """One invented calendar entry, ``days`` before now."""

    days: float
    hours: float
    summary: str
    people: tuple[str, ...]
    status: str = "CONFIRMED"


_MAILS = (
    Mail(
        540,
        DANA,
        ME,
        "the brochure",
        "Robin, the printer called. Your second draft is the one. Thank you so much!",
    ),
    Mail(
        500,
        ME,
        DANA,
        "a printer for the posters",
        "I asked around and found you one in town, half the price. Their number is attached.",
    ),
    Mail(
        499, DANA, ME, "Re: a printer for the posters", "You saved us a thousand. I owe you one, I mean it."
    ),
    Mail(
        380,
        ME,
        f"{DANA}, {VERA}",
        "Dana, meet Vera",
        "Vera, this is Dana, who runs the best workshops I know. Dana, Vera is looking for exactly that.",
    ),
    Mail(
        371,
        DANA,
        ME,
        "Vera booked",
        "Vera booked three days. Thank you for the introduction! If I can ever do anything, tell me.",
    ),
    Mail(
        210,
        ME,
        DANA,
        "Congratulations!",
        "I saw the news about the prize. Congratulations, nobody deserves it more.",
    ),
    Mail(
        120,
        ME,
        DANA,
        "your new page",
        "I went over the new page last night and fixed the three broken links for you. No charge.",
    ),
    Mail(119, DANA, ME, "Re: your new page", "You are a treasure. What can I do for you?"),
    Mail(
        18, DANA, ME, "autumn", "Lunch as always? Tell me how I can help with your launch, I would love to."
    ),
    Mail(17, ME, DANA, "Re: autumn", "Lunch as always. Let me think about it."),
    Mail(400, MAREK, ME, "type", "That book you lent me changed how I look at letters. Thank you!"),
    Mail(300, ME, MAREK, "your exhibition", "Went to see it twice. Wonderful work."),
    Mail(
        260,
        PRIYA,
        ME,
        "hello again",
        "It was good to meet at the fair. Your notes on our logo were so helpful, thank you.",
    ),
    Mail(
        250,
        ME,
        PRIYA,
        "Re: hello again",
        "With pleasure. I have written down two more ideas for you, attached.",
    ),
    Mail(
        12,
        PRIYA,
        ME,
        "a small question",
        "Which of the two papers would you choose for a menu card? I would be grateful for your advice.",
    ),
    Mail(330, LENA, ME, "tea", "Good to see you yesterday. The tea was excellent."),
    Mail(328, ME, LENA, "Re: tea", "It was. Next one is on me."),
    Mail(
        10,
        LENA,
        f"{ME}, {NOOR}",
        "Robin, meet Noor",
        "Noor, this is Robin, the designer I told you about. Robin, Noor is opening a bakery.",
    ),
    Mail(320, JOAN, ME, "poster", "The poster is up in the hall and everybody stops to look. Thank you!"),
    Mail(
        45,
        ME,
        JOAN,
        "the garden project",
        "I could draw the plan for you, it would be a pleasure. I will send you a sketch.",
    ),
    Mail(44, JOAN, ME, "Re: the garden project", "That would be wonderful."),
    Mail(
        290,
        ME,
        SAM,
        "quick favour",
        "Could you introduce me to your editor? A line from you would open the door.",
    ),
    Mail(289, SAM, ME, "Re: quick favour", "Done, she will write to you."),
    Mail(200, ME, SAM, "another one", "Would you recommend us to the theatre? A few sentences would do."),
    Mail(198, SAM, ME, "Re: another one", "I wrote to them this morning."),
    Mail(
        80,
        ME,
        SAM,
        "last one, promise",
        "Could you share our launch with your readers? One post would help us a lot.",
    ),
    Mail(79, SAM, ME, "Re: last one, promise", "It went out on Friday."),
    Mail(5, ME, THEO, "the fair", "Good to meet you at the stand. Robin"),
    Mail(4.5, THEO, ME, "Re: the fair", "Likewise. Safe travels."),
    Mail(60, OTTO, ME, "invoice 114", "Attached is the invoice for the paper of last week."),
    Mail(59, ME, OTTO, "Re: invoice 114", "Paid today. Please send the same again in May."),
    Mail(30, ME, KIM, "files", "Please put the final files on the server before noon."),
    Mail(30, KIM, ME, "Re: files", "They are there."),
    Mail(150, VERA, ME, "workshop", "The workshop with Dana was just what we needed. Thank you for the tip!"),
    Mail(149, ME, VERA, "Re: workshop", "Glad to hear it."),
    Mail(
        14,
        LETTER,
        ME,
        "This week in paper",
        "Hello friend, tell me how I can help you this month. Unsubscribe below.",
        bulk=True,
    ),
    Mail(
        7,
        LETTER,
        ME,
        "This week in ink",
        "Hello friend, ten inks that we love. Unsubscribe below.",
        bulk=True,
    ),
)

_EXPLAINED = (
    "An invented mailbox of a dozen people over eighteen months, read from files like your own would be."
)

EARLY = Mail(
    0,
    ME,
    THEO,
    "A small thing",
    """Hi Theo,

It was great to meet you last week. We launch our new posters in May. Could you introduce me to the
buyers you work with, and would you recommend us to your newsletter's readers? It would mean a lot.

Robin""",
)

EARNED = Mail(
    0,
    ME,
    DANA,
    "You asked what you could do",
    """Dear Dana,

You asked how you could help with the launch. Would you mention it in your letter to the workshop
people? Two lines would do.

See you at lunch,
Robin""",
)


def run(now: datetime) -> None:
    """Build the mailbox as of ``now``, run the whole river on it, and print what comes out."""
    write = Writer()
    with tempfile.TemporaryDirectory(prefix="goodwill-demo-") as folder:
        source, home = Path(folder) / "mail", Path(folder) / "home"
        build(source, now)
        app = App(home, Config())
        tally = app.import_files([source], [ME.partition("<")[2].rstrip(">")], now, quiet)
        write.line(_EXPLAINED)
        write.line(f"{tally.new} mails and meetings are in the ledger.")
        _heading(write, "The people with the most behind them")
        render.people(app.people(now)[:6], write)
        for title, draft in (("A draft that comes too early", EARLY), ("A draft that was earned", EARNED)):
            _heading(write, title)
            _check(app, draft, now, write)
        _heading(write, "Whom to invest in today")
        render.digest(app.digest(now), write, app.health(now))
        app.store.close()
    _heading(write, "Next")
    write.line("On your own mail, without any account or sign-in; nothing leaves this machine:")
    write.line("  goodwill import PATH-TO-YOUR-MAIL --me YOUR-ADDRESS")
    write.line("  goodwill people · goodwill show NAME · goodwill check DRAFT.eml · goodwill digest")


def _heading(write: Writer, title: str) -> None:
    write.line()
    write.line(f"== {title} ==", "bold")


def _check(app: App, draft: Mail, now: datetime, write: Writer) -> None:
    message = _message(draft, now, "draft")
    write.line(f"To: {draft.to}")
    write.line(f"Subject: {draft.subject}")
    for line in draft.body.splitlines():
        write.line(f"| {line}")
    write.line()
    parse = plugin.load_named("formats", "mail")
    render.verdict(app.check(parse(message.as_bytes()), now), write)


def build(folder: Path, now: datetime) -> None:
    """Write the invented mailbox as ``mail.mbox`` and ``calendar.ics`` into ``folder``."""
    folder.mkdir(parents=True)
    box = mailbox.mbox(folder / "mail.mbox")
    for number, mail in enumerate(sorted(_MAILS, key=lambda mail: -mail.days)):
        box.add(_message(mail, now, f"m{number}"))
    box.close()
    (folder / "calendar.ics").write_bytes(_calendar(now))


def _message(mail: Mail, now: datetime, id_: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, mail.to, mail.subject
    message["Date"] = format_datetime(now - timedelta(days=mail.days))
    message["Message-ID"] = f"<{id_}@demo.example>"
    if mail.bulk:
        message["List-Unsubscribe"] = "<mailto:leave@weeklyfold.example>"
    message.set_content(mail.body)
    return message


def _meetings() -> Iterator[Meeting]:
    for month in range(17):
        yield Meeting(25 + 30 * month, 1.25, "Lunch with Dana", (DANA,))
    for week in range(20):
        yield Meeting(70 + 14 * week, 1, "Lunch with Marek", (MAREK,))
    for week in range(30):
        yield Meeting(3 + 7 * week, 0.5, "Print standup", (HUGO, OTTO, KIM, VERA, NOOR, LENA))
    yield Meeting(265, 3, "Paper fair", (PRIYA, JOAN))
    yield Meeting(331, 1, "Tea with Lena", (LENA,))
    yield Meeting(6, 8, "Print fair", (THEO, HUGO, VERA, SAM, JOAN, NOOR))
    yield Meeting(40, 1, "Lunch with Sam", (SAM,), "CANCELLED")


def _calendar(now: datetime) -> bytes:
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Goodwill//demo//EN")
    calendar.add("version", "2.0")
    for number, meeting in enumerate(_meetings()):
        start = (now - timedelta(days=meeting.days)).replace(minute=0, second=0, microsecond=0)
        entry = Event()
        entry.add("uid", f"c{number}@demo.example")
        entry.add("dtstamp", start)
        entry.add("dtstart", start)
        entry.add("dtend", start + timedelta(hours=meeting.hours))
        entry.add("summary", meeting.summary)
        entry.add("status", meeting.status)
        entry.add("organizer", "mailto:" + ME.partition("<")[2].rstrip(">"))
        for person in (ME, *meeting.people):
            entry.add("attendee", "mailto:" + person.partition("<")[2].rstrip(">"))
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
