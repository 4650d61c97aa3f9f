"""Which files of a folder are worth reading, by their names alone."""

from __future__ import annotations

from pathlib import Path

__all__ = ["can_read"]

# What a share drive holds beside documents.
_NO_DOCUMENTS = frozenset(
    ("desktop.ini", "thumbs.db", "ehthumbs.db", "icon\r", "ntuser.dat", "license", "manifest.json")
)
_NO_SUFFIXES = frozenset(
    (
        *(".tmp", ".bak", ".lnk", ".url", ".ini", ".db", ".log", ".lock", ".part", ".crdownload"),
        *(".exe", ".dll", ".msi", ".py", ".js", ".css", ".ico", ".svg", ".mp3", ".mp4", ".mov", ".avi", ".wav"),
    )
)


def can_read(path: Path) -> bool:
    """Whether a file of a folder is worth giving to a reader: not a hidden, lock, system or program file.

    It goes by the name alone, so a document with a strange name is still tried and a broken one still fails by name.

    >>> can_read(Path("jds/lead nurse.docx")), can_read(Path("jds/~$ad nurse.docx")), can_read(Path(".DS_Store"))
    (True, False, False)
    >>> can_read(Path("README.txt")), can_read(Path("Readme officer.docx"))
    (False, True)
    """
    name = path.name
    if name.startswith((".", "~$", "~lock", ".~lock", "._")) or name.endswith("~") or name.startswith("__MACOSX"):
        return False
    lower = name.lower()
    # README, README.md, README.txt: about the folder, and no document of it.
    return lower not in _NO_DOCUMENTS and Path(lower).stem != "readme" and Path(lower).suffix not in _NO_SUFFIXES
