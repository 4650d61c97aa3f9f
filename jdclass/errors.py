"""Everything that a user can put right is a `JdclassError`.

The command line prints the message in one place and exits 1. Any other exception is a fault of ours and keeps its
traceback. A message says where, what came and what was wanted.
"""

from __future__ import annotations

__all__ = [
    "CorpusError",
    "DocumentError",
    "FrameworkError",
    "JdclassError",
    "LexiconError",
    "MissingExtraError",
    "ModelError",
    "StoreError",
]


class JdclassError(Exception):
    """Base of every error that a user of jdclass can put right."""


class FrameworkError(JdclassError):
    """The framework file (Figure 1 or one in its place) is missing something or contradicts itself."""


class LexiconError(JdclassError):
    """A lexicon, collision or title file does not hold; the message names file and line."""


class DocumentError(JdclassError):
    """A document or record could not be read; the batch keeps it as a failure row."""


class CorpusError(JdclassError):
    """An annotated corpus does not hold what training or evaluation needs."""


class ModelError(JdclassError):
    """A model folder is absent, of another format, or not what its manifest says."""


class StoreError(JdclassError):
    """A run folder cannot be written, is in use by another run, or is damaged."""


class MissingExtraError(JdclassError):
    """A feature needs an optional dependency; the message gives the command that installs it."""
