"""The ways in which a file cannot be read, each with its name. The class name is the `error` of the failure row."""

from __future__ import annotations

from jdclass.errors import DocumentError

__all__ = [
    "BadRecordError",
    "DamagedFileError",
    "EmptyFileError",
    "EncryptedFileError",
    "LimitError",
    "MemoryLimitError",
    "NeedsOcrError",
    "NoTextError",
    "NotAFileError",
    "NotReadableError",
    "ReaderDiedError",
    "TimeLimitError",
    "UnknownFormatError",
]


class EmptyFileError(DocumentError):
    """The file has no bytes, or nothing but white space."""


class UnknownFormatError(DocumentError):
    """The bytes are of no format that jdclass reads, whatever the name says."""


class DamagedFileError(DocumentError):
    """The file is of a known format and does not hold together: cut short, or bytes changed."""


class EncryptedFileError(DocumentError):
    """The file can only be opened with a password."""


class NoTextError(DocumentError):
    """The file was read and holds no text."""


class NeedsOcrError(DocumentError):
    """The pages are pictures: text has to be recognised first."""


class LimitError(DocumentError):
    """The file is larger, deeper or longer than a limit of reading."""


class BadRecordError(DocumentError):
    """A record of a file of many is broken or holds no text."""


class NotAFileError(DocumentError):
    """The path is a folder, a pipe, a device or a link in a circle."""


class NotReadableError(DocumentError):
    """The file cannot be opened: gone, or no permission."""


class TimeLimitError(DocumentError):
    """The reader was stopped: it took longer than the limit."""


class MemoryLimitError(DocumentError):
    """The reader was stopped: it asked for more memory than the limit."""


class ReaderDiedError(DocumentError):
    """The reader process ended without an answer."""
