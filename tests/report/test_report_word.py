from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import hostile
import pytest
from made_reviews import made

from jdclass.report.text import cut, shown
from jdclass.wording import default_wording

SAY = default_wording().say


def sheets(run: Path) -> list[Path]:
    found = sorted((run / "panel").glob("*.docx"))
    assert found
    return found


def text_of(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_a_sheet_for_each_role_with_boxes_sign_off_and_cautions(run: Path) -> None:
    assert len(sheets(run)) == 40
    for path in sheets(run):
        text = text_of(path)
        for key in (
            "panel.criterion_1", "panel.criterion_2", "panel.criterion_3", "panel.criterion_4",
            "panel.management_side", "panel.staff_side", "statement.not_evaluation", "statement.wording",
            "statement.annotation", "page.same_files",
        ):  # fmt: skip
            assert SAY(key) in text, (path.name, key)
        assert text.count("\u2610") == 12
        assert "hash (SHA-256)" in text


def test_quotes_stand_with_their_places(run: Path) -> None:
    review = made(1)[0]
    (path,) = [item for item in sheets(run) if item.name.startswith("camhs-team-manager")]
    table = docx.Document(str(path)).tables[0]
    quotes = {(row.cells[1].text.strip("“”"), row.cells[2].text) for row in table.rows[1:]}
    known = {(phrase.text, review.lines[phrase.line].place) for phrase in review.phrases if phrase.counted}
    assert quotes
    assert quotes <= known


def test_the_page_is_a4_and_in_english(run: Path) -> None:
    document = docx.Document(str(sheets(run)[0]))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert document.core_properties.language == "en-GB"
    assert document.core_properties.author == "jdclass"
    headers = document.element.xpath("//w:tblHeader")
    assert len(headers) == len(document.tables)


def test_hostile_texts_stay_texts(hostile_run: Path) -> None:
    titles = set()
    for path in sheets(hostile_run):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                data = package.read(name)
                assert b'TargetMode="External"' not in data
                assert b"instrText" not in data
                assert b"fldSimple" not in data
                assert b"<w:hyperlink" not in data
                assert b'/hyperlink"' not in data
        titles.add(docx.Document(str(path)).paragraphs[1].text)
    assert {cut(shown(title), 320) or "[no title]" for title in hostile.TITLES} <= titles


@pytest.mark.parametrize("which", ["run", "single_run"])
def test_sheets_are_small(which: str, request: pytest.FixtureRequest) -> None:
    for path in sheets(request.getfixturevalue(which)):
        assert path.stat().st_size < 20_000
