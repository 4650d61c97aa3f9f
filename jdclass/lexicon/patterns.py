"""The pattern language of the lexicon: what an analyst types in the `forms` cell, and the word sequences it stands for.

    word            itself; upper and lower case are the same
    manage~         a verb and its forms in -s and -ing: manage, manages, managing
    budget(s)       with and without the letters in brackets: budget, budgets
    [a|the new|]    one of these; an empty one makes the slot optional
    line-manage~    a hyphen also stands for a space: line-manage, line manage

The alternatives of a slot may hold several words, `~` and `(s)`, and no further slot.

>>> [" ".join(words) for words in expand("hold~ [a|the|] budget(s)")][:4]
['hold a budget', 'hold a budgets', 'hold the budget', 'hold the budgets']

Standard library only; how the words are cut into tokens is the loader's business.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

__all__ = ["MAX_FORMS", "PatternError", "expand", "inflections"]

#: One `forms` cell may stand for no more than this many sequences; more is a sign of a slot too many.
MAX_FORMS = 2000

_IRREGULAR = {"be": ("is", "being"), "do": ("does", "doing"), "have": ("has", "having")}
# Verbs that double their last letter before -ing; stress decides, so they are listed.
_DOUBLING = frozenset(
    [
        *("begin", "commit", "control", "counsel", "cut", "embed", "equip", "get", "model", "permit", "plan", "put"),
        *("refer", "run", "set", "step", "stop", "submit", "win"),
    ]
)

_SLOT = re.compile(r"\[([^\[\]]*)\]|([^\s\[\]]+)")
_WORD = re.compile(r"[^\s\[\]|~()]+(?:\([^\s\[\]|~()]+\))?~?")


class PatternError(ValueError):
    """A `forms` cell that cannot be read; the loader adds file and line."""


@cache
def inflections(verb: str) -> tuple[str, ...]:
    """The plain form, the one with -s and the one with -ing; of a hyphened verb the last part is inflected.

    Past forms are left out: in job adverts they are adjectives and passives ("a motivated team", "nurse-led clinics",
    "managed by"), somebody else's doing. Where one is wanted it is written out.

    >>> inflections("supply"), inflections("oversee"), inflections("line-manage")
    (('supply', 'supplies', 'supplying'), ('oversee', 'oversees', 'overseeing'), \
('line-manage', 'line-manages', 'line-managing'))
    """
    head, hyphen, stem = verb.rpartition("-")
    if stem in _IRREGULAR:
        rest = _IRREGULAR[stem]
    elif stem in _DOUBLING:
        rest = (stem + "s", stem + stem[-1] + "ing")
    elif stem.endswith("e") and not stem.endswith(("ee", "oe", "ye")):
        rest = (stem + "s", stem[:-1] + "ing")
    elif stem.endswith("y") and stem[-2:-1] not in "aeiou":
        rest = (stem[:-1] + "ies", stem + "ing")
    elif stem.endswith(("s", "x", "z", "ch", "sh")):
        rest = (stem + "es", stem + "ing")
    else:
        rest = (stem + "s", stem + "ing")
    return tuple(head + hyphen + form for form in (stem, *rest))


def _written(word: str) -> list[str]:
    """The spellings of one word of the notation; a spelling may hold spaces."""
    if not _WORD.fullmatch(word):
        raise PatternError(f"cannot read {word!r}")
    if word.endswith("~"):
        if "(" in word:
            raise PatternError(f"{word!r} holds both '~' and brackets, wanted one of them")
        spellings = list(inflections(word[:-1]))
    elif word.endswith(")"):
        stem, _, ending = word[:-1].partition("(")
        spellings = [stem, stem + ending]
    else:
        spellings = [word]
    for mark, other in (("-", " "), ("'", "’")):
        spellings += [spelling.replace(mark, other) for spelling in spellings if mark in spelling.strip("-")]
    return spellings


def _sequences(words: str) -> list[tuple[str, ...]]:
    """All spellings of some words in a row; one empty sequence for no words."""
    return [tuple(" ".join(choice).split()) for choice in product(*(_written(word) for word in words.lower().split()))]


def expand(forms: str) -> tuple[tuple[str, ...], ...]:
    """All word sequences that a `forms` cell stands for, lower case, in the order of writing.

    Raises PatternError where the cell is empty, cannot be read, stands for the same sequence twice, for no word at
    all, or for more than MAX_FORMS sequences.
    """
    if not forms.strip():
        raise PatternError("is empty")
    slots = []
    at = 0
    for found in _SLOT.finditer(forms):
        if forms[at : found.start()].strip():
            raise PatternError(f"cannot read {forms[at : found.start()].strip()!r} in {forms!r}")
        inner, word = found.groups()
        parts = [word] if inner is None else inner.split("|")
        if inner is None and "|" in word:
            raise PatternError(f"{word!r} holds '|' outside of [ ]")
        slots.append([sequence for part in parts for sequence in _sequences(part)])
        at = found.end()
    if forms[at:].strip():
        raise PatternError(f"cannot read {forms[at:].strip()!r} in {forms!r}")
    count = 1
    for slot in slots:
        count *= len(slot)
    if count > MAX_FORMS:
        raise PatternError(f"stands for {count} forms, wanted at most {MAX_FORMS}")
    sequences = [tuple(word for part in choice for word in part) for choice in product(*slots)]
    seen = set()
    for sequence in sequences:
        if not sequence:
            raise PatternError(f"{forms!r} stands for nothing at all when every slot is left out")
        if sequence in seen:
            raise PatternError(f"{forms!r} stands twice for {' '.join(sequence)!r}")
        seen.add(sequence)
    return tuple(sequences)
