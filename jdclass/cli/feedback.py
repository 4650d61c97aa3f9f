"""What `jdclass feedback` does, as a plain function: workbooks in, annotated roles out, agreement as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jdclass.errors import CorpusError

if TYPE_CHECKING:
    from rich.console import Console

    from jdclass.feedback import Feedback

_ABOUT = {"mark": "agree or not", "claim": "what the title suggests", "duties": "what the duties hold"}

__all__ = ["read_feedback", "show_feedback"]


def read_feedback(paths: Sequence[Path], out: Path) -> Feedback:
    """Write the annotated roles that reviewers' workbooks make to `out`, one a line, and give all that was read back.

    Raises CorpusError for a file that is no workbook of ours, and where `out` cannot be written.
    """
    from jdclass.feedback import read_workbooks

    feedback = read_workbooks(paths)
    try:
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            for role in feedback.gold:
                stream.write(json.dumps(role, ensure_ascii=False) + "\n")
    except OSError as error:
        raise CorpusError(f"{out}: cannot be written: {error.strerror or error}") from error
    return feedback


def show_feedback(feedback: Feedback, console: Console) -> None:
    """Print how many roles came of it, how far reviewers agree, and what was left out or not understood."""
    from rich.table import Table
    from rich.text import Text

    console.print(f"Marks: {len(feedback.marks)}. Roles on which reviewers are sure and agree: {len(feedback.gold)}.")
    if feedback.agreements:
        table = Table("Between", "About", "Roles", "Same answer", "Cohen's kappa", title="Agreement of reviewers")
        for item in feedback.agreements:
            kappa = "not defined" if item.kappa is None else f"{item.kappa:.2f}"
            # As plain text: initials and file names are no markup.
            table.add_row(Text(item.between), _ABOUT[item.what], str(item.roles), f"{item.agreed:.0%}", kappa)
        console.print(table)
    else:
        console.print("No role was marked by two reviewers: nothing to say about agreement.")
    for title, why in feedback.left_out:
        console.print(Text(f"Left out: {title}: {why}."))
    for problem in feedback.problems:
        console.print(Text(f"Not understood: {problem}"))
