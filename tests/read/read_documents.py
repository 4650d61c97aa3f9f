"""Documents for the tests and the measurements: authored job descriptions rendered in every format.

A `Part` is one element of a document; the renderers write the same parts as text, Markdown, HTML of three layouts and
Word. `make_read_data.py` has LibreOffice convert the Word files to the formats that Python cannot write.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "corpora" / "open" / "roles.jsonl"
DATA = Path(__file__).resolve().parent / "data"
#: The job descriptions that are committed in every format.
IDS = ("nursing-01", "corporate-02", "digital-02")


@dataclass(frozen=True)
class Part:
    """`kind`: heading, paragraph, bullet, facts (rows of label and value) or specification (rows of three cells)."""

    kind: str
    text: str = ""
    level: int = 2
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    employer: str
    band: str | None
    parts: tuple[Part, ...] = field(default_factory=tuple)

    def blocks(self) -> list[str]:
        """The text of every block that a reader should give, in order."""
        found = [self.employer, "JOB DESCRIPTION"]
        for part in self.parts:
            if part.rows:
                if part.kind == "specification":
                    found += ["Criteria", "Essential", "Desirable"]
                found += [block for row in part.rows for cell in row for block in cell.split("\n") if block]
            else:
                found.append(part.text)
        return found


def roles() -> dict[str, dict[str, Any]]:
    with ROLES.open(encoding="utf-8") as stream:
        return {role["id"]: role for role in map(json.loads, stream)}


_FACT = re.compile(r"([A-Z][^:.]{1,40}): (.+)")


def document(role: dict[str, Any]) -> Document:
    """An authored role as parts: its opening facts a table, its criteria a person specification, the rest as it is."""
    parts: list[Part] = []
    facts: list[tuple[str, ...]] = []
    spec: dict[str, list[str]] = {}
    column = ""
    opening = True
    for line in role["lines"]:
        text = line["text"]
        found = _FACT.fullmatch(text)
        if opening and line["heading"] and not facts and not parts:
            continue
        if opening and found is not None and len(found[2]) < 100:
            facts.append((found[1], found[2]))
            continue
        if opening:
            opening = False
            if not any(label.lower() in ("job title", "title", "post") for label, _ in facts):
                facts.insert(0, ("Job title", role["title"]))
            parts.append(Part("facts", rows=tuple(facts)))
        if line["heading"] and text.lower() in ("essential", "desirable"):
            column = text.lower()
            spec.setdefault(column, [])
            continue
        if column and not line["heading"]:
            spec[column].append(text)
            continue
        if column:
            parts.append(_specification(spec))
            spec, column = {}, ""
        if line["heading"]:
            parts.append(Part("heading", text))
        else:
            parts.append(Part("bullet" if _is_bullet(parts, text) else "paragraph", text))
    if spec:
        parts.append(_specification(spec))
    return Document(role["id"], role["title"], role["employer"], role["band"], tuple(parts))


def _is_bullet(parts: list[Part], text: str) -> bool:
    heading = next((part.text.lower() for part in reversed(parts) if part.kind == "heading"), "")
    return text.startswith("To ") or ("trust" not in heading and "purpose" not in heading and len(text) < 100)


def _specification(spec: dict[str, list[str]]) -> Part:
    essential, desirable = spec.get("essential", []), spec.get("desirable", [])
    names = ("Qualifications", "Experience", "Skills")
    rows = []
    for number, name in enumerate(names):
        rows.append((name, "\n".join(essential[number::3]), "\n".join(desirable[number::3])))
    return Part("specification", rows=tuple(rows))


# Text formats


def to_text(made: Document, *, width: int | None = None) -> str:
    """Plain text; with `width` broken at that many characters, as old exports are."""
    import textwrap

    lines = [made.employer, "JOB DESCRIPTION", ""]
    for part in made.parts:
        if part.kind == "facts":
            lines += [f"{label}: {value}" for label, value in part.rows]
        elif part.kind == "specification":
            for position, name in ((1, "Essential"), (2, "Desirable")):
                lines += ["", f"{name} criteria", ""]
                lines += [f"- {block}" for row in part.rows for block in row[position].split("\n") if block]
        elif part.kind == "heading":
            lines += ["", part.text, ""]
        else:
            lines.append(f"- {part.text}" if part.kind == "bullet" else part.text)
    if width is None:
        return "\n".join(lines) + "\n"
    return "\n".join(piece for line in lines for piece in (textwrap.wrap(line, width) or [""])) + "\n"


def to_markdown(made: Document) -> str:
    lines = [made.employer, "", "# JOB DESCRIPTION", ""]
    for part in made.parts:
        if part.kind == "facts":
            lines += [
                "| Item | Value |",
                "|---|---|",
                *[f"| **{label}** | {value} |" for label, value in part.rows],
                "",
            ]
        elif part.kind == "specification":
            for position, name in ((1, "Essential"), (2, "Desirable")):
                lines += [f"## {name}", ""]
                lines += [f"* {block}" for row in part.rows for block in row[position].split("\n") if block]
                lines.append("")
        elif part.kind == "heading":
            lines += [f"## {part.text}", ""]
        else:
            lines += [f"* {part.text}" if part.kind == "bullet" else part.text, ""]
    return "\n".join(lines)


def _html_cell(text: str) -> str:
    return "".join(f"<p>{escape(block)}</p>" for block in text.split("\n") if block)


def to_html(made: Document) -> str:
    """A page as a word processor saves it."""
    body = [f"<p>{escape(made.employer)}</p><h1>JOB DESCRIPTION</h1>"]
    items = False
    for part in made.parts:
        if items and part.kind != "bullet":
            body.append("</ul>")
            items = False
        if part.kind == "facts":
            rows = "".join(f"<tr><td><b>{escape(a)}</b></td><td>{escape(b)}</td></tr>" for a, b in part.rows)
            body.append(f"<table>{rows}</table>")
        elif part.kind == "specification":
            rows = "".join(f"<tr>{''.join(f'<td>{_html_cell(cell)}</td>' for cell in row)}</tr>" for row in part.rows)
            body.append(f"<table><tr><th>Criteria</th><th>Essential</th><th>Desirable</th></tr>{rows}</table>")
        elif part.kind == "heading":
            body.append(f"<h2>{escape(part.text)}</h2>")
        elif part.kind == "bullet":
            body.append("" if items else "<ul>")
            items = True
            body.append(f"<li>{escape(part.text)}</li>")
        else:
            body.append(f"<p>{escape(part.text)}</p>")
    body.append("</ul>" if items else "")
    head = f'<meta charset="utf-8"><title>{escape(made.title)}</title><style>p {{ margin: 0 }}</style>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(body)}</body></html>"


def _page_parts(role: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in role["lines"]:
        if not line["heading"]:
            found.setdefault(line["zone"], []).append(line["text"])
    return found


def to_nhs_jobs_page(role: dict[str, Any]) -> str:
    """A saved page with the fixed headings of NHS Jobs, its menu, footer and cookie banner around it."""
    zones = _page_parts(role)
    duties = zones.get("duties", [])
    paragraphs = lambda lines: "".join(f"<p>{escape(line)}</p>" for line in lines)  # noqa: E731
    items = lambda lines: "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"  # noqa: E731
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Job Advert</title></head><body>
<div class="nhsuk-cookie-banner" hidden><p>We use cookies</p></div>
<header role="banner"><nav><ul><li><a href="/">Search for a job</a></li></ul></nav></header>
<main><h1 id="heading">{escape(role["title"])}</h1>
<h2>{escape(role["employer"])}</h2>
<h2>Job summary</h2>{paragraphs(duties[:1])}
<h2>Main duties of the job</h2>{items(duties[1:4])}
<h2>About us</h2>{paragraphs(zones.get("employer", []))}
<h2>Details</h2>
<h3>Pay scheme</h3><p>Agenda for change</p><h3>Band</h3><p>Band {role["band"] or 6}</p>
<h3>Contract</h3><p>Permanent</p><h3>Working pattern</h3><p>Full-time</p>
<h3>Reference number</h3><p>900-{role["id"].upper()}</p>
<h3>Job locations</h3><p>Elmhurst General Hospital</p><p>Elmhurst</p>
<h2>Job description</h2><h3>Job responsibilities</h3>{items(duties[4:])}
<h2>Person Specification</h2><h3>Qualifications</h3><h4>Essential</h4>{items(zones.get("person_spec", [])[:2])}
<h3>Experience</h3><h4>Essential</h4>{items(zones.get("person_spec", [])[2:])}
<h2>Disclosure and Barring Service Check</h2>{paragraphs(zones.get("application", []))}
<h2>Employer details</h2><h3>Employer name</h3><p>{escape(role["employer"])}</p>
</main><footer><p>Crown copyright</p></footer><script>var page = "<p>script</p>";</script></body></html>"""


def to_trac_page(role: dict[str, Any]) -> str:
    """A saved page with the headings of Trac."""
    zones = _page_parts(role)
    duties = zones.get("duties", [])
    line = lambda lines: "<br>".join(escape(text) for text in lines)  # noqa: E731
    spec = "".join(f"<li>{escape(text)}</li>" for text in zones.get("person_spec", []))
    return f"""<html><head><title>Job | {escape(role["title"])}</title></head><body><nav>Menu</nav>
<div id="content"><h1>{escape(role["title"])}</h1>
<dl><dt>Employer</dt><dd>{escape(role["employer"])}</dd><dt>Grade</dt><dd>Band {role["band"] or 6}</dd>
<dt>Site</dt><dd>Elmhurst General Hospital</dd><dt>Job ref</dt><dd>900-{role["id"].upper()}</dd></dl>
<h2>Job overview</h2><div>{line(duties[:1])}</div>
<h2>Main duties of the job</h2><div>{line(duties[1:4])}</div>
<h2>Working for our organisation</h2><div>{line(zones.get("employer", []))}</div>
<h2>Detailed job description and main responsibilities</h2><div>{line(duties[4:])}</div>
<h2>Person specification</h2><h3>Experience</h3><h4>Essential criteria</h4><ul>{spec}</ul>
<div>{line(zones.get("application", []))}</div></div><footer>Trac</footer></body></html>"""


# Word


def set_columns(properties: Any, columns: int) -> None:
    """How many columns of text a section has."""
    import docx.oxml.ns

    found = properties.find(docx.oxml.ns.qn("w:cols"))
    if found is None:
        found = properties.makeelement(docx.oxml.ns.qn("w:cols"), {})
        properties.append(found)
    found.set(docx.oxml.ns.qn("w:num"), str(columns))
    found.set(docx.oxml.ns.qn("w:space"), "560")


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MADE = datetime(2026, 6, 1, 9, 0, 0)


def to_docx(made: Document, *, special: bool = True, columns: int = 1) -> bytes:
    """A Word file by python-docx. `special`: with content controls, a text box and a nested table, put in by hand.

    `columns`: the text after the facts is set in that many, the person specification across the page again.
    """
    import docx
    from docx.oxml import parse_xml

    def xml(text: str) -> Any:
        names = (
            f'xmlns:w="{_W}" xmlns:v="urn:schemas-microsoft-com:vml" '
            'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
            'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
            'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        )
        return parse_xml(text.replace("NAMES", names))

    word = docx.Document()
    word.core_properties.author = ""
    word.core_properties.created = word.core_properties.modified = _MADE
    section = word.sections[0]
    section.header.paragraphs[0].text = f"{made.employer} - recruitment"
    section.footer.paragraphs[0].text = "Version 2.1, reviewed March 2026"
    word.add_paragraph(made.employer)
    word.add_heading("JOB DESCRIPTION", 0)
    boxed = special
    for part in made.parts:
        if columns > 1 and (part.kind == "specification" or part is made.parts[1]):
            set_columns(word.sections[-1]._sectPr, columns if part.kind == "specification" else 1)
            word.add_section(0)
        if part.kind == "facts":
            table = word.add_table(rows=0, cols=2)
            table.style = "Table Grid"
            for number, (label, value) in enumerate(part.rows):
                cells = table.add_row().cells
                cells[0].paragraphs[0].add_run(label).bold = True
                if special and number == 1:
                    # The value in a drop-down, as templates have it.
                    cells[1].paragraphs[0]._p.append(
                        xml(
                            f"<w:sdt NAMES><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent><w:r><w:t>{escape(value)}"
                            "</w:t></w:r></w:sdtContent></w:sdt>"
                        )
                    )
                else:
                    cells[1].text = value
        elif part.kind == "specification":
            table = word.add_table(rows=1, cols=3)
            table.style = "Table Grid"
            for cell, name in zip(table.rows[0].cells, ("Criteria", "Essential", "Desirable"), strict=True):
                cell.paragraphs[0].add_run(name).bold = True
            for number, row in enumerate(part.rows):
                cells = table.add_row().cells
                for cell, text in zip(cells, row, strict=True):
                    blocks = text.split("\n")
                    cell.text = blocks[0]
                    if special and number == 1 and len(blocks) > 1:
                        inner = cell.add_table(rows=0, cols=1)
                        inner.style = "Table Grid"
                        for block in blocks[1:]:
                            inner.add_row().cells[0].text = block
                        cell.add_paragraph()
                    else:
                        for block in blocks[1:]:
                            cell.add_paragraph(block)
        elif part.kind == "heading":
            word.add_heading(part.text, 2)
        elif part.kind == "bullet":
            word.add_paragraph(part.text, style="List Bullet")
        elif boxed:
            boxed = False
            if len(part.text) % 2:
                word.element.body.insert(
                    -1,
                    xml(
                        "<w:sdt NAMES><w:sdtPr/><w:sdtContent><w:p><w:r><w:t>"
                        f"{escape(part.text)}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
                    ),
                )
            else:
                word.add_paragraph()._p.append(_text_box(xml, part.text))
        else:
            word.add_paragraph(part.text)
    if columns > 1:
        set_columns(word.sections[-1]._sectPr, 1)
    stream = io.BytesIO()
    word.save(stream)
    return _fixed(stream.getvalue())


def _text_box(xml: Any, text: str) -> Any:
    content = f"<w:txbxContent><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:txbxContent>"
    return xml(
        "<w:r NAMES><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:inline distT='0' distB='0' distL='0' "
        "distR='0'><wp:extent cx='5400000' cy='900000'/><wp:docPr id='7' name='Text Box 7'/><a:graphic><a:graphicData "
        "uri='http://schemas.microsoft.com/office/word/2010/wordprocessingShape'><wps:wsp><wps:cNvSpPr txBox='1'/>"
        "<wps:spPr><a:xfrm><a:off x='0' y='0'/><a:ext cx='5400000' cy='900000'/></a:xfrm><a:prstGeom prst='rect'>"
        f"<a:avLst/></a:prstGeom></wps:spPr><wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData>"
        "</a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>"
        f"{content}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def _fixed(data: bytes) -> bytes:
    """The archive with fixed times, so that the same document is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            made = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            made.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(made, source.read(info))
    return out.getvalue()


# Archives and sheets


def to_zip(members: dict[str, bytes]) -> bytes:
    """A zip archive of the members, with fixed times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def to_xlsx(rows: list[tuple[str, ...]], *, shared: bool = True) -> bytes:
    """A workbook of one sheet, its texts shared or in line, as Excel and other programs write it."""
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings: list[str] = []
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, text in enumerate(row):
            place = f"{chr(65 + column)}{number}"
            if not text:
                continue
            if shared:
                strings.append(text)
                cells.append(f'<c r="{place}" t="s"><v>{len(strings) - 1}</v></c>')
            else:
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
    workbook = f'<workbook {names} xmlns:r="{relation}">{sheet}</workbook>'
    page = f"<worksheet {names}><sheetData>{''.join(lines)}</sheetData></worksheet>"
    target = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    return to_zip(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": workbook.encode(),
            "xl/_rels/workbook.xml.rels": target.encode(),
            "xl/worksheets/sheet1.xml": page.encode(),
            "xl/sharedStrings.xml": f"<sst {names}>{items}</sst>".encode(),
        }
    )
