"""Blocks to lines: a line is a sentence, bullet, heading or table cell, and keeps its place in its block.

The rule is the one the gold data was cut by (CODEBOOK, "How the gold data was made"): leading bullets dropped, blocks
split at line breaks and after . ! ? before a capital.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jdclass.document import Block, BlockKind

__all__ = ["LONGEST", "Line", "split_lines", "split_text"]

#: Characters of a line at most. A text without stops (a table that was pasted as one line, a hostile file) is cut here
#: between words, since what is done within a line may cost more than its length.
LONGEST = 1_000

# Typed bullets, also the private-use code points of Word's symbol fonts, and a lone "o" as Word's second-level bullet.
_BULLET = re.compile(r"(?:[•·▪●◦‣∙○■□➢►✓*\-–—\uf000-\uf0ff]+|o(?=\s))\s*")
_BREAK = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_NOT_SPACE = re.compile(r"\S(?:.*\S)?", re.DOTALL)
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_NOT_SPACE_HERE = re.compile(r"\S")
_SPACE_AT_END = re.compile(r".*(?=\s)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """`blocks[block].text[start:start + len(text)] == text`; never empty, no white space at either end."""

    text: str
    block: int
    start: int
    kind: BlockKind = "paragraph"
    place: str | None = None
    section: str | None = None

    @property
    def heading(self) -> bool:
        return self.kind == "heading"


def split_text(text: str) -> list[tuple[int, int]]:
    """Half-open character ranges of the lines of one block's text, in order; empty for a text without words.

    >>> [ "• Lead the team. Hold the budget."[a:b] for a, b in split_text("• Lead the team. Hold the budget.")]
    ['Lead the team.', 'Hold the budget.']
    """
    spans = []
    at = 0
    for stop in [*_BREAK.finditer(text), None]:
        end = len(text) if stop is None else stop.start()
        found = _NOT_SPACE.search(text, at, end)
        if found is not None:
            start, end = found.span()
            bullet = _BULLET.match(text, start, end)
            if bullet is not None and bullet.end() < end:
                start = bullet.end()
            pieces = _cut(text, start, end) if end - start > LONGEST else [(start, end)]
            spans += [piece for piece in pieces if _LETTER_OR_DIGIT.search(text, *piece) is not None]
        at = end if stop is None else stop.end()
    return spans


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The range in pieces of at most LONGEST characters, cut at white space where there is some."""
    while end - start > LONGEST:
        last = _SPACE_AT_END.match(text, start, start + LONGEST + 1)
        stop = start + LONGEST if last is None or last.end() == start else last.end()
        yield start, start + len(text[start:stop].rstrip())
        following = _NOT_SPACE_HERE.search(text, stop, end)
        start = end if following is None else following.start()
    yield start, end


def split_lines(blocks: Iterable[Block]) -> tuple[Line, ...]:
    """The lines of a document in its order; a piece without a letter or digit is no line."""
    return tuple(
        Line(block.text[start:end], number, start, block.kind, block.place, block.section)
        for number, block in enumerate(blocks)
        for start, end in split_text(block.text)
    )
