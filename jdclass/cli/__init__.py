"""The command line: a module a command group, and one place where an error becomes a line and an exit code.

Modules of commands import nothing heavy at their top: `jdclass --help` has to read all of them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from inspect import cleandoc
from typing import Annotated

import typer

from jdclass.cli import evaluate, explain, folders, lexicon, model, review, training
from jdclass.errors import JdclassError

__all__ = ["app", "main"]

app = typer.Typer(
    name="jdclass",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a fault of ours keeps the traceback that Python gives it
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from jdclass import __version__

        print(f"jdclass {__version__}")
        raise typer.Exit


def _help(command: Callable[..., None]) -> str:
    """A docstring as help: its paragraphs without the line breaks of the source, which typer would keep."""
    paragraphs = cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _jdclass(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Does the title of a role description say what the document says the job is?

    Reads job descriptions and adverts, marks leadership and management phrases, and compares what the title suggests
    with what the duties state. It never speaks of bands, grades or people. Nothing leaves this machine.

    Start here: jdclass review corpora/demo -o run
    """


app.callback(help=_help(_jdclass))(_jdclass)
for _panel, _commands in (
    ("Review", (review.review, folders.report, folders.export, folders.compare)),
    ("Look inside", (explain.explain, lexicon.lexicon, model.model)),
    ("Train and measure", (training.train, training.label, evaluate.evaluate, training.audit, folders.feedback)),
):
    for _command in _commands:
        app.command(rich_help_panel=_panel, help=_help(_command))(_command)


def main() -> None:
    """Run a command and end the process: 0 all done, 1 could not start, 2 wrong use, 3 some failed, 130 interrupted."""
    # Nearly all that a command makes while it starts stays: Python need not go through it for garbage again and again.
    gc.set_threshold(100_000, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a character that a terminal cannot show must not end a run
    try:
        app(prog_name="jdclass")
    except JdclassError as error:
        from jdclass.cli.screen import printable

        print(f"jdclass: {printable(str(error))}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
