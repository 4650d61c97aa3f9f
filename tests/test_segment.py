"""Blocks to lines and lines to tokens: nothing lost, nothing moved."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from jdclass.document import Block
from jdclass.segment import split_lines, split_text, tokenize
from jdclass.segment.lines import LONGEST

TEXTS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("  \n\t.!?•-oABab·\u00a0\u2028\r\x85\x0b")), max_size=120
)


@given(TEXTS)
def test_lines_are_ranges_in_order_without_white_space_at_their_ends(text: str) -> None:
    spans = split_text(text)
    assert spans == sorted(spans)
    for start, end in spans:
        line = text[start:end]
        assert line
        assert line.strip() == line
        assert any(character.isalnum() for character in line)
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start


@given(TEXTS)
def test_no_letter_or_digit_is_lost_but_a_bullet(text: str) -> None:
    """What lies between the lines holds no letter or digit, but for the lone "o" that Word types as a bullet."""
    at = 0
    between = []
    for start, end in [*split_text(text), (len(text), len(text))]:
        between.append(text[at:start])
        at = end
    for gap in between:
        assert {character for character in gap if character.isalnum()} <= {"o"}


@given(TEXTS)
def test_no_line_holds_a_line_break(text: str) -> None:
    assert not any(len(text[start:end].splitlines()) > 1 for start, end in split_text(text))


@given(TEXTS)
def test_a_line_cut_again_is_itself(text: str) -> None:
    for start, end in split_text(text):
        line = text[start:end]
        # A second bullet behind the first one is dropped the second time; that aside a line is whole.
        again = split_text(line)
        assert len(again) == 1
        assert again[0][1] == len(line)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        (" \n\t ", []),
        ("***\n- \n•", []),
        ("Lead the team", ["Lead the team"]),
        ("• Lead the team.\n• Hold the budget", ["Lead the team.", "Hold the budget"]),
        ("Lead the team. Hold the budget! Why? Because", ["Lead the team.", "Hold the budget!", "Why?", "Because"]),
        ("approx. five staff, e.g. nurses", ["approx. five staff, e.g. nurses"]),
        ("o Manage the rota\no-level maths", ["Manage the rota", "o-level maths"]),
        ("\uf0b7 Word's bullet", ["Word's bullet"]),
        ("– a dash\u2028and a line separator", ["a dash", "and a line separator"]),
        ("Band 7\r\n37.5 hours", ["Band 7", "37.5 hours"]),
    ],
)
def test_lines_of_hand_worked_texts(text: str, lines: list[str]) -> None:
    assert [text[start:end] for start, end in split_text(text)] == lines


def test_a_text_without_stops_is_cut_between_words() -> None:
    text = "lead the team " * 1_000
    lines = [text[start:end] for start, end in split_text(text)]
    assert " ".join(lines) == text.strip()
    assert all(len(line) <= LONGEST for line in lines)
    assert len(lines) <= len(text) // (LONGEST - len(" lead the team")) + 1


def test_a_word_without_end_is_cut_all_the_same() -> None:
    assert [end - start for start, end in split_text("x" * (2 * LONGEST + 5))] == [LONGEST, LONGEST, 5]
    exact = "x" * LONGEST
    assert split_text(f"{exact} {exact}") == [(0, LONGEST), (LONGEST + 1, 2 * LONGEST + 1)]
    assert split_text(exact) == [(0, LONGEST)]


@given(st.lists(TEXTS, max_size=6))
def test_lines_of_blocks_keep_their_block_and_place(texts: list[str]) -> None:
    blocks = [Block(text, "list_item", None, f"bullet {number}", "Essential") for number, text in enumerate(texts)]
    lines = split_lines(blocks)
    assert [line.block for line in lines] == sorted(line.block for line in lines)
    for line in lines:
        assert blocks[line.block].text[line.start : line.start + len(line.text)] == line.text
        assert (line.kind, line.place, line.section) == ("list_item", f"bullet {line.block}", "Essential")
        assert not line.heading


def test_a_heading_is_one_line_that_knows_it() -> None:
    (line,) = split_lines([Block("Main duties", "heading", 1)])
    assert line.heading


LINES = st.lists(
    st.text(
        alphabet=st.one_of(st.characters(exclude_characters="\n"), st.sampled_from("ab .,-'/ \u00a0")), max_size=60
    ),
    max_size=8,
)


@given(LINES)
def test_tokens_stand_in_their_lines_in_order_and_leave_out_white_space_alone(lines: list[str]) -> None:
    tokens = tokenize(lines)
    covered = [[False] * len(line) for line in lines]
    last = (-1, 0)
    for number, start, end in zip(tokens.line.tolist(), tokens.start.tolist(), tokens.end.tolist(), strict=True):
        assert (number, start) >= last
        assert 0 <= start < end <= len(lines[number])
        last = (number, end)
        for at in range(start, end):
            covered[number][at] = True
    for line, marks in zip(lines, covered, strict=True):
        assert all(mark or character.isspace() for character, mark in zip(line, marks, strict=True))


@given(LINES)
def test_first_counts_the_tokens_of_each_line(lines: list[str]) -> None:
    tokens = tokenize(lines)
    assert len(tokens.first) == len(lines) + 1
    counts = np.bincount(tokens.line, minlength=len(lines)) if lines else np.zeros(0, dtype=int)
    assert np.diff(tokens.first).tolist() == counts.tolist()


@given(LINES)
def test_a_line_alone_and_among_others_has_the_same_tokens(lines: list[str]) -> None:
    together = tokenize(lines)
    for number, line in enumerate(lines):
        alone = tokenize([line])
        mine = slice(int(together.first[number]), int(together.first[number + 1]))
        assert together.start[mine].tolist() == alone.start.tolist()
        assert together.end[mine].tolist() == alone.end.tolist()
        assert together.lower[mine].tolist() == alone.lower.tolist()


def test_half_a_character_keeps_the_offsets() -> None:
    tokens = tokenize(["Lead \ud83d the team"])
    assert list(zip(tokens.start.tolist(), tokens.end.tolist(), strict=True)) == [(0, 4), (5, 6), (7, 10), (11, 15)]


@given(LINES, st.data())
def test_part_of_the_tokens_is_the_tokens_of_the_part(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(lines)))
    stop = data.draw(st.integers(start, len(lines)))
    part, alone = tokenize(lines).part(slice(start, stop)), tokenize(lines[start:stop])
    for name in ("line", "start", "end", "lower", "prefix", "suffix", "shape", "first"):
        assert getattr(part, name).tolist() == getattr(alone, name).tolist(), name


def test_no_lines_have_no_tokens() -> None:
    tokens = tokenize([])
    assert len(tokens) == 0
    assert tokens.first.tolist() == [0]


@given(st.lists(st.lists(st.sampled_from(["don't", "(don't", "8am.", "staff,", "co-ordinate", "e.g."]), max_size=5)))
def test_tokens_are_those_of_a_tokenizer_that_remembers_nothing(lines: list[list[str]]) -> None:
    texts = [" ".join(line) for line in lines]
    tokens = tokenize(texts)
    fresh = [[token.lower for token in spacy.blank("en")(text)] for text in texts]
    assert [tokens.lower[a:b].tolist() for a, b in pairwise(tokens.first)] == fresh
