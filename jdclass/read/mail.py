"""Saved web archives (.mht) and e-mails (.eml, .msg): the page, or the attachments, or else the text of the mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jdclass.read.failures import DamagedFileError, NoTextError
from jdclass.read.limits import Limits
from jdclass.read.markup import read_html
from jdclass.read.ole import open_ole, stream_of
from jdclass.read.pieces import Reading
from jdclass.read.plain import read_plain
from jdclass.read.text import decode

if TYPE_CHECKING:
    from email.message import Message

__all__ = ["Mail", "parse_mail", "parse_msg", "read_mht"]

#: Endings of attachments that are worth reading; pictures and signatures are not.
_DOCUMENTS = (".docx", ".docm", ".dotx", ".doc", ".pdf", ".odt", ".rtf", ".html", ".htm", ".txt", ".md", ".zip", ".mht")


@dataclass(slots=True)
class Mail:
    """A mail: its body as text or HTML, and its attached documents by name."""

    body: str = ""
    html: bool = False
    attachments: list[tuple[str, bytes]] = field(default_factory=list)

    def reading(self, limits: Limits) -> Reading:
        """The body as a reading, for a mail without an attached document. Raises NoTextError."""
        if not self.body.strip():
            raise NoTextError("the mail holds no text and no document")
        if self.html:
            return read_html(self.body, format="eml", limits=limits)
        return read_plain(self.body, format="eml", limits=limits)


def _parts(data: bytes) -> Message:
    import email.policy

    try:
        return email.message_from_bytes(data, policy=email.policy.compat32)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise DamagedFileError(f"the file does not hold together: {error}") from None


def _bytes_of(part: Message) -> bytes:
    try:
        held = part.get_payload(decode=True)
    except (ValueError, TypeError, LookupError, AssertionError) as error:
        raise DamagedFileError(f"a part of the file is damaged: {error}") from None
    return held if isinstance(held, bytes) else b""


def _text_of(part: Message) -> str:
    data = _bytes_of(part)
    charset = part.get_content_charset()
    if charset:
        try:
            return data.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, declared=True)[0] if data else ""


def _name_of(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, LookupError):
        name = ""
    return name.replace("\\", "/").rpartition("/")[2]


def read_mht(data: bytes, *, limits: Limits) -> Reading:
    """A saved web archive to a reading: its first HTML part. Raises DocumentError."""
    for part in _parts(data).walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            text = _text_of(part)
            if text.strip():
                return read_html(text, format="mht", limits=limits)
    raise NoTextError("the web archive holds no page")


def parse_mail(data: bytes, *, limits: Limits) -> Mail:
    """An .eml file to its body and attached documents. Raises DamagedFileError."""
    mail = Mail()
    for number, part in enumerate(_parts(data).walk()):
        if number > limits.members:
            break
        if part.is_multipart():
            continue
        name, kind = _name_of(part), part.get_content_type()
        if name.lower().endswith(_DOCUMENTS):
            mail.attachments.append((name, _bytes_of(part)))
        elif not name and kind == "text/plain" and not mail.body:
            mail.body = _text_of(part)
        elif not name and kind == "text/html" and (not mail.body.strip()):
            mail.body, mail.html = _text_of(part), True
    return mail


def parse_msg(data: bytes, *, limits: Limits) -> Mail:
    """An Outlook .msg file to its body and attached documents. Raises DamagedFileError, LimitError."""
    archive = open_ole(data)
    mail = Mail()
    try:
        if archive.exists("__substg1.0_1000001F"):
            mail.body = stream_of(archive, "__substg1.0_1000001F", limits).decode("utf-16-le", "replace")
        elif archive.exists("__substg1.0_1000001E"):
            mail.body = stream_of(archive, "__substg1.0_1000001E", limits).decode("cp1252", "replace")
        mail.body = mail.body.replace("\x00", "")
        for entry in archive.listdir(streams=False, storages=True)[: limits.members]:
            if len(entry) != 1 or not entry[0].startswith("__attach_version1.0_"):
                continue
            name = ""
            for tag in ("3707", "3704"):
                stream = [entry[0], f"__substg1.0_{tag}001F"]
                if not name and archive.exists(stream):
                    name = stream_of(archive, stream, limits).decode("utf-16-le", "replace").strip("\x00")
            content = [entry[0], "__substg1.0_37010102"]
            if name.lower().endswith(_DOCUMENTS) and archive.exists(content):
                mail.attachments.append((name, stream_of(archive, content, limits)))
    finally:
        archive.close()
    return mail
