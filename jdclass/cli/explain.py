"""`jdclass explain FILE`: where each phrase of one document's review comes from, and how its duties are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jdclass.cli.output import json_bytes, screen, until_closed

if TYPE_CHECKING:
    from jdclass.explain import Explained, Explanation
    from jdclass.model.tracing import DutiesReading

__all__ = ["explain"]

_STATES = {
    "shown": "shown",
    "passed_over": "passed over: too uncertain to be shown",
    "lexicon": "not taken up: a pattern stands here, and the classifiers found no phrase in this sentence",
}


_LEGEND = (
    "Each figure is what one part adds to the log odds that the phrase is one, of this side. In brackets stands the "
    "part's value: how many standard deviations from the mean of all proposals, or for words how many there are."
)


def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One document.", show_default=False)],
    title: Annotated[
        str | None, typer.Option(help="The title to compare with, in place of the document's own.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A model by name or folder.")] = None,
    lexicon: Annotated[Path | None, typer.Option(metavar="FILE", help="Patterns of your own.")] = None,
    collisions: Annotated[Path | None, typer.Option(metavar="FILE", help="Collisions of your own.")] = None,
    titles: Annotated[Path | None, typer.Option(metavar="FILE", help="A titles file of your own.")] = None,
    most: Annotated[int, typer.Option(min=0, help="Weights shown of each phrase.")] = 6,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object in place of text.")] = False,
) -> None:
    """Show where each phrase of a review comes from.

    For every phrase, also those that were passed over: the rows of the lexicon and the collisions behind it, and the
    parts of its log odds that weighed most. Then what the duties are read from, and what they would read as without
    some of the phrases.

    Example: jdclass explain corpora/demo/head-of-transformation-jd.txt
    """
    import sys

    from jdclass.explain import explain as explain_role
    from jdclass.review import load, read_one

    reviewer = load(model, lexicon=lexicon, collisions=collisions, titles=titles)
    found = explain_role(reviewer, read_one(file, title=title), most=most)
    with until_closed():
        if as_json:
            sys.stdout.buffer.write(json_bytes(_record(found, most), indent=1) + b"\n")
        else:
            _show(found, most)


def _record(found: Explanation, most: int) -> dict[str, Any]:
    return {
        "id": found.review.id,
        "title": found.review.title,
        "duties": None if found.duties is None else _duties_record(found.duties, most),
        "counterfactual": found.review.match.counterfactual,
        "phrases": [
            {
                "state": item.state,
                "line": item.line,
                "start": item.start,
                "end": item.end,
                "text": item.text,
                "orientation": item.orientation,
                "contrast": item.contrast,
                "probability": item.probability,
                "rows": list(item.rows),
                "weights": [
                    {"what": weight.what, "value": round(weight.value, 4), "adds": round(weight.adds, 4)}
                    for weight in item.weights
                ],
                "others": item.others,
                "rest": round(item.rest, 4),
            }
            for item in found.phrases
        ],
    }


def _duties_record(duties: DutiesReading, most: int) -> dict[str, Any]:
    return {
        "orientation": duties.duties,
        "rather_than": duties.rather_than,
        "parts": [{"what": part.what, "adds": round(part.adds, 4)} for part in duties.parts],
        "words": [{"word": word, "adds": round(adds, 4)} for word, adds in duties.words[:most]],
    }


def _show(found: Explanation, most: int) -> None:
    from rich.text import Text

    from jdclass.cli.screen import printable
    from jdclass.framework import default_framework

    console = screen()
    review = found.review
    zones = {zone.key: zone.label for zone in default_framework().zones}
    console.print(Text(printable(review.title), "bold"))
    line = -1
    for item in found.phrases:
        if item.line != line:
            line = item.line
            place = printable(review.lines[line].place or f"line {line + 1}")
            zone = review.lines[line].zone
            console.print()
            console.print(Text(printable(review.lines[line].text)))
            console.print(Text(f"  {place}; {zones.get(zone, zone)}", "dim"))
        console.print(_phrase(item))
    if not found.phrases:
        console.print("No phrase was found or passed over.")
    elif any(item.weights for item in found.phrases):
        console.print()
        console.print(Text(_LEGEND, "dim"))
    if found.duties is not None:
        console.print()
        console.print(_duties(found.duties, most))
    if review.match.counterfactual:
        console.print()
        console.print(Text(printable(review.match.counterfactual)))


def _duties(duties: DutiesReading, most: int) -> Any:
    from rich.text import Text

    if duties.rather_than is None:
        return Text(f"The duties read as {duties.duties}: no phrase in them stands for anything else.")
    text = Text(f"The duties read as {duties.duties} rather than {duties.rather_than}:")
    for part in duties.parts:
        text.append(f"\n    {part.adds:+7.2f}  {part.what}", "dim")
    text.append(f"\n    {sum(part.adds for part in duties.parts):+7.2f}  in all: the log odds between the two", "dim")
    if duties.words and most:
        telling = ", ".join(f"{word} {adds:+.2f}" for word, adds in duties.words[:most])
        text.append(f"\n    of the words these tell most by themselves: {telling}", "dim")
    return text


def _phrase(item: Explained) -> Any:
    from rich.text import Text

    from jdclass.cli.screen import printable

    text = Text("  ")
    text.append(f"'{printable(item.text)}'", "bold")
    side = item.orientation if item.contrast is None else f"{item.orientation} ({item.contrast})"
    sure = "" if item.probability is None else f", probability {item.probability:.2f}"
    text.append(f" {side}{sure}; {_STATES[item.state]}")
    for row in item.rows:
        text.append(f"\n    {printable(row)}", "dim")
    if not item.rows:
        text.append("\n    no row of the lexicon: the classifiers alone", "dim")
    for weight in item.weights:
        text.append(f"\n    {weight.adds:+7.2f}  {weight.what} ({weight.value:.2f})", "dim")
    if item.weights:
        odds = sum(weight.adds for weight in item.weights) + item.rest
        if item.others:
            text.append(f"\n    {item.rest:+7.2f}  {item.others} other parts together", "dim")
        text.append(f"\n    {odds:+7.2f}  in all: the log odds of probability {item.probability:.2f}", "dim")
    return text
