"""Profile wording: runs of words that a job description shares with national profile text that the user supplies.

A job description should be written in its own words and not borrow those of the profiles or of the evaluation scheme
(NHS Job Evaluation Handbook, chapter 10). The profiles are not shipped: they are read from the user's own copies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jdclass.across.words import content_stems, words
from jdclass.document import Review
from jdclass.framework import Framework, default_framework

__all__ = ["Borrowed", "ProfileIndex", "ProfileText", "find_borrowed", "index_profiles"]

#: A run of this many words is looked up; it is the shortest that is ever reported.
RUN = 6
#: Of those words, this many must carry content: "to all members of the team" is nobody's wording.
CONTENT = 3


@dataclass(frozen=True, slots=True)
class ProfileText:
    """One profile as the user gives it: its name (a file name, say) and its lines."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileIndex:
    """Where every run of `RUN` words stands: (profile, line, word), and the words of each profile line."""

    names: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    forms: tuple[tuple[tuple[str, ...], ...], ...]
    runs: Mapping[tuple[str, ...], tuple[tuple[int, int, int], ...]]


@dataclass(frozen=True, slots=True)
class Borrowed:
    """`review.lines[line].text[start:end] == text`, a run of `length` words that also stands in `profile_line`."""

    line: int
    start: int
    end: int
    text: str
    length: int
    profile: str
    profile_line: str
    place: str


def index_profiles(profiles: Iterable[ProfileText]) -> ProfileIndex:
    """Index the runs of words of some profiles; an empty index where there are none."""
    names, lines, forms = [], [], []
    runs: dict[tuple[str, ...], list[tuple[int, int, int]]] = defaultdict(list)
    for number, profile in enumerate(profiles):
        names.append(profile.name)
        lines.append(profile.lines)
        forms.append(tuple(tuple(word.form for word in words(line)) for line in profile.lines))
        for row, line in enumerate(forms[-1]):
            for at in range(len(line) - RUN + 1):
                runs[line[at : at + RUN]].append((number, row, at))
    return ProfileIndex(tuple(names), tuple(lines), tuple(forms), {run: tuple(places) for run, places in runs.items()})


def _common_run(forms: Sequence[str], at: int, other: Sequence[str], other_at: int) -> int:
    length = 0
    while (
        at + length < len(forms) and other_at + length < len(other) and forms[at + length] == other[other_at + length]
    ):
        length += 1
    return length


def find_borrowed(review: Review, index: ProfileIndex, *, framework: Framework | None = None) -> tuple[Borrowed, ...]:
    """The longest runs that lines of the shown zones share with the profiles, in document order.

    Words compare without capitals and marks. A run is at least six words long, three of them words of content. Empty
    where nothing is shared, or the index is empty.
    """
    shown = (framework or default_framework()).shown_zones
    found = []
    for number, line in enumerate(review.lines):
        if line.zone not in shown:
            continue
        line_words = words(line.text)
        forms = tuple(word.form for word in line_words)
        at = 0
        while at + RUN <= len(forms):
            best, where = 0, (0, 0)
            for profile, row, other_at in index.runs.get(forms[at : at + RUN], ()):
                length = _common_run(forms, at, index.forms[profile][row], other_at)
                if length > best:
                    best, where = length, (profile, row)
            if best and len(content_stems(forms[at : at + best])) >= CONTENT:
                start, end = line_words[at].start, line_words[at + best - 1].end
                profile, row = where
                found.append(
                    Borrowed(
                        number,
                        start,
                        end,
                        line.text[start:end],
                        best,
                        index.names[profile],
                        index.lines[profile][row],
                        line.place or f"line {number + 1}",
                    )
                )
                at += best
            else:
                at += 1
    return tuple(found)
