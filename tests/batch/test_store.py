"""The run store: what goes in comes out, in order; every kind of bad file is refused by name."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.document import Failure
from jdclass.errors import StoreError
from jdclass.store import FILE_NAME, LOCK_NAME, PAGE, Counts, Found, Kept, Row, Store, Unit, failure_row, pack, unpack

# Lone surrogates included: a file name or a JSON escape may hold them.
TEXTS = st.text(alphabet=st.characters(exclude_categories=()))


def review(path: str, record: int = 0, *, sha256: str = "s", fingerprint: str = "f", id: str | None = None) -> Unit:
    row = Row("review", id or path, pack({"path": path, "record": record}))
    return Unit(path, record, sha256, fingerprint, (row,))


def failure(path: str, record: int = 0) -> Unit:
    return Unit(path, record, "s", "f", (failure_row(Failure(path, record or None, "EmptyFileError", "is empty")),))


@given(st.dictionaries(TEXTS, TEXTS | st.integers() | st.none() | st.lists(TEXTS)))
def test_unpack_undoes_pack(record: dict[str, object]) -> None:
    assert unpack(pack(record)) == record


@given(st.permutations([("b", 0), ("a", 2), ("a", 10), ("a-b", 0), ("a/b", 0), ("é", 0), ("B", 0)]))
def test_the_order_is_of_path_and_record_not_of_writing(tmp_path_factory: pytest.TempPathFactory, keys: list) -> None:
    with Store.open(tmp_path_factory.mktemp("run"), write=True) as store:
        for path, record in keys:
            store.put([review(path, record)])
        read = [(row["path"], row["record"]) for row in store.reviews()]
    assert read == [("B", 0), ("a", 2), ("a", 10), ("a-b", 0), ("a/b", 0), ("b", 0), ("é", 0)]


def test_reading_page_by_page_gives_every_row_once(tmp_path: Path) -> None:
    number = 2 * PAGE + 1
    with Store.open(tmp_path, write=True) as store:
        store.put(review("a", record) for record in range(1, number + 1))
        store.put([failure("b")])
        assert [row["record"] for row in store.reviews()] == list(range(1, number + 1))
        assert [row["path"] for row in store.failures()] == ["b"]
        assert store.counts() == Counts(number, 1, False)


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        assert list(store.reviews()) == list(store.failures()) == store.doubled_ids() == []
        assert store.counts() == Counts(0, 0, False)
        assert store.about("model") is None


def test_put_takes_the_place_of_the_unit_and_of_no_other(tmp_path: Path) -> None:
    rows = tuple(Row("review", part, pack({"id": part})) for part in ("x", "y", "z"))
    with Store.open(tmp_path, write=True) as store:
        store.put([Unit("a.zip", 0, "1", "f", rows), review("a.zip.txt"), failure("b")])
        store.put([Unit("a.zip", 0, "2", "f", rows[:1])])
        assert [row.get("id", row.get("path")) for row in store.reviews()] == ["x", "a.zip.txt"]
        store.put([Unit("b", 0, "2", "f", ())])
        assert store.counts() == Counts(2, 0, False)


def test_a_failing_put_stores_nothing_of_it(tmp_path: Path) -> None:
    def units() -> object:
        yield review("b")
        raise RuntimeError("half-way")

    with Store.open(tmp_path, write=True) as store:
        store.put([review("a")])
        with pytest.raises(RuntimeError, match="half-way"):
            store.put(units())  # type: ignore[arg-type]
        assert [row["path"] for row in store.reviews()] == ["a"]
        store.put([review("c")])
        assert [row["path"] for row in store.reviews()] == ["a", "c"]


def test_kept_are_only_units_of_the_same_reviewer_without_a_failure(tmp_path: Path) -> None:
    mixed = Unit("m", 5, "s", "f", (Row("review", "1", b""), *failure("m").rows))
    two = Unit("m", 6, "s6", "f", (Row("review", "1", b""), Row("review", "2", b"")))
    with Store.open(tmp_path, write=True) as store:
        store.put([review("m", 1), review("m", 2, fingerprint="other"), failure("m", 3), mixed, two, review("n", 1)])
        assert store.kept("m", 1, 6, "f") == {1: Kept("s", 1), 2: None, 3: None, 5: None, 6: Kept("s6", 2)}
        assert store.kept("m", 2, 4, "other") == {2: Kept("s", 1), 3: None}
        assert store.kept("l", 0, 0, "f") == {}


def test_found_comes_in_order_and_a_path_only_once(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        store.find(Found(f"in/{n:04}", f"{n:04}", b"/in/%d" % n, 3) for n in reversed(range(PAGE + 2)))
        store.find([Found("other/0", "0", b"/in/0", 3)])
        assert [found.name for found in store.found()] == [f"in/{n:04}" for n in range(PAGE + 2)]
        assert store.found_size() == (PAGE + 2, 3 * (PAGE + 2))


def test_finish_removes_what_the_inputs_no_longer_hold_and_nothing_else(tmp_path: Path) -> None:
    names = ["in", "in/a", "in/gone", "in0", "in-x/a", "in/away/b", "in/away2/b", "other/a", "old/a", "older"]
    with Store.open(tmp_path, write=True) as store:
        store.name_inputs({"in": "/in", "old": "/in/old"})
        store.put([review(name) for name in names])
        store.put([review("in/c.jsonl", n) for n in range(6)] + [review("other/c.jsonl", 9)])
        store.find([Found("in/a", "a", b"/in/a", 1), Found("in/c.jsonl", "c", b"/in/c.jsonl", 1)])
        store.note_records("in/c.jsonl", 4)
        store.note_stale("in/c.jsonl", [0, 2])
        store.spare("in/away", below=True)
        store.spare("in/away2", below=False)
        store.finish(scopes=["in"], dropped=["old"])
        left = [(row["path"], row["record"]) for row in store.reviews()]
        assert left == [
            *((name, 0) for name in ["in-x/a", "in/a", "in/away/b"]),
            *(("in/c.jsonl", n) for n in (1, 3, 4)),
            *((name, 0) for name in ["in0", "older", "other/a"]),
            ("other/c.jsonl", 9),
        ]
        assert store.inputs() == {"in": "/in"}
        assert store.counts().complete


def test_finish_judges_thousands_of_folders_that_could_not_be_listed(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        store.put([review("in/5/a"), review("in/gone")])
        for number in range(3000):
            store.spare(f"in/{number}", below=True)
        store.finish(scopes=["in"])
        assert [row["path"] for row in store.reviews()] == ["in/5/a"]


def test_doubled_ids_are_counted(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        store.put([review("a", id="1"), review("b", id="2"), review("c", id="1"), failure("d"), failure("e")])
        assert store.doubled_ids() == [("1", 2)]


def test_a_run_folder_without_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"reviews\.sqlite: there is no run store; `jdclass review INPUT -o .*` makes"):
        Store.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("These are our minutes of the last meeting. " * 50)
    for write in (False, True):
        with pytest.raises(StoreError, match=r"reviews\.sqlite: is damaged or no run store; review with --fresh to"):
            Store.open(tmp_path, write=write)
    assert (tmp_path / FILE_NAME).read_text().startswith("These are our minutes")
    with Store.open(tmp_path, write=True, fresh=True) as store:
        assert store.counts() == Counts(0, 0, False)


def test_a_database_of_another_program(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE result (path TEXT)")
    connection.close()
    for write in (False, True):
        with pytest.raises(StoreError, match=r"reviews\.sqlite: is no run store of jdclass"):
            Store.open(tmp_path, write=write)


def test_a_store_of_another_format(tmp_path: Path) -> None:
    Store.open(tmp_path, write=True).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(StoreError, match=r"reviews\.sqlite: store format 7, this jdclass reads 1"):
        Store.open(tmp_path)


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        store.put([review("a"), Unit("b", 3, "s", "f", (Row("review", "b", b"no zlib"),))])
        rows = store.reviews()
        assert next(rows)["path"] == "a"
        with pytest.raises(StoreError, match="the row of 'b', record 3 is damaged"):
            next(rows)


def test_a_second_writer_is_refused_and_readers_are_not(tmp_path: Path) -> None:
    with Store.open(tmp_path, write=True) as store:
        store.put([review("a")])
        with pytest.raises(StoreError, match="another run is writing this folder; wait for it or stop it"):
            Store.open(tmp_path, write=True)
        with Store.open(tmp_path) as reader:
            assert reader.counts() == Counts(1, 0, False)
            store.put([review("b")])
            assert reader.counts() == Counts(2, 0, False)
    Store.open(tmp_path, write=True).close()


def test_a_second_writer_of_another_process_is_refused(tmp_path: Path) -> None:
    code = "import sys; from jdclass.store import Store; Store.open(sys.argv[1], write=True)"
    with Store.open(tmp_path, write=True):
        second = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
        )
    assert "StoreError" in second.stderr
    assert "another run is writing this folder" in second.stderr


def test_a_store_opened_to_read_cannot_be_written(tmp_path: Path) -> None:
    Store.open(tmp_path, write=True).close()
    with Store.open(tmp_path) as store, pytest.raises(StoreError, match="cannot be written: no permission"):
        store.put([review("a")])


def as_nobody(action: Callable[[], object]) -> str:
    """What an action says when it fails in a process without privileges, "" where it does not. Root may do all."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            action()
        except StoreError as error:
            os.write(write, str(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with open(read) as stream:  # noqa: PTH123
        return stream.read()


def test_a_run_folder_that_cannot_be_written() -> None:
    # Not pytest's own folder, which only root would reach here.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        run, made = folder / "run", folder / "made"
        run.mkdir(mode=0o555)
        Store.open(made, write=True).close()
        (made / FILE_NAME).chmod(0o444)
        (made / LOCK_NAME).chmod(0o666)
        made.chmod(0o777)
        assert as_nobody(lambda: Store.open(run / "new", write=True)) == (
            f"{run}/new: the run folder cannot be made: Permission denied"
        )
        assert "run.lock: cannot be opened or made" in as_nobody(lambda: Store.open(run, write=True))
        assert "reviews.sqlite: cannot be written: no permission" in as_nobody(
            lambda: Store.open(made, write=True).put([review("a")])
        )
        assert as_nobody(lambda: list(Store.open(made).reviews())) == ""


def test_a_run_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(StoreError, match="run: the run folder cannot be made: File exists"):
        Store.open(tmp_path / "run", write=True)


def test_names_with_marks_that_mean_something_in_an_address(tmp_path: Path) -> None:
    run = tmp_path / "a?mode=memory&x#y%20 'z'"
    with Store.open(run, write=True) as store:
        store.put([review("a")])
    assert (run / FILE_NAME).is_file()
    with Store.open(run) as store:
        assert store.counts().reviews == 1


def test_a_full_disk_stores_nothing_of_the_call_and_the_store_goes_on(tmp_path: Path) -> None:
    big = Row("review", "big", os.urandom(200_000))
    with Store.open(tmp_path, write=True) as store:
        store.put([review("a")])
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(StoreError, match=r"reviews\.sqlite: the disk is full .*make room and run the same command"):
            store.put([review("b"), Unit("c", 0, "s", "f", (big,))])
        assert [row["path"] for row in store.reviews()] == ["a"]
        store._connection.execute("PRAGMA max_page_count = 1000")
        store.put([review("b"), Unit("c", 0, "s", "f", (big,))])
    with Store.open(tmp_path) as store:
        assert store.counts().reviews == 3


def test_a_writer_killed_within_a_transaction_leaves_what_was_committed(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from jdclass.store import Row, Store, Unit
store = Store.open(sys.argv[1], write=True)
row = Row("review", "x", os.urandom(1_000_000))
store._connection.execute("PRAGMA cache_size = 5")  # so that pages reach the file before the commit
def units():
    for number in range(50):
        yield Unit(f"b{number}", 0, "s", "f", (row,))
    os.kill(os.getpid(), signal.SIGKILL)
store.put([Unit("a", 0, "s", "f", (row,))])
store.put(units())
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
    assert (tmp_path / (FILE_NAME + "-journal")).exists()
    with Store.open(tmp_path) as store:  # the first to open it, to read or to write, rolls back
        assert store.counts() == Counts(1, 0, False)
    with Store.open(tmp_path, write=True) as store:
        store.put([review("c")])
        assert store.counts() == Counts(2, 0, False)


def test_any_program_can_read_the_store(tmp_path: Path) -> None:
    import zlib

    with Store.open(tmp_path, write=True) as store:
        store.put([review("a")])
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        ((payload,),) = connection.execute("SELECT payload FROM result WHERE kind = 'review'")
    connection.close()
    assert json.loads(zlib.decompress(payload)) == {"path": "a", "record": 0}
