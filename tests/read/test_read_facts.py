"""Facts: labels and values in lines, tables and pairs, titles, conflicts and what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.document import Block, Fact, RoleDescription, Source
from jdclass.read import conflicts, missing_information, read_bytes, read_record, read_text
from jdclass.read.facts import _WANTED, band_of, find_facts, same_title, title_from_blocks, title_from_name, title_like


def facts(*blocks: Block) -> list[tuple[str, str]]:
    return [(fact.name, fact.value) for fact in find_facts(blocks)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Job Title: Ward Manager", [("title", "Ward Manager")]),
        ("JOB TITLE - Ward Manager", [("title", "Ward Manager")]),
        ("Band: 7", [("band", "7")]),
        ("Reports to:\tMatron", [("reports_to", "Matron")]),
        ("Accountable to: Head of Nursing", [("accountable_to", "Head of Nursing")]),
        (
            "Reports to: Matron; Accountable to: Head of Nursing",
            [("reports_to", "Matron"), ("accountable_to", "Head of Nursing")],
        ),
        ("Band | 7", [("band", "7")]),
        ("Post - this is a new post in the team", []),
        ("The post holder reports to: nobody yet", []),
        (
            "Job title: the post holder will run the clinic and will be asked to lead the team on every single day",
            [],
        ),
        ("We hold a budget: it is large", []),
    ],
)
def test_label_and_value_in_one_line(text: str, wanted: list[tuple[str, str]]) -> None:
    assert facts(Block(text)) == wanted


def test_label_and_value_in_a_table_and_in_two_pieces() -> None:
    assert facts(Block("Matron", "table_cell", section="Job title")) == [("title", "Matron")]
    assert facts(Block("Band", "heading", 3), Block("Band 8a")) == [("band", "Band 8a")]
    assert facts(Block("Job title:"), Block("Matron")) == [("title", "Matron")]
    assert facts(Block("The role", "heading", 2), Block("You will run the clinic.")) == []


def test_each_fact_keeps_its_place() -> None:
    assert find_facts([Block("Band: 7", place="table 1, row 2")]) == [Fact("band", "7", "table 1, row 2")]


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("Band 7", "7"),
        ("Agenda for Change Band 8A, subject to matching", "8a"),
        ("AfC band: 5/6", "5/6"),
        ("Band 5 to Band 6", "5/6"),
        ("8 c", "8c"),
        ("37.5 hours", None),
        ("VSM", None),
        ("", None),
        (None, None),
    ],
)
def test_bands(text: str | None, band: str | None) -> None:
    assert band_of(text) == band


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("jds/lead-nurse.docx", "Lead Nurse"),
        ("2023-05 Band 7 Ward_Manager JD v2 FINAL.docx", "Ward Manager"),
        ("JD & PS - Senior Physiotherapist (Band 6).pdf", "Senior Physiotherapist"),
        ("WardManagerJD.doc", "Ward Manager"),
        ("Job Description Head of Nursing 2024.docx", "Head of Nursing"),
        ("12345.pdf", None),
        ("x.tar.gz", "X"),
        (None, None),
    ],
)
def test_titles_from_file_names(name: str | None, title: str | None) -> None:
    assert title_from_name(name) == title


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ward Manager", "ward manager (Band 7)", True),
        ("Ward Manager", "Ward Manager, Acute Frailty", True),
        ("Care Co-ordinator", "Care Coordinator", True),
        ("Staff Nurse", "Senior Staff Nurse", False),
        ("Ward Manager", "Deputy Ward Manager", False),
        ("Matron", "Ward Manager", False),
    ],
)
def test_which_titles_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_title(one, other) is same_title(other, one) is same


@pytest.mark.parametrize(
    "text",
    [
        "Job description",
        "Wyrebank NHS Foundation Trust",
        "We are hiring",
        "Band:",
        "",
        "Lead the team.",
        "Lead the team",
    ],
)
def test_lines_that_are_no_titles(text: str) -> None:
    assert not title_like(text)


def test_the_first_line_that_names_an_occupation_is_the_title() -> None:
    blocks = [
        Block("Wyrebank NHS Trust"),
        Block("JOB DESCRIPTION", "heading"),
        Block("Surgical Division"),
        Block("Theatre Team Leader"),
    ]
    assert title_from_blocks(blocks) == Fact("title", "Theatre Team Leader", None)
    assert title_from_blocks([Block("Job Description – Ward Manager (Band 7)")]) == Fact("title", "Ward Manager", None)
    assert title_from_blocks([]) is None


def role(text: str, name: str) -> RoleDescription:
    (read,) = read_bytes(text.encode(), name=name)
    assert isinstance(read, RoleDescription)
    return read


def test_three_titles_and_two_bands_are_told_with_their_places() -> None:
    text = "Ward Manager\nJob title: Matron\nBand: 7\nGrade: Band 8a\nThe post of Deputy Head of Nursing is new."
    read = role(text, "Matron.txt")
    assert read.title == "Matron"
    assert conflicts(read) == (
        "three titles found: 'Matron' (paragraph 2), 'Ward Manager' (paragraph 1), "
        "'Deputy Head of Nursing' (paragraph 5)",
        "two bands found: '7' (paragraph 3), 'Band 8a' (paragraph 4)",
    )


def test_a_file_name_that_gives_another_title_is_told() -> None:
    read = role("Job title: Staff Nurse\nGives care on the ward.", "Ward Manager JD.txt")
    assert conflicts(read) == ("two titles found: 'Staff Nurse' (paragraph 1), 'Ward Manager' (file name)",)


@pytest.mark.parametrize(
    ("text", "name", "bands"),
    [
        ("Ward Manager (Band 7)\nBand: 6", "x.txt", "'6' (paragraph 2), 'Band 7' (paragraph 1)"),
        ("Job title: Ward Manager\nBand: 6", "Band 7 Ward Manager.txt", "'6' (paragraph 2), 'Band 7' (file name)"),
        ("Ward Manager\nBand: 6\nThis is a busy Band 7 post.", "x.txt", "'6' (paragraph 2), 'Band 7' (paragraph 3)"),
        ("Ward Manager Band 7\nThis post is at Band 8a.", "x.txt", "'Band 7' (paragraph 1), 'Band 8a' (paragraph 2)"),
    ],
)
def test_bands_of_title_file_name_and_text_are_compared(text: str, name: str, bands: str) -> None:
    assert conflicts(role(text, name)) == (f"two bands found: {bands}",)


@pytest.mark.parametrize(
    "text",
    [
        "Job title: Ward Manager\nBand: 6\nYou will supervise Band 5 nurses and report to a Band 8a matron.",
        "Staff Nurse, Band 5/6\nBand: 6\nWork beside Band 7 Ward Managers.",
        "Radiographer (Band 8)\nBand: 8a",
    ],
)
def test_bands_of_other_posts_and_wider_bands_are_no_conflict(text: str) -> None:
    assert conflicts(role(text, "x.txt")) == ()


def test_a_title_that_is_sought_counts_where_it_claims_another_rank() -> None:
    (told,) = conflicts(
        role("Job title: Ward Manager\nWe seek an experienced Deputy Ward Manager to join us.", "x.txt")
    )
    assert told == "two titles found: 'Ward Manager' (paragraph 1), 'Deputy Ward Manager' (paragraph 2)"
    assert conflicts(role("Job title: Ward Manager\nWe seek a Registered Nurse to join us.", "x.txt")) == ()


def test_a_record_whose_text_claims_another_rank_is_told() -> None:
    record = {"title": "Head of Booking", "text": "The role of Booking Team Leader is new. You will run the office."}
    assert conflicts(read_record(record)) == (
        "two titles found: 'Head of Booking' (field of the record), 'Booking Team Leader' (paragraph 1)",
    )


def test_a_short_form_in_the_file_name_is_no_conflict() -> None:
    assert (
        conflicts(role("Job title: Team Leader, Community Rehabilitation\nLeads.", "team-leader-community-rehab.txt"))
        == ()
    )


def test_missing_information_is_named_in_a_fixed_order() -> None:
    assert missing_information(read_text("Porter\nYou will move patients.")) == (
        "who the post reports to",
        "staff managed",
        "budget",
        "date",
        "version",
        "who agreed it",
        "job evaluation reference",
    )


def test_what_is_stated_is_not_missing_also_where_the_answer_is_none() -> None:
    text = (
        "Porter\nReports to: Portering Manager\nThe post does not manage staff.\nIt holds no budget.\n"
        "Version: 3\nDate: March 2026\nAgreed by: Head of Facilities\nJE reference: 2026/114"
    )
    assert missing_information(read_text(text)) == ()


SAID = [
    "Reports to the matron",
    "Direct report",
    "No staff to supervise",
    "1.0 WTE",
    "Appraise",
    "Petty cash",
    "Authorised signatory",
    "Approved in 2019",
    "Dated May 2001",
    "updates",
    "Version 2",
    "v1.2",
    "Signed off by",
    "signature",
    "JE\nref 12",
    "job matching no",
    "project reference",
    "AfC ref",
    "financial",
    "line-managed by",
    "Caje number",
    "a visit",
]


@given(st.lists(st.sampled_from(SAID), max_size=3))
def test_looking_for_beginnings_first_misses_nothing_that_is_wanted(said: list[str]) -> None:
    text = ". ".join(said)
    role = RoleDescription("x", "Porter", (Block(text),), Source(None, None, "text", ""))
    wanted = tuple(words for words, _, _, pattern in _WANTED if pattern.search(text.lower()) is None)
    assert missing_information(role) == wanted
