"""The model card: every section from figures worked by hand, and what it may quote."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import pytest

from jdclass.learn.card import Card, Failing, ReferenceRow, put_forward, render_card
from jdclass.learn.figures import Interval
from jdclass.learn.gold import GoldLine, GoldPhrase, GoldRole
from jdclass.learn.groups import KNOWN_GROUPS, OTHER_GROUP, STAFF_GROUPS, staff_group
from jdclass.learn.measure import failings
from jdclass.learn.outcome import Reliability, Swapped
from jdclass.learn.train import Plan
from jdclass.lexicon.titles import load_titles
from jdclass.model.folder import FamilyUsual, Settings

USUAL = FamilyUsual(40, 0.05, 0.2, 0.0, 0.1, 0.1, 0.3)


def row(family: str = "ward manager", **changed: Any) -> ReferenceRow:
    plain = ReferenceRow("A title", family, None, 0.05, 0.2, "matches", False, 9)
    return replace(plain, **changed)


def card(**changed: Any) -> Card:
    figures = {"roles": 3, "phrase_f1": 0.7, "bad_offsets": 0.0}
    intervals = {name: Interval(value, value, value) for name, value in figures.items()}
    reliable = Reliability(((0.5, 0.4, 10),), 0.1)
    plain = Card(
        plan=Plan(gold=(Path("gold.jsonl"),), out=Path("model")),
        counts={"train roles": 1_200},
        settings=Settings(0.4, 0.56, 0.7),
        dev=figures,
        dev_intervals=intervals,
        held_out=figures,
        held_out_intervals=intervals,
        rows={"trained on silver only": {"phrase_f1": 0.5}, "trained on silver and gold": {"phrase_f1": 0.7}},
        phrases=reliable,
        zones=reliable,
        match=((31.4, 40.0, 0.9, 20),),
        intervals=(0.9, 30.0),
        coverage=((0.5, 0.9), (0.8, 0.8), (1.0, 0.7)),
        swapped=Swapped(300, 20, 252, 3, (0.9, 0.86, 0.94), (("both", 30, 20), ("neither", 250, 232))),
        kinds={},
        failings=(),
        reference=(),
        families={"ward manager": USUAL},
    )
    return replace(plain, **changed)


def lines_of(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


# Staff groups


def test_a_family_stands_in_one_group_and_is_one_of_the_titles_file() -> None:
    families = {family.name for family in load_titles().families}
    grouped = [family for _, of_group in STAFF_GROUPS for family in of_group]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) <= families
    assert {family for _, of_kind in KNOWN_GROUPS for family in of_kind} <= families
    assert {staff_group(family) for family in families - set(grouped)} == {OTHER_GROUP}


# Findings


def test_findings_are_counted_by_group_band_and_family() -> None:
    rows = [row(band="7") for _ in range(20)] + [row(band="7", verdict="overclaims_leadership") for _ in range(20)]
    rows += [row(abstained=True, verdict="insufficient_evidence") for _ in range(10)]
    rows += [row("driver or call handler") for _ in range(29)]
    text = render_card(card(reference=tuple(rows)))
    expected = "| 50 | 20% | 50% | 50% | 0% | 0% | 0% | 0% |"
    assert lines_of(text, "| nursing and midwifery |") == [f"| nursing and midwifery {expected}"]
    assert lines_of(text, "| ward manager |") == [f"| ward manager {expected}"]
    assert lines_of(text, "| 7 |") == ["| 7 | 40 | 0% | 50% | 50% | 0% | 0% | 0% | 0% |"]
    assert "39 do not." in text  # state a band: the abstained and the drivers
    assert not lines_of(text, "| driver or call handler |")  # fewer than 30 told
    assert "Of no family is more than a third put forward." in text


def test_too_few_documents_give_no_table() -> None:
    assert render_card(card(reference=(row(band="7"),))).count("No row has 30 told.") == 3


def test_a_family_put_forward_too_often_is_named() -> None:
    rows = [row() for _ in range(19)] + [row(verdict="underclaims_management", management=0.5) for _ in range(11)]
    text = render_card(card(reference=tuple(rows)))
    assert "**More than a third is put forward of: ward manager. That is a fault of the model.**" in text
    assert lines_of(text, "| ward manager |")[0].endswith("| 37% (**too many**) |")


@pytest.mark.parametrize(
    ("changed", "usual", "forward"),
    [
        ({}, USUAL, True),
        ({"verdict": "matches"}, USUAL, False),
        ({"abstained": True, "verdict": "insufficient_evidence"}, USUAL, False),
        ({"counted": 2}, USUAL, False),
        ({"leadership": 0.1}, USUAL, False),  # at the quantile is within
        ({}, replace(USUAL, n=29), False),
        ({}, None, False),
    ],
)
def test_put_forward_is_adverse_unusual_and_of_three_phrases(
    changed: dict[str, Any], usual: FamilyUsual | None, forward: bool
) -> None:
    one = replace(row(verdict="overclaims_leadership", leadership=0.4), **changed)
    assert put_forward(one, usual) == forward


# What else the card tells


def test_swapped_titles_and_the_match_are_told() -> None:
    text = render_card(card())
    assert "20 abstained. Of the 280 scored, 252 (0.900; 95% interval 0.860 to 0.940 over roles)" in text
    assert "By the claim of the own title: both 20 of 30; neither 232 of 250." in text
    assert lines_of(text, "| 31 |") == ["| 31 | 40 | 0.90 | 20 |"]
    assert lines_of(text, "| trained on silver only |") == ["| trained on silver only | 0.500 |"]
    assert "50%: 0.900; 80%: 0.800; 100%: 0.700" in text


def test_full_job_descriptions_stand_apart() -> None:
    figures = {"roles": Interval(21, 21, 21), "zone_accuracy": Interval(0.9, 0.85, 0.95)}
    empty = {"roles": Interval(19, 19, 19), "zone_accuracy": Interval(nan, nan, nan)}
    text = render_card(card(kinds={"advert": empty, "jd": figures}))
    assert lines_of(text, "| authored, dev |") == ["| authored, dev | adverts | full job descriptions |"]
    assert lines_of(text, "| roles |")[-1] == "| roles | 19 | 21 |"
    assert lines_of(text, "| zone_accuracy |")[-1] == "| zone_accuracy | - (- to -) | 0.900 (0.850 to 0.950) |"
    assert "## Full job descriptions" not in render_card(card())


def test_failings_are_quoted_and_long_lines_cut() -> None:
    failing = Failing("missed", "nursing-01", "hold ward meetings", "management", "word " * 60)
    text = render_card(card(failings=(failing,)))
    (line,) = lines_of(text, "- nursing-01: ")
    assert line.startswith("- nursing-01: 'hold ward meetings' (management) in 'word word")
    assert line.endswith("word ...'")
    assert "Shown as phrases where the annotation has none" not in text


def test_the_figures_of_the_manifest_hold_plain_numbers() -> None:
    found = card(kinds={"jd": {"phrase_f1": Interval(0.5, 0.4, 0.6)}}).figures()
    assert found["swapped_titles"] == {
        "pairs": 300,
        "abstained": 20,
        "lower": 252,
        "by_claim": {"both": [30, 20], "neither": [250, 232]},
    }
    assert found["kinds"] == {"jd": {"phrase_f1": 0.5}}


# Where review and annotation differ


def gold(id_: str, text: str, *phrases: tuple[str, str]) -> GoldRole:
    marked = tuple(
        GoldPhrase(text.index(words), text.index(words) + len(words), words, side, "horizon") for words, side in phrases
    )
    line = GoldLine(text, "duties", marked)
    return GoldRole(id_, "dev", "Nurse", id_, "neither", "both", 3, "matches", (line,))


def review(text: str, *phrases: tuple[str, str, float]) -> dict[str, Any]:
    shown = [
        {
            "line": 0,
            "start": text.index(words),
            "end": text.index(words) + len(words),
            "text": words,
            "orientation": side,
            "probability": sure,
        }
        for words, side, sure in phrases
    ]
    return {"lines": [{"text": text}], "phrases": shown}


def test_failings_are_of_three_kinds() -> None:
    text = "Lead the team, set rotas and drink tea."
    role = gold("a", text, ("Lead the team", "leadership"), ("set rotas", "management"))
    shown = review(text, ("the team", "management", 0.8), ("drink tea", "leadership", 0.6))
    assert failings([role], [shown]) == (
        Failing("missed", "a", "set rotas", "management", text),
        Failing("none", "a", "drink tea", "leadership", text),
        Failing("side", "a", "the team", "management", text),
    )


def test_a_phrase_cut_otherwise_is_no_failing() -> None:
    text = "Lead the team of nurses."
    assert not failings(
        [gold("a", text, ("Lead the team", "leadership"))], [review(text, ("the team of nurses", "leadership", 0.9))]
    )


def test_the_surest_of_each_document_is_quoted_and_four_in_all() -> None:
    text = "Lead the team and drink tea."
    shown = [review(text, ("Lead", "leadership", 0.5), ("drink tea", "leadership", 0.6 + n / 10)) for n in range(4)]
    found = failings([gold(f"r{n}", text) for n in range(4)], shown)
    assert [(f.document, f.text) for f in found] == [(f"r{n}", "drink tea") for n in (3, 2, 1, 0)]
    five = failings([gold(f"r{n}", text) for n in range(5)], [shown[0]] * 5)
    assert len(five) == 4


def test_a_line_cut_otherwise_by_the_reader_is_passed_over() -> None:
    role = gold("a", "Lead the team. Set rotas.", ("Lead the team", "leadership"))
    assert failings([role], [review("Lead the team.", ("Lead", "management", 0.9))]) == ()
