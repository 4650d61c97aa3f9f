"""Review values without a model: made from the annotated roles of the open corpus, or small by hand."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from jdclass.document import (
    Claim,
    ContrastCount,
    Duties,
    Excluded,
    Fact,
    Match,
    ModelName,
    Phrase,
    Review,
    ReviewedLine,
    Source,
    Statement,
    Usual,
)
from jdclass.framework import default_framework

CORPUS = Path(__file__).parents[1] / "corpora" / "open" / "roles.jsonl"
MODEL = ModelName("made", "1.0.0", "5e" * 32, "2026-02-01")
RANK = ("Head", "Lead", "Leader", "Director", "Chief", "Manager", "Matron", "Sister", "Supervisor", "Coordinator")
WHAT = {
    "line_manages": ("line manage", "line manager"),
    "holds_budget": ("budget",),
    "supervises": ("supervis",),
    "recruits": ("recruit",),
    "appraises": ("apprais",),
    "sets_direction": ("strategy", "direction"),
    "leads_change": ("change",),
    "deputises": ("deputise",),
    "policy": ("policies", "policy"),
    "allocates_work": ("rota", "day-to-day"),
}
NOT_DUTIES = ("employer", "benefits", "application")


@cache
def roles() -> tuple[dict[str, Any], ...]:
    """The open corpus, in its order."""
    with CORPUS.open(encoding="utf-8") as stream:
        return tuple(json.loads(line) for line in stream)


def shares(orientation: str) -> dict[str, float]:
    """A plausible claim of that orientation."""
    main = {"leadership": (0.86, 0.08), "management": (0.07, 0.88), "both": (0.45, 0.45), "neither": (0.06, 0.05)}
    leadership, management = main[orientation]
    return {
        "leadership": leadership,
        "management": management,
        "neither": round(1 - leadership - management, 4),
    }


def from_role(role: dict[str, Any], **changes: Any) -> Review:
    """A review that says what the annotation of this role says, with made-up probabilities."""
    lines = tuple(
        ReviewedLine(
            line["text"], line["zone"], 0.9, f"page {1 + number // 30}, line {number + 1}", line.get("heading", False)
        )
        for number, line in enumerate(role["lines"])
    )
    phrases = tuple(
        Phrase(
            number,
            phrase["start"],
            phrase["end"],
            phrase["text"],
            phrase["orientation"],
            phrase["contrast"],
            round(0.55 + 0.44 * ((number * 7 + phrase["start"]) % 10) / 10, 2),
            line["zone"] == "duties",
        )
        for number, line in enumerate(role["lines"])
        for phrase in line["phrases"]
        if line["zone"] in ("duties", "person_spec")
    )
    excluded = []
    for number, line in enumerate(lines):
        for words in ("vision", "leadership team", "policies", "Agenda for Change", "supervision"):
            at = line.text.find(words)
            taken = any(p.line == number and p.start < at + len(words) and at < p.end for p in phrases)
            if at >= 0 and not taken:
                reason = "employer statement" if line.zone in NOT_DUTIES else "own work, done to policy"
                excluded.append(Excluded(number, at, at + len(words), words, reason))
    words_of = Counter[str]()
    for phrase in phrases:
        if phrase.counted:
            words_of[phrase.orientation] += len(phrase.text.split())
    total = sum(len(line.text.split()) for line in lines if line.zone == "duties") or 1
    leadership, management = words_of["leadership"] / total, words_of["management"] / total
    counts = Counter((p.contrast, p.orientation) for p in phrases if p.counted)
    contrasts = tuple(
        (
            key,
            ContrastCount(
                counts[key, "leadership"],
                counts[key, "management"],
                counts[key, "leadership"] + counts[key, "management"] > 1,
            ),
        )
        for key in default_framework().contrast_keys
    )
    stated = []
    for what, forms in WHAT.items():
        for number, line in enumerate(lines):
            if line.zone == "duties" and any(form in line.text.casefold() for form in forms):
                absent = " not " in line.text or " no " in line.text
                stated.append(Statement(what, "stated_absent" if absent else "stated", number, line.text))
                break
        else:
            stated.append(Statement(what, "not_found"))
    thin = role["match"] == 0
    score = None if thin else 25 * (role["match"] - 1)
    path = f"{role.get('kind', 'advert')}s/{role['id']}.docx"
    values: dict[str, Any] = {
        "id": path,
        "source": Source(path, None, "docx", hashlib.sha256(role["id"].encode()).hexdigest(), 0.99),
        "model": MODEL,
        "title": role["title"],
        "employer": role.get("employer"),
        "band": role.get("band"),
        "lines": lines,
        "phrases": phrases,
        "excluded": tuple(excluded),
        "claim": Claim(
            role["claim"], **shares(role["claim"]), words=tuple(w for w in RANK if w in role["title"].split())
        ),
        "duties": Duties(
            role["duties"], round(leadership, 4), round(management, 4), round(1 - leadership - management, 4)
        ),
        "usual": Usual("lead nurse", 214, 0.08, 0.14, None if thin else role["match"] < 3),
        "contrasts": contrasts,
        "stated": tuple(stated),
        "match": Match(
            score,
            None if score is None else max(0, score - 15),
            None if score is None else min(100, score + 15),
            role["verdict"],
            thin,
            role["verdict"] not in ("matches", "insufficient_evidence") and role["match"] < 3,
            () if thin else ("made up for a test",),
        ),
        "facts": (Fact("title", role["title"], "page 1, heading"),),
        "conflicts": (),
        "missing": ("who the post reports to", "version"),
    }
    return Review(**{**values, **changes})


def made(count: int | None = None) -> list[Review]:
    """The first `count` roles of the open corpus as reviews, all of them where it is None."""
    return [from_role(role) for role in roles()[:count]]


def small(
    title: str = "Lead Nurse",
    lines: tuple[tuple[str, str], ...] = (("duties", "Lead the service"),),
    phrases: tuple[tuple[int, str, str, str], ...] = (),
    **changes: Any,
) -> Review:
    """A review by hand: `lines` are (zone, text), "#" first makes a heading; `phrases` (line, words, orientation,
    contrast). Shares of the duties are counted from them."""
    role = {
        "id": changes.get("id", title),
        "title": title,
        "claim": changes.pop("claims", "leadership"),
        "duties": changes.pop("holds", "leadership"),
        "match": changes.pop("fits", 5),
        "verdict": changes.pop("found", "matches"),
        "lines": [
            {
                "text": text.removeprefix("#"),
                "zone": zone,
                "heading": text.startswith("#"),
                "phrases": [
                    {
                        "start": text.removeprefix("#").index(words),
                        "end": text.removeprefix("#").index(words) + len(words),
                        "text": words,
                        "orientation": orientation,
                        "contrast": contrast,
                    }
                    for at, words, orientation, contrast in phrases
                    if at == number
                ],
            }
            for number, (zone, text) in enumerate(lines)
        ],
    }
    return from_role(role, **changes)
