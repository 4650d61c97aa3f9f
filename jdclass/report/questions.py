"""Neutral questions for the manager and the postholder: templates filled from what a review says, nothing generated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jdclass.across import CriteriaTrace
from jdclass.document import Phrase, Review
from jdclass.report.text import FileNames, cut, enumerate_texts, share, shown
from jdclass.wording import cannot_tell_reason, fit_of

__all__ = ["place_of", "questions"]

QUOTE = 120
#: Statements that are asked about when the document states them, in the order of asking.
ASKED = ("line_manages", "supervises", "holds_budget", "sets_direction", "policy", "deputises")
ORPHANS = 2
ABSENT = 2
UNNAMED = 2
# A line that tells how many or how much is not asked for it.
_TOLD = {
    "line_manages": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
        r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty)\b",
        re.IGNORECASE,
    ),
    "holds_budget": re.compile(r"£"),
}


def place_of(review: Review, line: int, names: FileNames) -> str:
    """Where a line stands, as a person finds it: its place, or its number."""
    place = review.lines[line].place
    return names.free(place, review) if place else names.wording.say("text.place", number=line + 1)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quoted(review: Review, line: int, text: str, names: FileNames) -> dict[str, str]:
    return {"place": _capital(place_of(review, line, names)), "quote": cut(shown(text).strip().rstrip(".;,:"), QUOTE)}


def _leading(review: Review) -> Phrase | None:
    # "Leads the service" without a word about who reports to the post; to lead a change needs nobody who does.
    for phrase in review.phrases:
        first = phrase.text.split(maxsplit=1)[0].casefold() if phrase.text.strip() else ""
        people = phrase.contrast == "people_process"
        if phrase.counted and people and first in {"lead", "leads", "leading", "led", "head", "heads", "heading"}:
            return phrase
    return None


def _questions(review: Review, found: CriteriaTrace | None, names: FileNames, missing: bool) -> Iterator[str]:
    wording = names.wording
    reason = cannot_tell_reason(review)
    if reason == "unread" and review.source.share_read is not None:
        yield wording.say("question.unread", share=share(review.source.share_read))
    elif reason == "thin":
        yield wording.say("question.thin")
    for conflict in review.conflicts:
        text = _capital(names.free(conflict, review).strip())
        yield wording.say("question.conflict", conflict=text if text.endswith((".", "?", "!")) else text + ".")
    stated = {item.what: item for item in review.stated}
    manages = stated.get("line_manages")
    leading = None if manages is not None and manages.state != "not_found" else _leading(review)
    verdict = review.match.verdict
    if fit_of(review.match) in ("partly", "not"):
        if verdict.startswith("overclaims") and review.claim.words:
            yield wording.say("question.claim", words=enumerate_texts(map(shown, review.claim.words), wording))
        elif verdict.startswith("underclaims"):
            side = verdict.partition("_")[2]
            behind = [phrase for phrase in review.phrases if phrase.counted and phrase.orientation == side]
            behind = [phrase for phrase in behind if phrase != leading]  # it is asked about below
            for phrase in sorted(behind, key=lambda item: -item.probability)[:UNNAMED]:
                yield wording.say("question.unnamed", **_quoted(review, phrase.line, phrase.text, names))
    if leading is not None:
        yield wording.say("question.leads_reports", **_quoted(review, leading.line, leading.text, names))
    for what in ASKED:
        item = stated.get(what)
        if item is None or item.state != "stated" or item.line is None or not item.text:
            continue
        if what == "supervises" and manages is not None and manages.state == "stated":
            continue
        told = what in _TOLD and _TOLD[what].search(review.lines[item.line].text)
        question = f"question.{what}_told" if told else f"question.{what}"
        yield wording.say(question, **_quoted(review, item.line, item.text, names))
    absent = [item for item in review.stated if item.state == "stated_absent" and item.line is not None and item.text]
    for item in absent[:ABSENT]:
        yield wording.say("question.absent", **_quoted(review, item.line or 0, item.text or "", names))
    if found is not None:
        for orientation, line in found.unmet:
            quoted = _quoted(review, line, review.lines[line].text, names)
            yield wording.say(f"question.unmet_{orientation}", **quoted)
        unmet = {line for _, line in found.unmet}
        for criterion in [item for item in found.orphans if item.line not in unmet][:ORPHANS]:
            yield wording.say("question.orphan", **_quoted(review, criterion.line, criterion.text, names))
    if missing and review.missing:
        things = [wording.label("missing", names.free(item, review)) for item in review.missing]
        yield wording.say("question.missing", things=enumerate_texts(things, wording))


def questions(
    review: Review, found: CriteriaTrace | None, names: FileNames, *, missing: bool = True
) -> tuple[str, ...]:
    """The questions that a review gives rise to, the most pressing first, none twice; empty where there are none.

    With `missing` false what the document does not show is not asked about: the panel sheet lists it by itself.
    """
    return tuple(dict.fromkeys(_questions(review, found, names, missing)))
