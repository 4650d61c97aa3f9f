"""Files in Microsoft's compound format: which of the old Office formats it is, and the reader for it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from jdclass.read.failures import DamagedFileError, EncryptedFileError, LimitError, UnknownFormatError
from jdclass.read.limits import Limits
from jdclass.read.pieces import Reading

if TYPE_CHECKING:
    import olefile

__all__ = ["ole_kind", "open_ole", "read_ole", "stream_of"]


def open_ole(data: bytes) -> olefile.OleFileIO:
    """The compound file. Raises DamagedFileError."""
    import olefile

    try:
        return olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_INCORRECT)
    except (
        OSError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
        KeyError,
    ) as error:
        raise DamagedFileError(f"the compound file is damaged: {error}") from None
    except Exception as error:  # olefile's own defects are a bare Exception in some versions
        raise DamagedFileError(f"the compound file is damaged: {error}") from None


def stream_of(archive: olefile.OleFileIO, name: str | list[str], limits: Limits) -> bytes:
    """The bytes of a stream. Raises DamagedFileError, LimitError."""
    try:
        with archive.openstream(name) as stream:
            data: bytes = stream.read(limits.part_bytes + 1)
    except (OSError, ValueError, IndexError, TypeError, AttributeError, KeyError) as error:
        raise DamagedFileError(f"the part {name} of the compound file is damaged: {error}") from None
    if len(data) > limits.part_bytes:
        raise LimitError(f"the part {name} is larger than the limit of {limits.part_bytes:,} bytes")
    return data


def ole_kind(archive: olefile.OleFileIO) -> str:
    """ "doc" or "msg". Raises EncryptedFileError, UnknownFormatError for the others."""
    if archive.exists("EncryptedPackage"):
        raise EncryptedFileError("the file is protected by a password")
    if archive.exists("WordDocument"):
        return "doc"
    if archive.exists("__properties_version1.0"):
        return "msg"
    if archive.exists("Workbook") or archive.exists("Book"):
        raise UnknownFormatError("an old Excel file (.xls): save it as .xlsx or .csv")
    raise UnknownFormatError("an old Office file of a kind that jdclass does not read")


def read_ole(data: bytes, *, limits: Limits) -> Reading:
    """A document in the compound format to a reading: Word 97 to 2003. Raises DocumentError."""
    from jdclass.read.doc import read_doc

    archive = open_ole(data)
    try:
        ole_kind(archive)
        return read_doc(archive, limits=limits)
    finally:
        archive.close()
