from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from made_reviews import made, small

from jdclass.across import TwinRole, find_twins, title_key, twin_role
from jdclass.across.twins import FAR_APART


def role(name: str, title: str, leadership: float, management: float, orientation: str = "management") -> TwinRole:
    return TwinRole(name, title, title_key(title), "", name, orientation, leadership, management, ())


def test_titles_that_differ_in_band_hours_and_brackets_are_one() -> None:
    same = [
        "Ward Manager",
        "WARD MANAGER (Acute Frailty)",
        "Ward Manager, Band 7",
        "Ward  Manager – full time",
        "ward manager b7",
    ]
    assert {title_key(title) for title in same} == {"ward manager"}
    assert title_key("Assistant Ward Manager") != title_key("Ward Manager")
    assert title_key("Estates & Facilities Lead") == title_key("Estates and Facilities Lead")
    assert title_key("(Band 7)") == "(band 7)"  # nothing left: the title itself


def test_same_title_with_different_duties_is_found_with_the_phrases_side_by_side() -> None:
    first = small(
        "Service Lead",
        (("duties", "Set the vision for the service"), ("duties", "Keep the rota")),
        ((0, "Set the vision", "leadership", "vision_procedure"), (1, "Keep the rota", "management", "people_process")),
        id="a.docx",
        band="8a",
    )
    second = small(
        "SERVICE LEAD (Band 8a)",
        (("duties", "Appraise the staff of the service"), ("duties", "Keep the rota")),
        (
            (0, "Appraise the staff", "management", "empower_control"),
            (1, "Keep the rota", "management", "people_process"),
        ),
        id="b.docx",
        holds="management",
    )
    other = small("Ward Clerk", (("duties", "File letters"),), id="c.docx", holds="neither")
    (group,) = find_twins(filter(None, map(twin_role, (first, second, other))))
    assert (group.key, group.texts, group.shared) == ("service lead", 2, 1)
    assert [role.id for role in group.roles] == ["a.docx", "b.docx"]
    assert [phrase.text for phrase in group.only_first] == ["Set the vision"]
    assert [phrase.text for phrase in group.only_second] == ["Appraise the staff"]
    assert group.only_first[0].place == "page 1, line 1"


def test_documents_that_state_different_bands_are_never_put_side_by_side() -> None:
    texts = (("Set the vision", "leadership", "vision_procedure"), ("Keep the rota", "management", "people_process"))
    found = []
    for band in ("7", "Band 7", "8a", "AfC band 8 A", None):
        for number, (words, orientation, contrast) in enumerate(texts):
            lines = (("duties", words),)
            name = f"{band} {number}"
            review = small("Lead", lines, ((0, words, orientation, contrast),), id=name, band=band, holds=orientation)
            found.append(twin_role(review))
    groups = find_twins(role for role in found if role)
    assert {group.first.band: {role.id for role in group.roles} for group in groups} == {
        "7": {"7 0", "7 1", "Band 7 0", "Band 7 1"},
        "8a": {"8a 0", "8a 1", "AfC band 8 A 0", "AfC band 8 A 1"},
        "": {"None 0", "None 1"},
    }
    in_title = twin_role(small("Lead Nurse (Band 6)", band=None))
    assert in_title is not None
    assert (in_title.key, in_title.band) == ("lead nurse", "6")


def test_one_text_in_many_files_is_no_twin() -> None:
    lines = (("duties", "Set the vision for the service"),)
    copies = [small("Service Lead", lines, id=f"{n}.docx") for n in range(3)]
    assert find_twins(filter(None, map(twin_role, copies))) == ()


def test_a_review_that_cannot_tell_is_compared_with_nothing() -> None:
    assert twin_role(small(fits=0, found="insufficient_evidence")) is None


def test_lines_that_do_not_count_make_no_difference() -> None:
    here = small("Lead", (("duties", "Lead the team"), ("employer", "We are by the sea")))
    there = small("Lead", (("duties", "Lead the team"), ("benefits", "Free parking")))
    one, other = twin_role(here), twin_role(there)
    assert one is not None
    assert other is not None
    assert one.text_key == other.text_key


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=12))
def test_the_pair_shown_lies_furthest_apart(points: list[tuple[float, float]]) -> None:
    roles = [role(f"{n:02}", "Lead", x, y) for n, (x, y) in enumerate(points)]
    widest = max(a.distance(b) for a, b in itertools.combinations(roles, 2))
    groups = find_twins(roles)
    if widest >= FAR_APART + 1e-9:
        assert abs(groups[0].distance - widest) < 1e-9
    elif widest < FAR_APART - 1e-9:
        assert groups == ()


def test_close_profiles_of_unlike_orientation_are_shown() -> None:
    (group,) = find_twins([role("a", "Lead", 0.1, 0.12), role("b", "Lead", 0.12, 0.1, "leadership")])
    assert {group.first.id, group.second.id} == {"a", "b"}


def test_order_of_the_folder_makes_no_difference() -> None:
    roles = [role for role in map(twin_role, made()) if role]
    assert find_twins(roles) == find_twins(reversed(roles))
