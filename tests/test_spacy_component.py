"""The spaCy component: the same review by another door, with offsets of the document."""

from __future__ import annotations

import json
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from jdclass.document import Review
from jdclass.framework import default_framework
from jdclass.review import Reviewer
from jdclass.spacy_component import KEY, JdclassComponent, _line_characters

TOP = Path(__file__).parents[1]
OPEN = TOP / "corpora" / "open" / "roles.jsonl"


@pytest.fixture(scope="module")
def nlp() -> Language:
    made = spacy.blank("en")
    made.add_pipe("jdclass")
    return made


@pytest.fixture(scope="module")
def text() -> str:
    role = json.loads(OPEN.read_text(encoding="utf-8").splitlines()[0])
    return "\n".join(line["text"] for line in role["lines"])


def spans(doc: Doc) -> list[tuple[int, int, str]]:
    return [(span.start_char, span.end_char, span.label_) for span in doc.spans[KEY]]


def test_the_entry_point_is_the_factory() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["entry-points"]["spacy_factories"]["jdclass"].partition(":")
    component = getattr(import_module(module), name)(spacy.blank("en"), "mine", None, "Nurse")
    assert isinstance(component, JdclassComponent)
    assert (component.name, component.title) == ("mine", "Nurse")


def test_spans_are_the_phrases_of_the_review(nlp: Language, reviewer: Reviewer, text: str) -> None:
    doc = nlp(text)
    review = reviewer.review(text=text)
    assert [span.text for span in doc.spans[KEY]] == [phrase.text for phrase in review.phrases]
    assert [span.label_ for span in doc.spans[KEY]] == [f"{p.orientation}:{p.contrast}" for p in review.phrases]
    assert len(doc.spans[KEY]) > 5
    for start, end, _ in spans(doc):
        assert doc.text[start:end] == text[start:end]


def test_the_record_stands_beside_the_spans(nlp: Language, reviewer: Reviewer, text: str) -> None:
    record = nlp(text).user_data[KEY]
    assert Review.from_dict(record).phrases == reviewer.review(text=text).phrases
    assert json.loads(json.dumps(record)) == record


def test_labels_are_orientation_and_contrast(nlp: Language, text: str) -> None:
    framework = default_framework()
    for _, _, label in spans(nlp(text)):
        orientation, _, contrast = label.partition(":")
        assert orientation in framework.orientations
        assert contrast in framework.contrast_keys


def test_the_title_of_a_document(nlp: Language, text: str) -> None:
    plain = nlp.make_doc(text)
    plain.user_data["title"] = "Director of Strategy"
    record = nlp(plain).user_data[KEY]
    assert record["title"] == "Director of Strategy"
    assert record["claim"]["orientation"] == "leadership"
    other = spacy.blank("en")
    other.add_pipe("jdclass", config={"title": "Ward Manager"})
    assert other(text).user_data[KEY]["title"] == "Ward Manager"
    # Neither pipeline has changed what the other does.
    assert spans(nlp(text)) == spans(other(text))
    assert nlp(text).user_data[KEY]["title"] not in ("Ward Manager", "Director of Strategy")


def test_a_stream_gives_what_single_calls_give(nlp: Language, text: str) -> None:
    texts = [text, "", "Line manage the team.", " \n "]
    streamed = list(nlp.pipe(texts, batch_size=3))
    assert [spans(doc) for doc in streamed] == [spans(nlp(one)) for one in texts]
    assert [doc.text for doc in streamed] == texts


def test_a_document_without_words_has_no_spans(nlp: Language) -> None:
    for empty in ("", " \n\t", "***"):
        doc = nlp(empty)
        assert list(doc.spans[KEY]) == []
        assert KEY not in doc.user_data


def test_contacts_are_left_as_they_are_so_that_offsets_hold(nlp: Language) -> None:
    words = "Main duties\nRing Ann on 01234 567890 or ann@example.org, then line manage the nursing team every day."
    doc = nlp(words)
    assert doc.text == words
    assert "ann@example.org" in " ".join(line["text"] for line in doc.user_data[KEY]["lines"])


def test_a_pipeline_saved_and_loaded_does_the_same(nlp: Language, text: str, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "pipeline")
    assert spans(spacy.load(tmp_path / "pipeline")(text)) == spans(nlp(text))


def test_a_document_saved_and_loaded_keeps_what_was_found(nlp: Language, text: str) -> None:
    doc = nlp(text)
    back = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert spans(back) == spans(doc)
    assert back.user_data[KEY] == doc.user_data[KEY]


def test_no_extension_is_registered_for_the_process(nlp: Language, text: str) -> None:
    nlp(text)
    assert not any(Doc.has_extension(name) for name in ("jdclass", "review", "title"))


def test_predict_changes_nothing(text: str) -> None:
    component = JdclassComponent()
    doc = spacy.blank("en").make_doc(text)
    (review,) = component.predict([doc])
    assert review is not None
    assert KEY not in doc.spans
    assert not doc.user_data


def test_a_tokenizer_of_another_kind_takes_whole_tokens(text: str) -> None:
    """A pipeline may cut words otherwise; then a span covers the tokens that its phrase touches."""
    other = spacy.blank("en")
    other.add_pipe("jdclass")
    doc = Doc(other.vocab, words=text.split(" "))
    other.get_pipe("jdclass")(doc)
    for span, phrase in zip(doc.spans[KEY], doc.user_data[KEY]["phrases"], strict=True):
        assert phrase["text"] in span.text


@given(
    st.lists(
        st.text(
            alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" ab\u00a0\t")), min_size=1
        ),
        max_size=6,
    ),
    st.text(alphabet=" \n\t•", max_size=3),
)
def test_characters_of_lines_are_found_in_the_text(pieces: list[str], between: str) -> None:
    """Whatever white space stands between and within, each solid character of a line is one of the text, in order."""
    lines = [" ".join(piece.split()) for piece in pieces if piece.split()]
    text = (between + "\n").join(pieces)
    found = _line_characters(text, lines)
    last = -1
    for line, places in zip(lines, found, strict=True):
        assert len(places) == len(line)
        for character, place in zip(line, places, strict=True):
            if not character.isspace():
                assert text[place] == character
                assert place > last
                last = place
