"""PDF to pieces: by its structure tree where it is tagged, by lines, columns and ruled tables where it is not.

pdfium gives the text objects of a page with their places (`pdf_page`). Everything above that, which objects are one
line, which lines one paragraph and which rules a table, is found by `pdf_tags` and `pdf_layout`. pdfium is not safe
among threads and can end its process on hostile files, so a batch reads PDF in the reader child alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jdclass.read.failures import DamagedFileError, EncryptedFileError, LimitError, NoTextError
from jdclass.read.limits import Limits
from jdclass.read.pdf_layout import read_untagged
from jdclass.read.pdf_page import Page, page_of, tree_of
from jdclass.read.pdf_tags import read_tagged
from jdclass.read.pieces import Reading, solid

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["read_pdf"]

_END = 4096  # bytes among which the end mark of a whole file stands, signatures and stray bytes allowed for


def read_pdf(data: bytes, *, limits: Limits) -> Reading:
    """A PDF file to a reading. Raises DocumentError: damaged, encrypted, over a limit, or scanned."""
    import pypdfium2

    # pdfium mends a file that was cut short by reading what is left of it, and says nothing.
    if b"startxref" not in data.rstrip(b"\x00 \t\r\n")[-_END:]:
        raise DamagedFileError("the PDF is damaged: its end is missing")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == 4:
            raise EncryptedFileError("the PDF is protected by a password") from None
        raise DamagedFileError(f"the PDF is damaged: {error}") from None
    try:
        return _read(document, data, limits)
    except pypdfium2.PdfiumError as error:
        raise DamagedFileError(f"the PDF is damaged: {error}") from None
    finally:
        document.close()


def _read(document: pypdfium2.PdfDocument, data: bytes, limits: Limits) -> Reading:
    import pypdfium2.raw as raw

    if len(document) == 0:
        raise DamagedFileError("the PDF is damaged: it has no pages")
    if len(document) > limits.pdf_pages:
        raise LimitError(f"the PDF has {len(document):,} pages; the limit is {limits.pdf_pages:,}")
    reading = Reading("pdf")
    pages: list[Page] = []
    scanned: list[int] = []
    tagged = bool(raw.FPDFCatalog_IsTagged(document.raw))
    for number in range(len(document)):
        page = document[number]
        try:
            textpage = page.get_textpage()
            text = textpage.get_text_range() if textpage.count_chars() else ""
            found = page_of(page, textpage, number + 1)
            found.characters = solid(text.replace("\ufffe", "").replace("\x02", ""))
            if tagged:
                found.tree = tree_of(page)
            if found.characters < 20 and found.pictures:
                scanned.append(number + 1)
            pages.append(found)
            textpage.close()
        finally:
            page.close()
    total = sum(page.characters for page in pages)
    if scanned and total < 40 * len(pages):
        from jdclass.read.ocr import recognise_pdf

        return recognise_pdf(data, limits=limits)
    if total == 0:
        raise NoTextError("no text was found in it")
    if scanned:
        told = ", ".join(str(number) for number in scanned[:10])
        reading.warn(f"page(s) {told} are pictures and were not read: they need OCR")
    if document.get_formtype():
        reading.warn("form fields were not read")
    if any(page.slanted for page in pages):
        reading.warn("text at an angle was not read")
    done = read_tagged(pages, limits) if tagged else None
    if done is None:
        done = read_untagged(pages, limits)
        if tagged:
            reading.warn("the PDF's tags do not cover its text: read by its layout")
    reading.pieces, reading.apart, reached, aside = done
    wanted = total - aside
    if scanned:
        reading.share = None
    else:
        reading.share = min(1.0, reached / wanted) if wanted > 0 else None
    return reading
