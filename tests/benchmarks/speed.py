"""How fast jdclass reviews, beside what it is built on: one process, one run, the same adverts. Not a test.

    python tests/benchmarks/speed.py ADVERTS.jsonl.gz [--adverts 2000] [--block 250]

Everything of jdclass is timed from the line of JSON with its escaped HTML to the JSON of the review; start-up is apart.
The others get the plain text or lines that jdclass's reader made, for nothing. All take turns block by block, so what
else the machine does meanwhile falls on all alike; the ratios are of CPU time, which a shared machine falsifies least.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import platform
import re
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from jdclass.document import RoleDescription


def adverts(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        yield from stream


def read(lines: Sequence[bytes]) -> list[RoleDescription]:
    from jdclass.read import read_bytes

    roles = []
    for line in lines:
        roles += [role for role in read_bytes(line, name="adverts.jsonl") if isinstance(role, RoleDescription)]
    return roles


def jdclass() -> dict[str, Callable[[Sequence[bytes]], object]]:
    from jdclass.review import load

    reviewer = load()

    def review(lines: Sequence[bytes]) -> object:
        return [json.dumps(review.to_dict(), ensure_ascii=False) for review in reviewer.review_many(read(lines))]

    return {"jdclass, HTML to JSON record": review, "of it: reading": read}


def blank() -> Callable[[Sequence[str]], object]:
    import spacy

    tokenizer = spacy.blank("en").tokenizer
    return lambda texts: [tokenizer(text) for text in texts]


def linear(lines: Sequence[str]) -> Callable[[Sequence[str]], object]:
    """TF-IDF of 1- to 3-grams and logistic regression over nine classes; what it learns is no matter for its speed."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 3), sublinear_tf=True, min_df=2), LogisticRegression())
    model.fit(lines, [len(line) % 9 for line in lines])
    return model.predict_proba  # type: ignore[no-any-return]


def tagger() -> Callable[[Sequence[str]], object] | None:
    import spacy

    if not spacy.util.is_package("en_core_web_sm"):
        return None
    nlp = spacy.load("en_core_web_sm", exclude=["ner"])
    return lambda texts: list(nlp.pipe(texts))


def stems() -> Callable[[Sequence[str]], object]:
    """Each word against each of 104 stems, as Gender Decoder describes its matching; the stems are our lexicon's."""
    from jdclass.lexicon import load_lexicon

    words = {surface[0] for pattern in load_lexicon().patterns for surface in pattern.surfaces}
    wanted = sorted({word[:6] for word in words if len(word) > 5})[:104]

    def match(texts: Sequence[str]) -> object:
        found = []
        for text in texts:
            clean = re.sub(r"[\s.,/#!$%^&*;:{}=\-_`~()]", " ", text.lower())
            found.append([word for word in clean.split() for stem in wanted if word.startswith(stem)])
        return found

    return match


class Clock:
    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def time(self, function: Callable[[Any], object], what: Any) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        function(what)
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall


def machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text())
        model = found[1] if found else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # one process means one core
        measure()


def measure() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adverts", type=Path)
    parser.add_argument("--adverts", dest="number", type=int, help="how many; by default all")
    parser.add_argument("--block", type=int, default=250)
    options = parser.parse_args()
    stream = adverts(options.adverts)
    warm = list(islice(stream, 200))
    ours = jdclass()
    warm_lines = [block.text for role in read(warm) for block in role.blocks]
    others: dict[str, tuple[str, Callable[[Any], object] | None]] = {
        "spaCy's blank English tokenizer": ("texts", blank()),
        "TF-IDF 1-3-grams and logistic regression": ("lines", linear(warm_lines)),
        "a stem matcher": ("texts", stems()),
        "en_core_web_sm without NER": ("texts", tagger()),
    }
    for function in ours.values():
        function(warm)
    gc.collect()
    gc.freeze()  # as a worker does when it has opened its model
    clocks = {name: Clock() for name in (*ours, *others)}
    stream = adverts(options.adverts)
    number = size = 0
    while block := list(islice(stream, min(options.block, (options.number or 10**9) - number))):
        number += len(block)
        roles = read(block)
        lines = [part.text for role in roles for part in role.blocks]
        texts = ["\n".join(part.text for part in role.blocks) for role in roles]
        size += sum(map(len, texts))
        for name, function in ours.items():
            clocks[name].time(function, block)
        for name, (kind, other) in others.items():
            if other is not None:
                clocks[name].time(other, texts if kind == "texts" else lines)
    base = clocks["spaCy's blank English tokenizer"].cpu
    print(f"{number:,} adverts, {size / number:,.0f} characters each; {machine()}\n")
    print("| | adverts a second of CPU | of wall | CPU time / tokenizer's |\n|---|---|---|---|")
    for name, clock in clocks.items():
        if clock.cpu:
            print(f"| {name} | {number / clock.cpu:,.0f} | {number / clock.wall:,.0f} | {clock.cpu / base:.2f} |")
        else:
            print(f"| {name} | not installed | | |")


if __name__ == "__main__":
    main()
