"""`jdclass model`: a model's card, the models there are, and where one lies."""

from __future__ import annotations

from typing import Annotated

import typer

from jdclass.cli.output import screen, until_closed

__all__ = ["model"]


def model(
    name: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="A model by name or folder; by default the shipped one.")
    ] = None,
    path: Annotated[bool, typer.Option("--path", help="Only say where it lies.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the models that are found by name.")] = False,
) -> None:
    """Show a model's card: what it was trained on, how good it is, what it must not be used for.

    Every file of the model is held against its hash first.

    Example: jdclass model --path
    """
    from rich.markdown import Markdown

    from jdclass.errors import ModelError
    from jdclass.model.folder import CARD, find_model, known_models, read_manifest

    with until_closed():
        if listed:
            for folder in known_models():
                manifest = read_manifest(folder)
                print(f"{folder.name}\t{manifest['version']}\t{folder}")
            return
        folder = find_model(name)
        read_manifest(folder)
        if path:
            print(folder)
            return
        try:
            card = (folder / CARD).read_text(encoding="utf-8")
        except OSError as error:
            raise ModelError(f"{folder / CARD}: cannot be read: {error.strerror}") from error
        console = screen()
        if console.is_terminal:
            console.print(Markdown(card))
        else:
            print(card, end="")
