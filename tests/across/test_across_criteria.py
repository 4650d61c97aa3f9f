from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_reviews import made, small

from jdclass.across import essential_lines, trace
from jdclass.across.criteria import load_rules
from jdclass.document import ReviewedLine
from jdclass.errors import FrameworkError

SPEC = (
    ("duties", "#Main duties"),
    ("duties", "Hold the budget of the clinic and sign its orders"),
    ("duties", "Write the rota for the outpatient nurses"),
    ("person_spec", "#Person specification"),
    ("person_spec", "#Essential"),
    ("person_spec", "#Experience"),
    ("person_spec", "Experience of holding a budget"),
    ("person_spec", "Registered nurse with the NMC"),
    ("person_spec", "Degree in health care or the like"),
    ("person_spec", "Full driving licence"),
    ("person_spec", "Enhanced DBS check"),
    ("person_spec", "Calm, friendly and reliable"),
    ("person_spec", "Experience of writing grant bids"),
    ("person_spec", "#Desirable"),
    ("person_spec", "Experience of rostering"),
    ("person_spec", "#Skills"),
    ("person_spec", "Can write for the press"),
)


def test_an_essential_line_is_linked_to_the_duty_that_needs_it() -> None:
    found = trace(small("Clinic Manager", SPEC))
    assert [(item.text, [link.text for link in item.links]) for item in found.criteria] == [
        ("Experience of holding a budget", ["Hold the budget of the clinic and sign its orders"]),
        ("Experience of writing grant bids", []),
    ]
    assert [item.text for item in found.orphans] == ["Experience of writing grant bids"]
    assert found.criteria[0].place == "page 1, line 7"
    assert found.marked


def test_what_no_duty_has_to_need_is_counted_and_left_out() -> None:
    assert dict(trace(small("Clinic Manager", SPEC)).left_out) == {
        "registration": 1,
        "qualification": 1,
        "licence": 1,
        "check": 1,
        "trait": 1,
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Current registration with the HCPC as a physiotherapist", "registration"),
        ("NVQ Level 3 or similar", "qualification"),
        ("Able to travel between the four sites", "licence"),
        ("Satisfactory occupational health clearance", "check"),
        ("Willing to work shifts, weekends and bank holidays", "check"),
        ("Enthusiastic team player", "trait"),
        ("Experience of leading a team with kindness", None),
        ("Able to write clear reports", None),
    ],
)
def test_kinds_of_essential_lines(text: str, kind: str | None) -> None:
    found = trace(small("Nurse", (("person_spec", "#Essential"), ("person_spec", text))))
    assert dict(found.left_out) == ({kind: 1} if kind else {})
    assert len(found.criteria) == (0 if kind else 1)


def test_marks_in_the_line_and_in_the_table_column() -> None:
    review = small(
        lines=(
            ("person_spec", "Knowledge of audit (essential)"),
            ("person_spec", "Knowledge of coding (D)"),
            ("person_spec", "Essential: knowledge of rostering"),
            ("person_spec", "A car would be helpful"),
        )
    )
    assert essential_lines(review) == (0, 2)
    table = small(lines=(("person_spec", "Knowledge of audit"), ("person_spec", "Knowledge of coding")))
    columns = (
        "page 2, table 'Person specification', row 4, Essential",
        "page 2, table 'Person specification', row 4, Desirable",
    )
    lines = tuple(
        ReviewedLine(line.text, line.zone, 0.9, place) for line, place in zip(table.lines, columns, strict=True)
    )
    assert essential_lines(replace(table, lines=lines)) == (0,)


def test_a_document_that_marks_nothing_as_essential_is_not_traced() -> None:
    found = trace(small(lines=(("person_spec", "#About you"), ("person_spec", "You have run a clinic"))))
    assert (found.marked, found.criteria, found.unmet) == (False, (), ())


def test_leadership_asked_for_and_none_stated() -> None:
    spec = (("duties", "Dress wounds"), ("person_spec", "#Essential"), ("person_spec", "Proven leadership of a team"))
    asked = ((2, "Proven leadership", "leadership", "people_process"),)
    assert trace(small("Nurse", spec, asked)).unmet == (("leadership", 2),)
    # By its words alone, where no phrase is shown in the line.
    assert trace(small("Nurse", spec)).unmet == (("leadership", 2),)
    held = small(
        "Nurse", (("duties", "Lead the team"), *spec[1:]), ((0, "Lead the team", "leadership", "people_process"),)
    )
    assert trace(held).unmet == ()
    # Where the text read says too little about the duties, nothing is said to be absent from them.
    assert trace(small("Nurse", spec, fits=0, found="insufficient_evidence")).unmet == ()


def test_a_phrase_of_the_same_contrast_links_lines_without_a_common_word() -> None:
    review = small(
        "Lead",
        (
            ("duties", "Paint a picture of the future"),
            ("person_spec", "#Essential"),
            ("person_spec", "Visionary thinker"),
        ),
        ((0, "Paint a picture", "leadership", "vision_procedure"), (2, "Visionary", "leadership", "vision_procedure")),
    )
    (criterion,) = trace(review).criteria
    assert [(link.line, link.how) for link in criterion.links] == [(0, "contrast")]


def test_links_of_the_corpus_point_at_counted_lines() -> None:
    traced = [(review, trace(review)) for review in made()]
    assert sum(len(found.criteria) for _, found in traced) > 200
    for review, found in traced:
        for criterion in found.criteria:
            assert review.lines[criterion.line].text == criterion.text
            for link in criterion.links:
                assert review.lines[link.line].zone == "duties"
                assert review.lines[link.line].text == link.text


def test_rules_that_do_not_hold_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match=r"absent\.toml: cannot be read"):
        load_rules(tmp_path / "absent.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text("format = 2")
    with pytest.raises(FrameworkError, match=r"format 2, wanted 1"):
        load_rules(bad)
    bad.write_text('format = 1\n[heading]\nessential = ["("]\n')
    with pytest.raises(FrameworkError, match=r"heading\.essential: '\(' is no regular expression"):
        load_rules(bad)
    bad.write_text('format = 1\n[heading]\nessential = "x"\n')
    with pytest.raises(FrameworkError, match=r"heading\.essential: wanted a list of regular expressions, got 'x'"):
        load_rules(bad)
