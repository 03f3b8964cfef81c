"""Where the words of others begin in a mail: attributions, separators and header blocks (pure).

English, German, French and Spanish, as Outlook, Gmail, Apple Mail, Thunderbird and Lotus Notes write
them. Everything looks at a bounded piece of a bounded number of lines, so that a scan stays linear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

PIECE = 400  # no header line that counts is longer, apart from lists of recipients
PREFIX = re.compile(r"[ \t]{0,4}(?:\|[ \t]?)?>")

_SEPARATOR = re.compile(
    r"[ \t]*(?:-{2,}|_{4,})[ \t]*(?:"
    r"original(?: |-)(?:message|appointment|nachricht|e-?mail)|urspr(?:ü|ue)ngliche (?:nachricht|mail"
    r"|e-mail)"
    r"|message d['’]origine|message original|mensaje original|messaggio originale|mensagem original"
    r"|oorspronkelijk bericht|forwarded message|weitergeleitete nachricht|message (?:transféré"
    r"|transmis|réexpédié)"
    r"|mensaje reenviado|begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r")\b[^a-z]{0,80}$",
    re.IGNORECASE,
)
_LOTUS_FORWARD = re.compile(
    r"[ \t]*-{3,}[ \t]*(?:forwarded by|weitergeleitet von|transféré par|réexpédié par"
    r"|reenviado por) .{2,300}",
    re.IGNORECASE,
)
_APPLE_FORWARD = re.compile(
    r"[ \t]*(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|forwarded message"
    r"|weitergeleitete nachricht)[ \t]?:?[ \t]*$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"[^\w<>]{0,12}(?:(?:On|Am|Le|El|Il|Em|Op|Den)\b|\d{4}[-/.]\d\d?[-/.]\d\d?\b"
    r"|\d\d?[./-]\d\d?[./-]\d{2,4}\b)"
)
_VERB = (
    r"(?:wrote|writes|schrieb|schreibt|a écrit|a ecrit|escribió|escribio|ha scritto|escreveu|schreef|skrev)"
)
_ENDING = re.compile(rf"\b{_VERB}\b[^:\n]{{0,160}}:[\s*_>]{{0,8}}$", re.IGNORECASE)
_ADDRESS_END = re.compile(r"<[^<>\s]+@[^<>\s]+>\)?[ \t]?:?[ \t]*$")
# Attributions that begin with the name or end with "geschrieben": certain only with an address or a date.
_BY_NAME = re.compile(
    rf"(?:[^:]{{1,100}}[<\u2039(\[]?\S+@\S+[>\u203a)\]]?,? {_VERB}(?: (?:am|on|le|el) [^\n]{{4,80}})?"
    rf"|[^:,.!?]{{2,60}} {_VERB} (?:on|am|le|el) [^\n]{{0,40}}\d[^\n]{{0,40}}"
    r"|(?:am|on|le|el) [^\n]{6,120}\b(?:hat|a|ha)\b[^\n]{2,120}\b(?:geschrieben|écrit|escrito)"
    r"|\d{4}-\d\d-\d\d \d\d?:\d\d[^\n]{0,30}\S+@\S+[>\u203a]?) ?:$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    rf"\b(?:(?:he|she|they|you|we|i|it|who|someone)\s+{_VERB}|schrieb\s+(?:er|sie|ich|du|man)"
    rf"|(?:il|elle|on|tu|j['’])\s?a écrit|(?:él|ella|usted)\s+escribió)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d\d?[./]\d\d?[./]\d\d\b")
_LABEL = re.compile(
    r"[ \t*_]*(?:(?P<sender>from|von|de|expéditeur|da|van)|(?P<sent>sent|date|gesendet(?: am)?|datum"
    r"|envoyé(?: le)?|fecha"
    r"|enviado(?: el)?|sent at)|(?P<to>to|an|à|a|para|pour|destinataire|aan)|(?P<copy>cc|bcc|kopie"
    r"|copie(?: à)?|reply-to"
    r"|antwort an|importance|priorität|attachments?|anlagen|sent by)"
    r"|(?P<subject>subject|betreff|objet|asunto|oggetto|assunto|onderwerp|re))[*_]{0,2}[ \t\xa0]?:",
    re.IGNORECASE,
)
_LOTUS_DATE = re.compile(
    r"(?:^|\s)(?:on "
    r"|am )?\d{1,2}[/.]\d{1,2}[/.]\d{2,4} (?:at )?\d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?(?: [A-Z]{3,4})?$",
    re.IGNORECASE,
)
_DATE_ENDS = frozenset("0123456789mMTC")  # the last letter of a time, of AM and PM, and of a zone
_RULE = re.compile(r"[ \t]*[-_=*]{5,}[ \t]*$")


def header_end(lines: Sequence[str], at: int) -> int:
    """The line after the quote header that begins on line ``at``, or ``at`` when none begins there.

    ``lines`` are stripped, and the one at ``at`` is not empty.
    """
    line = lines[at][:PIECE]
    if line[0] in "-_":
        if _SEPARATOR.match(line):
            return skip_block(lines, at + 1)
        if _LOTUS_FORWARD.match(line):
            return _lotus_forward_end(lines, at)
    if line[-1] == ":" and _APPLE_FORWARD.match(line):
        return _apple_end(lines, at)
    opening = _OPENING.match(line) is not None
    if line[-1] == ":" and _BY_NAME.match(line) and not _PRONOUN.search(line):
        return at + 1
    if opening or line[-1] == ":":
        end = _attribution_end(lines, at, opening)
        if end > at:
            return end
    if ":" in line[:24] and _is_block(lines, at):
        return skip_block(lines, at)
    for below in lines[at : at + 3]:
        if below and below[-1] in _DATE_ENDS:
            return _lotus_end(lines, at)
    return at


def is_rule(line: str) -> bool:
    """Whether the line is nothing but a drawn rule, as Outlook puts above the mail it answers."""
    return len(line) < PIECE and _RULE.match(line) is not None


def next_text(lines: Sequence[str], at: int, reach: int = 4) -> int:
    """The first line from ``at`` on that is not blank, looking at most ``reach`` lines ahead."""
    for index in range(at, min(at + reach, len(lines))):
        if lines[index] and not lines[index].isspace():
            return index
    return len(lines)


def skip_block(lines: Sequence[str], at: int) -> int:
    """The line after the From/Sent/To/Subject block at ``at`` (blank lines before it are allowed)."""
    index, end = next_text(lines, at), at
    while index < len(lines) and index < at + 60:
        label = _LABEL.match(lines[index][:PIECE])
        if label:
            end = index + 1
            if label["subject"]:
                return end
        elif not lines[index].strip() and end > at and index > end:
            return end
        index += 1
        if end == at:
            return at
    return end


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    index = next_text(lines, at)
    return index < len(lines) and PREFIX.match(lines[index]) is not None


def _attribution_end(lines: Sequence[str], at: int, opening: bool) -> int:
    """'On … wrote:' on up to three lines. Without a quote below it must be beyond doubt."""
    joined = ""
    for index in range(at, min(at + (3 if opening else 1), len(lines))):
        piece = lines[index]
        if len(piece) > PIECE or not piece.strip():
            return at
        joined += " " + piece.strip()
        by_address = opening and index == at and _ADDRESS_END.search(joined) is not None
        if by_address and _is_quoted(lines, index + 1):
            return index + 1
        if _ENDING.search(joined):
            certain = _is_quoted(lines, index + 1) or (opening and _is_certain(lines, at, joined))
            return index + 1 if certain else at
    return at


def _is_certain(lines: Sequence[str], at: int, attribution: str) -> bool:
    alone = at == 0 or not lines[at - 1].strip() or is_rule(lines[at - 1])
    dated = _YEAR.search(attribution) and (_CLOCK.search(attribution) or "@" in attribution)
    return bool(alone and dated and _ENDING.search(attribution) and not _PRONOUN.search(attribution))


def _is_block(lines: Sequence[str], at: int) -> bool:
    """Whether lines from ``at`` on name a sender, a subject and a date or recipients, in any order."""
    first = _LABEL.match(lines[at][:PIECE])
    if not first or not (first["sender"] or first["sent"] or first["to"]):
        return False
    found = {first.lastgroup or ""}
    blank = 0
    for index in range(at + 1, min(at + 40, len(lines))):
        label = _LABEL.match(lines[index][:PIECE])
        if label:
            kind = label.lastgroup or ""
            if kind in found and kind != "copy":
                return False
            found.add(kind)
            if {"sender", "subject"} <= found and found & {"sent", "to"}:
                return True
        blank = 0 if lines[index].strip() else blank + 1
        strays = not label and index == at + 1 and lines[index].strip() and not first["to"]
        if blank > 1 or strays or (blank and not first["sender"]):
            return False
    return False


def _apple_end(lines: Sequence[str], at: int) -> int:
    below = next_text(lines, at + 1)
    if below < len(lines) and (PREFIX.match(lines[below]) or _LABEL.match(lines[below][:PIECE])):
        return skip_block(lines, at + 1)
    return at


def _lotus_forward_end(lines: Sequence[str], at: int) -> int:
    for index in range(at, min(at + 3, len(lines))):
        if lines[index].rstrip().endswith("---"):
            return index + 1
    return at


def _lotus_end(lines: Sequence[str], at: int) -> int:
    """'Name\n06/01/2001 10:00 AM\nTo: …' and '"Name" <a@b> on 06/01/2001 10:00:00 AM\n\nTo: …'."""
    for index in range(at, min(at + 2, len(lines))):
        piece = lines[index][:PIECE]
        dated = _LOTUS_DATE.search(piece) if piece and piece[-1] in _DATE_ENDS else None
        if dated:
            break
    else:
        return at
    named = bool(piece[: dated.start()].strip())
    if named != (index == at) or len(lines[at]) > 160:
        return at  # the name stands before the date, or on the line above
    for below in range(index + 1, min(index + 6, len(lines))):
        label = _LABEL.match(lines[below][:PIECE])
        if label and (label["to"] or label["copy"]):
            return skip_block(lines, below)
        if lines[below].strip() and below > index + 2:
            break
    return at
