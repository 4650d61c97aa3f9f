"""jdclass: does the title of an NHS role description say what the document says the job is?

    import jdclass

    reviewer = jdclass.load()
    review = reviewer.review(title="Lead Apheresis Nurse", text="...")
    review.match.verdict, review.to_dict()

Importing this loads nothing heavy: each name is fetched from its own module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jdclass.batch import Summary, review_folder
    from jdclass.document import Failure, Phrase, Review, ReviewedLine, RoleDescription
    from jdclass.errors import (
        CorpusError,
        DocumentError,
        FrameworkError,
        JdclassError,
        LexiconError,
        MissingExtraError,
        ModelError,
        StoreError,
    )
    from jdclass.learn.estimator import PhraseClassifier
    from jdclass.read import Limits, read_bytes, read_path, read_record, read_text
    from jdclass.review import Reviewer, load
    from jdclass.store import Store

__all__ = [
    "CorpusError",
    "DocumentError",
    "Failure",
    "FrameworkError",
    "JdclassError",
    "LexiconError",
    "Limits",
    "MissingExtraError",
    "ModelError",
    "Phrase",
    "PhraseClassifier",
    "Review",
    "ReviewedLine",
    "Reviewer",
    "RoleDescription",
    "Store",
    "StoreError",
    "Summary",
    "__version__",
    "load",
    "read_bytes",
    "read_path",
    "read_record",
    "read_text",
    "review_folder",
]

__version__ = "0.1.0"

_HOMES = {
    "jdclass.batch": ("Summary", "review_folder"),
    "jdclass.document": ("Failure", "Phrase", "Review", "ReviewedLine", "RoleDescription"),
    "jdclass.errors": (
        "CorpusError",
        "DocumentError",
        "FrameworkError",
        "JdclassError",
        "LexiconError",
        "MissingExtraError",
        "ModelError",
        "StoreError",
    ),
    "jdclass.learn.estimator": ("PhraseClassifier",),
    "jdclass.read": ("Limits", "read_bytes", "read_path", "read_record", "read_text"),
    "jdclass.review": ("Reviewer", "load"),
    "jdclass.store": ("Store",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
