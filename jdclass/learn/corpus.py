"""What `jdclass train` is given: annotated roles, annotated single lines, and documents without annotation.

What a file is shows in its first record: roles have `lines` with zones, single lines name their `advert` and standoff
annotation does with `phrases` for all of it, anything else is read as documents. A folder is all of its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jdclass.document import Failure, RoleDescription
from jdclass.errors import CorpusError
from jdclass.framework import Framework
from jdclass.learn.gold import GoldHardLine, GoldRole, json_lines, read_hard_lines, read_roles
from jdclass.learn.standoff import Standoff, read_standoff
from jdclass.read import can_read, read_path
from jdclass.segment import split_lines

__all__ = ["Corpus", "Document", "read_corpus"]


@dataclass(frozen=True, slots=True)
class Document:
    """An unannotated document as training needs it."""

    id: str
    title: str
    employer: str
    lines: tuple[str, ...]
    headings: frozenset[str] = frozenset()  # the lines that the reader takes for headings
    band: str | None = None  # as the document states it


@dataclass(frozen=True, slots=True)
class Corpus:
    """All that some paths hold, in their order; `failures` are documents that could not be read."""

    roles: tuple[GoldRole, ...] = ()
    hard_lines: tuple[GoldHardLine, ...] = ()
    documents: tuple[Document, ...] = ()
    standoff: tuple[Standoff, ...] = ()
    failures: tuple[Failure, ...] = ()


def _kind(path: Path) -> str:
    """roles, lines, standoff or documents."""
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        return "documents"
    for _, record in json_lines(path):
        if "advert" in record and "zone" in record:
            return "lines"
        if "advert" in record and "phrases" in record:
            return "standoff"
        if isinstance(record.get("lines"), list) and "verdict" in record:
            return "roles"
        break
    return "documents"


def document_of(role: RoleDescription) -> Document:
    """The lines of a role description, its employer or else its id for the folds."""
    lines = split_lines(role.blocks)
    headings = frozenset(line.text for line in lines if line.heading)
    texts = tuple(line.text for line in lines)
    return Document(role.id, role.title, role.employer or role.id, texts, headings, role.band)


def _files(paths: Iterable[Path]) -> list[Path]:
    files = []
    for path in paths:
        if path.is_dir():
            annotated = sorted(found for found in path.rglob("*.jsonl") if _kind(found) != "documents")
            # Beside annotated files stand their sources and descriptions, which are no documents of their own.
            files += annotated or sorted(found for found in path.rglob("*") if found.is_file() and can_read(found))
        elif path.is_file():
            files.append(path)
        else:
            raise CorpusError(f"{path}: is no file and no folder")
    return files


def read_corpus(paths: Sequence[Path], *, framework: Framework | None = None) -> Corpus:
    """Read annotated and unannotated files and folders. Raises CorpusError where one is absent or does not hold."""
    roles: list[GoldRole] = []
    lines: list[GoldHardLine] = []
    documents: list[Document] = []
    standoff: list[Standoff] = []
    failures: list[Failure] = []
    for path in _files(paths):
        kind = _kind(path)
        if kind == "roles":
            roles += read_roles(path, framework=framework)
        elif kind == "lines":
            lines += read_hard_lines(path, framework=framework)
        elif kind == "standoff":
            standoff += read_standoff(path, framework=framework)
        else:
            for found in read_path(path):
                if isinstance(found, Failure):
                    failures.append(found)
                else:
                    documents.append(document_of(found))
    return Corpus(tuple(roles), tuple(lines), tuple(documents), tuple(standoff), tuple(failures))
