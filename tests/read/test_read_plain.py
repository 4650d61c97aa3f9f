"""Plain text and Markdown to pieces, and bytes to text."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.read.failures import UnknownFormatError
from jdclass.read.plain import is_heading, read_markdown, read_plain, rejoin
from jdclass.read.text import decode


@pytest.mark.parametrize(
    "line",
    [
        "Main duties:",
        "MAIN DUTIES",
        "Job summary",
        "Person Specification",
        "1. Key responsibilities",
        "You will:",
        "Working With Partners",
    ],
)
def test_lines_that_are_headings(line: str) -> None:
    assert is_heading(line, "You will lead the team that runs the clinic.")
    assert not is_heading(line, None)


@pytest.mark.parametrize(
    "line",
    [
        "Lead the team.",
        "Lead the team",
        "Job title: Ward Manager",
        "£40,057",
        "and hold the budget:",
        "NHS Pension Scheme, free parking",
        "Band 7",
    ],
)
def test_lines_that_are_no_headings(line: str) -> None:
    assert not is_heading(line, "You will lead the team that runs the clinic.")


def test_a_list_of_short_names_holds_no_headings() -> None:
    reading = read_plain("Enhanced Maternity Pay\nCycle To Work\nSeason Ticket Loan\n")
    assert {piece.kind for piece in reading.pieces} == {"paragraph"}


PARAGRAPHS = [
    "The post holder leads the redesign of outpatient services across both hospitals "
    "and agrees the plan with the clinical directors.",
    "They hold the budget of the department, report to the divisional board each "
    "month and explain any variance from plan in writing.",
    "They coach the service managers who report to them, and stand in for the divisional "
    "director at the executive when asked to do so.",
]


@pytest.mark.parametrize("width", [60, 72, 78, 90])
def test_wrapped_paragraphs_become_one_line_each(width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in PARAGRAPHS)
    assert [piece.text for piece in read_plain(wrapped).pieces] == PARAGRAPHS


@given(st.lists(st.text(alphabet="abc .-", min_size=1, max_size=40), max_size=20))
def test_short_lines_are_never_joined(lines: list[str]) -> None:
    assert rejoin(lines) == lines


def test_markdown() -> None:
    reading = read_markdown(
        "# Ward Manager\n\nRuns the **ward**\nand its [rota](x.html).\n\n"
        "- Leads the team\n  on every shift\n* Holds the budget\n\n"
        "**About you**\n\nDuties\n------\n\n| Label | Value |\n|---|---|\n| Band | 7 |\n\n> Quoted line\n"
    )
    assert [(piece.text, piece.kind, piece.level, piece.section) for piece in reading.pieces] == [
        ("Ward Manager", "heading", 1, None),
        ("Runs the ward and its rota.", "paragraph", None, None),
        ("Leads the team on every shift", "list_item", None, None),
        ("Holds the budget", "list_item", None, None),
        ("About you", "heading", None, None),
        ("Duties", "heading", 2, None),
        ("Label", "table_cell", None, None),
        ("Value", "table_cell", None, None),
        ("Band", "table_cell", None, "Label"),
        ("7", "table_cell", None, "Band"),
        ("Quoted line", "paragraph", None, None),
    ]


@pytest.mark.parametrize(
    ("data", "text", "warnings"),
    [
        ("Lead – the team".encode(), "Lead – the team", 0),
        ("Lead – the team".encode("utf-8-sig"), "Lead – the team", 0),
        ("Lead – the team".encode("utf-16"), "Lead – the team", 0),
        ("Lead the team".encode("utf-16-le"), "Lead the team", 1),
        ("Lead – the team".encode("cp1252"), "Lead – the team", 1),
        ("Lead – the team".encode() + b"\x81" + b"x" * 100, "Lead – the team\ufffd" + "x" * 100, 1),
    ],
)
def test_bytes_to_text(data: bytes, text: str, warnings: int) -> None:
    got, told = decode(data)
    assert (got, len(told)) == (text, warnings)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(UnknownFormatError, match="the bytes are no text"):
        decode(bytes(range(256)))


@given(st.text(alphabet=st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=100))
def test_every_text_of_windows_comes_back(text: str) -> None:
    assert decode(text.encode("utf-8"))[0] == text
