"""Every limit of reading in one place. A file that passes one ends in a failure that names the limit."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. `Limits(pdf_pages=500)` sets one and keeps the others.

    `file_bytes` is of one document; a JSON Lines or CSV file of many records may be larger, as it is never held whole:
    there `record_bytes` is the limit. `seconds` and `memory_bytes` hold for the reader child process alone.
    """

    file_bytes: int = 25 * _MIB
    record_bytes: int = 25 * _MIB  # one line of JSON Lines, one row of a table
    part_bytes: int = 32 * _MIB  # one unpacked XML part of an office file
    unpacked_bytes: int = 200 * _MIB  # all members of an archive together
    members: int = 2_000  # files in an archive
    archive_depth: int = 2  # an archive within an archive within ...
    html_bytes: int = 10 * _MIB
    depth: int = 500  # nesting of elements or of groups
    pdf_pages: int = 200
    blocks: int = 50_000
    rows: int = 100_000  # of a sheet
    ocr_pages: int = 30
    seconds: float = 20.0
    memory_bytes: int = 1024 * _MIB


#: What holds where nothing else is said; measured to be wide enough for real documents (docs/documents.md).
DEFAULT_LIMITS = Limits()
