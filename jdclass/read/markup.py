"""HTML to pieces: saved pages of vacancy sites, and the HTML that job records hold.

lexbor parses, whatever is broken, and writes the tree out again well formed; that text is then walked once, tag by tag.
It is several times as fast as visiting the nodes from Python, and gives the ends of elements, which pre-order walks do
not.
"""

from __future__ import annotations

import re
import threading
from html import unescape
from typing import TYPE_CHECKING

from jdclass.document import Fact
from jdclass.read.failures import LimitError
from jdclass.read.limits import DEFAULT_LIMITS, Limits
from jdclass.read.pieces import Cell, Piece, Reading, solid, table_pieces

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["looks_like_html", "read_html", "unescape_html"]

# lexbor quotes every attribute value and escapes < and > in texts, so that this is exact on what it writes.
# Elements of raw text are taken whole, as their content may look like tags.
_TAG = re.compile(
    r"<!--.*?-->|<!DOCTYPE[^>]*>|<(?:script|style|iframe|noembed|noframes|xmp)\b(?:[^>\"]|\"[^\"]*\")*>(.*?)"
    r"</(?:script|style|iframe|noembed|noframes|xmp)>|<(/?)([a-zA-Z][^\s>/]*)((?:[^>\"]|\"[^\"]*\")*)>",
    re.DOTALL,
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_BOLD = frozenset(("b", "strong", "u"))
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Never text of the document.
_DROPPED = frozenset(
    [
        "script",
        "style",
        "head",
        "template",
        "noscript",
        "object",
        "iframe",
        "svg",
        "math",
        "button",
        "select",
        "textarea",
        "input",
        "dialog",
        "audio",
        "video",
        "canvas",
        "map",
    ]
)
# Set apart: what a saved page has around its document.
_APART = frozenset(("nav", "footer", "aside"))
_HIDDEN = re.compile(
    r"(?:^|\s)hidden(?:$|[\s=])|display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|"
    r"class=\"[^\"]*visually-hidden",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"<!doctype html|</?(?:html|body|p|div|br|li|ul|ol|h[1-6]|table|span|strong|section|article)\b[^<>]*/?>",
    re.IGNORECASE,
)
_OPENS = re.compile(rb"<(?!/|!|br\b|hr\b|img\b|input\b|meta\b|link\b|p\b|li\b)[a-zA-Z]", re.IGNORECASE)
_CLOSES = re.compile(rb"</(?!p\b|li\b)[a-zA-Z]", re.IGNORECASE)

#: Between 4 and this many characters a wholly bold piece is a likely heading.
BOLD_HEADING_LENGTH = 80


def looks_like_html(text: str) -> bool:
    """Whether a text holds tags of HTML, not only a stray "<".

    >>> looks_like_html("<p>Lead the team</p>"), looks_like_html("aged < 5 years")
    (True, False)
    """
    return "<" in text and _LOOKS.search(text) is not None


def unescape_html(text: str) -> str:
    """Take up to three layers of escaping off a text that was HTML; published adverts are escaped up to three times.

    >>> unescape_html("&amp;lt;p&amp;gt;R&amp;amp;amp;D&amp;lt;/p&amp;gt;")
    '<p>R&amp;D</p>'
    """
    for _ in range(3):
        if looks_like_html(text) or "&" not in text:
            break
        if "&lt;" not in text and "&amp;" not in text and "&#" not in text:
            return text if "<" in text else unescape(text)
        # Other entities are left to the parser; unescape() calls Python for each one, and adverts hold hundreds.
        text = (
            text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", '"')
            .replace("&#39;", "'")
            .replace("&amp;", "&")
            if "&lt;" in text
            else unescape(text)
        )
    return text


class _Kept(threading.local):
    """A document that fragments are parsed into, since making a new one costs several times the parse of an advert."""

    node: LexborNode | None = None
    used = 0


_KEPT = _Kept()
_KEPT_CHARACTERS = 1 << 20  # then a new one, so that memory does not grow


def _well_formed(text: str, fragment: bool) -> tuple[str, LexborNode | None]:
    from selectolax.lexbor import LexborHTMLParser

    if not fragment:
        root = LexborHTMLParser(text).root
        return (root.html or "") if root is not None else "", root
    node = _KEPT.node
    if node is None or _KEPT.used > _KEPT_CHARACTERS:
        node = LexborHTMLParser("<div></div>").css_first("div")
        _KEPT.node, _KEPT.used = node, 0
        if node is None:
            return "", None
    _KEPT.used += len(text) + 1000
    node.inner_html = text
    return node.inner_html or "", node


def check_depth(data: bytes, limits: Limits) -> None:
    """Refuse what nests too deeply before it is parsed: the parse takes time quadratic in the depth.

    Elements that are closed for one (p, li) are left out. Raises LimitError.
    """
    depth = worst = 0
    events = sorted([(m.start(), 1) for m in _OPENS.finditer(data)] + [(m.start(), -1) for m in _CLOSES.finditer(data)])
    for _, step in events:
        depth = max(0, depth + step)
        worst = max(worst, depth)
    if worst > 10 * limits.depth:
        raise LimitError(f"HTML elements are nested {worst} deep; the limit is {10 * limits.depth}")


class _Table:
    __slots__ = ("caption", "name", "outer", "rows")

    def __init__(self, outer: list[Piece], name: str) -> None:
        self.rows: list[list[Cell]] = []
        self.outer = outer  # where the table's pieces go at its end
        self.name = name
        self.caption = ""


def read_html(text: str, *, fragment: bool = False, format: str = "html", limits: Limits = DEFAULT_LIMITS) -> Reading:
    """HTML to a reading. `fragment`: no page around it, as in a job record. Raises LimitError.

    Text between block tags is one piece, white space in it one space. A piece that is wholly bold and short is a likely
    heading. Hidden elements, scripts, menus and footers do not count.
    """
    if len(text) > limits.html_bytes:
        raise LimitError(f"HTML of {len(text):,} characters; the limit is {limits.html_bytes:,}")
    if len(text) > 4 * limits.depth:
        # Shorter ones cannot nest as deeply.
        opened = text.count("<") - text.count("</")
        if opened > limits.depth or text.count("</") > 10 * limits.depth:
            check_depth(text.encode("utf-8", "surrogatepass"), limits)
    source, root = _well_formed(text.replace("\x00", " "), fragment)
    reading = Reading(format)
    if root is None:
        reading.share = None
        return reading
    skip_apart = not fragment
    pieces = reading.pieces
    buffer: list[str] = []
    bold_parts = 0  # characters of the buffer in bold
    bold = depth = items = 0
    dropped_at = 0  # depth of the element whose content is dropped, 0 for none
    apart_at = 0
    heading: int | None = None
    tables: list[_Table] = []
    number = 0
    term = ""  # of a list of terms, while its description is open
    dropped: list[str] = []  # text left out on purpose, for the receipt
    title = ""

    def flush() -> None:
        nonlocal bold_parts
        line = " ".join("".join(buffer).split())
        buffer.clear()
        all_bold, bold_parts = bold_parts, 0
        if not line:
            return
        if apart_at:
            reading.apart.append(Piece(line))
            return
        piece = Piece(line, section=term or None)
        if heading is not None:
            piece.kind, piece.level = "heading", heading
        elif items:
            piece.kind = "list_item"
        if all_bold and heading is None and all_bold >= len(line) - line.count(" "):
            piece.bold = True
            if not items and len(line) <= BOLD_HEADING_LENGTH and line[-1] not in ".,;" and len(line) > 2:
                piece.kind = "heading"
        pieces.append(piece)
        if len(pieces) > limits.blocks:
            raise LimitError(f"more than {limits.blocks:,} blocks of text")

    at = 0
    for tag in _TAG.finditer(source):
        start = tag.start()
        if start > at:
            if dropped_at:
                dropped.append(unescape(source[at:start]))
            else:
                piece_text = source[at:start]
                if "&" in piece_text:
                    piece_text = unescape(piece_text)
                buffer.append(piece_text)
                if bold:
                    bold_parts += solid(piece_text)
        at = tag.end()
        name = tag[3]
        if name is None:
            if tag[1]:
                dropped.append(tag[1])
            continue
        if tag[2]:  # an end tag
            if name in _VOID:
                continue
            if dropped_at:
                if depth == dropped_at:
                    dropped_at = 0
                    if name == "head":
                        dropped.clear()
                depth -= 1
                continue
            if name in _BLOCKS:
                flush()
                if name in _HEADINGS:
                    heading = None
                elif name == "li":
                    items -= 1
                elif name == "table" and tables:
                    table = tables.pop()
                    done = table_pieces(table.rows, name=table.caption or table.name)
                    pieces = table.outer
                    pieces.extend(done)
                elif name == "caption" and tables and pieces:
                    tables[-1].caption = f"table '{pieces[-1].text[:60]}'"
                elif name in ("td", "th") and tables:
                    pieces = tables[-1].outer
                elif name == "dt" and pieces:
                    term = pieces[-1].text.rstrip(" :")[:60]
                elif name in ("dd", "dl"):
                    term = ""
                elif apart_at == depth:
                    apart_at = 0
            elif name in _BOLD:
                bold -= 1
            depth -= 1
            continue
        void = name in _VOID
        if not void:
            depth += 1
        if dropped_at:
            continue
        attributes = tag[4]
        if name in _DROPPED or (attributes and _HIDDEN.search(attributes)):
            if name in _BLOCKS:
                flush()
            if not void:
                dropped_at = depth
                if name not in _DROPPED:
                    reading.warn("hidden text was left out")
            continue
        if name in _BLOCKS:
            flush()
            if name in _HEADINGS:
                heading = _HEADINGS[name]
            elif name == "li":
                items += 1
            elif name == "dt":
                term = ""
            elif name == "table":
                number += 1
                tables.append(_Table(pieces, f"table {number}"))
            elif name == "tr" and tables:
                tables[-1].rows.append([])
            elif name in ("td", "th") and tables:
                span = re.search(r'colspan="(\d{1,3})"', attributes)
                cell = Cell([], header=name == "th", span=min(50, int(span[1])) if span else 1)
                if not tables[-1].rows:
                    tables[-1].rows.append([])
                tables[-1].rows[-1].append(cell)
                pieces = cell.pieces
            elif skip_apart and not apart_at and (name in _APART or 'role="navigation"' in attributes):
                apart_at = depth
        elif name in _BOLD:
            bold += 1
        elif name == "img" and not fragment:
            reading.warn("images were not read")
    if at < len(source):
        buffer.append(unescape(source[at:]))
    flush()
    while tables:  # never with lexbor's trees, but a lost table would be lost text
        table = tables.pop()
        table.outer.extend(table_pieces(table.rows, name=table.name))
        pieces = table.outer
    if not fragment and "<html" in text[:4096].lower() and "</html" not in text[-4096:].lower():
        reading.warn("the page has no end: it may have been cut short")
    if not fragment:
        pieces, copies = _without_copies(pieces)
        if copies:
            dropped += copies
            reading.warn("text that stands twice on the page was read once")
    reading.pieces = pieces
    reading.share = _share(root, reading, dropped)
    if not fragment and (node := root.css_first("title")) is not None:
        title = " ".join(node.text().split())
        if title:
            reading.facts.append(Fact("page_title", title, "page title"))
    return reading


#: A run of pieces is a copy from this many characters on.
_COPY_LENGTH = 150
_COPIES_TRIED = 8  # earlier headings of the same words that a run is compared with


def _without_copies(pieces: list[Piece]) -> tuple[list[Piece], list[str]]:
    """The pieces without sections that stand on the page before in the same words, and the texts of these.

    Vacancy pages hold a section twice, once for wide screens and once, folded, for telephones; which of them is shown
    stands in a style sheet.
    """
    kept: list[Piece] = []
    copies: list[str] = []
    headings: dict[str, list[int]] = {}
    at = 0
    while at < len(pieces):
        length = 0
        if pieces[at].kind == "heading":
            earlier = headings.setdefault(pieces[at].text, [])
            length = max((_run(pieces, first, at) for first in earlier[-_COPIES_TRIED:]), default=0)
            earlier.append(at)
        if length:
            if kept[-1].text == pieces[at].text:
                copies.append(kept.pop().text)  # what unfolds the copy, of the same words as its heading
            copies += [piece.text for piece in pieces[at : at + length]]
        else:
            kept.append(pieces[at])
        at += length or 1
    return kept, copies


def _run(pieces: list[Piece], first: int, second: int) -> int:
    """How many pieces from `second` on say the same as those from `first` on; 0 where that is too little for a copy."""
    length = characters = 0
    while (
        first + length < second
        and second + length < len(pieces)
        and pieces[first + length].text == pieces[second + length].text
        and pieces[first + length].kind == pieces[second + length].kind
    ):
        characters += len(pieces[first + length].text)
        length += 1
    return length if characters >= _COPY_LENGTH else 0


def _share(root: LexborNode, reading: Reading, dropped: list[str]) -> float | None:
    """Characters in pieces over characters of all text nodes but those left out on purpose."""
    total = solid(root.text() if root.tag != "html" else (root.css_first("body") or root).text())
    # What lexbor's text() counts and a reader never sees; text of scripts is left out by it already or not at all.
    left_out = sum(solid(text) for text in dropped) + sum(solid(piece.text) for piece in reading.apart)
    total -= left_out
    got = sum(len(piece.text) - piece.text.count(" ") for piece in reading.pieces)
    return None if total <= 0 else min(1.0, got / total)
