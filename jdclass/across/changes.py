"""What changed: two versions of one document, or two runs over one folder.

Two documents are compared line by line: added, removed, reworded, moved. Two runs are compared role by role: which
findings moved, and what else changed that can explain it (the text, the title, the model).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from jdclass.across.words import words
from jdclass.document import Phrase, Review

__all__ = ["DocumentChanges", "LineChange", "MovedFinding", "Piece", "RunChanges", "compare_documents", "compare_runs"]

#: Two lines are one line reworded when this share of their words is common, in order.
REWORDED = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of a line: kept on both sides, only in the old line, or only in the new one."""

    text: str
    change: Literal["kept", "removed", "added"]


@dataclass(frozen=True, slots=True)
class LineChange:
    """One changed line. `old` and `new` are line numbers; None on the side that does not have it.

    `pieces` put together the old and the new wording of a reworded line; of other kinds it is the one line whole.
    """

    kind: Literal["added", "removed", "reworded", "moved"]
    old: int | None
    new: int | None
    old_place: str | None
    new_place: str | None
    pieces: tuple[Piece, ...]
    zone: str


@dataclass(frozen=True, slots=True)
class DocumentChanges:
    """All that differs between two documents; `kept` counts the lines that did not change."""

    old: Review
    new: Review
    lines: tuple[LineChange, ...]
    kept: int
    phrases_added: tuple[Phrase, ...]
    phrases_removed: tuple[Phrase, ...]

    def of(self, kind: str) -> tuple[LineChange, ...]:
        return tuple(change for change in self.lines if change.kind == kind)


def _key(text: str) -> str:
    return " ".join(word.form for word in words(text))


def _place(review: Review, number: int) -> str:
    return review.lines[number].place or f"line {number + 1}"


def _pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Old and new wording as one run of pieces: the kept words with the new line's marks and spaces."""
    before, after = words(old), words(new)
    found: list[Piece] = []
    matcher = SequenceMatcher(None, [word.form for word in before], [word.form for word in after], autojunk=False)
    old_at = new_at = 0
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        old_end = len(old) if i2 == len(before) else before[i2].start
        new_end = len(new) if j2 == len(after) else after[j2].start
        if tag == "equal":
            found.append(Piece(new[new_at:new_end], "kept"))
        else:
            if i1 < i2:
                found.append(Piece(old[old_at:old_end], "removed"))
            if j1 < j2:
                found.append(Piece(new[new_at:new_end], "added"))
        old_at, new_at = old_end, new_end
    return tuple(piece for piece in found if piece.text)


def _alike(old: Mapping[int, Sequence[str]], new: Sequence[str]) -> Iterator[tuple[int, float]]:
    """The old lines (words by number) that may be `new` reworded, with the share of words that they have in common."""
    matcher: SequenceMatcher[str] = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(new)
    there = set(new)
    for number, forms in old.items():
        # Most pairs are settled by an upper bound: no word of one line counts more often than it stands there.
        common = sum(form in there for form in forms)
        if 2 * common < REWORDED * (len(forms) + len(new)):
            continue
        matcher.set_seq1(forms)
        if (share := matcher.ratio()) >= REWORDED:
            yield number, share


def _rewordings(
    old_left: list[int], new_left: list[int], old_keys: list[str], new_keys: list[str]
) -> list[tuple[int, int]]:
    forms = {i: old_keys[i].split() for i in old_left}
    scored = sorted(
        (-share, abs(i / len(old_keys) - j / len(new_keys)), i, j)
        for j in new_left
        for i, share in _alike(forms, new_keys[j].split())
    )
    old_used: set[int] = set()
    new_used: set[int] = set()
    pairs = []
    for _, _, i, j in scored:
        if i not in old_used and j not in new_used:
            pairs.append((i, j))
            old_used.add(i)
            new_used.add(j)
    return pairs


def _only(review: Review, other: Review) -> tuple[Phrase, ...]:
    seen = {(phrase.orientation, _key(phrase.text)) for phrase in other.phrases if phrase.counted}
    return tuple(
        phrase for phrase in review.phrases if phrase.counted and (phrase.orientation, _key(phrase.text)) not in seen
    )


def compare_documents(old: Review, new: Review) -> DocumentChanges:
    """Every line added, removed, reworded or moved from `old` to `new`, in the order of the new document.

    A removed line stands where its place in the old document falls. Marks, capitals and spaces are no change.
    """
    old_keys = [_key(line.text) for line in old.lines]
    new_keys = [_key(line.text) for line in new.lines]
    same = [
        block for block in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_matching_blocks() if block.size
    ]
    old_left = sorted(set(range(len(old_keys))) - {block.a + i for block in same for i in range(block.size)})
    new_left = sorted(set(range(len(new_keys))) - {block.b + i for block in same for i in range(block.size)})
    changes: list[tuple[float, LineChange]] = []

    moved_from: dict[str, list[int]] = {}
    for i in old_left:
        moved_from.setdefault(old_keys[i], []).append(i)
    for j in list(new_left):
        if moved_from.get(new_keys[j]):
            i = moved_from[new_keys[j]].pop(0)
            old_left.remove(i)
            new_left.remove(j)
            line = new.lines[j]
            change = LineChange("moved", i, j, _place(old, i), _place(new, j), (Piece(line.text, "kept"),), line.zone)
            changes.append((j, change))
    for i, j in _rewordings(old_left, new_left, old_keys, new_keys):
        old_left.remove(i)
        new_left.remove(j)
        pieces = _pieces(old.lines[i].text, new.lines[j].text)
        changes.append((j, LineChange("reworded", i, j, _place(old, i), _place(new, j), pieces, new.lines[j].zone)))
    for j in new_left:
        line = new.lines[j]
        change = LineChange("added", None, j, None, _place(new, j), (Piece(line.text, "added"),), line.zone)
        changes.append((j, change))
    for i in old_left:
        line = old.lines[i]
        # Half a line after the last kept line before it.
        before = max((block.b + min(block.size, i - block.a) for block in same if block.a <= i), default=0)
        change = LineChange("removed", i, None, _place(old, i), None, (Piece(line.text, "removed"),), line.zone)
        changes.append((before - 0.5 + i / 1e6, change))
    return DocumentChanges(
        old,
        new,
        tuple(change for _, change in sorted(changes, key=lambda item: item[0])),
        sum(block.size for block in same),
        _only(new, old),
        _only(old, new),
    )


@dataclass(frozen=True, slots=True)
class MovedFinding:
    """One role of both runs whose finding, claim or duties differ, with what else changed."""

    old: Review
    new: Review
    text_changed: bool
    title_changed: bool
    model_changed: bool
    phrases_added: tuple[Phrase, ...]
    phrases_removed: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class RunChanges:
    """Two runs side by side: roles in one of them only, roles whose finding moved, and how many stayed."""

    only_old: tuple[Review, ...]
    only_new: tuple[Review, ...]
    moved: tuple[MovedFinding, ...]
    stayed: int


def _numbered(reviews: Iterable[Review]) -> Iterator[tuple[tuple[str, int], Review]]:
    # A doubled id is kept by reviewing: the second of each run meets the second of the other.
    seen: dict[str, int] = {}
    for review in reviews:
        seen[review.id] = seen.get(review.id, 0) + 1
        yield (review.id, seen[review.id]), review


def _finding(review: Review) -> tuple[str, str, str, bool]:
    return review.match.verdict, review.claim.orientation, review.duties.orientation, review.match.put_forward


def compare_runs(old: Iterable[Review], new: Iterable[Review]) -> RunChanges:
    """Which findings moved between two runs, roles told apart by their id. Holds the old run in memory."""
    before = dict(_numbered(old))
    only_new, moved, stayed = [], [], 0
    for key, review in _numbered(new):
        earlier = before.pop(key, None)
        if earlier is None:
            only_new.append(review)
        elif _finding(earlier) == _finding(review):
            stayed += 1
        else:
            text_changed = [line.text for line in earlier.lines] != [line.text for line in review.lines]
            moved.append(
                MovedFinding(
                    earlier,
                    review,
                    text_changed,
                    earlier.title != review.title,
                    earlier.model != review.model,
                    _only(review, earlier),
                    _only(earlier, review),
                )
            )
    return RunChanges(tuple(before.values()), tuple(only_new), tuple(moved), stayed)
