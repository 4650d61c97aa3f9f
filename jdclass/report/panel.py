"""What goes on the panel sheet: as much as one A4 page holds, the same for Word and for HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jdclass.report.questions import questions
from jdclass.report.text import FileNames, cut, enumerate_texts, shown
from jdclass.report.view import Mark, RoleView
from jdclass.wording import Wording

__all__ = ["PanelSheet", "criteria", "panel_sheet"]

QUOTES = 10
QUOTE = 150
QUESTIONS = 5
QUESTION = 260
TITLE = 320
#: A longer title is set smaller.
LONG_TITLE = 110
#: Lines of the page that quotes, missing information and questions share, and the characters that a line holds.
LINES = 27
WIDTH = 100
QUOTE_WIDTH = 62


@dataclass(frozen=True, slots=True)
class PanelSheet:
    """The texts of one sheet. `quotes_more` counts the phrases that are on the review page only."""

    title: str
    facts: tuple[tuple[str, str], ...]
    quotes: tuple[Mark, ...]
    quotes_more: int
    missing: str
    questions: tuple[str, ...]


def criteria(wording: Wording) -> tuple[str, ...]:
    """The four criteria of NHS Employers for a job title, for the panel to judge."""
    return tuple(wording.say(f"panel.criterion_{number}") for number in (1, 2, 3, 4))


def _lines(text: str, width: int) -> int:
    return -(-len(text) // width) or 1


def _chosen(marks: Sequence[Mark], room: int) -> tuple[Mark, ...]:
    # The surest of either side in turn, so that neither crowds out the other; then in the order of the document.
    sides: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda item: (-float(item.sure or 0), item.line, item.start)):
        sides.setdefault(mark.kind, []).append(mark)
    chosen: list[Mark] = []
    seen: set[str] = set()
    queues = [sides[kind] for kind in sorted(sides)]
    while any(queues) and len(chosen) < QUOTES:
        for queue in queues:
            while queue and queue[0].text.casefold() in seen:
                queue.pop(0)
            if not queue or len(chosen) >= QUOTES:
                continue
            mark = queue.pop(0)
            seen.add(mark.text.casefold())
            need = max(_lines(cut(mark.text, QUOTE), QUOTE_WIDTH), _lines(mark.place, 30))
            if need > room:
                continue
            room -= need
            chosen.append(mark)
    return tuple(sorted(chosen, key=lambda item: (item.line, item.start)))


def panel_sheet(view: RoleView, names: FileNames) -> PanelSheet:
    """Choose what one page holds: questions first, then quotes of both sides; the rest stands on the review page."""
    wording = names.wording
    facts = [(wording.say("panel.document"), cut(view.file, 110))]
    if view.employer:
        facts.insert(0, (wording.say("column.employer"), cut(view.employer, 90)))
    for fact in view.review.facts:
        if fact.name in {"date", "version"}:
            facts.append((wording.label("fact", fact.name), cut(names.free(fact.value, view.review), 40)))
    facts.append((wording.say("panel.text_read"), view.share_read or wording.say("unusual.unknown")))
    title = cut(view.title, TITLE)
    missing = enumerate_texts((item[:1].lower() + item[1:] for item in view.missing), wording)
    missing = cut(missing[:1].upper() + missing[1:] + ("." if missing else ""), 3 * WIDTH)
    room = (
        LINES
        - _lines(missing, WIDTH)
        - 2 * (_lines(title, 85 if len(title) > LONG_TITLE else 60) - 1)
        - (len("".join(v for _, v in facts)) // WIDTH)
    )
    asked: list[str] = []
    for question in questions(view.review, view.trace, names, missing=False)[:QUESTIONS]:
        text = cut(question, QUESTION)
        need = _lines(text, WIDTH)
        if need > room - 8 and asked:  # eight lines stay for quotes
            break
        room -= need
        asked.append(text)
    quotes = _chosen(view.counted, room)
    return PanelSheet(
        shown(title),
        tuple(facts),
        quotes,
        len(view.counted) - len(quotes),
        missing,
        tuple(asked),
    )
