"""Office files as zip archives of XML parts, opened under limits: no size that the archive states is believed."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from jdclass.read.failures import DamagedFileError, EncryptedFileError, LimitError
from jdclass.read.limits import Limits

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Package", "parse_xml"]

_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    KeyError,
    IndexError,
    OverflowError,
)


class Package:
    """The members of a zip archive in memory. Every read is cut at the limits, whatever the directory says."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.limits = limits
        self._read = 0
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self.infos = self._archive.infolist()
        except _ZIP_ERRORS as error:
            raise DamagedFileError(f"the archive is damaged: {error}") from None
        if len(self.infos) > limits.members:
            raise LimitError(f"the archive holds {len(self.infos):,} members; the limit is {limits.members:,}")
        self.names = {info.filename: info for info in self.infos}

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def read(self, name: str | zipfile.ZipInfo, *, limit: int | None = None) -> bytes:
        """The bytes of a member. Raises DamagedFileError, EncryptedFileError, LimitError."""
        limit = self.limits.part_bytes if limit is None else limit
        info = self.names.get(name) if isinstance(name, str) else name
        if info is None:
            raise DamagedFileError(f"the file lacks its part {name}")
        if info.flag_bits & 1:
            raise EncryptedFileError("the file is protected by a password")
        try:
            with self._archive.open(info) as stream:
                data = stream.read(limit + 1)
        except RuntimeError as error:  # zipfile's own for a password
            raise EncryptedFileError(f"the file is protected by a password ({error})") from None
        except _ZIP_ERRORS as error:
            raise DamagedFileError(f"the part {info.filename} is damaged: {error}") from None
        self._read += len(data)
        if len(data) > limit:
            raise LimitError(f"unpacked the part {info.filename} is larger than the limit of {limit:,} bytes")
        if self._read > self.limits.unpacked_bytes:
            raise LimitError(f"unpacked the file is larger than the limit of {self.limits.unpacked_bytes:,} bytes")
        return data

    def xml(self, name: str) -> _Element:
        """The root element of an XML part. Raises what `read` raises, and DamagedFileError for broken XML."""
        return parse_xml(self.read(name), name)


def parse_xml(data: bytes, name: str) -> _Element:
    """The root of some XML, with nothing fetched and no entity resolved. Raises DamagedFileError, LimitError."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        message = str(error)
        if "depth" in message.lower() or "huge" in message.lower():
            raise LimitError(f"the part {name} nests too deeply or is too large: {message}") from None
        raise DamagedFileError(f"the part {name} is no whole XML: {message}") from None
    except ValueError as error:
        raise DamagedFileError(f"the part {name} is no XML: {error}") from None
    # A search of the bytes would miss a document type in UTF-16.
    if root.getroottree().docinfo.doctype:
        raise DamagedFileError(f"the part {name} declares a document type, which office files never do")
    return root
