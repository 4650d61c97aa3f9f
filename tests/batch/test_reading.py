"""The reader that workers use, over the real one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jdclass.batch.reading import SMALL, ChildReader
from jdclass.document import Failure, RoleDescription
from jdclass.read import Limits


@pytest.fixture
def reader() -> Iterator[ChildReader]:
    reader = ChildReader(Limits(record_bytes=4 * SMALL))
    yield reader
    reader.close()


def line(**record: object) -> bytes:
    return json.dumps(record).encode()


def test_a_record_is_told_its_number(reader: ChildReader) -> None:
    lines = [
        (3, line(id="x", title="Ward Manager", text="Lead the team.")),
        (17, line(title="Ward Clerk", text="File the notes.")),
        (18, b"{broken"),
        (40, line(title="Nobody")),
    ]
    own, unnamed, broken, empty = reader.read_records(lines, name="jds/c.jsonl.gz", keep_contacts=False)
    assert isinstance(own, RoleDescription)
    assert (own.id, own.title, own.source.path, own.source.record) == ("x", "Ward Manager", "jds/c.jsonl.gz", 3)
    assert isinstance(unnamed, RoleDescription)
    assert (unnamed.id, unnamed.source.record) == ("jds/c.jsonl.gz:17", 17)
    assert isinstance(broken, Failure)
    assert (broken.path, broken.record, broken.error) == ("jds/c.jsonl.gz", 18, "BadRecordError")
    assert isinstance(empty, Failure)
    assert (empty.record, empty.error) == (40, "BadRecordError")


def test_a_large_record_is_read_by_the_child_and_reads_the_same(reader: ChildReader) -> None:
    text = "Lead the team of the ward. " * (SMALL // 20)
    (large,) = reader.read_records([(9, line(id="x", title="Matron", text=text))], name="c.jsonl", keep_contacts=False)
    (small,) = reader.read_records(
        [(9, line(id="x", title="Matron", text=text[:270]))], name="c.jsonl", keep_contacts=False
    )
    assert reader._child._process is not None
    assert isinstance(large, RoleDescription)
    assert isinstance(small, RoleDescription)
    assert (large.id, large.source.path, large.source.record) == (small.id, small.source.path, small.source.record)
    assert large.blocks[0].text.startswith(small.blocks[0].text)


@pytest.mark.parametrize("keep", [False, True])
def test_contacts_are_masked_unless_asked_for(reader: ChildReader, tmp_path: Path, keep: bool) -> None:
    text = "Lead the team. Write to matron@ward.example for more."
    (record,) = reader.read_records([(1, line(title="Matron", text=text))], name="c.jsonl", keep_contacts=keep)
    (tmp_path / "a.txt").write_text("Matron\n" + text)
    (file,) = reader.read(tmp_path / "a.txt", name="a.txt", title=None, keep_contacts=keep)
    for role in (record, file):
        assert isinstance(role, RoleDescription)
        assert any("matron@ward.example" in block.text for block in role.blocks) is keep


def test_a_given_title_reaches_the_reader(reader: ChildReader, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Matron\nLead the team.")
    (role,) = reader.read(tmp_path / "a.txt", name="a.txt", title="Porter", keep_contacts=False)
    assert isinstance(role, RoleDescription)
    assert role.title == "Porter"


def test_closing_ends_the_child(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Matron\nLead the team.")
    reader = ChildReader()
    reader.read(tmp_path / "a.txt", name="a.txt", title=None, keep_contacts=False)
    process = reader._child._process
    assert process is not None
    reader.close()
    assert process.poll() is not None
    reader.close()
