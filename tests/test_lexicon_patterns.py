"""The notation of the `forms` cell."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.lexicon.patterns import MAX_FORMS, PatternError, expand, inflections

WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)


def spoken(forms: str) -> list[str]:
    return [" ".join(words) for words in expand(forms)]


@pytest.mark.parametrize(
    ("forms", "wanted"),
    [
        ("Value For Money", ["value for money"]),
        ("manage~", ["manage", "manages", "managing"]),
        ("run~ smoothly", ["run smoothly", "runs smoothly", "running smoothly"]),
        ("budget(s)", ["budget", "budgets"]),
        ("process(es)", ["process", "processes"]),
        ("lead [the|] change", ["lead the change", "lead change"]),
        ("[staff|our people]", ["staff", "our people"]),
        ("day-to-day", ["day-to-day", "day to day"]),
        (
            "line-manage~",
            ["line-manage", "line-manages", "line-managing", "line manage", "line manages", "line managing"],
        ),
        ("trust's", ["trust's", "trust’s"]),
    ],
)
def test_a_cell_stands_for_these_words(forms, wanted):
    assert spoken(forms) == wanted


@pytest.mark.parametrize(
    ("verb", "wanted"),
    [
        ("coach", ("coach", "coaches", "coaching")),
        ("plan", ("plan", "plans", "planning")),
        ("monitor", ("monitor", "monitors", "monitoring")),
        ("identify", ("identify", "identifies", "identifying")),
        ("deploy", ("deploy", "deploys", "deploying")),
        ("oversee", ("oversee", "oversees", "overseeing")),
        ("have", ("have", "has", "having")),
        ("role-model", ("role-model", "role-models", "role-modelling")),
    ],
)
def test_inflections(verb, wanted):
    assert inflections(verb) == wanted


@pytest.mark.parametrize(
    ("forms", "message"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("[the|]", "'[the|]' stands for nothing at all when every slot is left out"),
        ("lead [the", "cannot read '[' in 'lead [the'"),
        ("lead|drive change", "'lead|drive' holds '|' outside of [ ]"),
        ("lead [the|the] team", "'lead [the|the] team' stands twice for 'lead the team'"),
        ("[manage~|managing] staff", "'[manage~|managing] staff' stands twice for 'managing staff'"),
        ("manage~~", "cannot read 'manage~~'"),
        ("team(s)~", "'team(s)~' holds both '~' and brackets, wanted one of them"),
        (" ".join(["[a|b|c|d|e|f|g]"] * 4), f"stands for 2401 forms, wanted at most {MAX_FORMS}"),
    ],
)
def test_what_cannot_be_read_is_refused(forms, message):
    with pytest.raises(PatternError, match=f"^{re.escape(message)}$"):
        expand(forms)


@given(st.lists(WORD, min_size=1, max_size=6))
def test_plain_words_stand_for_themselves(words):
    assert expand(" ".join(words)) == (tuple(words),)


@given(st.lists(st.lists(WORD, min_size=1, max_size=4, unique=True), min_size=1, max_size=4))
def test_slots_multiply(slots):
    sequences = expand(" ".join("[" + "|".join(slot) + "]" for slot in slots))
    count = 1
    for slot in slots:
        count *= len(slot)
    assert len(set(sequences)) == len(sequences) == count
    assert all(word in slot for words in sequences for word, slot in zip(words, slots, strict=True))
