"""PDF without tags to pieces: ruled tables, columns, lines rejoined to paragraphs, running lines set apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from jdclass.read.failures import LimitError
from jdclass.read.limits import Limits
from jdclass.read.pdf_page import Page, Run, body_size, tidy
from jdclass.read.pdf_pieces import ENDS, Done, Item, Pending, rejoined, with_tables
from jdclass.read.pieces import Cell, Piece, solid
from jdclass.read.plain import BULLET

__all__ = ["lines_of", "read_untagged", "without_bullet"]

_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.)?\W*\d{1,3}\W*(?:(?:of|/)\W*\d{1,3}\W*)?", re.IGNORECASE)
_DOT_LEADER = re.compile(r"(?:\.\s?){5,}\s*\d{1,3}\s*$")


@dataclass(slots=True)
class _Line:
    """Runs on one baseline, left to right."""

    x0: float
    x1: float
    y: float
    size: float
    text: str
    bold: bool
    page: int
    first_word: float  # width of its first word
    text_x: float  # where its text begins, after a bullet
    bullet: bool = False


def lines_of(runs: Iterable[Run]) -> list[_Line]:
    """Runs to lines from the top down."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (-run.y, run.x0)):
        if rows and abs(rows[-1][0].y - run.y) <= 0.4 * max(run.size, rows[-1][0].size) * (
            1.0 if abs(run.size - rows[-1][0].size) > 1 else 0.6
        ):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [_line(row) for row in rows]


def _line(row: list[Run]) -> _Line:
    row.sort(key=lambda run: run.x0)
    parts: list[str] = []
    end = row[0].x0
    for run in row:
        gap = run.x0 - end
        if parts and gap > 0.16 * run.size:
            parts.append("\t" if gap > 2.5 * run.size else " ")
        parts.append(run.text)
        end = max(end, run.x1)
    text = "\t".join(tidy(part) for part in "".join(parts).split("\t") if part.strip())
    main = max(row, key=lambda run: len(run.text))
    # Typed or drawn bullets stand apart from their text, often in a symbol font.
    bullet = BULLET.match(text)
    text_x = row[0].x0
    is_bullet = bullet is not None and bullet.end() < len(text)
    if is_bullet and bullet is not None:
        if len(row) > 1 and len(row[0].text.strip()) <= 4:
            text_x = row[1].x0
        else:
            text_x = row[0].x0 + (row[0].x1 - row[0].x0) * bullet.end() / max(1, len(text))
    solid_width = (end - row[0].x0) / max(1, len(text))
    body = text[bullet.end() :] if is_bullet and bullet is not None else text
    first = body.split(None, 1)[0] if body.split() else ""
    return _Line(
        row[0].x0,
        end,
        main.y,
        main.size,
        text,
        all(run.bold for run in row if any(character.isalnum() for character in run.text)),
        row[0].page,
        solid_width * len(first),
        text_x,
        is_bullet,
    )


def read_untagged(pages: Sequence[Page], limits: Limits) -> Done:
    """Pieces by layout: ruled tables, columns, lines rejoined to paragraphs, running lines set apart."""
    running = _running_lines(pages)
    items: list[Item] = []
    apart: list[Piece] = []
    reached = aside = 0
    body = body_size(pages)
    for page in pages:
        aside += page.slanted
        runs = []
        for run in page.runs:
            if id(run) in running:
                aside += solid(run.text)
            else:
                runs.append(run)
                reached += solid(run.text)
        for line in lines_of([run for run in page.runs if id(run) in running]):
            apart.append(Piece(line.text, where="header or footer", page=page.number))
        grids = _grids(page)
        inside: dict[int, list[Run]] = {}
        free: list[Run] = []
        for run in runs:
            middle, height = (run.x0 + run.x1) / 2, run.y + 0.3 * run.size
            home = next((n for n, grid in enumerate(grids) if grid.holds(middle, height)), None)
            if home is None:
                free.append(run)
            else:
                inside.setdefault(home, []).append(run)
        # Tables are laid among the free text at their tops.
        tops = sorted((grids[n].top, n) for n in inside)
        rest = free
        parts: list[tuple[str, Any]] = []
        for top, n in reversed(tops):
            above = [run for run in rest if run.y > top]
            rest = [run for run in rest if run.y <= top]
            parts += [("text", above), ("table", n)]
        parts.append(("text", rest))
        for kind, what in parts:
            if kind == "text":
                for column in _columns(what, page.width):
                    items.extend(_paragraphs(lines_of(column), body, limits))
            else:
                rows = [
                    [
                        Cell(_paragraphs(lines_of(cell), body, limits, edge=right), span=span)
                        for cell, span, right in row
                    ]
                    for row in grids[what].cells(inside[what])
                ]
                items.append(Pending(rows, page.number, page.number))
        if len(items) > limits.blocks:
            raise LimitError(f"more than {limits.blocks:,} blocks of text")
    kept: list[Piece] = []
    for piece in with_tables(items):
        if _DOT_LEADER.search(piece.text):
            apart.append(replace(piece, where="contents page"))
            reached -= solid(piece.text)
            aside += solid(piece.text)
        else:
            kept.append(piece)
    return rejoined(kept), apart, reached, aside


def _running_lines(pages: Sequence[Page]) -> set[int]:
    """The runs (by id) of lines at the top or bottom that come again on other pages, and of page numbers."""
    edges: list[tuple[str, Page, list[Run]]] = []
    counts: Counter[str] = Counter()
    found: set[int] = set()
    for page in pages:
        ys = sorted({round(run.y) for run in page.runs})
        if not ys:
            continue
        near = {y for y in ys if y < 0.13 * page.height or y > 0.87 * page.height}
        by_line: dict[int, list[Run]] = {}
        for run in page.runs:
            if round(run.y) in near:
                by_line.setdefault(round(run.y), []).append(run)
        for y, row in by_line.items():
            text = " ".join(run.text.strip() for run in sorted(row, key=lambda run: run.x0))
            # The same words at the same height, whatever the number in them.
            key = f"{round(y / 4)}|{re.sub(r'[0-9]+', '#', text)}"
            edges.append((key, page, row))
            counts[key] += 1
            if _PAGE_NUMBER.fullmatch(text) and any(character.isdigit() for character in text):
                found.update(id(run) for run in row)
    need = 2 if len(pages) <= 4 else max(3, len(pages) // 3)
    for key, _, row in edges:
        if counts[key] >= need:
            found.update(id(run) for run in row)
    return found


@dataclass(slots=True)
class _Grid:
    """A ruled table: the places of its lines, and which stretches of them are drawn."""

    xs: list[float]
    ys: list[float]  # from the top down
    across: list[tuple[float, float, float]]
    down: list[tuple[float, float, float]]

    @property
    def top(self) -> float:
        return self.ys[0]

    def holds(self, x: float, y: float) -> bool:
        return self.xs[0] <= x <= self.xs[-1] and self.ys[-1] <= y <= self.ys[0]

    def _wall(self, column: int, row: int) -> bool:
        """Whether the line left of a column is drawn beside a row."""
        x, middle = self.xs[column], (self.ys[row] + self.ys[row + 1]) / 2
        return any(abs(at - x) < 3 and low <= middle <= high for at, low, high in self.down)

    def _floor(self, column: int, row: int) -> bool:
        """Whether the line above a row is drawn over a column."""
        y, middle = self.ys[row], (self.xs[column] + self.xs[column + 1]) / 2
        return any(abs(at - y) < 3 and low <= middle <= high for at, low, high in self.across)

    def cells(self, runs: Sequence[Run]) -> list[list[tuple[list[Run], int, float]]]:
        """Rows of cells, each its runs, the columns that it spans, and its right edge."""
        columns, rows = len(self.xs) - 1, len(self.ys) - 1
        home: dict[tuple[int, int], tuple[int, int]] = {}
        for row in range(rows):
            for column in range(columns):
                at = (row, column)
                if column and not self._wall(column, row):
                    at = home[row, column - 1]
                elif row and not self._floor(column, row):
                    at = home[row - 1, column]
                home[row, column] = at
        held: dict[tuple[int, int], list[Run]] = {}
        for run in runs:
            x, y = (run.x0 + run.x1) / 2, run.y + 0.3 * run.size
            column = max(0, sum(edge <= x for edge in self.xs[:-1]) - 1)
            row = max(0, sum(edge >= y for edge in self.ys[:-1]) - 1)
            held.setdefault(home[row, column], []).append(run)
        table = []
        for row in range(rows):
            made: list[tuple[list[Run], int, float]] = []
            seen: set[tuple[int, int]] = set()
            for column in range(columns):
                at = home[row, column]
                if at in seen:
                    continue
                seen.add(at)
                span = sum(home[row, other] == at for other in range(columns))
                last = max(other for other in range(columns) if home[row, other] == at)
                # A cell over several rows gives its text to the first.
                made.append((held.pop(at, []) if at[0] == row else [], span, self.xs[last + 1]))
            table.append(made)
        return table


def _merge(values: Iterable[float], near: float = 3.0) -> list[float]:
    """Values within `near` of each other become their first."""
    merged: list[float] = []
    for value in sorted(values):
        if not merged or value - merged[-1] > near:
            merged.append(value)
    return merged


def _grids(page: Page) -> list[_Grid]:
    """The ruled tables of a page: rules that touch, with two columns or more, or a box around rows."""
    if len(page.across) < 2 or len(page.down) < 2 or len(page.across) + len(page.down) > 4000:
        return []
    lines = [(x0, x1, y, y, True) for y, x0, x1 in page.across] + [(x, x, y0, y1, False) for x, y0, y1 in page.down]
    parent = list(range(len(lines)))

    def find(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    order = sorted(range(len(lines)), key=lambda n: lines[n][0])
    live: list[int] = []
    for n in order:
        x0, _, y0, y1, _ = lines[n]
        live = [m for m in live if lines[m][1] >= x0 - 3]
        for m in live:
            if lines[m][2] <= y1 + 3 and lines[m][3] >= y0 - 3:
                parent[find(m)] = find(n)
        live.append(n)
    groups: dict[int, list[int]] = {}
    for n in range(len(lines)):
        groups.setdefault(find(n), []).append(n)
    grids = []
    for members in groups.values():
        across = [(lines[n][2], lines[n][0], lines[n][1]) for n in members if lines[n][4]]
        down = [(lines[n][0], lines[n][2], lines[n][3]) for n in members if not lines[n][4]]
        xs, ys = _merge(x for x, _, _ in down), _merge(y for y, _, _ in across)
        if len(xs) >= 2 and len(ys) >= 2 and len(xs) <= 60 and len(ys) <= 400 and (len(xs) > 2 or len(ys) > 2):
            grids.append(_Grid(xs, ys[::-1], across, down))
    # A box around everything is no table of what it holds.
    grids.sort(key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[0] - grid.ys[-1]))
    return grids


def _columns(runs: Sequence[Run], width: float, depth: int = 0) -> list[list[Run]]:
    """Runs of a stretch of page in reading order, as the columns that they stand in; one column mostly."""
    if not runs:
        return []
    gutter = _gutter(runs, width)
    if gutter is not None:
        left = [run for run in runs if (run.x0 + run.x1) / 2 < gutter]
        right = [run for run in runs if (run.x0 + run.x1) / 2 >= gutter]
        return _columns(left, width, depth + 1) + _columns(right, width, depth + 1)
    if depth > 6:
        return [list(runs)]
    # Bands with other columns: a heading across the page over two columns.
    bands = _bands(runs)
    if len(bands) < 2:
        return [list(runs)]
    cut = [(_gutter(band, width), band) for band in bands]
    if all(gutter is None for gutter, _ in cut):
        # Try stretches of bands: two columns with paragraph gaps at the same heights have no band of their own.
        for start in range(1, len(bands)):
            below = [run for band in bands[start:] for run in band]
            if _gutter(below, width) is not None:
                above = [run for band in bands[:start] for run in band]
                return [above, *_columns(below, width, depth + 1)]
        for end in range(len(bands) - 1, 0, -1):
            above = [run for band in bands[:end] for run in band]
            if _gutter(above, width) is not None:
                return [*_columns(above, width, depth + 1), [run for band in bands[end:] for run in band]]
        return [list(runs)]
    done: list[list[Run]] = []
    for gutter, band in cut:
        if gutter is None and done and not isinstance(done[-1], tuple):
            done.append(list(band))
        else:
            done.extend(_columns(band, width, depth + 1))
    return done


def _bands(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs parted where a blank stretch higher than a line crosses all of them."""
    bands: list[list[Run]] = []
    bottom = 0.0
    for run in sorted(runs, key=lambda run: -run.y):
        if not bands or run.y + run.size < bottom - 0.35 * run.size:
            bands.append([])
            bottom = run.y
        bands[-1].append(run)
        bottom = min(bottom, run.y - 0.2 * run.size)
    return bands


def _gutter(runs: Sequence[Run], width: float) -> float | None:
    """Where a blank strip parts two columns of running text; None where there is none.

    Labels with values beside them have such a strip too; they are read row by row, so both sides must hold lines that
    fill their column.
    """
    if len(runs) < 8:
        return None
    spans = sorted((run.x0, run.x1) for run in runs)
    gaps: list[tuple[float, float]] = []
    end = spans[0][1]
    for x0, x1 in spans:
        if x0 - end > 9:
            gaps.append((end, x0))
        end = max(end, x1)
    for low, high in sorted(gaps, key=lambda gap: gap[0] - gap[1]):
        middle = (low + high) / 2
        sides = ([run for run in runs if run.x1 <= middle], [run for run in runs if run.x0 >= middle])
        if all(_fills(side, width) for side in sides):
            return middle
    return None


def _fills(runs: Sequence[Run], width: float) -> bool:
    lines = lines_of(runs)
    if len(lines) < 4:
        return False
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    if right - left < 0.2 * width:
        return False
    full = sum(line.x1 - line.x0 > 0.65 * (right - left) for line in lines)
    # Labels are short; a column of text holds lines that no label is as long as.
    return full >= 0.45 * len(lines) or (
        full >= max(3, 0.25 * len(lines)) and max(len(line.text) for line in lines) >= 35
    )


def _paragraphs(lines: Sequence[_Line], body: float, limits: Limits, *, edge: float | None = None) -> list[Piece]:
    """Lines of one column to pieces, wrapped lines rejoined. `edge` is the right edge where it is known."""
    if not lines:
        return []
    right = max(line.x1 for line in lines)
    if edge is not None:
        right = max(right, edge - 12)
    gaps = sorted(
        above.y - below.y
        for above, below in pairwise(lines)
        if 0 < above.y - below.y < 2.2 * max(above.size, below.size)
    )
    leading = gaps[len(gaps) // 4] if gaps else 1.2 * body
    groups: list[list[_Line]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line, right, leading, cell=0 if edge is None else len(lines)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [
        _piece(group, body) for group in groups if any(character.isalnum() for line in group for character in line.text)
    ]


# A line that ends with one of these goes on, whatever the next one begins with.
_OPEN_END = re.compile(
    r"(?:[,&–-]|\b(?:and|or|of|the|a|an|in|to|for|with|at|by|on|from|as|including|Band|NHS|within))$"
)


def _goes_on(group: list[_Line], line: _Line, right: float, leading: float, *, cell: int) -> bool:
    """Whether a line is the wrapped rest of the paragraph above it. `cell`: lines of the table cell, 0 outside."""
    last, first = group[-1], group[0]
    if line.bullet or abs(line.size - last.size) > 0.6 or line.bold != last.bold or "\t" in line.text:
        return False
    gap = last.y - line.y
    if gap <= 0 or gap > 1.3 * leading + 0.5:
        return False
    begin = first.text_x if len(group) == 1 else last.x0
    if line.x0 > begin + 1.5 * line.size or line.x0 < first.x0 - 1.5 * line.size:
        return False
    if first.bullet and line.x0 < first.text_x - 3 and not line.text[:1].islower():
        return False
    if line.text[:1].islower() and not last.text.endswith(ENDS) and len(last.text) > (12 if cell else 45):
        return True  # a frame narrower than the column
    if last.text.count("(") > last.text.count(")"):
        return True
    if cell > 3 and line.text[:1].isupper() and _OPEN_END.search(last.text) is None:
        # A cell holds short statements one under the other more often than a sentence that breaks before a name.
        return False
    return last.x1 + line.first_word + 0.25 * line.size > right - 0.6 * line.size


def _piece(group: Sequence[_Line], body: float) -> Piece:
    parts = [group[0].text]
    for line in group[1:]:
        hyphen = parts[-1].endswith("-") and line.text[:1].islower()
        parts.append(line.text if hyphen else f" {line.text}")
    text = "".join(parts)
    bold = all(line.bold for line in group)
    piece = Piece(text, page=group[0].page, bold=bold)
    if group[0].bullet:
        piece.kind = "list_item"
        piece.text = without_bullet(text)
    elif len(text) <= 90 and text[-1] not in ".,;" and (bold or group[0].size > 1.15 * body) and len(text) > 2:
        piece.kind = "heading"
    return piece


def without_bullet(text: str) -> str:
    """The text of a bullet without its mark; a number stays."""
    mark = re.match(r"[^\w(\"'‘“£\[]+\s*|o\s+", text)
    return text[mark.end() :] if mark is not None and mark.end() < len(text) else text
