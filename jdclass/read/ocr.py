"""Scanned pages to pieces by tesseract, where it is installed: the extra `jdclass[ocr]`.

tesseract is a program of its own (Debian: tesseract-ocr). It is given one page picture at a time on its standard input,
so nothing is written to disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time

from jdclass.read.failures import DamagedFileError, LimitError, NeedsOcrError
from jdclass.read.limits import Limits
from jdclass.read.pieces import Reading
from jdclass.read.plain import read_plain

__all__ = ["recognise_pdf", "recognise_picture"]

_HOW = "scanned, needs OCR: install tesseract (Debian: apt-get install tesseract-ocr), see jdclass[ocr]"
_DPI = 200


def _program() -> str:
    found = shutil.which("tesseract")
    if found is None:
        raise NeedsOcrError(_HOW)
    return found


def _recognise(picture: bytes, until: float) -> str:
    """The text that tesseract sees in one picture. Raises DamagedFileError, LimitError when the time is up."""
    left = until - time.monotonic()
    if left <= 0:
        raise LimitError("recognising the text of the pages takes longer than the time limit")
    try:
        done = subprocess.run(
            [_program(), "stdin", "stdout", "-l", "eng", "--dpi", str(_DPI)],
            input=picture,
            capture_output=True,
            timeout=left,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LimitError("recognising the text of the pages takes longer than the time limit") from None
    if done.returncode != 0:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DamagedFileError(f"tesseract could not read the picture: {told[-1] if told else done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def _reading(texts: list[str], format: str, limits: Limits) -> Reading:
    reading = Reading(format, share=None)
    for number, text in enumerate(texts, 1):
        for piece in read_plain(text, limits=limits).pieces:
            piece.page = number
            reading.pieces.append(piece)
    reading.warn("scanned: the text was recognised by OCR and holds errors")
    return reading


def recognise_picture(data: bytes, format: str, *, limits: Limits) -> Reading:
    """A picture file to a reading. Raises NeedsOcrError where tesseract is not installed, DamagedFileError."""
    _program()
    return _reading([_recognise(data, time.monotonic() + 0.8 * limits.seconds)], format, limits)


def recognise_pdf(data: bytes, *, limits: Limits) -> Reading:
    """A scanned PDF to a reading. Raises NeedsOcrError where tesseract is not installed, LimitError."""
    import pypdfium2

    _program()
    until = time.monotonic() + 0.8 * limits.seconds
    document = pypdfium2.PdfDocument(data)
    try:
        if len(document) > limits.ocr_pages:
            raise LimitError(f"{len(document)} scanned pages; the limit is {limits.ocr_pages}")
        texts = []
        for number in range(len(document)):
            page = document[number]
            width, height = page.get_size()
            # A page of a poster's size is drawn smaller, so that memory stays bounded.
            scale = min(_DPI / 72, 4000 / max(width, height, 1))
            bitmap = page.render(scale=scale, grayscale=True)
            stride, rows = bitmap.stride, bytes(bitmap.buffer)
            lines = [rows[at : at + bitmap.width] for at in range(0, stride * bitmap.height, stride)]
            picture = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(lines)
            texts.append(_recognise(picture, until))
            bitmap.close()
            page.close()
        return _reading(texts, "pdf", limits)
    finally:
        document.close()
