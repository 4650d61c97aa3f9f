"""`jdclass evaluate GOLD [REVIEWS]`: how well reviews agree with annotated roles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jdclass.errors import CorpusError

if TYPE_CHECKING:
    from rich.console import Console

    from jdclass.learn.figures import Interval
    from jdclass.learn.gold import GoldRole

    #: Reviews of gold roles, under their ids; what `evaluate` calls where no REVIEWS file is given.
    ReviewGold = Callable[[Sequence[GoldRole]], Iterable[Mapping[str, Any]]]

__all__ = ["Subset", "evaluate", "show_figures"]

NOTE = (
    "Agreement with the annotations in the file. Those that jdclass is measured on were made by language models "
    "and have not been reviewed by an HR professional."
)


class Subset(StrEnum):
    """What figures can be shown apart by."""

    SPLIT = "split"
    STRATUM = "stratum"
    KIND = "kind"
    BAND = "band"
    CLAIM = "claim"
    VERDICT = "verdict"


def evaluate(
    gold: Annotated[Path, typer.Argument(help="Annotated roles, JSON Lines, gzipped or not.")],
    reviews: Annotated[
        Path | None, typer.Argument(help="A reviews.jsonl. Without it the roles are reviewed with the default model.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only the roles of this split, such as dev.")] = None,
    by: Annotated[Subset | None, typer.Option(help="Also show the figures of each subset apart.")] = None,
    draws: Annotated[int, typer.Option(min=0, help="Bootstrap draws for 95% intervals; 0 for none.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object in place of the table.")] = False,
) -> None:
    """Compare reviews with annotated roles and print how well they agree.

    Example: jdclass evaluate corpora/open/roles.jsonl --split dev --draws 200
    """
    show_figures(gold, reviews, split=split, by=by, draws=draws, as_json=as_json)


def show_figures(
    gold: Path,
    reviews: Path | None,
    *,
    split: str | None = None,
    by: Subset | None = None,
    draws: int = 0,
    as_json: bool = False,
    review_gold: ReviewGold | None = None,
    console: Console | None = None,
) -> None:
    """What `evaluate` does. `review_gold` makes the reviews where there is no file of them, by default the default
    model. Raises CorpusError where a file does not hold, ModelError where no model is found.
    """
    from rich.console import Console

    from jdclass.learn.figures import bootstrap, by_subset, read_reviews, summarise, tally
    from jdclass.learn.gold import read_roles

    roles = read_roles(gold, split=split)
    rows = read_reviews(reviews) if reviews is not None else (review_gold or _review_with_default_model)(roles)
    tallies = tally(roles, rows)
    if not any(each.reviewed for each in tallies):
        raise CorpusError(f"{reviews or gold}: has a review of none of the {len(tallies)} roles in {gold}")
    values = summarise(tallies)
    intervals = bootstrap(tallies, draws=draws) if draws else {}
    subsets = by_subset(tallies, lambda role: getattr(role, by.value)) if by is not None else {}
    console = Console() if console is None else console
    if as_json:
        result: dict[str, Any] = {name: _number(value) for name, value in values.items()}
        if intervals:
            result["intervals"] = {name: [_number(each.low), _number(each.high)] for name, each in intervals.items()}
        if by is not None:
            result["subsets"] = {
                name: {key: _number(value) for key, value in figures.items()} for name, figures in subsets.items()
            }
        console.file.write(json.dumps(result) + "\n")
    else:
        _print(console, values, intervals, subsets)


def _review_with_default_model(roles: Sequence[GoldRole]) -> Iterable[Mapping[str, Any]]:
    from jdclass.review import load

    reviewer = load()
    for role in roles:
        yield {**reviewer.review(title=role.title, text=role.text).to_dict(), "id": role.id}


def _number(value: float) -> float | None:
    return None if isnan(value) else value  # JSON has no NaN


def _print(
    console: Console,
    values: Mapping[str, float],
    intervals: Mapping[str, Interval],
    subsets: Mapping[str, Mapping[str, float]],
) -> None:
    from rich.table import Table

    table = Table(caption=NOTE, caption_justify="left")
    table.add_column("figure")
    table.add_column("all" if subsets else "value", justify="right")
    if intervals:
        table.add_column("95% interval", justify="right")
    for name in subsets:
        table.add_column(name, justify="right")
    for name, value in values.items():
        row = [name, _shown(value)]
        if intervals:
            row.append("" if isinstance(value, int) else f"{intervals[name].low:.3f} to {intervals[name].high:.3f}")
        table.add_row(*row, *(_shown(figures[name]) for figures in subsets.values()))
    console.print(table)


def _shown(value: float) -> str:
    return str(value) if isinstance(value, int) else "-" if isnan(value) else f"{value:.3f}"
