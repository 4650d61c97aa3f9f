"""`jdclass train`, `label` and `audit`: bodies of the commands of the training side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from jdclass.document import Review

__all__ = ["audit", "data_paths", "label", "train"]


def data_paths(
    *, lexicon: Path | None = None, collisions: Path | None = None, titles: Path | None = None
) -> Mapping[str, Path]:
    """The data files given in the place of the shipped ones, by the shipped one's name."""
    given = {"lexicon.csv": lexicon, "collisions.csv": collisions, "titles.csv": titles}
    return {name: path for name, path in given.items() if path is not None}


def train(
    gold: Sequence[Path],
    out: Path,
    *,
    extra: Sequence[Path] = (),
    adverts: Sequence[Path] = (),
    name: str = "nhs",
    version: str = "1.0.0",
    seed: int = 0,
    silver: int | None = None,
    workers: int = 1,
    data: Mapping[str, Path] | None = None,
    day: date | None = None,
    console: Console | None = None,
) -> None:
    """Train a model from annotated corpora (and unannotated adverts) and write its folder to `out`."""
    from jdclass.learn.fit import Choices
    from jdclass.learn.train import SILVER_DOCUMENTS, Plan
    from jdclass.learn.train import train as run

    console = console or Console(stderr=True)
    plan = Plan(
        tuple(gold),
        out,
        tuple(extra),
        tuple(adverts),
        name,
        version,
        Choices(seed=seed),
        SILVER_DOCUMENTS if silver is None else silver,
        workers,
        data,
        day=day,
    )
    summary = run(plan, say=lambda message: console.print(message, highlight=False))
    table = Table("figure", "dev", "all roles, held out", title=f"{name} {version} in {summary.folder}")
    for key, value in summary.dev.items():
        shown = [str(v) if isinstance(v, int) else f"{v:.3f}" for v in (value, summary.held_out[key])]
        table.add_row(key, *shown)
    Console().print(table)


def label(
    corpus: Sequence[Path],
    *,
    gold: Sequence[Path] = (),
    out: Path | None = None,
    data: Mapping[str, Path] | None = None,
    console: Console | None = None,
) -> None:
    """Silver labels of a corpus: the table of votes, figures of every pattern where gold is given, and with `out` the
    labels as JSON Lines."""
    from jdclass.learn.corpus import read_corpus
    from jdclass.learn.examples import example_of_line, example_of_role
    from jdclass.learn.silver import pattern_figures, vote_table
    from jdclass.learn.train import load_resources

    console = console or Console()
    resources, _, lexicon, _ = load_resources(data)
    given = read_corpus(corpus)
    documents = [(document.id, document.title, document.employer, document.lines) for document in given.documents]
    documents += [(r.id, r.title, r.employer or r.id, tuple(line.text for line in r.lines)) for r in given.roles]
    votes = vote_table([lines for *_, lines in documents], resources)
    zoned = f"{votes.zoned / max(votes.lines, 1):.0%}"
    table = Table("contrast", "side", "coverage", "overlap", "conflict", title="Votes of the lexicon")
    table.caption = f"{len(documents):,} documents, {votes.lines:,} lines, {zoned} under a heading of the list"
    for key in sorted(votes.coverage):
        counts = (votes.coverage[key], votes.overlap[key], votes.conflict[key])
        table.add_row(*key, *(f"{count:,}" for count in counts))
    console.print(table)
    annotated = read_corpus(gold)
    examples = [example_of_role(role) for role in annotated.roles if role.split != "dev"]
    examples += [example_of_line(line, line.advert) for line in annotated.hard_lines if line.split != "dev"]
    if examples:
        patterns, contrasts = pattern_figures(examples, lexicon, resources)
        table = Table("contrast", "side", "hits", "precision", "recall", title="Contrasts against gold (train)")
        for (contrast, side), (hits, right, wanted) in contrasts.items():
            table.add_row(contrast, side, str(hits), _share(right, hits), _share(right, wanted))
        console.print(table)
        table = Table("line", "pattern", "side", "contrast", "hits", "precision", title="Patterns against gold (train)")
        for row in sorted(patterns, key=lambda row: (row.precision is None, row.precision, -row.hits)):
            precision = _share(row.right, row.hits)
            table.add_row(str(row.line), escape(row.forms), row.orientation, row.contrast, str(row.hits), precision)
        console.print(table)
    if out is not None:
        _write_silver(out, documents, resources)
        console.print(f"silver labels written to {out}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def _write_silver(out: Path, documents: Sequence[tuple[str, str, str, tuple[str, ...]]], resources: object) -> None:
    """A record a document: id, title, employer, the claim by the titles file, lines with zone and phrases or null."""
    import json

    from jdclass.learn.fit import Resources
    from jdclass.learn.silver import silver_examples

    assert isinstance(resources, Resources)
    with out.open("w", encoding="utf-8") as stream:
        for id_, title, employer, lines in documents:
            for example in silver_examples([(employer, lines)], resources, weight=1.0):
                record = {
                    "id": id_,
                    "title": title,
                    "employer": employer,
                    "claim": resources.titles.read(title).orientation,
                    "lines": [
                        {
                            "text": text,
                            "zone": zone,
                            "phrases": None
                            if phrases is None
                            else [
                                {
                                    "start": phrase.start,
                                    "end": phrase.end,
                                    "text": phrase.text,
                                    "orientation": phrase.orientation,
                                    "contrast": phrase.contrast,
                                }
                                for phrase in phrases
                            ],
                        }
                        for text, zone, phrases in zip(example.lines, example.zones, example.phrases, strict=True)
                    ],
                }
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def audit(
    what: str,
    corpus: Sequence[Path],
    *,
    sample: int = 200,
    seed: int = 0,
    model: str | None = None,
    out: Path | None = None,
) -> None:
    """Draw shown `phrases` of a corpus at random, or what it has `stated`, in their lines and without probabilities,
    for reading against the codebook; as CSV to `out` or to the terminal. The same words of the same line come once."""
    import csv
    import random
    import sys

    from jdclass.document import Failure
    from jdclass.read import read_path
    from jdclass.review import load

    reviewer = load(model)
    roles = [role for path in corpus for role in read_path(path) if not isinstance(role, Failure)]
    # Enough documents for the sample, drawn first: not all of a large corpus need be reviewed. Few documents state
    # that the post does not do something, so for statements twice as many.
    drawn = random.Random(seed)
    roles = drawn.sample(roles, min(len(roles), sample * (5 if what == "phrases" else 10)))
    head, of = (_PHRASE, _phrases) if what == "phrases" else (_STATEMENT, _statements)
    # What is found, its words and their line, wherever they stand: adverts are posted again, and once read is read.
    rows = list({row[3:]: row for review in reviewer.review_many(roles) for row in of(review)}.values())
    rows = drawn.sample(rows, min(sample, len(rows)))
    stream = out.open("w", encoding="utf-8", newline="") if out is not None else sys.stdout
    try:
        writer = csv.writer(stream)
        writer.writerow((*head, "right"))
        writer.writerows((*row, "") for row in rows)
    finally:
        if out is not None:
            stream.close()


_PHRASE = ("id", "title", "zone", "orientation", "contrast", "phrase", "line")
_STATEMENT = ("id", "title", "zone", "what", "state", "quote", "line")


def _phrases(review: Review) -> Iterator[tuple[str, ...]]:
    for phrase in review.phrases:
        line = review.lines[phrase.line]
        yield review.id, review.title, line.zone, phrase.orientation, phrase.contrast, phrase.text, line.text


def _statements(review: Review) -> Iterator[tuple[str, ...]]:
    for item in review.stated:
        if item.line is not None:
            line = review.lines[item.line]
            yield review.id, review.title, line.zone, item.what, item.state, item.text or "", line.text
