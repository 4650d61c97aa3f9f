"""HTML pages by Jinja2, autoescape on. Every page stands alone: style inside, nothing fetched, no script but ours."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jdclass.across import DocumentChanges, RunChanges, find_twins
from jdclass.document import ORIENTATIONS4, ModelName, Phrase, Review
from jdclass.report.folder import FITS, Folder, hash_of_all
from jdclass.report.panel import LONG_TITLE, PanelSheet, criteria
from jdclass.report.plots import count_grid, paired_bars
from jdclass.report.questions import place_of
from jdclass.report.text import FileNames, cut, enumerate_texts, share, shown
from jdclass.report.view import RoleView
from jdclass.wording import finding

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["Pages"]

#: Of each list on the page across the folder this many stand there; the rest is on the review pages.
TWINS_SHOWN = 200
PHRASES_SHOWN = 8
LIST_SHOWN = 500

#: The columns of the table of roles.
INDEX_COLUMNS = ("title", "employer", "claim", "duties", "finding", "unusual", "share_read", "file")

_DATA = files("jdclass") / "data" / "report"


def _hash_source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _day(given: date | str) -> str:
    """A day as people write it; what a record holds in its place stays as it is.

    >>> _day("2026-02-01"), _day("spring")
    ('1 February 2026', 'spring')
    """
    try:
        day = date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        return shown(str(given))
    return f"{day.day} {day:%B %Y}"


class Pages:
    """Lays out pages. `made` is the day printed on them."""

    def __init__(self, names: FileNames, *, made: date) -> None:
        self.names = names
        self.wording = names.wording
        self.made = made
        self._said: dict[str, Markup] = {}

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        environment = Environment(
            loader=PackageLoader("jdclass", "data/report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            say=self._say,
            label=self.wording.label,
            documents=self._documents,
            language=self.wording.language,
        )
        environment.filters.update(share=share, shown=shown)
        return environment

    @cached_property
    def _style(self) -> str:
        return (_DATA / "style.css").read_text(encoding="utf-8")

    @cached_property
    def _panel_style(self) -> str:
        return (_DATA / "panel.css").read_text(encoding="utf-8")

    @cached_property
    def _script(self) -> str:
        return (_DATA / "index.js").read_text(encoding="utf-8")

    def _say(self, key: str, **values: object) -> str:
        """The wording's text for a template. Texts without fields are escaped once and not on every page."""
        if values:
            return self.wording.say(key, **values)
        found = self._said.get(key)
        if found is None:
            from markupsafe import escape

            found = self._said[key] = escape(self.wording.say(key))
        return found

    def _documents(self, count: int) -> str:
        return self.wording.say("index.documents_one" if count == 1 else "index.documents_many", n=f"{count:,}")

    def model_line(self, model: ModelName) -> str:
        """Which model, of which date, with its hash."""
        say = self.wording.say
        dated = (
            say("statement.model_undated")
            if model.date is None
            else say("statement.model_dated", date=_day(model.date))
        )
        return say(
            "statement.model", name=shown(model.name), version=shown(model.version), date=dated, hash=model.sha256
        )

    def statements(self, compares: str, models: Sequence[ModelName], file_lines: Sequence[str]) -> tuple[str, ...]:
        """What every page carries at its foot, in order."""
        say = self.wording.say
        return (
            say(f"statement.{compares}"),
            say("statement.not_evaluation"),
            say("statement.wording"),
            say("statement.annotation"),
            say("statement.equal"),
            say("page.same_files"),
            *(self.model_line(model) for model in models),
            *file_lines,
            say("page.made", date=_day(self.made)),
        )

    def _file_line(self, review: Review) -> str:
        file = cut(self.names.file(review.source), 160)
        return self.wording.say("statement.file", file=file, hash=review.source.sha256)

    def role_statements(self, review: Review) -> tuple[str, ...]:
        """The foot of a page about one document."""
        return self.statements("compares", (review.model,), (self._file_line(review),))

    def folder_statements(self, folder: Folder) -> tuple[str, ...]:
        """The foot of a page about all documents."""
        line = self.wording.say("statement.files", n=f"{len(folder.rows):,}", hash=folder.files_hash)
        return self.statements("compares_many", [model for model, _ in folder.models.most_common()], (line,))

    def _render(self, template: str, *, style: str = "", script: str = "", **values: Any) -> str:
        from markupsafe import Markup

        # Only our own files are marked as safe, never a text that came from a document.
        policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        if script:
            policy += f"; script-src {_hash_source(script)}"
        return self._environment.get_template(template).render(
            style=Markup(self._style + style),
            script=Markup(script),
            policy=policy,
            **values,
        )

    def role(self, view: RoleView) -> str:
        """The page of one role."""
        review = view.review
        duties = review.duties if view.finding.fit != "unknown" else None
        usual = review.usual
        neither = None
        if usual.leadership is not None and usual.management is not None:
            neither = max(0.0, 1.0 - usual.leadership - usual.management)
        say = self.wording.say
        shares = (
            (say("column.leadership"), duties and duties.leadership, usual.leadership),
            (say("column.management"), duties and duties.management, usual.management),
            (say("role.compare_neither"), duties and duties.neither, neither),
        )
        words = enumerate_texts((f"“{shown(word)}”" for word in review.claim.words), self.wording)
        return self._render(
            "role.html",
            view=view,
            shares=shares,
            claim_words=words,
            in_text=view.in_text,
            limits=self.wording.all("limits"),
            statements=self.role_statements(review),
        )

    def panel(self, view: RoleView, sheet: PanelSheet) -> str:
        """The panel sheet as a page that prints on one A4 side."""
        return self._render(
            "panel.html",
            style=self._panel_style,
            view=view,
            sheet=sheet,
            criteria=criteria(self.wording),
            long_title=LONG_TITLE,
            statements=self.role_statements(view.review),
        )

    def _cell_names(self) -> str:
        """What stands before each cell of the table of roles where it is too narrow for columns, as a style sheet: the
        same words in each of thousands of rows would be a third of the page."""
        cells = [
            f'.roles td:nth-child({number})::before {{ content: "{self.wording.say(f"column.{key}")}: "; }}'
            for number, key in enumerate(INDEX_COLUMNS, 1)
            if key != "title"
        ]
        cells.append(".roles td::before { color: var(--quiet); }")
        return f"@media screen and (max-width: 48rem) {{ {' '.join(cells)} }}"

    def index(self, folder: Folder, name: str, failures: Sequence[tuple[str, str]]) -> str:
        """The folder at a glance. `failures` are (file, message)."""
        from markupsafe import Markup

        say, label = self.wording.say, self.wording.label
        columns, counts = folder.grid()
        column_names = [label("name", key) for key in columns]
        row_names = [label("name", key) for key in ORIENTATIONS4]
        contrasts = folder.contrasts()
        plot_claim = plot_contrasts = ""
        # An empty folder has no section to go to.
        parts = {"failed": "failures"} if folder.rows or failures else {}
        if folder.rows:
            parts["unknown"] = "cannot-tell"
            plot_claim = count_grid(
                [item.replace(" and ", " and\n") for item in row_names],
                [item.replace(" and ", " and\n") for item in column_names],
                counts,
                row_axis=say("index.plot_claim_rows"),
                column_axis=say("index.plot_claim_columns"),
                alternative=f"{say('index.plot_claim')}. {say('index.plot_claim_alt')}",
            )
            plot_contrasts = paired_bars(
                [(c.leadership_label, c.management_label, c.leadership, c.management) for c in contrasts],
                left=say("column.leadership"),
                right=say("column.management"),
                axis=say("index.plot_contrasts_axis"),
                alternative=f"{say('index.plot_contrasts')}. {say('index.plot_contrasts_alt')}",
            )
        return self._render(
            "index.html",
            script=self._script if folder.rows else "",
            style=self._cell_names(),
            parts=parts,
            folder=name,
            columns=INDEX_COLUMNS,
            rows=folder.rows,
            numbers=(
                ("reviewed", len(folder.rows)),
                *((fit, folder.count(fit)) for fit in FITS),
                ("put_forward", folder.put_forward),
                ("failed", len(failures)),
            ),
            plot_claim=Markup(plot_claim),
            plot_contrasts=Markup(plot_contrasts),
            grid={"columns": column_names, "rows": list(zip(row_names, counts, strict=True))},
            contrasts=contrasts,
            names={key: label("name", key) for key in columns},
            fits={key: say(f"fit.{key}") for key in FITS},
            unusual={"yes": say("panel.yes"), "no": say("panel.no"), "unknown": say("unusual.unknown")},
            forward=say("put_forward.label"),
            reasons=folder.reasons.most_common(),
            failures=failures,
            statements=self.folder_statements(folder),
        )

    def across(self, folder: Folder, name: str, *, profiles: bool) -> str:
        """Same titles with different texts, criteria without a duty, shared wording."""
        twins = find_twins(folder.twins)
        return self._render(
            "across.html",
            folder=name,
            entries=folder.entries,
            twins=twins[:TWINS_SHOWN],
            twins_total=len(twins),
            phrases_shown=PHRASES_SHOWN,
            list_shown=LIST_SHOWN,
            orphans=folder.orphans[:LIST_SHOWN],
            orphans_total=len(folder.orphans),
            unmarked=folder.unmarked,
            unmet=folder.unmet,
            borrowed=folder.borrowed if profiles else None,
            statements=self.folder_statements(folder),
        )

    def _phrases(self, review: Review, phrases: Sequence[Phrase]) -> list[tuple[str, str, str]]:
        return [
            (phrase.orientation, shown(phrase.text), place_of(review, phrase.line, self.names)) for phrase in phrases
        ]

    def changes(self, changes: DocumentChanges) -> str:
        """Two documents: what changed since this job description was last agreed."""
        say = self.wording.say
        old, new = changes.old, changes.new
        sides = [
            (say("column.title"), self.names.title(old), self.names.title(new)),
            (say("column.file"), self.names.file(old.source), self.names.file(new.source)),
            (say("column.claim"), *(self.wording.label("claim", side.claim.orientation) for side in (old, new))),
            (say("changes.finding"), *(finding(side, wording=self.wording).sentence for side in (old, new))),
        ]
        models = list(dict.fromkeys((new.model, old.model)))
        return self._render(
            "changes.html",
            changes=changes,
            new_title=self.names.title(new),
            sides=sides,
            added=self._phrases(new, changes.phrases_added),
            removed=self._phrases(old, changes.phrases_removed),
            statements=self.statements("compares_changes", models, (self._file_line(old), self._file_line(new))),
        )

    def runs(
        self,
        changes: RunChanges,
        old_name: str,
        new_name: str,
        *,
        models: Sequence[ModelName],
        hashes: tuple[Sequence[str], Sequence[str]],
    ) -> str:
        """Two reviews of a folder: the findings that moved, and what else changed.

        `models` made the reviews; `hashes` are those of all files of the earlier and of the later review.
        """
        say = self.wording.say
        moved = []
        for item in changes.moved:
            why = [
                say(f"runs.{key}")
                for key, there in (("text", item.text_changed), ("title", item.title_changed))
                if there
            ]
            if item.model_changed:
                versions = [f"{shown(side.model.name)} {shown(side.model.version)}" for side in (item.old, item.new)]
                why.append(say("runs.model", old=versions[0], new=versions[1]))
            moved.append(
                {
                    "title": self.names.title(item.new),
                    "file": self.names.file(item.new.source),
                    "old": finding(item.old, wording=self.wording).sentence,
                    "new": finding(item.new, wording=self.wording).sentence,
                    "why": enumerate_texts(why or [say("runs.reading")], self.wording),
                    "phrases_added": item.phrases_added[:PHRASES_SHOWN],
                    "phrases_removed": item.phrases_removed[:PHRASES_SHOWN],
                }
            )
        return self._render(
            "runs.html",
            old_name=old_name,
            new_name=new_name,
            moved=moved,
            stayed=changes.stayed,
            only_old=[(self.names.title(review), self.names.file(review.source)) for review in changes.only_old],
            only_new=[(self.names.title(review), self.names.file(review.source)) for review in changes.only_new],
            statements=self.statements(
                "compares_changes",
                models,
                [
                    f"{say(f'runs.{side}')}. {say('statement.files', n=f'{len(files):,}', hash=hash_of_all(files))}"
                    for side, files in zip(("old", "new"), hashes, strict=True)
                ],
            ),
        )
