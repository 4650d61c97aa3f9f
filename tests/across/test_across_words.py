from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jdclass.across.words import content_stems, normal, stem, words


@given(st.text())
def test_words_keep_their_offsets(text: str) -> None:
    found = words(text)
    for word in found:
        assert text[word.start : word.end].replace("’", "'").casefold() == word.form
    assert [word.start for word in found] == sorted(word.start for word in found)


@given(st.text())
def test_normal_form_is_its_own_normal_form(text: str) -> None:
    once = normal(text)
    assert normal(once) == once


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_a_stem_never_vanishes_nor_grows(form: str) -> None:
    assert min(len(form), 3) <= len(stem(form)) <= max(len(form), 3)


def test_family_of_words_has_one_stem() -> None:
    assert len({stem(form) for form in ("manage", "manages", "managed", "managing", "manager", "management")}) == 1
    assert len({stem(form) for form in ("recruit", "recruits", "recruiting", "recruitment")}) == 1
    assert stem("budget") != stem("badge")


def test_common_words_and_numbers_carry_no_content() -> None:
    assert content_stems(["experience", "of", "managing", "12", "budgets"]) == (stem("managing"), stem("budgets"))
    assert content_stems([]) == ()
