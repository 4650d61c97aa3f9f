"""The reader child: what passes through it, and what happens when it hangs, swells or dies."""

from __future__ import annotations

import io
import json
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
import read_documents as made

from jdclass.document import Failure, RoleDescription
from jdclass.read import Limits, read_path
from jdclass.read.child import ReaderChild, role_from_dict, role_to_dict

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def minimal_pdf(content: bytes, settings: bytes = b"") -> bytes:
    """A PDF of one page with the given content stream."""
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<<" + settings + b"/Length %d>>stream\n" % len(content) + content + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>startxref\n%d\n%%%%EOF" % len(out)
    )


def test_roles_come_back_as_they_are() -> None:
    path = made.DATA / "nursing-01.docx"
    (direct,) = read_path(path, name="jds/nursing.docx", title="Matron")
    with ReaderChild() as child:
        assert child.read(path, name="jds/nursing.docx", title="Matron") == [direct]
    assert isinstance(direct, RoleDescription)
    assert role_from_dict(role_to_dict(direct)) == direct


def test_a_child_reads_one_file_after_another(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.docx"
    good.write_text("Job title: Porter\nMove patients and equipment around the hospital.")
    bad.write_bytes(b"")
    with ReaderChild() as child:
        for _ in range(3):
            (role,) = child.read(good)
            (failure,) = child.read(bad)
            assert isinstance(role, RoleDescription)
            assert isinstance(failure, Failure)
            assert (role.title, failure.error) == ("Porter", "EmptyFileError")
        assert isinstance(child.read(tmp_path / "surrogate\udcff.txt")[0], Failure)


def test_a_file_of_many_records_streams_through(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": number, "title": "Porter", "text": "Move patients."}) for number in range(300))
    )
    with ReaderChild() as child:
        stream = child.stream(path)
        first = next(stream)
        assert isinstance(first, RoleDescription)
        assert first.id == "0"
        stream.close()  # what is left of the stream must not be taken for the next file's
        assert len(child.read(path)) == 300


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.txt"
    path.write_text("@a.b " * 400_000)
    good = tmp_path / "good.txt"
    good.write_text("Job title: Porter\nMove patients.")
    with ReaderChild(Limits(seconds=0.5)) as child:
        (failure,) = child.read(path, name="slow.txt")
        assert failure == Failure(
            "slow.txt", None, "TimeLimitError", "reading took longer than the limit of 0.5 seconds"
        )
    with ReaderChild() as child:
        assert isinstance(child.read(good)[0], RoleDescription)


@pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is Linux's")
def test_a_file_that_ends_the_process_is_a_failure_and_the_next_is_read(tmp_path: Path) -> None:
    bomb, good = tmp_path / "bomb.pdf", tmp_path / "good.pdf"
    squeezed = zlib.compressobj(9)
    head = squeezed.compress(bytes(1 << 20)) + squeezed.flush(zlib.Z_FULL_FLUSH)
    again = squeezed.compress(bytes(1 << 20)) + squeezed.flush(zlib.Z_FULL_FLUSH)
    content = head + again * 1023 + squeezed.flush()  # 1 GB of zeros; after a full flush each megabyte is the same
    bomb.write_bytes(minimal_pdf(content, b"/Filter/FlateDecode"))
    good.write_bytes(minimal_pdf(b"BT /F 12 Tf 50 700 Td (Job title: Porter) Tj ET"))
    with ReaderChild() as child:
        (failure,) = child.read(bomb, name="bomb.pdf")
        (role,) = child.read(good)
    assert isinstance(failure, Failure)
    assert failure.error in {"ReaderDiedError", "MemoryLimitError", "TimeLimitError"}
    assert isinstance(role, RoleDescription)
    assert role.title == "Porter"


def test_a_zip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>'.encode())
            for _ in range(64):
                part.write(b"a" * (1 << 20))
            part.write(b"</w:t></w:r></w:p></w:body></w:document>")
    path.write_bytes(stream.getvalue())
    with ReaderChild() as child:
        (failure,) = child.read(path)
    assert isinstance(failure, Failure)
    assert failure.error == "LimitError"
    assert failure.message == "unpacked the part word/document.xml is larger than the limit of 33,554,432 bytes"
