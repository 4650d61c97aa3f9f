"""What leaves a store: every row, in order, and no formula."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import FakeReader, FakeReviewer
from hypothesis import given
from hypothesis import strategies as st

from jdclass.document import Claim, ContrastCount, Duties, Failure, Match, Phrase, Review, Usual
from jdclass.errors import StoreError
from jdclass.export import _cell, columns, export, flat
from jdclass.framework import default_framework
from jdclass.store import Row, Store, Unit, failure_row, pack

KEYS = default_framework().contrast_keys


def review(id: str = "a", title: str = "Nurse") -> Review:
    (role,) = FakeReader().read_records(
        [(1, f"{title}\nLead the team\nHold the budget".encode())], name="c", keep_contacts=False
    )
    (plain,) = FakeReviewer("1").review_many([role])  # type: ignore[list-item]
    return replace(
        plain,
        id=id,
        phrases=(
            Phrase(0, 0, 4, "Lead", "leadership", KEYS[0], 0.9, True),
            Phrase(1, 0, 4, "Hold", "management", KEYS[1], 0.9, True),
            Phrase(1, 0, 4, "Hold", "management", KEYS[1], 0.9, False),
        ),
        claim=Claim("leadership", 0.8, 0.1, 0.1, ("Nurse",)),
        duties=Duties("both", 0.25, 0.5, 0.25),
        usual=Usual("nurse", 40, 0.1, 0.2, True),
        contrasts=((KEYS[0], ContrastCount(1, 0, False)), *((key, ContrastCount(0, 0, False)) for key in KEYS[1:])),
        match=Match(31, 22, 40, "overclaims_leadership", False, True, ("one", "two")),
    )


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "run", write=True) as store:
        a, c = review("a"), review("c", title="=HYPERLINK(0)")
        store.put([Unit("c", 0, "s", "f", (Row("review", "c", pack(c.to_dict())),))])
        store.put([Unit("a", 0, "s", "f", (Row("review", "a", pack(a.to_dict())),))])
        failure = Failure("b\udcff", 7, "BadRecordError", "the record\nholds no text")
        store.put([Unit("b", 7, "s", "f", (failure_row(failure),))])
        yield store


def written(store: Store, format: Any) -> bytes:
    stream = io.BytesIO()
    export(store, format, stream=stream)
    return stream.getvalue()


def test_json_lines_are_the_records(store: Store) -> None:
    lines = written(store, "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == [record for _, record in store.records()]
    assert [json.loads(line)["schema"] for line in lines] == [
        "jdclass.review/1",
        "jdclass.failure/1",
        "jdclass.review/1",
    ]
    assert Review.from_dict(json.loads(lines[0])) == review("a")


def test_csv_has_a_row_a_review_or_failure(store: Store) -> None:
    text = written(store, "csv").decode("utf-8-sig")
    first, failed, last = csv.DictReader(io.StringIO(text))
    assert list(first) == list(columns(KEYS))
    assert {key: value for key, value in first.items() if value} == {
        "kind": "review",
        "id": "a",
        "path": "c",
        "record": "1",
        "title": "Nurse",
        "verdict": "overclaims_leadership",
        "score": "31",
        "low": "22",
        "high": "40",
        "abstained": "False",
        "put_forward": "True",
        "claim": "leadership",
        "claim_leadership": "0.8",
        "claim_management": "0.1",
        "duties": "both",
        "duties_leadership": "0.25",
        "duties_management": "0.5",
        "title_family": "nurse",
        "usual_leadership": "0.1",
        "usual_management": "0.2",
        "unusual": "True",
        "phrases_leadership": "1",
        "phrases_management": "1",
        "lines": "2",
        "duties_lines": "2",
        "reasons": "one | two",
        "format": "txt",
        "sha256": first["sha256"],
        "share_read": "1.0",
        "model": "fake 1",
        **{f"{key}_{side}": "0" for key in KEYS for side in ("leadership", "management")},
        f"{KEYS[0]}_leadership": "1",
    }
    assert {key: value for key, value in failed.items() if value} == {
        "kind": "failure",
        "path": "b�",
        "record": "7",
        "error": "BadRecordError",
        "message": "the record\nholds no text",
    }
    assert last["title"] == "'=HYPERLINK(0)"


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n@x", "\u00a0=1"])
def test_no_text_begins_a_formula(text: str) -> None:
    assert _cell(text) == "'" + text


@given(st.text())
def test_a_cell_can_be_written_and_is_its_text(text: str) -> None:
    cell = _cell(text)
    assert isinstance(cell, str)
    cell.encode()
    assert cell.removeprefix("'") == text or cell == text


def test_numbers_are_no_formulas() -> None:
    assert [_cell(value) for value in (-2, -0.5, None, True)] == [-2, -0.5, None, True]


def test_a_flat_row_has_all_columns_and_kinds() -> None:
    failure = Failure("b", None, "EmptyFileError", "is empty").to_dict()
    for row in (flat("review", review().to_dict(), KEYS), flat("failure", failure, KEYS)):
        kinds = columns(KEYS)
        assert list(row) == list(kinds)
        assert all(value is None or type(value) is kinds[name] for name, value in row.items())


def test_an_empty_store_has_a_header_only(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        assert written(store, "jsonl") == b""
        assert written(store, "csv").decode("utf-8-sig") == ",".join(columns(KEYS)) + "\r\n"


def test_parquet_is_the_same_table(store: Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra jdclass[parquet] is not installed")
    export(store, "parquet", output=tmp_path / "out.parquet")
    table = parquet.read_table(tmp_path / "out.parquet")
    wanted = [flat(kind, record, KEYS) for kind, record in store.records()]
    wanted[1]["path"] = "b�"
    assert table.to_pylist() == wanted
    assert str(table.schema.field("score").type) == "int64"
    with Store.open(tmp_path / "empty", write=True) as empty:
        export(empty, "parquet", output=tmp_path / "none.parquet")
    assert parquet.read_table(tmp_path / "none.parquet").schema.equals(table.schema)


def test_a_file_appears_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    export(store, "csv", output=output)
    assert output.read_bytes() == written(store, "csv")
    store.put([Unit("d", 0, "s", "f", (Row("review", "d", b"damaged"),))])
    before = output.read_bytes()
    with pytest.raises(StoreError, match="the row of 'd', record 0 is damaged"):
        export(store, "csv", output=output)
    assert output.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "run"]


def test_a_file_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none/out\.csv: cannot be written: No such file or directory"):
        export(store, "csv", output=tmp_path / "none" / "out.csv")


def test_bad_calls(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="format 'xml', wanted one of jsonl, csv, parquet"):
        export(store, "xml", output=tmp_path / "out")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="give either a file or a stream"):
        export(store, "csv")
    with pytest.raises(ValueError, match="parquet is written to a file, not to a stream"):
        export(store, "parquet", stream=io.BytesIO())
