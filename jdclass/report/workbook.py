"""The Excel workbook by XlsxWriter: what was found, and a sheet in which reviewers say what they think.

No text becomes a formula, a link or a number: all texts are written as texts, with Excel's own quote prefix, so that a
cell that begins with "=" stays text also when somebody edits it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from jdclass.document import ORIENTATIONS4
from jdclass.report.folder import FITS, Folder
from jdclass.report.text import shown
from jdclass.report.view import RoleView
from jdclass.wording import Wording

__all__ = ["LIMIT_CELL", "REVIEW_COLUMNS", "RoleRows", "Workbook", "role_rows"]

Cells = tuple[str | float | None, ...]

#: What a cell of Excel can hold, and the rows of a sheet.
LIMIT_CELL = 32_767
LIMIT_ROWS = 1_048_576

#: The columns of the Review sheet, by what they hold; feedback finds them by their heads.
REVIEW_COLUMNS = (
    "number", "key", "title", "employer", "file", "claim", "duties", "finding",
    "mark", "corrected_claim", "corrected_duties", "note", "initials", "side",
)  # fmt: skip
#: The columns of the Roles sheet that hold shares.
_SHARES = (11, 12, 13, 14, 18)
#: Height of a line in points, and the most lines that a row opens to: a longer cell is read in the cell itself.
_LINE = 13.5
_MOST_LINES = 8
_SUMMARY = 96


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of that many characters; a little generous, as letters differ."""
    return -(-len(text) // max(1, int(width * 1.15))) if len(text) > width else 1


class _Sheet:
    """Rows written one below the other, with heads, a filter and a frozen first row."""

    def __init__(self, book: Workbook, name: str, columns: Sequence[tuple[str, float]], *, frozen: int = 0) -> None:
        self.book = book
        self.sheet = book.file.add_worksheet(name)
        self.columns = columns
        self.row = 0
        self.left_out = 0
        for number, (head, width) in enumerate(columns):
            self.sheet.set_column(number, number, width)
            self.sheet.write_string(0, number, head, book.head)
        self.sheet.freeze_panes(1, frozen)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_margins(0.4, 0.4, 0.5, 0.5)

    def add(self, values: Cells, formats: dict[int, Any] | None = None) -> None:
        """One row. None is an empty cell; a sheet that is full leaves the rest out and counts it."""
        if self.row + 1 >= LIMIT_ROWS:
            self.left_out += 1
            return
        self.row += 1
        sheet, row, formats = self.sheet, self.row, formats or {}
        lines = 1
        for column, value in enumerate(values):
            if isinstance(value, str):
                if len(value) > (width := self.columns[column][1]):
                    lines = max(lines, _lines(value, width))
                    value = value[:LIMIT_CELL]
                sheet.write_string(row, column, value, formats.get(column, self.book.cell))
            elif value is not None:
                sheet.write_number(row, column, value, formats.get(column, self.book.number))
            elif column in formats:
                sheet.write_blank(row, column, None, formats[column])
        if lines > 1:
            sheet.set_row(row, _LINE * min(lines, _MOST_LINES))

    def filter(self) -> None:
        if self.row:
            self.sheet.autofilter(0, 0, self.row, len(self.columns) - 1)


@dataclass(frozen=True, slots=True)
class RoleRows:
    """The cells of one role by sheet, all but the running number that stands first in each row."""

    role: Cells
    phrases: tuple[Cells, ...]
    review: Cells
    lines: tuple[Cells, ...]


def role_rows(view: RoleView, wording: Wording) -> RoleRows:
    """What the workbook holds of one role."""
    review = view.review
    label, say = wording.label, wording.say
    yes, no = say("panel.yes"), say("panel.no")
    known = view.finding.fit != "unknown"
    claim = label("name", review.claim.orientation)
    duties = label("name", review.duties.orientation if known else "unknown")
    usual, match = review.usual, review.match
    counted = [mark.kind for mark in view.counted]
    contrasts = {(p.line, p.start, p.end, p.orientation): p.contrast for p in review.phrases}
    return RoleRows(
        (
            view.title, view.employer, claim, duties, view.finding.label, view.finding.sentence,
            yes if view.put_forward else no, {"yes": yes, "no": no, "unknown": say("unusual.unknown")}[view.unusual],
            shown(usual.title_family), usual.n,
            review.duties.leadership if known else None, review.duties.management if known else None,
            usual.leadership, usual.management, match.score, match.low, match.high, review.source.share_read,
            counted.count("leadership"), counted.count("management"), "; ".join(view.conflicts),
            "; ".join(view.missing), view.file, review.source.sha256,
            f"{shown(review.model.name)} {shown(review.model.version)}", view.key,
        ),
        tuple(
            (
                view.title, mark.text, mark.label, mark.detail if mark.sure else None,
                contrasts.get((mark.line, mark.start, mark.end, mark.kind)),
                float(mark.sure) if mark.sure else None, yes if mark.counted else no,
                None if mark.sure else mark.detail, mark.place, mark.line, mark.start, mark.end,
            )
            for mark in view.marks
        ),
        (
            view.key, view.title, view.employer, view.file, claim, duties, view.finding.sentence,
            None, None, None, None, None, None,
        ),
        tuple(
            (at, line.zone, yes if line.heading else None, shown(line.text)) for at, line in enumerate(review.lines)
        ),
    )  # fmt: skip


class Workbook:
    """Takes roles and failures as they come, in order, without holding them; `finish` writes the summary."""

    def __init__(self, path: Path, wording: Wording, *, made: datetime) -> None:
        import xlsxwriter

        self.wording = wording
        self.made = made
        self.file = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "default_date_format": "yyyy-mm-dd",
            },
        )
        self.file.set_properties({"title": wording.say("page.product"), "author": "jdclass", "created": made})
        plain = {"valign": "top", "text_wrap": True, "quote_prefix": True, "font_name": "Arial", "font_size": 10}
        self.cell = self.file.add_format(plain)
        self.number = self.file.add_format({**plain, "quote_prefix": False})
        self.share = self.file.add_format({**plain, "quote_prefix": False, "num_format": "0%"})
        self.input = self.file.add_format({**plain, "quote_prefix": False, "bg_color": "#F6F1DC", "border": 1})
        head = {**plain, "quote_prefix": False, "bold": True, "bg_color": "#E3E6EA", "bottom": 2}
        self.head = self.file.add_format(head)
        self.input_head = self.file.add_format({**head, "bg_color": "#EADFB4"})
        self.big = self.file.add_format(
            {**plain, "quote_prefix": False, "bold": True, "font_size": 14, "text_wrap": False}
        )
        self.bold = self.file.add_format({**plain, "quote_prefix": False, "bold": True})
        self.hint_fit = self.file.add_format({"bg_color": "#FFFFFF"})
        self.hint_part = self.file.add_format({"bg_color": "#EDEDED"})
        self.hint_not = self.file.add_format({"bg_color": "#D9D9D9", "bold": True})
        self.hint_unknown = self.file.add_format({"font_color": "#595959", "italic": True})
        self.role_formats = dict.fromkeys(_SHARES, self.share)
        self.review_formats = dict.fromkeys(range(REVIEW_COLUMNS.index("mark"), len(REVIEW_COLUMNS)), self.input)
        self._open_sheets()
        self._closed = False

    def __enter__(self) -> Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not self._closed:
            self._closed = True
            self.file.close()  # releases the temporary files; the caller throws the workbook away

    def _open_sheets(self) -> None:
        say = self.wording.say
        self.summary = self.file.add_worksheet(say("workbook.summary"))
        self.summary.set_column(0, 0, _SUMMARY)
        self.summary.set_column(1, 1, 14)
        self.summary.set_paper(9)
        self.summary.fit_to_pages(1, 0)
        self.roles = _Sheet(
            self,
            say("workbook.roles"),
            [
                (say("column.number"), 6), (say("column.title"), 36), (say("column.employer"), 28),
                (say("column.claim"), 18), (say("column.duties"), 18), (say("column.finding"), 13),
                (say("workbook.sentence"), 42), (say("put_forward.label"), 14), (say("column.unusual"), 14),
                (say("workbook.family"), 20), (say("workbook.adverts"), 11), (say("workbook.share_leadership"), 12),
                (say("workbook.share_management"), 12), (say("workbook.usual_leadership"), 12),
                (say("workbook.usual_management"), 12), (say("workbook.score"), 10), (say("workbook.low"), 8),
                (say("workbook.high"), 8), (say("column.share_read"), 9), (say("workbook.phrases_leadership"), 12),
                (say("workbook.phrases_management"), 12), (say("role.conflicts"), 32), (say("role.missing"), 32),
                (say("column.file"), 36), (say("workbook.hash"), 20), (say("workbook.model"), 20),
                (say("workbook.key"), 24),
            ],
            frozen=2,
        )  # fmt: skip
        self.phrases = _Sheet(
            self,
            say("workbook.phrases"),
            [
                (say("column.number"), 6), (say("column.title"), 32), (say("column.words"), 46),
                (say("column.orientation"), 14), (say("column.contrast"), 20), (say("workbook.contrast_key"), 22),
                (say("column.sure"), 9), (say("workbook.counted"), 11), (say("column.reason"), 26),
                (say("column.place"), 30), (say("workbook.line"), 7), (say("workbook.start"), 7),
                (say("workbook.end"), 7),
            ],
            frozen=2,
        )  # fmt: skip
        self.failures = _Sheet(
            self, say("workbook.failures"), [(say("column.file"), 60), (say("column.problem"), 90)], frozen=1
        )
        heads = {
            "number": (say("column.number"), 6), "key": (say("workbook.key"), 22), "title": (say("column.title"), 36),
            "employer": (say("column.employer"), 26), "file": (say("column.file"), 30),
            "claim": (say("column.claim"), 18), "duties": (say("column.duties"), 18),
            "finding": (say("workbook.sentence"), 40), "mark": (say("workbook.mark"), 13),
            "corrected_claim": (say("workbook.corrected_claim"), 18),
            "corrected_duties": (say("workbook.corrected_duties"), 18), "note": (say("workbook.note"), 40),
            "initials": (say("workbook.initials"), 11), "side": (say("workbook.side"), 14),
        }  # fmt: skip
        self.review = _Sheet(self, say("workbook.review"), [heads[name] for name in REVIEW_COLUMNS], frozen=3)
        for column in range(REVIEW_COLUMNS.index("mark"), len(REVIEW_COLUMNS)):
            self.review.sheet.write_string(0, column, heads[REVIEW_COLUMNS[column]][0], self.input_head)
        self.text = _Sheet(
            self,
            say("workbook.text"),
            [
                (say("column.number"), 6), (say("workbook.line"), 7), (say("workbook.zone"), 14),
                (say("workbook.heading"), 9), (say("workbook.words_of_line"), 130),
            ],
            frozen=2,
        )  # fmt: skip

    def add(self, rows: RoleRows) -> None:
        """One role: a row of Roles and of Review, its phrases and its lines."""
        number = self.roles.row + 1
        self.roles.add((number, *rows.role), self.role_formats)
        for phrase in rows.phrases:
            self.phrases.add((number, *phrase))
        self.review.add((number, *rows.review), self.review_formats)
        for line in rows.lines:
            self.text.add((number, *line))

    def add_failure(self, file: str, message: str) -> None:
        """One file that could not be read."""
        self.failures.add((file, message))

    def _choices(self, column: str, choices: Sequence[str], help_text: str) -> None:
        say = self.wording.say
        at = REVIEW_COLUMNS.index(column)
        self.review.sheet.data_validation(
            1,
            at,
            max(self.review.row, 1),
            at,
            {
                "validate": "list",
                "source": list(choices),
                "input_message": help_text,
                "error_title": say("workbook.review"),
                "error_message": say("workbook.choice_error"),
            },
        )

    def _hints(self, sheet: _Sheet, column: int) -> None:
        say = self.wording.say
        styles = (self.hint_fit, self.hint_part, self.hint_not, self.hint_unknown)
        for fit, style in zip(FITS, styles, strict=True):
            sheet.sheet.conditional_format(
                1,
                column,
                max(sheet.row, 1),
                column,
                {"type": "cell", "criteria": "==", "value": f'"{say(f"fit.{fit}")}"', "format": style},
            )

    def finish(self, folder: Folder, name: str, statements: Sequence[str]) -> None:
        """Write the summary, the drop-downs and the filters, and close the file."""
        say = self.wording.say
        for sheet in (self.roles, self.phrases, self.failures, self.review, self.text):
            sheet.filter()
        names = [say(f"name.{key}") for key in ORIENTATIONS4]
        marks = [say(f"workbook.{key}") for key in ("agree", "disagree", "unsure")]
        self._choices("mark", marks, say("workbook.mark_help"))
        self._choices("corrected_claim", names, say("workbook.how_2")[:250])
        self._choices("corrected_duties", names, say("workbook.how_2")[:250])
        self._choices(
            "side", [say("workbook.management_side"), say("workbook.staff_side")], say("workbook.how_3")[:250]
        )
        self._hints(self.roles, 5)
        mark = REVIEW_COLUMNS.index("mark")
        self.review.sheet.conditional_format(
            1,
            mark,
            max(self.review.row, 1),
            mark,
            {"type": "cell", "criteria": "==", "value": f'"{marks[1]}"', "format": self.hint_not},
        )
        rows: list[tuple[str, object, Any]] = [
            (say("page.index_title", folder=name), None, self.big),
            ("", None, self.cell),
        ]
        rows.append((say("index.numbers"), None, self.bold))
        rows += [(say("index.reviewed"), len(folder.rows), self.cell)]
        rows += [(say(f"index.{fit}"), folder.count(fit), self.cell) for fit in FITS]
        rows += [
            (say("index.put_forward"), folder.put_forward, self.cell),
            (say("index.failed"), self.failures.row, self.cell),
        ]
        if folder.rows:
            rows += [("", None, self.cell), (say("index.cannot_tell"), None, self.bold)]
            rows += [(say(f"cannot_tell.{key}"), count, self.cell) for key, count in folder.reasons.most_common()]
            if not folder.reasons:
                rows.append((say("index.cannot_tell_none"), None, self.cell))
        rows += [("", None, self.cell), (say("workbook.how"), None, self.bold)]
        rows += [(say(f"workbook.how_{number}"), None, self.cell) for number in range(1, 6)]
        rows += [("", None, self.cell), (say("page.about"), None, self.bold)]
        rows += [(text, None, self.cell) for text in statements]
        if self.text.left_out or self.phrases.left_out:
            rows.append((say("workbook.full"), None, self.cell))
        for row, (text, count, style) in enumerate(rows):
            if (lines := _lines(text, _SUMMARY)) > 1 and style is self.cell:
                self.summary.set_row(row, _LINE * lines)
            self.summary.write_string(row, 0, text, style)
            if isinstance(count, int):
                self.summary.write_number(row, 1, count, self.number)
        self.summary.activate()
        self._closed = True
        self.file.close()
