"""A review on a terminal: for one document the whole of it in an HR officer's words, for many a line a role.

What is shown is worded here and in `data/wording.toml` and decided nowhere: shares, quotes and places come from the
record. No score and none of the record's internal names of findings reach the screen (DESIGN.md, "What it must never
claim").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from jdclass.document import Excluded, Failure, Phrase, Review
from jdclass.framework import Framework, default_framework
from jdclass.wording import Wording, default_wording, finding

__all__ = ["FIT_STYLES", "ReviewScreen", "failure_line", "printable", "share", "summary_line"]

FIT_STYLES = {"fit": "bold green", "partly": "bold yellow", "not": "bold magenta", "unknown": "bold cyan"}
_SIDES = {"leadership": "blue", "management": "dark_orange3"}

#: Quotes of one reason for leaving wording out; beyond them only their number is told.
MOST_QUOTES = 4
#: Characters shown before and after a phrase of a long line.
_AROUND = 60

# What would steer a terminal (escape sequences, backspaces) or reorder what is read.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text in one line, without characters that steer a terminal, so that no document can write on the screen.

    >>> printable("Ward" + chr(27) + "[2J Manager" + chr(10))
    'Ward[2J Manager'
    """
    return " ".join(_CONTROLS.sub("", text).split())


def share(value: float | None) -> str:
    """A share in [0, 1] in per cent; a little is never shown as none; "" where it is not known.

    >>> [share(value) for value in (None, 0, 0.002, 0.25, 1)]
    ['', '0%', 'under 1%', '25%', '100%']
    """
    if value is None:
        return ""
    return "under 1%" if 0 < value < 0.005 else f"{value:.0%}"


def _source(review: Review) -> str:
    source = review.source
    name = printable(source.path or "")
    return name if source.record is None else f"{name}, record {source.record}"


def summary_line(review: Review, *, wording: Wording | None = None) -> Text:
    """One role in one line: how title and text fit, the title, where it came from."""
    found = finding(review, wording=wording)
    line = Text(f"{found.label:<12}", FIT_STYLES[found.fit])
    line.append(printable(review.title) or (wording or default_wording()).say("text.no_title"), "bold")
    line.append(f"  {_source(review)}", "dim")
    if found.fit in ("partly", "not"):
        line.append(f"  {found.sentence}", "")
    return line


def failure_line(failure: Failure) -> str:
    """A file or record that could not be read, in one line."""
    where = printable(failure.path or "")
    if failure.record is not None:
        where += f", record {failure.record}"
    return f"{where}: {printable(failure.message)} ({failure.error})"


@dataclass(frozen=True, slots=True)
class _Row:
    """A text set in, its further lines deeper where it is wrapped: without the blanks that padding leaves behind."""

    text: Text
    indent: int = 2
    hang: int = 2

    def lines(self, console: Console, width: int) -> Iterator[Text]:
        room = max(20, width - self.indent - self.hang)
        for number, line in enumerate(self.text.wrap(console, room)):
            line.rstrip()
            yield Text(" " * (self.indent + (self.hang if number else 0))) + line


def _bullet(text: str | Text) -> _Row:
    return _Row(Text("• ") + (text if isinstance(text, Text) else Text(text)))


_Item = ConsoleRenderable | _Row


class ReviewScreen:
    """A review as rich lays it out: finding, reasons, title beside text, phrases in their lines, what was left out."""

    def __init__(self, review: Review, *, wording: Wording | None = None, framework: Framework | None = None) -> None:
        self.review = review
        self.wording = wording or default_wording()
        self.framework = framework or default_framework()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for item in self._items():
            if isinstance(item, _Row):
                yield from item.lines(console, options.max_width)
            else:
                yield item

    def _items(self) -> Iterator[_Item]:
        yield from self._head()
        yield from self._why()
        yield from self._compare()
        counted = [phrase for phrase in self.review.phrases if phrase.counted]
        shown = [phrase for phrase in self.review.phrases if not phrase.counted]
        if counted:
            yield from self._phrases(f"{self._say('role.phrases')} ({len(counted)})", counted)
        else:
            yield from self._section(self._say("role.phrases"), [_Row(Text(self._say("role.phrases_none")))])
        if shown:
            yield from self._phrases(f"{self._say('role.phrases_shown')} ({len(shown)})", shown)
        yield from self._left_out()
        yield from self._stated()
        yield from self._gaps()
        yield from self._limits()

    def _say(self, key: str, **values: object) -> str:
        return self.wording.say(key, **values)

    def _section(self, heading: str, rows: Sequence[_Item]) -> Iterator[_Item]:
        yield Text()
        yield Text(heading, "bold underline")
        yield from rows

    def _head(self) -> Iterator[Text]:
        review = self.review
        yield Text(printable(review.title) or self._say("text.no_title"), "bold")
        band = f"band {review.band}" if review.band else ""
        about = [printable(item) for item in (review.employer or "", band, _source(review)) if item]
        if about:
            yield Text(" · ".join(about), "dim")
        found = finding(review, wording=self.wording)
        yield Text()
        yield Text(self._say("fit.line", fit=found.label), FIT_STYLES[found.fit])
        yield Text(found.sentence)
        if review.match.put_forward:
            yield Text(f"{self._say('put_forward.label')}. {self._say('put_forward.explained')}")

    def _why(self) -> Iterator[_Item]:
        # The first sentence of the reasons may be the finding, which stands above.
        said = finding(self.review, wording=self.wording).sentence
        sentences = [*self.review.match.reasons, self.review.match.counterfactual or ""]
        bullets = [_bullet(printable(sentence)) for sentence in sentences if sentence and sentence != said]
        if bullets:
            yield from self._section(self._say("role.reasons"), bullets)

    def _compare(self) -> Iterator[_Item]:
        review, say = self.review, self._say
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
        table.add_column("")
        for column in ("leadership", "management"):
            table.add_column(self.wording.label("column", column), justify="right", style=_SIDES[column])
        table.add_column(say("role.compare_neither"), justify="right")
        table.add_column(say("role.compare_overall"))
        words = ", ".join(f"'{printable(word)}'" for word in review.claim.words)
        claim = self.wording.label("claim", review.claim.orientation)
        table.add_row(say("role.compare_claim"), "", "", "", f"{claim}: {words}" if words else claim)
        duties = review.duties
        if review.match.abstained:
            shares, held = ("", "", ""), "unknown"
        else:
            shares = (share(duties.leadership), share(duties.management), share(duties.neither))
            held = duties.orientation
        table.add_row(say("role.compare_duties"), *shares, self.wording.label("duties", held))
        usual = review.usual
        if usual.leadership is not None and usual.management is not None:
            unusual = {True: "yes", False: "no", None: "unknown"}[usual.unusual]
            family = say("unusual.family", family=usual.title_family, n=usual.n)
            table.add_row(
                say("role.compare_usual"),
                share(usual.leadership),
                share(usual.management),
                share(max(0.0, 1 - usual.leadership - usual.management)),
                family if unusual == "unknown" else f"{family}: {say(f'unusual.{unusual}')}",
            )
        notes = [say("role.compare_note"), *([] if usual.unusual is None else [say("unusual.explained")])]
        note = _Row(Text(" ".join(notes), "dim"), hang=0)
        yield from self._section(say("role.compare"), [Padding(table, (0, 0, 0, 2), expand=False), note])

    def _phrases(self, heading: str, phrases: Sequence[Phrase]) -> Iterator[_Item]:
        """The phrases in their lines, line after line, with contrast and place."""
        rows: list[_Item] = []
        labels = {contrast.key: contrast for contrast in self.framework.contrasts}
        for number, of_line in groupby(phrases, key=lambda phrase: phrase.line):
            line = self.review.lines[number]
            in_line = list(of_line)
            rows.append(_Row(self._marked(line.text, in_line), hang=0))
            note = Text()
            sides = dict.fromkeys((phrase.orientation, phrase.contrast) for phrase in in_line)
            for orientation, key in sides:
                note.append("; " if note.plain else "")
                note.append(self.wording.label("name", orientation), _SIDES.get(orientation, ""))
                note.append(f": {labels[key].label(orientation) if key in labels else key}", "dim")
            note.append(f" ({printable(line.place or self._say('text.place', number=number + 1))})", "dim")
            rows.append(_Row(note, indent=6))
        yield from self._section(heading, rows)

    def _marked(self, text: str, phrases: Sequence[Phrase]) -> Text:
        """The line, or what of it stands around its phrases, with the phrases in brackets and their side's colour."""
        first, last = min(phrase.start for phrase in phrases), max(phrase.end for phrase in phrases)
        begin = 0 if first <= 2 * _AROUND else text.rfind(" ", 0, first - _AROUND) + 1
        end = len(text) if len(text) - last <= 2 * _AROUND else text.find(" ", last + _AROUND)
        end = len(text) if end < 0 else end
        marked = Text("… " if begin else "")
        at = begin
        for phrase in sorted(phrases, key=lambda phrase: phrase.start):
            start = max(phrase.start, at)
            marked.append(_kept(text[at:start]))
            # Brackets, since colour alone is lost in a pipe and on some eyes.
            marked.append(f"[{_kept(text[start : phrase.end])}]", f"bold {_SIDES.get(phrase.orientation, '')}".strip())
            at = max(at, phrase.end)
        marked.append(_kept(text[at:end]))
        if end < len(text):
            marked.append(" …")
        return marked

    def _left_out(self) -> Iterator[_Item]:
        """Wording that looks like a phrase and is not counted: a line for each reason, the commonest first."""
        by_reason: dict[str, list[Excluded]] = {}
        for item in self.review.excluded:
            by_reason.setdefault(item.reason, []).append(item)
        rows: list[_Item] = []
        for reason, items in sorted(by_reason.items(), key=lambda entry: (-len(entry[1]), entry[0])):
            quotes = list(dict.fromkeys(printable(item.text) for item in items))
            more = f" and {len(quotes) - MOST_QUOTES} more" if len(quotes) > MOST_QUOTES else ""
            quoted = ", ".join(f"'{quote}'" for quote in quotes[:MOST_QUOTES])
            row = Text(f"{printable(reason)}: ")
            row.append(f"{quoted}{more}", "dim")
            rows.append(_bullet(row))
        if rows:
            yield from self._section(self._say("role.excluded"), rows)

    def _stated(self) -> Iterator[_Item]:
        rows: list[_Item] = []
        absent = []
        for item in self.review.stated:
            about = self.wording.label("statement_about", item.what)
            if item.state == "not_found":
                absent.append(about)
                continue
            row = Text(f"{about}: {self.wording.label('stated', item.state)}")
            row.append(f" ('{printable(item.text or '')}')", "dim")
            rows.append(_bullet(row))
        if absent:
            # Sentences of their own in a table, names in a list here: only the first keeps its capital.
            names = ", ".join([absent[0], *(name[:1].lower() + name[1:] for name in absent[1:])])
            rows.append(_bullet(f"{names}: {self._say('stated.not_found')}"))
        if rows:
            yield from self._section(self._say("role.statements"), rows)

    def _gaps(self) -> Iterator[_Item]:
        """Where the document differs from itself, what it does not show, and what went wrong while reading it."""
        review = self.review
        missing = "; ".join(self.wording.label("missing", item) for item in review.missing)
        for heading, sentences in (
            ("role.conflicts", review.conflicts),
            ("role.missing", (missing,) if missing else ()),
            ("role.receipt", self._receipt()),
        ):
            rows = [_bullet(printable(sentence)) for sentence in sentences]
            if rows:
                yield from self._section(self._say(heading), rows)

    def _receipt(self) -> tuple[str, ...]:
        source = self.review.source
        read = (
            () if source.share_read in (None, 1.0) else (self._say("role.share_read", share=share(source.share_read)),)
        )
        return (*read, *source.warnings)

    def _limits(self) -> Iterator[_Item]:
        sentences = [
            *self.wording.all("limits"),
            self._say("statement.not_evaluation"),
            self._say("statement.annotation"),
        ]
        yield from self._section(self._say("role.limits"), [_bullet(Text(sentence, "dim")) for sentence in sentences])
        model = self.review.model
        yield Text()
        yield Text(f"Model {printable(model.name)} {printable(model.version)}, {model.sha256[:12]}", "dim")


def _kept(text: str) -> str:
    """The piece of a line without what would steer the terminal; its spaces stay."""
    return _CONTROLS.sub("", text).replace("\n", " ").replace("\t", " ")
