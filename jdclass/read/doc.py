"""Word 97 to 2003 (.doc) to pieces: the piece table gives the text, the property pages what each paragraph is."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jdclass.read.failures import DamagedFileError, EncryptedFileError, LimitError, UnknownFormatError
from jdclass.read.limits import Limits
from jdclass.read.ole import stream_of
from jdclass.read.pieces import Cell, Piece, Reading, solid, table_pieces
from jdclass.read.plain import BULLET

if TYPE_CHECKING:
    import olefile

__all__ = ["read_doc"]

# Places in the file's head (FIB) of offset and size of each table in the table stream.
_STYLES, _CHARACTER_PAGES, _PARAGRAPH_PAGES, _PIECES = 0xA2, 0xFA, 0x102, 0x1A2
_PAGE = 512
# What single codes of property lists mean (sprm).
_IN_TABLE, _ROW_END, _OUTLINE, _LIST, _NESTING = 0x2416, 0x2417, 0x2640, 0x460B, 0x6649
_INNER_CELL, _INNER_ROW_END = 0x244B, 0x244C
_BOLD, _HIDDEN, _DELETED = 0x0835, 0x083C, 0x0800
_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}


def read_doc(archive: olefile.OleFileIO, *, limits: Limits) -> Reading:
    """The Word document of a compound file to a reading. Raises DocumentError: damaged, encrypted, too old."""
    main = stream_of(archive, "WordDocument", limits)
    try:
        return _Doc(main, archive, limits).read()
    except (struct.error, IndexError, ValueError) as error:
        raise DamagedFileError(f"the Word file does not hold together: {error}") from None


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What the property pages say of a paragraph."""

    heading: int | None = None
    listed: bool = False
    nesting: int = 0
    row_end: bool = False
    inner_cell: bool = False


_PLAIN = _Paragraph()


class _Runs:
    """Values that hold from one place of the file to the next."""

    def __init__(self, entries: list[tuple[int, int, bytes]]) -> None:
        entries.sort(key=lambda entry: entry[0])
        self.starts = [start for start, _, _ in entries]
        self.entries = entries

    def at(self, place: int) -> bytes | None:
        number = bisect_right(self.starts, place) - 1
        if number < 0:
            return None
        _, end, value = self.entries[number]
        return value if place < end else None


class _Doc:
    def __init__(self, main: bytes, archive: olefile.OleFileIO, limits: Limits) -> None:
        self.main = main
        self.limits = limits
        self.reading = Reading("doc")
        self.count = 0
        self.tables = 0
        self.left_out = 0
        if len(main) < 0x1AA:
            raise DamagedFileError("the Word file is shorter than its head")
        version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 0x0A)[0]
        if struct.unpack_from("<H", main, 0)[0] not in (0xA5EC, 0xA5DC):
            raise DamagedFileError("the Word file has no head")
        if flags & 0x100:
            raise EncryptedFileError("the file is protected by a password")
        if version < 0xC1:
            raise UnknownFormatError("a file of Word 95 or older: save it with a newer Word first")
        name = "1Table" if flags & 0x200 else "0Table"
        if not archive.exists(name):
            raise DamagedFileError(f"the Word file lacks its part {name}")
        self.table = stream_of(archive, name, limits)
        # Lengths of the texts in order: body, footnotes, headers, macros, comments, endnotes, boxes, header boxes.
        self.lengths = [max(0, length) for length in struct.unpack_from("<8i", main, 0x4C)]
        if sum(self.lengths) > 50_000_000:
            raise LimitError("the Word file says that it holds more than 50 million characters")

    def read(self) -> Reading:
        text, places = self._text()
        headings = self._headings()
        self.characters = _Runs(list(self._pages(_CHARACTER_PAGES, self._character_properties)))
        self.paragraphs = _Runs(list(self._pages(_PARAGRAPH_PAGES, self._paragraph_properties)))
        self.known = headings
        reading = self.reading
        body, notes, headers, macros, comments, endnotes, boxes, _ = self.lengths
        at = 0
        total = 0
        for kind, length in (
            ("body", body),
            ("footnotes", notes),
            ("headers", headers),
            ("", macros),
            ("", comments),
            ("endnotes", endnotes),
            ("boxes", boxes),
        ):
            part, where = text[at : at + length], places[at : at + length]
            at += length
            if not kind or not part:
                continue
            pieces = self._walk(part, where)
            if kind == "headers":
                for piece in pieces:
                    piece.where = "header or footer"
                    if all(piece.text != other.text for other in reading.apart):
                        reading.apart.append(piece)
                continue
            if kind == "boxes" and pieces:
                reading.warn("text boxes were read, after the text that they stand in")
                for piece in pieces:
                    piece.where = piece.where or "text box"
            elif kind != "body":
                for piece in pieces:
                    piece.where = kind[:-1]
            total += _characters(part)
            reading.pieces.extend(pieces)
        got = sum(solid(piece.text) for piece in reading.pieces)
        total -= self.left_out
        reading.share = min(1.0, got / total) if total > 0 else None
        return reading

    # The text and its properties

    def _table_part(self, at: int) -> bytes:
        start, size = struct.unpack_from("<II", self.main, at)
        return self.table[start : start + size]

    def _text(self) -> tuple[str, list[int]]:
        """All characters in order, and the place in the file of each."""
        part = self._table_part(_PIECES)
        at = 0
        while at < len(part) and part[at] == 1:  # properties before the pieces
            at += 3 + struct.unpack_from("<H", part, at + 1)[0]
        if at >= len(part) or part[at] != 2:
            raise DamagedFileError("the Word file has no piece table")
        size = struct.unpack_from("<I", part, at + 1)[0]
        table = part[at + 5 : at + 5 + size]
        count = (len(table) - 4) // 12
        ends = struct.unpack_from(f"<{count + 1}I", table, 0)
        texts: list[str] = []
        places: list[int] = []
        for number in range(count):
            length = ends[number + 1] - ends[number]
            place = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * number + 2)[0]
            if length <= 0 or len(places) + length > 50_000_000:
                raise DamagedFileError("the piece table of the Word file is damaged")
            if place & 0x40000000:
                place = (place & 0x3FFFFFFF) // 2
                piece = self.main[place : place + length].decode("cp1252", "replace")
                step = 1
            else:
                piece = self.main[place : place + 2 * length].decode("utf-16-le", "replace")
                step = 2
                if len(piece) < length:  # pairs of surrogates are one character here and two there
                    piece = piece.ljust(length)
            piece = piece[:length]
            texts.append(piece)
            places.extend(range(place, place + step * len(piece), step))
        text = "".join(texts)
        if len(text) < min(sum(self.lengths), self.lengths[0]):
            raise DamagedFileError("the Word file ends before its text does")
        return text, places

    def _pages(self, at: int, properties: object) -> Iterator[tuple[int, int, bytes]]:
        """From-place, to-place and property list of each run of the property pages; none where they are damaged."""
        part = self._table_part(at)
        count = (len(part) - 4) // 8
        for number in range(max(0, count)):
            page = struct.unpack_from("<I", part, 4 * (count + 1) + 4 * number)[0] & 0x3FFFFF
            data = self.main[page * _PAGE : (page + 1) * _PAGE]
            if len(data) < _PAGE:
                continue
            runs = data[511]
            if 4 * (runs + 1) > 510:
                continue
            edges = struct.unpack_from(f"<{runs + 1}I", data, 0)
            for run in range(runs):
                yield edges[run], edges[run + 1], properties(data, runs, run)  # type: ignore[operator]

    @staticmethod
    def _character_properties(data: bytes, runs: int, run: int) -> bytes:
        at = data[4 * (runs + 1) + run] * 2
        return data[at + 1 : at + 1 + data[at]] if at else b""

    @staticmethod
    def _paragraph_properties(data: bytes, runs: int, run: int) -> bytes:
        at = data[4 * (runs + 1) + 13 * run] * 2
        if not at:
            return b""
        if data[at]:
            return data[at + 1 : at + 2 * data[at]]
        return data[at + 2 : at + 2 + 2 * data[at + 1]]

    def _headings(self) -> dict[int, int]:
        """Number of each style that is a heading, or is based on one, with its level."""
        part = self._table_part(_STYLES)
        if len(part) < 4:
            return {}
        at = 2 + struct.unpack_from("<H", part, 0)[0]
        kinds: list[tuple[int, int]] = []
        while at + 2 <= len(part) and len(kinds) < 5000:
            size = struct.unpack_from("<H", part, at)[0]
            if size >= 4 and at + 6 <= len(part):
                built_in, base = struct.unpack_from("<HH", part, at + 2)
                kinds.append((built_in & 0xFFF, base >> 4))
            else:
                kinds.append((0xFFF, 0xFFF))
            at += 2 + size + size % 2
        levels: dict[int, int] = {}
        for number in range(len(kinds)):
            style, steps = number, 0
            while style < len(kinds) and steps < 12:
                built_in, base = kinds[style]
                if 1 <= built_in <= 9 or built_in in (62, 74):  # headings, title, subtitle
                    levels[number] = built_in if built_in <= 9 else (1 if built_in == 62 else 2)
                    break
                style, steps = base, steps + 1
        return levels

    def _paragraph_at(self, place: int) -> _Paragraph:
        data = self.paragraphs.at(place)
        if not data or len(data) < 2:
            return _PLAIN
        heading = self.known.get(struct.unpack_from("<H", data, 0)[0])
        listed = in_table = row_end = inner_cell = False
        nesting = 0
        for code, value in _codes(data[2:]):
            if code == _IN_TABLE:
                in_table = value != 0
            elif code in (_ROW_END, _INNER_ROW_END):
                row_end = row_end or value != 0
            elif code == _INNER_CELL:
                inner_cell = value != 0
            elif code == _OUTLINE:
                heading = value + 1 if value < 9 else heading
            elif code == _LIST:
                listed = 0 < value < 0xF801
            elif code == _NESTING:
                nesting = value if value < 30 else 0
        return _Paragraph(heading, listed, max(nesting, int(in_table)), row_end, inner_cell)

    def _marks_at(self, place: int) -> tuple[bool, bool]:
        """Whether a character is bold, and whether it is hidden or deleted."""
        data = self.characters.at(place)
        if not data:
            return False, False
        bold = gone = False
        for code, value in _codes(data):
            if code == _BOLD:
                bold = value in (1, 0x81)
            elif code == _HIDDEN and value in (1, 0x81):
                gone = True
                self.reading.warn("hidden text was left out")
            elif code == _DELETED and value:
                gone = True
                self.reading.warn("tracked changes: insertions were read, deletions were not")
        return bold, gone

    # Paragraphs and tables

    def _walk(self, text: str, places: list[int]) -> list[Piece]:
        out: list[Piece] = []
        levels: list[tuple[list[list[Cell]], list[Cell], list[Piece]]] = []

        def close(nesting: int) -> None:
            while len(levels) > nesting:
                rows, cells, pieces = levels.pop()
                if pieces:
                    cells.append(Cell(pieces))
                if cells:
                    rows.append(cells)
                home = levels[-1][2] if levels else out
                self.tables += 1
                name = f"table {self.tables}"
                if home and home[-1].kind == "heading" and len(home[-1].text) <= 60:
                    name = f"table '{home[-1].text.rstrip(' :')}'"
                home.extend(table_pieces(rows, name=name))

        start = 0
        for mark in re.finditer(r"[\r\x07]", text):
            found = self._paragraph_at(places[mark.start()])
            nesting = found.nesting
            if mark[0] == "\x07" and not nesting:
                nesting = 1
            pieces = self._pieces(text, places, start, mark.start(), found)
            start = mark.end()
            if not nesting:
                close(0)
                out.extend(pieces)
                continue
            close(nesting)
            while len(levels) < nesting:
                levels.append(([], [], []))
            rows, cells, held = levels[nesting - 1]
            if found.row_end:
                if held:
                    cells.append(Cell(list(held)))
                    held.clear()
                if cells:
                    rows.append(list(cells))
                    cells.clear()
                continue
            held.extend(pieces)
            if mark[0] == "\x07" or found.inner_cell:
                cells.append(Cell(list(held)))
                held.clear()
        out_pieces = self._pieces(text, places, start, len(text), _PLAIN)
        close(0)
        out.extend(out_pieces)
        return out

    def _pieces(self, text: str, places: list[int], start: int, end: int, found: _Paragraph) -> list[Piece]:
        """One paragraph, parted at its line breaks; fields give their results, not their instructions."""
        parts: list[list[str]] = [[]]
        heavy = [0]
        instruction = 0
        at = start
        while at < end:
            bold, gone, until = self._stretch(places, at, end)
            for character in text[at:until]:
                if character == "\x13":
                    instruction += 1
                elif character in "\x14\x15":
                    instruction = max(0, instruction - 1) if character == "\x14" or instruction else 0
                elif instruction or gone:
                    self.left_out += not character.isspace() and character >= " "
                elif character in "\x0b\x0c\x0e":
                    parts.append([])
                    heavy.append(0)
                elif character == "\x1e":
                    parts[-1].append("-")
                elif character >= " " or character == "\t":
                    parts[-1].append(character)
                    heavy[-1] += bold and not character.isspace()
            at = until
        pieces = []
        for words, bold_count in zip(parts, heavy, strict=True):
            line = "".join(words).replace("\u00a0", " ").replace("\u00ad", "").strip()
            if not line:
                continue
            piece = Piece(line, bold=bold_count > 0 and bold_count >= solid(line))
            if found.heading is not None and len(line) <= 200:
                piece.kind, piece.level = "heading", found.heading
            elif found.listed or (BULLET.match(line) is not None and not piece.bold):
                piece.kind = "list_item"
            elif piece.bold and 2 < len(line) <= 80 and line[-1] not in ".,;":
                piece.kind = "heading"
            pieces.append(piece)
        self.count += len(pieces)
        if self.count > self.limits.blocks:
            raise LimitError(f"more than {self.limits.blocks:,} blocks of text")
        return pieces

    def _stretch(self, places: list[int], at: int, end: int) -> tuple[bool, bool, int]:
        """Bold, gone, and up to where both hold from a character on."""
        place = places[at]
        bold, gone = self._marks_at(place)
        number = bisect_right(self.characters.starts, place) - 1
        if number < 0:
            return bold, gone, end
        edge = self.characters.entries[number][1]
        until = at + 1
        step = 2 if at + 1 < len(places) and places[at + 1] - place == 2 else 1
        # The run ends at a place of the file; places grow by one or two within a piece.
        reach = max(1, (edge - place + step - 1) // step) if edge > place else 1
        limit = min(end, at + reach)
        if limit - 1 < len(places) and places[limit - 1] == place + (limit - 1 - at) * step:
            until = limit
        return bold, gone, until


def _codes(data: bytes) -> Iterator[tuple[int, int]]:
    """Codes and small values of a property list; lists and long values are passed over."""
    at = 0
    while at + 2 <= len(data):
        code = data[at] | data[at + 1] << 8
        at += 2
        size = _SIZES.get(code >> 13)
        if size is None:
            if at >= len(data):
                return
            size = struct.unpack_from("<H", data, at)[0] + 1 if code == 0xD608 and at + 2 <= len(data) else data[at] + 1
            at += size
            continue
        yield code, int.from_bytes(data[at : at + size], "little")
        at += size


def _characters(text: str) -> int:
    """Characters of a text that a reader sees: fields' marks and drawings are none. It knows nothing of the walk."""
    return sum(character > " " and not character.isspace() and character != "\u00ad" for character in text)
