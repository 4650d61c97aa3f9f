"""Scanned pages: named where tesseract is not installed, read where it is."""

from __future__ import annotations

import shutil
import zlib

import pytest
import read_documents as made

from jdclass.document import Failure, RoleDescription
from jdclass.read import read_bytes


def scanned_pdf() -> bytes:
    """The first page of a test document as a picture in a PDF, with no text in it."""
    import pypdfium2

    source = pypdfium2.PdfDocument(made.DATA / "digital-02-untagged.pdf")
    bitmap = source[0].render(scale=2.5, grayscale=True)
    rows = bytes(bitmap.buffer)
    width, height = bitmap.width, bitmap.height
    lines = b"".join(rows[at : at + width] for at in range(0, bitmap.stride * height, bitmap.stride))
    picture = zlib.compress(lines)
    settings = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"
    )
    draw = b"q 595 0 0 842 0 0 cm /I Do Q"
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length %d>>stream\n" % len(draw) + draw + b"\nendstream",
        b"<<" + settings % (width, height) + b"/Length %d>>stream\n" % len(picture) + picture + b"\nendstream",
    )
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>startxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def test_a_scan_without_tesseract_says_that_it_needs_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for data, name in ((scanned_pdf(), "scan.pdf"), (b"\x89PNG\r\n\x1a\n" + bytes(50), "scan.png")):
        (found,) = read_bytes(data, name=name)
        assert isinstance(found, Failure)
        assert found.error == "NeedsOcrError"
        assert found.message.startswith("scanned, needs OCR: install tesseract")


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_a_scan_is_recognised() -> None:
    (role,) = read_bytes(scanned_pdf(), name="scan.pdf")
    assert isinstance(role, RoleDescription), role
    assert role.source.share_read is None
    assert role.source.warnings == ("scanned: the text was recognised by OCR and holds errors",)
    text = " ".join(block.text for block in role.blocks)
    assert "Chief Information Officer" in text
    assert "you will set the digital and data vision for the Trust" in text


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_a_picture_that_is_none_is_damaged() -> None:
    (found,) = read_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50), name="x.png")
    assert isinstance(found, Failure)
    assert found.error == "DamagedFileError"
