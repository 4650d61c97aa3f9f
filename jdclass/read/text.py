"""Bytes to text: which characters a file of text is written in, and whether it is text at all."""

from __future__ import annotations

import re

from jdclass.read.failures import UnknownFormatError

__all__ = ["decode", "looks_binary"]

_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 26, 27}) + b"\x7f"
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# The five bytes that cp1252 leaves open.
_CP1252_OPEN = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def looks_binary(data: bytes) -> bool:
    """Whether bytes without a byte order mark are no text: more than a few control characters among them."""
    head = data[:65536]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > 0 and controls * 200 > len(head)


def _utf16_without_mark(data: bytes) -> str | None:
    """Notepad's "Unicode" without its mark: nearly every second byte is zero."""
    head = data[:4096]
    if len(head) < 8 or head.count(0) < len(head) * 0.3:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 10 * max(1, even):
        return "utf-16-le"
    return "utf-16-be" if even > 10 * max(1, odd) else None


def decode(data: bytes, *, declared: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text of a file and warnings on how it was read. Raises UnknownFormatError for bytes that are no text.

    UTF-8 first, then what the byte order mark or, with `declared`, the file itself says (HTML, XML), then cp1252, which
    is what Word and Notepad write on an English machine.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), ()
            except UnicodeDecodeError:
                return data.decode(encoding, "replace"), (f"not all bytes are valid {encoding}; some were replaced",)
    if (encoding16 := _utf16_without_mark(data)) is not None:
        return data.decode(encoding16, "replace"), ("read as UTF-16, which the file does not say",)
    if looks_binary(data):
        raise UnknownFormatError("the bytes are no text and of no document format that is known")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        at = error.start
    if declared and (found := _CHARSET.search(data[:2048])) is not None:
        name = found[1].decode("ascii").lower()
        if name not in {"utf-8", "utf8", "iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252"}:
            try:
                return data.decode(name), ()
            except (LookupError, UnicodeDecodeError, ValueError):
                pass
    if _CP1252_OPEN.search(data) is None:
        return data.decode("cp1252"), (f"not UTF-8 (byte {at:,}): read as Windows-1252",)
    good = data.decode("utf-8", "replace")
    if good.count("\ufffd") * 50 < len(good):
        return good, (f"damaged UTF-8 (byte {at:,}): {good.count(chr(0xFFFD))} characters could not be read",)
    return data.decode("cp1252", "replace"), (f"not UTF-8 (byte {at:,}): read as Windows-1252, with gaps",)
