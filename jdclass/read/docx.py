"""Word's .docx, .docm and .dotx to pieces, by a walk of our own over the XML.

The walk descends into content controls, text boxes, nested tables, links and accepted insertions; it leaves out
deletions and hidden text, and sets headers, footers and tables of contents apart. How much of the text it reached is
counted by a search that knows nothing of the walk.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from jdclass.read.failures import DamagedFileError, LimitError, NeedsOcrError
from jdclass.read.limits import Limits
from jdclass.read.package import Package, parse_xml
from jdclass.read.pieces import Cell, Piece, Reading, solid, table_pieces
from jdclass.read.plain import BULLET

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["read_docx"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_NAMES = {"w": _W[1:-1], "mc": _MC[1:-1], "m": _M[1:-1]}
# The strict variant of the format has the same names in other name spaces.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", _W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", _M[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/main", _A[1:-1].encode()),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
_THROUGH = frozenset(
    _W + name
    for name in (
        "ins",
        "moveTo",
        "smartTag",
        "customXml",
        "hyperlink",
        "fldSimple",
        "sdtContent",
        "dir",
        "bdo",
        "ruby",
        "rubyBase",
        "subDoc",
    )
)
_GONE = frozenset(
    _W + name for name in ("del", "moveFrom", "rPr", "pPr", "sdtPr", "instrText", "delText", "sectPr", "rt")
)
_OFF = frozenset(("0", "false", "off", "none"))
_LARGE_PICTURE = 60e10  # square EMU: about 46 square centimetres, a table scanned in rather than a logo


def read_docx(data: bytes, *, limits: Limits) -> Reading:
    """A Word file to a reading. Raises DocumentError: damaged, encrypted, over a limit, or a scan."""
    package = Package(data, limits)
    return _Walker(package, limits).read()


@dataclass(frozen=True, slots=True)
class _Style:
    heading: int | None = None
    listed: bool = False
    contents: bool = False
    bold: bool = False
    hidden: bool = False


_PLAIN = _Style()


def _on(element: _Element | None) -> bool | None:
    """A toggle: None where it is not there, else whether it is on."""
    if element is None:
        return None
    return element.get(_W + "val", "1") not in _OFF


@lru_cache(maxsize=32)
def _styles_of(data: bytes) -> dict[str, _Style]:
    """Style id to what it says, its basedOn chain resolved. Cached, since a folder's files share their template."""
    root = parse_xml(data, "styles.xml")
    raw: dict[str, tuple[str, str | None, _Element]] = {}
    for style in root.iter(_W + "style"):
        name, based = style.find(_W + "name"), style.find(_W + "basedOn")
        raw[style.get(_W + "styleId", "")] = (
            (name.get(_W + "val", "") if name is not None else "").lower(),
            based.get(_W + "val") if based is not None else None,
            style,
        )
    done: dict[str, _Style] = {}
    for key in raw:
        heading: int | None = None
        listed: bool | None = None
        contents = False
        bold: bool | None = None
        hidden: bool | None = None
        seen: set[str] = set()
        at: str | None = key
        while at in raw and at not in seen:
            seen.add(at)
            name, based, style = raw[at]
            if heading is None:
                digits = name.removeprefix("heading").strip()
                if name.startswith("heading") and digits.isdigit():
                    heading = int(digits)
                elif name == "title":
                    heading = 1
                elif name == "subtitle":
                    heading = 2
                elif (level := style.find(f"{_W}pPr/{_W}outlineLvl")) is not None:
                    heading = _outline(level)
            contents = contents or name.startswith(("toc ", "table of figures"))
            if listed is None and (number := style.find(f"{_W}pPr/{_W}numPr/{_W}numId")) is not None:
                listed = number.get(_W + "val") != "0"
            if listed is None and name.startswith(("list bullet", "list number")):
                listed = True
            if bold is None:
                bold = _on(style.find(f"{_W}rPr/{_W}b"))
            if hidden is None:
                hidden = _on(style.find(f"{_W}rPr/{_W}vanish"))
            at = based
        done[key] = _Style(
            heading if heading is not None and heading < 10 else None, bool(listed), contents, bool(bold), bool(hidden)
        )
    return done


def _outline(element: _Element) -> int | None:
    value = element.get(_W + "val", "9")
    return int(value) + 1 if value.isdigit() and int(value) < 9 else None


@dataclass(slots=True)
class _Text:
    """A paragraph while it is collected: its parts between line breaks, and what hangs on it."""

    parts: list[list[str]] = field(default_factory=lambda: [[]])
    bold: list[int] = field(default_factory=lambda: [0])  # characters in bold, of each part
    boxes: list[_Element] = field(default_factory=list)
    hidden: int = 0

    def add(self, text: str, bold: bool) -> None:
        self.parts[-1].append(text)
        if bold:
            self.bold[-1] += solid(text)

    def break_line(self) -> None:
        self.parts.append([])
        self.bold.append(0)


class _Walker:
    """One walk over one document; its state is the reading, the page and the number of tables so far."""

    def __init__(self, package: Package, limits: Limits) -> None:
        self.package = package
        self.limits = limits
        self.reading = Reading("docx")
        self.main = self._main_part()
        self.relations = self._relations(self.main)
        self.styles: dict[str, _Style] = {}
        self.page: int | None = None
        self.tables = 0
        self.count = 0
        self.left_out = 0  # characters that the walk leaves out and the count below does not know of

    def read(self) -> Reading:
        reading = self.reading
        styles = next(iter(self._targets("/styles")), "word/styles.xml")
        if styles in self.package:
            try:
                self.styles = _styles_of(self.package.read(styles))
            except DamagedFileError:
                reading.warn("the styles are damaged: headings may be missed")
        root = self._part(self.main)
        body = root.find(_W + "body")
        if body is None:
            raise DamagedFileError("the Word file has no body")
        if next(root.iter(_W + "lastRenderedPageBreak"), None) is not None:
            self.page = 1
        self._walk(body, reading.pieces)
        total = _characters(root)
        self.page = None
        for kind in ("footnotes", "endnotes"):
            for name in self._targets("/" + kind):
                notes = self._optional(name)
                if notes is None:
                    continue
                for note in notes:
                    if note.get(_W + "type") in {"separator", "continuationSeparator", "continuationNotice"}:
                        continue
                    pieces: list[Piece] = []
                    self._walk(note, pieces)
                    for piece in pieces:
                        piece.where = f"{kind[:-1]} {note.get(_W + 'id', '')}".strip()
                    reading.pieces.extend(pieces)
                    total += _characters(note)
        self._aside()
        self._pictures(root)
        got = sum(solid(piece.text) for piece in reading.pieces)
        total -= self.left_out
        reading.share = min(1.0, got / total) if total > 0 else None
        if next(root.iter(_W + "altChunk"), None) is not None:
            reading.warn("a document embedded in the file was not read")
            reading.share = None
        return reading

    # Parts of the package

    def _main_part(self) -> str:
        for target, kind in self._relations(""):
            if kind.endswith("/officeDocument") and target in self.package:
                return target
        if "word/document.xml" in self.package:
            return "word/document.xml"
        raise DamagedFileError("the file lacks the part that holds a Word document's text")

    def _relations(self, part: str) -> list[tuple[str, str]]:
        """Target and type of each relation of a part, targets as names in the package."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", name + ".rels")
        if path not in self.package:
            return []
        found = []
        for relation in self._part(path):
            if relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target", "")
            target = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            found.append((target, relation.get("Type", "")))
        return found

    def _targets(self, kind: str) -> list[str]:
        return [target for target, type_ in self.relations if type_.endswith(kind) and target in self.package]

    def _part(self, name: str) -> _Element:
        data = self.package.read(name)
        if b"purl.oclc.org" in data[:8192]:
            for strict, usual in _STRICT:
                data = data.replace(strict, usual)
        return parse_xml(data, name)

    def _optional(self, name: str) -> _Element | None:
        """A part that the text does without."""
        try:
            return self._part(name)
        except DamagedFileError:
            self.reading.warn(f"the part {name} is damaged and was not read")
            return None

    # The walk

    def _walk(self, container: _Element, out: list[Piece]) -> None:
        for element in container:
            tag = element.tag
            if tag == _W + "p":
                self._paragraph(element, out)
            elif tag == _W + "tbl":
                self._table(element, out)
            elif tag == _W + "sdt":
                self._control(element, out)
            elif tag in _THROUGH:
                if tag == _W + "ins":
                    self._tracked()
                self._walk(element, out)
            elif tag == _MC + "AlternateContent":
                choice = _choice(element)
                if choice is not None:
                    self._walk(choice, out)
            elif tag in (_W + "del", _W + "moveFrom"):
                self._tracked()

    def _tracked(self) -> None:
        self.reading.warn("tracked changes: insertions were read, deletions were not")

    def _control(self, element: _Element, out: list[Piece]) -> None:
        """A content control around paragraphs or tables."""
        content = element.find(_W + "sdtContent")
        if content is None:
            return
        gallery = element.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
        if gallery is not None and gallery.get(_W + "val", "").lower() == "table of contents":
            pieces: list[Piece] = []
            self._walk(content, pieces)
            self._set_apart(pieces, "contents page")
            return
        if _on(element.find(f"{_W}sdtPr/{_W}showingPlcHdr")):
            # The grey "Click here to enter text" is not the document's text.
            self.left_out += _characters(content)
            return
        self.reading.warn("content controls were read")
        self._walk(content, out)

    def _set_apart(self, pieces: list[Piece], where: str) -> None:
        for piece in pieces:
            piece.where = where
            self.left_out += solid(piece.text)
        self.reading.apart.extend(pieces)

    def _paragraph(self, element: _Element, out: list[Piece]) -> None:
        properties = element.find(_W + "pPr")
        style = _PLAIN
        listed: bool | None = None
        level: int | None = None
        if properties is not None:
            named = properties.find(_W + "pStyle")
            if named is not None:
                style = self.styles.get(named.get(_W + "val", ""), _PLAIN)
            if (number := properties.find(f"{_W}numPr/{_W}numId")) is not None:
                listed = number.get(_W + "val") != "0"
            if (outline := properties.find(_W + "outlineLvl")) is not None:
                level = _outline(outline)
        listed = style.listed if listed is None else listed
        level = style.heading if level is None else level
        text = _Text()
        self._inline(element, text, style)
        self.left_out += text.hidden
        if text.hidden:
            self.reading.warn("hidden text was left out")
        pieces: list[Piece] = []
        for parts, bold in zip(text.parts, text.bold, strict=True):
            line = "".join(parts).replace("\u00a0", " ").strip()
            if not line:
                continue
            piece = Piece(line, page=self.page)
            whole = bold > 0 and bold >= solid(line)
            piece.bold = whole or (style.bold and bold == 0 and level is None)
            if level is not None and len(line) <= 200:
                piece.kind, piece.level = "heading", level
            elif listed or (BULLET.match(line) is not None and not piece.bold):
                piece.kind = "list_item"
            elif piece.bold and 2 < len(line) <= 80 and line[-1] not in ".,;":
                piece.kind = "heading"
            pieces.append(piece)
        self.count += len(pieces)
        if self.count > self.limits.blocks:
            raise LimitError(f"more than {self.limits.blocks:,} blocks of text")
        if style.contents:
            self._set_apart(pieces, "contents page")
        else:
            out.extend(pieces)
        for box in text.boxes:
            self.reading.warn("text boxes were read")
            boxed: list[Piece] = []
            self._walk(box, boxed)
            out.extend(boxed)

    def _inline(self, container: _Element, text: _Text, style: _Style) -> None:
        """The runs of a paragraph in order."""
        for element in container:
            tag = element.tag
            if tag == _W + "r":
                self._run(element, text, style)
            elif tag in _THROUGH:
                if tag == _W + "ins":
                    self._tracked()
                self._inline(element, text, style)
            elif tag == _W + "sdt":
                content = element.find(_W + "sdtContent")
                if content is None:
                    continue
                if _on(element.find(f"{_W}sdtPr/{_W}showingPlcHdr")):
                    self.left_out += _characters(content)
                    continue
                self.reading.warn("content controls were read")
                self._inline(content, text, style)
            elif tag == _MC + "AlternateContent":
                choice = _choice(element)
                if choice is not None:
                    self._inline(choice, text, style)
            elif tag in (_W + "del", _W + "moveFrom"):
                self._tracked()
            elif tag in (_M + "oMath", _M + "oMathPara"):
                text.add("".join(found.text or "" for found in element.iter(_M + "t")), False)
            elif tag == _W + "p":  # paragraphs within a control within a paragraph
                self._inline(element, text, style)
                text.break_line()

    def _run(self, run: _Element, text: _Text, style: _Style) -> None:
        properties = run.find(_W + "rPr")
        bold: bool | None = None
        hidden: bool | None = None
        if properties is not None:
            bold = _on(properties.find(_W + "b"))
            hidden = _on(properties.find(_W + "vanish"))
            if bold is not True and (line := properties.find(_W + "u")) is not None:
                bold = line.get(_W + "val", "single") != "none" or bold
            named = properties.find(_W + "rStyle")
            if named is not None:
                own = self.styles.get(named.get(_W + "val", ""), _PLAIN)
                bold = own.bold if bold is None else bold
                hidden = own.hidden if hidden is None else hidden
        bold = style.bold if bold is None else bold
        hidden = style.hidden if hidden is None else hidden
        if hidden:
            direct = properties is not None and _on(properties.find(_W + "vanish"))
            if not direct:  # those the count leaves out by itself
                text.hidden += sum(solid(found.text or "") for found in run.iter(_W + "t"))
            elif next(run.iter(_W + "t"), None) is not None:
                self.reading.warn("hidden text was left out")
            return
        self._content(run, text, bold)

    def _content(self, run: _Element, text: _Text, bold: bool) -> None:
        for element in run:
            tag = element.tag
            if tag == _W + "t":
                if element.text:
                    text.add(element.text, bold)
            elif tag in (_W + "tab", _W + "ptab"):
                text.add("\t", False)
            elif tag in (_W + "br", _W + "cr"):
                text.break_line()
            elif tag == _W + "noBreakHyphen":
                text.add("-", False)
            elif tag == _W + "sym":
                text.add("•" if not "".join(text.parts[-1]).strip() else " ", False)
            elif tag == _W + "lastRenderedPageBreak":
                if self.page is not None:
                    self.page += 1
            elif tag == _MC + "AlternateContent":
                choice = _choice(element)
                if choice is not None:
                    self._content(choice, text, bold)
            elif tag in (_W + "drawing", _W + "pict", _W + "object"):
                text.boxes.extend(_outer_boxes(element))

    def _table(self, table: _Element, out: list[Piece]) -> None:
        self.tables += 1
        name = f"table {self.tables}"
        if out and out[-1].kind == "heading" and len(out[-1].text) <= 60:
            name = f"table '{out[-1].text.rstrip(' :')}'"
        rows: list[list[Cell]] = []
        for row in _rows(table):
            properties = row.find(_W + "trPr")
            header = False
            if properties is not None:
                if properties.find(_W + "del") is not None:
                    self._tracked()
                    self.left_out += _characters(row)
                    continue
                header = bool(_on(properties.find(_W + "tblHeader")))
            cells: list[Cell] = []
            for cell in _cells(row):
                pieces: list[Piece] = []
                self._walk(cell, pieces)
                span = cell.find(f"{_W}tcPr/{_W}gridSpan")
                width = span.get(_W + "val", "1") if span is not None else "1"
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                cells.append(
                    Cell(
                        pieces,
                        header,
                        min(100, max(1, int(width))) if width.isdigit() else 1,
                        merged=merge is not None and merge.get(_W + "val", "continue") == "continue",
                    )
                )
            if cells:
                rows.append(cells)
        out.extend(table_pieces(rows, name=name))

    # What stands beside the text

    def _aside(self) -> None:
        """Headers, footers and diagrams, set apart."""
        kept, self.left_out, self.count = self.left_out, 0, 0
        seen: set[str] = set()
        for kind in ("header", "footer"):
            for name in self._targets("/" + kind):
                part = self._optional(name)
                if part is None:
                    continue
                pieces: list[Piece] = []
                self._walk(part, pieces)
                for piece in pieces:
                    if piece.text not in seen:
                        seen.add(piece.text)
                        piece.where = kind
                        self.reading.apart.append(piece)
        for name in self._targets("/diagramData"):
            part = self._optional(name)
            if part is None:
                continue
            words = [
                "".join(t.text or "" for t in paragraph.iter(_A + "t")).strip() for paragraph in part.iter(_A + "p")
            ]
            if any(words):
                self.reading.warn("text in a diagram was set apart")
                self.reading.apart.extend(Piece(word, where="diagram") for word in words if word)
        self.left_out = kept

    def _pictures(self, root: _Element) -> None:
        large = 0
        for extent in root.iter(_WP + "extent"):
            try:
                area = int(extent.get("cx", "0")) * int(extent.get("cy", "0"))
            except ValueError:
                continue
            inside = extent.getparent()
            picture = (
                inside is not None
                and next(inside.iter("{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"), None) is not None
            )
            large += picture and area > _LARGE_PICTURE
        if large:
            if sum(solid(piece.text) for piece in self.reading.pieces) < 40:
                raise NeedsOcrError("scanned, needs OCR: the Word file holds pictures and no text")
            self.reading.warn(f"{large} large picture(s) were not read: text in them is not seen")


def _characters(root: _Element) -> int:
    """Characters of all text runs below an element, but for what is deleted, moved away, hidden or doubled.

    A search of the XML that shares nothing with the walk, so that text the walk misses shows.
    """
    found = root.xpath(
        ".//w:t[not(ancestor::mc:Fallback or ancestor::w:del or ancestor::w:moveFrom"
        " or parent::w:r/w:rPr/w:vanish[not(@w:val='0' or @w:val='false')])]/text() | .//m:t/text()",
        namespaces=_NAMES,
    )
    return sum(solid(str(text)) for text in found)


def _choice(element: _Element) -> _Element | None:
    """What to read of alternate contents: the first choice, or text boxes double; the fallback where there is none."""
    found = element.find(_MC + "Choice")
    return element.find(_MC + "Fallback") if found is None else found


def _outer_boxes(element: _Element) -> list[_Element]:
    """The contents of the text boxes of a drawing, those within others left to them, doubled fallbacks left out."""
    boxes = []
    for box in element.iter(_W + "txbxContent"):
        outer = box.getparent()
        skip = False
        while outer is not None and outer is not element:
            if outer.tag in (_W + "txbxContent", _MC + "Fallback"):
                skip = True
                break
            outer = outer.getparent()
        if not skip:
            boxes.append(box)
    return boxes


def _rows(table: _Element) -> Iterator[_Element]:
    for element in table:
        if element.tag == _W + "tr":
            yield element
        elif element.tag == _W + "sdt":
            content = element.find(_W + "sdtContent")
            if content is not None:
                yield from _rows(content)
        elif element.tag in _THROUGH:
            yield from _rows(element)


def _cells(row: _Element) -> Iterator[_Element]:
    for element in row:
        if element.tag == _W + "tc":
            yield element
        elif element.tag == _W + "sdt":
            content = element.find(_W + "sdtContent")
            if content is not None:
                yield from _cells(content)
        elif element.tag in _THROUGH:
            yield from _cells(element)
