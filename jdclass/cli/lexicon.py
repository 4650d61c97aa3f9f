"""`jdclass lexicon`: what the data files hold, and whether one of your own does."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jdclass.cli.output import screen, until_closed
from jdclass.errors import LexiconError

if TYPE_CHECKING:
    from rich.console import Console

    from jdclass.lexicon import Collisions, Lexicon, Titles

__all__ = ["lexicon"]

Kind = Literal["lexicon", "collisions", "titles"]


def lexicon(
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Check this lexicon, collisions or titles file; its columns say which it is."
        ),
    ] = None,
) -> None:
    """Show what the lexicon, the collisions and the titles hold, or check a file of your own.

    An error names file and line. Collisions that can never matter (idle) are listed.

    Example: jdclass lexicon --check my-lexicon.csv
    """
    from jdclass.lexicon import load_collisions, load_lexicon, load_titles

    console = screen()
    kind = None if check is None else kind_of(check)
    with until_closed():
        if kind in (None, "lexicon"):
            _show_lexicon(load_lexicon(check), console)
        if kind in (None, "collisions"):
            collisions = load_collisions(check)
            _show_collisions(collisions, load_lexicon(), console)
        if kind in (None, "titles"):
            _show_titles(load_titles(check), console)
        if check is not None:
            console.print(f"{check}: holds, as {kind}", markup=False, soft_wrap=True)


def kind_of(path: Path) -> Kind:
    """Which of the three a data file is, by its column heads.

    Raises LexiconError where it cannot be read or its first row has columns of none of them.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as stream:
            # Remarks may stand before the column heads.
            rows = (row for row in csv.reader(stream) if any(row) and not row[0].startswith("#"))
            head = {cell.strip() for cell in next(rows, [])}
    except (OSError, csv.Error) as error:
        raise LexiconError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if "reason" in head:
        return "collisions"
    if "kind" in head or "form" in head:
        return "titles"
    if "forms" in head:
        return "lexicon"
    named = ", ".join(sorted(head)) or "none"
    raise LexiconError(
        f"{path}:1: columns {named}; wanted those of a lexicon (forms, orientation, ...), of collisions (forms, reason,"
        " example) or of titles (kind, form, ...)"
    )


def _show_lexicon(found: Lexicon, console: Console) -> None:
    from rich.table import Table

    from jdclass.framework import default_framework

    framework = default_framework()
    table = Table(title=f"Lexicon {found.path}: {len(found.patterns):,} patterns", title_justify="left")
    table.add_column("contrast")
    for side in framework.orientations:
        table.add_column(f"{side}: patterns", justify="right")
        table.add_column("forms", justify="right")
    for contrast in framework.contrasts:
        cells = []
        for side in framework.orientations:
            mine = [p for p in found.patterns if p.orientation == side and p.contrast == contrast.key]
            cells += [f"{len(mine):,}", f"{sum(len(pattern.surfaces) for pattern in mine):,}"]
        table.add_row(contrast.key, *cells)
    console.print(table)
    plain = [pattern for pattern in found.patterns if pattern.orientation is None]
    words = sum(len(entry.words) for entry in found.classes)
    console.print(
        f"{len(plain):,} patterns that only say something, {len(found.classes):,} classes of {words:,} words."
    )


def _show_collisions(found: Collisions, lexicon: Lexicon, console: Console) -> None:
    from jdclass.lexicon import idle_collisions

    idle = idle_collisions(lexicon, found)
    console.print(f"Collisions {found.path}: {len(found.entries):,} entries, {len(idle):,} of them idle.", markup=False)
    for entry in idle:
        console.print(f"  {found.path}:{entry.line}: {entry.forms}: no pattern can meet it", markup=False)


def _show_titles(found: Titles, console: Console) -> None:
    ranks = [form for form in found.forms if form.kind == "rank"]
    console.print(
        f"Titles {Path(found.path).name}: {len(found.families):,} families, {len(found.forms):,} forms, "
        f"{len(ranks):,} of them words of rank.",
        markup=False,
    )
