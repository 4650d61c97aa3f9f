"""The sentences of a review, where they are made."""

from __future__ import annotations

import pytest

from jdclass.document import Claim, Duties
from jdclass.reasons import reasons

CLAIM = Claim("neither", 0.1, 0.1, 0.8, ())


def said(orientation: str, leadership: float, management: float) -> tuple[str, ...]:
    return reasons(
        title="Nurse",
        claim=CLAIM,
        duties=Duties(orientation, leadership, management, 1 - leadership - management),
        words=200,
        phrases=(),
        verdict="matches",
        partly=False,
        vague=False,
        close=False,
    )


@pytest.mark.parametrize(
    ("orientation", "leadership", "management", "side"),
    [
        ("management", 0.08, 0.05, "management"),
        ("leadership", 0.05, 0.05, "leadership"),
        ("management", 0.05, 0.08, None),
        ("leadership", 0.08, 0.05, None),
        ("both", 0.08, 0.05, None),
        ("neither", 0.08, 0.05, None),
    ],
)
def test_where_words_outweigh_the_phrases_it_is_said(
    orientation: str, leadership: float, management: float, side: str | None
) -> None:
    found = said(orientation, leadership, management)
    told = [sentence for sentence in found if sentence.startswith("The other words")]
    assert told == ([] if side is None else [f"The other words of these lines tell more of {side}."])
    if told:
        place = found.index(told[0])
        assert found[place - 1].endswith("in management phrases.")
