"""jdclass as a spaCy component: the same review of a text, its phrases as spans of the document.

    nlp = spacy.blank("en")
    nlp.add_pipe("jdclass")
    doc = nlp("Main duties\\nLine manage the team of eight nurses.")
    [(span.text, span.label_) for span in doc.spans["jdclass"]]

Labels are `leadership:people_process` and so on; `doc.user_data["jdclass"]` holds the whole record. Nothing is
registered for the process but the factory, so pipelines with different models live side by side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, cast

from spacy.language import Language

from jdclass.document import Review
from jdclass.read import DEFAULT_LIMITS
from jdclass.read.build import build_role
from jdclass.read.plain import read_plain

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

    from jdclass.document import RoleDescription
    from jdclass.review import Reviewer

__all__ = ["KEY", "JdclassComponent", "make_component"]

#: Where a document keeps what is found: in `doc.spans` and in `doc.user_data`.
KEY = "jdclass"


@Language.factory(KEY, default_config={"model": None, "title": None}, assigns=["doc.spans"])
def make_component(nlp: Language, name: str, model: str | None, title: str | None) -> JdclassComponent:
    """The component with a model by name or folder (by default the shipped one).

    The title compared with is `doc.user_data["title"]` where it is set, else `title`, else the text's own.
    """
    return JdclassComponent(name, model=model, title=title)


class JdclassComponent:
    """Reviews documents; the model is opened when the first one comes. See the module for what it leaves behind."""

    def __init__(self, name: str = KEY, *, model: str | None = None, title: str | None = None) -> None:
        self.name = name
        self.model = model
        self.title = title
        self._reviewer: Reviewer | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Review one document. Raises ModelError where there is no model, LimitError for one that is too large."""
        (doc,) = self.pipe([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 32) -> Iterator[Doc]:
        """Review a stream of documents in their order, `batch_size` at a time. Raises as `__call__` does."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            for doc, review in zip(batch, self.predict(batch), strict=True):
                self.set_annotations(doc, review)
                yield doc

    def predict(self, docs: Sequence[Doc]) -> list[Review | None]:
        """A review of each document, None for one without a word. Changes nothing."""
        roles = [self._role(doc) for doc in docs]
        reviews = self.reviewer.review_many(role for role in roles if role is not None)
        return [None if role is None else next(reviews) for role in roles]

    def set_annotations(self, doc: Doc, review: Review | None) -> None:
        """Write what was found to the document; where a phrase ends within a token the span takes the whole token."""
        doc.spans[KEY] = [] if review is None else list(_spans(doc, review))
        if review is not None:
            doc.user_data[KEY] = review.to_dict()

    @property
    def reviewer(self) -> Reviewer:
        """The reviewer, opened at first use."""
        if self._reviewer is None:
            from jdclass.review import load

            self._reviewer = load(self.model)
        return self._reviewer

    def _role(self, doc: Doc) -> RoleDescription | None:
        text = doc.text
        if not any(character.isalnum() for character in text):
            return None
        # Read as plain text, whatever it looks like, and with contacts as they are: masking and markup would move
        # characters, and the spans are to be those of the document.
        return build_role(
            read_plain(text, format="text", limits=DEFAULT_LIMITS),
            id=KEY,
            path=None,
            record=None,
            sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            title=doc.user_data.get("title", self.title),
            keep_contacts=True,
        )


def _spans(doc: Doc, review: Review) -> Iterator[Span]:
    starts = _line_characters(doc.text, [line.text for line in review.lines])
    for phrase in review.phrases:
        places = starts[phrase.line]
        label = f"{phrase.orientation}:{phrase.contrast}"
        start, end = places[phrase.start], places[phrase.end - 1] + 1
        yield cast("Span", doc.char_span(start, end, label=label, alignment_mode="expand"))


def _line_characters(text: str, lines: Sequence[str]) -> list[list[int]]:
    """For each character of each line its place in the text; a space that the text does not have gets that of the
    character before it.

    Lines come in the order of the text and hold all of its characters in order, but for white space (wrapped lines are
    joined by reading) and bullets, so the place of a line is the first at which its solid characters follow each other.

    >>> _line_characters("a b" + chr(10) + "c", ["a b c"])
    [[0, 1, 2, 2, 4]]
    """
    solid = [at for at, character in enumerate(text) if not character.isspace()]
    squeezed = "".join(text[at] for at in solid)
    found: list[list[int]] = []
    cursor = 0
    for line in lines:
        wanted = "".join(line.split())
        first = squeezed.index(wanted, cursor)
        cursor = at = first + len(wanted)
        at = first
        places: list[int] = []
        for character in line:
            if character.isspace():
                before = places[-1]
                places.append(before + 1 if text[before + 1 : before + 2] == character else before)
            else:
                places.append(solid[at])
                at += 1
        found.append(places)
    return found
