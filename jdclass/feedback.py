"""What reviewers say, coming back: the Review sheets of workbooks to annotated roles, and how far reviewers agree.

A workbook holds all that is needed, so it can be mailed: the texts, the phrases, what was found, and what a reviewer
marked. Nothing is made of a row that its reviewer left empty.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jdclass.document import ORIENTATIONS4
from jdclass.errors import CorpusError
from jdclass.framework import Framework, default_framework
from jdclass.wording import Wording, default_wording

__all__ = ["Agreement", "Feedback", "Marked", "cohen_kappa", "read_workbooks", "typical_match"]

Mark = Literal["agree", "disagree", "unsure"]
Side = Literal["management", "staff"]

#: Match and finding that go with a claim and duties, where reviewers put these right and nobody scored the match:
#: the commonest of the annotated roles of the train split.
_TYPICAL: Mapping[tuple[str, str], tuple[int, str]] = {
    ("leadership", "management"): (2, "overclaims_leadership"),
    ("leadership", "both"): (3, "underclaims_management"),
    ("leadership", "neither"): (2, "overclaims_leadership"),
    ("management", "leadership"): (2, "underclaims_leadership"),
    ("management", "both"): (3, "underclaims_leadership"),
    ("management", "neither"): (2, "overclaims_management"),
    ("both", "leadership"): (3, "overclaims_management"),
    ("both", "management"): (3, "overclaims_leadership"),
    ("both", "neither"): (1, "overclaims_leadership"),
    ("neither", "leadership"): (2, "underclaims_leadership"),
    ("neither", "management"): (2, "underclaims_management"),
    ("neither", "both"): (3, "underclaims_leadership"),
}


@dataclass(frozen=True, slots=True)
class Marked:
    """One filled-in row. `claim` and `duties` are as the reviewer reads them, None where that is not known.

    `reviewer` is the initials, or the workbook's name where they are missing; `key` and `sha256` name the role.
    """

    workbook: str
    row: int
    key: str
    sha256: str
    reviewer: str
    side: Side | None
    mark: Mark
    claim: str | None
    duties: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two readings of the same roles were the same. `kappa` is None where chance leaves nothing to agree on.

    `between` says whose readings: "AB and CD", or a pair of sides over all their pairs.
    """

    between: str
    what: Literal["mark", "claim", "duties"]
    roles: int
    agreed: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """`gold` are annotated roles as records; `left_out` says why a marked role is not among them; `problems` are cells
    that could not be understood."""

    gold: tuple[dict[str, Any], ...]
    marks: tuple[Marked, ...]
    agreements: tuple[Agreement, ...]
    left_out: tuple[tuple[str, str], ...]  # (title, why)
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Role:
    """A role as the workbook gives it."""

    title: str
    employer: str | None
    sha256: str
    claim: str | None
    duties: str | None  # None: cannot tell
    finding: str
    score: int | None
    lines: list[dict[str, Any]] = field(default_factory=list)


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two readings, in [-1, 1]; None for no pairs, and where both readings only ever gave one answer.

    >>> cohen_kappa([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    0.5
    """
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(first == second for first, second in pairs) / total
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    expected = sum(firsts[answer] * seconds[answer] for answer in firsts) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def typical_match(claim: str, duties: str) -> tuple[int, str]:
    """Match (1 to 5) and finding that usually go with a claim and duties; used where reviewers corrected either."""
    return (4, "matches") if claim == duties else _TYPICAL[claim, duties]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


class _Book:
    """One workbook: its sheets by name, its columns by their heads, whatever their order."""

    def __init__(self, path: Path, wording: Wording, framework: Framework) -> None:
        from zipfile import BadZipFile

        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        self.path, self.wording, self.framework = path, wording, framework
        try:
            self.book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except OSError as error:
            raise CorpusError(f"{path}: cannot be read: {error.strerror or error}") from error
        except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
            raise CorpusError(f"{path}: is no Excel workbook (.xlsx)") from error

    def rows(self, sheet: str, wanted: Mapping[str, str]) -> Iterator[tuple[int, dict[str, object]]]:
        """Rows of a sheet from its second on, with their number: the wanted columns, by our name for them."""
        name = self.wording.say(f"workbook.{sheet}")
        if name not in self.book.sheetnames:
            raise CorpusError(f"{self.path}: has no sheet {name!r}, but {', '.join(self.book.sheetnames)}")
        values = self.book[name].iter_rows(values_only=True)
        heads = [_text(head) for head in next(values, ())]
        places = {}
        for key, head in wanted.items():
            if head not in heads:
                raise CorpusError(f"{self.path}: sheet {name!r} has no column {head!r}")
            places[key] = heads.index(head)
        for number, row in enumerate(values, 2):
            yield number, {key: row[at] if at < len(row) else None for key, at in places.items()}

    def close(self) -> None:
        self.book.close()


def _orientation(text: str, wording: Wording) -> str | None:
    names = {wording.say(f"name.{key}").casefold(): key for key in ORIENTATIONS4}
    return names.get(text.casefold())


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and float(value).is_integer() else None


def _roles(book: _Book) -> dict[int, _Role]:
    say = book.wording.say
    findings = {say(f"finding.{key}"): key for key in book.wording.sections["finding"]}
    wanted = {
        "number": say("column.number"), "title": say("column.title"), "employer": say("column.employer"),
        "claim": say("column.claim"), "duties": say("column.duties"), "finding": say("workbook.sentence"),
        "score": say("workbook.score"), "sha256": say("workbook.hash"),
    }  # fmt: skip
    roles = {}
    for _, row in book.rows("roles", wanted):
        number = _whole(row["number"])
        if number is None:
            continue
        roles[number] = _Role(
            _text(row["title"]),
            _text(row["employer"]) or None,
            _text(row["sha256"]),
            _orientation(_text(row["claim"]), book.wording),
            _orientation(_text(row["duties"]), book.wording),
            findings.get(_text(row["finding"]), ""),
            _whole(row["score"]),
        )
    return roles


def _fill_lines(book: _Book, roles: dict[int, _Role], wanted_roles: set[int]) -> None:
    """Give the marked roles their lines, and their phrases where these still cut their words out."""
    say, framework = book.wording.say, book.framework
    columns = {
        "number": say("column.number"), "line": say("workbook.line"), "zone": say("workbook.zone"),
        "heading": say("workbook.heading"), "text": say("workbook.words_of_line"),
    }  # fmt: skip
    for _, row in book.rows("text", columns):
        number = _whole(row["number"])
        zone = _text(row["zone"])
        if number in wanted_roles and number in roles and zone in framework.zone_keys:
            heading = _text(row["heading"]) == say("panel.yes")
            text = "" if row["text"] is None else str(row["text"])
            roles[number].lines.append(
                {"text": text, "zone": zone, "heading": heading, "phrases": [], "at": _whole(row["line"])}
            )
    by_line = {(number, line["at"]): line for number in wanted_roles if number in roles for line in roles[number].lines}
    columns = {
        "number": say("column.number"), "line": say("workbook.line"), "start": say("workbook.start"),
        "end": say("workbook.end"), "words": say("column.words"), "orientation": say("column.orientation"),
        "contrast": say("workbook.contrast_key"),
    }  # fmt: skip
    for _, row in book.rows("phrases", columns):
        number, at = _whole(row["number"]), _whole(row["line"])
        start, end = _whole(row["start"]), _whole(row["end"])
        line = by_line.get((number, at)) if number is not None else None
        orientation, contrast = _orientation(_text(row["orientation"]), book.wording), _text(row["contrast"])
        if line is None or start is None or end is None or contrast not in framework.contrast_keys:
            continue
        quote = line["text"][start:end]
        if quote.strip() and quote == str(row["words"]) and orientation in framework.orientations:
            line["phrases"].append(
                {"start": start, "end": end, "text": quote, "orientation": orientation, "contrast": contrast}
            )
    for number in wanted_roles & roles.keys():
        for line in roles[number].lines:
            del line["at"]


def _marks(book: _Book, roles: Mapping[int, _Role], problems: list[str]) -> Iterator[tuple[int, Marked]]:
    say = book.wording.say
    wanted = {
        "number": say("column.number"), "key": say("workbook.key"), "mark": say("workbook.mark"),
        "claim": say("workbook.corrected_claim"), "duties": say("workbook.corrected_duties"),
        "note": say("workbook.note"), "initials": say("workbook.initials"), "side": say("workbook.side"),
    }  # fmt: skip
    marks: dict[str, Mark] = {
        say("workbook.agree").casefold(): "agree",
        say("workbook.disagree").casefold(): "disagree",
        say("workbook.unsure").casefold(): "unsure",
    }
    sides: dict[str, Side] = {
        say("workbook.management_side").casefold(): "management",
        say("workbook.staff_side").casefold(): "staff",
    }
    for row_number, row in book.rows("review", wanted):
        values = {key: _text(row[key]) for key in wanted}
        given = {key: values[key] for key in ("mark", "claim", "duties", "side")}
        if not any(given.values()) and not values["note"]:
            continue
        where = f"{book.path.name}, sheet {say('workbook.review')}, row {row_number}"
        role = roles.get(_whole(row["number"]) or 0)
        mark = marks.get(given["mark"].casefold())
        if role is None:
            problems.append(f"{where}: number {values['number']!r} is not on the sheet {say('workbook.roles')}")
            continue
        if mark is None:
            problems.append(f"{where}: {say('workbook.mark')} is {given['mark']!r}, wanted {', '.join(marks)}")
            continue
        corrected = {}
        for key in ("claim", "duties"):
            corrected[key] = _orientation(given[key], book.wording)
            if given[key] and corrected[key] is None:
                problems.append(f"{where}: {wanted[key]} is {given[key]!r}, wanted one from the list")
        if given["side"] and given["side"].casefold() not in sides:
            problems.append(f"{where}: {say('workbook.side')} is {given['side']!r}, wanted {' or '.join(sides)}")
        claim = duties = None
        if mark == "agree":
            claim, duties = role.claim, role.duties
        elif mark == "disagree" and (corrected["claim"] or corrected["duties"]):
            claim, duties = corrected["claim"] or role.claim, corrected["duties"] or role.duties
        yield (
            _whole(row["number"]) or 0,
            Marked(
                book.path.name,
                row_number,
                values["key"],
                role.sha256,
                values["initials"].upper() or book.path.stem,
                sides.get(given["side"].casefold()),
                mark,
                claim,
                duties,
                values["note"],
            ),
        )


def _gold(key: str, role: _Role, marks: Sequence[Marked]) -> dict[str, Any] | str:
    """The annotated role that these marks of one role make, or why they make none."""
    sure = [mark for mark in marks if mark.mark != "unsure"]
    if not sure:
        return "no reviewer is sure"
    if any(mark.mark == "disagree" and mark.claim is None for mark in sure):
        return "a reviewer disagrees and gives no other reading"
    agreeing = [mark for mark in sure if mark.mark == "agree"]
    readings = {(mark.claim, mark.duties) for mark in sure}
    if len(readings) > 1:
        return "reviewers read it differently"
    claim, duties = readings.pop()
    if len(agreeing) == len(sure):
        match = 0 if role.score is None else max(1, min(5, round(role.score / 25) + 1))
        verdict = role.finding
        if match == 0 or duties is None:
            match, verdict, duties = 0, "insufficient_evidence", duties or "neither"
    else:
        if duties is None:
            return "a reviewer disagrees, and the duties are not given"
        match, verdict = typical_match(claim or "", duties) if claim else (0, "")
    if claim is None or not verdict:
        return "the workbook does not say what was found"
    if not role.lines:
        return "the workbook does not hold its text"
    return {
        "id": key,
        "split": "train",
        "title": role.title,
        "employer": role.employer,
        "claim": claim,
        "duties": duties,
        "match": match,
        "verdict": verdict,
        "reviewers": len({mark.reviewer for mark in sure}),
        "sides": sorted({mark.side for mark in sure if mark.side}),
        # Reviewers judged the role and not the lines: zones and phrases are the model's own.
        "lines_from": "model",
        "lines": role.lines,
    }


def _agreement(between: str, pairs: Sequence[tuple[Marked, Marked]]) -> Iterator[Agreement]:
    answers: dict[Literal["mark", "claim", "duties"], list[tuple[str, str]]] = {
        "mark": [(first.mark, second.mark) for first, second in pairs],
        "claim": [(a.claim, b.claim) for a, b in pairs if a.claim and b.claim],
        "duties": [(a.duties, b.duties) for a, b in pairs if a.duties and b.duties],
    }
    for what, both in answers.items():
        if both:
            agreed = sum(first == second for first, second in both) / len(both)
            yield Agreement(between, what, len(both), agreed, cohen_kappa(both))


def _agreements(by_role: Mapping[tuple[str, str], Sequence[Marked]], wording: Wording) -> Iterator[Agreement]:
    pairs: dict[tuple[str, str], list[tuple[Marked, Marked]]] = defaultdict(list)
    sides: dict[tuple[Side, Side], list[tuple[Marked, Marked]]] = defaultdict(list)
    for marks in by_role.values():
        for one, other in itertools.combinations(sorted(marks, key=lambda mark: mark.reviewer), 2):
            pairs[one.reviewer, other.reviewer].append((one, other))
            if one.side and other.side:
                first, second = sorted((one, other), key=lambda mark: mark.side or "")
                if first.side and second.side:
                    sides[first.side, second.side].append((first, second))
    joint = wording.say("text.and")
    for (one_name, other_name), found in sorted(pairs.items()):
        yield from _agreement(f"{one_name} {joint} {other_name}", found)
    for (one_side, other_side), found in sorted(sides.items()):
        yield from _agreement(f"{one_side} {joint} {other_side}", found)


def read_workbooks(
    paths: Iterable[Path | str], *, wording: Wording | None = None, framework: Framework | None = None
) -> Feedback:
    """Read reviewers' workbooks and put together what they say of each role.

    A role becomes an annotated one where all reviewers who are sure read it alike. Of a reviewer who marked a role
    twice the first mark counts. Raises CorpusError for a file that is no workbook of ours, naming what it lacks.
    """
    wording, framework = wording or default_wording(), framework or default_framework()
    problems: list[str] = []
    by_role: dict[tuple[str, str], list[Marked]] = defaultdict(list)
    roles: dict[tuple[str, str], _Role] = {}
    for path in map(Path, paths):
        book = _Book(path, wording, framework)
        try:
            of_book = _roles(book)
            marks = list(_marks(book, of_book, problems))
            _fill_lines(book, of_book, {number for number, _ in marks})
        finally:
            book.close()
        for number, mark in marks:
            name = (mark.key, mark.sha256)
            if any(other.reviewer == mark.reviewer for other in by_role[name]):
                problems.append(f"{mark.workbook}, row {mark.row}: {mark.reviewer} marked this role before")
                continue
            by_role[name].append(mark)
            roles.setdefault(name, of_book[number])
    gold, left_out = [], []
    keys = Counter(key for key, _ in by_role)
    for name, found in sorted(by_role.items()):
        # Two files of one name, from two folders: each keeps its own text.
        key = name[0] if keys[name[0]] == 1 else f"{name[0]}#{name[1][:8]}"
        made = _gold(key, roles[name], found)
        if isinstance(made, str):
            left_out.append((roles[name].title, made))
        else:
            gold.append(made)
    return Feedback(
        tuple(gold),
        tuple(mark for found in by_role.values() for mark in found),
        tuple(_agreements(by_role, wording)),
        tuple(left_out),
        tuple(problems),
    )
