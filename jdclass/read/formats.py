"""Which format a file is of, by its leading bytes, and which reader takes it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from importlib import import_module

from jdclass.read.failures import DamagedFileError, EmptyFileError, UnknownFormatError
from jdclass.read.limits import Limits
from jdclass.read.markup import looks_like_html, read_html
from jdclass.read.pieces import Reading
from jdclass.read.plain import read_markdown, read_plain
from jdclass.read.text import decode

__all__ = ["document_reading", "sniff"]

_PICTURES = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"BM": "bmp",
}
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL_SUFFIXES = frozenset(("mht", "mhtml", "eml"))
_MAIL_FIRST = re.compile(rb"(?:from|mime-version|received|return-path|date|subject): ", re.IGNORECASE)
_MAIL_FIELD = re.compile(rb"^(?:mime-version|content-type|from|subject):", re.IGNORECASE | re.MULTILINE)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")
_MAIL = re.compile(rb"\A(?:[\w-]{2,40}:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n)*){1,60}\r?\n", re.IGNORECASE)
#: Readers of single documents that are not text: module and function, imported when the first such file comes.
_READERS = {
    "docx": ("jdclass.read.docx", "read_docx"),
    "mht": ("jdclass.read.mail", "read_mht"),
    "ole": ("jdclass.read.ole", "read_ole"),
    "odt": ("jdclass.read.odt", "read_odt"),
    "rtf": ("jdclass.read.rtf", "read_rtf"),
    "pdf": ("jdclass.read.pdf", "read_pdf"),
}


def sniff(data: bytes, *, name: str = "") -> str:
    """The format of a file: its leading bytes decide; among texts, where bytes cannot, the ending of the name does.

    Raises EmptyFileError, UnknownFormatError, DamagedFileError.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise EmptyFileError("the file is empty" if not data else "the file holds nothing but white space")
    if data.startswith(b"\x1f\x8b"):
        return "gzip"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _sniff_zip(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        return "rtf"
    for mark, picture in _PICTURES.items():
        if data.startswith(mark) and (mark != b"BM" or b"\x00" in data[:64]):
            return picture
    if data.startswith(
        (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x7fELF", b"MZ\x90", b"SQLite format 3", b"\xfd7zXZ", b"BZh9")
    ):
        raise UnknownFormatError("an archive or program, not a document that jdclass reads")
    suffix = name.lower().rpartition(".")[2] if "." in name else ""
    if (suffix in _MAIL_SUFFIXES or _MAIL_FIRST.match(data)) and _MAIL.match(data) and _MAIL_FIELD.search(data[:8192]):
        return "mht" if suffix != "eml" and b"multipart/related" in data[:8192].lower() else "eml"
    if _HTML.match(data[:8192].lstrip(b"\xef\xbb\xbf")):
        return "html"
    first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first and first in b"{[" and _JSON.match(data[:4096]):
        return "json"
    if suffix in {"json", "jsonl", "ndjson"}:
        return "json"
    if suffix in {"csv", "tsv"}:
        return "csv"
    if suffix in {"md", "markdown"}:
        return "md"
    return "text"


def _sniff_zip(data: bytes) -> str:
    """What a zip archive is, by the names of its members."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    kind = stream.read(100).decode("ascii", "replace").strip()
                if kind.startswith("application/vnd.oasis.opendocument.text"):
                    return "odt"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError) as error:
        raise DamagedFileError(
            f"the file begins as a zip archive, as .docx and .xlsx are, and is damaged ({error})"
        ) from None
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise DamagedFileError(f"the file begins as a zip archive and is damaged ({error})") from None
    if "[Content_Types].xml" in names or "word/document.xml" in names or "xl/workbook.xml" in names:
        if any(name.startswith("word/") for name in names):
            return "docx"
        if any(name.startswith("xl/") for name in names):
            return "xlsx"
        if any(name.startswith("ppt/") for name in names):
            raise UnknownFormatError("a presentation, not a document that jdclass reads")
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "odt"
    return "zip"


def _reader(format: str) -> Callable[..., Reading]:
    module, function = _READERS[format]
    reader: Callable[..., Reading] = getattr(import_module(module), function)
    return reader


def document_reading(data: bytes, format: str, *, name: str = "", limits: Limits) -> Reading:
    """One document of a known format to its reading. Raises DocumentError.

    `format` is what `sniff` said; of "text" it is found out here whether it is HTML, Markdown or plain.
    """
    if format in _READERS:
        return _reader(format)(data, limits=limits)
    if format in _PICTURES.values():
        from jdclass.read.ocr import recognise_picture

        return recognise_picture(data, format, limits=limits)
    if format in {"html", "text", "md", "csv"}:
        text, warnings = decode(data, declared=format == "html")
        suffix = name.lower().rpartition(".")[2]
        if format == "html" or (suffix in {"html", "htm", "xhtml"} and looks_like_html(text)) or _mostly_html(text):
            reading = read_html(text, limits=limits)
        elif format == "md":
            reading = read_markdown(text, limits=limits)
        else:
            reading = read_plain(text, limits=limits)
        reading.warnings[:0] = warnings
        return reading
    raise UnknownFormatError(f"no reader for {format}")


def _mostly_html(text: str) -> bool:
    """A text file that begins with a tag and closes several is HTML without its head."""
    return text.lstrip()[:1] == "<" and looks_like_html(text[:4096]) and text.count("</") > 2
