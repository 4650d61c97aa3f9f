"""What a run finds, what it calls it, and the lines of a corpus."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.batch.inputs import UNLISTED, Line, Scope, _text, is_corpus, name_inputs, read_lines, walk
from jdclass.document import Failure
from jdclass.errors import DocumentError
from jdclass.store import FILE_NAME, Found


def found(folder: Path, **options: object) -> list[Found]:
    (scope,) = name_inputs([folder], {})
    options.setdefault("leave_out", folder / "no run")
    return sorted((f for f in walk(scope, **options) if isinstance(f, Found)), key=lambda f: f.name)  # type: ignore[arg-type]


def touch(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_name_begins_with_the_inputs_own_and_an_id_does_not(tmp_path: Path) -> None:
    touch(tmp_path / "jds" / "a.txt", "four")
    touch(tmp_path / "jds" / "ward 4" / "b.txt")
    assert found(tmp_path / "jds") == [
        Found("jds/a.txt", "a.txt", os.fsencode(tmp_path / "jds" / "a.txt"), 4),
        Found("jds/ward 4/b.txt", "ward 4/b.txt", os.fsencode(tmp_path / "jds" / "ward 4" / "b.txt"), 1),
    ]
    (one,) = found(tmp_path / "jds" / "a.txt")
    assert (one.name, one.id) == ("a.txt", "a.txt")


def test_names_do_not_depend_on_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "jds" / "a.txt")
    monkeypatch.chdir(tmp_path)
    from_above = found(Path("jds"))
    monkeypatch.chdir(tmp_path / "jds")
    assert found(Path()) == found(Path("../jds/")) == from_above == found(tmp_path / "jds")


def test_an_input_within_an_earlier_one_is_named_from_there(tmp_path: Path) -> None:
    root = str(tmp_path / "jds")
    touch(tmp_path / "jds" / "sub" / "a.txt")
    assert name_inputs([tmp_path / "jds" / "sub"], {"jds": root}) == [
        Scope(str(tmp_path / "jds" / "sub"), "jds/sub", "jds", root)
    ]
    (scope,) = name_inputs([tmp_path / "jds" / "sub" / "a.txt"], {"jds": root, "sub": f"{root}/sub"})
    assert scope.name == "jds/sub/a.txt"
    (file,) = walk(scope, leave_out=tmp_path)
    assert isinstance(file, Found)
    assert (file.name, file.id) == ("jds/sub/a.txt", "sub/a.txt")


def test_the_outer_of_two_inputs_gives_the_names_in_any_order(tmp_path: Path) -> None:
    inner, outer = tmp_path / "jds" / "sub", tmp_path / "jds"
    inner.mkdir(parents=True)
    names = [scope.name for scope in name_inputs([inner, outer, inner], {})]
    assert names == [scope.name for scope in name_inputs([outer, inner], {})] == ["jds", "jds/sub"]


def test_two_inputs_of_one_name_get_different_labels(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder / "jds").mkdir(parents=True)
    x, y = tmp_path / "x" / "jds", tmp_path / "y" / "jds"
    assert [scope.label for scope in name_inputs([x, y], {})] == ["jds", "jds (2)"]
    assert [scope.label for scope in name_inputs([y], {"jds": str(x)})] == ["jds (2)"]
    assert [scope.label for scope in name_inputs([y], {"jds": str(tmp_path / "gone")})] == ["jds"], "it was moved"


def test_an_input_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"gone: there is no such file or folder"):
        name_inputs([tmp_path, tmp_path / "gone"], {})


def test_run_folders_hidden_folders_and_what_is_no_document_are_left_out(tmp_path: Path) -> None:
    for name in ("a.txt", "run/x.html", "other/" + FILE_NAME, "other/report.html", ".git/b.txt", "__MACOSX/c.txt"):
        touch(tmp_path / name)
    touch(tmp_path / "~$a.txt")
    (scope,) = name_inputs([tmp_path], {})
    walked = list(walk(scope, leave_out=tmp_path / "run", can_read=lambda path: not path.name.startswith("~$")))
    assert [f.id if isinstance(f, Found) else f for f in walked if f is not None] == ["a.txt"]
    assert walked.count(None) == 1
    touch(tmp_path / "run" / FILE_NAME)
    assert [f.id for f in found(tmp_path / "other", leave_out=tmp_path)] == ["report.html", FILE_NAME], "asked for"


def test_what_is_no_plain_file_goes_to_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.docx")
    (tmp_path / "dead").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    touch(tmp_path / "folder.DOCX" / "in.txt")
    assert [(f.id, f.size) for f in found(tmp_path)] == [
        ("dead", 0),
        ("folder.DOCX", 0),
        ("folder.DOCX/in.txt", 1),
        ("loop", 0),
        ("pipe.docx", 0),
    ]


def test_a_link_to_a_folder_is_a_failure_and_one_to_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path)
    touch(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    (scope,) = name_inputs([tmp_path], {})
    text = "is a link to a folder, which is not followed; give that folder itself as an input"
    failures = [f for f in walk(scope, leave_out=tmp_path / "run") if isinstance(f, Failure)]
    assert failures == [Failure(f"{tmp_path.name}/circle", None, "FolderLinkError", text)]
    assert [f.id for f in found(tmp_path)] == ["a.txt", "b.txt"]
    assert [f.id for f in found(tmp_path / "circle")] == ["a.txt", "b.txt"], "given itself, it is followed"


def test_a_folder_that_cannot_be_listed_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "closed" / "a.txt")
    touch(tmp_path / "b.txt")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (scope,) = name_inputs([tmp_path], {})
    walked = list(walk(scope, leave_out=tmp_path / "run"))
    name = f"{tmp_path.name}/closed"
    assert Failure(name, None, UNLISTED, "the folder cannot be listed: Permission denied") in walked
    assert [f.id for f in walked if isinstance(f, Found)] == ["b.txt"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"a\xff.txt", "a�dcff.txt"),
        ("a�dcff.txt".encode(), "a��dcff.txt"),
        ("ward\u202etxt.docx".encode(), "ward\u202etxt.docx"),
        (b"two\nlines 'quoted' \"\t-x", "two\nlines 'quoted' \"\t-x"),
        ("é".encode() * 120, "é" * 120),
    ],
)
def test_strange_names_stay_apart_and_lead_back_to_their_file(tmp_path: Path, name: bytes, text: str) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118
    with open(path, "w") as stream:  # noqa: PTH123
        stream.write("x")
    (file,) = found(tmp_path)
    assert (file.id, file.path) == (text, path)
    file.name.encode("utf-8")  # or SQLite refuses it


@given(st.binary(), st.binary())
def test_different_names_have_different_texts(one: bytes, other: bytes) -> None:
    texts = [_text(os.fsdecode(name)) for name in (one, other)]
    assert (texts[0] == texts[1]) == (one == other)


def lines(path: Path, limit: int = 100) -> list[tuple[int, bytes | None]]:
    return [(line.number, line.data) for line in read_lines(str(path), limit=limit)]


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line)), st.booleans(), st.booleans())
def test_every_line_that_is_not_blank_comes_with_its_number(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes], packed: bool, closed: bool
) -> None:
    path = tmp_path_factory.mktemp("corpus") / "c.jsonl"
    text = b"\n".join(data) + (b"\n" if closed else b"")
    path.write_bytes(gzip.compress(text) if packed else text)
    marked = text.startswith(b"\xef\xbb\xbf")  # a byte order mark is no part of the first line, packed or not
    if not marked and (packed or not text.startswith(b"\x1f\x8b")):
        wanted = [(number, line.rstrip(b"\r")) for number, line in enumerate(data, 1) if line.strip()]
        assert lines(path) == wanted


def test_a_line_over_the_limit_is_passed_by_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b"\xef\xbb\xbf{}\n" + b"x" * 101 + b"\n" + b"y" * 100 + b"\n" + b"z" * 3_000_000)
    assert lines(path) == [(1, b"{}"), (2, None), (3, b"y" * 100), (4, None)]


def test_a_line_knows_how_far_the_file_was_read(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b"{}\n\n{}\n")
    assert list(read_lines(str(path), limit=9)) == [Line(1, b"{}", 3), Line(3, b"{}", 7)]


def test_a_packed_corpus_cut_short_gives_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl.gz"
    packed = gzip.compress(
        b"".join(b'{"id": "%d", "text": "%s"}\n' % (n, os.urandom(50).hex().encode()) for n in range(99))
    )
    path.write_bytes(packed[: len(packed) // 2])
    numbers: list[int] = []
    with pytest.raises(EOFError):
        numbers.extend(line.number for line in read_lines(str(path), limit=1000))
    assert 30 < len(numbers) < 70
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("name", "data", "corpus"),
    [
        ("c.jsonl", b'{"id": 1}\n', True),
        ("C.NDJSON", b"\xef\xbb\xbf\n  {}", True),
        ("c.jsonl.gz", gzip.compress(b"{}\n{}\n"), True),
        ("c.jsonl", gzip.compress(b"{}"), True),
        ("c.jsonl.gz", b"{}", True),
        ("c.json", b"{}", False),
        ("c.jsonl", b"PK\x03\x04{}", False),
        ("c.jsonl", b"", False),
        ("c.jsonl.gz", b"\x1f\x8bno gzip", False),
    ],
)
def test_a_corpus_is_known_by_name_and_first_line(tmp_path: Path, name: str, data: bytes, corpus: bool) -> None:
    (tmp_path / name).write_bytes(data)
    assert is_corpus(str(tmp_path / name)) is corpus


def test_no_corpus_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "c.jsonl")
    assert not is_corpus(str(tmp_path / "c.jsonl"))
    assert not is_corpus(str(tmp_path / "gone.jsonl"))
