"""What holds of every review: offsets, shares, that the title decides nothing but the claim, and one path of
prediction whichever door is used."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jdclass.document import ORIENTATIONS4, VERDICTS, Block, Review, RoleDescription, Source
from jdclass.errors import DocumentError
from jdclass.framework import default_framework
from jdclass.read import read_text
from jdclass.review import Reviewer

OPEN = Path(__file__).parents[1] / "corpora" / "open" / "roles.jsonl"


@cache
def corpus() -> tuple[dict[str, Any], ...]:
    """Every twelfth role of the open corpus: adverts and job descriptions of all families."""
    with OPEN.open(encoding="utf-8") as stream:
        return tuple(json.loads(line) for line in stream)[::12]


def role(record: dict[str, Any], title: str | None = None) -> RoleDescription:
    text = "\n".join(line["text"] for line in record["lines"])
    return read_text(text, title=record["title"] if title is None else title, id=record["id"])


@pytest.fixture(scope="module")
def reviews(reviewer: Reviewer) -> list[Review]:
    return list(reviewer.review_many(role(record) for record in corpus()))


# What a record says of itself


def test_offsets_cut_the_text(reviews: list[Review]) -> None:
    for review in reviews:
        for item in (*review.phrases, *review.excluded):
            assert review.lines[item.line].text[item.start : item.end] == item.text
            assert item.text.strip() == item.text != ""


def test_phrases_of_a_line_do_not_overlap_and_come_in_order(reviews: list[Review]) -> None:
    for review in reviews:
        places = [(phrase.line, phrase.start, phrase.end) for phrase in review.phrases]
        assert places == sorted(places)
        for (line, _, end), (after, start, _) in pairwise(places):
            assert line < after or end <= start


def test_nothing_is_both_shown_and_left_out(reviews: list[Review]) -> None:
    for review in reviews:
        shown = {(p.line, at) for p in review.phrases for at in range(p.start, p.end)}
        assert not shown & {(x.line, at) for x in review.excluded for at in range(x.start, x.end)}


def test_no_phrase_is_shown_in_a_heading(reviews: list[Review]) -> None:
    held = [review.lines[phrase.line] for review in reviews for phrase in review.phrases]
    assert held
    assert not [line.text for line in held if line.heading and not line.text.endswith("?")]


def test_counted_is_what_stands_in_duties(reviews: list[Review]) -> None:
    framework = default_framework()
    for review in reviews:
        for phrase in review.phrases:
            zone = review.lines[phrase.line].zone
            assert zone in framework.shown_zones
            assert phrase.counted == (zone in framework.counted_zones)


def test_shares_add_up_to_one(reviews: list[Review]) -> None:
    for review in reviews:
        for shares in (review.claim, review.duties):
            parts = (shares.leadership, shares.management, shares.neither)
            assert all(0 <= part <= 1 for part in parts)
            assert sum(parts) == pytest.approx(1, abs=0.002)  # each is rounded
            assert shares.orientation in ORIENTATIONS4


def test_duties_are_the_words_of_the_counted_phrases(reviews: list[Review]) -> None:
    for review in reviews:
        words = sum(len(line.text.split()) for line in review.lines if line.zone == "duties")
        for side in ("leadership", "management"):
            mine = sum(len(p.text.split()) for p in review.phrases if p.counted and p.orientation == side)
            assert getattr(review.duties, side) == pytest.approx(mine / max(words, 1), abs=1e-4)


def test_contrasts_count_the_counted_phrases(reviews: list[Review]) -> None:
    for review in reviews:
        assert [key for key, _ in review.contrasts] == list(default_framework().contrast_keys)
        for key, count in review.contrasts:
            mine = [phrase.orientation for phrase in review.phrases if phrase.counted and phrase.contrast == key]
            assert (count.leadership, count.management) == (mine.count("leadership"), mine.count("management"))


def test_match_score_interval_and_verdict_agree(reviews: list[Review]) -> None:
    for review in reviews:
        match = review.match
        assert match.verdict in VERDICTS
        assert match.abstained == (match.score is None) == (match.verdict == "insufficient_evidence")
        assert match.reasons
        if match.abstained:
            assert (match.low, match.high, match.put_forward, review.usual.unusual) == (None, None, False, None)
        else:
            assert None not in (match.score, match.low, match.high)
            assert 0 <= match.low <= match.score <= match.high <= 100
            assert (match.score >= 62) == (match.verdict == "matches")


def test_put_forward_is_adverse_unusual_and_has_three_phrases(reviews: list[Review]) -> None:
    for review in reviews:
        counted = sum(phrase.counted for phrase in review.phrases)
        adverse = review.match.verdict not in ("matches", "insufficient_evidence")
        assert review.match.put_forward == (adverse and review.usual.unusual is True and counted >= 3)


def test_words_of_the_claim_stand_in_the_title(reviews: list[Review]) -> None:
    for review in reviews:
        assert all(word in review.title for word in review.claim.words)


def test_a_counterfactual_names_counted_phrases_of_one_side_and_another_reading(reviews: list[Review]) -> None:
    told = [review for review in reviews if review.match.counterfactual]
    assert told
    for review in told:
        said, _, instead = str(review.match.counterfactual).rpartition(" the duties would read as ")
        named = [phrase for phrase in review.phrases if phrase.counted and f"'{phrase.text}'" in said]
        assert {phrase.orientation for phrase in named} in ({"leadership"}, {"management"})
        assert sum(len(phrase.text) + 4 for phrase in named) >= len(said.partition("(")[2])  # all that it names
        reading = {"leadership.": "leadership", "management.": "management"}.get(instead, instead.split()[0])
        assert reading in ORIENTATIONS4
        assert reading != review.duties.orientation


def test_the_share_of_either_side_is_told_with_its_reading(reviews: list[Review]) -> None:
    for review in reviews:
        if not review.match.abstained:
            (said,) = [reason for reason in review.match.reasons if "duties found in the text hold" in reason]
            assert said.startswith("Of the two, ") == (review.duties.orientation in ("leadership", "management"))


def test_a_record_can_be_read_back(reviews: list[Review]) -> None:
    for review in reviews:
        record = review.to_dict()
        assert Review.from_dict(record) == review
        assert json.loads(json.dumps(record)) == record


def test_stated_quotes_stand_in_their_line(reviews: list[Review]) -> None:
    for review in reviews:
        for item in review.stated:
            if item.state == "not_found":
                assert (item.line, item.text) == (None, None)
            else:
                assert None not in (item.line, item.text)
                assert item.text in review.lines[item.line].text


@pytest.mark.parametrize(
    ("id_", "what"), [("community-02", "line_manages"), ("digital-01", "holds_budget"), ("nursing-02", "holds_budget")]
)
def test_a_denial_outweighs_what_else_the_document_says(reviewer: Reviewer, id_: str, what: str) -> None:
    """Each denies it of the post ("no line management responsibility") and speaks of it elsewhere."""
    with OPEN.open(encoding="utf-8") as stream:
        record = next(one for one in map(json.loads, stream) if one["id"] == id_)
    (said,) = [item for item in reviewer.review_role(role(record)).stated if item.what == what]
    assert said.state == "stated_absent"


def test_a_denial_is_quoted_with_the_word_that_denies(reviewer: Reviewer) -> None:
    text = (
        "Main duties\nThe post holder checks the stores each morning and does not line manage any staff.\n"
        "Budget: none held\nYou will order stock and keep the register of deliveries."
    )
    said = {item.what: (item.state, item.text) for item in reviewer.review(title="Storekeeper", text=text).stated}
    assert said["line_manages"] == ("stated_absent", "not line manage any staff")
    assert said["holds_budget"] == ("stated_absent", "Budget: none held")


def test_a_heading_states_nothing(reviewer: Reviewer) -> None:
    text = "Main duties\nLEADING CHANGE\nYou will order stock, keep the register of deliveries and count the shelves."
    review = reviewer.review(title="Storekeeper", text=text)
    assert review.lines[1].heading
    assert {item.state for item in review.stated} == {"not_found"}


def test_only_duties_and_reporting_lines_can_deny(reviewer: Reviewer) -> None:
    text = (
        "Main duties\nYou will greet patients at the desk and book their appointments.\nPerson specification\n"
        "Able to work without day to day supervision of staff."
    )
    review = reviewer.review(title="Receptionist", text=text)
    assert review.lines[-1].zone == "person_spec"
    assert {item.state for item in review.stated} == {"not_found"}


# The title decides the claim and nothing of the duties


@pytest.mark.parametrize("title", ["", "Director of Strategy", "Ward Manager", "Healthcare Assistant"])
def test_the_duties_never_depend_on_the_title(reviewer: Reviewer, reviews: list[Review], title: str) -> None:
    for record, review in zip(corpus(), reviews, strict=True):
        other = reviewer.review_role(role(record, title))
        assert other.title == title
        for part in ("lines", "phrases", "excluded", "duties", "contrasts", "stated"):
            assert getattr(other, part) == getattr(review, part), part
        assert other.match.abstained == review.match.abstained


def test_the_claim_never_depends_on_the_text(reviewer: Reviewer, reviews: list[Review]) -> None:
    for record, review in zip(corpus(), reviews, strict=True):
        assert reviewer.review(title=record["title"], text="Apply on line.").claim == review.claim


# One path of prediction


def test_alone_and_in_a_batch_a_review_is_the_same(reviewer: Reviewer, reviews: list[Review]) -> None:
    for record, review in zip(corpus(), reviews, strict=True):
        assert reviewer.review_role(role(record)) == review


def test_the_order_of_a_batch_changes_nothing(reviewer: Reviewer, reviews: list[Review]) -> None:
    backwards = list(reviewer.review_many(role(record) for record in reversed(corpus())))
    assert backwards[::-1] == reviews


def test_review_many_of_nothing(reviewer: Reviewer) -> None:
    assert list(reviewer.review_many([])) == []


def test_a_file_is_reviewed_as_its_text(reviewer: Reviewer, tmp_path: Path) -> None:
    record = corpus()[0]
    text = "\n".join(line["text"] for line in record["lines"])
    path = tmp_path / "role.txt"
    path.write_text(text, encoding="utf-8")
    by_file = reviewer.review_file(path, title=record["title"])
    by_text = reviewer.review(title=record["title"], text=text)
    assert replace(by_file, id="", source=by_text.source) == replace(by_text, id="", source=by_text.source)


def test_a_file_of_many_is_no_document(reviewer: Reviewer, demo: Path, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"vacancies-week-23\.jsonl: holds more than one role description"):
        reviewer.review_file(demo / "vacancies-week-23.jsonl")
    with pytest.raises(DocumentError, match=r"nothing\.txt: there is no such file"):
        reviewer.review_file(tmp_path / "nothing.txt")


# At the edges


def test_a_text_without_words(reviewer: Reviewer) -> None:
    with pytest.raises(DocumentError, match="no text was found in it"):
        reviewer.review(text=" \n - \n")


def test_an_empty_title_claims_nothing_and_widens_the_range(reviewer: Reviewer) -> None:
    record = next(record for record in corpus() if record["match"])
    review = reviewer.review_role(role(record, ""))
    assert review.claim.orientation == "neither"
    assert review.claim.words == ()
    assert any("too general" in reason for reason in review.match.reasons)


def test_no_duties_abstains_and_says_how_many_words_there_were(reviewer: Reviewer) -> None:
    review = reviewer.review(title="Ward Manager", text="We offer free parking.\nApply by Friday.")
    assert review.match.verdict == "insufficient_evidence"
    (reason,) = review.match.reasons
    assert reason.startswith("Cannot tell: ")
    assert " words that state duties were found; " in reason


def test_too_little_of_a_file_read_abstains_whatever_the_text_says(reviewer: Reviewer) -> None:
    whole = role(corpus()[0])
    part = replace(whole, source=replace(whole.source, share_read=0.5))
    review = reviewer.review_role(part)
    assert review.match.verdict == "insufficient_evidence"
    assert review.match.reasons == ("Cannot tell: only 50% of this file's text could be read; at least 80% is needed.",)
    assert reviewer.review_role(replace(whole, source=replace(whole.source, share_read=0.8))).match == (
        reviewer.review_role(whole).match
    )


def test_a_text_without_stops(reviewer: Reviewer) -> None:
    text = "Line manage the team, hold the budget and set the vision of the service " * 2_000
    review = reviewer.review(title="Team Manager", text=text)
    assert " ".join(line.text for line in review.lines) == text.strip()
    assert all(review.lines[p.line].text[p.start : p.end] == p.text for p in review.phrases)


def test_a_line_of_one_word_reads_the_same_whatever_follows(reviewer: Reviewer) -> None:
    """Nothing may reach over the end of a line, least of all into the next document of a batch."""
    first = read_text("Main duties\nLine manage the team.\nSupervise", title="Nurse", id="a")
    for after in ("Lead", "Budgets", "of the vision"):
        second = read_text(f"{after}\nSet the strategy.", title="Nurse", id="b")
        together = list(reviewer.review_many([first, second]))
        assert together == [reviewer.review_role(first), reviewer.review_role(second)]


def test_a_role_without_blocks(reviewer: Reviewer) -> None:
    empty = RoleDescription("x", "Nurse", (), Source(None, None, "text", "00"))
    review = reviewer.review_role(empty)
    assert (review.lines, review.phrases, review.match.abstained) == ((), (), True)


def test_an_empty_role_in_a_batch_disturbs_no_other(reviewer: Reviewer, reviews: list[Review]) -> None:
    empty = RoleDescription("x", "Nurse", (), Source(None, None, "text", "00"))
    wordless = RoleDescription("y", "Nurse", (Block("***"),), Source(None, None, "text", "00"))
    batch = [empty, role(corpus()[0]), wordless, role(corpus()[1]), empty]
    found = list(reviewer.review_many(batch))
    assert [found[1], found[3]] == reviews[:2]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    blocks=st.lists(
        st.one_of(
            st.text(max_size=60),
            st.sampled_from(
                [
                    "Main duties",
                    "Person specification",
                    "Line manage the team and set the vision.",
                    "Does not hold a budget.",
                    "Infection control and Agenda for Change.",
                    "• lead lead lead\u00a0lead",
                ]
            ),
        ),
        max_size=12,
    ),
    title=st.text(max_size=30),
)
def test_any_text_gives_a_whole_review(reviewer: Reviewer, blocks: list[str], title: str) -> None:
    made = RoleDescription(
        "x", title, tuple(Block(text) for text in blocks), Source(None, None, "text", "00", share_read=1.0)
    )
    review = reviewer.review_role(made)
    for item in (*review.phrases, *review.excluded):
        assert review.lines[item.line].text[item.start : item.end] == item.text
    record = review.to_dict()
    assert Review.from_dict(json.loads(json.dumps(record))) == review
    assert sum((review.duties.leadership, review.duties.management, review.duties.neither)) == pytest.approx(1)
