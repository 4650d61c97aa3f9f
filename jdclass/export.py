"""The rows of a run store for other programs: JSON Lines, CSV, Parquet. Reviews and failures, in the store's order.

JSON Lines are the records themselves. CSV and Parquet have one flat row a review or failure, for spreadsheets and data
frames: counts and shares in place of lines and phrases. Rows stream, so memory does not grow with the run.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

from jdclass.errors import MissingExtraError, StoreError
from jdclass.framework import default_framework
from jdclass.store import Store

__all__ = ["FORMATS", "Format", "columns", "export", "flat", "write_csv"]

Format = Literal["jsonl", "csv", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

_BATCH = 1_000
_SURROGATE = re.compile("[\ud800-\udfff]")
# What a spreadsheet would take for a formula, with the white space that it passes over.
_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r]")

Scalar = str | int | float | bool | None
Kinds = dict[str, type]

#: Column: its kind, and where its value is in a review. A failure has path, record, error and message alone.
_REVIEW: dict[str, tuple[type, Callable[[Mapping[str, Any]], Scalar]]] = {
    "kind": (str, lambda review: "review"),
    "id": (str, lambda review: review["id"]),
    "path": (str, lambda review: review["source"]["path"]),
    "record": (int, lambda review: review["source"]["record"]),
    "title": (str, lambda review: review["title"]),
    "employer": (str, lambda review: review["employer"]),
    "band": (str, lambda review: review["band"]),
    "verdict": (str, lambda review: review["match"]["verdict"]),
    "score": (int, lambda review: review["match"]["score"]),
    "low": (int, lambda review: review["match"]["low"]),
    "high": (int, lambda review: review["match"]["high"]),
    "abstained": (bool, lambda review: review["match"]["abstained"]),
    "put_forward": (bool, lambda review: review["match"]["put_forward"]),
    "claim": (str, lambda review: review["claim"]["orientation"]),
    "claim_leadership": (float, lambda review: review["claim"]["leadership"]),
    "claim_management": (float, lambda review: review["claim"]["management"]),
    "duties": (str, lambda review: review["duties"]["orientation"]),
    "duties_leadership": (float, lambda review: review["duties"]["leadership"]),
    "duties_management": (float, lambda review: review["duties"]["management"]),
    "title_family": (str, lambda review: review["usual"]["title_family"]),
    "usual_leadership": (float, lambda review: review["usual"]["leadership"]),
    "usual_management": (float, lambda review: review["usual"]["management"]),
    "unusual": (bool, lambda review: review["usual"]["unusual"]),
    "phrases_leadership": (int, lambda review: _phrases(review, "leadership")),
    "phrases_management": (int, lambda review: _phrases(review, "management")),
    "lines": (int, lambda review: len(review["lines"])),
    "duties_lines": (int, lambda review: sum(line["zone"] == "duties" for line in review["lines"])),
    "reasons": (str, lambda review: " | ".join(review["match"]["reasons"])),
    "warnings": (str, lambda review: " | ".join(review["source"]["warnings"])),
    "format": (str, lambda review: review["source"]["format"]),
    "sha256": (str, lambda review: review["source"]["sha256"]),
    "share_read": (float, lambda review: review["source"]["share_read"]),
    "model": (str, lambda review: f"{review['model']['name']} {review['model']['version']}"),
}


def _phrases(review: Mapping[str, Any], orientation: str) -> int:
    return sum(phrase["counted"] and phrase["orientation"] == orientation for phrase in review["phrases"])


def columns(contrasts: Sequence[str]) -> Kinds:
    """The columns of a flat row, in order, with the kind of their values; any value may be None.

    Each contrast has two, its counted phrases of either side; `error` and `message` are those of a failure.
    """
    sides = [f"{contrast}_{side}" for contrast in contrasts for side in ("leadership", "management")]
    return {
        **{name: kind for name, (kind, _) in _REVIEW.items()},
        **dict.fromkeys(sides, int),
        "error": str,
        "message": str,
    }


def flat(kind: str, record: Mapping[str, Any], contrasts: Sequence[str]) -> dict[str, Scalar]:
    """One record as a flat row with all of `columns(contrasts)`."""
    row: dict[str, Scalar] = dict.fromkeys(columns(contrasts))
    if kind == "failure":
        row.update(kind=kind, path=record["path"], record=record["record"])
        row.update(error=record["error"], message=record["message"])
        return row
    row.update((name, value(record)) for name, (_, value) in _REVIEW.items())
    for contrast in contrasts:
        count = record["contrasts"].get(contrast)
        if count is not None:
            row[f"{contrast}_leadership"] = count["leadership"]
            row[f"{contrast}_management"] = count["management"]
    return row


def _rows(
    records: Iterable[tuple[str, Mapping[str, Any]]],
) -> tuple[tuple[str, ...], Iterator[dict[str, Scalar]]]:
    """The contrasts of a stream of records, and its flat rows. What another framework reviewed has that one's
    contrasts: those of the first review, for which failures before it are held back."""
    stream = iter(records)
    before: list[tuple[str, Mapping[str, Any]]] = []
    contrasts = default_framework().contrast_keys
    for kind, record in stream:
        before.append((kind, record))
        if kind == "review":
            contrasts = tuple(record["contrasts"])
            break
    return contrasts, (flat(kind, record, contrasts) for kind, record in chain(before, stream))


def _cell(value: Scalar) -> Scalar:
    """A value as a spreadsheet may open it: no text begins a formula, and all of it can be written as UTF-8."""
    if not isinstance(value, str):
        return value
    value = _SURROGATE.sub("�", value)
    return "'" + value if _FORMULA.match(value) else value


def write_csv(records: Iterable[tuple[str, Mapping[str, Any]]], stream: BinaryIO) -> None:
    """Write (kind, record) pairs as CSV, a flat row each, as they come; the header alone where there are none.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    contrasts, rows = _rows(records)
    # utf-8-sig: without the mark Excel takes a file for the system's old encoding.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(columns(contrasts))
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    finally:
        text.detach()


def _parquet(store: Store, stream: BinaryIO) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("--format parquet needs pyarrow: pip install 'jdclass[parquet]'") from error
    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    contrasts, rows = _rows(store.records())
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in columns(contrasts).items()])
    with pyarrow.parquet.ParquetWriter(stream, schema) as writer:
        while batch := list(islice(rows, _BATCH)):
            clean = [
                {name: _SURROGATE.sub("�", value) if isinstance(value, str) else value for name, value in row.items()}
                for row in batch
            ]
            writer.write_table(pyarrow.Table.from_pylist(clean, schema=schema))


def export(store: Store, format: Format, *, output: Path | None = None, stream: BinaryIO | None = None) -> None:
    """Write the rows of a store to the file `output`, or to `stream`; exactly one of them, for Parquet a file.

    A file appears whole or not at all. In CSV a text that a spreadsheet would take for a formula gets an apostrophe
    before it. Raises ValueError for an unknown format, StoreError where the file cannot be written, MissingExtraError
    for Parquet without pyarrow.
    """
    if format not in FORMATS:
        raise ValueError(f"format {format!r}, wanted one of {', '.join(FORMATS)}")
    if stream is not None and output is None:
        if format == "parquet":
            raise ValueError("parquet is written to a file, not to a stream")
        _write(store, format, stream)
        return
    if output is None or stream is not None:
        raise ValueError("give either a file or a stream")
    part = output.with_name(f"{output.name}.part{os.getpid()}")
    try:
        with part.open("wb") as made:
            _write(store, format, made)
        part.replace(output)
    except OSError as error:
        raise StoreError(f"{output}: cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _write(store: Store, format: Format, stream: BinaryIO) -> None:
    if format == "jsonl":
        stream.writelines(store.json_lines())
    elif format == "csv":
        write_csv(store.records(), stream)
    else:
        _parquet(store, stream)
