from __future__ import annotations

import zipfile
from pathlib import Path

import hostile
import openpyxl
import pytest
from made_reviews import made

from jdclass.report.text import shown

SHEETS = ["Summary", "Roles", "Phrases", "Failures", "Review", "Text"]


def table(path: Path, sheet: str) -> list[dict[str, object]]:
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def test_sheets_filters_and_frozen_panes(run: Path) -> None:
    book = openpyxl.load_workbook(run / "review.xlsx")
    assert book.sheetnames == SHEETS
    for name in SHEETS[1:]:
        sheet = book[name]
        assert sheet.auto_filter.ref is not None
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.freeze_panes is not None
        assert sheet.page_setup.paperSize == 9  # A4


def test_roles_hold_what_was_found_and_the_score_with_its_interval(run: Path) -> None:
    rows = table(run / "review.xlsx", "Roles")
    for row, review in zip(rows, made(40), strict=True):
        assert row["Title"] == review.title
        assert (row["Model score (see Summary)"], row["Low"], row["High"]) == (
            review.match.score,
            review.match.low,
            review.match.high,
        )
        assert row["File hash (SHA-256)"] == review.source.sha256
        if not review.match.abstained:
            assert row["Leadership share of the duties"] == review.duties.leadership


def test_phrases_and_text_rebuild_the_document(run: Path) -> None:
    texts: dict[object, dict[object, str]] = {}
    for row in table(run / "review.xlsx", "Text"):
        texts.setdefault(row["No."], {})[row["Line"]] = str(row["Text of the line"])
    reviews = made(40)
    for number, review in enumerate(reviews, 1):
        assert texts[number] == {at: line.text for at, line in enumerate(review.lines)}
    phrases = table(run / "review.xlsx", "Phrases")
    assert len(phrases) == sum(len(review.phrases) + len(review.excluded) for review in reviews)
    for row in phrases:
        assert (
            texts[row["No."]][row["Line"]][int(str(row["Start"])) : int(str(row["End"]))]
            == row["Words in the document"]
        )


def test_review_sheet_has_a_row_a_role_and_drop_downs(run: Path) -> None:
    sheet = openpyxl.load_workbook(run / "review.xlsx")["Review"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[8:] == [
        "Do you agree?",
        "Title suggests (corrected)",
        "Duties hold (corrected)",
        "Note",
        "Reviewer initials",
        "Side",
    ]
    assert sheet.max_row == 41
    lists = {str(item.sqref): item.formula1 for item in sheet.data_validations.dataValidation}
    orientations = '"leadership,management,leadership and management,neither"'
    assert lists == {
        "I2:I41": '"agree,disagree,unsure"',
        "J2:J41": orientations,
        "K2:K41": orientations,
        "N2:N41": '"management,staff"',
    }
    assert all(cell.value is None for row in sheet.iter_rows(2, 41, 9, 14) for cell in row)


def test_no_text_becomes_a_formula_a_link_or_a_number(hostile_run: Path) -> None:
    path = hostile_run / "review.xlsx"
    book = openpyxl.load_workbook(path)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}
    titles = [row["Title"] for row in table(path, "Roles")]
    assert titles[: len(hostile.TITLES)] == [shown(title).strip() or "[no title]" for title in hostile.TITLES]
    # With Excel's quote prefix a text stays text also after it was edited.
    for row in book["Roles"].iter_rows(min_row=2, min_col=2, max_col=3):
        assert all(cell.style.quotePrefix if hasattr(cell.style, "quotePrefix") else cell.quotePrefix for cell in row)
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
        for name in names:
            data = package.read(name)
            assert b'TargetMode="External"' not in data
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in data
                assert b"<hyperlink" not in data


@pytest.mark.parametrize("which", ["empty_run", "single_run"])
def test_empty_and_single_workbooks_open(which: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(which) / "review.xlsx"
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    assert len(table(path, "Roles")) == (0 if which == "empty_run" else 1)
    assert table(path, "Failures") == []


def test_summary_says_how_to_use_it_and_carries_the_cautions(run: Path) -> None:
    text = "\n".join(
        str(row[0]) for row in openpyxl.load_workbook(run / "review.xlsx")["Summary"].iter_rows(values_only=True)
    )
    assert "This is not job matching or job evaluation. It must not be used to set, defend or challenge a band." in text
    assert "How to use the Review sheet" in text
    assert "Model: made 1.0.0, of 1 February 2026" in text
