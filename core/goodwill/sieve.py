"""Lets through of a text only what can be nobody's: words on a list, kinds of files, codes and hashes."""

from __future__ import annotations

import builtins
import hashlib
import re

CUT = "…"
_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
    AADSTS CREATE Calendar Check Choose Connect DTEND DTSTART DURATION EXDATE Entra Exchange Export Free
    Give Gmail Goodwill Google Graph HTTP I/O ID If It Its JSON Leave MiB Microsoft Microsoft's Nothing
    OAuth Outlook PostgreSQL Put RDATE README RFC RRULE SQLite Sign TOML The They Try UID UTC UTF-8
    Update Use VEVENT Wait You a about accept accepted accepts account accounts addresses after again
    all allow allowed already also an and another answer answers any app archive are as ask asked asks
    at attempt away back backed backup backups be because before begin behind between breaks busy but by
    cached calendar calendars called came can cannot caution certificate changed changes check clear client
    clients clock code codes column command config configuration connect connected connection consent
    copied copy could count crashed cursor cut damaged data database date day days deleted detector
    detectors digest digits directory disk do does door draft drafts each email empty enabled encrypted end
    ended endpoint endpoints ends entries entry error even event events every exist existing exists
    expired file files first folder folders following for forbidden form found free from full gave give
    given gives goes gone goodwill google had happened has have header held hidden holds home hour hours
    how however if image import imported in input inside instead integrity interrupted is it its kept
    key keyring keys kind known label large larger last lasting late later left let library line lines list
    loaded local locked log long longer looked loses lost machine made mail mailbox mails makes
    malformed many marked may means message messages met microsoft middle minute minutes missing month months
    more most moved much must named names needs neither network never new newer newest next no nobody
    none nor not nothing now number numbers object occurrence of off old on once one only open opened or
    other others out outside over own page pages paired part paths people permission permissions
    permitted place places plugin plugins port premature problem problems program programs provider
    proxy quota read read-only readable reading readonly reason reasons refused refuses removed renew
    renewed repeats reports request requests reset rest revoked right room row rows run running runs
    same schema second seconds secret secrets see server service set short should shut sign sign-in
    signed since size some somebody soon space start started starts state stays still stopped storage
    store stored stream streams such switched sync system table tables take taken takes terms text than
    that the their them then there these they this those through time times to today token tokens too
    took tried two type unable under understood unexpected unknown unpacked until up update use used
    user valid verdict version wait waits warning was way ways web were what when where which while
    whole whose with withdrawn within without words work would write writes writing written wrong yes
    yet you your zip zone
        """,
    )
)
_CODE = re.compile(
    r"AADSTS\d{3,8}|0x[0-9A-Fa-f]{1,8}|(?:google|microsoft|address|files):[0-9a-f]{6}|(?=\d*[a-f])[0-9a-f]{16}"
)
_NUMBER = re.compile(r"\d{1,3}")
_ERRORS = frozenset(
    name for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, BaseException)
) | {"ConnectTimeout", "DatabaseError", "HTTPError", "OperationalError", "ReadTimeout", "SSLError"}
_QUOTED = re.compile(r"“[^”]*”|„[^“]*“|‘[^’]*’|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|<[^>]*>")
_AROUND = ".,;:!?()[]…`"
_KINDS = re.compile(r"\.(eml|ics|mbox|mbx|zip|gz|tgz|tar|msg|emlx|json|db|toml)(?![\w.])", re.IGNORECASE)
_PLACES = (
    "Gmail message",
    "Outlook message",
    "a time zone",
    "calendar",
    "entry",
    "folder",
    "detector",
    "mail",
)
_SAYS = re.compile(r"\brefuses\b[^:]*:")


def words(text: str) -> str:
    """``text`` with only those of its words that can name nobody; what others said in it is cut."""
    says = _SAYS.search(text)
    if says:
        codes = " ".join(_CODE.findall(text[says.end() :]))
        text = f"{text[: says.end()]} {CUT} {codes}"
    kept: list[str] = []
    for token in _QUOTED.sub(f" {CUT} ", text).split():
        plain = token.strip(_AROUND)
        after_word = bool(kept) and kept[-1] != CUT and not kept[-1].strip(_AROUND).isdigit()
        counts = after_word and _NUMBER.fullmatch(plain)
        if plain in _WORDS or plain in _ERRORS or _CODE.fullmatch(plain) or counts:
            kept.append(token)
        elif not kept or kept[-1] != CUT:
            kept.append(CUT)
    return " ".join(kept)


def head(text: str) -> str:
    """As ``words``, but only of what stands before the first colon: what follows is quoted from a mail."""
    first, colon, rest = text.partition(":")
    return f"{words(first)}: {raised(rest)}" if colon else words(text)


def raised(text: str) -> str:
    """The last kind of error that ``text`` names, if it is a common one."""
    return next((one for one in reversed(re.findall(r"\w+", text)) if one in _ERRORS), CUT)


def place(text: str) -> str:
    """What kind of place ``text`` names, and six letters that are the same for the same place."""
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
    kinds = _KINDS.findall(text)
    begins = next((kind for kind in _PLACES if text.startswith(f"{kind} ")), "")
    return f"{begins or (f'.{kinds[-1].lower()}' if kinds else 'place')} {mark}"
