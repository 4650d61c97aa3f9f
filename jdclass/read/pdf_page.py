"""What a page of a PDF holds, as plain values: texts with their places, rules, pictures, the structure tree.

pdfium gives them in the order they were written in; a page that is set sideways is turned here.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jdclass.read.failures import LimitError
from jdclass.read.pieces import solid

__all__ = ["Element", "Page", "Run", "body_size", "page_of", "tidy", "tree_of"]

_BOLD = re.compile(r"bold|black|heavy|semibd|demi", re.IGNORECASE)
_MANY_OBJECTS = 60_000  # of one page: a drawing, or a file made to stop readers


@dataclass(slots=True)
class Run:
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
class Element:
    """An element of the structure tree: its type, and its marks and children in order."""

    kind: str
    children: list[Element | int] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """A page, upright: sizes and places in points from its lower left corner, `number` from 1."""

    number: int
    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)  # y, x0, x1 of horizontal rules
    down: list[tuple[float, float, float]] = field(default_factory=list)  # x, y0, y1 of vertical rules
    pictures: int = 0
    slanted: int = 0  # characters of text at an angle
    characters: int = 0
    tree: list[Element] = field(default_factory=list)


def page_of(page: Any, textpage: Any, number: int) -> Page:
    """Text, rules and pictures of a page, what stands in forms included."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    if page.get_rotation() % 180:
        width, height = height, width  # objects are placed on the page before it is turned for the reader
    found = Page(number, width, height)
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


def _upright(page: Page, texts: Sequence[_Text], paths: Sequence[_Box]) -> None:
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
        page.runs.append(Run(x0, x1, y, size, text.text, text.bold, text.mark, page.number))
    for path in paths:
        _rules(page, *_box(back, *path))


def _rules(page: Page, x0: float, y0: float, x1: float, y1: float) -> None:
    """Keep a path that is a rule or a box as its lines."""
    wide, high = x1 - x0, y1 - y0
    if high <= 3 and wide >= 8:
        page.across.append(((y0 + y1) / 2, x0, x1))
    elif wide <= 3 and high >= 6:
        page.down.append(((x0 + x1) / 2, y0, y1))
    elif wide >= 12 and high >= 8 and wide * high < 0.7 * page.width * page.height:
        page.across += [(y0, x0, x1), (y1, x0, x1)]
        page.down += [(x0, y0, y1), (x1, y0, y1)]


def tree_of(page: Any) -> list[Element]:
    """The structure elements of one page, as plain values."""
    import pypdfium2.raw as raw

    handle = raw.FPDF_StructTree_GetForPage(page.raw)
    if not handle:
        return []
    name = ctypes.create_string_buffer(128)
    seen = 0

    def visit(element: Any, depth: int) -> Element:
        nonlocal seen
        seen += 1
        length = raw.FPDF_StructElement_GetType(element, name, 128)
        made = Element(name.raw[: max(0, min(length, 128) - 2)].decode("utf-16-le", "replace"))
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


def tidy(text: str) -> str:
    """The text with pdfium's marks for hyphens as hyphens, soft ones left out, and single spaces."""
    return " ".join(text.replace("\x02", "-").replace("\ufffe", "-").replace("\u00ad", "").replace("\x00", "").split())


def body_size(pages: Sequence[Page]) -> float:
    """The size that most of the text is set in."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for run in page.runs:
            sizes[round(run.size, 1)] += len(run.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0
