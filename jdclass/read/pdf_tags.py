"""PDF to pieces by its tags, the structure that the program which wrote it knew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jdclass.read.failures import LimitError
from jdclass.read.limits import Limits
from jdclass.read.pdf_layout import lines_of, without_bullet
from jdclass.read.pdf_page import Element, Page, Run, body_size, tidy
from jdclass.read.pdf_pieces import Done, Item, Pending, rejoined, with_tables
from jdclass.read.pieces import Cell, Piece, solid
from jdclass.read.plain import BULLET

__all__ = ["read_tagged"]

_INLINE = frozenset(
    [
        "Span",
        "Link",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Em",
        "Strong",
        "Sub",
        "Ruby",
        "RB",
        "RT",
        "RP",
        "Warichu",
        "WT",
        "WP",
        "Annot",
        "Formula",
        "Hyperlink",
    ]
)


def read_tagged(pages: Sequence[Page], limits: Limits) -> Done | None:
    """The pieces that the structure trees give, None where they leave out a tenth of the text or more."""
    walk = _TagWalk(limits, body_size(pages))
    for page in pages:
        walk.page(page)
    aside = sum(solid(piece.text) for piece in walk.apart) + sum(page.slanted for page in pages)
    total = sum(page.characters for page in pages) - aside
    if total <= 0 or walk.reached < 0.9 * total:
        return None
    return rejoined(with_tables(walk.items)), walk.apart, walk.reached, aside


class _TagWalk:
    """Walks the structure trees of all pages; `items`, `apart` and `reached` are what it found."""

    def __init__(self, limits: Limits, body: float) -> None:
        self.limits = limits
        self.body = body
        self.items: list[Item] = []
        self.apart: list[Piece] = []
        self.reached = 0
        self.marks: dict[int, list[Run]] = {}
        self.number = 0

    def page(self, page: Page) -> None:
        self.number = page.number
        self.marks = {}
        for run in page.runs:
            self.marks.setdefault(run.mark, []).append(run)
        for element in page.tree:
            self.block(element, self.items, None, None)
        # Running headers, footers and page numbers are artifacts: no element has them.
        for line in lines_of(self.marks.get(-1, ())):
            self.apart.append(Piece(line.text, where="header or footer", page=page.number))

    def block(self, element: Element, out: list[Item], kind: str | None, level: int | None) -> None:
        """One element: its text between the blocks within it is a piece each time."""
        name = element.kind
        if name == "Table":
            self.table(element, out)
            return
        if name in ("TOC", "TOCI"):
            before = self.reached
            aside: list[Item] = []
            self.children(element, aside, "paragraph", None)
            self.reached = before
            for piece in with_tables(aside):
                piece.where = "contents page"
                self.apart.append(piece)
            return
        if re.fullmatch(r"H[1-6]?|Title", name):
            kind, level = "heading", int(name[1]) if name[1:].isdigit() else (1 if name == "Title" else None)
        elif name in ("LI", "LBody"):
            kind, level = "list_item", None
        self.children(element, out, kind, level)

    def children(self, element: Element, out: list[Item], kind: str | None, level: int | None) -> None:
        held: list[Run] = []

        def flush() -> None:
            if held:
                self.add(held, out, kind, level)
                held.clear()

        for child in element.children:
            if isinstance(child, int):
                held.extend(self.marks.pop(child, ()))
            elif child.kind == "Lbl":
                # The bullet or number: text of the page, and no text of the document.
                self.reached += sum(solid(run.text) for run in self.inline(child))
            elif child.kind in _INLINE:
                held.extend(self.inline(child))
                if any(isinstance(inner, Element) and inner.kind not in _INLINE for inner in child.children):
                    flush()
                    self.block(child, out, kind, level)
            else:
                flush()
                self.block(child, out, kind, level)
        flush()

    def inline(self, element: Element) -> Iterator[Run]:
        for child in element.children:
            if isinstance(child, int):
                yield from self.marks.pop(child, ())
            elif child.kind in _INLINE or child.kind == "Lbl":
                yield from self.inline(child)

    def add(self, runs: Sequence[Run], out: list[Item], kind: str | None, level: int | None) -> None:
        text = _flow(runs)
        if not text:
            return
        self.reached += sum(solid(run.text) for run in runs)
        bullet = BULLET.match(text)
        piece = Piece(text, page=self.number, bold=all(run.bold for run in runs if run.text.strip()))
        if kind == "heading":
            piece.kind, piece.level = "heading", level
        elif kind == "list_item" or (bullet is not None and bullet.end() < len(text)):
            piece.kind, piece.text = "list_item", without_bullet(text)
        elif 2 < len(text) <= 80 and text[-1] not in ".,;" and (piece.bold or runs[0].size > 1.25 * self.body):
            piece.kind = "heading"
        out.append(piece)
        if len(out) > self.limits.blocks:
            raise LimitError(f"more than {self.limits.blocks:,} blocks of text")

    def table(self, element: Element, out: list[Item]) -> None:
        rows: list[list[Cell]] = []
        for row in self.rows(element, out):
            cells: list[Cell] = []
            for cell in row.children:
                if isinstance(cell, int):
                    self.add(self.marks.pop(cell, ()), out, None, None)
                elif cell.kind in ("TD", "TH"):
                    held: list[Item] = []
                    self.children(cell, held, None, None)
                    cells.append(Cell(with_tables(held), header=cell.kind == "TH"))
                else:
                    self.block(cell, out, None, None)
            rows.append(cells)
        out.append(Pending(rows, self.number, self.number))

    def rows(self, element: Element, out: list[Item]) -> Iterator[Element]:
        for child in element.children:
            if isinstance(child, int):
                self.add(self.marks.pop(child, ()), out, None, None)
            elif child.kind == "TR":
                yield child
            elif child.kind in ("THead", "TBody", "TFoot"):
                yield from self.rows(child, out)
            else:
                self.block(child, out, None, None)


def _flow(runs: Sequence[Run]) -> str:
    """The text of runs that follow each other over lines, in their own order."""
    parts: list[str] = []
    last: Run | None = None
    for run in runs:
        if last is not None:
            same_line = abs(run.y - last.y) < 0.5 * max(run.size, last.size)
            gap = run.x0 - last.x1
            if not same_line:
                if parts[-1].rstrip().endswith(("-", "\x02", "\ufffe")) and run.text.lstrip()[:1].islower():
                    parts[-1] = parts[-1].rstrip()
                else:
                    parts.append(" ")
            elif gap > 0.16 * run.size or gap < -2 * run.size:
                parts.append(" ")
        parts.append(run.text)
        last = run
    return tidy("".join(parts))
