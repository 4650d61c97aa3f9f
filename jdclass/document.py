"""The frozen values that flow through jdclass, from reader to report. Standard library only.

`RoleDescription` is what a reader gives, `Review` what reviewing makes of it, `Failure` what stands in its place when a
file could not be read. `Review.to_dict()` is the record `jdclass.review/1`; `Review.from_dict()` reads it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "FAILURE_SCHEMA",
    "LEAST_READ",
    "ORIENTATIONS4",
    "PARTLY_FROM",
    "REVIEW_SCHEMA",
    "VERDICTS",
    "Block",
    "BlockKind",
    "Claim",
    "ContrastCount",
    "Duties",
    "Excluded",
    "Fact",
    "Failure",
    "Match",
    "ModelName",
    "Phrase",
    "Review",
    "ReviewedLine",
    "RoleDescription",
    "Source",
    "Statement",
    "Usual",
]

REVIEW_SCHEMA = "jdclass.review/1"
FAILURE_SCHEMA = "jdclass.failure/1"

#: What a claim and the duties can be.
ORIENTATIONS4 = ("leadership", "management", "both", "neither")

VERDICTS = (
    "matches",
    "overclaims_leadership",
    "underclaims_leadership",
    "overclaims_management",
    "underclaims_management",
    "insufficient_evidence",
)

#: Below this share of a file read, its roles are not judged. The documents issue's receipt; DESIGN.md, "Abstained".
LEAST_READ = 0.8

#: A match of this or more, short of fitting, reads as fitting in part: gold level m lies at 25 (m - 1), and this is the
#: middle of levels 2 and 3.
PARTLY_FROM = 38

BlockKind = Literal["heading", "paragraph", "list_item", "table_cell"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the document in its order: a heading, a paragraph, a list item or a table cell.

    `level` is the heading's level from 1, None for other kinds and where it is unknown. `place` says to a person where
    the block stands ("page 2, table 'Person specification', row 4, Essential"). `section` is the header that a table
    gives the cell (its column's, or its row's label), None elsewhere.
    """

    text: str
    kind: BlockKind = "paragraph"
    level: int | None = None
    place: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value as the document gives them: `name` is title, employer, band, base, reports_to, ..."""

    name: str
    value: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a role description came from, and how much of it reached lines.

    `share_read` is in [0, 1], None where it cannot be known. `sha256` is of the file's bytes, or of the record's.
    `record` is the line number (from 1) of a record in a JSON Lines file, None for a file that is one document.
    """

    path: str | None
    record: int | None
    format: str
    sha256: str
    share_read: float | None = None
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "record": self.record,
            "format": self.format,
            "sha256": self.sha256,
            "share_read": self.share_read,
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Source:
        return cls(
            data["path"],
            data["record"],
            data["format"],
            data["sha256"],
            data["share_read"],
            tuple(data["warnings"]),
        )


@dataclass(frozen=True, slots=True)
class RoleDescription:
    """One job as one document describes it: what a reader gives and a reviewer takes.

    `title`, `employer` and `band` are the ones used; `facts` holds every one found, with its place, also where they
    differ from each other.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    source: Source
    employer: str | None = None
    band: str | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """A sentence, bullet, heading or table cell with its zone; `zone_probability` in [0, 1]."""

    text: str
    zone: str
    zone_probability: float
    place: str | None = None
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of characters `line.text[start:end] == text` with an orientation and a contrast.

    `probability` (in [0, 1]) is that the phrase carries this orientation. `counted` phrases stand in duties lines;
    the others are shown apart and never decide.
    """

    line: int
    start: int
    end: int
    text: str
    orientation: str
    contrast: str
    probability: float
    counted: bool


@dataclass(frozen=True, slots=True)
class Excluded:
    """A run of characters that looks like a phrase and does not count, with the reason for readers."""

    line: int
    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the title claims, read from the title alone: three shares that add up to 1, and the words that claim."""

    orientation: str
    leadership: float
    management: float
    neither: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duties:
    """What the duties lines hold: the shares of their words in leadership phrases, management phrases, neither."""

    orientation: str
    leadership: float
    management: float
    neither: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What documents with this kind of title state in the reference adverts.

    `leadership` and `management` are the family's mean shares. `unusual` is None where the family has fewer than 30
    reference adverts, or where the review abstains.
    """

    title_family: str
    n: int
    leadership: float | None
    management: float | None
    unusual: bool | None


@dataclass(frozen=True, slots=True)
class ContrastCount:
    """Counted phrases of either side of one contrast; `assessable` where there are enough of them to say anything."""

    leadership: int
    management: int
    assessable: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What the document says about one thing: stated, stated_absent (with line and quote) or not_found (without)."""

    what: str
    state: Literal["stated", "stated_absent", "not_found"]
    line: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How well the claim fits the duties: `score` and its interval in [0, 100], all None where the review abstains."""

    score: int | None
    low: int | None
    high: int | None
    verdict: str
    abstained: bool
    put_forward: bool = False
    reasons: tuple[str, ...] = ()
    counterfactual: str | None = None


@dataclass(frozen=True, slots=True)
class ModelName:
    """Which model made a review. `date` is the ISO day that it was trained on, None for one that does not say."""

    name: str
    version: str
    sha256: str
    date: str | None = None

    def to_dict(self) -> dict[str, Any]:
        dated = {} if self.date is None else {"date": self.date}
        return {"name": self.name, "version": self.version, "sha256": self.sha256, **dated}


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewed role; `to_dict()` is the record `jdclass.review/1`.

    `conflicts` says where the document gives different titles or bands; `missing` names what a job description should
    hold and the text read does not show.
    """

    id: str
    source: Source
    model: ModelName
    title: str
    employer: str | None
    band: str | None
    lines: tuple[ReviewedLine, ...]
    phrases: tuple[Phrase, ...]
    excluded: tuple[Excluded, ...]
    claim: Claim
    duties: Duties
    usual: Usual
    contrasts: tuple[tuple[str, ContrastCount], ...]
    stated: tuple[Statement, ...]
    match: Match
    facts: tuple[Fact, ...] = ()
    conflicts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The record, of plain lists, dicts, texts and numbers."""
        # Written out: dataclasses.asdict copies deeply and costs a multiple of it over a large folder.
        claim, duties, usual, match = self.claim, self.duties, self.usual, self.match
        return {
            "schema": REVIEW_SCHEMA,
            "id": self.id,
            "source": self.source.to_dict(),
            "model": self.model.to_dict(),
            "title": self.title,
            "employer": self.employer,
            "band": self.band,
            "lines": [
                {
                    "text": line.text,
                    "zone": line.zone,
                    "zone_probability": line.zone_probability,
                    "place": line.place,
                    "heading": line.heading,
                }
                for line in self.lines
            ],
            "phrases": [
                {
                    "line": phrase.line,
                    "start": phrase.start,
                    "end": phrase.end,
                    "text": phrase.text,
                    "orientation": phrase.orientation,
                    "contrast": phrase.contrast,
                    "probability": phrase.probability,
                    "counted": phrase.counted,
                }
                for phrase in self.phrases
            ],
            "excluded": [
                {"line": item.line, "start": item.start, "end": item.end, "text": item.text, "reason": item.reason}
                for item in self.excluded
            ],
            "claim": {
                "orientation": claim.orientation,
                "leadership": claim.leadership,
                "management": claim.management,
                "neither": claim.neither,
                "words": list(claim.words),
            },
            "duties": {
                "orientation": duties.orientation,
                "leadership": duties.leadership,
                "management": duties.management,
                "neither": duties.neither,
            },
            "usual": {
                "title_family": usual.title_family,
                "n": usual.n,
                "leadership": usual.leadership,
                "management": usual.management,
                "unusual": usual.unusual,
            },
            "contrasts": {
                key: {
                    "leadership": count.leadership,
                    "management": count.management,
                    "assessable": count.assessable,
                }
                for key, count in self.contrasts
            },
            "stated": [
                {"what": item.what, "state": item.state, "line": item.line, "text": item.text} for item in self.stated
            ],
            "match": {
                "score": match.score,
                "low": match.low,
                "high": match.high,
                "verdict": match.verdict,
                "abstained": match.abstained,
                "put_forward": match.put_forward,
                "reasons": list(match.reasons),
                "counterfactual": match.counterfactual,
            },
            "facts": [{"name": fact.name, "value": fact.value, "place": fact.place} for fact in self.facts],
            "conflicts": list(self.conflicts),
            "missing": list(self.missing),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Review:
        """Read a record back. Raises KeyError or TypeError where a field is missing or of another kind."""
        if data["schema"] != REVIEW_SCHEMA:
            raise KeyError(f"schema {data['schema']!r}, wanted {REVIEW_SCHEMA!r}")
        claim, match = dict(data["claim"]), dict(data["match"])
        return cls(
            id=data["id"],
            source=Source.from_dict(data["source"]),
            model=ModelName(**data["model"]),
            title=data["title"],
            employer=data["employer"],
            band=data["band"],
            lines=tuple(ReviewedLine(**line) for line in data["lines"]),
            phrases=tuple(Phrase(**phrase) for phrase in data["phrases"]),
            excluded=tuple(Excluded(**item) for item in data["excluded"]),
            claim=Claim(**{**claim, "words": tuple(claim["words"])}),
            duties=Duties(**data["duties"]),
            usual=Usual(**data["usual"]),
            contrasts=tuple((key, ContrastCount(**count)) for key, count in data["contrasts"].items()),
            stated=tuple(Statement(**item) for item in data["stated"]),
            match=Match(**{**match, "reasons": tuple(match["reasons"])}),
            facts=tuple(Fact(**fact) for fact in data["facts"]),
            conflicts=tuple(data["conflicts"]),
            missing=tuple(data["missing"]),
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """A file or record that could not be read: a row of its own, never a silent gap."""

    path: str | None
    record: int | None
    error: str
    message: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": FAILURE_SCHEMA,
            "path": self.path,
            "record": self.record,
            "error": self.error,
            "message": self.message,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Failure:
        return cls(data["path"], data["record"], data["error"], data["message"])
