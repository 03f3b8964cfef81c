"""HTML of mails to plain text that keeps lines and paragraphs, with quotes marked by '> ' (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

LONGEST = 1_000_000
SIGNATURE_LONGEST = 600
DEEPEST = 3000

_CHILDLESS = re.compile(
    r"<(?:br|hr|img|p|li|td|th|tr|meta|link|col|!--|o:p|wbr|input|option)\b", re.IGNORECASE
)
_LINE_TAG = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")

_SKIPPED = frozenset(
    (
        "script", "style", "head", "title", "meta", "link", "template", "noscript", "object", "svg", "iframe",
        "select", "textarea", "button",
    )
)  # fmt: skip
_SPACED = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table", "pre", "dl"))
_BLOCKS = _SPACED | frozenset(
    (
        "address", "article", "aside", "center", "dd", "div", "dt", "fieldset", "figure", "footer", "form",
        "header", "hr", "li", "main", "nav", "section",
        "tbody", "thead", "tfoot", "tr", "body", "html", "caption",
    )
)  # fmt: skip
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px"
    r"|pt)?\s*(?:;|$)|max-height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
_NO_BORDER = re.compile(r"border(?:-left)?(?:-width|-style)?\s*:\s*(?:none|0|medium none)", re.IGNORECASE)
_TOP_RULE = re.compile(
    r"border\s*:\s*none\s*;.*border-top\s*:\s*solid|^\s*border-top\s*:\s*(?:solid|1)",
    re.IGNORECASE | re.DOTALL,
)
_REPLY_LABEL = re.compile(r"\s*(?:From|Von|De|Expéditeur|Da)\s?:", re.IGNORECASE)
_QUOTE_CLASS = re.compile(
    r"\b(?:yahoo_quoted|moz-forward-container|protonmail_quote|tutanota_quote|zmail_extra"
    r"|ms-outlook-mobile-reference-message"
    r"|gmail_extra_quote|WordSection_quote)\b"
)
_QUOTE_ID = frozenset(
    ("OLK_SRC_BODY_SECTION", "isReplyContent", "mail-editor-reference-message-container", "replySplit")
)
_REST_ID = re.compile(r"(?:x_)*divRplyFwdMsg$|(?:x_)*stopSpelling$")
_SIGNATURE_CLASS = re.compile(
    r"\b(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block)\b"
)


@dataclass(slots=True)
class _Page:
    """Lines as they are written: text gathers in ``parts`` until a break makes it a line."""

    lines: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    depth: int = 0
    rest: bool = False

    def text(self, text: str) -> None:
        if self.parts and self.parts[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self.parts.append(text)

    def end_line(self) -> None:
        self.lines.append(self._prefix() + "".join(self.parts).strip(" "))
        self.parts.clear()

    def break_line(self) -> None:
        if "".join(self.parts).strip():
            self.end_line()
        else:
            self.parts.clear()

    def break_paragraph(self) -> None:
        self.break_line()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._prefix().rstrip())

    def _prefix(self) -> str:
        return "> " * min(self.depth + self.rest, 5)


def from_html(html: str) -> str:
    """The text of an HTML mail: one line for each line shown, quotes of others prefixed with '> '.

    Takes any string; style, scripts and what a reader would not see are left out. HTML beyond the
    first million characters is ignored.
    """
    html = html[:LONGEST]
    if _nests_wildly(html):
        return _bare_text(html)
    tree = LexborHTMLParser(html)
    root = tree.body or tree.root
    page = _Page()
    if root is not None:
        _walk(root, page)
    page.break_line()
    return "\n".join(page.lines).strip("\n")


def _nests_wildly(html: str) -> bool:
    """Whether thousands of elements stay open: a parser's time grows with the square of that."""
    unclosed = html.count("<") - 2 * html.count("</")
    if unclosed < DEEPEST:
        return False
    return unclosed - len(_CHILDLESS.findall(html)) > DEEPEST


def _bare_text(html: str) -> str:
    lines = _LINE_TAG.sub("\n", html).split("\n")
    return "\n".join(" ".join(_TAG.sub(" ", line).split()) for line in lines if line).strip("\n")


def _walk(root: LexborNode, page: _Page) -> None:
    """Depth first without recursion: hostile mail nests as deep as it likes."""
    open_nodes: list[tuple[LexborNode, bool]] = []
    node: LexborNode | None = root
    preformatted = 0
    while node is not None:
        tag = node.tag or ""
        child: LexborNode | None = None
        if tag == "-text":
            _write(node.text_content or "", page, preformatted > 0)
        elif tag == "br":
            page.end_line()
        elif tag and tag[0] != "-" and tag != "!doctype":
            child, quotes = _enter(node, tag, page)
            if child is not None:
                open_nodes.append((node, quotes))
                preformatted += tag == "pre"
                node = child
                continue
        following = node.next if open_nodes else None
        while following is None and open_nodes:
            node, quotes = open_nodes.pop()
            preformatted -= node.tag == "pre"
            _leave(node.tag or "", page, quotes)
            following = node.next if open_nodes else None
        node = following


def _write(text: str, page: _Page, preformatted: bool) -> None:
    if not preformatted:
        page.text(_collapse(text))
        return
    first, *others = text.split("\n")
    page.parts.append(first)
    for line in others:
        page.end_line()
        page.parts.append(line)


def _collapse(text: str) -> str:
    """White space as a browser shows it; several times as fast as a pattern."""
    middle = " ".join(text.split())
    if not middle:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + middle + (" " if text[-1].isspace() else "")


def _enter(node: LexborNode, tag: str, page: _Page) -> tuple[LexborNode | None, bool]:
    """Open an element: its first child (None to step over it), and whether it quotes."""
    if tag in _SKIPPED:
        return None, False
    attributes = node.attributes
    if attributes and _is_invisible(node, attributes):
        return None, False
    if tag in _BLOCKS:
        if tag in _SPACED:
            page.break_paragraph()
        else:
            page.break_line()
        if tag == "li":
            page.text("- ")
    elif tag in ("td", "th") and page.parts:
        page.text(" ")
    if not page.rest and attributes and _starts_rest(node, tag, attributes):
        page.break_line()
        page.rest = True
    quotes = (tag == "blockquote" and not _is_indent(attributes)) or (
        bool(attributes) and _is_quote(node, attributes)
    )
    child = node.child
    if child is None:
        return None, False
    if quotes:
        page.break_line()
        page.depth += 1
    return child, quotes


def _leave(tag: str, page: _Page, quotes: bool) -> None:
    if tag in _SPACED:
        page.break_paragraph()
    elif tag in _BLOCKS or quotes:
        page.break_line()
    if quotes:
        page.depth -= 1


def _is_invisible(node: LexborNode, attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style") or ""
    if "hidden" in attributes or (style and _HIDDEN.search(style)):
        return True
    name = attributes.get("class")
    return bool(name and _SIGNATURE_CLASS.search(name)) and len(node.text()) <= SIGNATURE_LONGEST


def _is_indent(attributes: dict[str, str | None]) -> bool:
    """Apple Mail and Outlook on the web indent the author's own words with a borderless blockquote."""
    if attributes.get("type") == "cite" or "quote" in (attributes.get("class") or ""):
        return False
    return _NO_BORDER.search(attributes.get("style") or "") is not None


def _is_quote(node: LexborNode, attributes: dict[str, str | None]) -> bool:
    name = attributes.get("class") or ""
    if _QUOTE_CLASS.search(name) or (attributes.get("id") or "") in _QUOTE_ID:
        return True
    if "gmail_attr" in name or "moz-cite-prefix" in name:
        return True
    if "gmail_quote" in name and node.tag == "div":  # a forward; a reply's quotes are blockquotes inside
        return node.css_first("blockquote") is None
    return attributes.get("name") in ("quote", "messageReplySection")


def _starts_rest(node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
    """Outlook encloses nothing: what it quotes is all that follows a rule or a marked header."""
    if _REST_ID.match(attributes.get("id") or ""):
        return True
    style = attributes.get("style") or ""
    return (
        tag == "div" and bool(_TOP_RULE.search(style)) and _REPLY_LABEL.match(node.text()[:200]) is not None
    )
