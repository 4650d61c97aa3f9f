#!/usr/bin/env python3
"""Measure reading: blocks whole and in order, places, time and memory, against other libraries on the same files.

    python tests/read/measure_documents.py [--runs 7]

The files are those of tests/read/data and their HTML and text forms. Each library reads each format in a process of
its own; one that is not installed is left out (pip install python-docx docx2python pdfplumber "markitdown[docx,pdf]").

A block is whole when it comes back as one piece, white space apart, with nothing else in it. "In order" counts the
whole blocks that stand in the longest run of the right order. Time is the median of the runs after one that is not
counted, of all files of the format together, divided by their number. Memory is the peak of the process, the library
included.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import read_documents as made

FORMATS = ("docx", "tagged.pdf", "untagged.pdf", "odt", "rtf", "doc", "html", "txt")
Blocks = list[tuple[str, bool]]  # text, and whether it has a place


def by_jdclass(path: Path) -> Blocks:
    from jdclass.document import RoleDescription
    from jdclass.read import read_path

    (role,) = read_path(path)
    return [(block.text, bool(block.place)) for block in role.blocks] if isinstance(role, RoleDescription) else []


def by_python_docx(path: Path) -> Blocks:
    import docx
    from docx.table import Table

    def inner(container: object) -> list[str]:
        found = []
        for item in container.iter_inner_content():  # type: ignore[attr-defined]
            if isinstance(item, Table):
                found += [text for row in item.rows for cell in row.cells for text in inner(cell)]
            else:
                found.append(item.text)
        return found

    return [(text, False) for text in inner(docx.Document(str(path)))]


def by_docx2python(path: Path) -> Blocks:
    from docx2python import docx2python

    with docx2python(str(path)) as read:
        return [(re.sub(r"^\s*(?:--|\d+\)|•)\t?", "", text), False) for text in read.text.split("\n")]


def by_pdfplumber(path: Path) -> Blocks:
    import pdfplumber

    found: list[str] = []
    with pdfplumber.open(str(path)) as pdf:
        for page in pdf.pages:
            tables = page.find_tables()
            rest = page
            for table in tables:
                rest = rest.outside_bbox(table.bbox)
            found += (rest.extract_text() or "").split("\n")
            found += [cell for table in tables for row in table.extract() for cell in row if cell]
    return [(re.sub(r"^[•\uf0b7]\s*", "", text), False) for text in found]


def by_markitdown(path: Path) -> Blocks:
    from markitdown import MarkItDown

    text = MarkItDown().convert(str(path)).text_content
    cells = [cell for line in text.split("\n") for cell in (line.strip("| ").split("|") if "|" in line else [line])]
    bare = [re.sub(r"\*\*|\\(?=[&_*])", "", cell) for cell in cells]
    return [(re.sub(r"^\s*(?:#+|[*+-]|[•\uf0b7])\s+", "", cell), False) for cell in bare]


TOOLS: dict[str, tuple[str, tuple[str, ...], Callable[[Path], Blocks]]] = {
    "jdclass": ("jdclass", FORMATS, by_jdclass),
    "python-docx": ("docx", ("docx",), by_python_docx),
    "docx2python": ("docx2python", ("docx",), by_docx2python),
    "pdfplumber": ("pdfplumber", ("tagged.pdf", "untagged.pdf"), by_pdfplumber),
    "markitdown": ("markitdown", ("docx", "tagged.pdf", "untagged.pdf", "html"), by_markitdown),
}


def spaced(text: str) -> str:
    return " ".join(text.split())


def files(format: str, folder: Path) -> list[tuple[Path, list[str]]]:
    """The files of a format, with the blocks that each holds."""
    roles = made.roles()
    found = []
    for key in made.IDS:
        document = made.document(roles[key])
        blocks = [spaced(block) for block in document.blocks()]
        if format == "html":
            path = folder / f"{key}.html"
            path.write_text(made.to_html(document), encoding="utf-8")
        elif format == "txt":
            path = folder / f"{key}.txt"
            path.write_text("\n".join(blocks), encoding="utf-8")
        else:
            path = made.DATA / f"{key}{'-' if format.endswith('.pdf') else '.'}{format}"
        found.append((path, blocks))
    return found


def longest_run(places: list[int]) -> int:
    """Length of the longest rising part of a sequence, gaps allowed."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def measure(tool: str, format: str, runs: int) -> dict[str, float]:
    """One library on one format, in this process."""
    import resource

    read = TOOLS[tool][2]
    whole = ordered = placed = total = 0
    with tempfile.TemporaryDirectory() as scratch:
        held = files(format, Path(scratch))
        for path, wanted in held:
            found = [(spaced(text), place) for text, place in read(path)]
            texts = [text for text, _ in found]
            at = [texts.index(block) for block in wanted if block in texts]
            total += len(wanted)
            whole += len(at)
            ordered += longest_run(at)
            placed += sum(found[place][1] for place in at)
        times = []
        for _ in range(runs):
            begun = time.perf_counter()
            for path, _ in held:
                read(path)
            times.append((time.perf_counter() - begun) / len(held))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "blocks": total,
        "whole": whole,
        "ordered": ordered,
        "placed": placed,
        "ms": 1000 * statistics.median(times),
        "mb": peak,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--one", nargs=2, metavar=("TOOL", "FORMAT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*options.one, options.runs)))
        return
    print("| format | library | blocks whole | in order | with a place | median ms | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for format in FORMATS:
        for tool, (module, formats, _) in TOOLS.items():
            if format not in formats or importlib.util.find_spec(module) is None:
                continue
            command = [sys.executable, __file__, "--runs", str(options.runs), "--one", tool, format]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"| {format} | {tool} | failed: {done.stderr.strip().splitlines()[-1][:80]} |||||")
                continue
            found = json.loads(done.stdout)
            print(
                f"| {format} | {tool} | {found['whole']} of {found['blocks']} | {found['ordered']} | {found['placed']} "
                f"| {found['ms']:.1f} | {found['mb']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
