#!/usr/bin/env python3
"""Make the demo documents beside this file from corpora/open/roles.jsonl. Needs python-docx, a development dependency.

    python corpora/demo/make.py [FOLDER]   write the documents and README.md, by default here

Making them again gives the same bytes: times are fixed, and nothing is drawn by chance.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROLES = HERE.parent / "open" / "roles.jsonl"

#: The time that every document says it was made at, and the earliest that a zip archive can hold.
MADE = datetime(2026, 6, 1, 9, 0, 0)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

Role = dict[str, Any]
Line = dict[str, Any]

_FACT = re.compile(r"([A-Z][^:.]{1,40}): (.+)")
_TITLE_LABELS = ("job title", "title", "post", "post title")
_ESSENTIAL = re.compile(r"essential|must have", re.IGNORECASE)
_DESIRABLE = re.compile(r"desirable|would (help|be good)", re.IGNORECASE)


def opening_facts(lines: list[Line]) -> tuple[list[tuple[str, str]], int]:
    """The `label: value` lines that open a document, under at most one heading, and how many lines they took."""
    facts: list[tuple[str, str]] = []
    at = 1 if lines and lines[0]["heading"] else 0
    while at < len(lines) and not lines[at]["heading"]:
        found = _FACT.fullmatch(lines[at]["text"])
        if found is None:
            break
        facts.append((found[1], found[2]))
        at += 1
    return (facts, at) if facts else ([], 0)


def criteria(lines: list[Line]) -> list[tuple[str, list[str], list[str]]]:
    """A person specification as rows of category, essential and desirable criteria."""
    rows: list[tuple[str, tuple[list[str], list[str]]]] = []
    category, column = "Criteria", 0
    for line in lines:
        text = line["text"]
        if line["heading"]:
            if _ESSENTIAL.search(text):
                column = 0
            elif _DESIRABLE.search(text):
                column = 1
            else:
                category, column = text, 0
            continue
        label, _, rest = text.partition(": ")
        if label in ("Essential", "Desirable"):
            text, column = rest, ("Essential", "Desirable").index(label)
        if not rows or rows[-1][0] != category:
            rows.append((category, ([], [])))
        rows[-1][1][column].append(text)
    return [(name, essential, desirable) for name, (essential, desirable) in rows]


def make_docx(role: Role) -> bytes:
    """A Word document laid out as trusts do: a table of facts, headings, bullets, a person specification table."""
    import docx

    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = role["employer"]
    section.footer.paragraphs[0].text = f"Job description: {role['title']}"
    document.add_heading("JOB DESCRIPTION", 0)
    facts, at = opening_facts(role["lines"])
    if not any(label.lower() in _TITLE_LABELS for label, _ in facts):
        facts.insert(0, ("Job title", role["title"]))
    if role["band"] and not any(label.lower() in ("band", "grade", "pay") for label, _ in facts):
        facts.insert(1, ("Band", role["band"]))
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in facts:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(label).bold = True
        cells[1].text = value
    lines = role["lines"][at:]
    level, zone, index = 1, "", 0
    while index < len(lines):
        line = lines[index]
        after = lines[index + 1] if index + 1 < len(lines) else None
        if line["heading"] and line["zone"] == "person_spec":
            end = index + 1
            while end < len(lines) and lines[end]["zone"] == "person_spec":
                end += 1
            document.add_heading(line["text"], 1)
            _add_criteria(document, lines[index + 1 : end])
            index = end
            continue
        if line["heading"]:
            # A heading right above another one is the chapter of those that follow in its zone.
            chapter = after is not None and after["heading"] and after["zone"] == line["zone"]
            if chapter or line["zone"] != zone:
                level = 1
            document.add_heading(line["text"], level)
            level, zone = 2 if chapter else level, line["zone"]
        else:
            bullet = line["zone"] == "duties" and level == 2
            document.add_paragraph(line["text"], style="List Bullet" if bullet else None)
        index += 1
    properties = document.core_properties
    properties.title, properties.author, properties.comments = role["title"], role["employer"], ""
    properties.created = properties.modified = MADE
    stream = io.BytesIO()
    document.save(stream)
    return _fixed_zip(stream.getvalue())


def _add_criteria(document: Any, lines: list[Line]) -> None:
    table = document.add_table(rows=1, cols=3, style="Table Grid")
    for cell, label in zip(table.rows[0].cells, ("", "Essential", "Desirable"), strict=True):
        cell.paragraphs[0].add_run(label).bold = True
    for category, essential, desirable in criteria(lines):
        cells = table.add_row().cells
        cells[0].text = category
        for cell, texts in ((cells[1], essential), (cells[2], desirable)):
            for number, text in enumerate(texts):
                paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                paragraph.style = document.styles["List Bullet"]
                paragraph.add_run(text)


def _fixed_zip(data: bytes) -> bytes:
    """The same archive with every member's time set to one value."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name == "docProps/thumbnail.jpeg":
                continue  # python-docx's own picture of an empty page
            content = old.read(name)
            if name == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            member = zipfile.ZipInfo(name, ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, content)
    return stream.getvalue()


def make_txt(role: Role) -> bytes:
    """Plain text as pasted from a form: the title on top, headings on lines of their own, dashes for duties."""
    rows = [role["title"], role["employer"], ""]
    for line in role["lines"]:
        if line["heading"]:
            rows += ["", line["text"]]
        elif line["zone"] == "duties" and role["kind"] == "jd":
            rows.append(f"- {line['text']}")
        else:
            rows.append(line["text"])
    return ("\n".join(rows) + "\n").encode()


def plain_record(role: Role) -> dict[str, Any]:
    """The record of a vacancy system: id, title, employer, band and the text, lines parted by newlines."""
    return {
        "id": role["id"],
        "title": role["title"],
        "employer": role["employer"],
        "band": role["band"],
        "text": "\n".join(line["text"] for line in role["lines"]),
    }


def job_posting(role: Role) -> dict[str, Any]:
    """A schema.org JobPosting as job boards publish it, its HTML description escaped twice."""
    description = "".join(
        f"<h3>{escape(line['text'])}</h3>" if line["heading"] else f"<p>{escape(line['text'])}</p>"
        for line in role["lines"]
    )
    return {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "identifier": role["id"],
        "title": role["title"],
        "hiringOrganization": {"@type": "Organization", "name": role["employer"]},
        "datePosted": MADE.date().isoformat(),
        "employmentType": "FULL_TIME",
        "industry": "Healthcare",
        "description": escape(escape(description)),
    }


def make_json(record: Callable[[Role], dict[str, Any]]) -> Callable[[Role], bytes]:
    """A writer of one record as a JSON file."""
    return lambda role: (json.dumps(record(role), ensure_ascii=False, indent=2) + "\n").encode()


def _list(lines: list[Line]) -> str:
    return "<ul>\n" + "".join(f"<li>{escape(line['text'])}</li>\n" for line in lines) + "</ul>\n"


def _paragraphs(lines: list[Line]) -> str:
    return "".join(f"<p>{escape(line['text'])}</p>\n" for line in lines)


def _page_parts(role: Role) -> Iterator[tuple[str, str]]:
    """The fixed sections of today's NHS Jobs page, in order: heading and HTML."""
    body = [line for line in role["lines"] if not line["heading"]]
    zones: dict[str, list[Line]] = {}
    for line in body[1:]:
        zones.setdefault(line["zone"], []).append(line)
    duties = zones.get("duties", [])
    yield "Job summary", _paragraphs(body[:1])
    yield "Main duties of the job", _paragraphs(duties[:3])
    yield "About us", _paragraphs(zones.get("employer", []) + zones.get("benefits", []))
    rows = {
        "Date posted": f"{MADE:%d %B %Y}",
        "Pay scheme": "Agenda for change",
        "Band": f"Band {role['band']}",
        "Contract": "Permanent",
        "Working pattern": "Full-time",
        "Reference number": f"900-{role['id'].upper()}",
        "Job locations": role["employer"],
    }
    yield "Details", "".join(f"<h3>{escape(name)}</h3>\n<p>{escape(value)}</p>\n" for name, value in rows.items())
    yield "Job description", "<h3>Job responsibilities</h3>\n" + _list(duties[3:])
    wanted = criteria([line for line in role["lines"] if line["zone"] == "person_spec"])
    essential = [text for _, texts, _ in wanted for text in texts]
    desirable = [text for _, _, texts in wanted for text in texts]
    table = ""
    for label, texts in (("Essential", essential), ("Desirable", desirable)):
        if texts:
            table += f"<h4>{label}</h4>\n<ul>\n" + "".join(f"<li>{escape(text)}</li>\n" for text in texts) + "</ul>\n"
    yield "Person Specification", "<h3>Qualifications and experience</h3>\n" + table
    yield "Additional information", _paragraphs(zones.get("application", []))
    yield "Employer details", f"<h3>Employer name</h3>\n<p>{escape(role['employer'])}</p>\n"


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} - Job Advert</title>
<style>body {{ font-family: Arial, sans-serif; }} .nhsuk-header {{ background: #005eb8; }}</style>
<script>window.dataLayer = window.dataLayer || [];</script>
</head>
<body>
<a class="nhsuk-skip-link" href="#maincontent">Skip to main content</a>
<header class="nhsuk-header" role="banner"><nav><a href="#">Search</a> <a href="#">Sign in</a></nav></header>
<main id="maincontent">
<h1>{title}</h1>
<h2>{employer}</h2>
<p>This job is now closed</p>
{parts}</main>
<footer role="contentinfo"><a href="#">Privacy policy</a> <a href="#">Cookies</a></footer>
</body>
</html>
"""


def make_html(role: Role) -> bytes:
    """A saved page in the layout of today's NHS Jobs, with its fixed headings."""
    parts = "".join(f"<h2>{heading}</h2>\n{content}" for heading, content in _page_parts(role) if content)
    return PAGE.format(title=escape(role["title"]), employer=escape(role["employer"]), parts=parts).encode()


#: File name as an HR department would name it, its writer, and the role that it is made of.
FILES: tuple[tuple[str, Callable[[Role], bytes], str], ...] = (
    ("ward-manager-acute-frailty-jd.docx", make_docx, "nursing-01"),
    ("lead-nurse-infection-prevention-jd.docx", make_docx, "nursing-02"),
    ("matron-surgery-and-theatres-jd.docx", make_docx, "nursing-13"),
    ("hr-business-partner-surgery-jd.docx", make_docx, "corporate-01"),
    ("senior-administrator-spa-jd.docx", make_docx, "community-15"),
    ("patient-flow-coordinator-jd.docx", make_docx, "operations-04"),
    ("operations-manager-imaging-jd-draft.docx", make_docx, "thin-07"),
    ("head-of-safeguarding-advert.html", make_html, "nursing-19"),
    ("staff-nurse-adult-critical-care-advert.html", make_html, "nursing-07"),
    ("head-of-transformation-jd.txt", make_txt, "quality-03"),
    ("team-leader-community-rehab-advert.txt", make_txt, "thin-05"),
    ("specialist-paramedic-urgent-care.json", make_json(plain_record), "medical-15"),
    ("staff-engagement-officer-jobposting.json", make_json(job_posting), "corporate-12"),
)
#: One JSON Lines file as a vacancy system exports a week, plain records and JobPostings mixed.
EXPORT = "vacancies-week-23.jsonl"
EXPORTED: tuple[tuple[Callable[[Role], dict[str, Any]], str], ...] = (
    (plain_record, "operations-17"),
    (plain_record, "nursing-11"),
    (job_posting, "operations-13"),
    (job_posting, "digital-14"),
)

#: Word job descriptions printed to PDF by LibreOffice, the first with tags, the second without: made once, by
#: tests/read/make_read_data.py, since no Python library prints.
PRINTS = (
    ("lead-radiographer-ct-jd.pdf", "therapies-03"),
    ("quality-improvement-adviser-jd.pdf", "quality-13"),
)

FITS = {5: "fit", 4: "fit", 3: "partly fit", 2: "do not fit", 1: "do not fit", 0: "cannot tell"}
DIFFERENCES = {
    "overclaims_leadership": "the title suggests more leadership than this document states",
    "underclaims_leadership": "this document states more leadership than the title suggests",
    "overclaims_management": "the title suggests more management than this document states",
    "underclaims_management": "this document states more management than the title suggests",
    "insufficient_evidence": "this document says too little of the duties",
}
README = """# Demo documents

{count} files with {roles} role descriptions, all of fictional employers, taken from [`../open`](../open) and laid out
as HR departments keep them: Word and PDF job descriptions, saved vacancy pages, plain text, and exports of a vacancy
system. They are there to try `jdclass review corpora/demo` on. Licence: MIT, as the repository.

The last column is what the annotation of `../open` says, made by a language model against the codebook and reviewed by
no HR professional. Where a review says something else, either may be wrong.

| file | title | what the annotation says of title and text |
|---|---|---|
{rows}
Made by `python corpora/demo/make.py` (needs python-docx); making them again gives the same bytes. The two PDF files
are prints of Word files by LibreOffice, one with tags and one without, made once by `tests/read/make_read_data.py`.
"""


def annotation(role: Role) -> str:
    """What the annotation says, in the words that readers are shown."""
    fit = FITS[role["match"]]
    difference = DIFFERENCES.get(role["verdict"])
    return fit if difference is None else f"{fit}: {difference}"


def load_roles(path: Path = ROLES) -> dict[str, Role]:
    """The roles of the open corpus by id."""
    rows = path.read_text(encoding="utf-8").splitlines()
    return {role["id"]: role for role in map(json.loads, rows)}


def documents(roles: dict[str, Role]) -> dict[str, bytes]:
    """Every file of the folder, README.md included, by name."""
    made = {name: write(roles[role_id]) for name, write, role_id in FILES}
    rows = [json.dumps(record(roles[role_id]), ensure_ascii=False) + "\n" for record, role_id in EXPORTED]
    made[EXPORT] = "".join(rows).encode()
    held = [(f"`{name}`", role_id) for name, _, role_id in FILES]
    held += [(f"`{name}`", role_id) for name, role_id in PRINTS]
    held += [(f"`{EXPORT}`, line {number}", role_id) for number, (_, role_id) in enumerate(EXPORTED, 1)]
    table = "".join(f"| {name} | {roles[i]['title']} | {annotation(roles[i])} |\n" for name, i in held)
    made["README.md"] = README.format(count=len(FILES) + len(PRINTS) + 1, roles=len(held), rows=table).encode()
    return made


def main() -> int:
    """Write the documents; 0 when done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=HERE)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    made = documents(load_roles())
    for name, content in made.items():
        (args.folder / name).write_bytes(content)
    print(f"{len(made)} files in {args.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
