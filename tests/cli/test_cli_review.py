"""`jdclass review`: what each kind of input and output gives, and what bad input comes to."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import Run

from jdclass.document import Review

ROLE = """Job title: Team Leader
Main duties
Line manage a team of eight support workers and carry out their appraisals.
Plan the rota and allocate the day's work so that every visit is covered.
Monitor the team's budget and report variances to the service manager.
Investigate complaints and incidents within the trust's policy and time limits.
Make sure that staff follow the lone working procedure and keep records up to date.
Person specification
Experience of supervising staff
"""

ROLES = 19  # in corpora/demo: 15 documents of one role and a vacancy export of four


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "team-leader.txt"
    path.write_text(ROLE, encoding="utf-8")
    return path


def rows(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


# One document


def test_one_document_is_shown_in_full(jdclass: Run, document: Path) -> None:
    done = jdclass("review", document)
    assert done.code == 0
    assert done.out.startswith("Team Leader\n")
    for heading in (
        "Why",
        "The title, this document and the usual",
        "Phrases in the duties",
        "What the document says about",
        "What this cannot tell you",
    ):
        assert f"\n{heading}" in done.out
    assert "[Line manage a team of eight support workers" in done.out
    assert "Main duties, paragraph" in done.out


def test_the_screen_says_how_title_and_text_fit(jdclass: Run, demo: Path, reviewer) -> None:
    from jdclass.wording import finding

    path = demo / "lead-nurse-infection-prevention-jd.docx"
    done = jdclass("review", path)
    found = finding(reviewer.review_file(path))
    assert f"Title and text: {found.label}" in done.out
    assert found.sentence in " ".join(done.out.split())


def test_the_screen_shows_no_score_and_none_of_the_internal_names(jdclass: Run, demo: Path, document: Path) -> None:
    """DESIGN.md, "What it must never claim"."""
    many = jdclass("review", demo).out
    for name in (
        "lead-nurse-infection-prevention-jd",
        "patient-flow-coordinator-jd",
        "operations-manager-imaging-jd-draft",
    ):
        many += jdclass("review", demo / f"{name}.docx").out
    one = jdclass("review", document, "--title", "Head of Nursing").out
    for word in ("overclaim", "underclaim", "verdict", "inflated", "out of 100", "insufficient", "match score"):
        assert word not in (many + one).lower(), word
    # Ordinary words, which a document may use of its own accord; this one does not.
    for word in ("score", "wrong", "error", "grade"):
        assert word not in one.lower(), word


def test_the_title_given_stands_over_the_documents_own(jdclass: Run, document: Path) -> None:
    assert jdclass("review", document, "--title", "Director of Strategy").out.startswith("Director of Strategy\n")


def test_a_document_cannot_write_on_the_terminal(jdclass: Run, tmp_path: Path) -> None:
    hostile = tmp_path / "a.txt"
    hostile.write_text(ROLE.replace("Line manage", "Line \x1b[31mmanage \u202eelbisnopser"), encoding="utf-8")
    out = jdclass("review", hostile).out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_markup_in_a_document_is_text(jdclass: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(ROLE.replace("Team Leader", "Team [bold]Leader[/nothing]"), encoding="utf-8")
    assert jdclass("review", path).out.startswith("Team [bold]Leader[/nothing]\n")


def test_json_of_one_document_is_its_record(jdclass: Run, document: Path) -> None:
    done = jdclass("review", document, "--format", "json")
    record = json.loads(done.out)
    assert record["schema"] == "jdclass.review/1"
    assert record["id"] == "team-leader.txt"
    assert Review.from_dict(record).to_dict() == record


# Many


def test_a_folder_gives_a_line_a_role(jdclass: Run, demo: Path) -> None:
    done = jdclass("review", demo)
    assert done.code == 0
    lines = done.out.splitlines()
    assert len(lines) == ROLES
    assert {line[:12].strip() for line in lines} <= {"fit", "partly fit", "do not fit", "cannot tell"}
    assert any("vacancies-week-23.jsonl, record 3" in line for line in lines)
    assert not any("README" in line or "make.py" in line for line in lines)


def test_a_readme_is_about_a_folder_and_no_document_of_it(jdclass: Run, tmp_path: Path, document: Path) -> None:
    for name in ("README", "README.md", "readme.txt"):
        (tmp_path / name).write_text("Put the job descriptions here.", encoding="utf-8")
    assert [row["id"] for row in rows(jdclass("review", tmp_path, "--format", "jsonl").out)] == ["team-leader.txt"]
    # Asked for by name it is read as anything else.
    assert len(rows(jdclass("review", tmp_path / "README.md", "--format", "jsonl").out)) == 1


def test_json_lines_are_records_in_the_order_of_the_files(jdclass: Run, demo: Path) -> None:
    records = rows(jdclass("review", demo, "--format", "jsonl").out)
    assert len(records) == ROLES
    assert all(record["schema"] == "jdclass.review/1" for record in records)
    paths = [record["source"]["path"] for record in records]
    assert paths == sorted(paths)
    assert [record["id"] for record in records[-5:-1]] == [
        "corporate-16",
        "digital-06",
        "nursing-17",
        "operations-11",
    ] or (len({record["id"] for record in records}) == ROLES)


def test_json_of_several_is_a_list(jdclass: Run, demo: Path, document: Path) -> None:
    assert len(json.loads(jdclass("review", demo, "--format", "json").out)) == ROLES
    both = jdclass("review", document, demo / "head-of-transformation-jd.txt", "--format", "json")
    assert len(json.loads(both.out)) == 2


def test_json_of_nothing_is_an_empty_list(jdclass: Run, tmp_path: Path) -> None:
    done = jdclass("review", tmp_path, "--format", "json")
    assert (done.code, json.loads(done.out)) == (0, [])


def test_csv_is_one_row_a_role_and_what_export_writes(jdclass: Run, demo: Path, tmp_path: Path) -> None:
    streamed = jdclass("review", demo, "--format", "csv").out
    table = list(csv.DictReader(io.StringIO(streamed.removeprefix("\ufeff"))))
    assert len(table) == ROLES
    assert {row["kind"] for row in table} == {"review"}
    assert jdclass("review", demo, "-o", tmp_path / "run", "--workers", 1, "--quiet").code == 0
    assert jdclass("export", tmp_path / "run", "--format", "csv").out == streamed


def test_an_input_given_twice_is_reviewed_once(jdclass: Run, document: Path) -> None:
    done = jdclass("review", document, document.parent, document, "--format", "jsonl")
    assert len(rows(done.out)) == 1


# Into a run folder


def test_a_run_holds_records_reports_and_the_store(jdclass: Run, demo: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = jdclass("review", demo, "-o", run, "--workers", 1)
    assert done.code == 0
    assert f"{ROLES} reviewed, none failed" in done.err
    assert done.out == ""
    for name in ("reviews.sqlite", "index.html", "review.xlsx", "across.html"):
        assert (run / name).is_file()
    assert len(list((run / "roles").glob("*.html"))) == ROLES
    stored = rows((run / "reviews.jsonl").read_text(encoding="utf-8"))
    assert (run / "failures.jsonl").read_bytes() == b""
    assert [record["id"] for record in stored] == [
        record["id"] for record in rows(jdclass("review", demo, "--format", "jsonl").out)
    ]
    again = jdclass("review", demo, "-o", run, "--workers", 1)
    assert f"0 reviewed, {ROLES} kept from before, none failed" in again.err
    assert rows((run / "reviews.jsonl").read_text(encoding="utf-8")) == stored


def test_a_run_streams_the_same_records_as_a_pipe(jdclass: Run, demo: Path, tmp_path: Path) -> None:
    """One path of prediction: alone, in a batch, by the store."""
    jdclass("review", demo, "-o", tmp_path / "run", "--workers", 1, "--quiet")
    stored = (tmp_path / "run" / "reviews.jsonl").read_text(encoding="utf-8")
    assert rows(stored) == rows(jdclass("review", demo, "--format", "jsonl").out)


def test_quiet_says_nothing(jdclass: Run, document: Path, tmp_path: Path) -> None:
    done = jdclass("review", document, "-o", tmp_path / "run", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_reports_can_wait(jdclass: Run, document: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = jdclass("review", document, "-o", run, "--no-reports")
    assert "index.html" not in done.err
    assert sorted(path.name for path in run.iterdir() if not path.name.startswith("run.lock")) == [
        "failures.jsonl",
        "reviews.jsonl",
        "reviews.sqlite",
    ]
    assert jdclass("report", run).code == 0
    assert (run / "index.html").is_file()


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", "2"], "--workers goes with -o RUN"),
        (["--fresh"], "--fresh goes with -o RUN"),
        (["--no-reports"], "--no-reports goes with -o RUN"),
        (["--backend", "dask"], "--backend goes with -o RUN"),
        (["--scheduler", "tcp://host:1"], "--scheduler goes with -o RUN"),
        (["-o", "run", "--format", "csv"], "with -o RUN the rows come from: jdclass export run --format csv"),
        (["--format", "xml"], "'xml' is not one of 'text', 'json', 'jsonl', 'csv'"),
        (["--workers", "0"], "Invalid value for '--workers'"),
        (["--nonsense"], "No such option: --nonsense"),
    ],
)
def test_wrong_use_is_exit_2(jdclass: Run, document: Path, arguments: list[str], said: str) -> None:
    done = jdclass("review", document, *arguments)
    assert done.code == 2
    assert said in " ".join(done.err.replace("│", " ").split())


def test_a_title_is_for_one_document(jdclass: Run, demo: Path) -> None:
    done = jdclass("review", demo, "--title", "Nurse")
    assert done.code == 2
    assert "--title goes with one document" in done.err


# Bad input: a message and an exit code, nothing lost, never a traceback


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.txt", b"", "the file is empty (EmptyFileError)"),
        ("blank.txt", b" \n\t\n", "(EmptyFileError)"),
        (
            "binary.txt",
            bytes(range(256)) * 40,
            "the bytes are no text and of no document format that is known (UnknownFormatError)",
        ),
        ("no-text.json", b'{"id": "9", "title": "Nurse"}', "the record holds no text"),
        ("broken.docx", b"PK\x03\x04 cut short", "(DamagedFileError)"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_is_exit_3(
    jdclass: Run, tmp_path: Path, document: Path, name: str, data: bytes, message: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(data)
    alone = jdclass("review", bad)
    assert alone.code == 3
    assert alone.out.splitlines()[0] == "Could not be read: 1"
    assert f"{name}: " in alone.out
    assert message in alone.out
    # In a folder the others are reviewed, and the failure is a row of its own.
    among = jdclass("review", tmp_path, "--format", "jsonl")
    assert among.code == 3
    kinds = {row["schema"]: row for row in rows(among.out)}
    assert kinds["jdclass.review/1"]["id"] == document.name
    assert kinds["jdclass.failure/1"]["path"].endswith(name)
    assert "1 could not be read:\n" in among.err
    assert f"{tmp_path.name}/{name}: " in among.err
    # In a run likewise, and in its files.
    run = tmp_path.parent / f"run-{tmp_path.name}"
    assert jdclass("review", tmp_path, "-o", run, "--workers", 1).code == 3
    assert len(rows((run / "reviews.jsonl").read_text(encoding="utf-8"))) == 1
    (failure,) = rows((run / "failures.jsonl").read_text(encoding="utf-8"))
    assert failure == kinds["jdclass.failure/1"]
    assert "Traceback" not in alone.err + among.err


def test_bad_utf8_is_read_with_a_warning(jdclass: Run, tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes(ROLE.replace("day's", "day\x92s").encode("latin-1"))
    done = jdclass("review", path)
    assert done.code == 0
    assert "old.txt: not UTF-8 (byte " in done.err
    assert "read as Windows-1252" in done.err
    assert "the day\u2019s work" in " ".join(done.out.split())
    assert jdclass("review", path, "--quiet").err == ""


def test_an_empty_title(jdclass: Run, document: Path) -> None:
    done = jdclass("review", document, "--title", "")
    assert done.code == 0
    assert done.out.startswith("[no title]\n")


def test_no_duties_is_cannot_tell(jdclass: Run, tmp_path: Path) -> None:
    path = tmp_path / "thin.txt"
    path.write_text("Ward Manager\nWe offer free parking and a pension.\nApply by Friday.\n", encoding="utf-8")
    done = jdclass("review", path)
    assert done.code == 0
    assert "Title and text: cannot tell" in done.out
    assert "words that state duties were found" in " ".join(done.out.split())


def test_one_line_of_five_megabytes(jdclass: Run, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    words = "Line manage the team. " + "patients and visitors of the hospital " * 135_000
    path.write_text(words, encoding="utf-8")
    assert path.stat().st_size > 5_000_000
    done = jdclass("review", path, "--title", "Team Manager", "--format", "jsonl")
    assert done.code == 0
    (row,) = rows(done.out)
    assert row["title"] == "Team Manager"
    assert sum(len(line["text"].split()) for line in row["lines"]) == len(words.split())


def test_one_broken_line_of_a_corpus_fails_alone(jdclass: Run, tmp_path: Path) -> None:
    path = tmp_path / "jobs.jsonl"
    record = {"id": "1", "title": "Team Leader", "text": ROLE}
    path.write_text(
        "\n".join([json.dumps(record), '{"id": "2", "title": ', json.dumps({**record, "id": "3"}), '{"id": "4"}']),
        encoding="utf-8",
    )
    done = jdclass("review", path, "--format", "jsonl")
    assert done.code == 3
    found = rows(done.out)
    assert [row.get("id") for row in found] == ["1", None, "3", None]
    assert [row["record"] for row in found if row["schema"] == "jdclass.failure/1"] == [2, 4]
    assert "jobs.jsonl, record 2: line 2 is not JSON: " in done.err
    text = jdclass("review", path)
    assert text.code == 3
    assert text.out.count("Team Leader") == 2
    assert "Could not be read: 2" in text.out


def test_a_doubled_id_is_kept_and_warned_about(jdclass: Run, tmp_path: Path) -> None:
    path = tmp_path / "jobs.jsonl"
    record = json.dumps({"id": "7", "title": "Team Leader", "text": ROLE})
    path.write_text(f"{record}\n{record}\n", encoding="utf-8")
    done = jdclass("review", path, "--format", "jsonl")
    assert done.code == 0
    assert [row["id"] for row in rows(done.out)] == ["7", "7"]
    assert "Some ids stand for more than one document: 7 (2 times)." in done.err
    run = jdclass("review", path, "-o", tmp_path / "run", "--workers", 1)
    assert "Some ids stand for more than one document: 7 (2 times)." in run.err
    assert len(rows((tmp_path / "run" / "reviews.jsonl").read_text(encoding="utf-8"))) == 2


def test_an_input_that_is_not_there_is_exit_1(jdclass: Run, tmp_path: Path) -> None:
    for extra in ([], ["-o", str(tmp_path / "run")]):
        done = jdclass("review", tmp_path / "nothing", *extra)
        assert done.code == 1
        assert done.err == f"jdclass: {tmp_path}/nothing: there is no such file or folder\n"


def test_a_model_folder_with_a_changed_byte_is_refused_by_the_files_name(
    jdclass: Run, document: Path, tmp_path: Path
) -> None:
    from jdclass.model.folder import find_model

    copy = tmp_path / "model"
    shutil.copytree(find_model(), copy)
    array = copy / "arrays" / "tagger.coef.npy"
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(data)
    for extra in ([], ["-o", str(tmp_path / "run"), "--quiet"]):
        done = jdclass("review", document, "--model", copy, *extra)
        assert done.code == 1
        assert done.err.startswith(f"jdclass: {array}: has been changed: sha256 ")
        assert done.err.count("\n") == 1


def test_no_such_model(jdclass: Run, document: Path) -> None:
    done = jdclass("review", document, "--model", "nosuch")
    assert done.code == 1
    assert done.err.startswith("jdclass: no model 'nosuch': no manifest.json in nosuch, ")


@pytest.mark.parametrize(
    ("option", "source", "old", "new", "said"),
    [
        (
            "--lexicon",
            "lexicon.csv",
            ",leadership,people_",
            ",leadershp,people_",
            "orientation 'leadershp' is not one of",
        ),
        ("--collisions", "collisions.csv", "forms,reason,example", "forms,raeson,example", "columns forms, raeson"),
        ("--titles", "titles.csv", ",leadership,", ",leadershp,", "claim 'leadershp' of "),
    ],
)
def test_a_typo_in_a_data_file_is_named_by_file_and_line(
    jdclass: Run, document: Path, tmp_path: Path, option: str, source: str, old: str, new: str, said: str
) -> None:
    from jdclass.framework import DATA

    text = (DATA / source).read_text(encoding="utf-8-sig")
    line = text[: text.index(old)].count("\n") + 1
    mine = tmp_path / f"mine-{source}"
    mine.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = jdclass("review", document, option, mine)
    assert done.code == 1
    assert done.err.startswith(f"jdclass: {mine}:{line}: ")
    assert said in done.err
    assert done.err.count("\n") == 1
    checked = jdclass("lexicon", "--check", mine)
    assert checked.code == 1
    assert said in checked.err or "wanted" in checked.err


def test_a_run_folder_that_cannot_be_made(jdclass: Run, document: Path, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    done = jdclass("review", document, "-o", tmp_path / "run")
    assert done.code == 1
    assert done.err.startswith(f"jdclass: {tmp_path}/run: the run folder cannot be made: ")


# Pipes and signals, which need a process of their own


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "text"])
def test_a_reader_that_has_gone_ends_the_command_quietly(document: Path, format: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "jdclass", "review", str(document), "--format", format]
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=120)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_is_exit_130(tmp_path: Path) -> None:
    code = (
        "import sys, jdclass.cli, jdclass.cli.review as review\n"
        "def interrupted(*given, **named):\n    raise KeyboardInterrupt\n"
        "review._is_single = interrupted\n"
        "sys.argv = ['jdclass', 'review', 'x', '--title', 'y']\n"
        "jdclass.cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
