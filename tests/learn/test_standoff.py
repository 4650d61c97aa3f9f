"""Labels that stand apart from their text: joined again, and what happens where the text reads otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jdclass.errors import CorpusError
from jdclass.learn.corpus import read_corpus
from jdclass.learn.standoff import join, line_key, read_standoff

LINES = ("About us", "A small team.", "You will line-manage two clerks.", "You will plan the rota.")
LABELS = {"claim": "management", "duties": "management", "match": 5, "verdict": "matches"}
TEXTS = {"7": ("Office Manager", "A Trust", LINES, frozenset({"About us"}))}


def record(**changed: Any) -> dict[str, Any]:
    zones = (2, 2, 0, 0)
    lines = [[line_key(line), zone] for line, zone in zip(LINES, zones, strict=True)]
    return {"advert": "7", "lines": lines, "phrases": [[2, 9, 31, 1, 7]], "labels": LABELS} | changed


def written(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "labels.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return path


def test_a_whole_document_comes_back(tmp_path: Path) -> None:
    joined = join(read_standoff(written(tmp_path, record())), TEXTS)
    (role,), (example,) = joined.roles, joined.examples
    assert (role.title, role.duties, role.match) == ("Office Manager", "management", 5)
    assert example.zones == ("employer", "employer", "duties", "duties")
    assert example.headings == (True, False, False, False)
    assert [[phrase.text for phrase in of_line or ()] for of_line in example.phrases] == [
        [],
        [],
        ["line-manage two clerks"],
        [],
    ]
    assert (joined.lines, joined.lost) == ((), 0)


def test_where_nobody_looked_for_phrases_none_are_known(tmp_path: Path) -> None:
    joined = join(read_standoff(written(tmp_path, record(phrases=None))), TEXTS)
    assert joined.examples[0].phrases == (None,) * 4


def test_single_lines_stand_between_their_neighbours(tmp_path: Path) -> None:
    one = record(lines=[[line_key(LINES[2]), 0]], phrases=[[0, 9, 31, 1, 7]])
    del one["labels"]
    joined = join(read_standoff(written(tmp_path, one)), TEXTS)
    (example,) = joined.lines
    assert example.lines == LINES[1:]
    assert example.zones == (None, "duties", None)
    assert joined.roles == ()


def test_a_line_that_reads_otherwise_has_no_label(tmp_path: Path) -> None:
    lines = [*(f"Line {n}" for n in range(9)), "You will plan the rota."]
    given = record(lines=[[line_key(line), 0] for line in [*lines[:9], "You will plan it."]], phrases=None)
    joined = join(read_standoff(written(tmp_path, given)), {"7": ("Clerk", "A Trust", lines, frozenset())})
    assert joined.examples[0].zones == ("duties",) * 9 + (None,)


@pytest.mark.parametrize("texts", [{}, {"7": ("Clerk", "A Trust", ("Quite another text.",) * 4, frozenset())}])
def test_a_lost_text_is_counted(tmp_path: Path, texts: dict[str, Any]) -> None:
    joined = join(read_standoff(written(tmp_path, record())), texts)
    assert (joined.roles, joined.lost) == ((), 1)


def test_lines_that_read_alike_take_turns(tmp_path: Path) -> None:
    given = record(lines=[[line_key("Full time"), 3], [line_key("Full time"), 4]], phrases=None)
    joined = join(
        read_standoff(written(tmp_path, given)), {"7": ("Clerk", "A", ("Full time", "Full time"), frozenset())}
    )
    assert joined.examples[0].zones == ("benefits", "application")


def test_space_does_not_change_the_key() -> None:
    assert line_key("Plan  the\u00a0rota ") == line_key("Plan the rota") != line_key("Plan the rotas")


@pytest.mark.parametrize(
    "changed",
    [{"lines": [["abc", 9]]}, {"phrases": [[4, 0, 1, 0, 0]]}, {"phrases": [[0, 3, 3, 0, 0]]}, {"labels": {"match": 5}}],
)
def test_what_is_no_annotation_is_refused_by_its_line(tmp_path: Path, changed: dict[str, Any]) -> None:
    path = written(tmp_path, record(), record(**changed))
    with pytest.raises(CorpusError, match=r"labels\.jsonl:2: is no standoff annotation"):
        read_standoff(path)


def test_a_corpus_knows_it(tmp_path: Path) -> None:
    assert len(read_corpus([written(tmp_path, record())]).standoff) == 1
