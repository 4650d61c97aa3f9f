"""What further roles count, swapped titles and the reliability of the match, worked by hand."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jdclass.learn.gold import GoldRole
from jdclass.learn.outcome import as_frequent, draw_swaps, reliability_of_match, swapped


def role(number: int, title: str, claim: str, match: int) -> GoldRole:
    verdict = "matches" if match >= 4 else "insufficient_evidence" if match == 0 else "overclaims_leadership"
    return GoldRole(str(number), "train", title, f"Trust {number}", claim, "both", match, verdict, ())


ROLES = (
    role(0, "Ward Manager", "management", 5),
    role(1, "Staff Nurse", "neither", 4),
    role(2, "Head of Audit", "leadership", 3),
    role(3, "Ward Manager (nights)", "both", 2),
    role(4, "Head of Strategy", "leadership", 0),
)


def family(title: str) -> str:
    return " ".join(title.split()[:2])


def record(score: int | None, low: int | None = None, high: int | None = None) -> dict[str, Any]:
    return {"match": {"score": score, "low": low, "high": high, "abstained": score is None}}


def test_each_claim_weighs_as_much_among_further_roles_as_among_the_gold_ones() -> None:
    """Of four gold roles that can be told, management, neither, leadership and both are a quarter each."""
    claims = ("neither", "neither", "neither", "management")
    others = [role(number, "Staff Nurse", claim, 4) for number, claim in enumerate(claims)]
    thin = role(9, "Matron", "management", 0)
    counts = as_frequent(ROLES, [*others, thin])
    assert counts[:4] == [1 / 4 * 4 / 3] * 3 + [1.0]
    assert sum(counts[:3]) == counts[3]
    assert as_frequent(ROLES, [thin, role(8, "Head of Audit", "leadership", 0)]) == [0.0, 0.0]
    assert as_frequent(ROLES, []) == []


def test_titles_are_of_another_family_and_claim_and_only_under_roles_that_fit() -> None:
    pairs = draw_swaps(ROLES, family)
    assert sorted(pairs) == [
        (0, "Head of Audit"),
        (0, "Head of Strategy"),
        (0, "Staff Nurse"),
        (1, "Head of Audit"),
        (1, "Head of Strategy"),
        (1, "Ward Manager"),
        (1, "Ward Manager (nights)"),
    ]


@given(st.integers(0, 9), st.integers(0, 20))
def test_roles_take_turns_and_the_seed_decides(wanted: int, seed: int) -> None:
    pairs = draw_swaps(ROLES, family, pairs=wanted, seed=seed)
    assert pairs == draw_swaps(ROLES, family, pairs=wanted, seed=seed)
    assert len(pairs) == len(set(pairs)) == min(wanted, 7)
    turns = [number for number, _ in pairs]
    assert abs(turns[:6].count(0) - turns[:6].count(1)) <= 1


def test_without_a_fitting_role_there_are_no_pairs() -> None:
    assert draw_swaps(ROLES[2:], family) == []
    assert draw_swaps((), family) == []


def test_swapped_counts_lower_same_and_abstained() -> None:
    found = swapped(ROLES, [(0, 80, 40), (0, 80, 80), (1, 70, 75), (1, 70, None), (2, None, 20), (3, 60, 59)])
    assert (found.pairs, found.abstained, found.lower, found.same) == (6, 2, 2, 1)
    assert found.claims == (("both", 1, 1), ("management", 2, 1), ("neither", 1, 0))
    value, low, high = found.share
    assert value == 0.5
    assert 0 <= low <= value <= high <= 1


def test_swapped_without_a_scored_pair_has_no_share() -> None:
    for pairs in ([], [(0, None, 5)]):
        assert all(math.isnan(value) for value in swapped(ROLES, pairs).share)


def test_a_share_of_all_or_none_has_no_width() -> None:
    assert swapped(ROLES, [(0, 80, 40), (1, 70, 10)]).share == (1.0, 1.0, 1.0)
    assert swapped(ROLES, [(0, 10, 40), (1, 20, 70)]).share == (0.0, 0.0, 0.0)


def test_the_match_is_binned_by_score_without_thin_and_abstained_roles() -> None:
    roles = [role(n, "Nurse", "neither", match) for n, match in enumerate((5, 1, 0, 4, 2))]
    records = [record(90, 75, 100), record(20, 0, 25), record(50, 0, 100), record(None), record(30, 50, 75)]
    assert reliability_of_match(roles, records, bins=2) == ((25.0, 12.5, 0.5, 2), (90.0, 100.0, 1.0, 1))


def test_nothing_scored_gives_no_bins() -> None:
    assert reliability_of_match([], []) == ()
