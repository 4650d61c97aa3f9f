"""Text made safe to show: characters that would steer a reader's screen or break a file, cuts, names of files.

Escaping is each writer's own business (Jinja2, XlsxWriter and python-docx do it); here is what none of them does.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from jdclass.document import Failure, Review, Source
from jdclass.wording import Wording

__all__ = ["FileNames", "cut", "enumerate_texts", "share", "shown", "slug"]

# What XML 1.0 cannot hold, and the marks that reorder text around them: embeddings, overrides and isolates can make a
# line read as something that it is not. Plain left-to-right and right-to-left marks stay, as real text uses them.
_NOT_SHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_SLUG = re.compile(r"[^a-z0-9]+")
_SEPARATORS = re.compile(r"[_\-.\s]+")


def shown(text: str) -> str:
    """The text without control characters, lone surrogates and marks that reorder what stands beside them.

    >>> shown("Lead" + chr(0) + " Nurse" + chr(0x202E))
    'Lead Nurse'
    """
    return _NOT_SHOWN.sub("", text)


def cut(text: str, most: int) -> str:
    """At most `most` characters, cut between words where one is near, with an ellipsis where something is left out.

    >>> cut("Lead the development of the service", 20)
    'Lead the…'
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = text[: most - 1]
    space = head.rfind(" ")
    return (head[:space] if space > most // 3 else head).rstrip(" ,;:–-") + "…"


def slug(title: str, key: str) -> str:
    """A file name without its ending: the title in plain letters, and eight characters that tell equal titles apart."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = _SLUG.sub("-", plain)[:48].strip("-")
    return f"{words or 'role'}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def share(value: float) -> str:
    """A share in [0, 1] in per cent; a little is never shown as none, nor almost all as all.

    >>> [share(value) for value in (0, 0.002, 0.25, 0.998, 1)]
    ['0%', 'under 1%', '25%', 'over 99%', '100%']
    """
    if 0 < value < 0.01:
        return "under 1%"
    if 0.99 < value < 1:
        return "over 99%"
    return f"{value:.0%}"


def enumerate_texts(texts: Iterable[str], wording: Wording) -> str:
    """ "a, b and c"; empty for none."""
    texts = list(texts)
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {wording.say('text.and')} {texts[-1]}"


class FileNames:
    """How files are named to readers. With `mask` no name of a file or folder is shown: it may hold a person's name.

    A masked file is named by the first characters of its hash, which an analyst can find in the store.
    """

    def __init__(self, wording: Wording, *, mask: bool = False) -> None:
        self.wording = wording
        self.mask = mask

    def file(self, source: Source) -> str:
        """The file of a review as readers see it."""
        return self._file(source.path, source.record, source.sha256)

    def failed_file(self, failure: Failure) -> str:
        """The file of a failure as readers see it."""
        path = failure.path or ""
        return self._file(
            failure.path, failure.record, hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
        )

    def _file(self, path: str | None, record: int | None, sha256: str) -> str:
        name = shown(path or "")
        if self.mask and path:
            ending = PurePosixPath(path).suffix[:8]
            ending = ending if ending[1:].isalnum() else ""
            name = self.wording.say("text.masked_file", hash=sha256[:8], ending=ending)
        if record is not None:
            name = self.wording.say("text.record", file=name, record=record)
        return name

    def key(self, review: Review) -> str:
        """What tells this role from all others in the files: its id, or by its hash where names are masked."""
        if not self.mask:
            return review.id
        record = review.source.record
        return review.source.sha256[:16] if record is None else f"{review.source.sha256[:16]}-{record}"

    def slug(self, review: Review) -> str:
        """The usual name of the files about a role, without its ending."""
        return slug(self.title(review), self.key(review))

    def title(self, review: Review) -> str:
        """The title; where names are masked and the file name is all that gave it, a note in its place."""
        given = [fact for fact in review.facts if fact.name == "title" and fact.value == review.title]
        if self.mask and given and all("file name" in (fact.place or "") for fact in given):
            return self.wording.say("text.title_masked")
        return shown(review.title).strip() or self.wording.say("text.no_title")

    def free(self, text: str, review: Review | Failure) -> str:
        """A sentence about a file, made safe; where names are masked, without the file's name in any of its forms."""
        text = shown(text)
        if not self.mask:
            return text
        path = review.source.path if isinstance(review, Review) else review.path
        secrets = set()
        if path:
            whole = PurePosixPath(path.replace("\\", "/"))
            secrets |= {path, *whole.parts, whole.stem, _SEPARATORS.sub(" ", whole.stem)}
        if isinstance(review, Review):
            secrets.add(review.id)
            secrets |= {fact.value for fact in review.facts if "file name" in (fact.place or "")}
        for secret in sorted((shown(item) for item in secrets if len(item) > 2), key=len, reverse=True):
            text = re.sub(re.escape(secret), self.wording.say("text.masked"), text, flags=re.IGNORECASE)
        return text
