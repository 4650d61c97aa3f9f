from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_reviews import from_role, made, roles, small

from jdclass.across import trace
from jdclass.document import Excluded, Fact, Failure, Review, Statement
from jdclass.framework import default_framework
from jdclass.report.panel import QUESTIONS, QUOTES, panel_sheet
from jdclass.report.questions import questions
from jdclass.report.text import FileNames, cut, shown, slug
from jdclass.report.view import RoleView, role_view, title_runs
from jdclass.wording import default_wording

NAMES = FileNames(default_wording())
MASKED = FileNames(default_wording(), mask=True)


def view_of(review: Review, names: FileNames = NAMES) -> RoleView:
    return role_view(review, names=names, framework=default_framework(), trace=trace(review))


def asked(review: Review, names: FileNames = NAMES) -> tuple[str, ...]:
    return questions(review, trace(review), names)


def test_the_whole_text_is_shown_in_order_with_every_mark() -> None:
    for review in made(30):
        view = view_of(review)
        lines = [line for group in view.groups for line in group.lines]
        assert [line.number for line in lines] == list(range(len(review.lines)))
        for line, shown_line in zip(review.lines, lines, strict=True):
            assert "".join(run.text for run in shown_line.runs) == line.text
        for group in view.groups:
            assert group.counted == (group.label == "Duties")
        # Of marks that overlap the first stands in the text; phrases of the corpus never overlap.
        assert view.in_text <= {mark.tag for mark in view.marks}
        assert {mark.tag for mark in view.marks if mark.kind != "excluded"} <= view.in_text


def test_marks_are_numbered_in_the_order_of_the_text_and_told_apart() -> None:
    review = small(
        lines=(("duties", "Lead the team and keep the rota"), ("person_spec", "Has led a team")),
        phrases=(
            (0, "keep the rota", "management", "people_process"),
            (0, "Lead the team", "leadership", "people_process"),
            (1, "led a team", "leadership", "people_process"),
        ),
        excluded=(Excluded(0, 9, 13, "team", "<own> team"),),
    )
    view = view_of(review)
    assert [(mark.tag, mark.label, mark.counted) for mark in view.marks] == [
        ("L1", "leadership", True),
        ("X1", "not counted", False),
        ("M2", "management", True),
        ("L3", "leadership", False),
    ]
    assert view.marks[0].hover == "Leadership: People; how sure: 0.55"
    assert view.excluded[0].hover == "Not counted: <own> team"
    # The excluded word stands within the phrase: the phrase is shown, both are listed.
    runs = [run.text for run in view.groups[0].lines[0].runs]
    assert runs == ["Lead the team", " and ", "keep the rota"]


@pytest.mark.parametrize(
    ("title", "words", "runs"),
    [
        ("Lead Nurse", ["Lead"], (("Lead", True), (" Nurse", False))),
        ("Misleading Lead", ["lead"], (("Misleading ", False), ("Lead", True))),
        (
            "Transformation Manager",
            ["Manager", "Transformation"],
            (("Transformation", True), (" ", False), ("Manager", True)),
        ),
        ("Staff Nurse", [], (("Staff Nurse", False),)),
        ("Staff Nurse", ["Lead", ""], (("Staff Nurse", False),)),
        ("İ Lead", ["Lead"], (("İ ", False), ("Lead", True))),
        ("", ["Lead"], ()),
    ],
)
def test_claiming_words_of_a_title(title: str, words: list[str], runs: tuple[tuple[str, bool], ...]) -> None:
    assert title_runs(title, words) == runs


@given(st.text(max_size=40), st.lists(st.text(max_size=6), max_size=4))
def test_title_runs_lose_nothing(title: str, words: list[str]) -> None:
    assert "".join(text for text, _ in title_runs(title, words)) == shown(title)


@given(st.text())
def test_shown_text_can_go_into_xml_and_reorders_nothing(text: str) -> None:
    from lxml import etree

    element = etree.Element("x")
    element.text = shown(text)
    assert not set(shown(text)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x0b\ufffe")


@given(st.text(), st.integers(1, 60))
def test_a_cut_text_is_short_enough(text: str, most: int) -> None:
    found = cut(text, most)
    assert len(found) <= most
    assert found == " ".join(text.split()) or found.endswith("…")


@given(st.text(), st.text())
def test_a_slug_is_a_plain_file_name(title: str, key: str) -> None:
    name = slug(title, key)
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(name) <= 57


def test_equal_titles_of_two_files_have_two_names() -> None:
    assert slug("Lead Nurse", "a.docx") != slug("Lead Nurse", "b.docx")


def test_question_from_a_phrase_that_leads_without_reports() -> None:
    review = small(
        lines=(("duties", "Leads the service"),), phrases=((0, "Leads the service", "leadership", "people_process"),)
    )
    assert asked(replace(review, missing=())) == ("Page 1, line 1 says “Leads the service”. Who reports to the post?",)
    told = replace(review, missing=(), stated=(Statement("line_manages", "stated", 0, "Leads the service"),))
    assert asked(told)[0].endswith("How many people report to the post, directly and through others?")


def test_nobody_need_report_to_a_post_that_leads_a_change() -> None:
    review = small(
        lines=(("duties", "Leads the transformation"),),
        phrases=((0, "Leads the transformation", "leadership", "transformative_incremental"),),
    )
    assert asked(replace(review, missing=())) == ()


@pytest.mark.parametrize(
    ("what", "line", "question"),
    [
        ("line_manages", "Manages a team of 11", "Are these all who report to the post, directly and through others?"),
        ("line_manages", "Manages two clerks", "Are these all who report to the post, directly and through others?"),
        ("holds_budget", "Holds a budget of £2.1 million", "Which decisions about the budget rest with the post?"),
        (
            "holds_budget",
            "Holds two budgets",
            "How large is the budget, and which decisions about it rest with the post?",
        ),
    ],
)
def test_what_a_line_tells_is_not_asked(what: str, line: str, question: str) -> None:
    review = small(lines=(("duties", line),), stated=(Statement(what, "stated", 0, line),))
    assert asked(replace(review, missing=())) == (f"Page 1, line 1 says “{line}”. {question}",)


def test_questions_follow_the_finding() -> None:
    role = next(role for role in roles() if role["verdict"] == "overclaims_leadership")
    assert (
        asked(from_role(role))[0]
        == f"The title says “{' and '.join(from_role(role).claim.words)}”. Which of the duties does this stand for?"
    )
    role = next(role for role in roles() if role["verdict"] == "underclaims_leadership")
    first = asked(from_role(role))[0]
    assert first.endswith("Is this a regular part of the post, and how often is it done?")


def test_questions_about_what_does_not_apply_what_differs_and_what_is_not_there() -> None:
    review = small(
        lines=(("duties", "The post holds no budget."),),
        stated=(Statement("holds_budget", "stated_absent", 0, "The post holds no budget."),),
        conflicts=("two titles found: 'Lead' (page 1), 'Nurse' (file name)",),
        missing=("date", "who agreed it"),
    )
    assert asked(review) == (
        "Two titles found: 'Lead' (page 1), 'Nurse' (file name). Which one is agreed?",
        "Page 1, line 1 says “The post holds no budget”. Which post does this instead?",
        "The text read does not show the date of the document and who agreed the document. Where is this recorded?",
    )


def test_no_question_says_what_it_must_not() -> None:
    from test_report_wording import FORBIDDEN

    for review in made():
        for question in asked(review):
            without_quotes = re.sub(r"“[^”]*”", "", question)
            assert not FORBIDDEN.search(without_quotes), question


def test_a_panel_sheet_never_holds_more_than_its_room() -> None:
    for review in made():
        view = view_of(review)
        sheet = panel_sheet(view, NAMES)
        assert len(sheet.questions) <= QUESTIONS
        assert len(sheet.quotes) + sheet.quotes_more == len(view.counted)
        assert len(sheet.quotes) <= QUOTES
        if view.counted:
            assert sheet.quotes, "room for a quote is always kept"
        sides = {mark.kind for mark in view.counted}
        if len(sheet.quotes) > 1:
            assert {mark.kind for mark in sheet.quotes} == sides


def test_a_masked_run_names_files_by_hash_and_hides_the_name_everywhere() -> None:
    review = small(id="hr/JD_Jane_Doe_Lead.docx")
    review = replace(
        review,
        title="JD Jane Doe Lead",
        source=replace(
            review.source, path="hr/JD_Jane_Doe_Lead.docx", warnings=("JD_Jane_Doe_Lead.docx holds a text box",)
        ),
        facts=(Fact("title", "JD Jane Doe Lead", "file name"),),
        conflicts=("two titles found: 'Lead' (page 1), 'JD Jane Doe Lead' (file name)",),
    )
    view = view_of(review, MASKED)
    told = repr(
        [view.title, view.file, view.key, view.slug, view.warnings, view.conflicts, view.questions, view.title_runs]
    )
    assert "Jane" not in told
    assert "jane" not in told
    assert view.file == f"file {review.source.sha256[:8]}.docx"
    assert view.title == "[title from the file name]"
    failure = Failure("hr/JD_Jane_Doe.pdf", None, "E", "hr/JD_Jane_Doe.pdf: JD Jane Doe is damaged")
    assert "Jane" not in MASKED.failed_file(failure) + MASKED.free(failure.message, failure)


def test_a_masked_record_keeps_its_number_and_a_title_of_the_text_stays() -> None:
    review = small()
    review = replace(
        review, source=replace(review.source, path="x.jsonl", record=7), facts=(Fact("title", "Lead Nurse", "page 1"),)
    )
    assert MASKED.file(review.source) == f"file {review.source.sha256[:8]}.jsonl, record 7"
    assert MASKED.title(review) == "Lead Nurse"
    assert MASKED.key(review) == f"{review.source.sha256[:16]}-7"
    assert NAMES.key(review) == review.id


def test_a_review_that_cannot_tell_says_nothing_about_the_duties() -> None:
    view = view_of(small(fits=0, found="insufficient_evidence", holds="leadership"))
    assert view.duties == "cannot tell from the text read"
    assert view.finding.label == "cannot tell"
