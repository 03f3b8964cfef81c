"""Own words told apart from the words of others, from signatures and from boilerplate (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import compress

from goodwill.markup import from_html
from goodwill.quotes import PIECE, PREFIX, header_end, is_rule, next_text

__all__ = ["Words", "from_html", "normalize_subject", "split"]

_DEVICE = re.compile(
    r"[ \t*_]*(?:(?:sent|written|typed) (?:from|via|by|with|on) (?:my |a |the "
    r"|an )?(?:[\w+-]+ ){0,3}(?:iphone|ipad|ipod|phone|mobile|android"
    r"|samsung|galaxy|blackberry|pixel|huawei|htc|nokia|handheld|device|smartphone|tablet|yahoo"
    r"|proton ?mail|mail for windows"
    r"|outlook|gmail mobile|mail\.ru|aol)\b|get outlook for|gesendet (?:von|mit|über) (?:meinem|der"
    r"|mein|outlook|mail)"
    r"|von meinem [\w ]{2,30} gesendet|diese nachricht wurde von meinem|envoyé (?:de|depuis) (?:mon"
    r"|outlook|l['’]application)"
    r"|télécharger outlook|enviado (?:desde|con) (?:mi|el|outlook)|obtener outlook|holen sie sich outlook)",
    re.IGNORECASE,
)
_PRONE_TO_BE_PROSE = re.compile(r"[.!?]\s+\w")
_LEGAL_OPENING = re.compile(
    r"[ \t*_>-]*(?:(?:confidentiality|disclaimer|legal|privacy|important)\b.{0,40}(?:notice|:|$)"
    r"|confidential(?:ity)?\b|disclaimer\b"
    r"|(?:the (?:information|contents?)|this|any) .{0,60}\b(?:e-?mail|message|communication|transmission)\b"
    r"|(?:diese|die in dieser) .{0,40}(?:e-?mail|nachricht)\b|(?:ce|le) .{0,20}(?:message|courriel"
    r"|e-?mail)\b"
    r"|este .{0,20}(?:mensaje|correo)\b)",
    re.IGNORECASE,
)
_LEGAL_MARK = re.compile(
    r"confidential|privileged|intended (?:recipient|only|solely|for)|solely|addressee|notify (?:the"
    r"|us)|delete|unauthori[sz]ed"
    r"|prohibited|disclos|vertraulich|bestimmt|empfänger|vernichten|löschen|unbefugt|confidentiel"
    r"|destinataire|détruire|interdit"
    r"|confidencial|destinatario|prohibid|eliminar|notifi",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"[ \t]*(?:(?:many |kind |best |warm |with )*(?:thanks|thank you|regards|wishes|cheers|best"
    r"|sincerely|yours|cordially)\b"
    r"|(?:viele|beste|liebe|mit freundlichen|herzliche|schöne) grüße|mfg|lg|vg|cordialement"
    r"|bien à vous|saludos|un saludo|atentamente)"
    r"[\w ]{0,24}[,.!]?[ \t]*$",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:\+|\(|\b)\d[\d ().\-/]{6,}\d|\bwww\.|https?://|\S+@\S+\.\S+|\b(?:tel|phone|mobile|cell|fax"
    r"|direct)\b[ .:]",
    re.IGNORECASE,
)
_PREFIXES = re.compile(
    r"\s*(?:(?:re|fwd?|fw|aw|wg|sv|rv|tr|enc|antw|antwort|vs|res|odp|ref|r)\s?(?:[\[(]\d{1,3}[\])]"
    r"|\*\d{1,3})?\s?[:：]"
    r"|\[[^\[\]]{1,60}\])\s*",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_BREAKS = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")
_GAPS = re.compile(r"\n{3,}")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\u00ad]")
_OPENERS = frozenset(  # first letters of whatever _DEVICE, _LEGAL_OPENING or _CLOSING may match
    [
        "sen",
        "wri",
        "typ",
        "get",
        "ges",
        "von",
        "die",
        "env",
        "tél",
        "obt",
        "hol",
        "con",
        "dis",
        "leg",
        "pri",
        "imp",
        "the",
        "thi",
        "any",
        "ce",
        "",
        "le",
        "",
        "cet",
        "est",
        "man",
        "kin",
        "bes",
        "war",
        "wit",
        "tha",
        "reg",
        "wis",
        "che",
        "sin",
        "you",
        "cor",
        "vie",
        "lie",
        "mit",
        "her",
        "sch",
        "mfg",
        "lg",
        "vg",
        "lg,",
        "vg,",
        "bie",
        "sal",
        "un",
        "",
        "ate",
    ]
) | {"ce ", "le ", "lg ", "vg ", "un ", "lg", "vg"}

_SIGNATURE_MARKS = frozenset(("-- ", "--", "--  ", "—"))

OWN, QUOTED, DROPPED = 0, 1, 2
_ONLY = [bytes(tag == wanted for tag in range(256)) for wanted in (OWN, QUOTED, DROPPED)]
SIGNATURE_LINES = 30
SIGNATURE_SPAN = 60  # with its blank lines
SIGNATURE_CHARACTERS = 2000
CARD_LINES = 9


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's text in two: what its author wrote, and what it carries along of others."""

    own: str
    quoted: str


def split(text: str) -> Words:
    """Tell an author's own words from quotes, forwards, signatures and disclaimers.

    In doubt a line counts as the author's own. Signatures and disclaimers are in neither half. Any
    string is taken; the time is linear in its length.
    """
    lines = _clean(text).split("\n")
    tags = _tag_quotes(lines)
    _drop_signatures(lines, tags)
    _drop_boilerplate(lines, tags)
    return Words(_join(lines, tags, OWN), _join(lines, tags, QUOTED))


def normalize_subject(subject: str) -> str:
    """The subject that a thread has in common: no Re, Fwd, AW, WG, … and no [list] tags, folded case.

    A subject of nothing but such tags keeps the last of them.
    """
    return bare_subject(subject).casefold()


def bare_subject(subject: str) -> str:
    """As ``normalize_subject``, in its own letters."""
    subject = subject[:2000]
    while True:
        match = _PREFIXES.match(subject)
        if not match or not match.end() or (match.end() == len(subject) and "[" in match[0]):
            break
        subject = subject[match.end() :]
    return _SPACE.sub(" ", subject).strip()


def _clean(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return text.replace("\0", "").replace("\x0c", "\n").replace("\x0b", "\n")
    text = _BREAKS.sub("\n", text)
    return _INVISIBLE.sub("", text.replace("\xa0", " ").replace("\0", ""))


def _tag_quotes(lines: list[str]) -> bytearray:
    tags = bytearray(len(lines))  # OWN, all of them
    bare = list(map(str.strip, lines))
    index, count = 0, len(lines)
    while index < count:
        line = bare[index]
        if not line:
            index += 1
            continue
        if lines[index][0] == ">" or (line[0] in ">|" and PREFIX.match(lines[index])):
            tags[index] = QUOTED
            index += 1
            continue
        end = header_end(bare, index)
        if end == index:
            index += 1
            continue
        start = _with_rule(bare, index)
        below = next_text(bare, end)
        if below < count and not PREFIX.match(lines[below]):
            end = count
        tags[start:end] = bytes((QUOTED,)) * (end - start)
        index = end
    return tags


def _with_rule(lines: list[str], at: int) -> int:
    above = at - 1
    while above >= 0 and above > at - 3 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and is_rule(lines[above]) else at


def _drop_signatures(lines: list[str], tags: bytearray) -> None:
    """Cut what follows '-- ' up to the next quote, when it is short enough to be a signature."""
    if _SIGNATURE_MARKS.isdisjoint(lines):
        return
    index = 0
    while index < len(lines):
        if tags[index] == OWN and lines[index] in _SIGNATURE_MARKS:
            end = index + 1
            while end < len(lines) and tags[end] == OWN and end <= index + SIGNATURE_SPAN:
                end += 1
            block = [line for line in lines[index + 1 : end] if line.strip()]
            if (
                end <= index + SIGNATURE_SPAN
                and len(block) <= SIGNATURE_LINES
                and sum(map(len, block)) <= SIGNATURE_CHARACTERS
            ):
                tags[index:end] = bytes((DROPPED,)) * (end - index)
            index = end if tags[index] == DROPPED else index + 1
        else:
            index += 1


def _drop_boilerplate(lines: list[str], tags: bytearray) -> None:
    examined = 0
    closings: list[int] = []
    for index in compress(range(len(lines)), _which(tags, OWN)):
        line = lines[index]
        if tags[index] != OWN or not line or line.lstrip(" \t*_>-")[:3].lower() not in _OPENERS:
            continue
        piece = line[:PIECE]
        if len(line) < 100 and _DEVICE.match(piece) and not _PRONE_TO_BE_PROSE.search(piece):
            tags[index] = DROPPED
        elif index >= examined and _LEGAL_OPENING.match(piece):
            examined = _drop_legal(lines, tags, index)
        elif len(line) < 60 and _CLOSING.match(piece):
            closings.append(index)
    for index in closings:  # when what stands below them is gone
        _drop_card(lines, tags, index)


def _drop_legal(lines: list[str], tags: bytearray, at: int) -> int:
    """Cut the paragraph that begins at ``at`` when it reads like a lawyer's; its end, or ``at + 1``."""
    end = at
    while end < len(lines) and tags[end] == OWN and lines[end].strip() and end < at + 40:
        end += 1
    if end == at + 1 and len(lines[at]) < 80:  # a heading such as "CONFIDENTIALITY NOTICE"
        end = min(next_text(lines, end) + 1, len(lines))
    paragraph = " ".join(lines[at:end])[:5000]
    marks = {mark.lower() for mark in _LEGAL_MARK.findall(paragraph)}
    if len(marks) >= 4 or (len(marks) == 3 and len(paragraph) > 150):
        for index in range(at, end):
            if tags[index] == OWN:
                tags[index] = DROPPED
        return end
    return at + 1 if end < at + 12 else end  # a short one may hold another opening below


def _drop_card(lines: list[str], tags: bytearray, closing: int) -> None:
    """Cut titles, firms and numbers below "Regards,\nJo" when they are plainly a visiting card."""
    span = range(closing + 1, min(closing + 24, len(lines)))
    end = next((index for index in span if tags[index] != OWN), span.stop)
    if end == span.stop and end < len(lines) and tags[end] == OWN:
        return
    filled = [index for index in range(closing + 1, end) if lines[index].strip()]
    card = filled[1:]
    if (
        not card
        or len(filled) > CARD_LINES
        or not any(_CONTACT.search(lines[index][:PIECE]) for index in card)
    ):
        return
    if any(_is_prose(lines[index].strip()) for index in card):
        return
    for index in card:
        tags[index] = DROPPED


def _is_prose(line: str) -> bool:
    return (
        len(line) > 90
        or line[-1] in "?!"
        or line[:2].lower() == "ps"
        or line[:3].lower() == "p.s"
        or len(line.split()) > 9
    )


def _join(lines: list[str], tags: bytearray, wanted: int) -> str:
    kept = list(map(str.rstrip, compress(lines, _which(tags, wanted))))
    while wanted == OWN and kept and (not kept[-1] or is_rule(kept[-1])):
        kept.pop()
    return _squeeze("\n".join(kept))


def _which(tags: bytearray, wanted: int) -> bytearray:
    """For each line 1 if its tag is ``wanted``, else 0."""
    return tags.translate(_ONLY[wanted])


def _squeeze(text: str) -> str:
    return (_GAPS.sub("\n\n", text) if "\n\n\n" in text else text).strip("\n")
