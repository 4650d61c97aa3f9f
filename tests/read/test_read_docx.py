"""Word files: what the walk descends into, what it leaves out, and what the receipt says of it."""

from __future__ import annotations

import io
import zipfile

import pytest

from jdclass.read.docx import read_docx
from jdclass.read.failures import DamagedFileError
from jdclass.read.limits import DEFAULT_LIMITS
from jdclass.read.pieces import Piece, Reading

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def par(text: str, properties: str = "", *, marks: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text, marks)}</w:p>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def read(body: str, *, styles: str = "", parts: dict[str, str] | None = None, name_space: str = W) -> Reading:
    names = f'xmlns:w="{name_space}" xmlns:mc="{MC}"'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/styles.xml", f"<w:styles {names}>{styles}</w:styles>")
        relations = "".join(
            f'<Relationship Id="r{number}" Type="{R}/{part.partition(".")[0].rstrip("0123456789")}" Target="{part}"/>'
            for number, part in enumerate(parts or {})
        )
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>")
        for part, content in (parts or {}).items():
            root = {"header": "hdr", "footer": "ftr"}.get(part.partition(".")[0].rstrip("0123456789"), "footnotes")
            archive.writestr(f"word/{part}", f"<w:{root} {names}>{content}</w:{root}>")
    return read_docx(stream.getvalue(), limits=DEFAULT_LIMITS)


def texts(reading: Reading) -> list[str]:
    return [piece.text for piece in reading.pieces]


def by_text(reading: Reading) -> dict[str, Piece]:
    return {piece.text: piece for piece in reading.pieces}


@pytest.mark.parametrize(
    "body",
    [
        "<w:sdt><w:sdtContent>" + par("Lead the team") + "</w:sdtContent></w:sdt>",
        "<w:p><w:sdt><w:sdtContent>" + run("Lead the team") + "</w:sdtContent></w:sdt></w:p>",
        "<w:p>" + run("Lead ") + "<w:hyperlink><w:smartTag>" + run("the team") + "</w:smartTag></w:hyperlink></w:p>",
        "<w:p>" + run("Lead ") + "<w:ins>" + run("the team") + "</w:ins></w:p>",
        "<w:p>" + run("Lead ") + "<w:fldSimple w:instr='x'>" + run("the team") + "</w:fldSimple></w:p>",
        "<w:p><w:r><w:fldChar/><w:instrText>REF 1</w:instrText></w:r>" + run("Lead the team") + "</w:p>",
        "<w:customXml>" + par("Lead the team") + "</w:customXml>",
    ],
)
def test_text_is_reached_wherever_it_stands(body: str) -> None:
    reading = read(body)
    assert texts(reading) == ["Lead the team"]
    assert reading.share == 1.0


def test_controls_around_rows_and_cells() -> None:
    wrapped = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    reading = read(
        table(
            wrapped.format(row(cell(par("Band")), wrapped.format(cell(par("7"))))), row(cell(par("a")), cell(par("b")))
        )
    )
    assert texts(reading) == ["Band", "7", "a", "b"]
    assert reading.share == 1.0


def test_placeholders_are_no_text() -> None:
    reading = read(
        par("Lead the team")
        + "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        + par("Click here to enter text")
        + "</w:sdtContent></w:sdt>"
    )
    assert texts(reading) == ["Lead the team"]
    assert reading.share == 1.0


def test_a_text_box_is_read_once() -> None:
    box = f"<w:drawing><w:txbxContent>{par('Lead the team')}</w:txbxContent></w:drawing>"
    body = f"<w:p>{run('Before')}<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>"
    body += f"<w:pict><w:txbxContent>{par('Lead the team')}</w:txbxContent></w:pict></mc:Fallback>"
    body += "</mc:AlternateContent></w:r></w:p>"
    reading = read(body + par("After"))
    assert texts(reading) == ["Before", "Lead the team", "After"]
    assert reading.share == 1.0
    assert reading.warnings == ["text boxes were read"]


def test_deletions_moves_and_hidden_text_are_in_neither() -> None:
    reading = read(
        "<w:p>" + run("Lead the team") + "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        "<w:moveFrom>" + run("moved") + "</w:moveFrom>"
        + run("secret", "<w:vanish/>") + run(" well", "<w:vanish w:val='0'/>") + "</w:p>"
        + par("style hidden", marks="<w:rStyle w:val='Hid'/>")
        + table(row(cell(par("row gone")), properties="<w:del/>"), row(cell(par("kept")))),
        styles="<w:style w:styleId='Hid'><w:name w:val='Hid'/><w:rPr><w:vanish/></w:rPr></w:style>",
    )  # fmt: skip
    assert texts(reading) == ["Lead the team well", "kept"]
    assert reading.share == 1.0
    assert sorted(reading.warnings) == [
        "hidden text was left out",
        "tracked changes: insertions were read, deletions were not",
    ]


def test_the_receipt_shows_text_that_the_walk_does_not_reach() -> None:
    reading = read(par("Lead the team") + "<w:unheardOf>" + par("Hold the budget") + "</w:unheardOf>")
    assert texts(reading) == ["Lead the team"]
    assert reading.share == pytest.approx(11 / 24)


def test_headings_by_style_chain_outline_level_and_bold() -> None:
    styles = (
        "<w:style w:styleId='H2'><w:name w:val='heading 2'/></w:style>"
        "<w:style w:styleId='Own'><w:name w:val='Trust heading'/><w:basedOn w:val='H2'/></w:style>"
        "<w:style w:styleId='Loop'><w:name w:val='a'/><w:basedOn w:val='Loop'/></w:style>"
    )
    reading = read(
        par("By style", "<w:pStyle w:val='Own'/>")
        + par("By level", "<w:outlineLvl w:val='0'/>")
        + par("By looks", marks="<w:b/>")
        + par("No heading, a bold sentence.", marks="<w:b/>")
        + par("Body level", "<w:pStyle w:val='Loop'/><w:outlineLvl w:val='9'/>"),
        styles=styles,
    )
    assert [(piece.kind, piece.level) for piece in reading.pieces] == [
        ("heading", 2),
        ("heading", 1),
        ("heading", None),
        ("paragraph", None),
        ("paragraph", None),
    ]


def test_lists_by_number_style_and_typed_bullet() -> None:
    number = "<w:numPr><w:numId w:val='{}'/></w:numPr>"
    styles = f"<w:style w:styleId='L'><w:name w:val='List Bullet'/><w:pPr>{number.format(3)}</w:pPr></w:style>"
    reading = read(
        par("one", number.format(1))
        + par("off", number.format(0))
        + par("two", "<w:pStyle w:val='L'/>")
        + par("off again", "<w:pStyle w:val='L'/>" + number.format(0))
        + par("• three"),
        styles=styles,
    )
    assert [piece.kind for piece in reading.pieces] == ["list_item", "paragraph", "list_item", "paragraph", "list_item"]


def test_line_breaks_part_a_paragraph() -> None:
    reading = read(
        "<w:p>"
        + run("Band: 7")
        + "<w:r><w:br/></w:r>"
        + run("Base:")
        + "<w:r><w:tab/></w:r>"
        + run("Elmhurst")
        + "</w:p>"
    )
    assert texts(reading) == ["Band: 7", "Base:\tElmhurst"]


def test_a_person_specification_keeps_its_headers_and_labels() -> None:
    reading = read(
        par("Person specification", "<w:outlineLvl w:val='0'/>")
        + table(
            row(cell(par("")), cell(par("Essential")), cell(par("Desirable"))),
            row(cell(par("Experience")), cell(par("Leading a team") + par("Holding a budget")), cell(par("NHS work"))),
            row(cell("<w:p/>", "<w:vMerge/>"), cell(par("Running audits")), cell("<w:p/>")),
        )
    )
    pieces = by_text(reading)
    where = "table 'Person specification'"
    assert pieces["Holding a budget"].where == f"{where}, row 2, Experience, Essential"
    assert pieces["NHS work"].section == "Desirable"
    assert pieces["Running audits"].where == f"{where}, row 3, Experience, Essential"
    assert pieces["Experience"].kind == "table_cell"


def test_a_row_across_the_table_is_a_heading_in_it() -> None:
    reading = read(
        table(
            row(cell(par("Qualifications"), "<w:gridSpan w:val='2'/>")),
            row(cell(par("Essential")), cell(par("A degree"))),
        )
    )
    first = reading.pieces[0]
    assert (first.text, first.kind) == ("Qualifications", "heading")


def test_labels_and_values_in_bold_are_no_header_row() -> None:
    bold = lambda text: cell(par(text, marks="<w:b/>"))  # noqa: E731
    reading = read(table(row(bold("Job title"), bold("Matron")), row(bold("Band"), bold("8a"))))
    assert by_text(reading)["Matron"].section == "Job title"
    assert by_text(reading)["8a"].section == "Band"


def test_nested_tables_come_in_their_cell() -> None:
    inner = table(row(cell(par("inner one")), cell(par("inner two"))))
    reading = read(table(row(cell(par("Label")), cell(par("before") + inner + par("after")))))
    assert texts(reading) == ["Label", "before", "inner one", "inner two", "after"]


def test_headers_footers_and_contents_pages_are_apart() -> None:
    contents = "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
    reading = read(
        contents + "<w:sdtContent>" + par("Duties 3") + "</w:sdtContent></w:sdt>" + par("Lead the team"),
        parts={"header1.xml": par("Wyrebank NHS Trust"), "footer1.xml": par("Version 2")},
    )
    assert texts(reading) == ["Lead the team"]
    assert [(piece.text, piece.where) for piece in reading.apart] == [
        ("Duties 3", "contents page"),
        ("Wyrebank NHS Trust", "header"),
        ("Version 2", "footer"),
    ]
    assert reading.share == 1.0


def test_footnotes_are_read_after_the_text() -> None:
    notes = f"<w:footnote w:id='0' w:type='separator'>{par('-')}</w:footnote>"
    notes += f"<w:footnote w:id='2'>{par('See policy')}</w:footnote>"
    reading = read(par("Lead the team"), parts={"footnotes.xml": notes})
    assert texts(reading) == ["Lead the team", "See policy"]
    assert reading.pieces[1].where == "footnote 2"


def test_the_strict_variant_reads_the_same() -> None:
    assert texts(read(par("Lead the team"), name_space="http://purl.oclc.org/ooxml/wordprocessingml/main")) == [
        "Lead the team"
    ]


def test_pages_are_told_where_word_marked_them() -> None:
    reading = read(par("one") + "<w:p><w:r><w:lastRenderedPageBreak/></w:r>" + run("two") + "</w:p>")
    assert [piece.page for piece in reading.pieces] == [1, 2]


def test_a_file_without_its_document_part_is_damaged() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/styles.xml", "<x/>")
    with pytest.raises(DamagedFileError, match="lacks the part that holds a Word document's text"):
        read_docx(stream.getvalue(), limits=DEFAULT_LIMITS)
