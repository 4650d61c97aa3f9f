"""RTF to pieces, by a reader of our own: groups, control words, tables, text boxes and lists.

An RTF file is text with control words; what a group is for (a picture, a header, a font table) its first word says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from jdclass.read.failures import DamagedFileError, LimitError
from jdclass.read.limits import Limits
from jdclass.read.pieces import Cell, Piece, Reading, solid, table_pieces
from jdclass.read.plain import BULLET

__all__ = ["read_rtf"]

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
# Pictures are hexadecimal digits, megabytes of them; no text has 256 in a row.
_HEX = re.compile(rb"[0-9a-fA-F\r\n]{256,}")
_CODEPAGES = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    161: "cp1253",
    162: "cp1254",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    238: "cp1250",
}
_SYMBOL = 2
# Groups that hold no text of the document.
_SKIPPED = frozenset(
    """
    fonttbl colortbl stylesheet listtable listoverridetable rsidtbl info generator pict objdata themedata datastore
    colorschememapping latentstyles filetbl xmlnstbl mmathPr annotation atnid atnauthor atrfstart atrfend atndate atnref
    fldinst bkmkstart bkmkend nonshppict listpicture pgdsctbl revtbl wgrffmtfilter blipuid panose falt docvar userprops
    private xe tc txe rxe mailmerge protusertbl ftnsep ftnsepc aftnsep aftnsepc shpinst sp sn sv picprop shprslt
    objclass nonesttables listname listtext pntext pnseclvl
    """.split()  # noqa: SIM905
)
_ASIDE = frozenset(("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"))
_SPECIAL = {
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "tab": "\t",
}


def read_rtf(data: bytes, *, limits: Limits) -> Reading:
    """An RTF file to a reading. Raises DocumentError: damaged, over a limit."""
    data = _HEX.sub(b"", data)
    walker = _Walker(data, limits)
    walker.read()
    reading = walker.reading
    got = sum(solid(piece.text) for piece in [*reading.pieces, *reading.apart])
    wanted = _characters(data) - walker.left_out
    reading.share = min(1.0, got / wanted) if wanted > 0 else None
    return reading


@dataclass(slots=True)
class _Group:
    """What holds within a group of braces, taken over by the groups within it."""

    skip: bool = False
    aside: str | None = None
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    charset: int | None = None
    unicode_skip: int = 1


@dataclass(slots=True)
class _Level:
    """One level of tables: the rows that are done, the cells of the row at hand, the pieces of the cell at hand."""

    rows: list[list[Cell]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


class _Walker:
    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.reading = Reading("rtf")
        self.left_out = 0
        self.fonts = _fonts(data)
        self.styles = _heading_styles(data)
        page = re.search(rb"\\ansicpg(\d{2,5})", data[:4096])
        self.codepage = f"cp{int(page[1])}" if page else "cp1252"
        try:
            b"a".decode(self.codepage)
        except LookupError:
            self.codepage = "cp1252"
        self.words: list[str] = []
        self.bold = 0
        self.listed = False
        self.level: int | None = None
        self.nesting = 0  # 0 outside tables
        self.header_row = False
        self.levels: list[_Level] = []
        self.tables = 0
        self.count = 0
        self.pending = b""  # bytes of a character set of two bytes

    def read(self) -> None:
        group, stack = _Group(), []
        skip_characters = 0
        starts = False  # the next word says what its group is for
        optional = False
        for token in _TOKEN.finditer(self.data):
            word, number, byte, sign, brace, text = token.groups()
            if brace == b"{":
                stack.append(group)
                if len(stack) > self.limits.depth:
                    raise LimitError(f"RTF groups are nested more than {self.limits.depth} deep")
                group, starts, optional = replace(group), True, False
                continue
            if brace == b"}":
                if not stack:
                    break
                outer = stack.pop()
                if group.aside is not None and outer.aside is None and not outer.skip:
                    self._paragraph(group.aside)
                group, starts = outer, False
                if not stack:
                    break
                continue
            if sign == b"*":
                optional = True
                continue
            if word is not None:
                name = word.decode()
                if starts:
                    starts = False
                    self._destination(group, name, optional)
                    if group.skip and name in ("listtext", "pntext"):
                        self.listed = True
                if name == "bin" and number is not None:
                    continue
                if group.skip:
                    if name == "nestrow":
                        self._row(2)
                    continue
                skip_characters = self._word(group, name, int(number) if number is not None else None, skip_characters)
                continue
            starts = False
            if group.skip:
                continue
            if byte is not None:
                if skip_characters:
                    skip_characters -= 1
                else:
                    self._byte(group, bytes([int(byte, 16)]))
            elif sign is not None:
                if skip_characters:
                    skip_characters -= 1
                elif sign == b"~":
                    self._add(group, " ")
                elif sign == b"_":
                    self._add(group, "-")
                elif sign in (b"\n", b"\r"):
                    self._paragraph(group.aside)
                elif sign in (b"\\", b"{", b"}"):
                    self._add(group, sign.decode())
            elif text is not None:
                if skip_characters:
                    cut = min(skip_characters, len(text))
                    text, skip_characters = text[cut:], skip_characters - cut
                if text:
                    self._bytes(group, text)
        if stack:
            raise DamagedFileError(f"the RTF file ends within {len(stack)} open group(s): it was cut short")
        self._paragraph(None)
        self._close(0)

    def _destination(self, group: _Group, name: str, optional: bool) -> None:
        if name in _ASIDE:
            group.aside = "header" if name.startswith("header") else "footer"
        elif name in ("shptxt", "footnote"):
            if name == "shptxt":
                self.reading.warn("text boxes were read")
            group.skip = False
            self._paragraph(group.aside)
        elif (
            name in _SKIPPED
            or (optional and name not in ("shpinst", "nesttableprops", "shppict", "background"))
            or name == "nesttableprops"
        ):
            group.skip = True

    def _word(self, group: _Group, name: str, number: int | None, skip: int) -> int:
        """Act on a control word; gives the characters that are still to be skipped after a \\u."""
        if name == "u" and number is not None:
            code = number + 65536 if number < 0 else number
            self._add(group, chr(code) if code < 0x110000 else "\ufffd")
            return group.unicode_skip
        if name == "uc" and number is not None:
            group.unicode_skip = min(max(0, number), 8)
        elif name in ("par", "page", "sect", "column"):
            self._paragraph(group.aside)
        elif name in ("line", "softline"):
            self._paragraph(group.aside, broken=True)
        elif name == "pard":
            self.listed, self.level, self.nesting = False, None, 0
        elif name == "plain":
            group.bold = group.hidden = group.deleted = False
        elif name == "b":
            group.bold = number != 0
        elif name == "v":
            group.hidden = number != 0
        elif name == "deleted":
            group.deleted = number != 0
            self.reading.warn("tracked changes: insertions were read, deletions were not")
        elif name == "f" and number is not None:
            group.charset = self.fonts.get(number)
        elif name == "s" and number is not None:
            self.level = self.styles.get(number, self.level)
        elif name == "outlinelevel" and number is not None and number < 9:
            self.level = number + 1
        elif name == "ls" and number:
            self.listed = True
        elif name == "intbl":
            self.nesting = max(1, self.nesting)
        elif name == "itap" and number is not None:
            self.nesting = min(number, 20)
        elif name == "trowd":
            self.header_row = False
        elif name == "trhdr":
            self.header_row = True
        elif name == "cell":
            self._cell(1)
        elif name == "row":
            self._row(1)
        elif name == "nestcell":
            self._cell(max(2, self.nesting))
        elif name == "nestrow":
            self._row(max(2, self.nesting))
        elif name in _SPECIAL:
            self._add(group, _SPECIAL[name])
        elif name == "shpinst":
            return skip
        return 0

    # Text

    def _bytes(self, group: _Group, text: bytes) -> None:
        self._add(group, text.decode(self._encoding(group), "replace"))

    def _byte(self, group: _Group, byte: bytes) -> None:
        if group.charset == _SYMBOL:
            self._add(group, "•" if byte in b"\xb7\xa7\xa8\xd8\xfc\x76" else " ")
            return
        encoding = self._encoding(group)
        if encoding in ("cp932", "cp936", "cp949", "cp950"):
            self.pending += byte
            try:
                self._add(group, self.pending.decode(encoding))
                self.pending = b""
            except UnicodeDecodeError:
                if len(self.pending) > 1:
                    self.pending = b""
            return
        self._add(group, byte.decode(encoding, "replace"))

    def _encoding(self, group: _Group) -> str:
        return _CODEPAGES.get(group.charset, self.codepage) if group.charset else self.codepage

    def _add(self, group: _Group, text: str) -> None:
        if group.hidden or group.deleted:
            self.left_out += solid(text)
            if group.hidden and text.strip():
                self.reading.warn("hidden text was left out")
            return
        self.words.append(text)
        if group.bold:
            self.bold += solid(text)

    def _paragraph(self, aside: str | None, *, broken: bool = False) -> None:
        line = "".join(self.words).replace("\u00a0", " ").replace("\u00ad", "").replace("\x00", "").strip()
        heavy = self.bold > 0 and self.bold >= solid(line)
        self.words.clear()
        self.bold = 0
        if not line:
            return
        piece = Piece(line, bold=heavy)
        if self.level is not None and len(line) <= 200:
            piece.kind, piece.level = "heading", self.level
        elif self.listed or (BULLET.match(line) is not None and not heavy):
            piece.kind = "list_item"
        elif heavy and 2 < len(line) <= 80 and line[-1] not in ".,;":
            piece.kind = "heading"
        self.count += 1
        if self.count > self.limits.blocks:
            raise LimitError(f"more than {self.limits.blocks:,} blocks of text")
        if aside is not None:
            piece.where = aside
            self.reading.apart.append(piece)
            return
        if not broken and self.nesting == 0:
            self._close(0)
        self._home(self.nesting).append(piece)

    # Tables

    def _home(self, nesting: int) -> list[Piece]:
        """Where a paragraph at that nesting goes."""
        if nesting <= 0:
            return self.reading.pieces
        while len(self.levels) < nesting:
            self.levels.append(_Level())
        self._close(nesting)
        return self.levels[nesting - 1].pieces

    def _cell(self, nesting: int) -> None:
        self.nesting = max(self.nesting, nesting) if nesting > 1 else 1
        self._paragraph(None)
        self._home(nesting)
        level = self.levels[nesting - 1]
        level.cells.append(Cell(level.pieces, header=self.header_row))
        level.pieces = []

    def _row(self, nesting: int) -> None:
        if len(self.levels) < nesting:
            return
        nesting = len(self.levels) if nesting > 1 else nesting
        self._close(nesting)
        level = self.levels[nesting - 1]
        if level.cells:
            level.rows.append(level.cells)
        level.cells = []

    def _close(self, nesting: int) -> None:
        """End the tables deeper than a nesting: each becomes pieces of the cell around it."""
        while len(self.levels) > nesting:
            level = self.levels.pop()
            if level.cells or level.pieces:
                level.rows.append([*level.cells, *([Cell(level.pieces)] if level.pieces else [])])
            if not level.rows:
                continue
            out = self.levels[-1].pieces if self.levels else self.reading.pieces
            self.tables += 1
            name = f"table {self.tables}"
            if out and out[-1].kind == "heading" and len(out[-1].text) <= 60:
                name = f"table '{out[-1].text.rstrip(' :')}'"
            out.extend(table_pieces(level.rows, name=name))


def _groups(data: bytes, head: bytes) -> Iterator[bytes]:
    """The first group that begins with a control word, as its bytes; none where there is none."""
    start = data.find(b"{\\" + head)
    if start < 0:
        return
    depth = 0
    for found in re.compile(rb"\\[{}\\]|[{}]").finditer(data, start):
        if found[0] in (b"{", b"}"):
            depth += 1 if found[0] == b"{" else -1
            if depth == 0:
                yield data[start : found.end()]
                return


def _fonts(data: bytes) -> dict[int, int]:
    """Number of each font that has a character set, with that."""
    return {
        int(found[1]): int(found[2])
        for table in _groups(data, b"fonttbl")
        for found in re.finditer(rb"\\f(\d{1,5})[^;{}]{0,120}?\\fcharset(\d{1,3})", table)
    }


def _heading_styles(data: bytes) -> dict[int, int]:
    """Number of each paragraph style that is a heading, with its level."""
    styles: dict[int, int] = {}
    for sheet in _groups(data, b"stylesheet"):
        for found in re.finditer(rb"\\s(\d{1,5})(?=[\\ ])[^;]{0,2000}?[ }]((?:[Hh]eading \d)|[Tt]itle);", sheet):
            name = found[2].decode("latin-1").lower()
            styles.setdefault(int(found[1]), 1 if name == "title" else int(name[-1]))
    return styles


_NO_TEXT = re.compile(
    rb"\{(?:\\\*)?\\(?:" + b"|".join(sorted((name.encode() for name in _SKIPPED - {"shpinst"}), reverse=True)) + rb")\b"
)
_CONTROL = re.compile(
    rb"\\u(-?\d{1,6}) ?(?:\\'[0-9a-fA-F]{2}|\?)?|\\'([0-9a-fA-F]{2})|\\[a-zA-Z]{1,32}-?\d{0,10} ?|\\[^a-zA-Z]|[{}\r\n]"
)


def _characters(data: bytes) -> int:
    """Characters outside control words and outside groups that hold no text; it shares nothing with the walk."""
    kept: list[bytes] = []
    at = 0
    brace = re.compile(rb"\\[{}\\]|[{}]")
    while (found := _NO_TEXT.search(data, at)) is not None:
        kept.append(data[at : found.start()])
        depth = 0
        at = len(data)
        for sign in brace.finditer(data, found.start()):
            if sign[0] in (b"{", b"}"):
                depth += 1 if sign[0] == b"{" else -1
                if depth == 0:
                    at = sign.end()
                    break
    kept.append(data[at:])

    def one(found: re.Match[bytes]) -> bytes:
        if found[1] is not None:
            return b"x" if chr(int(found[1]) % 65536).strip() else b""
        return b"x" if found[2] is not None and found[2].lower() not in (b"a0", b"ad") else b""

    return solid(_CONTROL.sub(one, b"".join(kept)).decode("latin-1"))
