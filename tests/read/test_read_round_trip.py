"""The same authored document in every format: the shipped model comes to the same finding and the same match."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import make_read_data
import pytest
import read_documents as made

import jdclass
from jdclass.document import Review, RoleDescription
from jdclass.read import read_bytes, read_path
from jdclass.review import Reviewer

ROLES = made.roles()
#: Job descriptions that claim each orientation and neither, of different groups.
KEYS = (*made.IDS, "therapies-05", "operations-03", "community-09", "quality-02", "medical-15")
COMMITTED = ("{id}.docx", "{id}.odt", "{id}.rtf", "{id}.doc", "{id}-tagged.pdf", "{id}-untagged.pdf")
#: Points of match, on the scale from 0 to 100, that two formats may lie apart.
APART = 5


@pytest.fixture(scope="module")
def reviewer() -> Reviewer:
    return jdclass.load()


def review(reviewer: Reviewer, data: str | bytes, name: str) -> Review:
    (role,) = read_bytes(data.encode() if isinstance(data, str) else data, name=name)
    assert isinstance(role, RoleDescription), role
    return reviewer.review_role(role)


def written(document: made.Document) -> dict[str, str | bytes]:
    """The document in every format that Python can write, by the name of a file."""
    text, html = made.to_text(document), made.to_html(document)
    record = json.dumps({"title": document.title, "text": text})
    quoted = text.replace('"', '""')
    mime = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    return {
        "md": made.to_markdown(document),
        "html": html,
        "docx": made.to_docx(document),
        "wrapped.txt": made.to_text(document, width=78),
        "utf16.txt": text.encode("utf-16"),
        "mht": f"{mime}Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--x--\r\n",
        "eml": f"MIME-Version: 1.0\r\nFrom: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}",
        "json": record,
        "jsonl.gz": gzip.compress(record.encode()),
        "csv": f'title,description\n"{document.title}","{quoted}"\n',
        "xlsx": made.to_xlsx([("Title", "Description"), (document.title, text)]),
        "zip": made.to_zip({"inner/x.txt": text.encode()}),
    }


def assert_same(other: Review, plain: Review, what: str) -> None:
    assert other.match.abstained == plain.match.abstained, what
    assert other.match.verdict == plain.match.verdict, what
    assert (other.duties.orientation, other.claim.orientation) == (
        plain.duties.orientation,
        plain.claim.orientation,
    ), what
    if plain.match.score is not None:
        assert other.match.score is not None
        assert abs(other.match.score - plain.match.score) <= APART, what
    assert other.source.share_read == 1.0, what


@pytest.mark.parametrize("key", KEYS)
def test_what_python_writes(reviewer: Reviewer, key: str) -> None:
    document = made.document(ROLES[key])
    plain = review(reviewer, made.to_text(document), "x.txt")
    assert plain.match.score is not None
    for ending, data in written(document).items():
        assert_same(review(reviewer, data, f"x.{ending}"), plain, ending)


@pytest.mark.parametrize("key", made.IDS)
def test_what_libreoffice_wrote(reviewer: Reviewer, key: str) -> None:
    plain = review(reviewer, made.to_text(made.document(ROLES[key])), "x.txt")
    for name in (name.format(id=key) for name in COMMITTED):
        assert_same(review(reviewer, (made.DATA / name).read_bytes(), name), plain, name)


@pytest.mark.parametrize("key", made.IDS)
def test_formats_of_one_layout_give_the_same_phrases(reviewer: Reviewer, key: str) -> None:
    wanted: set[tuple[str, str]] | None = None
    for name in (name.format(id=key) for name in COMMITTED):
        (role,) = read_path(made.DATA / name)
        assert isinstance(role, RoleDescription)
        found = {(phrase.text, phrase.orientation) for phrase in reviewer.review_role(role).phrases}
        wanted = found if wanted is None else wanted
        assert len(found & wanted) >= 0.95 * len(found | wanted), name


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed; the committed files stand in"
)
def test_what_libreoffice_writes_today(reviewer: Reviewer, tmp_path: Path) -> None:
    document = made.document(ROLES["quality-02"])
    plain = review(reviewer, made.to_text(document), "x.txt")
    source = tmp_path / "quality-02.docx"
    source.write_bytes(made.to_docx(document))
    make_read_data.convert(source, tmp_path)
    for name in (name.format(id="quality-02") for name in COMMITTED):
        assert_same(review(reviewer, (tmp_path / name).read_bytes(), name), plain, name)
