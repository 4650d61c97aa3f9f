"""Files, records and texts through the front doors: what comes out, and what a bad file comes out as."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jdclass.document import Failure, RoleDescription
from jdclass.errors import DocumentError
from jdclass.read import Limits, can_read, read_bytes, read_path, read_record, read_text

TEXT = (
    "About the role\nYou will lead the redesign of the discharge lounge.\n"
    "• Chair the weekly flow meeting\n• Hold the lounge budget"
)


def roles(path: Path, **options: object) -> list[RoleDescription | Failure]:
    return list(read_path(path, name=path.name, **options))  # type: ignore[arg-type]


def only(path: Path, **options: object) -> RoleDescription:
    (role,) = roles(path, **options)
    assert isinstance(role, RoleDescription), role
    return role


def failure(path: Path, **options: object) -> Failure:
    (found,) = roles(path, **options)
    assert isinstance(found, Failure), found
    return found


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_plain_text_file(tmp_path: Path) -> None:
    role = only(write(tmp_path, "Discharge Lead.txt", "Discharge Lounge Lead\n" + TEXT))
    assert role.title == "Discharge Lounge Lead"
    assert role.id == role.source.path == "Discharge Lead.txt"
    assert [block.kind for block in role.blocks] == ["paragraph", "heading", "paragraph", "list_item", "list_item"]
    assert role.source.share_read == 1.0
    assert role.source.sha256 == hashlib.sha256(("Discharge Lounge Lead\n" + TEXT).encode()).hexdigest()
    assert role.blocks[3].place == "About the role, bullet 1"


def test_title_given_stands_over_the_documents_own(tmp_path: Path) -> None:
    role = only(write(tmp_path, "a.txt", "Job title: Ward Manager\n" + TEXT), title="Matron")
    assert role.title == "Matron"
    assert [fact.value for fact in role.facts if fact.name == "title"][:2] == ["Matron", "Ward Manager"]


def test_blank_title_given_to_a_text_stays_blank() -> None:
    blank, untitled = read_text("Ward Manager\n" + TEXT, title=""), read_text("Ward Manager\n" + TEXT)
    assert (blank.title, untitled.title) == ("", "Ward Manager")
    assert blank.blocks == untitled.blocks


def test_title_of_last_resort_is_the_file_name(tmp_path: Path) -> None:
    text = "We want someone who will run the day-to-day work of the unit and report on it.\nYou will hold the budget."
    assert only(write(tmp_path, "Deputy_Unit_Manager_JD_v2.txt", text)).title == "Deputy Unit Manager"


def test_json_lines_are_read_one_by_one_and_a_broken_line_fails_alone(tmp_path: Path) -> None:
    good = {"id": "a1", "title": "Clinic Coordinator", "text": TEXT}
    lines = [json.dumps(good), '{"id": "a2", "title": "Lead', json.dumps({**good, "id": "a3"}), '{"id": "a4"}', "[1]"]
    for name, data in (
        ("x.jsonl", "\n".join(lines).encode()),
        ("x.jsonl.gz", gzip.compress("\n".join(lines).encode())),
    ):
        found = roles(write(tmp_path, name, data))
        assert [type(item).__name__ for item in found] == [
            "RoleDescription",
            "Failure",
            *["RoleDescription"],
            *["Failure"] * 2,
        ]
        assert [item.id for item in found if isinstance(item, RoleDescription)] == ["a1", "a3"]
        failures = [item for item in found if isinstance(item, Failure)]
        assert [item.record for item in failures] == [2, 4, 5]
        assert {item.error for item in failures} == {"BadRecordError"}
        assert failures[0].message.startswith("line 2 is not JSON: ")
        assert failures[1].message == "the record holds no text: wanted a field 'text' or 'description', found id"
        assert failures[2].message == "a record is an object with fields, this is a list"
        first = found[0]
        assert isinstance(first, RoleDescription)
        assert first.source.sha256 == hashlib.sha256(lines[0].encode()).hexdigest()
        assert (first.source.record, first.source.format) == (1, "jsonl")


def test_a_doubled_id_is_kept_with_a_warning(tmp_path: Path) -> None:
    line = json.dumps({"id": "7", "title": "Porter", "text": TEXT})
    first, second = roles(write(tmp_path, "x.jsonl", f"{line}\n{line}\n"))
    assert isinstance(first, RoleDescription)
    assert isinstance(second, RoleDescription)
    assert first.source.warnings == ()
    assert second.source.warnings == ("the id '7' comes more than once in this file",)


def test_json_lines_are_known_by_their_content_whatever_the_name(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"id": n, "title": "Porter", "text": TEXT}) for n in range(3))
    assert [role.id for role in roles(write(tmp_path, "export.txt", lines)) if isinstance(role, RoleDescription)] == [
        "0",
        "1",
        "2",
    ]


def test_a_json_file_of_one_record_over_many_lines(tmp_path: Path) -> None:
    role = only(write(tmp_path, "x.json", json.dumps({"title": "Porter", "text": TEXT}, indent=2)))
    assert (role.id, role.source.record, role.source.format) == ("x.json", None, "json")


def test_a_json_list_gives_each_record(tmp_path: Path) -> None:
    found = roles(
        write(tmp_path, "x.json", json.dumps([{"title": "Porter", "text": TEXT}, {"title": "None"}], indent=1))
    )
    assert isinstance(found[0], RoleDescription)
    assert (found[0].id, found[0].source.record) == ("x.json:1", 1)
    assert isinstance(found[1], Failure)
    assert found[1].record == 2


@pytest.mark.parametrize("layers", [0, 1, 2, 3])
def test_job_posting_escaped_up_to_three_times(layers: int) -> None:
    import html

    description = "<p>R&amp;D at the unit</p><ul><li>Lead the team</li><li>Hold the budget</li></ul>"
    for _ in range(layers):
        description = html.escape(description, quote=False)
    role = read_record(
        {
            "@type": "JobPosting",
            "title": "Research Lead",
            "identifier": {"@type": "PropertyValue", "value": 916},
            "hiringOrganization": {"name": "Wyrebank NHS Trust"},
            "jobLocation": {"address": {"addressLocality": "Elmhurst"}},
            "description": description,
        }
    )
    assert [(block.text, block.kind) for block in role.blocks] == [
        ("R&D at the unit", "paragraph"),
        ("Lead the team", "list_item"),
        ("Hold the budget", "list_item"),
    ]
    assert (role.id, role.title, role.employer) == ("916", "Research Lead", "Wyrebank NHS Trust")
    assert ("base", "Elmhurst") in [(fact.name, fact.value) for fact in role.facts]


def test_cp1252_is_read_with_a_warning(tmp_path: Path) -> None:
    role = only(write(tmp_path, "x.txt", "Ward Manager\nThe ward’s budget – about £2m – is yours.".encode("cp1252")))
    assert role.blocks[1].text == "The ward’s budget – about £2m – is yours."
    assert role.source.warnings == ("not UTF-8 (byte 21): read as Windows-1252",)


@pytest.mark.parametrize(
    ("name", "data", "error", "message"),
    [
        ("x.txt", b"", "EmptyFileError", "the file is empty"),
        ("x.docx", b"", "EmptyFileError", "the file is empty"),
        ("x.txt", b" \n\t ", "EmptyFileError", "the file holds nothing but white space"),
        ("x.jsonl", b"\n\n", "EmptyFileError", "the file holds no records"),
        (
            "x.txt",
            bytes(range(256)) * 9,
            "UnknownFormatError",
            "the bytes are no text and of no document format that is known",
        ),
        ("x.txt", b"... --- ...", "NoTextError", "no text was found in it"),
        ("x.docx", b"PK\x03\x04" + b"\0" * 60, "DamagedFileError", "begins as a zip archive"),
        ("x.json", b'{"title": ', "BadRecordError", "the file is not JSON"),
        ("x.gz", b"\x1f\x8b\x08nonsense", "DamagedFileError", "the gzip data is damaged"),
    ],
)
def test_bad_files_fail_by_name(tmp_path: Path, name: str, data: bytes, error: str, message: str) -> None:
    found = failure(write(tmp_path, name, data))
    assert found.error == error
    assert message in found.message
    assert found.path == name


def test_five_megabytes_of_one_line() -> None:
    text = "the post holder leads the team and holds the budget. " * 100_000
    (role,) = read_bytes(text.encode(), name="x.txt")
    assert isinstance(role, RoleDescription)
    assert len(role.blocks) == 1
    assert role.title == "X"


def test_a_file_over_the_limit_fails(tmp_path: Path) -> None:
    found = failure(write(tmp_path, "x.txt", "word " * 100), limits=Limits(file_bytes=50))
    assert (found.error, found.message) == ("LimitError", "the file is larger than the limit of 50 bytes")


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.docx").mkdir()
    (tmp_path / "loop.docx").symlink_to(tmp_path / "loop.docx")
    os.mkfifo(tmp_path / "pipe.docx")
    assert failure(tmp_path / "x.docx").message == "a folder, not a file"
    assert failure(tmp_path / "loop.docx").error == "NotAFileError"
    assert failure(tmp_path / "pipe.docx").message == "a pipe, socket or device, not a file"
    assert failure(tmp_path / "gone.docx").message == "there is no such file"


def test_strange_names(tmp_path: Path) -> None:
    for name in ("line\nbreak.txt", "-rf.txt", "'quo\"te.txt", "‮txt.exe.txt", "a" * 251 + ".txt"):
        role = only(write(tmp_path, name, "Job title: Porter\n" + TEXT))
        assert (role.id, role.title) == (name, "Porter")


@pytest.mark.parametrize(
    "name", [".DS_Store", "~$ard.docx", "desktop.ini", "Thumbs.db", "jd.docx~", ".~lock.jd.odt#", "x.tmp"]
)
def test_files_that_are_no_documents(name: str) -> None:
    assert not can_read(Path("folder") / name)


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(DocumentError, match="no text was found in it"):
        read_text("  \n ")


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.json", "a.jsonl", "a.docx", "a.html", "a.md", "a"]))
def test_no_bytes_raise(data: bytes, name: str) -> None:
    for found in read_bytes(data, name=name):
        assert isinstance(found, RoleDescription | Failure)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=300))
def test_plain_text_loses_nothing(text: str) -> None:
    from jdclass.read.plain import read_plain

    got = "".join("".join(piece.text.split()) for piece in read_plain(text).pieces)
    assert got == "".join(text.split())
