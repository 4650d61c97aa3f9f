"""PDF to pieces: by its structure tree where it is tagged, by lines, columns and ruled tables where it is not.

pdfium gives the text objects of a page with their places. Everything above that, which objects are one line, which
lines one paragraph and which rules a table, is found here. pdfium is not safe among threads and can end its process on
hostile files, so a batch reads PDF in the reader child alone.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jdclass.read.failures import DamagedFileError, EncryptedFileError, LimitError, NoTextError
from jdclass.read.limits import Limits
from jdclass.read.pieces import Cell, Piece, Reading, solid, table_pieces
from jdclass.read.plain import BULLET

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["read_pdf"]

_BOLD = re.compile(r"bold|black|heavy|semibd|demi", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.)?\W*\d{1,3}\W*(?:(?:of|/)\W*\d{1,3}\W*)?", re.IGNORECASE)
_DOT_LEADER = re.compile(r"(?:\.\s?){5,}\s*\d{1,3}\s*$")
_ENDS = (".", "!", "?", ":", ";")
_END = 4096  # bytes among which the end mark of a whole file stands, signatures and stray bytes allowed for
_MANY_OBJECTS = 60_000  # of one page: a drawing, or a file made to stop readers


def read_pdf(data: bytes, *, limits: Limits) -> Reading:
    """A PDF file to a reading. Raises DocumentError: damaged, encrypted, over a limit, or scanned."""
    import pypdfium2

    # pdfium mends a file that was cut short by reading what is left of it, and says nothing.
    if b"startxref" not in data.rstrip(b"\x00 \t\r\n")[-_END:]:
        raise DamagedFileError("the PDF is damaged: its end is missing")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == 4:
            raise EncryptedFileError("the PDF is protected by a password") from None
        raise DamagedFileError(f"the PDF is damaged: {error}") from None
    try:
        return _read(document, data, limits)
    except pypdfium2.PdfiumError as error:
        raise DamagedFileError(f"the PDF is damaged: {error}") from None
    finally:
        document.close()


def _read(document: pypdfium2.PdfDocument, data: bytes, limits: Limits) -> Reading:
    import pypdfium2.raw as raw

    if len(document) == 0:
        raise DamagedFileError("the PDF is damaged: it has no pages")
    if len(document) > limits.pdf_pages:
        raise LimitError(f"the PDF has {len(document):,} pages; the limit is {limits.pdf_pages:,}")
    reading = Reading("pdf")
    pages: list[_Page] = []
    scanned: list[int] = []
    tagged = bool(raw.FPDFCatalog_IsTagged(document.raw))
    for number in range(len(document)):
        page = document[number]
        try:
            textpage = page.get_textpage()
            text = textpage.get_text_range() if textpage.count_chars() else ""
            found = _objects(page, textpage, number + 1)
            found.characters = solid(text.replace("\ufffe", "").replace("\x02", ""))
            if tagged:
                found.tree = _tree(page)
            if found.characters < 20 and found.pictures:
                scanned.append(number + 1)
            pages.append(found)
            textpage.close()
        finally:
            page.close()
    total = sum(page.characters for page in pages)
    if scanned and total < 40 * len(pages):
        from jdclass.read.ocr import recognise_pdf

        return recognise_pdf(data, limits=limits)
    if total == 0:
        raise NoTextError("no text was found in it")
    if scanned:
        told = ", ".join(str(number) for number in scanned[:10])
        reading.warn(f"page(s) {told} are pictures and were not read: they need OCR")
    if document.get_formtype():
        reading.warn("form fields were not read")
    if any(page.slanted for page in pages):
        reading.warn("text at an angle was not read")
    done = _tagged(pages, limits) if tagged else None
    if done is None:
        done = _untagged(pages, limits)
        if tagged:
            reading.warn("the PDF's tags do not cover its text: read by its layout")
    reading.pieces, reading.apart, reached, aside = done
    wanted = total - aside
    if scanned:
        reading.share = None
    else:
        reading.share = min(1.0, reached / wanted) if wanted > 0 else None
    return reading


# What a page holds


@dataclass(slots=True)
class _Run:
    """A text object: its box, its baseline `y`, its size, and the number of its marked content (-1 for none)."""

    x0: float
    x1: float
    y: float
    size: float
    text: str
    bold: bool
    mark: int
    page: int


@dataclass(slots=True)
class _Element:
    """An element of the structure tree: its type, and its marks and children in order."""

    kind: str
    children: list[_Element | int] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    number: int
    width: float
    height: float
    runs: list[_Run] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)  # y, x0, x1 of horizontal rules
    down: list[tuple[float, float, float]] = field(default_factory=list)  # x, y0, y1 of vertical rules
    pictures: int = 0
    slanted: int = 0  # characters of text at an angle
    characters: int = 0
    tree: list[_Element] = field(default_factory=list)


def _objects(page: Any, textpage: Any, number: int) -> _Page:
    """Text, rules and pictures of a page, what stands in forms included."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    if page.get_rotation() % 180:
        width, height = height, width  # objects are placed on the page before it is turned for the reader
    found = _Page(number, width, height)
    texts: list[_Text] = []
    paths: list[_Box] = []
    fonts: dict[int, bool] = {}
    buffer = ctypes.create_string_buffer(4096)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    matrix, size = raw.FS_MATRIX(), ctypes.c_float()
    count = 0

    def bold_of(text_object: Any) -> bool:
        font = raw.FPDFTextObj_GetFont(text_object)
        key = ctypes.cast(font, ctypes.c_void_p).value or 0
        if key not in fonts:
            name = ctypes.create_string_buffer(256)
            raw.FPDFFont_GetBaseFontName(font, name, 256)
            fonts[key] = _BOLD.search(name.value.decode("latin-1")) is not None or raw.FPDFFont_GetWeight(font) >= 600
        return fonts[key]

    def text_of(text_object: Any) -> str:
        nonlocal buffer
        length = raw.FPDFTextObj_GetText(
            text_object, textpage, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer)
        )
        if length > len(buffer):
            buffer = ctypes.create_string_buffer(length + 64)
            raw.FPDFTextObj_GetText(
                text_object, textpage, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer)
            )
        return buffer.raw[: max(0, length - 2)].decode("utf-16-le", "replace")

    def visit(page_object: Any, outer: _Matrix, depth: int, mark: int) -> None:
        nonlocal count
        count += 1
        if count > _MANY_OBJECTS:
            raise LimitError(f"page {number} holds more than {_MANY_OBJECTS:,} objects")
        kind = raw.FPDFPageObj_GetType(page_object)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            text = text_of(page_object)
            if not text.strip():
                return
            raw.FPDFPageObj_GetMatrix(page_object, matrix)
            raw.FPDFTextObj_GetFontSize(page_object, size)
            if not raw.FPDFPageObj_GetBounds(page_object, left, bottom, right, top):
                return
            own = raw.FPDFPageObj_GetMarkedContentID(page_object)
            texts.append(
                _Text(
                    text,
                    _times((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f), outer),
                    _box(outer, left.value, bottom.value, right.value, top.value),
                    size.value,
                    bold_of(page_object),
                    own if own >= 0 else mark,
                )
            )
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            if raw.FPDFPageObj_GetBounds(page_object, left, bottom, right, top):
                paths.append(_box(outer, left.value, bottom.value, right.value, top.value))
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            if raw.FPDFPageObj_GetBounds(page_object, left, bottom, right, top):
                x0, y0, x1, y1 = _box(outer, left.value, bottom.value, right.value, top.value)
                found.pictures += (x1 - x0) * (y1 - y0) > 0.25 * width * height
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < 12:
            raw.FPDFPageObj_GetMatrix(page_object, matrix)
            inner = _times((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f), outer)
            own = raw.FPDFPageObj_GetMarkedContentID(page_object)
            for position in range(raw.FPDFFormObj_CountObjects(page_object)):
                visit(raw.FPDFFormObj_GetObject(page_object, position), inner, depth + 1, own if own >= 0 else mark)

    for position in range(raw.FPDFPage_CountObjects(page.raw)):
        visit(raw.FPDFPage_GetObject(page.raw, position), (1, 0, 0, 1, 0, 0), 0, -1)
    _upright(found, texts, paths)
    return found


_Matrix = tuple[float, float, float, float, float, float]
_Box = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(slots=True)
class _Text:
    """A text object as the page has it: `matrix` takes its own coordinates to the page's."""

    text: str
    matrix: _Matrix
    box: _Box
    size: float
    bold: bool
    mark: int

    def turn(self) -> int | None:
        """Quarter turns to the left that its line of writing is turned by; None for text at another angle."""
        a, b, _, d, _, _ = self.matrix
        if abs(b) <= 0.2 * abs(a) + 1e-6:
            return 2 if a < 0 and d < 0 else 0
        if abs(a) <= 0.2 * abs(b) + 1e-6:
            return 1 if b > 0 else 3
        return None


def _times(m: _Matrix, n: _Matrix) -> _Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _box(matrix: _Matrix, x0: float, y0: float, x1: float, y1: float) -> _Box:
    """The box around a box that a matrix moves."""
    a, b, c, d, e, f = matrix
    across = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    up = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return min(across), min(up), max(across), max(up)


def _upright(page: _Page, texts: Sequence[_Text], paths: Sequence[_Box]) -> None:
    """Put the texts and rules of a page in it as they are read: a page that is set sideways is turned first.

    Text at another angle than most of the page's (a watermark, a label up the side) is counted as slanted.
    """
    turns: Counter[int] = Counter()
    for text in texts:
        if (turn := text.turn()) is not None:
            turns[turn] += len(text.text)
    main = turns.most_common(1)[0][0] if turns else 0
    back: _Matrix = ((1, 0, 0, 1, 0, 0), (0, -1, 1, 0, 0, 0), (-1, 0, 0, -1, 0, 0), (0, 1, -1, 0, 0, 0))[main]
    corner = _box(back, 0, 0, page.width, page.height)
    back = (*back[:4], -corner[0], -corner[1])
    page.width, page.height = corner[2] - corner[0], corner[3] - corner[1]
    for text in texts:
        if text.turn() != main:
            page.slanted += solid(text.text)
            continue
        x0, _, x1, _ = _box(back, *text.box)
        _, _, c, d, _, y = _times(text.matrix, back)
        size = max(1.0, abs(text.size) * (c * c + d * d) ** 0.5)
        page.runs.append(_Run(x0, x1, y, size, text.text, text.bold, text.mark, page.number))
    for path in paths:
        _rules(page, *_box(back, *path))


def _rules(page: _Page, x0: float, y0: float, x1: float, y1: float) -> None:
    """Keep a path that is a rule or a box as its lines."""
    wide, high = x1 - x0, y1 - y0
    if high <= 3 and wide >= 8:
        page.across.append(((y0 + y1) / 2, x0, x1))
    elif wide <= 3 and high >= 6:
        page.down.append(((x0 + x1) / 2, y0, y1))
    elif wide >= 12 and high >= 8 and wide * high < 0.7 * page.width * page.height:
        page.across += [(y0, x0, x1), (y1, x0, x1)]
        page.down += [(x0, y0, y1), (x1, y0, y1)]


# Tagged


def _tree(page: Any) -> list[_Element]:
    """The structure elements of one page, as plain values."""
    import pypdfium2.raw as raw

    handle = raw.FPDF_StructTree_GetForPage(page.raw)
    if not handle:
        return []
    name = ctypes.create_string_buffer(128)
    seen = 0

    def visit(element: Any, depth: int) -> _Element:
        nonlocal seen
        seen += 1
        length = raw.FPDF_StructElement_GetType(element, name, 128)
        made = _Element(name.raw[: max(0, min(length, 128) - 2)].decode("utf-16-le", "replace"))
        if depth > 60 or seen > 50_000:
            return made
        for position in range(raw.FPDF_StructElement_CountChildren(element)):
            child = raw.FPDF_StructElement_GetChildAtIndex(element, position)
            if child:
                made.children.append(visit(child, depth + 1))
            else:
                mark = raw.FPDF_StructElement_GetChildMarkedContentID(element, position)
                if mark >= 0:
                    made.children.append(mark)
        return made

    try:
        roots = []
        for position in range(raw.FPDF_StructTree_CountChildren(handle)):
            child = raw.FPDF_StructTree_GetChildAtIndex(handle, position)
            if child:
                roots.append(visit(child, 0))
        return roots
    finally:
        raw.FPDF_StructTree_Close(handle)


@dataclass(slots=True)
class _Pending:
    """A table that may go on over the next page, and so is not yet made into pieces."""

    rows: list[list[Cell]]
    first: int  # page of its first row
    last: int  # page of its last row

    @property
    def width(self) -> int:
        return max((sum(cell.span for cell in row) for row in self.rows), default=0)


_Item = Piece | _Pending


def _resolved(items: Sequence[_Item]) -> list[Piece]:
    """Items to pieces: tables that a page break parts become one, then each is placed."""
    merged: list[_Item] = []
    for item in items:
        last = merged[-1] if merged else None
        if (
            isinstance(item, _Pending)
            and isinstance(last, _Pending)
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


def _append_rows(table: _Pending, more: _Pending) -> None:
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
        open_cells = [n for n, cell in enumerate(above) if cell.pieces and not cell.pieces[-1].text.endswith(_ENDS)]
        homes = dict(zip(open_cells[-len(first) :], first, strict=False))
        if len(homes) == len(first):
            first = [homes.get(n) or Cell([]) for n in range(len(above))]
    if len(above) == len(first) and (goes_on or begins[:1].islower()):
        for upper, lower in zip(above, first, strict=True):
            pieces = lower.pieces
            if upper.pieces and pieces and pieces[0].text[:1].islower() and not upper.pieces[-1].text.endswith(_ENDS):
                upper.pieces[-1].text += f" {pieces[0].text}"
                pieces = pieces[1:]
            upper.pieces.extend(pieces)
        rows = rows[1:]
    table.rows.extend(rows)


_Done = tuple[list[Piece], list[Piece], int, int]  # pieces, apart, characters reached, characters set apart
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


def _tagged(pages: Sequence[_Page], limits: Limits) -> _Done | None:
    """The pieces that the structure trees give, None where they leave out a tenth of the text or more."""
    walk = _TagWalk(limits, _body_size(pages))
    for page in pages:
        walk.page(page)
    aside = sum(solid(piece.text) for piece in walk.apart) + sum(page.slanted for page in pages)
    total = sum(page.characters for page in pages) - aside
    if total <= 0 or walk.reached < 0.9 * total:
        return None
    return _joined(_resolved(walk.items)), walk.apart, walk.reached, aside


class _TagWalk:
    def __init__(self, limits: Limits, body: float) -> None:
        self.limits = limits
        self.body = body
        self.items: list[_Item] = []
        self.apart: list[Piece] = []
        self.reached = 0
        self.marks: dict[int, list[_Run]] = {}
        self.number = 0

    def page(self, page: _Page) -> None:
        self.number = page.number
        self.marks = {}
        for run in page.runs:
            self.marks.setdefault(run.mark, []).append(run)
        for element in page.tree:
            self.block(element, self.items, None, None)
        # Running headers, footers and page numbers are artifacts: no element has them.
        for line in _lines(self.marks.get(-1, ())):
            self.apart.append(Piece(line.text, where="header or footer", page=page.number))

    def block(self, element: _Element, out: list[_Item], kind: str | None, level: int | None) -> None:
        """One element: its text between the blocks within it is a piece each time."""
        name = element.kind
        if name == "Table":
            self.table(element, out)
            return
        if name in ("TOC", "TOCI"):
            before = self.reached
            aside: list[_Item] = []
            self.children(element, aside, "paragraph", None)
            self.reached = before
            for piece in _resolved(aside):
                piece.where = "contents page"
                self.apart.append(piece)
            return
        if re.fullmatch(r"H[1-6]?|Title", name):
            kind, level = "heading", int(name[1]) if name[1:].isdigit() else (1 if name == "Title" else None)
        elif name in ("LI", "LBody"):
            kind, level = "list_item", None
        self.children(element, out, kind, level)

    def children(self, element: _Element, out: list[_Item], kind: str | None, level: int | None) -> None:
        held: list[_Run] = []

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
                if any(isinstance(inner, _Element) and inner.kind not in _INLINE for inner in child.children):
                    flush()
                    self.block(child, out, kind, level)
            else:
                flush()
                self.block(child, out, kind, level)
        flush()

    def inline(self, element: _Element) -> Iterator[_Run]:
        for child in element.children:
            if isinstance(child, int):
                yield from self.marks.pop(child, ())
            elif child.kind in _INLINE or child.kind == "Lbl":
                yield from self.inline(child)

    def add(self, runs: Sequence[_Run], out: list[_Item], kind: str | None, level: int | None) -> None:
        text = _flow(runs)
        if not text:
            return
        self.reached += sum(solid(run.text) for run in runs)
        bullet = BULLET.match(text)
        piece = Piece(text, page=self.number, bold=all(run.bold for run in runs if run.text.strip()))
        if kind == "heading":
            piece.kind, piece.level = "heading", level
        elif kind == "list_item" or (bullet is not None and bullet.end() < len(text)):
            piece.kind, piece.text = "list_item", _bare(text)
        elif 2 < len(text) <= 80 and text[-1] not in ".,;" and (piece.bold or runs[0].size > 1.25 * self.body):
            piece.kind = "heading"
        out.append(piece)
        if len(out) > self.limits.blocks:
            raise LimitError(f"more than {self.limits.blocks:,} blocks of text")

    def table(self, element: _Element, out: list[_Item]) -> None:
        rows: list[list[Cell]] = []
        for row in self.rows(element, out):
            cells: list[Cell] = []
            for cell in row.children:
                if isinstance(cell, int):
                    self.add(self.marks.pop(cell, ()), out, None, None)
                elif cell.kind in ("TD", "TH"):
                    held: list[_Item] = []
                    self.children(cell, held, None, None)
                    cells.append(Cell(_resolved(held), header=cell.kind == "TH"))
                else:
                    self.block(cell, out, None, None)
            rows.append(cells)
        out.append(_Pending(rows, self.number, self.number))

    def rows(self, element: _Element, out: list[_Item]) -> Iterator[_Element]:
        for child in element.children:
            if isinstance(child, int):
                self.add(self.marks.pop(child, ()), out, None, None)
            elif child.kind == "TR":
                yield child
            elif child.kind in ("THead", "TBody", "TFoot"):
                yield from self.rows(child, out)
            else:
                self.block(child, out, None, None)


def _flow(runs: Sequence[_Run]) -> str:
    """The text of runs that follow each other over lines, in their own order."""
    parts: list[str] = []
    last: _Run | None = None
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
    return _tidy("".join(parts))


def _tidy(text: str) -> str:
    return " ".join(text.replace("\x02", "-").replace("\ufffe", "-").replace("\u00ad", "").replace("\x00", "").split())


# Untagged


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


def _lines(runs: Iterable[_Run]) -> list[_Line]:
    """Runs to lines from the top down."""
    rows: list[list[_Run]] = []
    for run in sorted(runs, key=lambda run: (-run.y, run.x0)):
        if rows and abs(rows[-1][0].y - run.y) <= 0.4 * max(run.size, rows[-1][0].size) * (
            1.0 if abs(run.size - rows[-1][0].size) > 1 else 0.6
        ):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [_line(row) for row in rows]


def _line(row: list[_Run]) -> _Line:
    row.sort(key=lambda run: run.x0)
    parts: list[str] = []
    end = row[0].x0
    for run in row:
        gap = run.x0 - end
        if parts and gap > 0.16 * run.size:
            parts.append("\t" if gap > 2.5 * run.size else " ")
        parts.append(run.text)
        end = max(end, run.x1)
    text = "\t".join(_tidy(part) for part in "".join(parts).split("\t") if part.strip())
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


def _untagged(pages: Sequence[_Page], limits: Limits) -> _Done:
    """Pieces by layout: ruled tables, columns, lines rejoined to paragraphs, running lines set apart."""
    running = _running_lines(pages)
    items: list[_Item] = []
    apart: list[Piece] = []
    reached = aside = 0
    body = _body_size(pages)
    for page in pages:
        aside += page.slanted
        runs = []
        for run in page.runs:
            if id(run) in running:
                aside += solid(run.text)
            else:
                runs.append(run)
                reached += solid(run.text)
        for line in _lines([run for run in page.runs if id(run) in running]):
            apart.append(Piece(line.text, where="header or footer", page=page.number))
        grids = _grids(page)
        inside: dict[int, list[_Run]] = {}
        free: list[_Run] = []
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
                    items.extend(_paragraphs(_lines(column), body, limits))
            else:
                rows = [
                    [Cell(_paragraphs(_lines(cell), body, limits, edge=right), span=span) for cell, span, right in row]
                    for row in grids[what].cells(inside[what])
                ]
                items.append(_Pending(rows, page.number, page.number))
        if len(items) > limits.blocks:
            raise LimitError(f"more than {limits.blocks:,} blocks of text")
    kept: list[Piece] = []
    for piece in _resolved(items):
        if _DOT_LEADER.search(piece.text):
            apart.append(replace(piece, where="contents page"))
            reached -= solid(piece.text)
            aside += solid(piece.text)
        else:
            kept.append(piece)
    return _joined(kept), apart, reached, aside


def _body_size(pages: Sequence[_Page]) -> float:
    """The size that most of the text is set in."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for run in page.runs:
            sizes[round(run.size, 1)] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _running_lines(pages: Sequence[_Page]) -> set[int]:
    """The runs (by id) of lines at the top or bottom that come again on other pages, and of page numbers."""
    edges: list[tuple[str, _Page, list[_Run]]] = []
    counts: Counter[str] = Counter()
    found: set[int] = set()
    for page in pages:
        ys = sorted({round(run.y) for run in page.runs})
        if not ys:
            continue
        near = {y for y in ys if y < 0.13 * page.height or y > 0.87 * page.height}
        by_line: dict[int, list[_Run]] = {}
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


# Ruled tables


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

    def cells(self, runs: Sequence[_Run]) -> list[list[tuple[list[_Run], int, float]]]:
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
        held: dict[tuple[int, int], list[_Run]] = {}
        for run in runs:
            x, y = (run.x0 + run.x1) / 2, run.y + 0.3 * run.size
            column = max(0, sum(edge <= x for edge in self.xs[:-1]) - 1)
            row = max(0, sum(edge >= y for edge in self.ys[:-1]) - 1)
            held.setdefault(home[row, column], []).append(run)
        table = []
        for row in range(rows):
            made: list[tuple[list[_Run], int, float]] = []
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


def _grids(page: _Page) -> list[_Grid]:
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


# Columns and paragraphs


def _columns(runs: Sequence[_Run], width: float, depth: int = 0) -> list[list[_Run]]:
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
    done: list[list[_Run]] = []
    for gutter, band in cut:
        if gutter is None and done and not isinstance(done[-1], tuple):
            done.append(list(band))
        else:
            done.extend(_columns(band, width, depth + 1))
    return done


def _bands(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Runs parted where a blank stretch higher than a line crosses all of them."""
    bands: list[list[_Run]] = []
    bottom = 0.0
    for run in sorted(runs, key=lambda run: -run.y):
        if not bands or run.y + run.size < bottom - 0.35 * run.size:
            bands.append([])
            bottom = run.y
        bands[-1].append(run)
        bottom = min(bottom, run.y - 0.2 * run.size)
    return bands


def _gutter(runs: Sequence[_Run], width: float) -> float | None:
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


def _fills(runs: Sequence[_Run], width: float) -> bool:
    lines = _lines(runs)
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
    if line.text[:1].islower() and not last.text.endswith(_ENDS) and len(last.text) > (12 if cell else 45):
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
        piece.text = _bare(text)
    elif len(text) <= 90 and text[-1] not in ".,;" and (bold or group[0].size > 1.15 * body) and len(text) > 2:
        piece.kind = "heading"
    return piece


def _bare(text: str) -> str:
    """The text of a bullet without its mark; a number stays."""
    mark = re.match(r"[^\w(\"'‘“£\[]+\s*|o\s+", text)
    return text[mark.end() :] if mark is not None and mark.end() < len(text) else text


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
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
            and not last.text.endswith(_ENDS)
            and BULLET.match(piece.text) is None
        ):
            last.text = f"{last.text} {piece.text}"
        else:
            done.append(piece)
    return done
