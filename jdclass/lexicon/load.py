"""The lexicon and the collisions: data files that an HR analyst can edit in Excel, checked as a whole on load.

docs/lexicon.md describes the columns. Every error names the file and the line.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jdclass.errors import LexiconError
from jdclass.framework import DATA, Framework, default_framework
from jdclass.lexicon.patterns import PatternError, expand
from jdclass.lexicon.statements import STATEMENTS

__all__ = [
    "SOURCES",
    "Collision",
    "Collisions",
    "Lexicon",
    "Pattern",
    "WordClass",
    "idle_collisions",
    "load_collisions",
    "load_lexicon",
]

COLUMNS = ("forms", "orientation", "contrast", "object", "unless", "unless_after", "gap", "states", "source", "note")
COLLISION_COLUMNS = ("forms", "reason", "example")
#: Where a pattern comes from: Figure 1's own words, the article's text, the codebook's settled cases, corpus study.
SOURCES = ("figure", "article", "codebook", "corpus")
#: An object may stand after this many other words where the `gap` cell is empty.
DEFAULT_GAP = 4
MAX_GAP = 12
CLASS_MARK = "class:"
ABSENT_MARK = "no:"

Surface = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordClass:
    """A named class of single words, lower case: what a verb is done to, or must not be done to."""

    line: int
    name: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of the lexicon.

    `surfaces` are the token sequences that `forms` stands for. Where `objects` names classes, a word of one of them
    must follow within `gap` other tokens; a word of a class in `unless` on the way there forbids the hit, and so does
    one of a class in `unless_after` within `gap` tokens after its end. `states` are
    keys of STATEMENTS. A pattern without orientation is no phrase, it only says something: with `absent`, that the
    document states its `states` to be absent ("no direct reports").
    """

    line: int
    forms: str
    surfaces: tuple[Surface, ...]
    orientation: str | None
    contrast: str | None
    objects: tuple[str, ...]
    unless: tuple[str, ...]
    unless_after: tuple[str, ...]
    gap: int
    states: tuple[str, ...]
    absent: bool
    source: str
    note: str

    @property
    def only_says(self) -> bool:
        """Whether the pattern says something of the post and is neither a phrase nor the denial of one."""
        return self.orientation is None and not self.absent


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The patterns and word classes of one file, in its order; `sha256` is of the file's bytes."""

    path: str
    sha256: str
    patterns: tuple[Pattern, ...]
    classes: tuple[WordClass, ...]

    def words(self, *names: str) -> frozenset[str]:
        """The words of all the named classes together; a name that the file does not define has none."""
        return frozenset(word for entry in self.classes if entry.name in names for word in entry.words)

    def explain(self, number: int) -> str:
        """Where pattern `number` (from 0) stands and what it asks for, in one line for a person.

        Raises IndexError for a number that the lexicon does not have.
        """
        pattern = self.patterns[number]
        side = f"{pattern.orientation} ({pattern.contrast})" if pattern.orientation else "no phrase"
        condition = f" + {' or '.join(pattern.objects)} within {pattern.gap} words" if pattern.objects else ""
        unless = f", unless {' or '.join(pattern.unless)} before it" if pattern.unless else ""
        unless += f", unless {' or '.join(pattern.unless_after)} after it" if pattern.unless_after else ""
        states = f"; states {', '.join(pattern.states)}" if pattern.states else ""
        return f"{self.path}:{pattern.line}: {pattern.forms}{condition}{unless}: {side}{states}; from {pattern.source}"


@dataclass(frozen=True, slots=True)
class Collision:
    """One row of the collisions: words that look like a phrase and do not count, and why, in plain English."""

    line: int
    forms: str
    surfaces: tuple[Surface, ...]
    reason: str
    example: str


@dataclass(frozen=True, slots=True)
class Collisions:
    """The collisions of one file, in its order; `sha256` is of the file's bytes."""

    path: str
    sha256: str
    entries: tuple[Collision, ...]

    def explain(self, number: int) -> str:
        """Where collision `number` (from 0) stands and why it does not count. Raises IndexError for no such number."""
        entry = self.entries[number]
        return f"{self.path}:{entry.line}: {entry.forms}: {entry.reason}"


@cache
def _cut(word: str) -> Surface:
    """One written word as the tokenizer cuts it: "day-to-day" is five tokens."""
    from jdclass.segment import english_tokenizer

    tokenizer = english_tokenizer()
    if word.isascii() and word.isalpha() and word not in tokenizer.rules:
        return (word.lower(),)  # as the tokenizer would say, but for the time that asking takes, 40 us
    return tuple(token.lower_ for token in tokenizer(word))


def _surfaces(forms: str, where: str) -> tuple[Surface, ...]:
    try:
        sequences = expand(forms)
    except PatternError as error:
        raise LexiconError(f"{where}: forms: {error}") from error
    return tuple(tuple(token for word in words for token in _cut(word)) for words in sequences)


def _rows(data: bytes, path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """(place, cells) of each row that is neither blank nor a remark (first cell beginning with #)."""
    try:
        # Excel writes a byte order mark before its "CSV UTF-8" and can read the file back only with one.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LexiconError(f"{path}:{line}: is not UTF-8 (in Excel, save it as 'CSV UTF-8')") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    before = 0
    try:
        for row in reader:
            # A cell may hold line breaks; the row's number is that of its first line.
            where, before = f"{path}:{before + 1}", reader.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if header is None:
                header = cells
                unknown = [name for name in header if name not in columns]
                missing = [name for name in columns if name not in header]
                if unknown or missing or len(header) != len(columns):
                    raise LexiconError(f"{where}: columns {', '.join(header)}; wanted {', '.join(columns)}")
                continue
            # Excel leaves out empty cells at the end of a row.
            if len(cells) > len(header) and any(cells[len(header) :]):
                raise LexiconError(f"{where}: {len(cells)} cells, wanted {len(header)}")
            cells += [""] * (len(header) - len(cells))
            yield where, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise LexiconError(f"{path}:{reader.line_num}: is no CSV: {error}") from error
    if header is None:
        raise LexiconError(f"{path}:1: has no columns; wanted {', '.join(columns)}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read: {error.strerror}") from error


def _line(where: str) -> int:
    return int(where.rpartition(":")[2])


def _names(cell: str) -> tuple[str, ...]:
    return tuple(cell.replace("|", " ").split())


def _one_of(value: str, allowed: Iterable[str], column: str, where: str) -> str:
    names = list(allowed)
    if value not in names:
        raise LexiconError(f"{where}: {column} {value!r} is not one of {', '.join(names)}")
    return value


def _word_class(cells: dict[str, str], where: str) -> WordClass:
    name = cells["forms"][len(CLASS_MARK) :].strip()
    if not name or len(name.split()) > 1:
        raise LexiconError(f"{where}: class name {name!r}, wanted one word after {CLASS_MARK!r}")
    filled = [column for column in COLUMNS if cells[column] and column not in ("forms", "object", "note")]
    if filled:
        raise LexiconError(f"{where}: class {name!r} fills {', '.join(filled)}; it has only object and note")
    words: set[str] = set()
    for written in cells["object"].split():
        # "manage~" stands for several words, a hyphen for a spelling that is no single word.
        for surface in _surfaces(f"[{written}]", where):
            if len(surface) != 1:
                raise LexiconError(f"{where}: class {name!r} holds {written!r}, wanted single words")
            if surface[0] in words:
                raise LexiconError(f"{where}: class {name!r} holds {surface[0]!r} twice")
            words.add(surface[0])
    if not words:
        raise LexiconError(f"{where}: class {name!r} holds no words")
    return WordClass(_line(where), name, frozenset(words))


def _pattern(cells: dict[str, str], where: str, framework: Framework) -> Pattern:
    surfaces = _surfaces(cells["forms"], where)
    states = _names(cells["states"])
    absent = any(state.startswith(ABSENT_MARK) for state in states)
    if absent and not all(state.startswith(ABSENT_MARK) for state in states):
        raise LexiconError(f"{where}: states {cells['states']!r} mixes keys with and without {ABSENT_MARK!r}")
    states = tuple(state.removeprefix(ABSENT_MARK) for state in states)
    for state in states:
        _one_of(state, STATEMENTS, "states", where)
    orientation = contrast = None
    if cells["orientation"] or cells["contrast"]:
        orientation = _one_of(cells["orientation"], framework.orientations, "orientation", where)
        contrast = _one_of(cells["contrast"], framework.contrast_keys, "contrast", where)
        if absent:
            raise LexiconError(f"{where}: states {cells['states']!r} with an orientation; {ABSENT_MARK!r} has none")
    elif not states:
        raise LexiconError(f"{where}: has neither orientation nor states, wanted one of them")
    objects = _names(cells["object"])
    if cells["unless"] and not objects:
        raise LexiconError(f"{where}: unless {cells['unless']!r} without an object; wanted it in unless_after")
    gap = DEFAULT_GAP
    if cells["gap"]:
        if not cells["gap"].isascii() or not cells["gap"].isdigit() or int(cells["gap"]) > MAX_GAP:
            raise LexiconError(f"{where}: gap {cells['gap']!r}, wanted a number from 0 to {MAX_GAP}")
        gap = int(cells["gap"])
    return Pattern(
        _line(where),
        cells["forms"],
        surfaces,
        orientation,
        contrast,
        objects,
        _names(cells["unless"]),
        _names(cells["unless_after"]),
        gap,
        states,
        absent,
        _one_of(cells["source"], SOURCES, "source", where),
        cells["note"],
    )


def _check_classes(path: Path, patterns: Sequence[Pattern], classes: Sequence[WordClass]) -> None:
    seen: dict[str, int] = {}
    for entry in classes:
        if entry.name in seen:
            raise LexiconError(f"{path}:{entry.line}: class {entry.name!r} stands already in line {seen[entry.name]}")
        seen[entry.name] = entry.line
    for pattern in patterns:
        named = (("object", pattern.objects), ("unless", pattern.unless), ("unless_after", pattern.unless_after))
        for column, names in named:
            for name in names:
                _one_of(name, seen, column, f"{path}:{pattern.line}")


def _check_hidden(path: Path, patterns: Sequence[Pattern], words: dict[str, frozenset[str]]) -> None:
    """No two patterns may answer for the same words: the second would be doubled by the first or hidden behind it.
    Those that only say something hide nothing; of them no two may say the same."""
    by_surface: dict[tuple[Surface, tuple[str, ...]], list[tuple[Pattern, frozenset[str]]]] = {}
    for pattern in patterns:
        objects = frozenset(word for name in pattern.objects for word in words[name])
        mine = set()
        for surface in pattern.surfaces:
            form = " ".join(surface)
            # Two spellings may be cut into the same tokens ("co-ordinate" and "co -ordinate").
            if surface in mine:
                raise LexiconError(f"{path}:{pattern.line}: {form!r} stands twice in {pattern.forms!r}")
            mine.add(surface)
            others = by_surface.setdefault((surface, pattern.states if pattern.only_says else ()), [])
            for other, theirs in others:
                where = f"{path}:{pattern.line}: {form!r}"
                if not pattern.objects and not other.objects:
                    raise LexiconError(f"{where} stands already in line {other.line} ({other.forms!r})")
                shared = sorted(objects & theirs)
                if shared:
                    raise LexiconError(
                        f"{where} with {shared[0]!r} is hidden by line {other.line} ({other.forms!r}), "
                        f"which has that object too"
                    )
            others.append((pattern, objects))


def load_lexicon(path: Path | str | None = None, *, framework: Framework | None = None) -> Lexicon:
    """Read a lexicon, by default the one of Figure 1, and check it as a whole.

    Raises LexiconError (`path:line: ...`) if the file cannot be read, is not UTF-8 or no CSV, has a column too many or
    too few, holds an orientation, contrast, statement, source or class that does not exist, a `forms` cell that cannot
    be read, the same form twice under the same conditions, or no pattern at all.
    """
    path = DATA / "lexicon.csv" if path is None else Path(path)
    framework = default_framework() if framework is None else framework
    data = _read(path)
    patterns: list[Pattern] = []
    classes: list[WordClass] = []
    for where, cells in _rows(data, path, COLUMNS):
        if cells["forms"].startswith(CLASS_MARK):
            classes.append(_word_class(cells, where))
        else:
            patterns.append(_pattern(cells, where, framework))
    if not patterns:
        raise LexiconError(f"{path}: holds no pattern")
    _check_classes(path, patterns, classes)
    _check_hidden(path, patterns, {entry.name: entry.words for entry in classes})
    return Lexicon(path.name, hashlib.sha256(data).hexdigest(), tuple(patterns), tuple(classes))


def load_collisions(path: Path | str | None = None) -> Collisions:
    """Read the collisions, by default the ones of the NHS, and check them as a whole; a file may hold none.

    Raises LexiconError (`path:line: ...`) if the file cannot be read, is not UTF-8 or no CSV, has other columns, an
    entry without a reason or an example, a `forms` cell that cannot be read, or the same form twice.
    """
    path = DATA / "collisions.csv" if path is None else Path(path)
    data = _read(path)
    entries: list[Collision] = []
    seen: dict[Surface, int] = {}
    for where, cells in _rows(data, path, COLLISION_COLUMNS):
        for column in ("reason", "example"):
            if not cells[column]:
                raise LexiconError(f"{where}: {column} is empty")
        entry = Collision(
            _line(where), cells["forms"], _surfaces(cells["forms"], where), cells["reason"], cells["example"]
        )
        for surface in entry.surfaces:
            if surface in seen:
                raise LexiconError(f"{where}: {' '.join(surface)!r} stands already in line {seen[surface]}")
            seen[surface] = entry.line
        entries.append(entry)
    return Collisions(path.name, hashlib.sha256(data).hexdigest(), tuple(entries))


def _touches(surface: Surface, forms: frozenset[Surface], objects: frozenset[str]) -> bool:
    """Can a hit and this collision share a token, the hit not holding the whole collision within its own form?"""
    if any(token in objects for token in surface):
        return True
    size = len(surface)
    for start in range(size):
        # A form within the collision, or one that begins in it and runs out at its end.
        for stop in range(start + 1, size + 1):
            if surface[start:stop] in forms:
                return True
    return any(
        form[-overlap:] == surface[:overlap] or form[:overlap] == surface[-overlap:]
        for form in forms
        for overlap in range(1, min(len(form), size + 1))
    )


def idle_collisions(lexicon: Lexicon, collisions: Collisions) -> tuple[Collision, ...]:
    """The collisions that can never matter: no pattern of this lexicon shares a word with them as form or object."""
    forms = frozenset(surface for pattern in lexicon.patterns for surface in pattern.surfaces)
    objects = lexicon.words(*{name for pattern in lexicon.patterns for name in pattern.objects})
    return tuple(
        entry
        for entry in collisions.entries
        if not any(_touches(surface, forms, objects) for surface in entry.surfaces)
    )
