"""Text as the comparisons across documents see it: normal form, words with offsets, a light stem.

Nothing here judges anything; it is spelling, kept in one place so that two comparisons never disagree about it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

__all__ = ["Word", "content_stems", "normal", "stem", "words"]

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SPACE = re.compile(r"\s+")
_DATA = Path(__file__).parent.parent / "data" / "words.toml"


@cache
def _lists() -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """The common words, and the endings with what stands in their place."""
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return frozenset(table["common"].split()), tuple((ending, instead) for ending, instead in table["endings"])


@dataclass(frozen=True, slots=True)
class Word:
    """`text[start:end]` of the line it came from; `form` is its normal form."""

    form: str
    start: int
    end: int


def normal(text: str) -> str:
    """Compatibility form, plain quotes and dashes, single spaces, lower case; two texts that read alike are equal.

    >>> normal("Lead  the “Service” –  daily")
    'lead the "service" - daily'
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).translate(_QUOTES)).strip().casefold()


def words(text: str) -> tuple[Word, ...]:
    """The words of a line in order, with offsets into it; empty for a line without letters or digits.

    >>> [word.form for word in words("The Trust’s ward-based team")]
    ['the', "trust's", 'ward', 'based', 'team']
    """
    return tuple(
        Word(found.group().replace("’", "'").casefold(), found.start(), found.end()) for found in _WORD.finditer(text)
    )


@lru_cache(maxsize=50_000)
def stem(form: str) -> str:
    """A word without its commonest English ending, at least three letters long; rough on purpose, and never shown.

    >>> stem("managing") == stem("management") == stem("manages") == stem("manager")
    True
    """
    # Twice, so that "management" loses "-ment" and then the "e" that "managing" does not have.
    for shortest in (3, 4):
        for ending, instead in _lists()[1]:
            length = len(form) - len(ending) + len(instead)
            if form.endswith(ending) and length >= shortest and not form.endswith("ss"):
                form = form[: len(form) - len(ending)] + instead
                break
    return form


def content_stems(forms: Sequence[str]) -> tuple[str, ...]:
    """Stems of the words that carry content, in order, repeats kept; bare numbers and common words are left out."""
    common = _lists()[0]
    return tuple(
        stem(form.removesuffix("'s")) for form in forms if form not in common and len(form) > 1 and not form.isdigit()
    )
