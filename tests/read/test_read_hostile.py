"""Damaged and hostile files end in a failure with a named error, and the next file is read."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import fuzz_readers as fuzz
import pytest
import read_documents as made

from jdclass.document import Failure, RoleDescription
from jdclass.read import Limits, read_bytes
from jdclass.read.child import ReaderChild

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
GOOD = fuzz.good_files()


def word(body: str, *, before: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
    return stream.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def failure_of(data: bytes, name: str, limits: Limits | None = None) -> Failure:
    (found,) = read_bytes(data, name=name, limits=limits or Limits())
    assert isinstance(found, Failure), found
    return found


ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("name", "data", "error", "told"),
    [
        (
            "xml-bomb.docx",
            word(paragraph("&j;"), before=f'<!DOCTYPE x [<!ENTITY a "aaaa">{ENTITIES}]>'),
            "DamagedFileError",
            "is no whole XML",
        ),
        (
            "entity.docx",
            word(paragraph("&a;"), before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
            "DamagedFileError",
            "declares a document type",
        ),
        (
            "deep.docx",
            word("<w:sdt><w:sdtContent>" * 3000 + paragraph("x") + "</w:sdtContent></w:sdt>" * 3000),
            "LimitError",
            "nests too deeply",
        ),
        ("many.docx", word(paragraph("Lead the team") * 100_000), "LimitError", "more than 50,000 blocks of text"),
        ("deep.rtf", b"{\\rtf1 " + b"{" * 100_000 + b"x" + b"}" * 100_001, "LimitError", "nested more than 500 deep"),
        ("deep.html", b"<html><body>" + b"<div>" * 100_000 + b"x", "LimitError", "the limit is 5000"),
        ("deep.json", b"[" * 500_000, "BadRecordError", "it nests too deeply"),
        (
            "zips.zip",
            made.to_zip({"a.zip": made.to_zip({"b.zip": made.to_zip({"c.txt": b"Lead the team"})})}),
            "LimitError",
            "nested more than 2 deep",
        ),
        (
            "many.zip",
            made.to_zip({f"{n}.txt": b"x" for n in range(2001)}),
            "LimitError",
            "holds 2,001 members; the limit is 2,000",
        ),
        ("empty.zip", made.to_zip({"folder/.DS_Store": b"x"}), "EmptyFileError", "the archive holds no documents"),
        (
            "show.pptx",
            made.to_zip({"[Content_Types].xml": b"", "ppt/presentation.xml": b""}),
            "UnknownFormatError",
            "a presentation",
        ),
        ("program.docx", b"MZ\x90\x00" + bytes(300), "UnknownFormatError", "an archive or program"),
        ("lines.txt", b"a b\n" * 60_000, "LimitError", "60,000 lines of text; the limit is 50,000"),
        (
            "ole.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
            "DamagedFileError",
            "the compound file is damaged",
        ),
        (
            "x.odt",
            made.to_zip(
                {
                    "mimetype": b"application/vnd.oasis.opendocument.text",
                    "content.xml": b"<a/>",
                    "META-INF/manifest.xml": b"<encryption-data/>",
                }
            ),
            "EncryptedFileError",
            "protected by a password",
        ),
    ],
)
def test_hostile_files(name: str, data: bytes, error: str, told: str) -> None:
    found = failure_of(data, name)
    assert found.error == error
    assert told in found.message


@pytest.mark.parametrize("ending", ["docx", "odt", "doc", "rtf", "tagged.pdf", "untagged.pdf", "xlsx", "zip"])
def test_a_file_cut_short_at_ten_places_fails_each_time(ending: str) -> None:
    data = GOOD[ending]
    for tenth in range(10):
        found = failure_of(data[: len(data) * tenth // 10], f"x.{ending}")
        assert found.error == ("DamagedFileError" if tenth else "EmptyFileError"), (tenth, found)


def test_twenty_megabytes_of_picture_in_rtf() -> None:
    data = b"{\\rtf1 Lead the team\\par{\\pict " + b"0123456789abcdef" * (20 << 16) + b"}Hold the budget\\par}"
    (role,) = read_bytes(data, name="x.rtf")
    assert isinstance(role, RoleDescription)
    assert [block.text for block in role.blocks] == ["Lead the team", "Hold the budget"]


def test_a_file_without_permission_is_a_failure(tmp_path: Path) -> None:
    import os

    from jdclass.read import read_path

    path = tmp_path / "x.txt"
    path.write_text("Lead the team")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    (found,) = read_path(path)
    assert isinstance(found, Failure)
    assert (found.error, found.message) == ("NotReadableError", "no permission to read it")


def test_a_file_that_the_system_refuses_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jdclass.read import read_path

    def refuse(path: Path, mode: str = "r") -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "x.txt"
    path.write_text("Lead the team")
    monkeypatch.setattr(Path, "open", refuse)
    (found,) = read_path(path)
    assert isinstance(found, Failure)
    assert (found.error, found.message) == ("NotReadableError", "no permission to read it")


@pytest.mark.parametrize("ending", sorted(GOOD))
def test_a_hundred_damaged_files_of_each_format(ending: str, tmp_path: Path) -> None:
    """In the child, as a batch reads them: a crash or a hang would be a failure of ours with its own name."""
    path = tmp_path / f"x.{ending}"
    with ReaderChild(Limits(seconds=20)) as child:
        for bad in fuzz.damaged(GOOD[ending], 100, 7):
            path.write_bytes(bad)
            items = child.read(path)
            assert items
            assert not any(fuzz.is_fault(item) for item in items), items


@pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is Linux's")
def test_a_file_that_wants_more_memory_than_the_limit(tmp_path: Path) -> None:
    path, good = tmp_path / "x.txt", tmp_path / "good.txt"
    path.write_text("Lead the team. " * 1_600_000)
    good.write_text("Job title: Porter\nMove patients.")
    with ReaderChild(Limits(memory_bytes=140 << 20)) as child:
        assert isinstance(child.read(good)[0], RoleDescription)
        (found,) = child.read(path)
        assert isinstance(found, Failure)
        assert found.error in {"MemoryLimitError", "ReaderDiedError"}
        assert isinstance(child.read(good)[0], RoleDescription)
