"""Loading the lexicon: what ships holds together, and a file that does not is refused by file and line."""

import hashlib
import re

import pytest
import spacy

from jdclass.errors import LexiconError
from jdclass.framework import DATA, default_framework
from jdclass.lexicon import STATEMENTS, load_collisions, load_lexicon
from jdclass.lexicon.load import _cut
from jdclass.lexicon.patterns import expand

HEAD = "forms,orientation,contrast,object,unless,unless_after,gap,states,source,note\n"
STAFF = "class: staff,,,staff team(s),,,,,,\n"
LEAD = "lead~,leadership,people_process,staff,,,,,codebook,\n"


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


def write(tmp_path, text, name="mine.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_it_holds_at_least_300_patterns_of_every_contrast_and_side(lexicon):
    phrases = [pattern for pattern in lexicon.patterns if pattern.orientation]
    framework = default_framework()
    assert len(phrases) >= 300
    assert {(pattern.orientation, pattern.contrast) for pattern in phrases} == {
        (orientation, contrast) for orientation in framework.orientations for contrast in framework.contrast_keys
    }


def test_the_ten_statements_all_have_patterns(lexicon):
    assert {state for pattern in lexicon.patterns for state in pattern.states} == set(STATEMENTS)
    assert len(STATEMENTS) == 10


def test_forms_stay_few_enough_to_load_fast(lexicon):
    assert sum(len(pattern.surfaces) for pattern in lexicon.patterns) < 20_000


def test_it_knows_its_file(lexicon):
    assert lexicon.path == "lexicon.csv"
    assert lexicon.sha256 == hashlib.sha256((DATA / "lexicon.csv").read_bytes()).hexdigest()
    assert load_collisions().sha256 == hashlib.sha256((DATA / "collisions.csv").read_bytes()).hexdigest()


def test_lines_are_those_of_the_file(lexicon):
    rows = (DATA / "lexicon.csv").read_text(encoding="utf-8").splitlines()
    for pattern in (lexicon.patterns[0], lexicon.patterns[-1]):
        assert pattern.forms.split()[0] in rows[pattern.line - 1]


def test_explain_says_where_and_what(tmp_path):
    row = "empower~,leadership,empower_control,staff,patients,,6,sets_direction,figure,\n"
    path = write(tmp_path, HEAD + "class: patients,,,patient(s),,,,,,\n" + STAFF + row)
    assert load_lexicon(path).explain(0) == (
        "mine.csv:4: empower~ + staff within 6 words, unless patients before it: leadership (empower_control); "
        "states sets_direction; from figure"
    )


def test_words_of_classes(tmp_path):
    lexicon = load_lexicon(write(tmp_path, HEAD + STAFF + LEAD))
    assert lexicon.words("staff") == {"staff", "team", "teams"}
    assert lexicon.words("staff", "nobody") == {"staff", "team", "teams"}
    assert lexicon.words() == frozenset()


def test_a_byte_order_mark_remarks_and_blank_rows_do_not_matter(tmp_path):
    text = HEAD + "# people\n\n,,,,,,,,,\n" + STAFF + LEAD
    lexicon = load_lexicon(write(tmp_path, text, encoding="utf-8-sig"))
    assert [pattern.line for pattern in lexicon.patterns] == [6]


def test_excel_may_leave_out_empty_cells_and_break_lines_within_one(tmp_path):
    text = HEAD + STAFF + 'leadership,leadership,people_process,,,,,,codebook,"two\nlines"\nvision,leadership,'
    text += "vision_procedure,,,,,,figure\n"
    assert [pattern.line for pattern in load_lexicon(write(tmp_path, text)).patterns] == [3, 5]


def test_columns_may_stand_in_another_order(tmp_path):
    names = HEAD.strip().split(",")[::-1]
    text = ",".join(names) + "\n" + ",codebook,,,,,,people_process,leadership,leadership\n"
    assert load_lexicon(write(tmp_path, text)).patterns[0].forms == "leadership"


FIGURE = "figure, article, codebook, corpus"


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        (
            "lead~,leader,people_process,,,,,,codebook,\n",
            2,
            "orientation 'leader' is not one of leadership, management",
        ),
        (",leadership,people_process,,,,,,codebook,\n", 2, "forms: is empty"),
        ("lead~,,,,,,,,codebook,\n", 2, "has neither orientation nor states, wanted one of them"),
        ("lead~,leadership,people_process,,,,,,gut feeling,\n", 2, f"source 'gut feeling' is not one of {FIGURE}"),
        ("lead~,leadership,people_process,staff,,,,,codebook,\n", 2, "object 'staff' is not one of "),
        (STAFF + "lead~,leadership,people_process,staff,foes,,,,codebook,\n", 3, "unless 'foes' is not one of staff"),
        (STAFF + "lead~,leadership,people_process,,,foes,,,codebook,\n", 3, "unless_after 'foes' is not one of staff"),
        (
            STAFF + "lead~,leadership,people_process,,staff,,,,codebook,\n",
            3,
            "unless 'staff' without an object; wanted it in unless_after",
        ),
        (STAFF + LEAD.replace(",staff,,,,", ",staff,,,far,"), 3, "gap 'far', wanted a number from 0 to 12"),
        (STAFF + LEAD.replace(",staff,,,,", ",staff,,,13,"), 3, "gap '13', wanted a number from 0 to 12"),
        (
            "lead~,leadership,people_process,,,,,no:policy,codebook,\n",
            2,
            "states 'no:policy' with an orientation; 'no:' has none",
        ),
        (
            "no rules,,,,,,,no:policy recruits,codebook,\n",
            2,
            "states 'no:policy recruits' mixes keys with and without 'no:'",
        ),
        (
            "vision,leadership,vision_procedure,,,,,,figure,\n[a|] vision,leadership,vision_procedure,,,,,,figure,\n",
            3,
            "'vision' stands already in line 2 ('vision')",
        ),
        (
            STAFF + LEAD + "class: crew,,,team crew,,,,,,\nleads,management,horizon,crew,,,,,figure,\n",
            5,
            "'leads' with 'team' is hidden by line 3 ('lead~'), which has that object too",
        ),
        ("class: a b,,,staff,,,,,,\n", 2, "class name 'a b', wanted one word after 'class:'"),
        ("class: staff,,,,,,,,,\n", 2, "class 'staff' holds no words"),
        ("class: staff,,,co-worker,,,,,,\n", 2, "class 'staff' holds 'co-worker', wanted single words"),
        ("class: staff,,,team team(s),,,,,,\n", 2, "class 'staff' holds 'team' twice"),
        ("class: staff,leadership,,team,,,,,,\n", 2, "class 'staff' fills orientation; it has only object and note"),
        (STAFF + STAFF + LEAD, 3, "class 'staff' stands already in line 2"),
        ("lead~,leadership,people_process,,,,,,codebook,,extra\n", 2, "11 cells, wanted 10"),
    ],
)
def test_a_file_that_does_not_hold_is_refused_by_line(tmp_path, rows, line, message):
    path = write(tmp_path, HEAD + rows)
    with pytest.raises(LexiconError, match=f"^{re.escape(f'{path}:{line}: {message}')}"):
        load_lexicon(path)


def test_an_unknown_contrast_names_those_there_are(tmp_path):
    path = write(tmp_path, HEAD + "lead~,leadership,people,,,,,,codebook,\n")
    keys = ", ".join(default_framework().contrast_keys)
    with pytest.raises(LexiconError, match=re.escape(f"{path}:2: contrast 'people' is not one of {keys}")):
        load_lexicon(path)


def test_an_unknown_statement_names_those_there_are(tmp_path):
    path = write(tmp_path, HEAD + "lead~,leadership,people_process,,,,,bosses,codebook,\n")
    with pytest.raises(LexiconError, match=re.escape(f"{path}:2: states 'bosses' is not one of supervises, ")):
        load_lexicon(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", ":1: has no columns; wanted forms, orientation, "),
        (b"forms,side\n", ":1: columns forms, side; wanted forms, orientation, "),
        (HEAD.encode(), ": holds no pattern"),
        (HEAD.encode() + b"caf\xe9,leadership\n", ":2: is not UTF-8 (in Excel, save it as 'CSV UTF-8')"),
        (HEAD.encode() + b'"lead~,leadership\n', ":2: is no CSV: unexpected end of data"),
    ],
)
def test_a_file_that_is_no_lexicon_is_refused(tmp_path, data, message):
    path = tmp_path / "mine.csv"
    path.write_bytes(data)
    with pytest.raises(LexiconError, match=f"^{re.escape(f'{path}{message}')}"):
        load_lexicon(path)


def test_an_absent_file_is_refused(tmp_path):
    path = tmp_path / "absent.csv"
    with pytest.raises(LexiconError, match=re.escape(f"{path}: cannot be read: No such file or directory")):
        load_lexicon(path)


def test_words_are_cut_as_spacys_own_tokenizer_cuts_them() -> None:
    fresh = spacy.blank("en").tokenizer
    words = {word for pattern in load_lexicon().patterns for forms in expand(pattern.forms) for word in forms}
    words |= {"cannot", "dont", "im", "jan", "gonna", "ok", "dr"}  # no marks, but exceptions, or nearly
    wanted = {word: tuple(token.lower_ for token in fresh(word)) for word in words}
    assert {word: _cut(word) for word in words} == wanted
