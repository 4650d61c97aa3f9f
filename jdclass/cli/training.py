"""`jdclass train`, `label` and `audit`: the training side."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["audit", "label", "train"]

_Lexicon = Annotated[Path | None, typer.Option(metavar="FILE", help="Patterns of your own.")]
_Collisions = Annotated[Path | None, typer.Option(metavar="FILE", help="Collisions of your own.")]
_Titles = Annotated[Path | None, typer.Option(metavar="FILE", help="A titles file of your own.")]


def train(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="The model folder to write.")],
    gold: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="GOLD", help="Annotated roles or lines (JSON Lines), or folders of them.", show_default=False
        ),
    ] = None,
    more_gold: Annotated[
        list[Path] | None,
        typer.Option("--gold", help="The same, named: for what `jdclass feedback` wrote, say."),
    ] = None,
    extra: Annotated[
        list[Path] | None,
        typer.Option(
            help="More annotated roles to learn from; those of split dev are told and quoted apart in the card."
        ),
    ] = None,
    adverts: Annotated[
        list[Path] | None, typer.Option(help="Documents without annotation: for silver labels, and for what is usual.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the model is called.")] = "nhs",
    version: Annotated[str, typer.Option(help="Its version.")] = "1.0.0",
    seed: Annotated[int, typer.Option(help="The same seed, data and date give the same model.")] = 0,
    silver: Annotated[int | None, typer.Option(min=0, help="Documents that silver labels are made for.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    lexicon: _Lexicon = None,
    collisions: _Collisions = None,
    titles: _Titles = None,
    day: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="The day that the model says it was trained, such as 2026-02-01.",
            show_default="today, or the day of SOURCE_DATE_EPOCH",
        ),
    ] = None,
) -> None:
    """Train a model from annotated roles and write its folder, with a card.

    Example: jdclass train corpora/open --gold feedback.jsonl --out models/mine
    """
    from jdclass.cli.train import data_paths
    from jdclass.cli.train import train as run

    given = [*(gold or ()), *(more_gold or ())]
    if not given:
        raise typer.BadParameter("nothing to learn from: give annotated roles as GOLD or with --gold")
    data = data_paths(lexicon=lexicon, collisions=collisions, titles=titles)
    run(
        given,
        out,
        extra=extra or (),
        adverts=adverts or (),
        name=name,
        version=version,
        seed=seed,
        silver=silver,
        workers=workers,
        data=data,
        day=None if day is None else day.date(),
    )


def label(
    corpus: Annotated[
        list[Path],
        typer.Argument(metavar="CORPUS", help="Documents, records, or folders of them.", show_default=False),
    ],
    gold: Annotated[
        list[Path] | None, typer.Option(help="Annotated roles: for precision and recall of every pattern.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the labels as JSON Lines.")] = None,
    lexicon: _Lexicon = None,
    collisions: _Collisions = None,
    titles: _Titles = None,
) -> None:
    """Label a corpus by the data files alone and show how far they reach: coverage, overlap, conflict.

    Example: jdclass label corpora/demo --gold corpora/open
    """
    from jdclass.cli.train import data_paths
    from jdclass.cli.train import label as run

    data = data_paths(lexicon=lexicon, collisions=collisions, titles=titles)
    run(corpus, gold=gold or (), out=out, data=data)


class Drawn(StrEnum):
    """What `audit` draws."""

    PHRASES = "phrases"
    STATED = "stated"


def audit(
    what: Annotated[
        Drawn,
        typer.Argument(
            metavar="phrases|stated", help="Shown phrases, or what is stated and denied.", show_default=False
        ),
    ],
    corpus: Annotated[
        list[Path],
        typer.Argument(metavar="CORPUS", help="Documents, records, or folders of them.", show_default=False),
    ],
    sample: Annotated[int, typer.Option(min=1, help="How many to draw.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed draws the same ones.")] = 0,
    model: Annotated[str | None, typer.Option(help="A model by name or folder.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this CSV file.")] = None,
) -> None:
    """Draw phrases or statements at random, to be read against the codebook; CSV with an empty column `right`.

    No probability stands beside them, and a line that is posted again and again is drawn once.

    Example: jdclass audit phrases corpora/demo --sample 50 --out audit.csv
    """
    from jdclass.cli.output import until_closed
    from jdclass.cli.train import audit as run

    with until_closed():
        run(what.value, corpus, sample=sample, seed=seed, model=model, out=out)
