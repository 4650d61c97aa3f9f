"""What a reader of one format hands on: pieces of text in order, not yet masked and not yet placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jdclass.document import BlockKind, Fact
from jdclass.read.words import WORDS

__all__ = ["Cell", "Piece", "Reading", "solid", "table_pieces"]


@dataclass(slots=True)
class Piece:
    """A block to be. `where` is its place where the format knows it ("table 3, row 4"), `page` its page.

    `bold`: the whole piece is bold or underlined, which makes a short one a likely heading.
    """

    text: str
    kind: BlockKind = "paragraph"
    level: int | None = None
    where: str | None = None
    section: str | None = None
    bold: bool = False
    page: int | None = None


@dataclass(slots=True)
class Reading:
    """One document as its format's reader gives it.

    `share` is the share of the file's characters that stand in `pieces`, in [0, 1], None where it cannot be known.
    `apart` is text set apart on purpose: headers, footers, contents pages. `facts` are labels and values that the
    format itself holds (fields of a record).
    """

    format: str
    pieces: list[Piece] = field(default_factory=list)
    share: float | None = None
    warnings: list[str] = field(default_factory=list)
    apart: list[Piece] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def warn(self, message: str) -> None:
        """Keep a warning, once."""
        if message not in self.warnings:
            self.warnings.append(message)


@dataclass(slots=True)
class Cell:
    """A table cell: its pieces in order, whether the format calls it a header, and how many columns it spans."""

    pieces: list[Piece]
    header: bool = False
    span: int = 1
    merged: bool = False  # goes on from the row above

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces).strip()


_LABEL_LENGTH = 60
_PLACE_LENGTH = 200


def solid(text: str) -> int:
    """How many characters of a text are no white space."""
    return len("".join(text.split()))


def _is_header(row: Sequence[Cell]) -> bool:
    filled = [cell for cell in row if cell.pieces]
    if not filled or any(len(cell.text) > _LABEL_LENGTH for cell in filled):
        return False
    if all(cell.header for cell in filled):
        return True
    if all(piece.bold or piece.kind == "heading" for cell in filled for piece in cell.pieces):
        return True
    words = {word.strip(" :()/.").lower() for cell in filled for word in cell.text.split()}
    return "essential" in words or len(words & WORDS.table_headers) >= len(filled)


def table_pieces(rows: Sequence[Sequence[Cell]], *, name: str) -> list[Piece]:
    """The pieces of a table in reading order, each told its row, and its column header or row label as `section`.

    `name` is how a person finds the table ("table 2"). A table of one column is no table but a box: its pieces come out
    as they are, but for their place. A row of one cell across a table of several is a heading within it.
    """
    rows = [row for row in rows if any(cell.pieces for cell in row)]
    width = max((sum(cell.span for cell in row) for row in rows), default=0)
    pieces: list[Piece] = []
    if width < 2:
        for number, row in enumerate(rows, 1):
            for cell in row:
                for piece in cell.pieces:
                    piece.where = piece.where or f"{name}, row {number}"
                    pieces.append(piece)
        return pieces
    headers: dict[int, str] = {}
    # A first row of two short bold cells is a header only if the next row does not look just the same: a table of
    # labels and values often sets both in bold.
    label = ""
    many = len(rows) > 1 and len([cell for cell in rows[0] if cell.pieces]) > 1
    top = many and _is_header(rows[0]) and (all(c.header for c in rows[0] if c.pieces) or not _is_header(rows[1]))
    for number, row in enumerate(rows, 1):
        filled = [cell for cell in row if cell.pieces]
        place = f"{name}, row {number}"
        if len(filled) == 1 and filled[0] is row[0] and (row[0].span >= width or len(row) == 1):
            for piece in row[0].pieces:
                if len(piece.text) <= _LABEL_LENGTH and (piece.bold or row[0].header or len(row[0].pieces) == 1):
                    piece.kind = "heading" if piece.text[-1:] not in ".!?;," else piece.kind
                piece.where = piece.where or place
                pieces.append(piece)
            continue
        is_top = top and number == 1
        # Later header rows (a second "Essential | Desirable") take over as well.
        again = number > 1 and bool(headers) and _is_header(row) and len(filled) > 1 and "essential" in _lower(row)
        if not (row and row[0].merged and not row[0].pieces):
            label = ""
        column = 0
        for position, cell in enumerate(row):
            text = cell.text if len(cell.pieces) <= 2 else ""
            if is_top or again:
                for covered in range(column, column + cell.span):
                    headers[covered] = text
                section = None
            else:
                known = label.lower() in WORDS.labels  # "Band | 7" under the headers "Item | Value"
                section = (label if known else headers.get(column) or label) or None
            if position == 0 and not (is_top or again) and 0 < len(text) <= _LABEL_LENGTH:
                label = text.rstrip(" :")
            told = place
            if position and label:
                told += f", {label}"
            if position and headers.get(column) and not (is_top or again):
                told += f", {headers[column]}"
            for piece in cell.pieces:
                if piece.kind == "paragraph" or (piece.kind == "heading" and piece.level is None):
                    piece.kind, piece.level = "table_cell", None
                piece.where = told if piece.where is None else f"{told}, {piece.where}"[:_PLACE_LENGTH]
                if piece.section is None:
                    piece.section = section
                pieces.append(piece)
            column += cell.span
    return pieces


def _lower(row: Sequence[Cell]) -> str:
    return " ".join(cell.text for cell in row).lower()
