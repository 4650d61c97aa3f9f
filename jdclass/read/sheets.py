"""Vacancy exports: .csv and .xlsx with a title and a text column, each row a record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jdclass.read.failures import BadRecordError, DamagedFileError, LimitError
from jdclass.read.limits import Limits
from jdclass.read.package import Package
from jdclass.read.text import decode

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["csv_records", "xlsx_records"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: Field of a record, and the column names that mean it, most telling first.
_COLUMNS = {
    "title": (
        "job title",
        "title",
        "post title",
        "vacancy title",
        "role title",
        "position title",
        "job",
        "role",
        "post",
    ),
    "text": (
        "job description",
        "description",
        "text",
        "full description",
        "advert text",
        "advert",
        "advert body",
        "vacancy description",
        "job advert",
        "body",
        "job summary",
        "summary",
        "content",
        "main duties",
    ),
    "id": ("id", "reference", "job reference", "vacancy id", "vacancy reference", "ref", "job ref", "reference number"),
    "employer": ("employer", "organisation", "trust", "employer name", "employing organisation", "organisation name"),
    "band": ("band", "grade", "pay band", "afc band", "band/grade"),
    "location": ("location", "base", "site", "town"),
    "salary": ("salary", "pay", "salary range"),
    "department": ("department", "directorate", "division", "staff group"),
}

Record = dict[str, str]


def _fields(header: Sequence[str]) -> dict[str, list[int]]:
    """Which columns hold each field. Several columns of text are kept, in the sheet's order."""
    names = [" ".join(re.sub(r"[_\W]+", " ", name).lower().split()) for name in header]
    found: dict[str, list[int]] = {}
    for field, known in _COLUMNS.items():
        places = [names.index(name) for name in known if name in names]
        if places:
            found[field] = sorted(places) if field == "text" else places[:1]
    return found


def _records(rows: Iterator[tuple[int, list[str]]], what: str) -> Iterator[tuple[int, Record | BadRecordError]]:
    """Row number and record of each row under the header, which is the first row that names a text column."""
    columns: dict[str, list[int]] | None = None
    header: list[str] = []
    seen = 0
    for number, row in rows:
        if columns is None:
            seen += 1
            found = _fields(row)
            if "text" in found:
                columns, header = found, row
            elif seen == 1:
                header = row
            if columns is None and seen > 20:
                break
            continue
        if not any(cell.strip() for cell in row):
            continue
        record: Record = {}
        for field, places in columns.items():
            held = [(place, row[place].strip()) for place in places if place < len(row) and row[place].strip()]
            if field == "text" and len(held) > 1:
                record[field] = "\n".join(f"{header[place].strip()}\n{text}" for place, text in held)
            elif held:
                record[field] = held[0][1]
        if "text" not in record:
            yield number, BadRecordError(f"row {number} holds no text")
        else:
            yield number, record
    if columns is None:
        told = ", ".join(repr(name) for name in header[:8] if name) or "nothing"
        wanted = "wanted a header with a column such as 'title' and one such as 'description'"
        raise BadRecordError(f"the {what} names no column of text: {wanted}, found {told}")


def csv_records(
    data: bytes, *, limits: Limits
) -> tuple[Iterator[tuple[int, Record | BadRecordError]], tuple[str, ...]]:
    """Row numbers and records of a CSV file, and warnings. Commas, semicolons or tabs are told by the header.

    Raises BadRecordError for a table without a text column, UnknownFormatError for bytes that are no text.
    """
    text, warnings = decode(data)
    head = text[:20_000]
    first = head.splitlines()[0] if head.splitlines() else ""
    separator = max(",;\t|", key=first.count) if any(sign in first for sign in ",;\t|") else ","
    return _records(_csv_rows(text, separator, limits), "table"), warnings


def _csv_rows(text: str, separator: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(min(limits.record_bytes, 2**31 - 1))
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=separator)
    number = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DamagedFileError(f"the table is damaged near its line {reader.line_num}: {error}") from None
        number += 1
        if number > limits.rows:
            raise LimitError(f"more than {limits.rows:,} rows")
        yield number, row


def xlsx_records(data: bytes, *, limits: Limits) -> Iterator[tuple[int, Record | BadRecordError]]:
    """Row numbers and records of the first sheet of a workbook that names a text column. Raises DocumentError."""
    package = Package(data, limits)
    strings = _strings(package)
    sheets = _sheets(package)
    if not sheets:
        raise DamagedFileError("the workbook has no sheet")
    problem: BadRecordError | None = None
    for name in sheets:
        root = package.xml(name)
        found = _records(_xlsx_rows(root, strings, limits), "sheet")
        try:
            first = next(found, None)
        except BadRecordError as error:
            problem = problem or error
            continue
        if first is not None:
            yield first
            yield from found
            return
    raise problem or BadRecordError("the workbook holds no rows under its header")


def _sheets(package: Package) -> list[str]:
    """The parts of the sheets in the workbook's order."""
    names: list[str] = []
    if "xl/workbook.xml" in package and "xl/_rels/workbook.xml.rels" in package:
        targets = {
            relation.get("Id"): relation.get("Target", "") for relation in package.xml("xl/_rels/workbook.xml.rels")
        }
        for sheet in package.xml("xl/workbook.xml").iter(_MAIN + "sheet"):
            target = targets.get(sheet.get(_RELATION), "")
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if name in package:
                names.append(name)
    return names or sorted(name for name in package.names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))


def _strings(package: Package) -> list[str]:
    if "xl/sharedStrings.xml" not in package:
        return []
    return [_rich(item) for item in package.xml("xl/sharedStrings.xml").iter(_MAIN + "si")]


def _rich(item: _Element) -> str:
    """A text of several runs, without the reading aids of other scripts."""
    return "".join(
        text.text or ""
        for text in item.iter(_MAIN + "t")
        if (above := text.getparent()) is None or above.tag != _MAIN + "rPh"
    )


def _xlsx_rows(root: _Element, strings: list[str], limits: Limits) -> Iterator[tuple[int, list[str]]]:
    for count, row in enumerate(root.iter(_MAIN + "row"), 1):
        if count > limits.rows:
            raise LimitError(f"more than {limits.rows:,} rows")
        cells: dict[int, str] = {}
        place = -1
        for cell in row.iter(_MAIN + "c"):
            letters = re.match(r"[A-Z]{1,3}", cell.get("r", ""))
            place = _column(letters[0]) if letters else place + 1
            kind = cell.get("t", "n")
            value = cell.findtext(_MAIN + "v", "")
            if kind == "s":
                cells[place] = strings[int(value)] if value.isdigit() and int(value) < len(strings) else ""
            elif kind == "inlineStr":
                inline = cell.find(_MAIN + "is")
                cells[place] = _rich(inline) if inline is not None else ""
            else:
                cells[place] = value.removesuffix(".0")
        number = row.get("r", "")
        width = min(max(cells, default=-1) + 1, 20_000)
        yield int(number) if number.isdigit() else count, [cells.get(column, "") for column in range(width)]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
