#!/usr/bin/env python3
"""Damage good files of every format and read them: no crash, no hang, no fault of ours.

    python tests/read/fuzz_readers.py [--count 2000] [--format docx ...] [--seed 1]

Each damaged file ends in a role or in a failure with a named error, within ten seconds. What does not is written to
the folder that --keep names, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import read_documents as made

from jdclass.document import Failure
from jdclass.read import Limits
from jdclass.read.child import ReaderChild

KEY = "digital-02"


def good_files() -> dict[str, bytes]:
    """One good file of each format, by the ending of its name."""
    role = made.roles()[KEY]
    document = made.document(role)
    record = {"id": KEY, "title": role["title"], "text": made.to_text(document)}
    html = made.to_nhs_jobs_page(role)
    head = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n"
    )
    mht = f"{head}{html}\r\n--x--\r\n"
    files = {
        "txt": made.to_text(document, width=78).encode(),
        "md": made.to_markdown(document).encode(),
        "html": html.encode(),
        "mht": mht.encode(),
        "eml": f"From: a@b.example\r\nSubject: JD\r\nContent-Type: text/plain\r\n\r\n{record['text']}".encode(),
        "json": json.dumps(record, indent=1).encode(),
        "jsonl": "\n".join(json.dumps({**record, "id": str(number)}) for number in range(3)).encode(),
        "jsonl.gz": gzip.compress(json.dumps(record).encode(), mtime=0),
        "csv": f'id,title,description\n1,Porter,"{record["text"]}"\n2,Clerk,Filing\n'.encode(),
        "xlsx": made.to_xlsx([("Title", "Description"), ("Porter", "Move patients."), ("Clerk", record["text"])]),
        "zip": made.to_zip({"a.txt": record["text"].encode(), "b/c.html": html.encode()}),
    }
    for ending in ("docx", "odt", "rtf", "doc"):
        files[ending] = (made.DATA / f"{KEY}.{ending}").read_bytes()
    for kind in ("tagged", "untagged"):
        files[f"{kind}.pdf"] = (made.DATA / f"{KEY}-{kind}.pdf").read_bytes()
    return files


def flipped(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some of them changed: single bits, whole bytes, or a run of them moved, dropped or doubled."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20, 100))):
        at = chance.randrange(len(changed))
        what = chance.randrange(6)
        if what < 3:
            changed[at] ^= 1 << chance.randrange(8)
        elif what == 3:
            changed[at] = chance.choice((0, 255, 0x7F, 0x3C, 0x7B, 0x5C, chance.randrange(256)))
        elif what == 4 and len(changed) > 40:
            del changed[at : at + chance.randrange(1, 30)]
        else:
            run = changed[at : at + chance.randrange(1, 60)]
            place = chance.randrange(len(changed))
            changed[place:place] = run
    return bytes(changed)


def within_archive(data: bytes, chance: random.Random) -> bytes:
    """An archive with the content of one part damaged, its check sums right again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        likely = [name for name in names if name.endswith(("document.xml", "content.xml", "styles.xml", "sheet1.xml"))]
        victim = chance.choice(likely or names)
        for name in names:
            held = source.read(name)
            target.writestr(name, flipped(held, chance) if name == victim and held else held)
    return out.getvalue()


def damaged(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`count` damaged forms of a file, the same for the same seed."""
    chance = random.Random(seed)
    archive = data.startswith(b"PK\x03\x04")
    for number in range(count):
        if number % 4 == 0:
            yield data[: chance.randrange(len(data))]
        elif archive and number % 4 != 1:
            yield within_archive(data, chance)
        else:
            yield flipped(data, chance)


def is_fault(item: object) -> bool:
    """Whether an outcome is one that no damaged file may have."""
    return isinstance(item, Failure) and item.error in {"ReaderDiedError", "TimeLimitError", "MemoryLimitError"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--format", nargs="*", default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=None)
    options = parser.parse_args()
    faults = 0
    with tempfile.TemporaryDirectory() as scratch, ReaderChild(Limits(seconds=10)) as child:
        for ending, data in good_files().items():
            if options.format and ending not in options.format:
                continue
            path = Path(scratch) / f"x.{ending}"
            seen: Counter[str] = Counter()
            start, worst = time.monotonic(), 0.0
            for number, bad in enumerate(damaged(data, options.count, options.seed)):
                path.write_bytes(bad)
                begun = time.monotonic()
                items = child.read(path)
                worst = max(worst, time.monotonic() - begun)
                seen.update(item.error if isinstance(item, Failure) else "read" for item in items)
                if any(is_fault(item) for item in items):
                    faults += 1
                    print(f"  {ending} {number}: {items}")
                    if options.keep is not None:
                        (options.keep / f"{number}.{ending}").write_bytes(bad)
            told = ", ".join(f"{name} {count}" for name, count in seen.most_common())
            took = time.monotonic() - start
            print(f"{ending:12} {options.count} in {took:.0f} s, slowest {worst:.2f} s: {told}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
