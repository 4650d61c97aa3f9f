from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from made_reviews import made, small

from jdclass.across import ProfileText, find_borrowed, index_profiles

PROFILE = ProfileText(
    "records-officer.txt",
    (
        "Keeps the lending ledger of two departments; checks returns against it",
        "Shows new colleagues how shelves are kept",
    ),
)


def test_a_run_of_profile_words_is_found_with_its_place_and_source() -> None:
    review = small(lines=(("duties", "The post holder keeps the Lending Ledger of two departments, and more."),))
    (found,) = find_borrowed(review, index_profiles([PROFILE]))
    assert found.text == "keeps the Lending Ledger of two departments"
    assert review.lines[0].text[found.start : found.end] == found.text
    assert (found.length, found.profile, found.place) == (7, "records-officer.txt", "page 1, line 1")
    assert found.profile_line == PROFILE.lines[0]


def test_short_runs_and_runs_of_common_words_are_not_borrowed() -> None:
    profile = ProfileText("p", ("to work as part of the team and with all others",))
    here = (
        ("duties", "keeps the lending ledger of one"),
        ("duties", "to work as part of the team and with all others"),
    )
    assert find_borrowed(small(lines=here), index_profiles([PROFILE, profile])) == ()


def test_zones_that_are_not_shown_are_not_checked() -> None:
    line = "Keeps the lending ledger of two departments"
    index = index_profiles([PROFILE])
    assert find_borrowed(small(lines=(("employer", line),)), index) == ()
    assert len(find_borrowed(small(lines=(("person_spec", line),)), index)) == 1


def test_no_profiles_no_findings() -> None:
    index = index_profiles([])
    assert all(find_borrowed(review, index) == () for review in made(3))


@given(
    st.lists(
        st.sampled_from(["keeps", "the", "lending", "ledger", "of", "two", "departments", "shelves", "colleagues"]),
        max_size=30,
    )
)
def test_runs_never_overlap_and_cut_their_text_out(forms: list[str]) -> None:
    text = " ".join(forms)
    review = small(lines=(("duties", text or "-"),))
    found = find_borrowed(review, index_profiles([PROFILE]))
    for before, after in itertools.pairwise(found):
        assert before.end <= after.start
    for item in found:
        assert text[item.start : item.end] == item.text
        assert len(item.text.split()) == item.length
