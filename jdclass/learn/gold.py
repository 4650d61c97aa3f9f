"""Annotated roles and lines as frozen values, read from JSON Lines and checked line by line. Standard library only.

`roles.jsonl` holds whole roles, one a line; `lines.jsonl` single lines with the lines before and after them, chosen
because they are hard. Either may be gzipped. The open corpus has the form of the first.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jdclass.document import ORIENTATIONS4, VERDICTS
from jdclass.errors import CorpusError
from jdclass.framework import Framework, default_framework

__all__ = ["GoldHardLine", "GoldLine", "GoldPhrase", "GoldRole", "json_lines", "read_hard_lines", "read_roles"]


@dataclass(frozen=True, slots=True)
class GoldPhrase:
    """`line.text[start:end] == text`, half open; one orientation and one contrast."""

    start: int
    end: int
    text: str
    orientation: str
    contrast: str


@dataclass(frozen=True, slots=True)
class GoldLine:
    """One line with its zone; `heading` is None where the annotation does not say."""

    text: str
    zone: str
    phrases: tuple[GoldPhrase, ...] = ()
    heading: bool | None = None


@dataclass(frozen=True, slots=True)
class GoldRole:
    """One annotated document. `match` is from 1 to 5, or 0 where it says too little of the duties to tell."""

    id: str
    split: str | None
    title: str
    employer: str | None
    claim: str
    duties: str
    match: int
    verdict: str
    lines: tuple[GoldLine, ...]
    stratum: str | None = None
    kind: str | None = None
    band: str | None = None

    @property
    def text(self) -> str:
        """The document as it is given to a reader: its lines, parted by newlines."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class GoldHardLine:
    """A line alone, from advert `advert`, with the text `before` and `after` it (empty at either end)."""

    advert: str
    split: str | None
    title: str
    before: str
    line: GoldLine
    after: str


def read_roles(
    path: Path | str, *, split: str | None = None, framework: Framework | None = None
) -> tuple[GoldRole, ...]:
    """The roles of a file in its order; with `split`, those of it alone, though the whole file is checked.

    Raises CorpusError, with file and line, for a file that cannot be read, a record that is not one, a name that the
    framework does not have, a phrase that its place does not cut out, an id that comes twice, and for no role left.
    """
    path = Path(path)
    framework = default_framework() if framework is None else framework
    roles = []
    seen: dict[str, int] = {}
    for number, record in json_lines(path):
        role = _role(_Object(record, f"{path}:{number}"), framework)
        if role.id in seen:
            raise CorpusError(f"{path}:{number}: id {role.id!r} comes twice, first in line {seen[role.id]}")
        seen[role.id] = number
        if split is None or role.split == split:
            roles.append(role)
    if not roles:
        raise CorpusError(f"{path}: holds no role" + ("" if split is None else f" of split {split!r}"))
    return tuple(roles)


def read_hard_lines(
    path: Path | str, *, split: str | None = None, framework: Framework | None = None
) -> tuple[GoldHardLine, ...]:
    """The single lines of a file in its order; with `split`, those of it alone. Raises as `read_roles` does."""
    path = Path(path)
    framework = default_framework() if framework is None else framework
    lines = []
    for number, record in json_lines(path):
        line = _hard_line(_Object(record, f"{path}:{number}"), framework)
        if split is None or line.split == split:
            lines.append(line)
    if not lines:
        raise CorpusError(f"{path}: holds no line" + ("" if split is None else f" of split {split!r}"))
    return tuple(lines)


def json_lines(path: Path | str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file, gzipped or not, each with its line number from 1; blank lines are passed over.

    Raises CorpusError, with file and line, for a file that cannot be read and a line that is no JSON object in UTF-8.
    """
    path = Path(path)
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            for number, data in enumerate(stream, 1):
                if data.strip():
                    value = _parse(data, f"{path}:{number}")
                    if not isinstance(value, dict):
                        raise CorpusError(f"{path}:{number}: is {_named(value)}, wanted an object")
                    yield number, value
    except OSError as error:  # also gzip's own for what is no gzip file
        raise CorpusError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: is cut short or damaged after line {number}") from error


def _parse(data: bytes, where: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CorpusError(f"{where}: is not UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise CorpusError(f"{where}: is not JSON: {error}") from error


class _Object:
    """A JSON object whose fields are asked for by kind; what is absent or of another kind is a CorpusError."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise CorpusError(f"{where}: is {_named(value)}, wanted an object")
        self.value: dict[str, Any] = value
        self.where = where

    def text(self, key: str) -> str:
        value = self.value.get(key)
        if not isinstance(value, str):
            raise CorpusError(f"{self.where}: {key!r} is {_named(value)}, wanted a text")
        return value

    def maybe(self, key: str) -> str | None:
        return None if self.value.get(key) is None else self.text(key)

    def name(self, key: str, names: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in names:
            raise CorpusError(f"{self.where}: {key!r} is {value!r}, wanted one of {', '.join(names)}")
        return value

    def number(self, key: str, low: int, high: int) -> int:
        value = self.value.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise CorpusError(f"{self.where}: {key!r} is {value!r}, wanted a whole number from {low} to {high}")
        return value

    def objects(self, key: str, what: str) -> list[_Object]:
        value = self.value.get(key)
        if not isinstance(value, list):
            raise CorpusError(f"{self.where}: {key!r} is {_named(value)}, wanted a list")
        return [_Object(item, f"{self.where}: {what} {number}") for number, item in enumerate(value, 1)]


def _named(value: Any) -> str:
    kinds = {str: "a text", list: "a list", dict: "an object", type(None): "absent or null"}
    return kinds.get(type(value), f"{value!r}")


def _id(record: _Object, key: str) -> str:
    value = record.value.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise CorpusError(f"{record.where}: {key!r} is {value!r}, wanted a text or a whole number")
    return value


def _phrases(line: _Object, text: str, framework: Framework) -> tuple[GoldPhrase, ...]:
    phrases = []
    for item in line.objects("phrases", "phrase"):
        start, end = item.number("start", 0, len(text)), item.number("end", 0, len(text))
        quote = item.text("text")
        if text[start:end] != quote:
            raise CorpusError(f"{item.where}: from {start} to {end} stands {text[start:end]!r}, wanted {quote!r}")
        if not quote.strip():
            raise CorpusError(f"{item.where}: is empty")
        phrases.append(
            GoldPhrase(
                start,
                end,
                quote,
                item.name("orientation", framework.orientations),
                item.name("contrast", framework.contrast_keys),
            )
        )
    return tuple(phrases)


def _line(item: _Object, framework: Framework) -> GoldLine:
    text = item.text("text")
    heading = item.value.get("heading")
    if heading is not None and not isinstance(heading, bool):
        raise CorpusError(f"{item.where}: 'heading' is {heading!r}, wanted true or false")
    return GoldLine(text, item.name("zone", framework.zone_keys), _phrases(item, text, framework), heading)


def _role(record: _Object, framework: Framework) -> GoldRole:
    return GoldRole(
        id=_id(record, "id"),
        split=record.maybe("split"),
        title=record.text("title"),
        employer=record.maybe("employer"),
        claim=record.name("claim", ORIENTATIONS4),
        duties=record.name("duties", ORIENTATIONS4),
        match=record.number("match", 0, 5),
        verdict=record.name("verdict", VERDICTS),
        lines=tuple(_line(item, framework) for item in record.objects("lines", "line")),
        stratum=record.maybe("stratum"),
        kind=record.maybe("kind"),
        band=record.maybe("band"),
    )


def _hard_line(record: _Object, framework: Framework) -> GoldHardLine:
    return GoldHardLine(
        advert=_id(record, "advert"),
        split=record.maybe("split"),
        title=record.text("title"),
        before=record.text("before"),
        line=_line(record, framework),
        after=record.text("after"),
    )
