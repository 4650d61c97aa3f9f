"""The panel sheet as a Word document, by python-docx: one A4 page that reads in grey and can be filled in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jdclass.report.panel import LONG_TITLE, PanelSheet, criteria
from jdclass.report.view import RoleView
from jdclass.wording import Wording

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table

__all__ = ["PanelWriter"]

_FONT = "Arial"
_BOX = "\u2610"
_SAMPLE = " "  # a blank, so that python-docx has Word keep the blanks of what takes its place
_DOCUMENT, _PROPERTIES = "word/document.xml", "docProps/core.xml"
#: Name, size, space before and after of the styles that a sheet uses, in points.
_STYLES = (("Normal", 9.5, 0, 2), ("Title", 14, 0, 2), ("Heading 1", 10.5, 7, 2), ("List Number", 9.5, 0, 1))
_FOOT = 7.5
_LONG_TITLE = 10.5


def _set_styles(document: Document) -> None:
    from docx.enum.text import WD_LINE_SPACING
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size, before, after in _STYLES:
        style: Any = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{kind}"), _FONT)
            fonts.attrib.pop(qn(f"w:{kind}Theme"), None)
        fonts.attrib.pop(qn("w:cstheme"), None)
        form = style.paragraph_format
        form.space_before, form.space_after = Pt(before), Pt(after)
        form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    title: Any = document.styles["Title"]
    title.font.bold = True
    borders = title.element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        title.element.pPr.remove(borders)


def _lighten(document: Document) -> None:
    """Take out what no sheet uses: a picture of the template, its second copy of all styles, and unused styles.

    Each paragraph looks its style up among all of them, so this is also most of the time of a sheet.
    """
    from docx.enum.style import WD_STYLE_TYPE

    for owner in (document.part.rels, document.part.package.rels):
        for key, relation in list(owner.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/customXml", "/thumbnail")):
                del owner[key]
    styles = document.styles
    keep = {style.style_id for style in styles if style.name in {name for name, *_ in _STYLES} | {"Table Grid"}}
    keep |= {style.style_id for kind in WD_STYLE_TYPE if (style := styles.default(kind)) is not None}
    based = {style.style_id: getattr(getattr(style, "base_style", None), "style_id", None) for style in styles}
    for style_id in list(keep):
        base = based.get(style_id)
        while base is not None:
            keep.add(base)
            base = based.get(base)
    for style in list(styles):
        if style.style_id not in keep:
            style.element.getparent().remove(style.element)


class PanelWriter:
    """Writes panel sheets: python-docx builds one with sample texts, and each sheet is filled from copies of its parts.

    So no sheet pays for looking up styles, and what is the same in all files is packed once. `made` is the date in a
    file's properties and entries, so that equal sheets have equal bytes.
    """

    def __init__(self, wording: Wording, *, made: datetime) -> None:
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Mm

        self.wording = wording
        self.made = made
        self.document = docx.Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(15)
        section.top_margin, section.bottom_margin = Mm(11), Mm(9)
        section.header_distance = section.footer_distance = Mm(5)
        _set_styles(self.document)
        _lighten(self.document)
        for element in self.document.styles.element.iter(qn("w:lang")):
            element.set(qn("w:val"), wording.language)
        properties = self.document.core_properties
        properties.author = properties.last_modified_by = "jdclass"
        properties.comments = ""
        properties.language = wording.language
        properties.created = properties.modified = made
        self._samples()
        self._same = self._packed()
        parts = self.document.part.package.iter_parts()
        self._own = [part for part in parts if part.partname.membername in (_DOCUMENT, _PROPERTIES)]

    def _samples(self) -> None:
        """Build each part of a sheet once: paragraphs by name, the table of quotes, and the boxes for the panel."""
        from docx.shared import Pt

        say, document = self.wording.say, self.document
        self._text = document.add_paragraph(_SAMPLE)._p
        self._title = document.add_paragraph(_SAMPLE, style="Title")._p
        long_title = document.add_paragraph(_SAMPLE, style="Title")
        long_title.runs[0].font.size = Pt(_LONG_TITLE)
        self._long_title = long_title._p
        lead = document.add_paragraph()
        lead.add_run(_SAMPLE).bold = True
        lead.add_run(_SAMPLE)
        self._lead = lead._p
        self._heading = document.add_heading(_SAMPLE, level=1)._p
        self._question = document.add_paragraph(_SAMPLE, style="List Number")._p
        foot = document.add_paragraph()
        foot.paragraph_format.space_before = Pt(5)
        foot.add_run(_SAMPLE).font.size = Pt(_FOOT)
        self._foot = foot._p
        heads = [say("column.orientation"), say("column.words"), say("column.place")]
        self._quotes = self._table([heads, [_SAMPLE] * 3], (25, 105, 50))._tbl
        self._quote = self._quotes.tr_lst[1]
        self._quotes.remove(self._quote)
        self._emptied()
        self._boxes()
        self._panel = self._emptied()

    def _emptied(self) -> list[Any]:
        """Take everything but the page's own settings out of the document, and give it back."""
        from docx.oxml.ns import qn

        body = self.document.element.body
        elements = [element for element in body if element.tag != qn("w:sectPr")]
        for element in elements:
            body.remove(element)
        return elements

    def _packed(self) -> bytes:
        """A file with the parts that are the same in all sheets."""
        whole, same = io.BytesIO(), io.BytesIO()
        self.document.save(whole)
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(same, "w") as target:
            for name in source.namelist():
                if name not in (_DOCUMENT, _PROPERTIES):
                    target.writestr(self._entry(name), source.read(name))
        return same.getvalue()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, self.made.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        return entry

    def write(self, path: Path, view: RoleView, sheet: PanelSheet, statements: Sequence[str]) -> None:
        """Write one sheet. Texts go in as text: lxml escapes them, and no field or link is made of them."""
        self.document.core_properties.title = self.wording.say("page.panel_title", title=sheet.title)[:250]
        self._emptied()
        end = self.document.element.body.sectPr
        for element in chain(self._head(view, sheet), self._findings(sheet), map(deepcopy, self._panel)):
            end.addprevious(element)
        end.addprevious(_filled(self._foot, " ".join(statements)))
        data = io.BytesIO(self._same)
        with zipfile.ZipFile(data, "a") as target:
            for part in self._own:
                target.writestr(self._entry(part.partname.membername), part.blob)
        path.write_bytes(data.getvalue())

    def _head(self, view: RoleView, sheet: PanelSheet) -> Iterator[Any]:
        say = self.wording.say
        yield _filled(self._text, say("panel.heading"))
        yield _filled(self._long_title if len(sheet.title) > LONG_TITLE else self._title, sheet.title)
        yield _filled(self._text, " · ".join(f"{label}: {value}" for label, value in sheet.facts))
        fit = say("fit.line", fit=view.finding.label)
        yield _filled(self._lead, f"{fit}. ", f"{view.finding.sentence} {say('panel.note')}")

    def _findings(self, sheet: PanelSheet) -> Iterator[Any]:
        say = self.wording.say
        yield _filled(self._heading, say("panel.quotes"))
        if sheet.quotes:
            table = deepcopy(self._quotes)
            for mark in sheet.quotes:
                table.append(_filled(self._quote, mark.label, f"“{mark.text}”", mark.place))
            yield table
            if sheet.quotes_more:
                yield _filled(self._text, say("panel.quotes_more", n=sheet.quotes_more))
        else:
            yield _filled(self._text, say("panel.quotes_none"))
        yield _filled(self._heading, say("panel.missing"))
        yield _filled(self._text, sheet.missing or say("panel.missing_none"))
        yield _filled(self._heading, say("panel.questions"))
        for question in sheet.questions:
            yield _filled(self._question, question)
        if not sheet.questions:
            yield _filled(self._text, say("panel.questions_none"))

    def _table(self, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Table:
        """A grid of texts under a repeated head; widths in millimetres. Rows never break over a page."""
        from docx.oxml import OxmlElement
        from docx.shared import Mm

        table: Table = self.document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, (row, texts) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):
            properties = row.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if not number:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, text, width in zip(row.tc_lst, texts, widths, strict=True):
                cell.width = Mm(width)
                if text:
                    run = cell.p_lst[0].add_r()
                    run.text = text
                    if not number:
                        run.get_or_add_rPr().get_or_add_b()
        return table

    def _boxes(self) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm

        say, document = self.wording.say, self.document
        document.add_heading(say("panel.criteria"), level=1)
        document.add_paragraph(say("panel.criteria_source"))
        rows = [["", say("panel.yes"), say("panel.no"), say("panel.unsure")]]
        rows += [[text, _BOX, _BOX, _BOX] for text in criteria(self.wording)]
        boxes = self._table(rows, (129, 17, 17, 17))
        for row in boxes._tbl.tr_lst:
            for cell in row.tc_lst[1:]:
                cell.p_lst[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        document.add_heading(say("panel.sign_off"), level=1)
        rows = [["", say("panel.name"), say("panel.signature"), say("panel.date")]]
        rows += [[say("panel.management_side"), "", "", ""], [say("panel.staff_side"), "", "", ""]]
        for side in self._table(rows, (36, 54, 58, 32)).rows[1:]:
            side.height = Mm(9)


def _filled(sample: Any, *texts: str) -> Any:
    """A copy of an element with these texts in the place of its sample texts, in order."""
    from docx.oxml.ns import qn

    copy = deepcopy(sample)
    for element, text in zip(copy.iter(qn("w:t")), texts, strict=True):
        element.text = text
    return copy
