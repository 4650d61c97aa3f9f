#!/usr/bin/env python3
"""Turn the annotated sources beside this file into roles.jsonl, and check them. Standard library only.

    python corpora/open/build.py            write roles.jsonl
    python corpora/open/build.py --check    write nothing; exit 1 if roles.jsonl is not what the sources give
    python corpora/open/build.py --counts   write nothing; print the tables under "Counts" in README.md

README.md describes the format of the sources. What is wrong in a source is told by file and line, all of it at once,
and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FRAMEWORK = HERE.parents[1] / "jdclass" / "data" / "figure1.toml"
ROLES = "roles.jsonl"

ORIENTATIONS = {"L": "leadership", "M": "management"}
SIDES = ORIENTATIONS | {"B": "both", "N": "neither"}
ZONES = {"d": "duties", "p": "person_spec", "e": "employer", "b": "benefits", "a": "application"}
VERDICTS = {
    "ok": "matches",
    "thin": "insufficient_evidence",
    "over_L": "overclaims_leadership",
    "under_L": "underclaims_leadership",
    "over_M": "overclaims_management",
    "under_M": "underclaims_management",
}
FIELDS = ("TITLE", "EMPLOYER", "BAND", "KIND", "SPLIT", "title", "duties", "match", "why")
ALLOWED = {
    "KIND": ("advert", "jd"),
    "SPLIT": ("train", "dev"),
    "title": tuple(SIDES),
    "duties": tuple(SIDES),
    "match": ("0", "1", "2", "3", "4", "5"),
    "why": tuple(VERDICTS),
}
# Settled in CODEBOOK.md: fewer words than this in duties lines are too little to tell.
THIN_WORDS = 40

_FIELD = re.compile(r"([A-Za-z]+): (.+)")
_ROW = re.compile(r"([dpeba])(#?) (\S.*)")
_BULLET = re.compile(r"[-–—•·*] ")
_MARK = re.compile(r"\{([LM]) (\w+)\|([^{}|]+)\}")


class SourceError(Exception):
    """What is wrong in the sources, one line each."""


@dataclass
class _Document:
    """One document as the source has it: where it starts, its fields and its lines."""

    where: str
    id: str
    fields: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)


def contrasts(path: Path = FRAMEWORK) -> list[str]:
    """The keys of the nine contrasts in their order, from the framework file of the package."""
    return [row["key"] for row in tomllib.loads(path.read_text(encoding="utf-8"))["contrast"]]


def read_line(row: str, known: list[str]) -> dict[str, Any]:
    """One row of a source, such as `d To {M empower_control|line manage the team}.`, as a line of a gold role.

    Raises ValueError, with the reason, for an unknown zone letter, contrast or markup.
    """
    found = _ROW.fullmatch(row)
    if found is None:
        raise ValueError(f"wanted a zone letter ({', '.join(ZONES)}), # for a heading, a space and text: {row[:60]!r}")
    zone, heading, marked = found.groups()
    text, phrases, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        side, contrast, words = mark.groups()
        if contrast not in known:
            raise ValueError(f"unknown contrast {contrast!r}, wanted one of {', '.join(known)}")
        if words != words.strip():
            raise ValueError(f"phrase {words!r} starts or ends with white space")
        phrases.append(
            {
                "start": len(text),
                "end": len(text) + len(words),
                "text": words,
                "orientation": ORIENTATIONS[side],
                "contrast": contrast,
            }
        )
        text += words
        at = mark.end()
    text += marked[at:]
    if "{" in text or "}" in text or "|" in text:
        raise ValueError(f"markup is not {{L contrast|words}} or {{M contrast|words}}: {marked[:60]!r}")
    if text != text.strip() or "  " in text:
        raise ValueError(f"white space is doubled or stands at the end: {text[:60]!r}")
    if _BULLET.match(text):
        raise ValueError(f"typed bullet: lines are written without, as readers drop them: {text[:60]!r}")
    if phrases and zone not in "dp":
        raise ValueError(f"phrase {phrases[0]['text']!r} in zone {ZONES[zone]}: only what the post holder does counts")
    return {"text": text, "zone": ZONES[zone], "heading": bool(heading), "phrases": phrases}


def split_documents(text: str, name: str, known: list[str]) -> tuple[list[_Document], list[str]]:
    """The documents of one source file in order, and what is wrong in it (`name:line: reason`)."""
    documents: list[_Document] = []
    wrong = []
    for number, row in enumerate(text.splitlines(), 1):
        where = f"{name}:{number}"
        if not row:
            continue
        if row.startswith("@ "):
            documents.append(_Document(where, row[2:]))
            continue
        if not documents:
            wrong.append(f"{where}: text before the first '@ id'")
            continue
        current = documents[-1]
        named = None if current.lines else _FIELD.fullmatch(row)
        if named is not None and named[1] in FIELDS:
            if named[1] in current.fields:
                wrong.append(f"{where}: field {named[1]!r} stands twice")
            current.fields[named[1]] = named[2]
            continue
        try:
            current.lines.append(read_line(row, known))
        except ValueError as error:
            wrong.append(f"{where}: {error}")
    return documents, wrong


def words_of_duties(lines: list[dict[str, Any]]) -> int:
    """How many words the duties lines hold, headings included."""
    return sum(len(line["text"].split()) for line in lines if line["zone"] == "duties")


def verdict_problem(claim: str, duties: str, match: int, verdict: str) -> str | None:
    """Why verdict and match cannot stand beside claim and duties by the codebook, or None where they can."""
    if (match == 0) != (verdict == "insufficient_evidence"):
        return f"match {match} with {verdict}: match 0 and insufficient_evidence go together"
    if (match >= 4) != (verdict == "matches"):
        return f"match {match} with {verdict}: match 4 or 5 and matches go together"
    if match == 5 and claim != duties:
        return f"match 5 although the title claims {claim} and the duties hold {duties}"
    if 1 <= match <= 2 and claim == duties:
        return f"match {match} although title and duties are both {claim}"
    direction, _, side = verdict.partition("_")
    if direction == "overclaims" and claim not in (side, "both"):
        return f"{verdict} although the title claims {claim}"
    if direction == "underclaims" and duties not in (side, "both"):
        return f"{verdict} although the duties hold {duties}"
    return None


def read_role(document: _Document) -> dict[str, Any]:
    """One document as a gold role. Raises ValueError, with the reason, where a field is absent, unknown or at odds."""
    fields = document.fields
    absent = [name for name in FIELDS if name not in fields]
    if absent:
        raise ValueError(f"field {absent[0]!r} is missing")
    for name, allowed in ALLOWED.items():
        if fields[name] not in allowed:
            raise ValueError(f"{name} {fields[name]!r}, wanted one of {', '.join(allowed)}")
    if not document.lines:
        raise ValueError("no lines")
    claim, duties, match = SIDES[fields["title"]], SIDES[fields["duties"]], int(fields["match"])
    verdict = VERDICTS[fields["why"]]
    problem = verdict_problem(claim, duties, match, verdict)
    if problem is not None:
        raise ValueError(problem)
    words = words_of_duties(document.lines)
    if (match == 0) != (words < THIN_WORDS):
        raise ValueError(f"match {match} with {words} words in duties lines: fewer than {THIN_WORDS} are match 0")
    return {
        "id": document.id,
        "split": fields["SPLIT"],
        "kind": fields["KIND"],
        "title": fields["TITLE"],
        "employer": fields["EMPLOYER"],
        "band": None if fields["BAND"] == "-" else fields["BAND"],
        "claim": claim,
        "duties": duties,
        "match": match,
        "verdict": verdict,
        "lines": document.lines,
    }


def read_sources(folder: Path = HERE) -> list[dict[str, Any]]:
    """The roles of every `*.txt` in the folder, files by name and documents in order.

    Raises SourceError with everything that is wrong, doubled ids and employers in two splits included.
    """
    known = contrasts()
    roles: list[dict[str, Any]] = []
    wrong: list[str] = []
    first_id: dict[str, str] = {}
    first_split: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("*.txt")):
        documents, problems = split_documents(path.read_text(encoding="utf-8"), path.name, known)
        wrong += problems
        for document in documents:
            try:
                role = read_role(document)
            except ValueError as error:
                wrong.append(f"{document.where}: {document.id}: {error}")
                continue
            seen = first_id.setdefault(document.id, document.where)
            if seen != document.where:
                wrong.append(f"{document.where}: id {document.id!r} stands at {seen} too")
            split, other = first_split.setdefault(role["employer"], (role["split"], document.where))
            if split != role["split"]:
                wrong.append(f"{document.where}: {role['employer']!r} is in {role['split']}, at {other} in {split}")
            roles.append(role)
    if wrong:
        raise SourceError("\n".join(wrong))
    return roles


def to_jsonl(roles: list[dict[str, Any]]) -> str:
    """Roles as JSON Lines, one a line, characters as they are."""
    return "".join(json.dumps(role, ensure_ascii=False) + "\n" for role in roles)


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines: list[list[Any]] = [list(head), ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def counts(roles: list[dict[str, Any]]) -> str:
    """What the corpus holds, as the Markdown that stands under "Counts" in README.md."""
    lines = [line for role in roles for line in role["lines"]]
    sides = Counter((phrase["contrast"], phrase["orientation"]) for line in lines for phrase in line["phrases"])
    total = {side: sum(n for (_, held), n in sides.items() if held == side) for side in ORIENTATIONS.values()}
    verdicts = Counter(role["verdict"] for role in roles)
    kinds = Counter((role["kind"], role["split"]) for role in roles)
    matches = Counter(role["match"] for role in roles)
    zones = Counter(line["zone"] for line in lines)
    return "\n".join(
        [
            f"{len(roles)} roles of {len({role['employer'] for role in roles})} employers, {len(lines):,} lines, "
            f"{total['leadership']:,} leadership phrases and {total['management']:,} management phrases.\n",
            _table(["verdict", "roles"], [[f"`{verdict}`", verdicts[verdict]] for verdict in VERDICTS.values()]),
            _table(["match", "roles"], [[match, matches[match]] for match in range(6)]),
            _table(
                ["kind", *ALLOWED["SPLIT"]],
                [[kind, *(kinds[kind, split] for split in ALLOWED["SPLIT"])] for kind in ALLOWED["KIND"]],
            ),
            _table(["zone", "lines"], [[f"`{zone}`", f"{zones[zone]:,}"] for zone in ZONES.values()]),
            _table(
                ["contrast", *ORIENTATIONS.values()],
                [[f"`{key}`", *(sides[key, side] for side in ORIENTATIONS.values())] for key in contrasts()],
            ),
        ]
    )


def main() -> int:
    """Write or check roles.jsonl; 0 when all is well, 1 with the reasons on standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="write nothing, compare")
    what.add_argument("--counts", action="store_true", help="write nothing, print counts")
    args = parser.parse_args()
    try:
        roles = read_sources()
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    if args.counts:
        print(counts(roles), end="")
        return 0
    target, wanted = HERE / ROLES, to_jsonl(roles).encode()
    if not args.check:
        target.write_bytes(wanted)
    elif not target.is_file() or target.read_bytes() != wanted:
        print(f"{target}: is not what the sources give; run build.py without --check", file=sys.stderr)
        return 1
    phrases = sum(len(line["phrases"]) for role in roles for line in role["lines"])
    print(f"{len(roles)} roles, {sum(len(role['lines']) for role in roles)} lines, {phrases} phrases: all well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
