"""Plain text and Markdown to pieces: one piece a line, headings and bullets by how they look."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jdclass.read.failures import LimitError
from jdclass.read.limits import DEFAULT_LIMITS, Limits
from jdclass.read.pieces import Cell, Piece, Reading, table_pieces
from jdclass.read.words import WORDS

__all__ = ["BULLET", "is_heading", "read_markdown", "read_plain", "rejoin"]

BULLET = re.compile(
    r"\s*(?:[•·▪●◦‣∙○■□➢►✓*\-–—\uf000-\uf0ff]|o(?=\s)|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?=\s))\s*(?=\S)"
)
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "our",
        "the",
        "to",
        "with",
        "within",
        "your",
        "you",
        "what",
        "who",
        "how",
        "&",
        "/",
        "-",
        "–",
    ]
)
_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-H]\.|(?:section|part)\s\w{1,3}[:.]?)\s+", re.IGNORECASE)


def is_heading(text: str, after: str | None) -> bool:
    """Whether a line of plain text looks like a heading; `after` is the next line that is not empty, None at the end.

    Short, no stop at its end, followed by text, and one of: a known heading, all capitals, a colon at the end, or a
    capital on every word of weight. A line such as "Job title: Ward Manager" is no heading.

    >>> is_heading("Main duties:", "Lead the team"), is_heading("Lead the team", "Hold the budget")
    (True, False)
    """
    text = text.strip()
    if after is None or not 2 < len(text) <= 70 or text[-1] in ".;,!?" or "[" in text:
        return False
    if not text[0].isupper() and not text[0].isdigit():
        return False
    bare = _NUMBER.sub("", text)
    closed = bare.endswith(":")
    bare = bare.rstrip(": ")
    if " ".join(bare.lower().replace("&", "and").split()) in WORDS.headings:
        return True
    words = bare.split()
    if not words or len(words) > 9 or ":" in bare:
        return False
    if closed:
        return True
    letters = [character for character in bare if character.isalpha()]
    if len(letters) > 3 and all(character.isupper() for character in letters):
        return len(words) > 1 or len(bare) > 5
    if len(words) < 2 or len(words) > 7 or (len(after.split()) < 5 and BULLET.match(after) is None):
        return False
    # Title Case: more than one word of weight, all with a capital, none with a digit (a band, a date, an address).
    heavy = [word for word in words if word.lower() not in _SMALL]
    return (
        len(heavy) > 1
        and all(word[0].isupper() for word in heavy)
        and not any(character.isdigit() or character in "£@/," for character in bare)
    )


_LABEL = re.compile(r"[A-Z][A-Za-z' /&()-]{2,40}:\s")


def rejoin(lines: Sequence[str]) -> list[str]:
    """Undo hard wraps: lines broken at a fixed width become one again. Other texts come back as they are.

    A text is taken as wrapped when its longest line has 55 to 100 characters and nearly every line that another
    follows could not have taken that one's first word, several of them breaking within a sentence.
    """
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if len(lengths) < 6 or not 55 <= lengths[-1] <= 100:
        return list(lines)
    width = lengths[-1]
    followed = full = within = 0
    bullet = False
    joins: list[bool] = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        here, below = line.rstrip(), after.strip()
        open_end = bool(here.strip()) and bool(below) and BULLET.match(after) is None
        could_not = open_end and len(here) + 1 + len(below.split()[0]) > width - 4
        bullet = BULLET.match(here) is not None or (bullet and bool(joins) and joins[-1])
        # After a bullet's full stop, and before a label, a new line begins whatever its length.
        joins.append(could_not and not (bullet and here[-1] in ".;" and below[0].isupper()) and not _LABEL.match(below))
        if open_end and len(here) > width * 0.6:
            followed += 1
            full += could_not
            within += could_not and (here[-1] not in ".!?:;" or below[0].islower())
    if within < 3 or full < 0.75 * followed:
        return list(lines)
    joined: list[str] = []
    going_on = False
    for line, join in zip(lines, joins, strict=True):
        if going_on:
            space = "" if joined[-1].endswith("-") and line.strip()[:1].islower() else " "
            joined[-1] = f"{joined[-1].rstrip()}{space}{line.strip()}"
        else:
            joined.append(line)
        going_on = join
    return joined


def read_plain(text: str, *, format: str = "txt", limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Plain text to a reading; every character reaches a piece. Raises LimitError."""
    reading = Reading(format, share=1.0)
    lines = _BREAK.split(text)
    if len(lines) > 5:
        lines = rejoin(lines)
    kept = [line for line in (line.strip() for line in lines) if line]
    if len(kept) > limits.blocks:
        raise LimitError(f"{len(kept):,} lines of text; the limit is {limits.blocks:,}")
    afters: list[str | None] = [*kept[1:], None][: len(kept)]
    for line, after in zip(kept, afters, strict=True):
        piece = Piece(line)
        if (bullet := BULLET.match(line)) is not None and not _NUMBER.match(line):
            piece.kind = "list_item"
            if line[bullet.end() :].strip() == "":
                piece.kind = "paragraph"
        elif is_heading(line, after):
            piece.kind = "heading"
        reading.pieces.append(piece)
    return reading


_FENCE = re.compile(r"\s*(?:```|~~~)")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$")
_HASH = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$")
_INLINE = (
    (re.compile(r"!\[([^\]]*)\]\([^)\s]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\([^)\s]*\)"), r"\1"),
    (re.compile(r"<((?:https?|mailto):[^>\s]+|[^>\s@]+@[^>\s]+)>"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)([*_`])(?=\S)(.+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|-])"), r"\1"),
)
_CELLS = re.compile(r"(?<!\\)\|")


def _inline(text: str) -> tuple[str, bool]:
    """The text without its marks, and whether all of it was bold."""
    bold = re.fullmatch(r"\s*(\*\*|__)(.+)\1:?\s*", text) is not None
    for pattern, to in _INLINE:
        text = pattern.sub(to, text)
    return " ".join(text.split()), bold


def read_markdown(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Markdown to a reading: # headings, underlined headings, lists, tables, paragraphs of several lines."""
    reading = Reading("md", share=1.0)
    paragraph: list[str] = []
    pieces = reading.pieces
    rows: list[list[Cell]] = []
    tables = 0
    state = {"item": False, "fenced": False}

    def flush() -> None:
        if paragraph:
            line, bold = _inline(" ".join(paragraph))
            paragraph.clear()
            if line:
                piece = Piece(line, "list_item" if state["item"] else "paragraph", bold=bold)
                if bold and not state["item"] and len(line) <= 80 and line[-1] not in ".,;":
                    piece.kind = "heading"
                pieces.append(piece)
        state["item"] = False

    def end_table() -> None:
        nonlocal tables
        if rows:
            tables += 1
            pieces.extend(table_pieces(rows, name=f"table {tables}"))
            rows.clear()

    for line in [*_BREAK.split(text), ""]:
        if len(pieces) > limits.blocks:
            raise LimitError(f"more than {limits.blocks:,} blocks of text")
        if _FENCE.match(line):
            flush()
            state["fenced"] = not state["fenced"]
            continue
        bare = line.strip()
        if bare.startswith("|") and bare.count("|") > 1:
            flush()
            cells = [cell.strip() for cell in _CELLS.split(bare.strip("|"))]
            if all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                for row in rows[-1:]:
                    for cell in row:
                        cell.header = True
                continue
            done = [_inline(cell) for cell in cells]
            rows.append([Cell([Piece(words, bold=bold)] if words else []) for words, bold in done])
            continue
        end_table()
        if not bare:
            flush()
        elif (found := _HASH.match(line)) is not None:
            flush()
            words, _ = _inline(found[2])
            if words:
                pieces.append(Piece(words, "heading", len(found[1])))
        elif paragraph and not state["item"] and re.fullmatch(r"\s*(=+|-{2,})\s*", line):
            level = 1 if "=" in line else 2
            words, _ = _inline(" ".join(paragraph))
            paragraph.clear()
            pieces.append(Piece(words, "heading", level))
        elif _RULE.match(line):
            flush()
        elif (found := _ITEM.match(line)) is not None or (found := re.match(r"\s*[•·▪●]\s*(.*)$", line)) is not None:
            flush()
            paragraph.append(found[1])
            state["item"] = True
        else:
            # Two spaces or a backslash at the end break the line.
            paragraph.append(bare.removeprefix(">").strip().removesuffix("\\"))
            if line.endswith(("  ", "\\")) and not state["item"]:
                flush()
    flush()
    end_table()
    return reading
