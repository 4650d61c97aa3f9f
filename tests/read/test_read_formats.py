"""The same authored job description in every format gives the same blocks, facts and receipt."""

from __future__ import annotations

from pathlib import Path

import pytest
import read_documents as made

from jdclass.document import RoleDescription
from jdclass.read import conflicts, missing_information, read_bytes, read_path
from jdclass.read.facts import same_title
from jdclass.segment import split_lines

ROLES = made.roles()
FILES = [
    (key, name.format(id=key))
    for key in made.IDS
    for name in ("{id}.docx", "{id}.odt", "{id}.rtf", "{id}.doc", "{id}-tagged.pdf", "{id}-untagged.pdf")
]


def role_of(path: Path) -> RoleDescription:
    (role,) = read_path(path, name=path.name)
    assert isinstance(role, RoleDescription), role
    return role


def role_from(data: str | bytes, name: str) -> RoleDescription:
    (role,) = read_bytes(data.encode() if isinstance(data, str) else data, name=name)
    assert isinstance(role, RoleDescription), role
    return role


def spaced(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("key", "name"), FILES)
def test_every_block_is_whole(key: str, name: str) -> None:
    role = role_of(made.DATA / name)
    wanted = [spaced(block) for block in made.document(ROLES[key]).blocks()]
    found = [spaced(block.text) for block in role.blocks]
    assert [block for block in wanted if block not in found] == []
    assert role.source.share_read == 1.0
    if not name.endswith((".doc", "untagged.pdf")):  # old Word keeps text boxes apart; a nested box may come later
        assert found == wanted


@pytest.mark.parametrize(("key", "name"), FILES)
def test_title_employer_and_places(key: str, name: str) -> None:
    role = role_of(made.DATA / name)
    assert same_title(role.title, ROLES[key]["title"])
    assert role.employer == ROLES[key]["employer"]
    assert conflicts(role) == ()
    specification = [block for block in role.blocks if block.section == "Essential"]
    if specification:
        assert all("Essential" in (block.place or "") for block in specification)
    if name.endswith(".pdf"):
        assert all((block.place or "").startswith("page ") for block in role.blocks)


@pytest.mark.parametrize("key", made.IDS)
def test_headers_and_footers_are_no_blocks_and_give_the_version(key: str) -> None:
    for name in (f"{key}.docx", f"{key}.odt", f"{key}.rtf", f"{key}.doc"):
        role = role_of(made.DATA / name)
        assert not any("Version 2.1" in block.text or "recruitment" in block.text[-12:] for block in role.blocks)
        assert ("version", "2.1") in {(fact.name, fact.value) for fact in role.facts}
        assert "version" not in missing_information(role)


@pytest.mark.parametrize("key", made.IDS)
def test_lines_are_the_same_from_every_format(key: str) -> None:
    first = {line.text for line in split_lines(role_of(made.DATA / f"{key}.docx").blocks)}
    for ending in (".odt", ".rtf", ".doc", "-tagged.pdf", "-untagged.pdf"):
        other = {line.text for line in split_lines(role_of(made.DATA / f"{key}{ending}").blocks)}
        assert other == first, ending


@pytest.mark.parametrize("format", ["txt", "md", "html", "docx"])
def test_titles_of_the_authored_corpus(format: str) -> None:
    right = 0
    some = list(ROLES.values())[:: 6 if format == "docx" else 1]  # python-docx takes a third of a second a document
    for role in some:
        document = made.document(role)
        writers = {"txt": made.to_text, "md": made.to_markdown, "html": made.to_html, "docx": made.to_docx}
        right += same_title(role_from(writers[format](document), f"x.{format}").title, role["title"])
    assert right >= 0.95 * len(some)


def test_html_gives_every_block_of_the_authored_corpus() -> None:
    for role in ROLES.values():
        document = made.document(role)
        read = role_from(made.to_html(document), "x.html")
        assert [block.text for block in read.blocks] == [spaced(block) for block in document.blocks()]


@pytest.mark.parametrize("key", ["nursing-07", "corporate-11", "quality-02", "medical-15"])
def test_saved_pages_of_nhs_jobs(key: str) -> None:
    role = ROLES[key]
    read = role_from(made.to_nhs_jobs_page(role), "saved.html")
    facts = {fact.name: fact.value for fact in reversed(read.facts)}
    assert (read.title, read.employer) == (role["title"], role["employer"])
    assert read.band == (role["band"] or "6")
    assert facts["reference"] == f"900-{key.upper()}"
    headings = [block.text for block in read.blocks if block.kind == "heading" and block.level == 2]
    assert headings[1:] == [
        "Job summary",
        "Main duties of the job",
        "About us",
        "Details",
        "Job description",
        "Person Specification",
        "Disclosure and Barring Service Check",
        "Employer details",
    ]
    assert "We use cookies" not in {block.text for block in read.blocks}
    assert "Crown copyright" not in {block.text for block in read.blocks}
    assert read.source.share_read == 1.0


@pytest.mark.parametrize("key", ["nursing-07", "corporate-11", "quality-02", "medical-15"])
def test_saved_pages_of_trac(key: str) -> None:
    role = ROLES[key]
    read = role_from(made.to_trac_page(role), "saved.html")
    assert (read.title, read.employer, read.band) == (role["title"], role["employer"], role["band"] or "6")
    duties = [line["text"] for line in role["lines"] if line["zone"] == "duties" and not line["heading"]]
    assert [text for text in duties if text not in {block.text for block in read.blocks}] == []


def test_hard_wrapped_text_is_rejoined() -> None:
    document = made.document(ROLES["quality-02"])
    plain, wrapped = (role_from(made.to_text(document, width=width), "x.txt") for width in (None, 78))
    lines = [{line.text for line in split_lines(read.blocks)} for read in (plain, wrapped)]
    assert len(lines[0] & lines[1]) >= 0.97 * len(lines[0])


@pytest.mark.parametrize(("name", "message"), [("docx", "the file is"), ("pdf", "the PDF is"), ("odt", "the file is")])
def test_encrypted_files(name: str, message: str) -> None:
    (failure,) = read_path(made.DATA / f"encrypted.{name}")
    assert not isinstance(failure, RoleDescription)
    assert (failure.error, failure.message) == ("EncryptedFileError", f"{message} protected by a password")


def test_an_old_word_file_with_a_password() -> None:
    data = bytearray((made.DATA / "digital-02.doc").read_bytes())
    head = data.index(b"\xec\xa5")
    data[head + 0x0B] |= 1
    (failure,) = read_bytes(bytes(data), name="x.doc")
    assert not isinstance(failure, RoleDescription)
    assert failure.error == "EncryptedFileError"


def turned(data: bytes, turns: int) -> bytes:
    """A PDF with its pages set sideways or upside down, and turned back for who looks at them, as printers do it."""
    import io

    import pypdfium2
    import pypdfium2.raw as raw

    document = pypdfium2.PdfDocument(data)
    for page in document:
        width, height = page.get_size()
        how = ((0, 1, -1, 0, height, 0), (-1, 0, 0, -1, width, height), (0, -1, 1, 0, 0, width))[turns - 1]
        across, up = (height, width) if turns % 2 else (width, height)
        raw.FPDFPage_TransFormWithClip(page.raw, raw.FS_MATRIX(*how), raw.FS_RECTF(0, up, across, 0))
        page.set_mediabox(0, 0, across, up)
        page.set_cropbox(0, 0, across, up)
        page.set_rotation(90 * turns)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("kind", ["tagged", "untagged"])
def test_pages_that_are_set_sideways_are_read_as_if_they_were_not(kind: str, turns: int) -> None:
    data = (made.DATA / f"nursing-01-{kind}.pdf").read_bytes()
    upright, sideways = (role_from(found, "x.pdf") for found in (data, turned(data, turns)))
    assert [block.text for block in sideways.blocks] == [block.text for block in upright.blocks]
    assert (sideways.source.share_read, sideways.source.warnings) == (1.0, ())


def test_the_bytes_decide_and_not_the_name() -> None:
    for ending in ("docx", "odt", "rtf", "doc"):
        data = (made.DATA / f"digital-02.{ending}").read_bytes()
        role = role_from(data, "x.txt")
        assert (role.source.format, role.title) == (ending, "Chief Information Officer")
