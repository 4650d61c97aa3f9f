"""The headings that NHS documents give their sections, with the zone that each begins; data in `data/headings.csv`.

A heading is a whole line: the list is compared with the line's words, without case, numbering or closing marks.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jdclass.errors import LexiconError
from jdclass.framework import DATA, Framework, default_framework

__all__ = ["Headings", "heading_key", "load_headings"]

#: A longer line is a sentence, whatever it begins with.
LONGEST = 60

_NUMBER = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|(?:[a-z]|[ivx]{1,4})[.)]"
    r"|(?:section|part)\s+(?:\d{1,2}|[a-z])\s*[.):–—-])\s+"
)
_MARKS = re.compile(r"^[\W_]+|[\W_]+$")


def heading_key(text: str) -> str:
    """What two spellings of a heading share; empty for a line without words.

    >>> heading_key("2. Main Duties of the Job:")
    'main duties of the job'
    """
    key = " ".join(text.lower().replace("’", "'").split())
    return _MARKS.sub("", _NUMBER.sub("", key))


@dataclass(frozen=True, slots=True)
class Headings:
    """Which zone a heading begins, by `heading_key`."""

    zones: Mapping[str, str]
    sha256: str

    def zone(self, text: str) -> str | None:
        """The zone that a line with this text begins, None where it is no heading of the list.

        >>> load_headings().zone("PERSON SPECIFICATION")
        'person_spec'
        """
        return None if len(text) > LONGEST else self.zones.get(heading_key(text))


def load_headings(path: Path | str | None = None, *, framework: Framework | None = None) -> Headings:
    """Read a headings file, by default the shipped one.

    Raises LexiconError naming file and line for an unknown column or zone, an empty or a doubled heading.
    """
    framework = framework or default_framework()
    path = DATA / "headings.csv" if path is None else Path(path)
    try:
        data = path.read_bytes()
        rows = csv.reader(data.decode("utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    header = next(rows, [])
    if header != ["form", "zone"]:
        raise LexiconError(f"{path}:1: columns {header}, wanted ['form', 'zone']")
    zones: dict[str, str] = {}
    for row in rows:
        where = f"{path}:{rows.line_num}"
        if len(row) != 2:
            raise LexiconError(f"{where}: {len(row)} columns, wanted 2")
        key, zone = heading_key(row[0]), row[1]
        if not key:
            raise LexiconError(f"{where}: the heading is empty")
        if zone not in framework.zone_keys:
            raise LexiconError(f"{where}: zone {zone!r} is not one of {sorted(framework.zone_keys)}")
        if key in zones:
            raise LexiconError(f"{where}: heading {key!r} stands twice")
        zones[key] = zone
    return Headings(zones, hashlib.sha256(data).hexdigest())
