"""What a title claims and which family it belongs to, read from the title alone by `data/titles.csv`.

The file is for people: one row a form, edited in any spreadsheet. Its rows are of seven kinds:

- `family`: a kind of title, with the sentence that says how NHS custom reads it; where a title has forms of several
  families, the one of the highest `precedence` names it, then the form that stands first, then the longest.
- `rank`: a word that claims by itself (Lead, Manager), or one that by custom claims nothing (Care Coordinator); its
  family too. `certainty` is how often a title with this word claims so.
- `beside`: a word that claims only beside a rank word that claims (Director of *Operations*, *Transformation* Manager).
- `job`: a form that only names the family (Staff Nurse) and claims nothing. `lead ... nurse` allows up to three words
  in the gap, none of them across a comma, bracket, slash or dash.
- `not_rank`: what looks like a rank word and is none (Head and Neck).
- `stop`: nothing after it is about the post (PA to the Director).
- `grade`: words that say nothing of the work (senior, band, of); a title of these and forms marked `vague` is vague.

A longer form hides the shorter ones inside it, so Community Matron does not claim what Matron claims. Words compare
whole, in any case, hyphens as spaces, & as "and"; the last word of a form may have a plural s. Standard library only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

from jdclass.document import ORIENTATIONS4, Claim
from jdclass.errors import LexiconError

__all__ = ["TitleFamily", "TitleForm", "TitleReading", "Titles", "load_titles"]

DATA = Path(__file__).parent.parent / "data" / "titles.csv"
COLUMNS = ("kind", "form", "claim", "certainty", "family", "precedence", "vague", "custom")
# The cells that a row of each kind must fill, beside `form`, and the ones it may.
_NEEDS = {
    "family": ("precedence", "custom"),
    "rank": ("claim", "certainty", "family"),
    "beside": ("claim", "certainty"),
    "job": ("family",),
    "not_rank": (),
    "stop": (),
    "grade": (),
}
_MAY = {"rank": ("vague",), "job": ("vague",)}
OTHER = "other"
GAP = 3

# How likely a title claims a side for which it has no word. The last two are for titles with no form that the file
# knows, and for a word such as Strategy with no rank word beside it.
_UNSAID = 0.015
_UNKNOWN = 0.05
_UNRANKED = 0.15

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|&(?:amp;)*")
_POSSESSIVE = re.compile(r"['’]s?$")
# Between two words: what no form reaches across. A dash counts unless it joins two words ("co-ordinator").
_BREAK = re.compile(r"[,;:/\\|()\[\]{}*\"“”+•–—]|\s-|-\s|\.\s")


@dataclass(frozen=True, slots=True)
class TitleFamily:
    """A kind of title: `custom` says in one sentence what the NHS understands by it, for readers."""

    name: str
    precedence: int
    custom: str


@dataclass(frozen=True, slots=True)
class TitleForm:
    """One row of the file but a family. `parts` are the form's words, cut at its gaps; `line` is where it stands."""

    kind: str
    form: str
    parts: tuple[tuple[str, ...], ...]
    claim: str | None
    certainty: float | None
    family: str | None
    vague: bool
    line: int


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What one title claims.

    `leadership`, `management` and `neither` are in [0, 1] and add up to 1. `title[start:end]` of each of `spans` is the
    word beside it in `words`; both are empty where nothing claims. `exempt` are the words that look like a claim and by
    custom are none (Case Manager). A `vague` title says too little of the work to tell what it claims: an empty one,
    a reference number, "Officer", "Project Lead".
    """

    title: str
    orientation: str
    leadership: float
    management: float
    neither: float
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    exempt: tuple[str, ...]
    family: str
    custom: str
    vague: bool

    def claim(self) -> Claim:
        """The part of it that a review carries."""
        return Claim(self.orientation, self.leadership, self.management, self.neither, self.words)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    joined: bool  # to the word before: no comma, slash, bracket or dash between


@dataclass(frozen=True, slots=True)
class _Hit:
    form: TitleForm
    first: int  # words of the title, half open
    last: int

    def __len__(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Titles:
    """A titles file, checked. `sha256` is of the file's bytes."""

    path: str
    sha256: str
    families: tuple[TitleFamily, ...]
    forms: tuple[TitleForm, ...]
    _by_first: dict[str, tuple[TitleForm, ...]]
    _family: dict[str, TitleFamily]

    def family(self, name: str) -> TitleFamily:
        """The family of that name. Raises KeyError where the file has none."""
        return self._family[name]

    def read(self, title: str) -> TitleReading:
        """Read one title; an empty one claims neither, is of family `other` and vague."""
        words = _words(title)
        hits = self._hits(words)
        stop = min((hit.last for hit in hits if hit.form.kind == "stop"), default=len(words))
        hits = [hit for hit in hits if hit.last <= stop]
        spoken = _longest([hit for hit in hits if hit.form.kind in ("rank", "beside", "not_rank")])
        ranks = [hit for hit in spoken if hit.form.kind == "rank"]
        claiming = [hit for hit in ranks if hit.form.claim != "neither"]
        beside = [hit for hit in spoken if hit.form.kind == "beside"]
        jobs = [hit for hit in hits if hit.form.kind == "job"]
        if claiming:
            claiming = sorted(claiming + beside, key=lambda hit: hit.first)
            sides = {side: _certainty(claiming, side, _UNSAID) for side in ("leadership", "management")}
        else:
            exempt = [hit.form.certainty for hit in ranks if hit.form.certainty is not None]
            unsaid = 1 - min(exempt) ** 0.5 if exempt else _UNSAID if jobs else _UNKNOWN
            sides = {
                side: max([unsaid, *(_UNRANKED for hit in beside if hit.form.claim == side)])
                for side in ("leadership", "management")
            }
        leads, manages = (any(hit.form.claim in (side, "both") for hit in claiming) for side in sides)
        both = sides["leadership"] * sides["management"]
        neither = (1 - sides["leadership"]) * (1 - sides["management"])
        leadership = sides["leadership"] - both / 2
        family = self._named([*jobs, *ranks])
        spans = tuple((words[hit.first].start, words[hit.last - 1].end) for hit in claiming)
        return TitleReading(
            title=title,
            orientation=("both" if manages else "leadership") if leads else "management" if manages else "neither",
            leadership=leadership,
            management=1 - neither - leadership,
            neither=neither,
            words=tuple(title[start:end] for start, end in spans),
            spans=spans,
            exempt=tuple(
                title[words[hit.first].start : words[hit.last - 1].end]
                for hit in sorted(ranks, key=lambda hit: hit.first)
                if hit.form.claim == "neither"
            ),
            family=family.name,
            custom=family.custom,
            vague=_vague(words, hits),
        )

    def _hits(self, words: list[_Word]) -> list[_Hit]:
        found = []
        for first, word in enumerate(words):
            for form in self._by_first.get(word.text, ()):
                last = _match(form.parts, words, first)
                if last is not None:
                    found.append(_Hit(form, first, last))
        return found

    def _named(self, hits: list[_Hit]) -> TitleFamily:
        named = [(self._family[hit.form.family], hit) for hit in hits if hit.form.family is not None]
        if not named:
            return self._family[OTHER]
        return min(named, key=lambda pair: (-pair[0].precedence, pair[1].first, -len(pair[1])))[0]


def _words(title: str) -> list[_Word]:
    words: list[_Word] = []
    end = 0
    for found in _WORD.finditer(title):
        text = "and" if found[0].startswith("&") else _POSSESSIVE.sub("", found[0].casefold())
        words.append(_Word(text, found.start(), found.end(), _BREAK.search(title[end : found.start()]) is None))
        end = found.end()
    return words


def _match(parts: tuple[tuple[str, ...], ...], words: list[_Word], first: int) -> int | None:
    """The word after the form's last where it starts at `first`; None where it does not."""
    at = first
    for number, part in enumerate(parts):
        final = number == len(parts) - 1
        for start in range(at, at + (GAP + 1 if number else 1)):
            if any(not word.joined for word in words[max(at, first + 1) : start + 1]):
                return None
            if _part(part, words, start, final):
                at = start + len(part)
                break
        else:
            return None
    return at


def _part(part: tuple[str, ...], words: list[_Word], start: int, final: bool) -> bool:
    seen = words[start : start + len(part)]
    return (
        len(seen) == len(part)
        and all(word.joined for word in seen[1:])
        and all(word.text == wanted for word, wanted in zip(seen[:-1], part[:-1], strict=True))
        and (seen[-1].text == part[-1] or (final and seen[-1].text == part[-1] + "s"))
    )


def _longest(hits: list[_Hit]) -> list[_Hit]:
    """The hits that no longer one (or, of the same length, none before) shares a word with."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (-len(hit), hit.first)):
        if all(hit.last <= other.first or hit.first >= other.last for other in kept):
            kept.append(hit)
    return kept


def _certainty(claiming: list[_Hit], side: str, unsaid: float) -> float:
    sure = (hit.form.certainty for hit in claiming if hit.form.claim in (side, "both"))
    return max((value for value in sure if value is not None), default=unsaid)


def _vague(words: list[_Word], hits: list[_Hit]) -> bool:
    """Whether nothing is left once the words of rank, grade and number are taken away and the vague forms with them."""
    vague = [hit for hit in hits if hit.form.vague]
    for hit in hits:
        # "Project Lead" is vague though a form inside it may not be; a longer form, as Team Lead, is not.
        inside = any(v.first <= hit.first and hit.last <= v.last and len(v) > len(hit) for v in vague)
        if hit.form.kind in ("rank", "job") and not hit.form.vague and not inside:
            return False
    said = [hit for hit in hits if hit.form.vague or hit.form.kind == "grade"]
    empty = {at for hit in said for at in range(hit.first, hit.last)}
    return all(at in empty or any(c.isdigit() for c in word.text) for at, word in enumerate(words))


def load_titles(path: Path | str | None = None) -> Titles:
    """Read a titles file, by default the packed one, and check it as a whole.

    Raises LexiconError, with file and line, for a file that cannot be read, unknown columns or kinds, cells missing or
    not wanted, an unknown claim or family, a form that stands twice, one hidden behind another, a family with no form.
    """
    path = DATA if path is None else Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LexiconError(f"{path}:{line}: is not UTF-8; save it as 'CSV UTF-8'") from error
    families, forms = _rows(path, text)
    _check(path, families, forms)
    by_first: dict[str, list[TitleForm]] = {}
    for form in forms:
        for key in {form.parts[0][0], form.parts[0][0] + "s"} if _single(form) else {form.parts[0][0]}:
            by_first.setdefault(key, []).append(form)
    return Titles(
        str(path),
        hashlib.sha256(data).hexdigest(),
        tuple(family for family, _ in families.values()),
        tuple(forms),
        {key: tuple(value) for key, value in by_first.items()},
        {name: family for name, (family, _) in families.items()},
    )


def _single(form: TitleForm) -> bool:
    return len(form.parts) == 1 and len(form.parts[0]) == 1


def _rows(path: Path, text: str) -> tuple[dict[str, tuple[TitleFamily, int]], list[TitleForm]]:
    families: dict[str, tuple[TitleFamily, int]] = {}
    forms = []
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="more")
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise LexiconError(f"{path}:1: columns {list(reader.fieldnames or ())}, wanted {list(COLUMNS)}")
    for row in reader:
        where = f"{path}:{reader.line_num}"
        if "more" in row:
            raise LexiconError(f"{where}: has more cells than the {len(COLUMNS)} columns")
        cells = {key: (row[key] or "").strip() for key in COLUMNS}
        if not any(cells.values()) or cells["kind"].startswith("#"):
            continue
        kind = cells["kind"]
        if kind not in _NEEDS:
            raise LexiconError(f"{where}: kind {kind!r} is not one of {list(_NEEDS)}")
        if not cells["form"]:
            raise LexiconError(f"{where}: a row of kind {kind!r} has no form")
        for key in COLUMNS[2:]:
            if key in _NEEDS[kind] and not cells[key]:
                raise LexiconError(f"{where}: {cells['form']!r} has no {key}, and a row of kind {kind!r} needs one")
            if key not in _NEEDS[kind] and key not in _MAY.get(kind, ()) and cells[key]:
                raise LexiconError(f"{where}: {cells['form']!r} has a {key}, and a row of kind {kind!r} takes none")
        if kind == "family":
            if cells["form"] in families:
                first = families[cells["form"]][1]
                raise LexiconError(f"{where}: family {cells['form']!r} stands twice, first in line {first}")
            if not cells["precedence"].isascii() or not cells["precedence"].isdigit():
                raise LexiconError(f"{where}: precedence {cells['precedence']!r} is not a whole number")
            family = TitleFamily(cells["form"], int(cells["precedence"]), cells["custom"])
            families[family.name] = (family, reader.line_num)
        else:
            forms.append(_form(where, cells, reader.line_num))
    return families, forms


def _form(where: str, cells: dict[str, str], line: int) -> TitleForm:
    kind, written = cells["kind"], cells["form"]
    parts = tuple(tuple(word.text for word in _words(part)) for part in written.split("..."))
    if not all(parts):
        raise LexiconError(f"{where}: form {written!r} has no word" + (" beside its gap" if len(parts) > 1 else ""))
    if len(parts) > 1 and kind != "job":
        raise LexiconError(f"{where}: form {written!r} has a gap, and only a row of kind 'job' may have one")
    claims = [claim for claim in ORIENTATIONS4 if kind == "rank" or claim != "neither"]
    if cells["claim"] and cells["claim"] not in claims:
        raise LexiconError(f"{where}: claim {cells['claim']!r} of {written!r} is not one of {claims}")
    certainty = None
    if cells["certainty"]:
        try:
            certainty = float(cells["certainty"])
        except ValueError:
            certainty = 0.0
        if not 0.5 <= certainty <= 1:
            raise LexiconError(
                f"{where}: certainty {cells['certainty']!r} of {written!r} is not a number from 0.5 to 1"
            )
    if cells["vague"] not in ("", "yes"):
        raise LexiconError(f"{where}: vague is {cells['vague']!r}, wanted 'yes' or nothing")
    return TitleForm(
        kind,
        written,
        parts,
        cells["claim"] or None,
        certainty,
        cells["family"] or None,
        cells["vague"] == "yes",
        line,
    )


def _check(path: Path, families: dict[str, tuple[TitleFamily, int]], forms: list[TitleForm]) -> None:
    if OTHER not in families:
        raise LexiconError(f"{path}: has no family {OTHER!r}, which titles without a form fall into")
    for form in forms:
        if form.family is not None and form.family not in families:
            raise LexiconError(f"{path}:{form.line}: family {form.family!r} of {form.form!r} has no row of its own")
    used = {form.family for form in forms}
    for family, line in families.values():
        if family.name not in used and family.name != OTHER:
            raise LexiconError(f"{path}:{line}: family {family.name!r} has no form")
    # A form is doubled where another has its words, hidden where another takes every title that it could take.
    seen: dict[tuple[tuple[str, ...], ...], TitleForm] = {}
    gaps: dict[str, list[TitleForm]] = {}
    for form in forms:
        if form.parts in seen:
            raise LexiconError(
                f"{path}:{form.line}: form {form.form!r} stands twice, first in line {seen[form.parts].line}"
            )
        seen[form.parts] = form
        if len(form.parts) > 1:
            gaps.setdefault(form.parts[0][0], []).append(form)
    for form in forms:
        last = form.parts[-1][-1]
        if last.endswith("s"):
            singular = (*form.parts[:-1], (*form.parts[-1][:-1], last[:-1]))
            if singular in seen:
                other = seen[singular]
                raise LexiconError(
                    f"{path}:{form.line}: form {form.form!r} is hidden by {other.form!r} in line {other.line}, "
                    "which takes the plural too"
                )
        if form.kind != "job" or len(form.parts) > 1:
            continue
        words = _words(" ".join(form.parts[0]))
        for other in gaps.get(form.parts[0][0], ()):
            if (
                other.family == form.family
                and other.vague == form.vague
                and _match(other.parts, words, 0) == len(words)
            ):
                raise LexiconError(
                    f"{path}:{form.line}: form {form.form!r} is hidden by {other.form!r} in line {other.line}"
                )
