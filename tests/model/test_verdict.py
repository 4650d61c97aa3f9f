"""The scoring stage: hand-worked intervals, exact counterfactuals, known orders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.document import ORIENTATIONS4
from jdclass.model.said import NOTHING_SAID
from jdclass.model.scoring import (
    ADVERSE,
    MATCHES_FROM,
    Claimed,
    DutiesClassifier,
    MatchScorer,
    Stated,
    Tally,
    WeighedPhrase,
    possible,
    score_of,
    stated_by,
    tally_of,
)
from jdclass.model.verdict import assess, counterfactuals, interval


def phrases_of(leadership: int, management: int) -> list[WeighedPhrase]:
    """Phrases of twelve words, the last of either side shorter, each in a line of its own."""
    sizes = [
        (side, min(12, words - at)) for side, words in enumerate((leadership, management)) for at in range(0, words, 12)
    ]
    return [WeighedPhrase(side, size, 1.0, number, number) for number, (side, size) in enumerate(sizes)]


def stating(words: int, leadership: int, management: int) -> Stated:
    """What a document of lines of ten words states, so many of its words in phrases of either side; the words
    themselves stay unread."""
    lines = words // 10
    return stated_by([10] * lines, [1.0] * lines, phrases_of(leadership, management), NOTHING_SAID)


# Documents whose duties are plain: much leadership, much management, both, neither.
PLAIN = [
    (stating(300, lead, manage), kind)
    for kind, pairs in (
        (0, [(90, 5), (120, 10), (80, 0), (60, 6)]),
        (1, [(5, 90), (10, 120), (0, 80), (6, 60)]),
        (2, [(70, 70), (60, 80), (80, 60), (50, 50)]),
        (3, [(0, 0), (5, 5), (0, 8), (6, 0)]),
    )
    for lead, manage in pairs
]


@pytest.fixture(scope="module")
def duties() -> DutiesClassifier:
    return DutiesClassifier(C=10).fit([stated for stated, _ in PLAIN], np.array([kind for _, kind in PLAIN]))


@pytest.fixture(scope="module")
def match(duties: DutiesClassifier) -> MatchScorer:
    given, claims, levels, verdicts = [], [], [], []
    for stated, kind in PLAIN:
        for claim in range(4):
            given.append(stated)
            claims.append(Claimed(ORIENTATIONS4[claim]))
            levels.append(5 if claim == kind else 3 if 2 in (claim, kind) else 1 if 3 in (claim, kind) else 2)
            over = "overclaims_leadership" if claim in (0, 2) else "overclaims_management"
            under = "underclaims_leadership" if kind in (0, 2) else "underclaims_management"
            verdicts.append(-1 if claim == kind else ADVERSE.index(under if claim == 3 else over))
    kinds = duties.predict_proba(given)
    return MatchScorer(C=1).fit(claims, kinds, [stated.tally for stated in given], np.array(levels), np.array(verdicts))


def test_duties_are_read_from_counts(duties: DutiesClassifier) -> None:
    kinds = duties.predict_proba([stating(200, 60, 3), stating(200, 3, 60), stating(200, 0, 0)]).argmax(axis=1)
    assert [ORIENTATIONS4[kind] for kind in kinds] == ["leadership", "management", "neither"]


def test_the_right_title_scores_higher_than_another(duties: DutiesClassifier, match: MatchScorer) -> None:
    stated = stating(200, 3, 70)
    titles = [Claimed("management"), Claimed("leadership")]
    right, other = assess(duties, match, [stated, stated], titles, cover=0.8, doubtful=[False, False])
    assert right.verdict == "matches"
    assert right.score >= MATCHES_FROM > other.score
    assert other.verdict == "overclaims_leadership"


def test_titles_of_one_claim_are_told_apart_by_their_family(duties: DutiesClassifier) -> None:
    """The same text fits a team leader and not a director; a family that nobody has taught counts by its claim."""
    given = [stating(200, 30, 30)] * 40 + [stating(200, 0, 0)] * 10
    titles = [Claimed("leadership", "team leader"), Claimed("leadership", "director")] * 20 + [Claimed("neither")] * 10
    levels, verdicts = np.array([5, 1] * 20 + [5, 1] * 5), np.array([-1, 0] * 20 + [-1, 1] * 5)
    kinds, tallies = duties.predict_proba(given), [stated.tally for stated in given]
    match = MatchScorer(C=1, families=("director", "team leader")).fit(titles, kinds, tallies, levels, verdicts)
    asked = [Claimed("leadership", family) for family in ("team leader", "director", "porter", "")]
    team, director, porter, none = (
        one.score for one in assess(duties, match, given[:4], asked, cover=0.5, doubtful=[False] * 4)
    )
    assert team > porter == none > director


def test_doubt_widens_the_interval(duties: DutiesClassifier, match: MatchScorer) -> None:
    stated = stating(200, 30, 30)
    sure, doubtful = assess(duties, match, [stated, stated], [Claimed("both")] * 2, cover=0.8, doubtful=[False, True])
    assert doubtful.high - doubtful.low > sure.high - sure.low
    assert (sure.score, sure.verdict) == (doubtful.score, doubtful.verdict)


def test_the_interval_holds_the_score(duties: DutiesClassifier, match: MatchScorer) -> None:
    given = [stated for stated, _ in PLAIN]
    for claim in ORIENTATIONS4:
        found = assess(duties, match, given, [Claimed(claim)] * len(given), cover=0.5, doubtful=[False] * len(given))
        assert all(0 <= one.low <= one.score <= one.high <= 100 for one in found)


@given(st.lists(st.floats(0.01, 1), min_size=5, max_size=5), st.floats(0.1, 0.99))
def test_an_interval_reaches_its_cover_and_none_shorter_does(weights: list[float], cover: float) -> None:
    levels = np.array(weights) / sum(weights)
    low, high = interval(levels, cover)
    size = (high - low) // 25 + 1
    assert levels[low // 25 : high // 25 + 1].sum() >= cover - 1e-6
    assert all(levels[at : at + size - 1].sum() < cover + 1e-6 for at in range(5 - size + 2))


def test_a_score_is_high_where_high_levels_are_likely() -> None:
    low, high = score_of(np.array([[1.0, 0, 0, 0, 0], [0, 0, 0, 0, 1.0]]))
    assert (low, high) == (0, 100)


def test_much_in_phrases_is_not_neither(duties: DutiesClassifier) -> None:
    """From a fifth of the words in phrases of one side, however weighty the rest."""
    little, much = stating(300, 0, 50), stating(300, 0, 60)
    assert possible(little) == (False, True, False, True)
    assert possible(much) == (False, True, False, False)
    assert possible(stating(300, 60, 50)) == (True, True, True, False)
    assert duties.predict_proba([much])[0, 3] == 0


def test_a_counterfactual_is_what_happens_without_the_phrases(duties: DutiesClassifier) -> None:
    stated, phrases = stating(300, 40, 45), phrases_of(40, 45)
    now = ORIENTATIONS4[int(duties.predict_proba([stated]).argmax())]
    [found] = counterfactuals(duties, [stated], [phrases], [phrases], [now])
    assert found is not None
    sides = {phrase.side for phrase in phrases if phrase.number in found.removed}
    gone = sum(phrase.words for phrase in phrases if phrase.number in found.removed)
    without = stating(300, 40 - gone, 45) if sides == {0} else stating(300, 40, 45 - gone)
    assert found.duties == ORIENTATIONS4[int(duties.predict_proba([without]).argmax())] != now


def test_a_counterfactual_names_only_what_may_be_left_out(duties: DutiesClassifier) -> None:
    stated, phrases = stating(300, 40, 45), phrases_of(40, 45)
    now = ORIENTATIONS4[int(duties.predict_proba([stated]).argmax())]
    leadership = [phrase for phrase in phrases if phrase.side == 0]
    [found] = counterfactuals(duties, [stated], [phrases], [leadership], [now])
    assert found is not None
    assert set(found.removed) <= {phrase.number for phrase in leadership}


def test_a_tally_with_other_phrases_is_that_of_the_text_with_them() -> None:
    """Worked by hand: line 0 has 10 words and surely states duties, line 1 has 20 and does by half."""
    first, second, third = (
        WeighedPhrase(0, 4, 0.5, 0, 0),
        WeighedPhrase(0, 2, 0.8, 1, 0),
        WeighedPhrase(1, 3, 0.4, 2, 1),
    )
    whole = tally_of([10, 20], [1.0, 0.5], [first, second, third])
    assert whole == Tally(20.0, 1.5, 3.6, pytest.approx(1.2), pytest.approx(1.3), 0.4, 0.8, 0.4, pytest.approx(1.2))
    assert whole.with_phrases([first]) == Tally(20.0, 1.5, 2.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5)
    assert whole.with_phrases([]) == tally_of([10, 20], [1.0, 0.5], [])


def test_without_phrases_there_is_no_counterfactual(duties: DutiesClassifier) -> None:
    assert counterfactuals(duties, [stating(300, 0, 0)], [[]], [[]], ["neither"]) == [None]


def test_one_kind_of_duties_is_too_little_to_learn_from() -> None:
    with pytest.raises(ValueError, match="duties of 1 kinds, wanted 4"):
        DutiesClassifier().fit([stating(100, 0, 0)] * 3, np.zeros(3, dtype=np.int64))


@pytest.mark.parametrize(
    ("counted", "readings"),
    [
        ((True, True), {"leadership", "management", "both", "neither"}),
        ((True, False), {"leadership", "neither"}),
        ((False, True), {"management", "neither"}),
        ((False, False), {"neither"}),
    ],
)
def test_duties_read_as_a_side_only_where_a_counted_phrase_stands_for_it(
    duties: DutiesClassifier, counted: tuple[bool, bool], readings: set[str]
) -> None:
    """Phrases of the person specification weigh a little in the tally, by their lines' chance of stating duties."""
    phrases = [replace(phrase, counted=counted[phrase.side]) for phrase in phrases_of(50, 50)]
    [found] = duties.predict_proba([stated_by([10] * 30, [1.0] * 30, phrases, NOTHING_SAID)])
    assert {kind for kind, share in zip(ORIENTATIONS4, found, strict=True) if share > 0} == readings
    assert found.sum() == pytest.approx(1)
