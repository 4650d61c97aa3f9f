"""The word lists of `jdclass/data/reading.toml`, checked when they are loaded."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from jdclass.errors import DocumentError

__all__ = ["WORDS", "Words", "load_words"]


@dataclass(frozen=True, slots=True)
class Words:
    """Each a set of lower-case words or headings; `labels` gives a label's fact, `hints` are parts of words."""

    labels: dict[str, str]
    weak_labels: frozenset[str]
    occupations: frozenset[str]
    ranks: frozenset[str]
    claims: frozenset[str]
    headings: frozenset[str]
    table_headers: frozenset[str]
    not_names: frozenset[str]
    place_words: frozenset[str]
    hints: tuple[str, ...]


def _parted(text: str) -> list[str]:
    return [" ".join(entry.split()) for entry in text.split("|")]


def load_words(text: str) -> Words:
    """The lists of a TOML text. Raises DocumentError where one is missing or a label stands for two facts."""
    try:
        data = tomllib.loads(text)
        labels: dict[str, str] = {}
        for name, entries in data["labels"].items():
            for label in _parted(entries):
                if label in labels:
                    raise DocumentError(f"reading.toml: the label {label!r} stands for {labels[label]!r} and {name!r}")
                labels[label] = name
        titles, headings, contacts = data["titles"], data["headings"], data["contacts"]
        return Words(
            labels=labels,
            weak_labels=frozenset(titles["weak_labels"].split()),
            occupations=frozenset(titles["occupations"].split()),
            ranks=frozenset(titles["ranks"].split()),
            claims=frozenset(titles["claims"].split()),
            headings=frozenset(_parted(headings["known"])),
            table_headers=frozenset(headings["table_headers"].split()),
            not_names=frozenset(contacts["not_names"].split()),
            place_words=frozenset(contacts["place_words"].split()),
            hints=tuple(contacts["hints"]),
        )
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"reading.toml is no TOML: {error}") from None
    except KeyError as error:
        raise DocumentError(f"reading.toml lacks {error}") from None


#: The lists that come with jdclass.
WORDS = load_words((files("jdclass") / "data" / "reading.toml").read_text(encoding="utf-8"))
