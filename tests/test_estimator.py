"""The phrase classifier keeps scikit-learn's contract. Its X is text, so the checks are our own."""

from __future__ import annotations

import inspect
import json
import pickle
from pathlib import Path

import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from jdclass import PhraseClassifier
from jdclass.framework import default_framework
from jdclass.learn.estimator import LinePhrase

OPEN = Path(__file__).parents[1] / "corpora" / "open" / "roles.jsonl"
SMALL = {"bits": 12, "folds": 2}  # columns enough for the lines here, and quick

Lines = tuple[list[str], list[list[LinePhrase]]]


@pytest.fixture(scope="module")
def data() -> Lines:
    """Duties lines of eight roles of the open corpus."""
    X, y = [], []
    for record in OPEN.read_text(encoding="utf-8").splitlines()[::20]:
        for line in json.loads(record)["lines"]:
            if line["zone"] == "duties":
                X.append(line["text"])
                y.append([(p["start"], p["end"], p["orientation"], p["contrast"]) for p in line["phrases"]])
    return X, y


@pytest.fixture(scope="module")
def fitted(data: Lines) -> PhraseClassifier:
    return PhraseClassifier(**SMALL).fit(*data)


def test_it_learns_what_it_is_shown(fitted: PhraseClassifier, data: Lines) -> None:
    assert fitted.score(*data) > 0.7


def test_phrases_are_ranges_of_their_line_with_known_names(fitted: PhraseClassifier, data: Lines) -> None:
    framework = default_framework()
    X, _ = data
    found = fitted.predict(X)
    assert len(found) == len(X)
    assert any(found)
    for line, phrases in zip(X, found, strict=True):
        assert phrases == sorted(phrases)
        for start, end, orientation, contrast in phrases:
            assert 0 <= start < end <= len(line)
            assert line[start:end] == line[start:end].strip()
            assert orientation in framework.orientations
            assert contrast in framework.contrast_keys


def test_a_line_alone_and_among_others_is_the_same(fitted: PhraseClassifier, data: Lines) -> None:
    X, _ = data
    together = fitted.predict(X[:30])
    assert [fitted.predict([line])[0] for line in X[:30]] == together


def test_no_lines_and_empty_lines(fitted: PhraseClassifier) -> None:
    assert fitted.predict([]) == []
    assert fitted.predict(["", " "]) == [[], []]
    assert fitted.score([], []) == 1.0
    assert fitted.score([""], [[]]) == 1.0


def test_parameters_are_stored_as_they_are_and_nothing_else_is_done() -> None:
    classifier = PhraseClassifier(threshold=0.7, lexicon="nowhere.csv")
    assert classifier.get_params()["threshold"] == 0.7
    assert set(classifier.get_params()) == set(inspect.signature(PhraseClassifier.__init__).parameters) - {"self"}
    assert vars(classifier) == classifier.get_params()
    assert classifier.set_params(threshold=0.2) is classifier
    assert classifier.threshold == 0.2
    with pytest.raises(ValueError, match="Invalid parameter 'vision'"):
        classifier.set_params(vision=1)


def test_a_clone_has_the_parameters_and_nothing_learnt(fitted: PhraseClassifier) -> None:
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(["Line manage the team."])


def test_not_fitted() -> None:
    with pytest.raises(NotFittedError, match="This PhraseClassifier instance is not fitted yet"):
        PhraseClassifier().predict(["Line manage the team."])
    with pytest.raises(NotFittedError):
        PhraseClassifier().score(["Line manage the team."], [[]])


def test_learnt_names_end_in_an_underscore(fitted: PhraseClassifier) -> None:
    learnt = set(vars(fitted)) - set(fitted.get_params())
    assert learnt == {"tagger_", "judge_", "contrasts_", "matcher_"}


def test_fit_gives_itself_and_changes_no_parameter(data: Lines) -> None:
    X, y = data
    classifier = PhraseClassifier(**SMALL)
    before = classifier.get_params()
    assert classifier.fit(X[:80], y[:80]) is classifier
    assert classifier.get_params() == before


def test_the_same_seed_gives_the_same_phrases(fitted: PhraseClassifier, data: Lines) -> None:
    again = clone(fitted).fit(*data)
    assert again.predict(data[0]) == fitted.predict(data[0])


def test_fitting_again_forgets(fitted: PhraseClassifier, data: Lines) -> None:
    X, y = data
    once = PhraseClassifier(**SMALL).fit(X[:80], y[:80])
    twice = PhraseClassifier(**SMALL).fit(X, y).fit(X[:80], y[:80])
    assert twice.predict(X) == once.predict(X)


def test_score_agrees_with_predict(fitted: PhraseClassifier, data: Lines) -> None:
    X, _ = data
    assert fitted.score(X, fitted.predict(X)) == 1.0
    # Worked by hand: of the phrases found the first is right, of the two wanted one is found.
    line = "Line manage the team and set the vision for the service"
    found = fitted.predict([line])[0]
    first = found[0]
    between = (line.index("and"), line.index("and") + 3, first[2], first[3])
    assert not any(start < between[1] and between[0] < end for start, end, _, _ in found)
    assert fitted.score([line], [[first, between]]) == pytest.approx(2 * 1 / (len(found) + 2))
    # The other side at the same place is no pair, and one long phrase is paired with one short one only.
    other = "leadership" if first[2] == "management" else "management"
    assert fitted.score([line], [[(*first[:2], other, first[3])]]) == 0.0


def test_threshold_only_takes_phrases_away(fitted: PhraseClassifier, data: Lines) -> None:
    X, _ = data
    found = {}
    for threshold in (0.0, 0.5, 0.9, 1.01):
        fitted.set_params(threshold=threshold)
        found[threshold] = {(n, *phrase) for n, phrases in enumerate(fitted.predict(X)) for phrase in phrases}
    fitted.set_params(threshold=0.5)
    assert found[0.0] >= found[0.5] >= found[0.9] >= found[1.01] == set()
    assert found[0.0] > found[0.9] > set()


def test_in_a_pipeline_and_in_cross_validation(data: Lines) -> None:
    X, y = data
    pipeline = make_pipeline(FunctionTransformer(lambda lines: list(lines)), PhraseClassifier(**SMALL))
    scores = cross_val_score(pipeline, X, y, cv=KFold(2, shuffle=True, random_state=0))
    assert len(scores) == 2
    assert all(0.2 < score < 1 for score in scores)


def test_it_can_be_pickled(fitted: PhraseClassifier, data: Lines) -> None:
    """For joblib's workers; a model folder never holds a pickle."""
    assert pickle.loads(pickle.dumps(fitted)).predict(data[0][:20]) == fitted.predict(data[0][:20])


@pytest.mark.parametrize(
    ("X", "y", "error", "said"),
    [
        ("a text", [[]], TypeError, "X is one text, wanted a list of lines"),
        (["one"], [], ValueError, "1 lines and phrases for 0, wanted as many"),
        (["lead"], [[(0, 9, "leadership", "people_process")]], ValueError, "from 0 to 9, wanted a range within 0 to 4"),
        (["lead"], [[(2, 2, "leadership", "people_process")]], ValueError, "from 2 to 2, wanted a range within 0 to 4"),
        (["lead"], [[(0, 4, "leader", "people_process")]], ValueError, "line 0, phrase 0: orientation 'leader' is not"),
        (["lead"], [[(0, 4, "leadership", "vision")]], ValueError, "line 0, phrase 0: contrast 'vision' is not one of"),
        (["lead"], [[(0, 4, "leadership", "horizon")]], ValueError, r"1 lines, wanted at least as many as folds \(4\)"),
        (["lead it"] * 9, [[]] * 9, ValueError, "no phrase of leadership and none of management, wanted some"),
        (
            ["lead it"] * 9,
            [[(0, 4, "leadership", "horizon")]] * 9,
            ValueError,
            "no phrase of management, wanted some of",
        ),
    ],
)
def test_what_cannot_be_learnt_from(X: object, y: object, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        PhraseClassifier().fit(X, y)


def test_one_text_is_no_list(fitted: PhraseClassifier) -> None:
    with pytest.raises(TypeError, match="X is one text, wanted a list of lines"):
        fitted.predict("Line manage the team.")
