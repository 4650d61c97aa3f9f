"""The ways in: a path, bytes, a record or a text to role descriptions. A bad file is a Failure, never an exception."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from jdclass.document import Failure, RoleDescription
from jdclass.errors import JdclassError
from jdclass.read import records
from jdclass.read.build import build_role
from jdclass.read.failures import (
    BadRecordError,
    DamagedFileError,
    EmptyFileError,
    LimitError,
    MemoryLimitError,
    NotAFileError,
    NotReadableError,
)
from jdclass.read.formats import document_reading, sniff
from jdclass.read.limits import DEFAULT_LIMITS, Limits
from jdclass.read.mail import Mail, parse_mail, parse_msg
from jdclass.read.markup import looks_like_html, read_html
from jdclass.read.names import can_read
from jdclass.read.ole import ole_kind, open_ole
from jdclass.read.package import Package
from jdclass.read.pieces import Reading
from jdclass.read.plain import read_plain
from jdclass.read.text import decode

__all__ = ["read_bytes", "read_path", "read_record", "read_text"]

read_record = records.read_record

_HEAD = 65536


def _failure(error: JdclassError, name: str | None, record: int | None = None) -> Failure:
    return Failure(name, record, type(error).__name__, str(error))


def _open(path: Path) -> IO[bytes]:
    """The file, opened, if it is one. A pipe is refused before the open, which would wait for ever."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, socket or device"
            raise NotAFileError(f"{kind}, not a file")
        return path.open("rb")
    except PermissionError:
        raise NotReadableError("no permission to read it") from None
    except FileNotFoundError:
        raise NotReadableError("there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if "symbolic link" in reason:
            raise NotAFileError("a symbolic link that leads in a circle") from None
        raise NotReadableError(f"it cannot be opened: {reason}") from None


def read_path(
    path: Path | str,
    *,
    name: str | None = None,
    title: str | None = None,
    keep_contacts: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[RoleDescription | Failure]:
    """One file to its role descriptions, in its order: one of a document, many of a JSON Lines file, table or archive.

    `name` is the path as it stands in the source and the id, relative to the folder given; the path itself where None.
    `title` stands over the document's own and is for single documents. A file or record that cannot be read is a
    Failure with the named error; nothing is raised for it.
    """
    path = Path(path)
    name = str(path) if name is None else name
    try:
        with _open(path) as stream:
            head = stream.read(_HEAD)
            lines = _is_lines(head, name)
            if lines:
                stream.seek(0)
                yield from _read_lines(stream, name, title=title, keep_contacts=keep_contacts, limits=limits)
                return
            data = head + stream.read(limits.file_bytes + 1 - len(head)) if len(head) == _HEAD else head
    except JdclassError as error:
        yield _failure(error, name)
        return
    except OSError as error:
        yield _failure(NotReadableError(f"it cannot be read: {error.strerror or error}"), name)
        return
    yield from read_bytes(data, name=name, title=title, keep_contacts=keep_contacts, limits=limits)


def _is_lines(head: bytes, name: str) -> bool:
    """Whether a file is JSON Lines, plain or gzipped: its first line is a whole object and there is another, or its
    name says so. Such a file is read line by line, however large.
    """
    lower = name.lower()
    said = lower.endswith((".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"))
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head, 4 * _HEAD)
        except zlib.error:
            return said
    elif head[:4] in (b"PK\x03\x04", b"%PDF") or b"\x00" in head[:64]:
        return False
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith(b"{") or text.startswith(b"{\\rtf"):
        return said and bool(head)
    first, _, rest = text.partition(b"\n")
    if said:
        return True
    if not rest.strip():
        return False
    try:
        records.parse_json(first)
    except ValueError:
        return False
    return True


def _read_lines(
    stream: IO[bytes], name: str, *, title: str | None, keep_contacts: bool, limits: Limits
) -> Iterator[RoleDescription | Failure]:
    """The records of a JSON Lines stream; a broken line fails alone."""
    zipped = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    source: Any = gzip.GzipFile(fileobj=stream) if zipped else stream
    seen: set[str] = set()
    number = 0
    found = False
    too_long = limits.record_bytes
    while True:
        try:
            line: bytes = source.readline(too_long + 1)
        except (OSError, EOFError, zlib.error) as error:
            yield _failure(DamagedFileError(f"the gzip data ends or breaks after line {number}: {error}"), name)
            return
        if not line:
            break
        number += 1
        if len(line) > too_long:
            while line and not line.endswith(b"\n"):
                line = source.readline(too_long)
            yield _failure(LimitError(f"line {number} is longer than the limit of {too_long:,} bytes"), name, number)
            found = True
            continue
        line = line.strip(b"\xef\xbb\xbf \t\r\n\x00" if number == 1 else b" \t\r\n")
        if not line:
            continue
        found = True
        try:
            role = _read_line(line, name, number, title=title, keep_contacts=keep_contacts, limits=limits)
        except JdclassError as error:
            yield _failure(error, name, number)
            continue
        yield _once(role, seen)
    if not found:
        yield _failure(EmptyFileError("the file is empty" if number == 0 else "the file holds no records"), name)


def _once(role: RoleDescription, seen: set[str]) -> RoleDescription:
    """The role, with a warning where its id came before."""
    if role.id in seen:
        doubled = f"the id {role.id!r} comes more than once in this file"
        return replace(role, source=replace(role.source, warnings=(*role.source.warnings, doubled)))
    seen.add(role.id)
    return role


def _read_line(
    line: bytes, name: str, number: int, *, title: str | None, keep_contacts: bool, limits: Limits
) -> RoleDescription:
    warnings: tuple[str, ...] = ()
    try:
        record = records.parse_json(line)
    except UnicodeDecodeError:
        text, warnings = decode(line)
        try:
            record = records.parse_json(text)
        except ValueError as error:
            raise BadRecordError(f"line {number} is not JSON: {error}") from None
    except ValueError as error:
        raise BadRecordError(f"line {number} is not JSON: {error}") from None
    role = records.read_record(
        record,
        path=name,
        number=number,
        sha256=hashlib.sha256(line).hexdigest(),
        title=title,
        keep_contacts=keep_contacts,
        format="jsonl",
        limits=limits,
    )
    if warnings:
        role = replace(role, source=replace(role.source, warnings=(*warnings, *role.source.warnings)))
    return role


def read_bytes(
    data: bytes,
    *,
    name: str,
    title: str | None = None,
    keep_contacts: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    depth: int = 0,
) -> Iterator[RoleDescription | Failure]:
    """The bytes of one file to its role descriptions, as `read_path` gives them. `depth`: archives around it."""
    try:
        if len(data) > limits.file_bytes:
            raise LimitError(f"the file is larger than the limit of {limits.file_bytes:,} bytes")
        if data and _is_lines(data[:_HEAD], name):
            yield from _read_lines(io.BytesIO(data), name, title=title, keep_contacts=keep_contacts, limits=limits)
            return
        format = sniff(data, name=name)
        if format == "gzip":
            inner = _unzip(data, limits)
            if depth >= limits.archive_depth:
                raise LimitError(f"archives are nested more than {limits.archive_depth} deep")
            yield from read_bytes(
                inner,
                name=name.removesuffix(".gz"),
                title=title,
                keep_contacts=keep_contacts,
                limits=limits,
                depth=depth + 1,
            )
            return
        if format == "json":
            yield from _read_json(data, name, title=title, keep_contacts=keep_contacts, limits=limits)
            return
        if format in ("csv", "xlsx"):
            yield from _read_sheet(data, format, name, title=title, keep_contacts=keep_contacts, limits=limits)
            return
        members = _members(data, format, limits)
        if members is not None:
            if depth >= limits.archive_depth:
                raise LimitError(f"archives are nested more than {limits.archive_depth} deep")
            yield from _read_members(
                members, name, title=title, keep_contacts=keep_contacts, limits=limits, depth=depth + 1
            )
            return
        reading = _mail_reading(data, format, limits) or document_reading(data, format, name=name, limits=limits)
        yield build_role(
            reading,
            id=name,
            path=name,
            record=None,
            sha256=hashlib.sha256(data).hexdigest(),
            title=title,
            keep_contacts=keep_contacts,
        )
    except JdclassError as error:
        yield _failure(error, name)
    except RecursionError:
        yield _failure(LimitError("it nests too deeply to be read"), name)
    except MemoryError:
        yield _failure(MemoryLimitError("there is not enough memory to read it"), name)


def _read_sheet(
    data: bytes, format: str, name: str, *, title: str | None, keep_contacts: bool, limits: Limits
) -> Iterator[RoleDescription | Failure]:
    """The rows of a vacancy export; a row without text fails alone."""
    from jdclass.read.sheets import csv_records, xlsx_records

    warnings: tuple[str, ...] = ()
    if format == "csv":
        rows, warnings = csv_records(data, limits=limits)
    else:
        rows = xlsx_records(data, limits=limits)
    seen: set[str] = set()
    found = False
    for number, record in rows:
        found = True
        try:
            if isinstance(record, BadRecordError):
                raise record
            role = records.read_record(
                record,
                path=name,
                number=number,
                title=title,
                keep_contacts=keep_contacts,
                format=format,
                limits=limits,
            )
        except JdclassError as error:
            yield _failure(error, name, number)
            continue
        if warnings:
            role = replace(role, source=replace(role.source, warnings=(*warnings, *role.source.warnings)))
        yield _once(role, seen)
    if not found:
        raise EmptyFileError("the table holds no rows under its header")


def _mail_of(data: bytes, format: str, limits: Limits) -> Mail | None:
    """The mail that a file is, None for other formats."""
    if format == "eml":
        return parse_mail(data, limits=limits)
    if format == "ole":
        archive = open_ole(data)
        try:
            kind = ole_kind(archive)
        finally:
            archive.close()
        return parse_msg(data, limits=limits) if kind == "msg" else None
    return None


def _members(data: bytes, format: str, limits: Limits) -> Iterator[tuple[str, bytes | JdclassError]] | None:
    """Name and bytes of each document within a file that holds others; None for a document."""
    if format == "zip":
        return _zip_members(data, limits)
    mail = _mail_of(data, format, limits) if format in ("eml", "ole") else None
    return iter(mail.attachments) if mail is not None and mail.attachments else None


def _mail_reading(data: bytes, format: str, limits: Limits) -> Reading | None:
    """The text of a mail that has no document attached."""
    mail = _mail_of(data, format, limits) if format in ("eml", "ole") else None
    return None if mail is None else mail.reading(limits)


def _zip_members(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes | JdclassError]]:
    package = Package(data, limits)
    for info in sorted(package.infos, key=lambda info: info.filename):
        name = info.filename
        if info.is_dir() or name.startswith("__MACOSX/") or not can_read(Path(name.rpartition("/")[2])):
            continue
        try:
            yield name, package.read(info, limit=limits.file_bytes)
        except JdclassError as error:
            yield name, error


def _read_members(
    members: Iterator[tuple[str, bytes | JdclassError]],
    name: str,
    *,
    title: str | None,
    keep_contacts: bool,
    limits: Limits,
    depth: int,
) -> Iterator[RoleDescription | Failure]:
    """The documents within an archive or mail, each a role or a failure of its own."""
    found = False
    for inner, data in members:
        found = True
        path = f"{name}/{inner}"
        if isinstance(data, JdclassError):
            yield _failure(data, path)
            continue
        yield from read_bytes(data, name=path, title=title, keep_contacts=keep_contacts, limits=limits, depth=depth)
    if not found:
        raise EmptyFileError("the archive holds no documents")


def _unzip(data: bytes, limits: Limits) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            inner = stream.read(limits.file_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedFileError(f"the gzip data is damaged: {error}") from None
    if len(inner) > limits.file_bytes:
        raise LimitError(f"unpacked the file is larger than the limit of {limits.file_bytes:,} bytes")
    return inner


def _read_json(
    data: bytes, name: str, *, title: str | None, keep_contacts: bool, limits: Limits
) -> Iterator[RoleDescription | Failure]:
    """A JSON file of one record or of a list of them."""
    text, warnings = decode(data)
    try:
        value = records.parse_json(text)
    except ValueError as error:
        raise BadRecordError(f"the file is not JSON: {error}") from None
    items = list(records.records_of(value, limits=limits))
    single = not isinstance(value, list) and len(items) == 1
    if not items:
        raise EmptyFileError("the file holds no records")
    seen: set[str] = set()
    for number, item in enumerate(items, 1):
        try:
            role = records.read_record(
                item,
                path=name,
                number=None if single else number,
                sha256=hashlib.sha256(data).hexdigest() if single else None,
                title=title,
                keep_contacts=keep_contacts,
                limits=limits,
            )
        except JdclassError as error:
            yield _failure(error, name, None if single else number)
            continue
        if warnings:
            role = replace(role, source=replace(role.source, warnings=(*warnings, *role.source.warnings)))
        yield _once(role, seen)


def read_text(
    text: str,
    *,
    title: str | None = None,
    id: str | None = None,
    employer: str | None = None,
    band: str | None = None,
    keep_contacts: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> RoleDescription:
    """A text, plain or HTML, to a role description. Raises NoTextError for a text without a word, LimitError.

    `title=None` takes it from the text; a blank title given stays blank. The id is "text" where none is given.
    """
    reading = (
        read_html(text, fragment=True, limits=limits)
        if looks_like_html(text)
        else read_plain(text, format="text", limits=limits)
    )
    return build_role(
        reading,
        id=id or "text",
        path=None,
        record=None,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        title=title,
        employer=employer,
        band=band,
        keep_contacts=keep_contacts,
    )
