from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_reviews import MODEL, made, small

from jdclass.across import compare_documents, compare_runs
from jdclass.document import ModelName, Review

OLD = (
    ("duties", "Lead the service"),
    ("duties", "Keep the rota for the nurses of the ward"),
    ("duties", "Order the stock"),
    ("duties", "Answer the telephone at the desk"),
)


def shown(review: Review, other: Review) -> list[tuple[str, str]]:
    return [
        (change.kind, "".join(piece.text for piece in change.pieces))
        for change in compare_documents(review, other).lines
    ]


def test_added_removed_and_moved_lines() -> None:
    new = (OLD[3], OLD[0], ("duties", "Chair the monthly meeting"), OLD[1])
    assert shown(small(lines=OLD), small(lines=new)) == [
        ("moved", "Answer the telephone at the desk"),
        ("added", "Chair the monthly meeting"),
        ("removed", "Order the stock"),
    ]


def test_a_reworded_line_shows_both_wordings_in_one() -> None:
    new = (OLD[0], ("duties", "Write the rota for all nurses of the ward"), OLD[2], OLD[3])
    (change,) = compare_documents(small(lines=OLD), small(lines=new)).lines
    assert change.kind == "reworded"
    assert (change.old_place, change.new_place) == ("page 1, line 2", "page 1, line 2")
    assert [(piece.change, piece.text.strip()) for piece in change.pieces] == [
        ("removed", "Keep"),
        ("added", "Write"),
        ("kept", "the rota for"),
        ("removed", "the"),
        ("added", "all"),
        ("kept", "nurses of the ward"),
    ]


def test_marks_and_capitals_are_no_change() -> None:
    new = tuple((zone, text.upper() + ".") for zone, text in OLD)
    changes = compare_documents(small(lines=OLD), small(lines=new))
    assert (changes.lines, changes.kept) == ((), len(OLD))


def test_phrases_of_one_side_only_are_listed() -> None:
    old = small(lines=OLD, phrases=((0, "Lead the service", "leadership", "people_process"),))
    new = small(lines=OLD[1:], phrases=((0, "Keep the rota", "management", "people_process"),))
    changes = compare_documents(old, new)
    assert [phrase.text for phrase in changes.phrases_added] == ["Keep the rota"]
    assert [phrase.text for phrase in changes.phrases_removed] == ["Lead the service"]


LINES = st.lists(
    st.lists(st.sampled_from(["lead", "keep", "write", "the", "a", "rota", "budget", "team"]), min_size=1, max_size=6),
    max_size=8,
)


@given(LINES, LINES)
def test_every_line_is_kept_or_accounted_for_once(old: list[list[str]], new: list[list[str]]) -> None:
    before = small(lines=tuple(("duties", " ".join(forms)) for forms in old))
    after = small(lines=tuple(("duties", " ".join(forms)) for forms in new))
    changes = compare_documents(before, after)
    assert changes.kept + sum(change.old is not None for change in changes.lines) == len(old)
    assert changes.kept + sum(change.new is not None for change in changes.lines) == len(new)
    for change in changes.lines:
        now = "".join(piece.text for piece in change.pieces if piece.change != "removed")
        if change.new is not None:
            assert now.split() == after.lines[change.new].text.split()
        if change.kind == "reworded":
            assert change.old is not None
            words = " ".join(piece.text for piece in change.pieces if piece.change != "added").split()
            assert words == before.lines[change.old].text.split()


def test_a_document_and_itself_do_not_differ() -> None:
    for review in made(10):
        assert compare_documents(review, review).lines == ()


def test_runs_side_by_side() -> None:
    old = [small(id="a"), small(id="b"), small(id="c")]
    newer = ModelName(MODEL.name, "2.0.0", "6f" * 32)
    new = [
        small(id="b", found="overclaims_leadership", model=newer),
        small(id="c", model=newer),
        small("Team Leader", id="d"),
    ]
    changes = compare_runs(old, new)
    assert changes.only_old == (old[0],)
    assert changes.only_new == (new[2],)
    assert changes.stayed == 1  # another model, the same finding
    (moved,) = changes.moved
    assert (moved.new.id, moved.model_changed, moved.text_changed, moved.title_changed) == ("b", True, False, False)


def test_a_doubled_id_meets_its_own_double() -> None:
    first, second = small(id="a"), small(id="a", found="overclaims_leadership")
    assert compare_runs([first, second], [first, second]).stayed == 2


def test_two_empty_runs() -> None:
    changes = compare_runs([], [])
    assert (changes.only_old, changes.only_new, changes.moved, changes.stayed) == ((), (), (), 0)
