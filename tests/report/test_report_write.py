from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from made_reviews import made, small

from jdclass.document import Failure
from jdclass.errors import StoreError
from jdclass.report import roles, write_reports


def names(run: Path) -> set[str]:
    return {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}


def test_what_is_written_and_what_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    summary = write_reports(tmp_path, lambda: iter(made(3)), lambda: iter([]), progress=told.append)
    assert (summary.roles, summary.failures, summary.kept, told) == (3, 0, (), [1, 2, 3])
    assert summary.files == len(names(tmp_path)) - 1  # reports.json is the receipt of the others
    assert {"index.html", "across.html", "review.xlsx", "reports.json"} <= names(tmp_path)
    assert not list(tmp_path.glob(".*"))


def test_the_same_reviews_give_the_same_files_by_any_number_of_processes(tmp_path: Path) -> None:
    """Equal names, of which the second gets a number, stand far apart: more than one process writes them."""
    reviews = [small(), *made(20), small()]
    for name, workers in (("one", 1), ("again", 1), ("two", 2)):
        write_reports(tmp_path / name, reviews, [], made=date(2026, 1, 1), name="folder", workers=workers)
    assert len(names(tmp_path / "one")) == 3 * len(reviews) + 4
    for other in ("again", "two"):
        assert names(tmp_path / other) == names(tmp_path / "one")
        for name in names(tmp_path / "one"):
            assert (tmp_path / other / name).read_bytes() == (tmp_path / "one" / name).read_bytes(), name


def test_a_process_that_dies_is_told_and_leaves_no_half_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_reports(tmp_path, made(2), [])
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    monkeypatch.setattr(roles, "_write_piece", _die)
    with pytest.raises(StoreError, match="a process that wrote reports was ended, by the system or by someone: "):
        write_reports(tmp_path, made(3), [], workers=2)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before
    assert not list(tmp_path.glob(".*"))


def _die(setup: bytes, given: object) -> None:
    os._exit(9)


def test_pages_of_roles_that_are_gone_go_and_other_files_stay(tmp_path: Path) -> None:
    write_reports(tmp_path, made(3), [])
    (tmp_path / "reviews.sqlite").write_bytes(b"store")
    (tmp_path / "roles" / "mine.html").write_text("mine")
    write_reports(tmp_path, made(1), [])
    left = names(tmp_path)
    assert {"reviews.sqlite", "roles/mine.html"} <= left
    assert len([name for name in left if name.startswith("roles/")]) == 2
    assert len([name for name in left if name.startswith("panel/")]) == 2


def test_what_people_filled_in_is_never_lost(tmp_path: Path) -> None:
    write_reports(tmp_path, made(2), [])
    book = openpyxl.load_workbook(tmp_path / "review.xlsx")
    book["Review"]["I2"] = "agree"
    book.save(tmp_path / "review.xlsx")
    filled = (tmp_path / "review.xlsx").read_bytes()
    sheet = sorted((tmp_path / "panel").glob("*.docx"))[0]
    sheet.write_bytes(b"signed")
    summary = write_reports(tmp_path, made(2), [])
    assert sorted(path.name for path in summary.kept) == sorted(["review-1.xlsx", f"{sheet.stem}-1.docx"])
    assert (tmp_path / "kept" / "review-1.xlsx").read_bytes() == filled
    assert (tmp_path / "kept" / f"{sheet.stem}-1.docx").read_bytes() == b"signed"
    assert sheet.read_bytes() != b"signed"
    assert write_reports(tmp_path, made(2), []).kept == ()
    # A workbook of the same name that no report wrote is somebody's too.
    (tmp_path / "reports.json").unlink()
    assert "review-2.xlsx" in {path.name for path in write_reports(tmp_path, made(2), []).kept}


def test_a_receipt_that_points_out_of_the_run_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.html"
    outside.write_text("mine")
    run = tmp_path / "run"
    run.mkdir()
    (run / "reports.json").write_text('{"format": 1, "files": {"../outside.html": null, "/etc/hostname": null}}')
    write_reports(run, made(1), [])
    assert outside.read_text() == "mine"


def test_a_report_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    write_reports(tmp_path, made(2), [])
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}

    def breaking() -> object:
        yield made(1)[0]
        raise StoreError("the store is damaged")

    with pytest.raises(StoreError, match="the store is damaged"):
        write_reports(tmp_path, breaking, [])  # type: ignore[arg-type]
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "across.html",
        "index.html",
        "panel",
        "reports.json",
        "review.xlsx",
        "roles",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(StoreError, match="reports cannot be written"):
        write_reports(tmp_path, made(1), [])


def test_a_run_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(StoreError, match="run: reports cannot be written: File exists"):
        write_reports(tmp_path / "run", made(1), [])


def test_the_same_file_twice_has_two_pages(tmp_path: Path) -> None:
    write_reports(tmp_path, [small(), small(), small()], [])
    assert len(list((tmp_path / "roles").iterdir())) == 3
    assert (tmp_path / "index.html").read_text(encoding="utf-8").count('href="roles/') == 3


def test_masked_names_reach_no_file_at_all(tmp_path: Path) -> None:
    review = small(id="people/JD Jane Doe.docx")
    review = replace(review, source=replace(review.source, path="people/JD Jane Doe.docx"))
    failure = Failure("people/Jane Doe.pdf", None, "ScannedError", "people/Jane Doe.pdf: scanned, needs OCR")
    write_reports(tmp_path / "run", [review], [failure], mask_names=True)
    import zipfile

    for name in names(tmp_path / "run"):
        assert "jane" not in name.lower()
        path = tmp_path / "run" / name
        parts = [path.read_bytes()]
        if path.suffix in (".xlsx", ".docx"):
            with zipfile.ZipFile(path) as package:
                parts = [package.read(item) for item in package.namelist()]
        assert not [part for part in parts if b"Jane" in part or b"people/" in part], name
