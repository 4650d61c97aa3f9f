"""Lines of one or many documents, tokenized together: what every classifier of jdclass takes.

Many small documents cost more in calls than in work, so everything here is arrays over a batch of documents, and a
document is a range of lines in it. A batch of one gives the same figures as a batch of many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jdclass.lexicon.headings import Headings
from jdclass.segment import Tokens, tokenize

__all__ = ["Prepared", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch of documents, flattened.

    `lines` are their texts; `first_line[d]` to `first_line[d + 1]` are the lines of document d. `heading` is true where
    the reader calls the line a heading; `begins` is the number of the zone that the line begins by the headings list,
    -1 where it is no heading of the list.
    """

    lines: tuple[str, ...]
    first_line: NDArray[np.int64]
    heading: NDArray[np.bool_]
    begins: NDArray[np.int64]
    tokens: Tokens

    def __len__(self) -> int:
        return len(self.first_line) - 1

    @property
    def document(self) -> NDArray[np.int64]:
        """The document of each line."""
        return np.repeat(np.arange(len(self)), np.diff(self.first_line))


def prepare(
    documents: Sequence[Sequence[str]],
    *,
    headings: Headings,
    zones: Sequence[str],
    heading_flags: Sequence[Sequence[bool]] | None = None,
    sections: Sequence[Sequence[str | None]] | None = None,
) -> Prepared:
    """Tokenize the lines of some documents (texts without line breaks at their ends; a document may have none).

    `zones` are the framework's zone keys in order; `heading_flags` and `sections` are what the reader knows of each
    line (its kind, and the table header over it), where there is a reader.
    """
    lines = tuple(line for document in documents for line in document)
    counts = [len(document) for document in documents]
    number = {zone: place for place, zone in enumerate(zones)}
    begins = np.array([number.get(headings.zone(line) or "", -1) for line in lines], dtype=np.int64)
    if sections is not None:
        for at, section in enumerate(section for document in sections for section in document):
            if section is not None and begins[at] < 0:
                begins[at] = number.get(headings.zone(section) or "", -1)
    if heading_flags is None:
        heading = np.zeros(len(lines), dtype=np.bool_)
    else:
        heading = np.fromiter((flag for document in heading_flags for flag in document), dtype=np.bool_)
    return Prepared(lines, np.cumsum([0, *counts]), heading, begins, tokenize(lines))
