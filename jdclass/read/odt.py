"""OpenDocument text (.odt, .ott) to pieces, by a walk of our own over content.xml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jdclass.read.failures import DamagedFileError, EncryptedFileError, LimitError
from jdclass.read.limits import Limits
from jdclass.read.package import Package
from jdclass.read.pieces import Cell, Piece, Reading, solid, table_pieces
from jdclass.read.plain import BULLET

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_odt"]

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMES = {
    "text": _BASE + "text:1.0",
    "table": _BASE + "table:1.0",
    "office": _BASE + "office:1.0",
    "draw": _BASE + "drawing:1.0",
    "style": _BASE + "style:1.0",
    "fo": _BASE + "xsl-fo-compatible:1.0",
}
_TEXT, _TABLE, _OFFICE, _DRAW, _STYLE, _FO = (f"{{{_NAMES[name]}}}" for name in _NAMES)
# Containers whose paragraphs are the document's own.
_THROUGH = frozenset(
    [
        *(_TEXT + name for name in ("section", "index-body", "index-title", "numbered-paragraph", "user-index")),
        *(_DRAW + name for name in ("frame", "text-box", "g", "custom-shape", "a", "rect")),
        _OFFICE + "forms",
    ]
)
_CONTENTS = frozenset(
    _TEXT + name for name in ("table-of-content", "alphabetical-index", "illustration-index", "table-index")
)
_SKIPPED = frozenset([_TEXT + "tracked-changes", _OFFICE + "annotation", _TEXT + "hidden-text", _TEXT + "ruby-text"])
_NUMBERS = frozenset(_TEXT + name for name in ("page-number", "page-count"))


def read_odt(data: bytes, *, limits: Limits) -> Reading:
    """An OpenDocument file to a reading. Raises DocumentError: damaged, encrypted, over a limit."""
    package = Package(data, limits)
    if "content.xml" not in package:
        raise DamagedFileError("the file lacks the part that holds an OpenDocument's text")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise EncryptedFileError("the file is protected by a password")
    return _Walker(package, limits).read()


class _Walker:
    def __init__(self, package: Package, limits: Limits) -> None:
        self.package = package
        self.limits = limits
        self.reading = Reading("odt")
        self.bold: dict[str, bool] = {}
        self.hidden: set[str] = set()
        self.outline: dict[str, int] = {}
        self.tables = 0
        self.count = 0
        self.left_out = 0

    def read(self) -> Reading:
        reading = self.reading
        root = self.package.xml("content.xml")
        styles: _Element | None = None
        if "styles.xml" in self.package:
            try:
                styles = self.package.xml("styles.xml")
            except DamagedFileError:
                reading.warn("the styles are damaged: headings may be missed")
        for part in (styles, root):
            if part is not None:
                self._styles(part)
        body = root.find(f"{_OFFICE}body/{_OFFICE}text")
        if body is None:
            raise DamagedFileError("the OpenDocument file has no text body")
        self._walk(body, reading.pieces, None)
        total = _characters(body) - self.left_out
        got = sum(solid(piece.text) for piece in reading.pieces)
        reading.share = min(1.0, got / total) if total > 0 else None
        if styles is not None:
            self._aside(styles)
        if body.find(f"{_TEXT}tracked-changes/{_TEXT}changed-region") is not None:
            reading.warn("tracked changes: insertions were read, deletions were not")
        return reading

    def _styles(self, root: _Element) -> None:
        for style in root.iter(_STYLE + "style"):
            name, parent = style.get(_STYLE + "name", ""), style.get(_STYLE + "parent-style-name", "")
            level = style.get(_STYLE + "default-outline-level", "")
            if level.isdigit():
                self.outline[name] = int(level)
            elif name in ("Title", "Subtitle"):
                self.outline[name] = 1 if name == "Title" else 2
            elif parent in self.outline and not level:
                self.outline[name] = self.outline[parent]
            properties = style.find(_STYLE + "text-properties")
            bold = self.bold.get(parent, False)
            if properties is not None:
                weight = properties.get(_FO + "font-weight")
                bold = weight in {"bold", "600", "700", "800", "900"} if weight else bold
                if properties.get(_TEXT + "display") == "none":
                    self.hidden.add(name)
            self.bold[name] = bold

    def _walk(self, container: _Element, out: list[Piece], kind: str | None) -> None:
        for element in container:
            tag = element.tag
            if tag in (_TEXT + "p", _TEXT + "h"):
                self._paragraph(element, out, kind)
            elif tag == _TEXT + "list":
                for item in element:
                    self._walk(item, out, "list_item")
            elif tag == _TABLE + "table":
                self._table(element, out)
            elif tag in _CONTENTS:
                pieces: list[Piece] = []
                for inner in element:
                    if inner.tag == _TEXT + "index-body":
                        self._walk(inner, pieces, None)
                for piece in pieces:
                    piece.where = "contents page"
                    self.left_out += solid(piece.text)
                self.reading.apart.extend(pieces)
            elif tag in _THROUGH:
                if tag == _TEXT + "section" and element.get(_TEXT + "display") == "none":
                    self.left_out += _characters(element)
                    self.reading.warn("hidden text was left out")
                    continue
                if tag == _DRAW + "text-box":
                    self.reading.warn("text boxes were read")
                self._walk(element, out, kind)

    def _paragraph(self, element: _Element, out: list[Piece], kind: str | None) -> None:
        parts: list[list[str]] = [[]]
        bold = [0]
        boxes: list[_Element] = []
        named = element.get(_TEXT + "style-name", "")
        own = self.bold.get(named, False)
        self._inline(element, parts, bold, boxes, own)
        for words, heavy in zip(parts, bold, strict=True):
            line = " ".join("".join(words).replace("\t", "\t ").split(" ")).strip()
            line = " ".join(piece for piece in line.split(" ") if piece)
            if not line:
                continue
            piece = Piece(line, bold=heavy > 0 and heavy >= solid(line))
            if element.tag == _TEXT + "h" and len(line) <= 200:
                level = element.get(_TEXT + "outline-level", "")
                piece.kind, piece.level = "heading", int(level) if level.isdigit() else None
            elif (known := self.outline.get(named)) is not None and len(line) <= 200:
                piece.kind, piece.level = "heading", known
            elif kind == "list_item" or (BULLET.match(line) is not None and not piece.bold):
                piece.kind = "list_item"
            elif piece.bold and 2 < len(line) <= 80 and line[-1] not in ".,;":
                piece.kind = "heading"
            out.append(piece)
            self.count += 1
            if self.count > self.limits.blocks:
                raise LimitError(f"more than {self.limits.blocks:,} blocks of text")
        for box in boxes:
            self._walk(box, out, None)

    def _inline(
        self, element: _Element, parts: list[list[str]], bold: list[int], boxes: list[_Element], heavy: bool
    ) -> None:
        def add(text: str | None) -> None:
            if text:
                parts[-1].append(text.replace("\n", " ").replace("\t", " "))
                if heavy:
                    bold[-1] += solid(text)

        add(element.text)
        for child in element:
            tag = child.tag
            if tag == _TEXT + "s":
                count = child.get(_TEXT + "c", "1")
                parts[-1].append(" " * (min(100, int(count)) if count.isdigit() else 1))
            elif tag == _TEXT + "tab":
                parts[-1].append("\t")
            elif tag == _TEXT + "line-break":
                parts.append([])
                bold.append(0)
            elif tag == _TEXT + "note":
                body = child.find(_TEXT + "note-body")
                self.left_out += solid(child.findtext(_TEXT + "note-citation", ""))
                if body is not None:
                    boxes.append(body)
            elif tag in _SKIPPED:
                pass
            elif tag in _NUMBERS:
                self.left_out += solid("".join(child.itertext()))
            elif tag.startswith(_DRAW):
                # A frame in a paragraph: its text box is read after it.
                boxes.append(child)
            elif tag == _TEXT + "span" and child.get(_TEXT + "style-name", "") in self.hidden:
                self.left_out += solid("".join(child.itertext()))
                self.reading.warn("hidden text was left out")
            else:
                named = child.get(_TEXT + "style-name") if tag == _TEXT + "span" else None
                inner = self.bold.get(named, False) if named is not None else heavy
                self._inline(child, parts, bold, boxes, inner or heavy)
            if child.tail:
                add(child.tail)

    def _table(self, table: _Element, out: list[Piece]) -> None:
        self.tables += 1
        name = f"table {self.tables}"
        if out and out[-1].kind == "heading" and len(out[-1].text) <= 60:
            name = f"table '{out[-1].text.rstrip(' :')}'"
        rows: list[list[Cell]] = []
        for row, header in _rows(table, False):
            cells: list[Cell] = []
            for cell in row:
                covered = cell.tag == _TABLE + "covered-table-cell"
                if covered or cell.tag != _TABLE + "table-cell":
                    if covered and not (cells and cells[-1].span > 1):
                        cells.append(Cell([], header, merged=True))
                    continue
                pieces: list[Piece] = []
                self._walk(cell, pieces, None)
                span = cell.get(_TABLE + "number-columns-spanned", "1")
                cells.append(Cell(pieces, header, min(100, max(1, int(span))) if span.isdigit() else 1))
            if cells:
                rows.append(cells)
        out.extend(table_pieces(rows, name=name))

    def _aside(self, styles: _Element) -> None:
        """Headers and footers of the page styles."""
        seen: set[str] = set()
        for kind in ("header", "footer", "header-first", "footer-first", "header-left", "footer-left"):
            for element in styles.iter(_STYLE + kind):
                pieces: list[Piece] = []
                self._walk(element, pieces, None)
                for piece in pieces:
                    if piece.text not in seen:
                        seen.add(piece.text)
                        piece.where = kind.partition("-")[0]
                        self.reading.apart.append(piece)


def _rows(table: _Element, header: bool) -> Iterator[tuple[_Element, bool]]:
    for element in table:
        if element.tag == _TABLE + "table-row":
            yield element, header
        elif element.tag == _TABLE + "table-header-rows":
            yield from _rows(element, True)
        elif element.tag in (_TABLE + "table-rows", _TABLE + "table-row-group"):
            yield from _rows(element, header)


def _characters(root: _Element) -> int:
    """Characters of all paragraphs below an element, but for deletions and notes on the text."""
    found = root.xpath(
        ".//text()[(ancestor::text:p or ancestor::text:h) and not(ancestor::text:tracked-changes"
        " or ancestor::office:annotation or ancestor::text:hidden-text or ancestor::text:ruby-text)]",
        namespaces=_NAMES,
    )
    return sum(solid(str(text)) for text in found)
