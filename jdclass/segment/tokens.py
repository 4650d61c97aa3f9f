"""Lines to tokens with offsets into the line, by spaCy's blank English tokenizer.

A whole document is one `Doc`, its lines joined by line breaks, so that a pattern can never run from one line into the
next and everything a classifier needs comes out as arrays of integers in one call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer
    from spacy.tokens import Doc

__all__ = ["Tokens", "english_tokenizer", "tokenize", "word_of"]

#: How many different words, with the marks around them, the tokenizer remembers in a process: some 20 MB.
MOST_LEARNT = 100_000

_learnt: set[str] = set()

_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words and marks of some lines; all arrays are of the same length, white space left out.

    `line` numbers the line of each token, `start` and `end` are characters of that line, half open. `lower`, `prefix`
    (1 character), `suffix` (3) and `shape` are spaCy's 64-bit hashes of those strings, equal on every machine. `doc`
    is the spaCy document, `index` the place of each token in it.
    """

    doc: Doc
    index: NDArray[np.int64]
    line: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    lower: NDArray[np.uint64]
    prefix: NDArray[np.uint64]
    suffix: NDArray[np.uint64]
    shape: NDArray[np.uint64]
    first: NDArray[np.int64]  # of each line: the number of its first token; one longer than the lines

    def __len__(self) -> int:
        return len(self.index)

    def part(self, lines: slice) -> Tokens:
        """The tokens of some lines that follow each other, numbered from 0; `lines` has a start and a stop."""
        at = slice(int(self.first[lines.start]), int(self.first[lines.stop]))
        return Tokens(
            doc=self.doc,
            index=self.index[at],
            line=self.line[at] - lines.start,
            start=self.start[at],
            end=self.end[at],
            lower=self.lower[at],
            prefix=self.prefix[at],
            suffix=self.suffix[at],
            shape=self.shape[at],
            first=self.first[lines.start : lines.stop + 1] - at.start,
        )


@cache
def english_tokenizer() -> Tokenizer:
    """spaCy's tokenizer of blank English, made once a process: no pipeline, nothing downloaded."""
    from spacy.attrs import IS_SPACE, LOWER, PREFIX, SHAPE, SUFFIX
    from spacy.lang.en import English
    from spacy.lang.lex_attrs import LEX_ATTRS
    from spacy.tokenizer import Tokenizer
    from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
    from spacy.vocab import Vocab

    own: Any = English.Defaults
    # Of each new word spaCy would work out some twenty properties (is it a URL?); nobody here asks for more than these.
    getters = {name: LEX_ATTRS[name] for name in (IS_SPACE, LOWER, PREFIX, SUFFIX, SHAPE)}
    return Tokenizer(
        Vocab(lex_attr_getters=getters),
        rules=own.tokenizer_exceptions,
        prefix_search=compile_prefix_regex(own.prefixes).search,
        suffix_search=compile_suffix_regex(own.suffixes).search,
        infix_finditer=compile_infix_regex(own.infixes).finditer,
        token_match=own.token_match,
        url_match=own.url_match,
        max_cache_size=MOST_LEARNT,
    )


def _learn_words(text: str) -> None:
    """Show the tokenizer the new words of a text before the text itself.

    It remembers how it took a word apart, but in each text only up to the first exception ("don't"): of one as long as
    a batch hardly anything, so that most words would be taken apart again whenever they come. So words that hold no
    exception are shown together, the others each alone.
    """
    if len(_learnt) >= MOST_LEARNT:
        return
    tokenizer = english_tokenizer()
    new = list(islice(set(text.split()) - _learnt, MOST_LEARNT - len(_learnt)))
    _learnt.update(new)
    plain = []
    for word in new:
        bare = word.strip("(),;:")
        if bare.rstrip(".").isalpha() and bare not in tokenizer.rules and bare.rstrip(".") not in tokenizer.rules:
            plain.append(word)
        else:
            tokenizer(word)
    tokenizer(" ".join(plain))


def word_of(id_: int) -> str:
    """The word of a hash in `Tokens.lower`, of lines that this process has tokenized. Raises KeyError for another."""
    word: str = english_tokenizer().vocab.strings[id_]
    return word


def tokenize(lines: Sequence[str]) -> Tokens:
    """Tokens of the given lines. A line may be empty; line breaks within a line count as white space."""
    from spacy.attrs import IDX, IS_SPACE, LENGTH, LOWER, PREFIX, SHAPE, SUFFIX

    # Half a character (JSON may hold one as an escape) is nothing that spaCy can hash; one for one, so offsets stay.
    text = _HALF.sub("\ufffd", "\n".join(line.replace("\n", " ") for line in lines))
    _learn_words(text)
    doc = english_tokenizer()(text)
    names = [IDX, LENGTH, IS_SPACE, LOWER, PREFIX, SUFFIX, SHAPE]
    table: NDArray[np.uint64] = np.asarray(doc.to_array(names), dtype=np.uint64)
    index = np.flatnonzero(table[:, 2] == 0)
    table = table[index]
    begins = np.cumsum([0, *(len(line) + 1 for line in lines[:-1])]) if lines else np.zeros(0, dtype=np.int64)
    at = table[:, 0].astype(np.int64)
    line = np.searchsorted(begins, at, side="right") - 1
    start = at - begins[line] if len(index) else at
    return Tokens(
        doc=doc,
        index=index,
        line=line,
        start=start,
        end=start + table[:, 1].astype(np.int64),
        lower=table[:, 3],
        prefix=table[:, 4],
        suffix=table[:, 5],
        shape=table[:, 6],
        first=np.searchsorted(line, np.arange(len(lines) + 1)),
    )
