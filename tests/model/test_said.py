"""The words of duties lines: what counts of them, what a reader learns, and what it comes to without some."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.document import ORIENTATIONS4
from jdclass.model.arrays import arrays_of, kind_of, rebuild
from jdclass.model.said import LEAST_DOCUMENTS, NOTHING_SAID, POSTS, Said, WordReader, said_in
from jdclass.model.scoring import DutiesClassifier, Stated, WeighedPhrase, stated_by
from jdclass.model.tracing import duties_reading
from jdclass.segment import tokenize

# What documents of each kind of duties say, with words that all of them share.
LINES = {
    "leadership": "inspire the service and shape its vision",
    "management": "allocate the rota and monitor the service budget",
    "both": "inspire the service and monitor its budget",
    "neither": "assess the wounds of the patients",
}


def said(*lines: str, stated: float = 1.0) -> Said:
    return said_in(tokenize(lines), slice(0, len(lines)), [stated] * len(lines))


def corpus(times: int) -> tuple[list[Said], np.ndarray, list[str]]:
    """So many documents of each kind, each of an employer of its own."""
    rows = [(said(LINES[kind]), number) for number, kind in enumerate(ORIENTATIONS4)] * times
    return [row[0] for row in rows], np.array([row[1] for row in rows]), [str(n) for n in range(len(rows))]


@pytest.fixture(scope="module")
def reader() -> WordReader:
    documents, kinds, _ = corpus(10)
    return WordReader.fit(documents, kinds, np.ones(len(kinds)), C=10.0)


def test_words_count_as_much_as_their_line_states_duties() -> None:
    tokens = tokenize(["Other lines", "Run the clinic", "", "Band 6"])
    found = said_in(tokens, slice(1, 4), [0.75, 0.5, 0.25])
    assert found.ids.tolist() == tokenize(["run the clinic band 6"]).lower.tolist()
    assert found.weight.tolist() == [0.75, 0.75, 0.75, 0.25, 0.25]
    assert len(said_in(tokens, slice(0, 0), []).ids) == 0


def test_struck_out_words_count_nothing() -> None:
    whole = said("run the busy clinic")
    assert whole.without([(0, 1), (2, 4)]).weight.tolist() == [0, 1, 0, 0]
    assert whole.weight.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("kind", ORIENTATIONS4)
def test_words_tell_the_kinds_apart(reader: WordReader, kind: str) -> None:
    found = reader.log_proba([said(LINES[kind])])[0]
    assert ORIENTATIONS4[int(found.argmax())] == kind
    assert np.exp(found).sum() == pytest.approx(1.004)  # each probability stands a thousandth higher


def test_a_document_of_unknown_words_is_read_from_none(reader: WordReader) -> None:
    odds = np.exp(reader.intercept - reader.intercept.max())
    wanted = pytest.approx(np.log(odds / odds.sum() + 1e-3), abs=1e-6)
    for nothing in (NOTHING_SAID, said("zymurgy quixotic"), said(LINES["neither"], stated=0.0)):
        assert reader.log_proba([nothing])[0] == wanted


def test_names_of_posts_numbers_and_rare_words_are_not_learnt() -> None:
    _, kinds, _ = corpus(LEAST_DOCUMENTS)
    titled = [
        said(LINES[ORIENTATIONS4[kind]] + " as a Ward Manager (band 6), reporting to Matrons")
        for kind in kinds.tolist()
    ]
    titled[0] = said(LINES["leadership"] + " in Whitby")
    ids = set(WordReader.fit(titled, kinds, np.ones(len(kinds)), C=1.0).ids.tolist())

    def known(word: str) -> bool:
        return int(tokenize([word]).lower[0]) in ids

    assert known("ward")
    assert known("rota")
    assert not any(known(word) for word in ("manager", "Matrons", "6", "(", "whitby"))
    assert not any(known(post) for post in POSTS)


@given(st.lists(st.sampled_from(" ".join(LINES.values()).split()), min_size=1, max_size=12), st.data())
def test_what_words_pull_is_what_they_come_to(words: list[str], data: st.DataObject) -> None:
    """Hand-worked: log(1 + n) by rarity, of unit length, by the weights."""
    documents, kinds, _ = corpus(LEAST_DOCUMENTS)
    reader = WordReader.fit(documents, kinds, np.ones(len(kinds)), C=1.0)
    toward, against = data.draw(st.permutations(range(4)))[:2]
    column = {int(id_): place for place, id_ in enumerate(reader.ids)}
    places = {word: column[int(tokenize([word]).lower[0])] for word in words}
    counts = {word: math.log1p(words.count(word)) * float(reader.rarity[places[word]]) for word in words}
    length = math.sqrt(sum(value**2 for value in counts.values()))
    wanted = {
        word: value / length * float(reader.coef[toward, places[word]] - reader.coef[against, places[word]])
        for word, value in counts.items()
    }
    found = reader.pulls(said(" ".join(words)), toward, against)
    assert dict(found) == pytest.approx(wanted, abs=1e-5)
    assert [abs(adds) for _, adds in found] == sorted((abs(adds) for _, adds in found), reverse=True)


def test_a_reader_comes_back_from_its_arrays(reader: WordReader) -> None:
    again = rebuild(kind_of(reader), arrays_of(reader))
    documents, _, _ = corpus(1)
    assert (again.log_proba(documents) == reader.log_proba(documents)).all()


def test_too_little_to_learn_words_from() -> None:
    documents, kinds, _ = corpus(1)
    with pytest.raises(ValueError, match=f"no word stands in {LEAST_DOCUMENTS} documents"):
        WordReader.fit(documents, kinds, np.ones(4), C=1.0)
    with pytest.raises(ValueError, match="duties of 3 kinds, wanted 4"):
        WordReader.fit(documents[:3], kinds[:3], np.ones(3), C=1.0)


def of_both(words: Said) -> Stated:
    """A document of these words, one phrase for each side in it."""
    return stated_by([8], [1.0], [WeighedPhrase(side, 2, 0.5, side, 0) for side in (0, 1)], words)


@pytest.fixture(scope="module")
def duties() -> DutiesClassifier:
    """Documents alike in all that is counted of their phrases: only the words differ."""
    documents, kinds, employers = corpus(20)
    return DutiesClassifier(C=1.0).fit([of_both(one) for one in documents], kinds, groups=employers)


def test_duties_alike_in_phrases_are_told_apart_by_their_words(duties: DutiesClassifier) -> None:
    asked = [of_both(said(LINES[kind])) for kind in ORIENTATIONS4]
    assert duties.predict_proba(asked).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_without_employers_words_stay_unread() -> None:
    documents, kinds, _ = corpus(20)
    assert DutiesClassifier().fit([of_both(one) for one in documents], kinds).words_ is None


def test_a_phrase_struck_out_takes_its_words_along(duties: DutiesClassifier) -> None:
    """Without its management phrase the text is what it would be had nobody written that phrase."""
    other, gone = WeighedPhrase(0, 3, 1.0, 0, 0, (0, 3)), WeighedPhrase(1, 3, 1.0, 1, 0, (4, 7))
    whole = stated_by([8], [1.0], [other, gone], said("inspire the service and monitor its budget"))
    without = stated_by([8], [1.0], [other], said("inspire the service and"))
    found = duties.predict_proba([whole.without([gone], [other])])
    assert found == pytest.approx(duties.predict_proba([without]))
    assert abs(found - duties.predict_proba([whole])).max() > 0.01


def test_a_reading_adds_up_to_its_log_odds(duties: DutiesClassifier) -> None:
    stated = of_both(said(LINES["management"]))
    reading = duties_reading(duties, stated)
    probabilities = dict(zip(ORIENTATIONS4, duties.predict_proba([stated])[0], strict=True))
    wanted = math.log(probabilities[reading.duties] / probabilities[reading.rather_than])
    assert reading.duties == "management"
    assert sum(part.adds for part in reading.parts) == pytest.approx(wanted)
    assert {part.what for part in reading.parts} >= {"the words of its duties lines", "how much text states duties"}
    assert reading.words[0][0] in {"allocate", "rota", "monitor", "budget"}


def test_a_reading_without_another_to_compare_with(duties: DutiesClassifier) -> None:
    """However much the words sound like it: nothing stands for a side."""
    reading = duties_reading(duties, stated_by([8], [1.0], [], said(LINES["both"])))
    assert (reading.duties, reading.rather_than, reading.parts, reading.words) == ("neither", None, (), ())
