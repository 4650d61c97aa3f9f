"""Where the lexicon's patterns stand in some tokens: hits, and the collisions that hide some of them.

Forms are looked up as whole tokens, in one walk over the tokens' hashed lower-case forms along a tree of all forms:
measured against spaCy's PhraseMatcher with 8,000 forms, the walk over 600 adverts costs half as much again (a tenth of
what the tokenizer costs), while the tree is built in a tenth of the time (it needs no Doc a form) and steps over
doubled spaces. Conditions (object,
gap, negation, collision) are checked only around what was found. Nothing ever crosses a line.

How overlaps are settled, in this order:

1. Of hits of the same form (`lead~` + change, `lead~` + audit) the one whose object stands nearest wins: what is led
   decides. Where another object follows at once ("lead the audit team") it is a compound, and its last word decides.
   A pattern without object is the last resort.
2. A collision hides the hits that share a token with it, in form or object, unless the hit holds the whole collision
   within its form: a pattern that spells the collision out knows better.
3. Of overlapping hits the longest wins, whatever their sides; of equally long ones the one with the longer form,
   then the first, then the one that stands higher in the file. But where the sides differ and neither's form touches
   the other's words ("supervise and develop staff"), both stay, and the first ends where the second begins.
4. What stays grows to the phrase around it: to the left over words of the classes `lead_in` and `link` ("contribute to
   the" development of services), to the right up to a word of the class `stop` ("manage a team" of eight nurses), never
   into another hit.

Patterns without orientation only say something of the post. They compete with nothing, each stands for itself: "lead
the redesign of the pathway" says that the post leads change, whatever phrase it is. Those of a denial ("no direct
reports") do compete, for what they deny is no phrase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from jdclass.lexicon.load import Collisions, Lexicon, Surface
from jdclass.segment import Tokens

__all__ = ["CollisionHit", "Hit", "LexiconMatcher", "Matches"]

# A negation counts at most this many tokens before a hit, one that follows ("Budget: none") this many after.
NEGATION_BEFORE = 10
NEAR_NEGATION_BEFORE = 4
NEGATION_AFTER = 3
# What a near negation does not reach over: "works without supervision and supervises others" supervises.
_AND = ("and", "&", "but", "/")
# A hit grows to the right over at most this many tokens.
GROWTH = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """Tokens `first` to `last` (half open, of the Tokens given) that pattern number `pattern` found.

    `core_first` to `core_last` is what the pattern itself asks for, form and object, without what grew around it.
    A `negated` hit ("does not hold a budget") is no phrase; its `states` are stated to be absent, by token `denied_by`
    where another word than its own takes it back (else -1). Without orientation a hit is no phrase either, it only says
    something.
    """

    first: int
    last: int
    pattern: int
    orientation: str | None
    contrast: str | None
    states: tuple[str, ...] = ()
    negated: bool = False
    core_first: int = -1
    core_last: int = -1
    denied_by: int = -1


@dataclass(frozen=True, slots=True)
class CollisionHit:
    """Tokens `first` to `last` (half open) that collision number `collision` found; `hides` where a hit fell to it."""

    first: int
    last: int
    collision: int
    hides: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found in some tokens, in their order; `says` are the hits of patterns that only say something."""

    hits: tuple[Hit, ...]
    collisions: tuple[CollisionHit, ...]
    says: tuple[Hit, ...] = ()

    @property
    def phrases(self) -> tuple[Hit, ...]:
        """The hits that carry an orientation: with one, and not negated."""
        return tuple(hit for hit in self.hits if hit.orientation is not None and not hit.negated)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern as the matcher needs it, words as hashes; `stops` are its `unless` and what ends every phrase."""

    number: int
    objects: frozenset[int]
    stops: frozenset[int]
    unless_after: frozenset[int]
    gap: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A hit under way: form tokens [first, form_last), the whole up to `last`."""

    first: int
    form_last: int
    last: int
    number: int
    orientation: str | None


_Tree = dict[int, Any]
_ENDS = 0  # the key of a tree node under which stand the patterns whose form ends here; no word hashes to 0


def _hashes(words: Iterable[str]) -> frozenset[int]:
    from spacy.strings import get_string_id

    return frozenset(get_string_id(word) for word in words)


def _tree(surfaces: Iterable[tuple[Surface, Any]]) -> _Tree:
    from spacy.strings import get_string_id

    known: dict[str, int] = {}
    root: _Tree = {}
    for surface, value in surfaces:
        node = root
        for word in surface:
            key = known.get(word)
            if key is None:
                key = known[word] = get_string_id(word)
            node = node.setdefault(key, {})
        node.setdefault(_ENDS, []).append(value)
    return root


class LexiconMatcher:
    """Finds the patterns of a lexicon, less the collisions, in tokens.

    >>> from jdclass.lexicon import load_collisions, load_lexicon
    >>> from jdclass.segment import tokenize
    >>> matcher = LexiconMatcher(load_lexicon(), load_collisions())
    >>> [hit.orientation for hit in matcher.match(tokenize(["Line manage the nursing team."])).hits]
    ['management']
    """

    def __init__(self, lexicon: Lexicon, collisions: Collisions | None = None) -> None:
        self.lexicon = lexicon
        self.collisions = collisions
        self._patterns = lexicon.patterns
        classes = {entry.name: _hashes(entry.words) for entry in lexicon.classes}

        def words(names: Sequence[str]) -> frozenset[int]:
            return frozenset().union(*(classes[name] for name in names))

        self._breaks = _hashes([".", ";", ":", "?", "!", "(", ")", "•", "–", "—", "…"])
        rules = [
            _Rule(number, words(p.objects), words(p.unless) | self._breaks, words(p.unless_after), p.gap)
            for number, p in enumerate(lexicon.patterns)
        ]
        forms: list[tuple[Surface, _Rule]] = []
        saying: list[tuple[Surface, _Rule]] = []
        for rule, pattern in zip(rules, lexicon.patterns, strict=True):
            (saying if pattern.only_says else forms).extend((surface, rule) for surface in pattern.surfaces)
        self._forms, self._saying = _tree(forms), _tree(saying)
        entries = () if collisions is None else collisions.entries
        self._hiding = _tree((surface, number) for number, entry in enumerate(entries) for surface in entry.surfaces)
        self._negation = _hashes(lexicon.words("negation"))
        self._near_negation = _hashes(lexicon.words("negation_near"))
        self._no_negation = _hashes(lexicon.words("no_negation"))
        self._and = _hashes(_AND)
        self._clause = self._breaks | _hashes(lexicon.words("clause"))
        self._none = _hashes(lexicon.words("none"))
        self._not_held = _hashes(lexicon.words("not_held"))
        self._between = _hashes([":", "-", "–", "—", "(", ")", "is", "are", "be", "was", "will", "=", ","])
        self._stop = self._breaks | _hashes(lexicon.words("stop"))
        self._bridge = _hashes(lexicon.words("bridge"))
        self._lead_in = _hashes(lexicon.words("lead_in"))
        self._link = _hashes(lexicon.words("link"))

    def match(self, tokens: Tokens) -> Matches:
        """All hits and collisions in the tokens, in their order; empty for no tokens."""
        lower = tokens.lower.tolist()
        line = tokens.line.tolist()
        ends = tokens.first.tolist()
        hiding = _walk(self._hiding, lower, line)
        found = self._candidates(lower, line, ends)
        hidden: set[int] = set()
        hits: list[Hit] = []
        after = len(lower)  # where the next hit begins
        # Line by line, since nothing crosses one: every step below looks at pairs of candidates.
        covers: dict[int, list[tuple[int, int, int]]] = {}
        for at, (first, last, _) in enumerate(hiding):
            covers.setdefault(line[first], []).append((first, last, at))
        settled: list[_Found] = []
        for number, group in groupby(sorted(found, key=lambda item: item.first), key=lambda item: line[item.first]):
            settled += _settled(_uncovered(list(group), covers.get(number, ()), hidden))
        for at in range(len(settled) - 1, -1, -1):
            item = settled[at]
            pattern = self._patterns[item.number]
            start, stop = ends[line[item.first]], ends[line[item.first] + 1]
            denied_by = -1 if pattern.absent else self._denied_by(lower, start, item, stop)
            last = item.last
            while last > item.form_last and (lower[last - 1] in self._stop or lower[last - 1] in self._link):
                last -= 1  # what was cut before another hit must not end with "and"
            # To the left first, from the last hit to the first: "and lead the" belongs to the hit that it leads to.
            begin = self._grown_left(lower, max(start, settled[at - 1].last if at else 0), item.first)
            end = self._grown_right(lower, last, min(stop, after))
            side = (pattern.orientation, pattern.contrast, pattern.states, pattern.absent or denied_by >= 0)
            hits.append(Hit(begin, end, item.number, *side, item.first, last, denied_by))
            after = begin
        hits.reverse()
        collisions = tuple(
            CollisionHit(first, last, number, at in hidden) for at, (first, last, number) in enumerate(hiding)
        )
        return Matches(tuple(hits), collisions, tuple(self._says(lower, line, ends, covers)))

    def _says(
        self, lower: list[int], line: list[int], ends: list[int], covers: dict[int, list[tuple[int, int, int]]]
    ) -> Iterator[Hit]:
        """The hits of the patterns that only say something, all that no collision hides."""
        for first, last, rule in _walk(self._saying, lower, line):
            start, end = ends[line[first]], ends[line[first] + 1]
            stop = self._object(lower, last, end, rule)
            if stop is None:
                continue
            item = _Found(first, last, stop, rule.number, None)
            if _uncovered([item], covers.get(line[first], ()), set()):
                denied_by = self._denied_by(lower, start, item, end)
                states = self._patterns[rule.number].states
                grown = stop if rule.objects else self._grown_right(lower, stop, end)
                yield Hit(first, grown, rule.number, None, None, states, denied_by >= 0, first, stop, denied_by)

    def _candidates(self, lower: list[int], line: list[int], ends: list[int]) -> list[_Found]:
        """Forms whose conditions hold, of each form only the pattern whose object decides."""
        found: list[_Found] = []
        same: list[_Found] = []  # those of one form
        for first, last, rule in _walk(self._forms, lower, line):
            bare = not rule.objects and not rule.unless_after
            stop = last if bare else self._object(lower, last, ends[line[first] + 1], rule)
            if stop is None:
                continue
            if same and (same[0].first, same[0].form_last) != (first, last):
                found.append(_deciding(same))
                same = []
            same.append(_Found(first, last, stop, rule.number, self._patterns[rule.number].orientation))
        if same:
            found.append(_deciding(same))
        return found

    def _object(self, lower: list[int], last: int, end: int, rule: _Rule) -> int | None:
        """The token after the object, or after the form if it needs none; None where the pattern does not hold."""
        stop = last
        if rule.objects:
            for at, word in enumerate(lower[last : min(end, last + rule.gap + 1)], last):
                if word in rule.stops:
                    return None
                if word in rule.objects:
                    stop = at + 1
                    break
            else:
                return None
        if rule.unless_after:
            for at in range(stop, min(end, stop + rule.gap)):
                word = lower[at]
                if word in rule.unless_after:
                    return None
                if word in self._breaks:
                    break
        return stop

    def _denied_by(self, lower: list[int], start: int, item: _Found, stop: int) -> int:
        """The token that takes the hit back: "no", "not" before its object, "none", "is not required" after it; -1."""
        for at in range(item.form_last, item.last):
            if lower[at] in self._negation:  # "holds no budget", but not "manages no more than five staff"
                return at if at + 1 >= stop or lower[at + 1] not in self._no_negation else -1
        first, last = item.first, item.last
        near = True
        for at in range(first - 1, max(start, first - NEGATION_BEFORE) - 1, -1):
            word = lower[at]
            near = near and first - at <= NEAR_NEGATION_BEFORE and word not in self._and
            if word in self._negation or (near and word in self._near_negation):
                return at if lower[at + 1] not in self._no_negation else -1
            if word in self._clause:
                break
        for at in range(last, min(stop, last + NEGATION_AFTER)):
            word = lower[at]
            if word in self._none:
                return at
            if word in self._negation:
                return at + 1 if at + 1 < stop and lower[at + 1] in self._not_held else -1
            if word not in self._between:
                break
        return -1

    def _grown_left(self, lower: list[int], start: int, first: int) -> int:
        """Where the phrase begins whose core begins at `first`: at a word of `lead_in`, only such and links between."""
        begin = first
        for at in range(first - 1, start - 1, -1):
            if lower[at] in self._lead_in:
                begin = at
            elif lower[at] not in self._link:
                break
        return begin

    def _grown_right(self, lower: list[int], last: int, stop: int) -> int:
        """Where the phrase ends whose core ends at `last`: before a word of `stop`, and not with a link or bridge."""
        end = at = last
        while at < min(stop, last + GROWTH):
            word = lower[at]
            if word in self._stop:
                # A bridge is crossed where a word follows that does not stop.
                if word not in self._bridge or at + 1 >= stop or lower[at + 1] in self._stop:
                    break
            elif word not in self._link:
                end = at + 1
            at += 1
        return end


def _walk(tree: _Tree, lower: list[int], line: list[int]) -> list[tuple[int, int, Any]]:
    """(first, last, value) of every form of the tree in the tokens, in their order."""
    found = []
    size = len(lower)
    for first in [at for at, word in enumerate(lower) if word in tree]:
        node = tree[lower[first]]
        last = first + 1
        number = line[first]
        while True:
            if _ENDS in node:
                found += [(first, last, value) for value in node[_ENDS]]
            if last >= size or line[last] != number:
                break
            node = node.get(lower[last])
            if node is None:
                break
            last += 1
    return found


def _deciding(same: list[_Found]) -> _Found:
    """Of hits of the same form the one with the nearest object, or with the last of a compound that begins there."""
    if len(same) == 1:
        return same[0]
    chosen, *others = sorted(same, key=lambda item: (item.last == item.form_last, item.last))
    for item in others:
        if item.last == chosen.last + 1 and chosen.last > chosen.form_last:
            chosen = item
    return chosen


def _uncovered(found: Sequence[_Found], hiding: Sequence[tuple[int, int, int]], hidden: set[int]) -> list[_Found]:
    """The candidates that no collision hides; `hiding` has (first, last, number) of the collisions in order, and the
    numbers of those that hid one go into `hidden`."""
    kept = []
    for item in found:
        free = True
        for first, last, at in hiding:
            if first >= item.last:
                break
            in_form = first < item.form_last and item.first < last
            in_object = item.last > item.form_last and first < item.last <= last
            spelt_out = item.first <= first and last <= item.form_last and last - first < item.form_last - item.first
            if (in_form or in_object) and not spelt_out:
                hidden.add(at)
                free = False
        if free:
            kept.append(item)
    return kept


def _settled(found: Sequence[_Found]) -> list[_Found]:
    """Of overlapping candidates the winners, in the order of the tokens (see the module's text)."""
    kept: list[_Found] = []
    for item in sorted(
        found, key=lambda item: (item.first - item.last, item.first - item.form_last, item.first, item.number)
    ):
        if all(_beside(item, other) for other in kept):
            kept.append(item)
    kept.sort(key=lambda item: item.first)
    out = []
    for at, item in enumerate(kept):
        last = item.last
        for other in kept[at + 1 :]:
            last = min(last, other.first)
        out.append(_Found(item.first, item.form_last, last, item.number, item.orientation))
    return out


def _beside(a: _Found, b: _Found) -> bool:
    """May both stay?"""
    if a.last <= b.first or b.last <= a.first:
        return True
    if a.orientation == b.orientation:
        return False
    early, late = (a, b) if a.first <= b.first else (b, a)
    # The later form begins behind the earlier form and does not hold the earlier one's object.
    return early.form_last <= late.first and late.form_last < early.last
