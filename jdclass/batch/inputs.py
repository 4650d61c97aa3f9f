"""What a run reads: the names of its inputs, the files below them, and the lines of a corpus. Standard library only.

A name is what the store and the reports call a file: the label of the input it was found under, and the path from
there, with "/" on every system. The label is the input's own last name ("jds" for /home/a/jds), so names do not change
with the directory a command is given in, nor when a folder moves.
"""

# Texts and not Path objects, as a run may look at a million names.
# ruff: noqa: PTH100, PTH112, PTH113, PTH116, PTH118, PTH119, PTH123
from __future__ import annotations

import gzip
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from jdclass.document import Failure
from jdclass.errors import DocumentError
from jdclass.store import FILE_NAME, Found

__all__ = ["UNLISTED", "Line", "Scope", "inside", "is_corpus", "name_inputs", "read_lines", "walk"]

_DOCUMENT = re.compile(
    r".+\.(?:docx|docm|dotx|doc|pdf|odt|rtf|html?|mht|mhtml|txt|md|jsonl?|csv|xlsx|zip|eml|msg)",
    re.IGNORECASE | re.DOTALL,
)
_CORPUS = re.compile(r".+\.(?:jsonl|ndjson)(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_NOT_UNICODE = re.compile("[\ud800-\udfff\ufffd]")
#: The error of a folder that could not be listed: what lies in it is not known.
UNLISTED = "FolderNotListedError"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Scope:
    """An input of this run: where it is, its name in the store, and the label and path of the input that it is in.

    The input of a scope is the scope itself, or the folder of an earlier run that it lies in.
    """

    path: str
    name: str
    label: str
    root: str


def _text(name: str) -> str:
    """A name of the file system as Unicode text, different names as different texts.

    A byte or code unit that is no character becomes U+FFFD and its number in hex, U+FFFD itself becomes two.
    """
    return _NOT_UNICODE.sub(lambda found: "�" + (f"{ord(found[0]):04x}" if found[0] != "�" else "�"), name)


def inside(path: str, folder: str) -> bool:
    """Whether an absolute path is that folder or lies below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _below(path: str, folder: str) -> str:
    return _text(path[len(folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/"))


def name_inputs(inputs: Sequence[Path], known: Mapping[str, str]) -> list[Scope]:
    """A name for each input, the same ones each run; `known` is label to path as the store has them.

    What lies in a known input is named from there. A label whose path is gone goes to the new input (the folder was
    moved); one in use by another path gets a number: "jds (2)". Raises DocumentError for an input that does not exist.
    """
    labels = dict(known)
    scopes: list[Scope] = []
    for given in inputs:
        if not os.path.lexists(given):
            raise DocumentError(f"{given}: there is no such file or folder")
    # Short paths first: a folder is named before what lies in it, whatever the order they were given in.
    for path in sorted({os.path.abspath(given) for given in inputs}, key=lambda path: (len(path), path)):
        holding = sorted((root, label) for label, root in labels.items() if inside(path, root))
        if holding:
            root, label = holding[0]  # the outermost
        else:
            plain = label = _text(os.path.basename(path)) or "files"
            number = 2
            while label in labels and os.path.lexists(labels[label]):
                label = f"{plain} ({number})"
                number += 1
            root = labels[label] = path
        name = label if path == root else f"{label}/{_below(path, root)}"
        scopes.append(Scope(path, name, label, root))
    return scopes


def walk(
    scope: Scope, *, leave_out: Path, can_read: Callable[[Path], bool] = lambda path: True
) -> Iterator[Found | Failure | None]:
    """Every file of an input, in no order; a folder that cannot be listed is a Failure whose path is its name.

    None stands for a file that `can_read` refuses by its name; a file that is itself the input is not asked about. Not
    looked into are `leave_out`, other run folders, and hidden folders. Links to folders are not followed, as they can
    go in circles: each is a Failure. A folder with the name of a document, a pipe or a dead link is handed on like a
    file, so that the reader says what is wrong with it.
    """

    def found(path: str, size: int) -> Found:
        name = scope.label if path == scope.root else f"{scope.label}/{_below(path, scope.root)}"
        own = name if path == scope.root else _below(path, scope.root)
        return Found(name, own, os.fsencode(path), size)

    if not os.path.isdir(scope.path):
        yield found(scope.path, _size(scope.path))
        return
    left_out = os.path.realpath(leave_out)
    folders = [scope.path]
    while folders:
        folder = folders.pop()
        if os.path.realpath(folder) == left_out or (folder != scope.path and _is_run(folder)):
            continue
        try:
            entries = os.scandir(folder)
        except OSError as error:
            name = found(folder, 0).name
            yield Failure(name, None, UNLISTED, f"the folder cannot be listed: {error.strerror}")
            continue
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name.startswith((".", "__MACOSX")):
                        continue
                    folders.append(entry.path)
                    if _DOCUMENT.fullmatch(entry.name):
                        yield found(entry.path, 0)
                elif entry.is_symlink() and os.path.isdir(entry.path):
                    text = "is a link to a folder, which is not followed; give that folder itself as an input"
                    yield Failure(found(entry.path, 0).name, None, "FolderLinkError", text)
                elif can_read(Path(entry.name)):
                    yield found(entry.path, _size(entry.path))
                else:
                    yield None


def _is_run(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, FILE_NAME))


def _size(path: str) -> int:
    try:
        status = os.stat(path)
    except OSError:
        return 0  # a dead link, a file gone since: the reader will say
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a corpus: its number from 1, its bytes without the line break, None where it is over the limit.

    `at` is how many bytes of the file were read so far; of a packed file, of its packed bytes.
    """

    number: int
    data: bytes | None
    at: int


def _open(path: str) -> tuple[IO[bytes], IO[bytes]]:
    """The file as it is, and as its lines are read."""
    raw = open(path, "rb")  # noqa: SIM115  closed by the callers
    try:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
    except OSError:
        raw.close()
        raise
    return raw, cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if packed else raw


def is_corpus(path: str) -> bool:
    """Whether a file is JSON Lines, to be read line by line: by its name, and by its first line looking like JSON.

    What only bears the name, or cannot be opened, is left to the reader, which goes by the bytes and names the fault.
    """
    if not _CORPUS.fullmatch(os.path.basename(path)):
        return False
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        raw, unpacked = _open(path)
        with closing(raw):
            return unpacked.read(1 << 12).removeprefix(_BOM).lstrip()[:1] == b"{"
    except (OSError, EOFError, zlib.error):
        return False


def read_lines(path: str, *, limit: int) -> Iterator[Line]:
    """The lines of a corpus that are not blank, as a stream; `limit` is the most bytes of one line.

    Raises OSError, EOFError or zlib.error where the file cannot be read on: gone, cut short, damaged.
    """
    raw, unpacked = _open(path)
    with closing(raw):
        number = 0
        while data := unpacked.readline(limit + 1):
            number += 1
            whole = data.endswith(b"\n") or len(data) <= limit
            if not whole:
                while (rest := unpacked.readline(1 << 20)) and not rest.endswith(b"\n"):
                    pass
            if number == 1:
                data = data.removeprefix(_BOM)
            data = data.rstrip(b"\r\n")
            if data.strip():
                yield Line(number, data if whole else None, raw.tell())
