"""Tables and paragraphs that a page break of a PDF parts, put together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jdclass.read.pieces import Cell, Piece, table_pieces
from jdclass.read.plain import BULLET

__all__ = ["ENDS", "Done", "Item", "Pending", "rejoined", "with_tables"]

ENDS = (".", "!", "?", ":", ";")


@dataclass(slots=True)
class Pending:
    """A table that may go on over the next page, and so is not yet made into pieces."""

    rows: list[list[Cell]]
    first: int  # page of its first row
    last: int  # page of its last row

    @property
    def width(self) -> int:
        return max((sum(cell.span for cell in row) for row in self.rows), default=0)


Item = Piece | Pending


def with_tables(items: Sequence[Item]) -> list[Piece]:
    """Items to pieces: tables that a page break parts become one, then each is placed."""
    merged: list[Item] = []
    for item in items:
        last = merged[-1] if merged else None
        if (
            isinstance(item, Pending)
            and isinstance(last, Pending)
            and item.first == last.last + 1
            and item.rows
            and last.rows
            and (
                item.width == last.width
                or len(item.rows[0]) == len(last.rows[-1])
                or (len(item.rows[0]) < len(last.rows[-1]) and _begins(item.rows[0])[:1].islower())
            )
        ):
            _append_rows(last, item)
        else:
            merged.append(item)
    pieces: list[Piece] = []
    tables = 0
    for item in merged:
        if isinstance(item, Piece):
            pieces.append(item)
            continue
        tables += 1
        name = f"table {tables}"
        if pieces and pieces[-1].kind == "heading" and len(pieces[-1].text) <= 60:
            name = f"table '{pieces[-1].text.rstrip(' :')}'"
        pieces.extend(table_pieces(item.rows, name=name))
    return pieces


def _begins(row: Sequence[Cell]) -> str:
    return next((piece.text for cell in row for piece in cell.pieces), "")


def _append_rows(table: Pending, more: Pending) -> None:
    """Add the rows of the next page: a header that comes again is dropped, a row that the break parted is one again."""
    rows = more.rows
    table.last = more.last
    if [cell.text for cell in rows[0]] == [cell.text for cell in table.rows[0]] and len(rows) > 1:
        rows = rows[1:]
    above, first = table.rows[-1], rows[0]
    begins = _begins(first)
    goes_on = len(first) > 1 and not first[0].pieces and bool(above[0].pieces)
    if len(first) < len(above) and begins[:1].islower():
        # Only the cells that go on: they belong to the last ones above that have not ended.
        open_cells = [n for n, cell in enumerate(above) if cell.pieces and not cell.pieces[-1].text.endswith(ENDS)]
        homes = dict(zip(open_cells[-len(first) :], first, strict=False))
        if len(homes) == len(first):
            first = [homes.get(n) or Cell([]) for n in range(len(above))]
    if len(above) == len(first) and (goes_on or begins[:1].islower()):
        for upper, lower in zip(above, first, strict=True):
            pieces = lower.pieces
            if upper.pieces and pieces and pieces[0].text[:1].islower() and not upper.pieces[-1].text.endswith(ENDS):
                upper.pieces[-1].text += f" {pieces[0].text}"
                pieces = pieces[1:]
            upper.pieces.extend(pieces)
        rows = rows[1:]
    table.rows.extend(rows)


Done = tuple[list[Piece], list[Piece], int, int]  # pieces, apart, characters reached, characters set apart


def rejoined(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces that a page break parted become one again."""
    done: list[Piece] = []
    for piece in pieces:
        last = done[-1] if done else None
        if (
            last is not None
            and last.page is not None
            and piece.page == last.page + 1
            and last.kind in ("paragraph", "list_item")
            and piece.kind in ("paragraph", "list_item")
            and last.where is None
            and piece.where is None
            and piece.text[:1].islower()
            and len(last.text) > 40
            and not last.text.endswith(ENDS)
            and BULLET.match(piece.text) is None
        ):
            last.text = f"{last.text} {piece.text}"
        else:
            done.append(piece)
    return done
