from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_reviews import made
from rich.console import Console
from sklearn.metrics import cohen_kappa_score

from jdclass.cli.feedback import read_feedback, show_feedback
from jdclass.document import ORIENTATIONS4, VERDICTS
from jdclass.errors import CorpusError
from jdclass.feedback import cohen_kappa, read_workbooks, typical_match

Row = tuple[str, str, str]  # mark, corrected claim, corrected duties


def fill(run: Path, out: Path, initials: str, side: str, rows: dict[int, Row]) -> Path:
    """A copy of the run's workbook with the marks of one reviewer: rows by the number of the role."""
    book = openpyxl.load_workbook(run / "review.xlsx")
    sheet = book["Review"]
    at = {str(cell.value): number for number, cell in enumerate(sheet[1], 1)}
    for number, (mark, claim, duties) in rows.items():
        for head, value in (
            ("Do you agree?", mark),
            ("Title suggests (corrected)", claim),
            ("Duties hold (corrected)", duties),
            ("Reviewer initials", initials),
            ("Side", side),
        ):
            sheet.cell(number + 1, at[head]).value = value or None
    book.save(out)
    return out


def test_agreement_makes_the_role_that_was_found(six: Path, tmp_path: Path) -> None:
    found = read_workbooks(
        [fill(six, tmp_path / "a.xlsx", "ab", "management", {1: ("agree", "", ""), 2: ("Agree ", "", "")})]
    )
    reviews = made(2)
    assert (len(found.marks), found.left_out, found.problems, found.agreements) == (2, (), (), ())
    by_title = {role["title"]: role for role in found.gold}
    for review in reviews:
        role = by_title[review.title]
        assert (role["claim"], role["duties"], role["verdict"]) == (
            review.claim.orientation,
            review.duties.orientation,
            review.match.verdict,
        )
        assert role["match"] == round((review.match.score or 0) / 25) + 1
        assert [line["text"] for line in role["lines"]] == [line.text for line in review.lines]
        assert [line["zone"] for line in role["lines"]] == [line.zone for line in review.lines]
        assert sum(len(line["phrases"]) for line in role["lines"]) == len(review.phrases)
        assert (role["reviewers"], role["sides"], role["id"]) == (1, ["management"], review.id)


def test_the_roles_are_annotated_roles_as_training_reads_them(six: Path, tmp_path: Path) -> None:
    gold = pytest.importorskip("jdclass.learn.gold")
    rows = dict.fromkeys(range(1, 6), ("agree", "", "")) | {6: ("disagree", "neither", "management")}
    out = tmp_path / "feedback.jsonl"
    read_feedback([fill(six, tmp_path / "a.xlsx", "ab", "staff", rows)], out)
    roles = gold.read_roles(out)
    assert len(roles) == 6
    last = next(role for role in roles if role.title == made(6)[5].title)
    assert (last.claim, last.duties, last.match, last.verdict) == ("neither", "management", 2, "underclaims_management")


def test_two_reviewers_agree_differ_and_are_unsure(six: Path, tmp_path: Path) -> None:
    first = fill(
        six,
        tmp_path / "a.xlsx",
        "ab",
        "management",
        {
            1: ("agree", "", ""),
            2: ("disagree", "management", ""),
            3: ("agree", "", ""),
            4: ("unsure", "", ""),
            5: ("disagree", "", ""),
        },
    )
    second = fill(
        six,
        tmp_path / "b.xlsx",
        "cd",
        "staff",
        {
            1: ("agree", "", ""),
            2: ("disagree", "management", ""),
            3: ("disagree", "neither", "neither"),
            4: ("agree", "", ""),
            5: ("agree", "", ""),
        },
    )
    found = read_workbooks([first, second])
    titles = [review.title for review in made(5)]
    assert {role["title"]: role["reviewers"] for role in found.gold} == {titles[0]: 2, titles[1]: 2, titles[3]: 1}
    corrected = next(role for role in found.gold if role["title"] == titles[1])
    assert (corrected["claim"], corrected["sides"]) == ("management", ["management", "staff"])
    assert dict(found.left_out) == {
        titles[2]: "reviewers read it differently",
        titles[4]: "a reviewer disagrees and gives no other reading",
    }
    (mark,) = [item for item in found.agreements if item.between == "AB and CD" and item.what == "mark"]
    assert (mark.roles, mark.agreed) == (5, 0.4)
    # By hand: 2 of 5 the same; by chance (2*3 + 2*2 + 1*0) / 25 = 0.4.
    assert mark.kappa == pytest.approx(0.0)
    assert [item.between for item in found.agreements if item.what == "mark"] == ["AB and CD", "management and staff"]


def test_cells_that_cannot_be_understood_are_told_and_the_rest_is_read(six: Path, tmp_path: Path) -> None:
    path = fill(
        six,
        tmp_path / "a.xlsx",
        "",
        "HR",
        {1: ("agree", "", ""), 2: ("perhaps", "", ""), 3: ("disagree", "manager", "neither"), 4: ("", "neither", "")},
    )
    found = read_workbooks([path])
    assert [mark.reviewer for mark in found.marks] == ["a", "a"]
    assert [problem.partition("row ")[2] for problem in found.problems] == [
        "2: Side is 'HR', wanted management or staff",
        "3: Do you agree? is 'perhaps', wanted agree, disagree, unsure",
        "4: Title suggests (corrected) is 'manager', wanted one from the list",
        "4: Side is 'HR', wanted management or staff",
        "5: Do you agree? is '', wanted agree, disagree, unsure",
    ]


def test_a_reviewer_counts_once_a_role(six: Path, tmp_path: Path) -> None:
    paths = [fill(six, tmp_path / name, "ab", "staff", {1: ("agree", "", "")}) for name in ("a.xlsx", "b.xlsx")]
    found = read_workbooks(paths)
    assert len(found.marks) == 1
    assert found.problems == ("b.xlsx, row 2: AB marked this role before",)
    assert found.agreements == ()


def test_a_sorted_sheet_and_moved_columns_are_read_right(six: Path, tmp_path: Path) -> None:
    path = fill(six, tmp_path / "a.xlsx", "ab", "staff", {3: ("agree", "", "")})
    book = openpyxl.load_workbook(path)
    sheet = book["Review"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    turned = [rows[0][::-1], *[row[::-1] for row in rows[:0:-1]]]
    for number, row in enumerate(turned, 1):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value
    book.save(path)
    assert [role["title"] for role in read_workbooks([path]).gold] == [made(3)[2].title]


def test_a_review_that_could_not_tell_and_is_agreed_with(tmp_path: Path) -> None:
    from jdclass.report import write_reports

    thin = next(review for review in made() if review.match.abstained)
    write_reports(tmp_path, [thin], [])
    (role,) = read_workbooks([fill(tmp_path, tmp_path / "a.xlsx", "ab", "staff", {1: ("agree", "", "")})]).gold
    assert (role["match"], role["verdict"]) == (0, "insufficient_evidence")


def test_workbooks_that_are_none(six: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"absent\.xlsx: cannot be read: No such file"):
        read_workbooks([tmp_path / "absent.xlsx"])
    (tmp_path / "text.xlsx").write_text("not a workbook")
    with pytest.raises(CorpusError, match=r"text\.xlsx: is no Excel workbook"):
        read_workbooks([tmp_path / "text.xlsx"])
    other = openpyxl.Workbook()
    other.save(tmp_path / "other.xlsx")
    with pytest.raises(CorpusError, match=r"other\.xlsx: has no sheet 'Roles', but Sheet"):
        read_workbooks([tmp_path / "other.xlsx"])
    book = openpyxl.load_workbook(six / "review.xlsx")
    book["Review"]["I1"] = "Agreed?"
    book.save(tmp_path / "head.xlsx")
    with pytest.raises(CorpusError, match=r"head\.xlsx: sheet 'Review' has no column 'Do you agree\?'"):
        read_workbooks([tmp_path / "head.xlsx"])


def test_an_untouched_workbook_says_nothing(six: Path) -> None:
    found = read_workbooks([six / "review.xlsx"])
    assert (found.gold, found.marks, found.agreements, found.left_out, found.problems) == ((), (), (), (), ())


def test_what_is_printed(six: Path, tmp_path: Path) -> None:
    rows = {1: ("agree", "", ""), 2: ("unsure", "", "")}
    paths = [
        fill(six, tmp_path / f"{name}.xlsx", name, side, rows) for name, side in (("[b]x", "staff"), ("y", "staff"))
    ]
    out = tmp_path / "feedback.jsonl"
    found = read_feedback(paths, out)
    console = Console(width=120, record=True, file=(tmp_path / "log").open("w"))
    show_feedback(found, console)
    text = console.export_text()
    assert "Marks: 4. Roles on which reviewers are sure and agree: 1." in text
    assert "Y and [B]X" in text or "[B]X and Y" in text
    assert "staff and staff" in text
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1
    assert json.loads(out.read_text(encoding="utf-8"))["reviewers"] == 2
    with pytest.raises(CorpusError, match="cannot be written"):
        read_feedback([], tmp_path)


PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30)


@given(PAIRS)
def test_kappa_is_in_range_and_the_same_both_ways(pairs: list[tuple[str, str]]) -> None:
    kappa = cohen_kappa(pairs)
    other = cohen_kappa([(second, first) for first, second in pairs])
    assert (kappa is None) == (other is None)
    if kappa is not None and other is not None:
        assert -1 <= kappa <= 1
        assert kappa == pytest.approx(other)
        assert (kappa == 1) == all(first == second for first, second in pairs)


@given(PAIRS)
def test_kappa_agrees_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    kappa = cohen_kappa(pairs)
    if kappa is not None:
        assert kappa == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


@pytest.mark.parametrize("claim", ORIENTATIONS4)
@pytest.mark.parametrize("duties", ORIENTATIONS4)
def test_typical_match_covers_every_pair_and_keeps_to_the_codebook(claim: str, duties: str) -> None:
    match, verdict = typical_match(claim, duties)
    assert verdict in VERDICTS
    assert (match >= 4) == (verdict == "matches") == (claim == duties)
