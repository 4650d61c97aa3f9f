"""Where a phrase begins and ends: not in the middle of a thought."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jdclass.model.prepare import Prepared
from jdclass.model.tagging import Span

__all__ = ["trimmed"]

_DATA = Path(__file__).parent.parent / "data" / "edges.toml"


@dataclass(frozen=True, slots=True)
class _LooseWords:
    """No phrase begins with `at_beginning` or ends with `at_end`, nor with the first of a pair of `before` where its
    second follows."""

    at_beginning: frozenset[str]
    at_end: frozenset[str]
    before: frozenset[tuple[str, str]]


@cache
def _loose_words() -> _LooseWords:
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return _LooseWords(
        frozenset(table["at_beginning"].split()),
        frozenset(table["at_end"].split()),
        frozenset((end, follows) for end, follows in table["before"]),
    )


def trimmed(spans: list[Span], prepared: Prepared) -> list[Span]:
    """The spans with the whole of their last word, but without marks and joining words at their ends ("runs the clinic
    in" is "runs the clinic"; so is "runs the clinic agreed" before "by"); a span of nothing else goes."""
    loose, tokens, out = _loose_words(), prepared.tokens, []

    def word(number: int) -> str:
        text = prepared.lines[int(tokens.line[number])]
        return text[int(tokens.start[number]) : int(tokens.end[number])].lower()

    def ends_loosely(number: int) -> bool:
        end = word(number)
        if end in loose.at_end or not end[-1].isalnum():
            return True
        if number + 1 == len(tokens) or tokens.line[number + 1] != tokens.line[number]:
            return False
        follows = word(number + 1)
        return (end, follows) in loose.before or (end.endswith("ed") and follows == "by")

    def goes_on(number: int) -> bool:
        """Whether the word before goes on in this one, with nothing between them ("£3.2" and "m")."""
        return (
            number < len(tokens)
            and tokens.line[number] == tokens.line[number - 1]
            and tokens.start[number] == tokens.end[number - 1]
            and word(number)[0].isalnum()
            and word(number - 1)[-1].isalnum()
        )

    for first, last, side in spans:
        while goes_on(last):
            last += 1
        while last > first and ends_loosely(last - 1):
            last -= 1
        while first < last and (word(first) in loose.at_beginning or not word(first)[0].isalnum()):
            first += 1
        if last > first:
            out.append((first, last, side))
    return out
