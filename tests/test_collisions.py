"""Silly highlights: every collision has a sentence in which it hides what would otherwise count."""

import re

import pytest

from jdclass.errors import LexiconError
from jdclass.lexicon import LexiconMatcher, idle_collisions, load_collisions, load_lexicon
from jdclass.segment import tokenize

COLLISIONS = load_collisions()
HEAD = "forms,reason,example\n"


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


@pytest.fixture(scope="module")
def bare(lexicon):
    return LexiconMatcher(lexicon)


@pytest.fixture(scope="module")
def matcher(lexicon):
    return LexiconMatcher(lexicon, COLLISIONS)


@pytest.mark.parametrize("number", range(len(COLLISIONS.entries)), ids=lambda n: f"line {COLLISIONS.entries[n].line}")
def test_the_example_would_count_without_the_collision(number, bare, matcher):
    tokens = tokenize([COLLISIONS.entries[number].example])
    matches = matcher.match(tokens)
    mine = [hit for hit in matches.collisions if hit.collision == number and hit.hides]
    assert mine
    assert any(
        hit.core_first < one.last and one.first < hit.core_last for one in mine for hit in bare.match(tokens).phrases
    )
    assert matches.phrases == ()


def test_the_model_shows_no_phrase_that_rests_on_a_collision(reviewer, matcher):
    """The examples as lines of duties: where a phrase holds words of a collision, it also holds a hit of its side."""
    text = "\n".join(["Main duties", *(entry.example for entry in COLLISIONS.entries)])
    review = reviewer.review(title="Nurse", text=text)
    silly = []
    for phrase in review.phrases:
        text = review.lines[phrase.line].text
        tokens = tokenize([text])
        found = matcher.match(tokens)
        words = {at for at in range(len(tokens)) if tokens.start[at] < phrase.end and phrase.start < tokens.end[at]}
        hidden = any(words & {*range(one.first, one.last)} for one in found.collisions if one.hides)
        sides = {hit.orientation for hit in found.phrases if words & {*range(hit.first, hit.last)}}
        if hidden and phrase.orientation not in sides:
            silly.append((phrase.text, text))
    assert silly == []


def test_there_are_at_least_80():
    assert len(COLLISIONS.entries) >= 80


def test_reasons_are_plain_words_for_readers():
    for entry in COLLISIONS.entries:
        assert re.fullmatch(r"[A-Za-z][A-Za-z ,;'-]{5,110}", entry.reason), entry


def test_none_is_idle(lexicon):
    assert idle_collisions(lexicon, COLLISIONS) == ()


def test_an_idle_one_is_reported(tmp_path, lexicon):
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + "purple elephant,no such thing,A purple elephant.\nour vision,employer,Our vision.\n")
    assert [entry.forms for entry in idle_collisions(lexicon, load_collisions(path))] == ["purple elephant"]


@pytest.mark.parametrize(
    "line",
    [
        "Agenda for Change terms apply.",
        "Infection control is everybody's business.",
        "Our vision and values guide us.",
        "Clinics for long term conditions.",
        "The NHS Long Term Plan.",
        "Manage your own caseload and time.",
        "A change of address.",
        "Controlled drugs are kept locked.",
        "The lead nurse and the clinical lead will meet you.",
        "You will have regular clinical supervision.",
        "Work is done in line with trust policies.",
    ],
)
def test_boilerplate_does_not_count(matcher, line):
    assert matcher.match(tokenize([line])).phrases == ()


def test_a_pattern_that_spells_the_collision_out_wins(tmp_path):
    lexicon = tmp_path / "lexicon.csv"
    lexicon.write_text(
        "forms,orientation,contrast,object,unless,unless_after,gap,states,source,note\n"
        "vision,leadership,vision_procedure,,,,,,figure,\n"
        "rewrite our vision,leadership,vision_procedure,,,,,,figure,\n"
    )
    collisions = tmp_path / "collisions.csv"
    collisions.write_text(HEAD + "our vision,the employer's,Our vision.\n")
    matcher = LexiconMatcher(load_lexicon(lexicon), load_collisions(collisions))
    matches = matcher.match(tokenize(["We rewrite our vision.", "Share our vision."]))
    assert [(hit.core_first, hit.core_last) for hit in matches.phrases] == [(1, 4)]
    assert [hit.hides for hit in matches.collisions] == [True, True]


def test_a_collision_that_hides_nothing_is_still_found(matcher):
    (hit,) = matcher.match(tokenize(["Wear a lead apron"])).collisions
    assert (hit.first, hit.last, hit.hides) == (2, 4, False)


def test_explain_says_where_and_why(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + "lead apron(s),metal,Lead aprons.\n")
    assert load_collisions(path).explain(0) == "mine.csv:2: lead apron(s): metal"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("our vision,,Our vision.\n", "2: reason is empty"),
        ("our vision,employer,\n", "2: example is empty"),
        (",employer,Our vision.\n", "2: forms: is empty"),
        ("our vision,employer,Yes.\n[our|your] vision,employer,Yes.\n", "3: 'our vision' stands already in line 2"),
    ],
)
def test_a_file_that_does_not_hold_is_refused_by_line(tmp_path, rows, message):
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + rows)
    with pytest.raises(LexiconError, match=f"^{re.escape(f'{path}:{message}')}$"):
        load_collisions(path)


def test_a_file_may_hold_no_collision(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(HEAD)
    assert load_collisions(path).entries == ()
